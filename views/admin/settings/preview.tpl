% # Needs: preview (look_preview.Preview)
% colours = "/settings/admin/application-configuration/preview.css?accent="
<link rel="stylesheet" href="{{colours}}{{preview.accent_color.replace("#", "%23")}}" data-colours="{{colours}}">
<div class="panes">
% for pane in preview.panes:
<div class="pane {{"dark" if pane.is_dark else ""}}" role="img" aria-label="{{pane.label}}">
<div class="card centred">
<span class="own-mark" data-pictures="{{" ".join(pane.pictures)}}">
% if pane.logo:
<img class="mark" src="{{pane.logo}}" alt="">
% else:
% include("parts/drawn_mark.tpl", mark_class="mark")
% end
</span>
<strong data-text="{{_("Sign in to {app}")}}">{{_("Sign in to {app}").format(app=preview.app_name)}}</strong>
<span class="button wide">{{_("Sign in with your passkey")}}</span>
</div>
<div class="row apart"><strong class="grow" data-text="{app}">{{preview.app_name}}</strong><span class="tag">{{_("Apps")}}</span></div>
<div class="card"><div class="row together"><span class="app-logo small">A</span><div class="grow"><strong>{{_("An app")}}</strong><small>{{_("Not signed in yet")}}</small></div></div></div>
</div>
% end
</div>
