% # Needs: invitations (list[invitations.Listed]), chosen (dict: search, state), state_label (function), paging (Paging), base_url (str)
% rebase("layout/base.tpl", title=_("Invitations"), section="users", scripts=["live.js"])
% kinds = {"done": "good", "held": "warn", "expired": "warn", "withdrawn": "bad"}
<div class="row apart"><header><h1>{{_("Invitations")}}</h1><p class="soft">{{_("Whoever accepts makes a passkey, and only then has an account.")}}</p></header><div><div class="row"><a class="button" href="/settings/admin/invitations/import">{{_("Invite many")}}</a><a class="button primary" href="/settings/admin/invitations/new">{{_("Invite user")}}</a></div></div></div>
% is_filtered = any(chosen.values())
% if paging.total or is_filtered:
<form class="filters" role="search" method="get" data-live="#found">
<div class="field"><label for="search">{{_("Search")}}</label><input type="search" id="search" name="search" value="{{chosen["search"]}}" placeholder="{{_("Name or e-mail")}}" autocomplete="off"></div>
<div class="field"><label for="state">{{_("Show")}}</label><select id="state" name="state"><option value="">{{_("All")}}</option><option value="open"{{! " selected" if chosen["state"] == "open" else "" }}>{{_("Still open")}}</option>
% for value in ("made", "sent", "opened", "held", "expired", "withdrawn", "done"):
<option value="{{value}}"{{! " selected" if value == chosen["state"] else "" }}>{{state_label(value)}}</option>
% end
</select></div>
<button>{{_("Show")}}</button></form>
% end
<div id="found" class="found" data-said="{{ngettext("{n} invitation", "{n} invitations", paging.total).format(n=number(paging.total))}}">
% if invitations:
<div class="table"><table><thead><tr><th scope="col">{{_("Person")}}</th><th scope="col">{{_("E-mail")}}</th><th scope="col">{{_("Invited")}}</th><th scope="col">{{_("State")}}</th></tr></thead><tbody>
% for row in invitations:
<tr><td><a href="/settings/admin/invitations/{{row.id}}">{{row.first_name}} {{row.last_name}}</a>
% if row.username:
<small>{{row.username}}</small>
% end
</td><td data-label="{{_("E-mail")}}"{{! "" if row.email else ' class="none"' }}>{{row.email or "–"}}</td>
<td data-label="{{_("Invited")}}"><span title="{{exact(row.created_at)}}">{{ago(row.created_at, now)}}</span><small>{{_("by {name}").format(name=row.created_by_name or _("deleted person"))}}</small></td>
<td><span class="tag {{kinds.get(row.state, "")}}">{{state_label(row.state)}}</span>
% if row.is_undeliverable:
<span class="tag bad">{{_("Mail not delivered")}}</span>
% end
% if row.state in ("made", "sent", "opened"):
<small>{{_("ends {when}").format(when=ago(row.expires_at, now))}}</small>
% end
</td></tr>
% end
</tbody></table></div>
% include("parts/pager.tpl", paging=paging, base_url=base_url)
% elif is_filtered:
<div class="card empty"><h2>{{_("No invitation fits")}}</h2><p class="soft">{{_("Nobody who was invited has that name or address, or is in that state.")}}</p><a class="button" href="/settings/admin/invitations">{{_("Show all")}}</a></div>
% else:
<div class="card empty"><h2>{{_("Nobody was invited yet")}}</h2><p class="soft">{{_("Give a name, and send the link by mail or hand it over. A whole club can come from a CSV file.")}}</p><a class="button" href="/settings/admin/invitations/new">{{_("Invite the first one")}}</a></div>
% end
</div>
