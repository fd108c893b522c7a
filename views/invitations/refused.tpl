% # Needs: message (str)
% rebase("layout/bare.tpl", title=_("This invitation is not open"))
<div class="sheet">
<h1>{{_("This invitation is not open")}}</h1>
<div class="prose">
<p>{{message}}</p>
<p>{{_("If you have made your passkey already, sign in with it. If not, ask the person who runs {app} for a new link.").format(app=site.app_name)}}</p>
</div>
<a class="button primary wide" href="/login">{{_("Sign in")}}</a>
</div>
