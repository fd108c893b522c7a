"""The authorization code grant. RFC 6749 4.1.3, OpenID Connect Core 3.1.3."""

from pocketid import users
from tests.browser import Browser
from tests.conftest import APP_URL, Clock
from tests.oidc.flow import App, claims_of


def test_a_code_becomes_tokens(signed_in: Browser, app: App, anna: users.User, clock: Clock) -> None:
    got = app.exchange(signed_in, app.code(signed_in))
    assert got.status == 200
    tokens = got.json()
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 3600
    assert tokens["scope"] == "openid profile email groups"
    claims = claims_of(signed_in, tokens["id_token"])
    assert claims["iss"] == APP_URL
    assert claims["sub"] == str(anna.id)
    assert claims["aud"] == "immich"
    assert claims["nonce"] == "the-nonce"
    assert claims["email"] == "anna@example.test"
    assert claims["preferred_username"] == "anna"
    assert claims["auth_time"] == int(clock().timestamp())
