% # Needs: options (JSON text), problem (str or None)
% rebase("layout/base.tpl", title=_("Add a passkey"), section="account", scripts=["passkey.js"])
<h1>{{_("Add a passkey")}}</h1>
<div class="card">
<p>{{_("Add this device, a password manager or a security key, so that you get in when you lose the other. Your browser asks where to keep it.")}}</p>
% if problem:
<p class="notice bad" role="alert">{{problem}}</p>
% end
% include("parts/passkey_form.tpl", ceremony="create", options=options, action="/settings/account/passkeys", fields=[], button=_("Add a passkey"))
<p><a href="/settings/account">{{_("Back to your account")}}</a></p>
</div>
