% # Needs: approved (bool), app_name (str)
% rebase("layout/bare.tpl", title=_("Connect a device to {app}").format(app=app_name))
<div class="sheet centred">
% include("parts/mark.tpl", mark_class="mark")
% if approved:
<h1>{{_("Approved")}}</h1>
<p class="soft">{{_("The device goes on by itself. You can close this window, and end its access under Apps.")}}</p>
<div class="row"><a class="button" href="/settings/apps">{{_("Your apps")}}</a></div>
% else:
<h1>{{_("Denied")}}</h1>
<p class="soft">{{_("The device gets nothing. If you did not ask for this, somebody tried to get in as you: approve nothing of the kind.")}}</p>
<div class="row"><a class="button" href="/">{{_("Continue")}}</a></div>
% end
</div>
