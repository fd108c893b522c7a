% # Needs: target (path), code (str), app_name (str or None)
% rebase("layout/bare.tpl", title=_("Sign in"))
<div class="sheet">
<div class="centred fields">
% include("parts/mark.tpl", mark_class="mark")
<h1>{{_("Sign in to {app}").format(app=site.app_name)}}</h1>
<p class="soft">{{_("This link lets you in once. After that you add a passkey for the next time.")}}</p>
</div>
<form method="post" action="/lc" class="fields">
% include("parts/form_token.tpl")
<input type="hidden" name="redirect" value="{{target}}">
<input type="hidden" name="code" value="{{code}}">
% include("parts/only_app.tpl", app_name=app_name)
<button class="primary wide">{{_("Sign in")}}</button>
</form>
</div>
