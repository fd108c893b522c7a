% # Needs: risks, stricter (list[passkey_health.Finding]), people (list[users.Listed]), passkeys (dict user id -> list[Kept]), chosen (dict: search, state), paging (Paging), base_url (str)
% rebase("layout/base.tpl", title=_("Passkey health"), section="users", scripts=["live.js"])
<header><h1>{{_("Passkey health")}}</h1><p class="soft">{{_("Who would lose access, by what, among the people who may sign in.")}}</p></header>
<section class="card" aria-labelledby="risks-title"><header><h2 id="risks-title">{{_("As things are")}}</h2></header>
% include("admin/passkey_health/findings.tpl", findings=risks)
</section>
<section class="card" id="stricter" aria-labelledby="stricter-title"><header><h2 id="stricter-title">{{_("If the rules were stricter")}}</h2></header>
% include("admin/passkey_health/findings.tpl", findings=stricter)
</section>
<form class="filters" role="search" method="get" data-live="#found">
<div class="field"><label for="search">{{_("Search")}}</label><input type="search" id="search" name="search" value="{{chosen["search"]}}" placeholder="{{_("Name or e-mail")}}" autocomplete="off"></div>
<div class="field"><label for="state">{{_("Show")}}</label><select id="state" name="state"><option value="">{{_("Everybody")}}</option>
% for value, label in (("no_passkey", _("Without passkey")), ("one_passkey", _("With one passkey only")), ("one_device", _("With one passkey, on one device")), ("one_provider", _("With all passkeys at one provider")), ("only_synced", _("With synced passkeys only")), ("none_verified", _("Without PIN, finger or face"))):
<option value="{{value}}"{{! " selected" if value == chosen["state"] else "" }}>{{label}}</option>
% end
</select></div>
<button>{{_("Show")}}</button></form>
<div id="found" class="found" data-said="{{ngettext("{n} person", "{n} people", paging.total).format(n=number(paging.total))}}">
% if people:
<div class="table"><table><caption class="hidden">{{_("Passkeys of each person")}}</caption><thead><tr><th scope="col">{{_("Person")}}</th><th scope="col">{{_("Passkeys")}}</th><th scope="col">{{_("Kept by")}}</th><th scope="col">{{_("Last used")}}</th></tr></thead><tbody>
% for person in people:
% kept = passkeys.get(person.id, [])
<tr><th scope="row"><a href="/settings/admin/users/{{person.id}}#passkeys">{{person.display_name or person.username}}</a><small>{{person.username}}</small></th>
<td data-label="{{_("Passkeys")}}">{{len(kept)}}</td>
<td data-label="{{_("Kept by")}}"{{! "" if kept else ' class="none"' }}>
% for passkey in kept:
<div>{{passkey.provider}} <span class="tag">{{_("Synced") if passkey.backup_eligible else _("This device only")}}</span></div>
% end
</td>
<td data-label="{{_("Last used")}}"{{! "" if kept else ' class="none"' }}>
% for passkey in kept:
<div title="{{exact(passkey.last_used_at)}}">{{ago(passkey.last_used_at, now)}}</div>
% end
</td></tr>
% end
</tbody></table></div>
% include("parts/pager.tpl", paging=paging, base_url=base_url)
% else:
<div class="card empty"><h2>{{_("Nobody fits")}}</h2><a class="button" href="/settings/admin/passkey-health">{{_("Show everybody")}}</a></div>
% end
</div>
