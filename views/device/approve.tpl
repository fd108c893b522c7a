% # Needs: code (str), name (str), asking (Asking), device (str), place (str), is_near (bool), options (JSON text, empty for somebody without a passkey), problem (str or None)
% rebase("layout/bare.tpl", title=_("Sign in another device"), scripts=["passkey.js"])
<div class="sheet">
<div class="heading"><h1>{{_("Sign in another device?")}}</h1>
<p class="soft">{{_("It gets into {app} as you, {name}.").format(app=asking.client_name, name=name) if asking.client_name else _("It gets into your account and all your apps, as you, {name}.").format(name=name)}}</p></div>
<p class="device-code"><code>{{code}}</code></p>
<dl class="facts">
<div><dt>{{_("Device")}}</dt><dd>{{device}}</dd></div>
<div><dt>{{_("IP address")}}</dt><dd>{{asking.address or _("unknown")}}
% if place != asking.address:
<small>({{place}})</small>
% end
</dd></div>
<div><dt>{{_("Network")}}</dt><dd>
% if is_near:
<span class="tag good">{{_("The same as yours")}}</span>
% else:
<span class="tag warn">{{_("Not the one you are in")}}</span>
% end
</dd></div>
<div><dt>{{_("Asked")}}</dt><dd>{{ago(asking.created_at, now)}}</dd></div>
</dl>
<div class="notice warn prose">
<p><strong>{{_("Approve only if you see this code on a screen in front of you.")}}</strong></p>
<p>{{_("Did somebody send you the code, a link or a picture of it? Then deny it: they would be signed in as you.")}}</p>
</div>
% if options:
% include("parts/passkey_sign_in.tpl", options=options, action="/device/approve", fields=[("code", code)], button=_("Approve with your passkey"))
% else:
<p>{{_("To approve you need a passkey on this device.")}} <a href="/login/add-passkey?redirect=/device%3Fcode%3D{{code}}">{{_("Add a passkey")}}</a></p>
% end
<form method="post" action="/device/deny" class="fields">
% include("parts/form_token.tpl")
<input type="hidden" name="code" value="{{code}}">
<button class="wide danger">{{_("Deny")}}</button>
</form>
</div>
