% # Needs: passkey (Passkey), name (what was typed), errors (dict)
% rebase("layout/base.tpl", title=_("Name your passkey"), section="account")
<h1>{{_("Name your passkey")}}</h1>
<form method="post" action="/settings/account/passkeys/{{passkey.id}}" class="card">
% include("parts/form_token.tpl")
% include("parts/field.tpl", name="name", label=_("Name"), value=name, errors=errors, hint=_("Something you will know it by, such as “Phone” or “Key in the drawer”."), required=True, maxlength=50, autofocus=True)
<div class="row"><button class="primary">{{_("Save")}}</button><a class="button quiet" href="/settings/account">{{_("Leave it as it is")}}</a></div>
</form>
