% # Needs: user (User or None)
% rebase("layout/bare.tpl", title=_("Sign out"))
<div class="sheet">
% if user:
<h1>{{_("Sign out of {app}?").format(app=site.app_name)}}</h1>
<p>{{_("You are signed in as {name}. Apps that can be told are signed out, too; the others stay signed in until you sign out of them.").format(name=user.display_name or user.username)}}</p>
<form method="post" action="/logout" class="row apart">
% include("parts/form_token.tpl")
<a class="button" href="/">{{_("Cancel")}}</a>
<button class="primary">{{_("Sign out")}}</button>
</form>
% else:
<h1>{{_("You are signed out")}}</h1>
<p>{{_("Nobody is signed in to {app} in this browser.").format(app=site.app_name)}}</p>
<div class="row"><a class="button" href="/login">{{_("Sign in")}}</a></div>
% end
</div>
