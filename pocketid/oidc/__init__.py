"""The provider's protocol. One file for each endpoint and each family of rules; rows belong to the areas.

| Endpoint                                  | File              | Specification                               |
| ----------------------------------------- | ----------------- | ------------------------------------------- |
| /.well-known/openid-configuration         | discovery.py      | OpenID Connect Discovery 1.0 4, RFC 8414    |
| /.well-known/jwks.json                    | discovery.py      | RFC 7517                                    |
| /authorize                                | authorize.py      | RFC 6749 4.1.1, OpenID Connect Core 3.1.2   |
| /api/oidc/par                             | par.py            | RFC 9126 2                                  |
| /api/oidc/token                           | token.py          | RFC 6749 3.2, OpenID Connect Core 3.1.3     |
| /api/oidc/device/authorize                | device_authorization.py | RFC 8628                              |
| /api/oidc/introspect                      | introspection.py  | RFC 7662                                    |
| /api/oidc/revoke                          | revocation.py     | RFC 7009                                    |
| /api/oidc/userinfo                        | userinfo.py       | OpenID Connect Core 5.3, RFC 6750           |
| /api/oidc/end-session                     | end_session.py    | OpenID Connect RP-Initiated Logout 1.0      |

Used by more than one of them: parameters.py (reading), authorization_request.py (all checks of one, for /authorize and
/api/oidc/par), request_object.py, redirect_uri.py, pkce.py, prompts.py (what is needed next),
responses.py (query and form_post), client_auth.py with client_assertion.py (clients that sign), dpop.py (tokens that
work only with a key), claims.py (the one builder), id_token.py, access_token.py.
preview.py makes the claims of these tokens and issues none; trial.py plays an app.
"""
