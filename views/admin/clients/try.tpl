% # Needs: client (Client), scopes, all_scopes (list[str]), redirect_uri (str)
% rebase("layout/base.tpl", title=_("Try {app}").format(app=client.name), section="clients")
% here = "/settings/admin/oidc-clients/" + in_path(client.id)
<header><a href="{{here}}">{{client.name}}</a><h1>{{_("Try {app}").format(app=client.name)}}</h1><p class="soft">{{_("You sign in as yourself with the settings of this client, and this site plays the app: it checks each answer and shows what an app would get.")}}</p></header>
<form class="card" method="post" action="{{here}}/try">
% include("parts/form_token.tpl")
<fieldset class="row"><legend>{{_("Scopes that the app asks for")}}</legend>
% for scope in all_scopes:
% include("parts/check.tpl", name="scope", id="scope-" + scope, value=scope, label=scope, checked=scope in scopes)
% end
</fieldset>
% if not client.is_public:
<div class="field"><label for="secret">{{_("Client secret")}}</label><small id="secret-hint">{{_("Optional: type it as it stands in the app to see whether it is right.")}}</small><input id="secret" name="secret" type="password" autocomplete="off" maxlength="512" aria-describedby="secret-hint"></div>
% end
<div class="prose soft"><p>{{_("For this trial alone, in this browser and for ten minutes, the client may return to {uri}. Its own redirect URIs are not tried, nor whether the app reaches this site.").format(uri=redirect_uri)}}</p><p>{{_("The tokens are revoked before they are shown. The sign-in is in the audit log, and your consent is kept.")}}</p></div>
<div class="row"><button class="primary">{{_("Try it")}}</button></div></form>
