% # Needs: name (str: who is invited), actor (Actor)
% rebase("layout/bare.tpl", title=_("Your invitation"))
<div class="sheet">
<h1>{{_("This invitation is for {name}").format(name=name)}}</h1>
<div class="prose">
<p>{{_("You are signed in as {name}. Nothing has happened to the invitation.").format(name=actor.display_name or actor.username)}}</p>
<p>{{_("To accept it in this browser, sign out first and open the link again. Else open it on the device that shall hold the passkey.")}}</p>
</div>
<div class="row apart"><a class="button" href="/">{{_("Go on as you are")}}</a><a class="button primary" href="/logout">{{_("Sign out")}}</a></div>
</div>
