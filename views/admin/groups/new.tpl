% # Needs: change (groups.Change), errors (dict)
% rebase("layout/base.tpl", title=_("Add a group"), section="groups")
<h1>{{_("Add a group")}}</h1>
<form class="card" method="post" action="/settings/admin/user-groups/new">
% include("parts/form_token.tpl")
<div class="fields pair">
% include("parts/field.tpl", name="friendly_name", label=_("Name"), value=change.friendly_name, errors=errors, required=True, maxlength=50, autofocus=True, hint=_("As people read it."))
% include("parts/field.tpl", name="name", label=_("Name for apps"), value=change.name, errors=errors, maxlength=255, hint=_("In the groups claim. Empty: made from the name."))
</div>
<div class="row"><button class="primary">{{_("Add the group")}}</button></div>
</form>
