% # Needs: name, resource (str), errors (dict)
% rebase("layout/base.tpl", title=_("Add an API"), section="clients")
<h1>{{_("Add an API")}}</h1>
<form class="card" method="post" action="/settings/admin/apis/new">
% include("parts/form_token.tpl")
<div class="fields">
% include("parts/field.tpl", name="name", label=_("Name"), value=name, errors=errors, required=True, maxlength=50, autofocus=True, hint=_("As people read it when an app asks for it."))
% include("parts/field.tpl", name="resource", label=_("Resource"), value=resource, errors=errors, required=True, maxlength=350, placeholder="https://photos.example.org", hint=_("Its address, as apps ask for it and as its tokens name it. It cannot be changed later."))
</div>
<div class="row"><button class="primary">{{_("Add the API")}}</button></div>
</form>
