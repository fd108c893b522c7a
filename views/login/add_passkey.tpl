% # Needs: options (JSON text), target (path), has_another_way_in (bool), problem (str or None)
% rebase("layout/bare.tpl", title=_("Set up your passkey"), scripts=["passkey.js"])
<div class="sheet">
<div class="centred fields">
% include("parts/mark.tpl", mark_class="mark")
<h1>{{_("Set up your passkey")}}</h1>
<p class="soft">{{_("A passkey replaces the password: your device unlocks with your finger, face or PIN, and signs you in. The code that you used is spent, so without a passkey you need a new one.") if not has_another_way_in else _("Add this device, so that you can sign in with it the next time.")}}</p>
</div>
% if problem:
<p class="notice bad" role="alert">{{problem}}</p>
% end
% include("parts/passkey_form.tpl", ceremony="create", options=options, action="/login/add-passkey", fields=[("redirect", target)], button=_("Add a passkey"))
<p class="centred"><a href="{{target}}">{{_("Skip for now") if has_another_way_in else _("Go on without a passkey, this time only")}}</a></p>
</div>
