% # Needs: options (JSON text), fields (dict of what was typed), name (str), waits (bool), problem (str or None)
% rebase("layout/bare.tpl", title=_("Set up your passkey"), scripts=["passkey.js"])
<div class="sheet">
<div class="centred fields">
% include("parts/mark.tpl", mark_class="mark")
<h1>{{_("Now your passkey, {name}").format(name=name)}}</h1>
<p class="soft">{{_("There is no password here. Your device makes a passkey and unlocks it with your finger, face or PIN. The account is made together with it.")}}</p>
% if waits:
<p class="soft">{{_("After that an administrator looks at your account and lets you in.")}}</p>
% end
</div>
% if problem:
<p class="notice bad" role="alert">{{problem}}</p>
% end
% include("parts/passkey_form.tpl", ceremony="create", options=options, action="/signup/passkey", fields=fields.items(), button=_("Add a passkey and finish"))
</div>
