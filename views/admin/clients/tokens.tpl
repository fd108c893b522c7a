% # Needs: client (Client), change (clients.Change), minutes (str), errors (dict)
% rebase("layout/base.tpl", title=_("Tokens of {app}").format(app=client.name), section="clients")
% here = "/settings/admin/oidc-clients/" + in_path(client.id)
<header><a href="{{here}}">{{client.name}}</a><h1>{{_("Tokens of {app}").format(app=client.name)}}</h1><p class="soft">{{_("Most apps need nothing here.")}}</p></header>
<form class="card" method="post" action="{{here}}/tokens">
% include("parts/form_token.tpl")
<div class="fields">
% include("parts/check.tpl", name="has_opaque_access_tokens", label=_("Access tokens that say nothing"), checked=change.has_opaque_access_tokens, hint=_("Random texts instead of JWTs. An API has to ask this site about them."))
% include("parts/field.tpl", name="refresh_absolute_minutes", label=_("Sign in again after, in minutes"), value=minutes, errors=errors, hint=_("However often it was refreshed meanwhile. Empty: never."), numeric=True, maxlength=9)
% include("parts/check.tpl", name="signs_userinfo", label=_("Sign what userinfo says"), checked=change.signs_userinfo, hint=_("As a JWT. Only for apps that ask for it."))
% include("parts/check.tpl", name="allows_client_credentials", label=_("It may get tokens for itself"), checked=change.allows_client_credentials and not client.is_public, disabled=client.is_public, hint=_("Without any person, by its secret. They open only the APIs that it was given."))
</div>
<div class="row apart"><button class="primary">{{_("Save")}}</button><a class="button quiet" href="/settings/admin/apis">{{_("APIs")}}</a></div></form>
