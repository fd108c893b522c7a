% # Needs: client (Client or None)
% rebase("layout/bare.tpl", title=_("Signed out"))
<div class="sheet centred">
% include("parts/mark.tpl", mark_class="mark")
<h1>{{_("You are signed out")}}</h1>
<p class="soft">{{_("You can close this window.")}}</p>
<div class="row"><a class="button" href="{{client.launch_url if client and client.launch_url else "/login"}}">{{_("Back to {app}").format(app=client.name) if client and client.launch_url else _("Sign in again")}}</a></div>
</div>
