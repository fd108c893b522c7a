"""The URL map: every route with its handler and its guard, one a line."""

from pocketid.oidc import authorize, discovery, end_session, token, userinfo
from pocketid.pages import account, images, login, passkeys, setup, site
from pocketid.pages import authorize as interaction
from pocketid.request import Guard
from pocketid.web import Route

PUBLIC, PROTOCOL, USER, ADMIN = Guard.PUBLIC, Guard.PROTOCOL, Guard.USER, Guard.ADMIN

ROUTES = (
    # The site
    Route("GET", "/", site.start, PUBLIC),
    Route("GET", "/healthz", site.healthz, PUBLIC),
    Route("GET", "/health", site.show_health, PUBLIC),
    Route("GET", "/static/<name>", site.static, PUBLIC),
    Route("GET", "/theme.css", site.theme, PUBLIC),
    Route("GET", "/settings", site.moved, PUBLIC),
    Route("GET", "/settings/admin", site.moved, PUBLIC),
    Route("GET", "/settings/users", site.moved, PUBLIC),
    Route("GET", "/settings/audit", site.moved, PUBLIC),
    Route("GET", "/settings/audit-log/global", site.moved, PUBLIC),
    Route("GET", "/signup/setup", site.moved, PUBLIC),
    Route("GET", "/api/users/<user_id>/profile-picture.png", images.picture, PUBLIC),
    Route("GET", "/api/oidc/clients/<client_id>/logo", images.logo, PUBLIC),
    # OAuth 2.0 and OpenID Connect
    Route("GET", "/.well-known/openid-configuration", discovery.configuration, PROTOCOL),
    Route("GET", "/.well-known/oauth-authorization-server", discovery.configuration, PROTOCOL),
    Route("GET", "/.well-known/jwks.json", discovery.jwks, PROTOCOL),
    Route("GET", "/authorize", authorize.authorize, PROTOCOL),
    Route("POST", "/authorize", authorize.authorize, PROTOCOL),
    Route("POST", "/api/oidc/token", token.token, PROTOCOL),  # authenticates the client itself
    Route("GET", "/api/oidc/userinfo", userinfo.userinfo, PROTOCOL),
    Route("POST", "/api/oidc/userinfo", userinfo.userinfo, PROTOCOL),
    Route("GET", "/api/oidc/end-session", end_session.end_session, PROTOCOL),
    Route("POST", "/api/oidc/end-session", end_session.end_session, PROTOCOL),
    Route("OPTIONS", "/.well-known/openid-configuration", discovery.preflight, PROTOCOL),
    Route("OPTIONS", "/.well-known/oauth-authorization-server", discovery.preflight, PROTOCOL),
    Route("OPTIONS", "/.well-known/jwks.json", discovery.preflight, PROTOCOL),
    Route("OPTIONS", "/api/oidc/token", discovery.preflight, PROTOCOL),
    Route("OPTIONS", "/api/oidc/userinfo", discovery.preflight, PROTOCOL),
    # On the way from an app and back
    Route("GET", "/interaction", interaction.show, PUBLIC),
    Route("POST", "/interaction/sign-in", interaction.sign_in, PUBLIC),
    Route("POST", "/interaction/choose", interaction.choose, PUBLIC),
    Route("POST", "/interaction/switch", interaction.switch, PUBLIC),
    Route("POST", "/interaction/consent", interaction.consent, PUBLIC),
    Route("POST", "/interaction/cancel", interaction.cancel, PUBLIC),
    # The first account
    Route("GET", "/setup", setup.show, PUBLIC),
    Route("POST", "/setup", setup.submit, PUBLIC),
    Route("POST", "/setup/passkey", setup.complete, PUBLIC),
    # Signing in and out
    Route("GET", "/login", login.show, PUBLIC),
    Route("POST", "/login", login.submit, PUBLIC),
    Route("GET", "/login/alternative", login.alternatives, PUBLIC),
    Route("GET", "/login/alternative/code", login.enter_code, PUBLIC),
    Route("GET", "/login/reauthenticate", login.ask_again, USER),
    Route("POST", "/login/reauthenticate", login.reauthenticate, USER),
    Route("GET", "/login/add-passkey", login.offer_passkey, USER),
    Route("POST", "/login/add-passkey", login.add_passkey, USER),
    Route("GET", "/lc", login.enter_code, PUBLIC),
    Route("GET", "/lc/<code>", login.open_link, PUBLIC),
    Route("POST", "/lc", login.redeem, PUBLIC),
    Route("GET", "/logout", login.ask_sign_out, PUBLIC),
    Route("POST", "/logout", login.sign_out, PUBLIC),
    # Account
    Route("GET", "/settings/account", account.show, USER),
    Route("POST", "/settings/account", account.update, USER),
    Route("POST", "/settings/account/picture", account.change_picture, USER, upload=True),
    Route("POST", "/settings/account/picture/reset", account.reset_picture, USER),
    Route("POST", "/settings/account/sessions/end-others", account.end_other_sessions, USER),
    Route("POST", "/settings/account/sessions/<session_id>/end", account.end_session, USER),
    Route("GET", "/settings/account/passkeys", passkeys.show, USER),
    Route("POST", "/settings/account/passkeys", passkeys.create, USER),
    Route("GET", "/settings/account/passkeys/new", passkeys.new, USER),
    Route("GET", "/settings/account/passkeys/<passkey_id>", passkeys.edit, USER),
    Route("POST", "/settings/account/passkeys/<passkey_id>", passkeys.update, USER),
    Route("GET", "/settings/account/passkeys/<passkey_id>/delete", passkeys.confirm_delete, USER),
    Route("POST", "/settings/account/passkeys/<passkey_id>/delete", passkeys.delete, USER),
    Route("GET", "/settings/apps", account.list_apps, USER),
    Route("GET", "/settings/apps/<client_id>/revoke", account.ask_revoke_app, USER),
    Route("POST", "/settings/apps/<client_id>/revoke", account.revoke_app, USER),
    Route("GET", "/settings/audit-log", account.list_activity, USER),
)
