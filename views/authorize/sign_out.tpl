% # Needs: client (Client or None), actor_name (str)
% rebase("layout/bare.tpl", title=_("Sign out"))
<div class="sheet">
<h1>{{_("Sign out of {site}?").format(site=site.app_name)}}</h1>
<p>{{_("{app} wants to sign you out, {name}.").format(app=client.name, name=actor_name) if client else _("An app wants to sign you out, {name}.").format(name=actor_name)}} {{_("Apps that you have open may keep you signed in until you sign out there.")}}</p>
<form method="post" action="/logout" class="row apart">
% include("parts/form_token.tpl")
<a class="button" href="/settings/apps">{{_("Stay signed in")}}</a>
<button class="primary">{{_("Sign out")}}</button>
</form>
</div>
