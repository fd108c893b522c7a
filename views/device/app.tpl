% # Needs: code (str), name (str), client (Client), scopes (list[str]), api (apis.Allowed or None), permissions (list[Permission]), asking (Asking), device (str), place (str), is_near (bool), needs_passkey (bool), options (JSON text, empty where none is needed, or for somebody without a passkey), problem (str or None)
% rebase("layout/bare.tpl", title=_("Connect a device to {app}").format(app=client.name), scripts=["passkey.js"])
<div class="sheet">
% include("parts/app_heading.tpl", client=client, heading=_("Connect a device to {app}?").format(app=client.name), sentence=(_("{app} asks you for this, {name}:") if api else _("{app} will learn this about you, {name}:")).format(app=client.name, name=name))
% include("parts/speaks_from.tpl", client=client)
% include("parts/scopes.tpl", scopes=scopes, granted=(), api=api, permissions=permissions, new=())
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
<p><strong>{{_("Approve only if you see this code on a device in front of you.")}}</strong></p>
<p>{{_("Did somebody send you the code or a link? Then deny it: they would be in {app} as you.").format(app=client.name)}}</p>
</div>
% if options:
% include("parts/passkey_sign_in.tpl", options=options, action="/device/app/approve", fields=[("code", code)], button=_("Approve with your passkey"))
% elif needs_passkey:
<p>{{_("To approve you need a passkey on this device.")}} <a href="/login/add-passkey?redirect=/device%3Fcode%3D{{code}}">{{_("Add a passkey")}}</a></p>
% else:
<form method="post" action="/device/app/approve" class="fields">
% include("parts/form_token.tpl")
<input type="hidden" name="code" value="{{code}}">
<button class="primary wide">{{_("Approve")}}</button>
</form>
% end
<form method="post" action="/device/app/deny" class="fields">
% include("parts/form_token.tpl")
<input type="hidden" name="code" value="{{code}}">
<button class="wide danger">{{_("Deny")}}</button>
</form>
</div>
