% # Needs: options (JSON text), target (path), query (text), problem (str or None), can_sign_up (bool), signals (JSON text or None)
% rebase("layout/bare.tpl", title=_("Sign in"), scripts=["passkey.js"])
<div class="sheet">
<div class="centred fields">
% include("parts/mark.tpl", mark_class="mark")
<h1>{{_("Sign in to {app}").format(app=site.app_name)}}</h1>
</div>
% include("parts/passkey_sign_in.tpl", options=options, action="/login", fields=[("redirect", target)], autofill=True)
<p class="centred"><a href="/login/alternative{{query}}">{{_("Another way to sign in")}}</a></p>
</div>
% if can_sign_up:
<p class="soft centred">{{_("New here?")}} <a href="/signup{{query}}">{{_("Sign up")}}</a></p>
% else:
<p class="soft centred">{{_("New here? Ask the person who runs {app} for an invitation.").format(app=site.app_name)}}</p>
% end
