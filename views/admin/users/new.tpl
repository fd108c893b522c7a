% # Needs: change (users.Change), errors (dict), groups (list[groups.Named]), chosen (list[UUID])
% rebase("layout/base.tpl", title=_("Add user"), section="users")
<header><h1>{{_("Add user")}}</h1><p class="soft">{{_("After this you make a one-time link, with which they add their passkey.")}}</p></header>
<form class="card" method="post" action="/settings/admin/users/new">
% include("parts/form_token.tpl")
% include("admin/users/form.tpl", change=change, errors=errors)
% include("parts/groups_to_tick.tpl", groups=groups, chosen=chosen, legend=_("Groups"), errors=errors)
<div class="row"><button class="primary">{{_("Add user")}}</button></div>
</form>
