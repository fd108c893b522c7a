% # Needs: change (clients.Change), errors (dict)
% rebase("layout/base.tpl", title=_("Add a client"), section="clients")
<h1>{{_("Add a client")}}</h1>
<form class="card" method="post" action="/settings/admin/oidc-clients/new/by-hand">
% include("parts/form_token.tpl")
% include("admin/clients/form.tpl", change=change, errors=errors, is_new_client=True)
<div class="row"><button class="primary">{{_("Add the client")}}</button></div>
</form>
