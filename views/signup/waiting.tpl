% # Needs: state ("waiting", "accepted" or "refused"), reason (str), target (path), options (JSON text), refresh (seconds or None)
% titles = {"waiting": _("Your account waits"), "accepted": _("You are in"), "refused": _("Your account was not accepted")}
% rebase("layout/bare.tpl", title=titles[state], scripts=["passkey.js"] if state == "accepted" else ["waiting.js"] if state == "waiting" else [])
<div class="sheet">
<div class="centred fields">
% include("parts/mark.tpl", mark_class="mark")
<h1>{{titles[state]}}</h1>
</div>
% if state == "accepted":
<p class="centred">{{_("An administrator has accepted your account. Sign in with the passkey that you made.")}}</p>
% include("parts/passkey_sign_in.tpl", options=options, action="/login", fields=[("redirect", target)])
% elif state == "waiting":
<div class="prose">
<p>{{_("It is made, with your passkey. An administrator of {app} looks at it before you can sign in anywhere.").format(app=site.app_name)}}</p>
<p>{{_("This page goes on by itself once that has happened. You may close it: your passkey leads back here.")}}</p>
</div>
<form method="get" action="/signup/waiting" data-state="/signup/waiting/state"><button class="wide">{{_("Look again")}}</button></form>
% else:
<div class="prose">
<p>{{_("An administrator of {app} has refused it. What you typed and your passkey's public part are deleted here; you can delete the passkey on your device.").format(app=site.app_name)}}</p>
% if reason:
<p>{{_("They wrote:")}}</p>
<blockquote>{{reason}}</blockquote>
% end
</div>
<a class="button wide" href="/login">{{_("Go to the sign-in page")}}</a>
% end
</div>
