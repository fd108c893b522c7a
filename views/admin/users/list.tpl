% # Needs: users (list[users.Listed]), search, state, sort (str), descending (bool), paging (Paging), base_url (str)
% rebase("layout/base.tpl", title=_("Users"), section="users")
<div class="row apart"><header><h1>{{_("Users")}}</h1><p class="soft">{{_("The people who sign in here.")}}</p></header><a class="button primary" href="/settings/admin/users/new">{{_("Add user")}}</a></div>
<form class="filters" role="search" method="get">
<div class="field"><label for="search">{{_("Search")}}</label><input type="search" id="search" name="search" value="{{search}}" placeholder="{{_("Name or e-mail")}}"></div>
<div class="field"><label for="state">{{_("Show")}}</label><select id="state" name="state">
% for value, label in (("", _("Everybody")), ("admin", _("Administrators")), ("disabled", _("Disabled")), ("no_passkey", _("Without passkey")), ("one_passkey", _("With one passkey only")), ("never_signed_in", _("Never signed in"))):
<option value="{{value}}"{{! " selected" if value == state else "" }}>{{label}}</option>
% end
</select></div>
<div class="field"><label for="sort">{{_("Sort by")}}</label><select id="sort" name="sort">
% for value, label in (("username", _("User name")), ("display_name", _("Name")), ("email", _("E-mail")), ("last_sign_in_at", _("Last sign-in")), ("created_at", _("Added"))):
<option value="{{value}}"{{! " selected" if value == sort else "" }}>{{label}}</option>
% end
</select></div>
<div class="field"><label for="order">{{_("Order")}}</label><select id="order" name="order"><option value="asc">{{_("Upwards")}}</option><option value="desc"{{! " selected" if descending else "" }}>{{_("Downwards")}}</option></select></div>
<button>{{_("Show")}}</button></form>
% if users:
<div class="table"><table><thead><tr><th scope="col">{{_("Person")}}</th><th scope="col">{{_("E-mail")}}</th><th scope="col">{{_("Passkeys")}}</th><th scope="col">{{_("Last sign-in")}}</th><th scope="col">{{_("State")}}</th></tr></thead><tbody>
% for user in users:
<tr><td><div class="row together"><img class="portrait small" src="/api/users/{{user.id}}/profile-picture.png?v={{int(user.updated_at.timestamp())}}" alt="" width="36" height="36"><div><a href="/settings/admin/users/{{user.id}}">{{user.display_name or user.username}}</a><small>{{user.username}}</small></div></div></td>
<td data-label="{{_("E-mail")}}"{{! "" if user.email else ' class="none"' }}>{{user.email or "–"}}</td><td data-label="{{_("Passkeys")}}">{{user.passkeys}}</td>
<td data-label="{{_("Last sign-in")}}"><span title="{{exact(user.last_sign_in_at)}}">{{ago(user.last_sign_in_at, now)}}</span></td>
<td>
% if user.is_admin:
<span class="tag">{{_("Administrator")}}</span>
% end
% if user.disabled:
<span class="tag bad">{{_("Disabled")}}</span>
% elif not user.passkeys:
<span class="tag warn">{{_("No passkey")}}</span>
% end
</td></tr>
% end
</tbody></table></div>
% include("parts/pager.tpl", paging=paging, base_url=base_url)
% else:
<div class="card empty"><h2>{{_("Nobody fits")}}</h2><p class="soft">{{_("Nobody has that name or address, or is in that state.")}}</p><a class="button" href="/settings/admin/users">{{_("Show everybody")}}</a></div>
% end
