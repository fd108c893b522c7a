% # Needs: users (list[users.Listed]), chosen (dict: search, state, group, sort, order), states (headings with values and labels), groups (list[groups.Named]), nobody (str), paging (Paging), base_url (str), waiting (int)
% rebase("layout/base.tpl", title=_("Users"), section="users", scripts=["live.js"])
<div class="row apart"><header><h1>{{_("Users")}}</h1><p class="soft">{{_("The people who sign in here.")}} <a href="/settings/admin/access">{{_("Who may open what")}}</a> · <a href="/settings/admin/passkey-health">{{_("Passkey health")}}</a> · <a href="/settings/admin/sign-up">{{_("Who may sign up")}}</a> · <a href="/settings/admin/invitations">{{_("Invitations")}}</a></p></header><div class="row"><a class="button" href="/settings/admin/users/new">{{_("Add user")}}</a><a class="button primary" href="/settings/admin/invitations/new">{{_("Invite user")}}</a></div></div>
% if waiting:
<div class="notice warn row apart"><span class="grow">{{ngettext("{n} person waits to be accepted.", "{n} people wait to be accepted.", waiting).format(n=waiting)}}</span><a class="button" href="/settings/admin/sign-up">{{_("Decide")}}</a></div>
% end
<form class="filters" role="search" method="get" data-live="#found">
<div class="field"><label for="search">{{_("Search")}}</label><input type="search" id="search" name="search" value="{{chosen["search"]}}" placeholder="{{_("Name or e-mail")}}" autocomplete="off"></div>
<div class="field"><label for="state">{{_("Show")}}</label><select id="state" name="state"><option value="">{{_("Everybody")}}</option>
% for heading, values in states:
<optgroup label="{{heading}}">
% for value, label in values:
<option value="{{value}}"{{! " selected" if value == chosen["state"] else "" }}>{{label}}</option>
% end
</optgroup>
% end
</select></div>
% if groups:
<div class="field"><label for="group">{{_("Group")}}</label><select id="group" name="group"><option value="">{{_("Any")}}</option>
% for group in groups:
<option value="{{group.id}}"{{! " selected" if str(group.id) == chosen["group"] else "" }}>{{group.name}}</option>
% end
</select></div>
% end
<div class="field"><label for="sort">{{_("Sort by")}}</label><select id="sort" name="sort">
% for value, label in (("", _("User name")), ("display_name", _("Name")), ("email", _("E-mail")), ("last_sign_in_at", _("Last sign-in")), ("created_at", _("Added"))):
<option value="{{value}}"{{! " selected" if value == chosen["sort"] else "" }}>{{label}}</option>
% end
</select></div>
<div class="field"><label for="order">{{_("Order")}}</label><select id="order" name="order"><option value="">{{_("Upwards")}}</option><option value="desc"{{! " selected" if chosen["order"] == "desc" else "" }}>{{_("Downwards")}}</option></select></div>
<button>{{_("Show")}}</button></form>
<div id="found" class="found" data-said="{{ngettext("{n} person", "{n} people", paging.total).format(n=number(paging.total))}}">
% if users:
<div class="table"><table><thead><tr><th scope="col">{{_("Person")}}</th><th scope="col">{{_("Passkeys")}}</th><th scope="col">{{_("Last sign-in")}}</th><th scope="col">{{_("Added")}}</th><th scope="col">{{_("State")}}</th></tr></thead><tbody>
% for user in users:
<tr><td><div class="row together"><img class="portrait small" src="/api/users/{{user.id}}/profile-picture.png?v={{int(user.updated_at.timestamp())}}" alt="" width="36" height="36"><div><a href="/settings/admin/users/{{user.id}}">{{user.display_name or user.username}}</a><small>{{user.username}}{{" · " + user.email if user.email else ""}}</small></div></div></td>
<td data-label="{{_("Passkeys")}}">{{user.passkeys}}</td>
<td data-label="{{_("Last sign-in")}}"><span title="{{exact(user.last_sign_in_at)}}">{{ago(user.last_sign_in_at, now)}}</span></td>
<td data-label="{{_("Added")}}"><span title="{{exact(user.created_at)}}">{{ago(user.created_at, now)}}</span></td>
<td{{! "" if user.is_admin or user.disabled or not user.passkeys or user.email and not user.email_verified else ' class="none"' }}>
% if user.is_admin:
<span class="tag">{{_("Administrator")}}</span>
% end
% if user.waiting_since:
<span class="tag warn">{{_("Waits")}}</span>
% elif user.disabled:
<span class="tag bad">{{_("Disabled")}}</span>
% elif not user.passkeys:
<span class="tag warn">{{_("No passkey")}}</span>
% end
% if user.email and not user.email_verified:
<span class="tag">{{_("E-mail not verified")}}</span>
% end
</td></tr>
% end
</tbody></table></div>
% include("parts/pager.tpl", paging=paging, base_url=base_url)
% else:
<div class="card empty"><h2>{{_("Nobody fits")}}</h2>
% if nobody:
<p class="soft">{{nobody}}</p>
% end
<a class="button" href="/settings/admin/users">{{_("Show everybody")}}</a></div>
% end
</div>
