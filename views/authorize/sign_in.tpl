% # Needs: interaction (Interaction), client (Client), host (str), is_again (bool), is_device_bound (bool), options (JSON text), problem (str or None), can_sign_up (bool), signals (JSON text or None)
% rebase("layout/bare.tpl", title=_("Sign in to {app}").format(app=client.name), scripts=["passkey.js"])
<div class="sheet">
% sentence = _("Use your passkey once more: {app} wants to be sure that it is you.").format(app=client.name) if is_again else _("{host} asks {site} who you are.").format(host=host or client.name, site=site.app_name)
% include("parts/app_heading.tpl", client=client, heading=_("Sign in to {app}").format(app=client.name), sentence=sentence)
% include("parts/passkey_sign_in.tpl", options=options, action="/interaction/sign-in", fields=[("id", interaction.id)], button=_("Sign in with your passkey"), problem=problem, signals=signals, autofill=not is_again)
% if is_device_bound:
<p class="soft centred">{{_("{app} takes only passkeys that stay on one device, such as a security key.").format(app=client.name)}}</p>
% end
<div class="row centre">
% if not is_again:
<a href="/login/alternative?redirect=/interaction%3Fid%3D{{interaction.id}}">{{_("Another way to sign in")}}</a>
% end
<form method="post" action="/interaction/cancel">
% include("parts/form_token.tpl")
<input type="hidden" name="id" value="{{interaction.id}}"><button class="quiet">{{_("Cancel")}}</button></form>
</div>
</div>
% if can_sign_up:
<p class="soft centred">{{_("New here?")}} <a href="/signup?redirect=/interaction%3Fid%3D{{interaction.id}}">{{_("Sign up")}}</a></p>
% else:
<p class="soft centred">{{_("New here? Ask the person who runs {site} for an invitation.").format(site=site.app_name)}}</p>
% end
