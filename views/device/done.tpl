% # Needs: approved (bool), device (str), app_name (str or None)
% rebase("layout/bare.tpl", title=_("Sign in another device"))
<div class="sheet centred">
% include("parts/mark.tpl", mark_class="mark")
% if approved:
<h1>{{_("Approved")}}</h1>
<p class="soft">{{_("{device} goes on by itself, for {app} only. You can close this window.").format(device=device, app=app_name) if app_name else _("{device} goes on by itself. You can close this window.").format(device=device)}}</p>
<div class="row"><a class="button" href="/settings/account#sessions">{{_("Where you are signed in")}}</a></div>
% else:
<h1>{{_("Denied")}}</h1>
<p class="soft">{{_("{device} was not signed in. If you did not ask for this, somebody tried to get in as you: approve nothing of the kind.").format(device=device)}}</p>
<div class="row"><a class="button" href="/">{{_("Continue")}}</a></div>
% end
</div>
