% # Needs: client (Client), form (auth_method, keys, jwks_uri, algorithm (str), requires_dpop, is_fapi (bool)), typed (federated_identities.Typed), identities (list[Identity]), issuer (str), secret (str or None), has_secret (bool), errors (dict)
% rebase("layout/base.tpl", title=_("How {app} proves who it is").format(app=client.name), section="clients", scripts=["live.js"])
% here = "/settings/admin/oidc-clients/" + in_path(client.id)
<header><a href="{{here}}">{{client.name}}</a><h1>{{_("How {app} proves who it is").format(app=client.name)}}</h1><p class="soft">{{_("Most apps have a secret and need nothing here.")}}</p></header>
% if client.is_public:
<div class="notice">{{_("A public client proves nothing, so none of this counts.")}}</div>
% end
<form class="card" method="post" action="{{here}}/credentials"><header><h2>{{_("Method and keys")}}</h2></header>
% include("parts/form_token.tpl")
<div class="fields">
% include("parts/select.tpl", name="auth_method", label=_("Method"), value=form.auth_method, choices={"any": _("What it has: secret, keys or an identity elsewhere"), "private_key_jwt": _("Its keys alone (private_key_jwt)"), "client_secret_jwt": _("A secret that it signs with (client_secret_jwt)")}, errors=errors, hint=_("With the second or third choice, its other secrets count no longer."))
% include("parts/textarea.tpl", name="keys", label=_("Public keys"), value=form.keys, errors=errors, hint=_("A JWK set, as the app shows it. Never the private keys."), rows=6)
<div class="fields pair">
% include("parts/field.tpl", name="jwks_uri", label=_("Or their address"), value=form.jwks_uri, errors=errors, hint=_("Looked up every few minutes. https:// only."), type="url", maxlength=2048)
% include("parts/select.tpl", name="algorithm", label=_("Signed with"), value=form.algorithm, choices={"": _("any that is safe"), "RS256": "RS256", "PS256": "PS256", "ES256": "ES256", "EdDSA": "EdDSA"}, errors=errors)
</div>
% include("parts/check.tpl", name="requires_dpop", label=_("Tokens only together with a key (DPoP)"), checked=form.requires_dpop, hint=_("Whoever steals a token cannot use it. The app has to be able to do it."))
% include("parts/check.tpl", name="is_fapi", label=_("FAPI 2.0 Security Profile"), checked=form.is_fapi, errors=errors, hint=_("For apps that are held to it: its keys alone, DPoP, pushed requests and PKCE, and no RS256. All of it is switched on, and stays on."))
</div>
<div class="row"><button class="primary">{{_("Save")}}</button></div></form>
% if client.auth_method == "client_secret_jwt":
<section class="card" id="signing-secret" aria-labelledby="secret-title"><header><h2 id="secret-title">{{_("The secret that it signs with")}}</h2><p class="soft">{{_("It is never sent. It is kept encrypted here, because every signature is checked with it.")}}</p></header>
% if secret:
<div class="notice warn"><strong>{{_("Copy the secret now.")}}</strong> {{_("It is shown this once; if it gets lost, make a new one.")}}</div>
<div class="copy"><code id="new-secret">{{secret}}</code><button type="button" data-copied="{{_("Copied")}}" data-copy="#new-secret">{{_("Copy")}}</button></div>
% elif not has_secret:
<p class="soft">{{_("There is none, so the app cannot sign anybody in.")}}</p>
% end
<form method="post" action="{{here}}/credentials/secret">
% include("parts/form_token.tpl")
<div class="row"><button>{{_("Replace it by a new one") if has_secret else _("Make a secret")}}</button></div></form></section>
% end
<section class="card" id="elsewhere" aria-labelledby="elsewhere-title"><header><h2 id="elsewhere-title">{{_("Identities elsewhere")}}</h2><p class="soft">{{_("A cluster, cloud or pipeline that the app runs in vouches for it, so that no secret has to be kept (federated client credentials).")}}</p></header>
% if identities:
<ul class="list">
% for identity in identities:
<li><div class="grow"><code>{{identity.issuer}}</code><small>{{_("for {subject}").format(subject=identity.name)}}{{" · " + identity.audience if identity.audience else ""}}{{" · " + _("the same token may come again") if identity.allows_reuse else ""}}</small></div><div class="actions"><a class="button quiet danger" href="{{here}}/credentials/identities/{{identity.id}}/remove" aria-label="{{_("Remove {what}").format(what=identity.issuer)}}">{{_("Remove")}}</a></div></li>
% end
</ul>
% end
<form method="post" action="{{here}}/credentials/identities" class="fields">
% include("parts/form_token.tpl")
<div class="fields pair">
% include("parts/field.tpl", name="issuer", label=_("Issuer"), value=typed.issuer, errors=errors, hint=_("As it stands in the token, claim iss."), type="text", maxlength=2048)
% include("parts/field.tpl", name="subject", label=_("Subject"), value=typed.subject, errors=errors, hint=_("Claim sub. Empty: {value}").format(value=client.id), maxlength=2048)
% include("parts/field.tpl", name="audience", label=_("Audience"), value=typed.audience, errors=errors, hint=_("Claim aud. Empty: {value}").format(value=issuer), maxlength=2048)
% include("parts/field.tpl", name="issuer_jwks_uri", label=_("Address of its keys"), value=typed.jwks_uri, errors=errors, hint=_("Empty: /.well-known/jwks.json at the issuer."), type="url", maxlength=2048)
</div>
% include("parts/check.tpl", name="allows_reuse", label=_("The same token may come again"), checked=typed.allows_reuse, hint=_("For clusters that write a token into a file and renew it from time to time."))
<div class="row"><button>{{_("Add the identity")}}</button></div></form></section>
