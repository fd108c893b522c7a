% # Needs: change (users.Change), errors (dict), groups (list[groups.Named]; empty when they are too many), chosen (list[UUID])
% rebase("layout/base.tpl", title=_("Add user"), section="users")
<header><h1>{{_("Add user")}}</h1><p class="soft">{{_("After this you make a one-time link, with which they add their passkey.")}}</p></header>
<form class="card" method="post" action="/settings/admin/users/new">
% include("parts/form_token.tpl")
% include("admin/users/form.tpl", change=change, errors=errors)
% if groups:
<fieldset class="fields"><legend>{{_("Groups")}}</legend>
% for group in groups:
% include("parts/check.tpl", name="group", id="group-" + str(group.id), value=str(group.id), label=group.name, checked=group.id in chosen)
% end
</fieldset>
% end
<div class="row"><button class="primary">{{_("Add user")}}</button></div>
</form>
