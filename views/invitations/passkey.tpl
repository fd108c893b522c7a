% # Needs: token (str), name (str), fields (dict of what was typed), options (JSON text), problem (str or None)
% rebase("layout/bare.tpl", title=_("Set up your passkey"), scripts=["passkey.js"])
<div class="sheet">
<div class="centred fields">
% include("parts/mark.tpl", mark_class="mark")
<h1>{{_("Now your passkey, {name}").format(name=name)}}</h1>
<p class="soft">{{_("There is no password here. Your device makes a passkey and unlocks it with your finger, face or PIN. The account is made together with it.")}}</p>
</div>
% if problem:
<p class="notice bad" role="alert">{{problem}}</p>
% end
% include("parts/passkey_form.tpl", ceremony="create", options=options, action="/invitation/" + token + "/passkey", fields=fields.items(), button=_("Add a passkey and finish"))
<p class="centred"><a href="/invitation/{{token}}">{{_("Back")}}</a></p>
</div>
