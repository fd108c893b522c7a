% # Needs: options (JSON text of webauthn.begin_authentication), action (URL), fields (pairs of hidden fields); optional button, problem (str), signals (JSON text)
% if get("problem"):
<p class="notice bad" role="alert">{{problem}}</p>
% end
% include("parts/passkey_form.tpl", ceremony="get", options=options, action=action, fields=fields, button=get("button") or _("Sign in with your passkey"))
% include("parts/passkey_signals.tpl", signals=get("signals") or "{}")
