% # Needs: client (Client or None), told (list[logouts.Listed]), frames (list of addresses), onwards (address or None)
% rebase("layout/bare.tpl", title=_("Signed out"), scripts=["signed-out.js"] if frames else [])
<div class="sheet centred">
% include("parts/mark.tpl", mark_class="mark")
<h1>{{_("You are signed out")}}</h1>
% if told:
<p class="soft">{{_("These apps hear of it. Where there is no logout address, sign out in the app itself.")}}</p>
<ul class="list">
% for logout in told:
<li><div class="grow"><strong>{{logout.client_name}}</strong><small>{{logout.sentence}}</small></div></li>
% end
</ul>
% elif not onwards:
<p class="soft">{{_("You can close this window.")}}</p>
% end
% for frame in frames:
<iframe src="{{frame}}" title="{{_("Signing out of an app")}}" hidden></iframe>
% end
% back = onwards or (client.launch_url if client and client.launch_url else "/login")
<div class="row"><a class="button" href="{{back}}"{{! " data-onwards" if onwards else "" }}>{{_("Back to {app}").format(app=client.name) if client and back != "/login" else _("Sign in again")}}</a></div>
</div>
