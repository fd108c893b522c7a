% # Needs: host (str), address (str)
% rebase("layout/bare.tpl", title=_("You are not signed in to {host}").format(host=host))
<div class="sheet">
<h1>{{_("You are not signed in to {host}").format(host=host)}}</h1>
<p>{{_("The sign-in was cancelled, took more than an hour, or the browser keeps no cookies of {host}.").format(host=host)}}</p>
<div class="row"><a class="button primary" href="{{address}}/">{{_("Try again")}}</a></div>
</div>
