% # Needs: message (str)
% rebase("layout/bare.tpl", title=_("This code does not let you in"))
<div class="sheet">
<h1>{{_("This code does not let you in")}}</h1>
<div class="prose">
<p>{{message}}</p>
<p>{{_("Ask the person who runs {app} for a new one. A code works once, and only for a while.").format(app=site.app_name)}}</p>
</div>
<a class="button wide" href="/lc">{{_("Enter a code")}}</a>
<p class="centred"><a href="/login">{{_("Use your passkey instead?")}}</a></p>
</div>
