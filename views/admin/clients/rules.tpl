% # Needs: client (Client), change (clients.Change), minutes (str), people, with_device_bound (int), errors (dict)
% rebase("layout/base.tpl", title=_("Sign-in rules of {app}").format(app=client.name), section="clients")
% here = "/settings/admin/oidc-clients/" + in_path(client.id)
% missing = people - with_device_bound
<header><a href="{{here}}">{{client.name}}</a><h1>{{_("Sign-in rules of {app}").format(app=client.name)}}</h1><p class="soft">{{_("For apps that hold more than the others. Most need nothing here.")}}</p></header>
% if client.requires_device_bound_passkey and missing:
<div class="notice warn">{{ngettext("{n} person who may use {app} has no passkey that stays on one device, and cannot sign in to it.", "{n} people who may use {app} have no passkey that stays on one device, and cannot sign in to it.", missing).format(n=missing, app=client.name)}}</div>
% end
<form method="post" action="{{here}}/rules" class="fields">
% include("parts/form_token.tpl")
<section class="card" aria-labelledby="person-title"><header><h2 id="person-title">{{_("What people have to do")}}</h2></header>
<div class="fields">
% include("parts/check.tpl", name="requires_reauthentication", label=_("Ask for the passkey each time"), checked=change.requires_reauthentication, hint=_("Even when the person is signed in already."))
% include("parts/field.tpl", name="longest_sign_in_minutes", label=_("Ask again after, in minutes"), value=minutes, errors=errors, hint=_("How old a sign-in here may be when {app} asks who it is. Empty: as old as the session.").format(app=client.name), numeric=True, maxlength=9)
% include("parts/check.tpl", name="requires_device_bound_passkey", label=_("Only passkeys that stay on one device"), checked=change.requires_device_bound_passkey, hint=_("Security keys and the like; none that Apple, Google or a password manager copies. {n} of {all} people who may use {app} have one.").format(n=with_device_bound, all=people, app=client.name))
</div></section>
<section class="card" aria-labelledby="app-title"><header><h2 id="app-title">{{_("How {app} has to ask").format(app=client.name)}}</h2><p class="soft">{{_("Switch this on only if the app can do it: it cannot sign anybody in otherwise.")}}</p></header>
<div class="fields">
% include("parts/check.tpl", name="requires_pushed_request", label=_("Only by pushed requests"), checked=change.requires_pushed_request or client.is_fapi, disabled=client.is_fapi, hint=_("It hands its request to this server first, so that nobody can change it on the way (PAR)."))
% include("parts/check.tpl", name="requires_signed_request", label=_("Only by signed requests"), checked=change.requires_signed_request, errors=errors, hint=_("Everything that it asks for is in a request object (JAR) that it signed with a key registered here, for an hour at most."))
</div></section>
<div class="row"><button class="primary">{{_("Save")}}</button></div></form>
