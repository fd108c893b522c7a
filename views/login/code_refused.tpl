% # Needs: message (str)
% rebase("layout/bare.tpl", title=_("This code does not let you in"))
<div class="sheet">
<h1>{{_("This code does not let you in")}}</h1>
<div>
<p>{{message}}</p>
<p>{{_("Ask the person who runs {app} for a new one. A code works once, and only for a while.").format(app=site.app_name)}}</p>
</div>
<div class="row"><a class="button" href="/lc">{{_("Enter a code")}}</a> <a href="/login">{{_("Use your passkey instead?")}}</a></div>
</div>
