% # Needs: options (JSON text), action (path), typed (list of pairs), problem (str or None), actor (Actor)
% rebase("layout/bare.tpl", title=_("Use your passkey again"), scripts=["passkey.js"])
<div class="sheet">
<div class="centred fields">
% include("parts/mark.tpl", mark_class="mark")
<h1>{{_("Is it you, {name}?").format(name=actor.display_name or actor.username)}}</h1>
<p class="soft">{{_("What you are about to do needs a passkey that was used just now. What you typed is kept, and nothing has been changed yet.")}}</p>
</div>
% include("parts/passkey_sign_in.tpl", options=options, action=action, fields=typed, button=_("Use your passkey and go on"))
<p class="centred"><a href="/">{{_("Cancel")}}</a> · <a href="/logout">{{_("Someone else? Sign out")}}</a></p>
</div>
