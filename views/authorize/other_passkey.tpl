% # Needs: interaction (Interaction), client (Client), actor (Actor), is_device_bound (bool), fitting (list[Passkey]), options (JSON text), problem (str or None), signals (JSON text or None)
% heading = _("{app} needs another passkey").format(app=client.name)
% rebase("layout/bare.tpl", title=heading, scripts=["passkey.js"])
<div class="sheet">
% used = actor.method == "passkey"
% sentence = _("You signed in without a passkey, and {app} lets people in with one only.").format(app=client.name) if not is_device_bound else _("It has to stay on one device, such as a security key. The one that you used is copied between devices.") if used else _("It has to stay on one device, such as a security key. You signed in without a passkey.")
% include("parts/app_heading.tpl", client=client, heading=heading, sentence=sentence)
% if fitting:
% include("parts/passkey_sign_in.tpl", options=options, action="/interaction/sign-in", fields=[("id", interaction.id)], button=_("Use that passkey"), problem=problem, signals=signals)
<p class="soft centred">{{ngettext("Of yours, this one will do: {names}", "Of yours, these will do: {names}", len(fitting)).format(names=", ".join(passkey.name for passkey in fitting))}}</p>
% else:
<p class="notice warn">{{_("You have none of that kind yet. Add one to your account, then start again in {app}.").format(app=client.name)}}</p>
<a class="button primary wide" href="/settings/account/passkeys">{{_("Your passkeys")}}</a>
% end
<form method="post" action="/interaction/switch" class="row centre">
% include("parts/form_token.tpl")
<input type="hidden" name="id" value="{{interaction.id}}"><button class="quiet">{{_("Use a different account")}}</button><button class="quiet" formaction="/interaction/cancel">{{_("Cancel")}}</button></form>
</div>
