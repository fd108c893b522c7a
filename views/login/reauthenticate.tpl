% # Needs: options (JSON text), target (path), problem (str or None), actor (Actor)
% rebase("layout/bare.tpl", title=_("Use your passkey again"), scripts=["passkey.js"])
<div class="sheet">
<div class="centred fields">
% include("parts/mark.tpl", mark_class="mark")
<h1>{{_("Is it you, {name}?").format(name=actor.display_name or actor.username)}}</h1>
<p class="soft">{{_("What comes next needs a passkey that was used just now.")}}</p>
</div>
% include("parts/passkey_sign_in.tpl", options=options, action="/login/reauthenticate", fields=[("redirect", target)], button=_("Use your passkey"))
<p class="centred"><a href="/logout">{{_("Someone else? Sign out")}}</a></p>
</div>
