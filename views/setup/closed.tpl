% # Needs: nothing
% rebase("layout/bare.tpl", title=_("Setup is done"))
<div class="sheet">
<h1>{{_("Setup is done")}}</h1>
<div class="prose">
<p>{{_("The first account of {app} has been made, so this page is closed. If that was you, sign in with your passkey.").format(app=site.app_name)}}</p>
<p>{{_("If it was not you, or nobody can get in any more: whoever runs the server can print a sign-in link with this command, or open this page again with sql/maintenance/reset_setup.sql.")}}</p>
<p><code>pocket-id one-time-access-token USER</code></p>
</div>
<div class="row"><a class="button primary" href="/login">{{_("Sign in")}}</a></div>
</div>
