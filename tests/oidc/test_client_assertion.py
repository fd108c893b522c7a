"""Clients that prove who they are by a signed token. RFC 7523 3, OpenID Connect Core 9, FAPI 2.0 5.3.2.1."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocketid import client_keys, clients, federated_identities
from pocketid.audit import Row
from pocketid.client_keys import ClientKeys
from pocketid.db import Connection, Database
from pocketid.federated_identities import Typed
from tests.browser import Browser
from tests.conftest import APP_URL, BY_REQUESTS, KEYRING, Clock
from tests.ground.test_jose import ANYTHING, MEMBERS, UNREADABLE
from tests.key_server import KeyServer, serving
from tests.mail_server import make_certificate
from tests.oidc.flow import App
from tests.oidc.grants import ISSUED, UNTOUCHED, check_refusal, stored
from tests.signer import Signer, compact

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TOKEN_ENDPOINT = f"{APP_URL}/api/oidc/token"
SIGNER = Signer("ES256")


@dataclass
class Signing:
    """An app that signs, and the ways in which it can go wrong."""

    app: App
    clock: Clock
    issue: Callable[..., str]
    browser: Browser
    number: int = 0

    def claims(self, **changes: Any) -> dict[str, Any]:
        self.number += 1
        at, name = int(self.clock().timestamp()), self.app.client_id
        usual = {"iss": name, "sub": name, "aud": APP_URL, "exp": at + 60, "iat": at, "jti": str(self.number)}
        return {key: value for key, value in (usual | changes).items() if value is not None}

    def exchange(self, assertion: str | None, /, **form: Any) -> Browser:
        """Exchange a fresh code, with an assertion instead of a secret."""
        sent = {
            "client_id": None,
            "client_secret": None,
            "client_assertion_type": TYPE,
            "client_assertion": assertion,
            **form,
        }
        return self.app.exchange(self.browser, self.issue(to=self.app), **sent)

    def sign(self, **changes: Any) -> str:
        return SIGNER.sign(self.claims(**changes))


@pytest.fixture
def change(db: Database, now: datetime) -> Callable[..., None]:
    """`change(client_id, **fields)`: fields as clients.Change."""

    def make(client_id: str = "immich", **fields: Any) -> None:
        before = clients.Change.of(clients.get(db, client_id))
        clients.update(db, client_id, replace(before, **fields), now)
        db.commit()

    return make


@pytest.fixture
def signing(
    app: App, db: Database, clock: Clock, issue: Callable[..., str], browser: Browser, now: datetime
) -> Signing:
    client_keys.save(db, ClientKeys("immich", [SIGNER.public, Signer("RS256", "rsa").public]), now)
    db.commit()
    return Signing(app, clock, issue, browser)


def test_an_app_signs_instead_of_telling_a_secret(signing: Signing, db: Database) -> None:
    got = signing.exchange(signing.sign())
    assert got.status == 200, got.text
    assert stored(db) == ISSUED
    for audience in (TOKEN_ENDPOINT, f"{APP_URL}/api/oidc/par", [APP_URL], [APP_URL, TOKEN_ENDPOINT]):
        assert signing.exchange(signing.sign(aud=audience)).status == 200
    assert signing.exchange(Signer("RS256", "rsa").sign(signing.claims())).status == 200
    assert signing.exchange(SIGNER.sign(signing.claims(), typ="client-authentication+jwt")).status == 200
    assert signing.exchange(SIGNER.sign(signing.claims(), typ="JWT", kid=None)).status == 200
    assert signing.exchange(signing.sign(), client_id="immich").status == 200


def test_it_pushes_and_refreshes_so_too(signing: Signing) -> None:
    pushed = signing.app.push(
        signing.browser, client_secret=None, client_assertion_type=TYPE, client_assertion=signing.sign()
    )
    assert pushed.status == 201, pushed.text
    token = signing.exchange(signing.sign()).json()["refresh_token"]
    got = signing.app.refresh(
        signing.browser,
        token,
        client_secret=None,
        client_assertion_type=TYPE,
        client_assertion=signing.sign(),
    )
    assert got.status == 200, got.text


AT = "now"  # seconds from now, in the table below
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "iss is another": ({"iss": "other"}, "no identity"),
    "no iss": ({"iss": None}, "no identity"),
    "sub is another": ({"sub": "other", "client_id": "immich"}, "sub is not the client"),
    "no sub": ({"sub": None, "client_id": "immich"}, "sub is not the client"),
    "aud is another": ({"aud": "https://other.example"}, "aud"),
    "aud has others too": ({"aud": [APP_URL, "https://other.example"]}, "aud"),
    "aud begins like us": ({"aud": f"{APP_URL}/"}, "aud"),
    "no aud": ({"aud": None}, "aud"),
    "aud is empty": ({"aud": []}, "aud"),
    "aud is a number": ({"aud": 1}, "aud"),
    "aud holds a number": ({"aud": [APP_URL, 1]}, "aud"),
    "no exp": ({"exp": None}, "exp is missing"),
    "exp is a text": ({"exp": "2030"}, "exp is no time"),
    "exp is true": ({"exp": True}, "exp is no time"),
    "expired": ({AT: {"exp": -10}}, "expired"),
    "lives for long": ({AT: {"exp": 311}}, "lives too long"),
    "never ends": ({"exp": 1e300}, "lives too long"),
    "a number without end": ({"exp": 10**400}, "exp is no time"),
    "not yet": ({AT: {"nbf": 11}}, "nbf is in the future"),
    "made later": ({AT: {"iat": 11}}, "iat is in the future"),
    "no jti": ({"jti": None}, "jti"),
    "empty jti": ({"jti": ""}, "jti"),
    "jti is a number": ({"jti": 1}, "jti"),
    "long jti": ({"jti": "x" * 513}, "jti"),
}


@pytest.mark.parametrize("name", WRONG)
def test_s_tk_07_every_claim_is_looked_at_and_nothing_is_spent(
    signing: Signing, db: Database, events: Callable[..., list[Row]], rows: Callable[[str], int], name: str
) -> None:
    changes, reason = WRONG[name]
    seconds = {
        claim: int(signing.clock().timestamp()) + offset for claim, offset in changes.get(AT, {}).items()
    }
    form = {"client_id": changes["client_id"]} if "client_id" in changes else {}
    sent = {claim: value for claim, value in changes.items() if claim not in {AT, "client_id"}}
    check_refusal(signing.exchange(signing.sign(**sent, **seconds), **form), 401, "invalid_client")
    assert (stored(db), rows("used_jtis")) == (UNTOUCHED, 0)
    recorded = events("CLIENT_AUTHENTICATION_FAILED")[0]
    assert reason in recorded.details["reason"]


@pytest.mark.parametrize(
    ("claim", "offset"), [("exp", -9), ("exp", 310), ("nbf", 10), ("iat", 10), ("iat", -9999)]
)
def test_clocks_may_differ_a_little(signing: Signing, claim: str, offset: int) -> None:
    at = int(signing.clock().timestamp())
    assert signing.exchange(signing.sign(**{claim: at + offset})).status == 200


def test_s_tk_07_an_assertion_is_used_once(signing: Signing) -> None:
    assertion = signing.sign()
    assert signing.exchange(assertion).status == 200
    check_refusal(signing.exchange(assertion), 401, "invalid_client")
    signing.clock.advance(seconds=69)  # to the end of its time, clocks that differ included
    check_refusal(signing.exchange(assertion), 401, "invalid_client")


def test_s_tk_03_a_refused_assertion_stays_good(signing: Signing) -> None:
    assertion = signing.sign()
    check_refusal(signing.exchange(assertion, client_id="other"), 401, "invalid_client")
    assert signing.exchange(assertion).status == 200


@pytest.mark.parametrize(
    "token",
    [
        Signer("ES256", "stranger").sign({}),
        compact({"alg": "none"}, {}),
        *UNREADABLE.values(),
    ],
)
def test_s_tk_07_what_is_no_signed_assertion_is_refused(signing: Signing, db: Database, token: str) -> None:
    """The header and signature of each, around claims that are right where it can be read."""
    for assertion in {token, _with_claims(token, signing.claims())}:
        got = signing.exchange(assertion[:60_000], client_id="immich")
        assert got.status in {401, 413}
        assert stored(db) == UNTOUCHED


@pytest.mark.parametrize("typ", ["at+jwt", "dpop+jwt", "oauth-authz-req+jwt", "logout+jwt", "", 1, ["JWT"]])
def test_s_ky_03_another_kind_of_token_of_the_app_stands_in_for_none(signing: Signing, typ: object) -> None:
    check_refusal(signing.exchange(SIGNER.sign(signing.claims(), typ=typ)), 401, "invalid_client")


def _with_claims(token: str, claims: dict[str, Any]) -> str:
    parts = token.split(".")
    return ".".join([parts[0], compact({}, claims).split(".")[1], *parts[2:]])


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_assertion_type": None}, 401, "invalid_client"),
        (
            {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"},
            401,
            "invalid_client",
        ),
        ({"client_assertion": None}, 401, "invalid_client"),
        ({"client_id": "other"}, 401, "invalid_client"),
        ({"client_secret": "secret"}, 400, "invalid_request"),
    ],
)
def test_s_tk_01_one_assertion_of_one_kind(
    signing: Signing, db: Database, form: dict[str, Any], status: int, error: str
) -> None:
    check_refusal(signing.exchange(signing.sign(), **form), status, error)
    assert stored(db) == UNTOUCHED


def test_an_app_without_keys_cannot_sign(app: App, clock: Clock, issue: Any, browser: Browser) -> None:
    signing = Signing(app, clock, issue, browser)
    check_refusal(signing.exchange(signing.sign()), 401, "invalid_client")


def test_a_public_app_proves_nothing(signing: Signing, change: Callable[..., None]) -> None:
    change(is_public=True)
    check_refusal(signing.exchange(signing.sign()), 401, "invalid_client")


def test_an_app_that_signs_is_let_in_by_no_secret(
    signing: Signing, change: Callable[..., None], db: Database
) -> None:
    change(auth_method="private_key_jwt")
    app, code = signing.app, signing.issue()
    check_refusal(app.exchange(signing.browser, code), 401, "invalid_client")
    check_refusal(app.exchange(signing.browser, code, client_secret=None), 401, "invalid_client")
    assert stored(db) == UNTOUCHED
    assert signing.exchange(signing.sign()).status == 200


def test_an_app_may_sign_with_a_secret_that_is_made_for_it(
    signing: Signing, change: Callable[..., None], db: Database, now: datetime
) -> None:
    secret = client_keys.make_secret(db, KEYRING, "immich", now)
    by_secret = SecretSigner(secret)
    check_refusal(signing.exchange(by_secret.sign(signing.claims())), 401, "invalid_client")
    change(auth_method="client_secret_jwt")
    assert signing.exchange(by_secret.sign(signing.claims())).status == 200
    for wrong in (
        SIGNER.sign(signing.claims()),
        SecretSigner("x" * 43).sign(signing.claims()),
        SecretSigner(signing.app.secret or "").sign(signing.claims()),
        compact({"alg": "none"}, signing.claims()),
        compact({"alg": "HS256"}, signing.claims()),
    ):
        check_refusal(signing.exchange(wrong, client_id="immich"), 401, "invalid_client")
    check_refusal(
        signing.app.exchange(signing.browser, signing.issue(), client_secret=secret), 401, "invalid_client"
    )


class SecretSigner:
    """HS256 under a secret."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def sign(self, claims: dict[str, Any]) -> str:
        import base64
        import hmac

        content = compact({"alg": "HS256"}, claims).rstrip(".")
        mac = hmac.digest(self.secret.encode(), content.encode(), "sha256")
        return f"{content}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def test_a_fapi_app_names_our_issuer_alone_and_signs_strongly(
    signing: Signing, change: Callable[..., None], db: Database
) -> None:
    change(is_fapi=True)
    assert clients.get(db, "immich").signing_algorithm == "ES256"
    for audience in (TOKEN_ENDPOINT, [APP_URL], f"{APP_URL}/api/oidc/par"):
        check_refusal(signing.exchange(signing.sign(aud=audience)), 401, "invalid_client")
    rsa = Signer("RS256", "rsa").sign(signing.claims())
    check_refusal(signing.exchange(rsa), 401, "invalid_client")
    check_refusal(signing.app.exchange(signing.browser, signing.issue()), 401, "invalid_client")


def test_too_many_wrong_assertions_have_to_wait(signing: Signing) -> None:
    for _number in range(30):
        check_refusal(signing.exchange(signing.sign(aud="x")), 401, "invalid_client")
    assert signing.exchange(signing.sign(aud="x")).status == 429
    assert signing.exchange(signing.sign()).status == 200


@BY_REQUESTS
@given(
    header=MEMBERS,
    claims=st.dictionaries(st.sampled_from(["iss", "sub", "aud", "exp", "nbf", "iat", "jti"]), ANYTHING),
)
def test_whatever_is_sent_is_answered(signing: Signing, header: Any, claims: Any) -> None:
    form = {"client_assertion_type": TYPE, "grant_type": "authorization_code", "client_id": "immich"}
    for token in (compact(header, claims), _with_claims(SIGNER.sign({}), claims), SIGNER.sign(claims)):
        got = signing.app.token(signing.browser, client_assertion=token, **form)
        assert got.status in {400, 401, 429}


# Keys behind an address, and identities elsewhere


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("certificate"), "DNS:localhost")


@pytest.fixture
def key_server(certificate: Path) -> Iterator[KeyServer]:
    with serving(certificate) as server:
        yield server


@pytest.fixture
def outgoing_signing(signing: Signing, reconfigured: Callable[..., Browser], certificate: Path) -> Signing:
    """The same app, at a server that may call this machine."""
    browser = reconfigured(OUTGOING_CA_FILE=str(certificate), OUTGOING_ALLOW_LOOPBACK="true")
    return replace(signing, browser=browser)


@pytest.fixture
def remote(outgoing_signing: Signing, key_server: KeyServer, db: Database, now: datetime) -> Signing:
    """An app whose keys are behind an address."""
    client_keys.save(db, ClientKeys("immich", jwks_uri=f"{key_server.origin}/keys"), now)
    db.commit()
    key_server.publish(
        Signer("ES256", "kept").private, {"kty": "oct", "k": "AA"}, SIGNER.public, {"kty": "new"}
    )
    return outgoing_signing


def test_keys_are_fetched_and_kept_for_minutes(remote: Signing, key_server: KeyServer) -> None:
    for _number in range(3):
        assert remote.exchange(remote.sign()).status == 200
    assert key_server.asked == ["/keys"]
    check_refusal(remote.exchange(Signer("ES256", "kept").sign(remote.claims())), 401, "invalid_client")
    remote.clock.advance(minutes=5)
    assert remote.exchange(remote.sign()).status == 200
    assert key_server.asked == ["/keys"] * 2


def test_a_new_key_is_looked_for_once_every_few_seconds(remote: Signing, key_server: KeyServer) -> None:
    assert remote.exchange(remote.sign()).status == 200
    new = Signer("ES256", "new")
    key_server.publish(new.public)
    check_refusal(remote.exchange(new.sign(remote.claims())), 401, "invalid_client")  # asked a moment ago
    remote.clock.advance(seconds=10)
    assert remote.exchange(new.sign(remote.claims())).status == 200
    for number in range(5):
        stranger = Signer("ES256", f"stranger-{number}")
        check_refusal(remote.exchange(stranger.sign(remote.claims())), 401, "invalid_client")
    assert key_server.asked == ["/keys"] * 2
    check_refusal(remote.exchange(remote.sign()), 401, "invalid_client")  # the old key is gone


def test_a_wrong_signature_sends_us_nowhere(remote: Signing, key_server: KeyServer) -> None:
    assert remote.exchange(remote.sign()).status == 200
    remote.clock.advance(minutes=1)
    forged = SIGNER.sign(remote.claims())[:-6] + "AAAAAA"
    check_refusal(remote.exchange(forged), 401, "invalid_client")
    assert key_server.asked == ["/keys"]


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, b""), (302, b""), (200, b"no JSON"), (200, b"[]"), (200, b'{"keys": 1}'), (200, b"x" * 300_000)],
)
def test_what_is_no_set_is_none_and_the_last_one_counts_for_an_hour(
    remote: Signing, key_server: KeyServer, status: int, body: bytes
) -> None:
    good, (key_server.status, key_server.body) = (key_server.status, key_server.body), (status, body)
    check_refusal(remote.exchange(remote.sign()), 401, "invalid_client")
    key_server.status, key_server.body = good
    remote.clock.advance(seconds=10)
    assert remote.exchange(remote.sign()).status == 200
    if body == b'{"keys": 1}':
        return
    key_server.status, key_server.body = status, body
    remote.clock.advance(minutes=30)
    assert remote.exchange(remote.sign()).status == 200
    remote.clock.advance(minutes=31)
    check_refusal(remote.exchange(remote.sign()), 401, "invalid_client")


def test_s_out_02_this_machine_is_not_called_unless_that_is_allowed(
    remote: Signing, signing: Signing, key_server: KeyServer
) -> None:
    check_refusal(signing.exchange(signing.sign()), 401, "invalid_client")
    assert key_server.asked == []


@pytest.fixture
def federate(db: Database, now: datetime) -> Callable[..., None]:
    def add(**fields: Any) -> None:
        federated_identities.add(db, "immich", Typed(**fields), now)
        db.commit()

    return add


def test_a_token_of_another_issuer_proves_it_by_the_defaults(
    outgoing_signing: Signing, key_server: KeyServer, federate: Callable[..., None]
) -> None:
    signing, issuer = outgoing_signing, key_server.origin
    key_server.publish(Signer("ES384", "cluster").public)
    federate(issuer=issuer)
    sign = Signer("ES384", "cluster").sign
    token = sign(signing.claims(iss=issuer, aud=["sts", APP_URL]))
    assert signing.exchange(token).status == 200
    check_refusal(signing.exchange(token), 401, "invalid_client")
    assert key_server.asked == ["/.well-known/jwks.json"]
    assert signing.exchange(sign(signing.claims(iss=issuer)), client_id="immich").status == 200


FOREIGN: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://other.example"},
    "another subject": {"sub": "system:serviceaccount:photos:other"},
    "the client as subject": {"sub": "immich"},
    "our issuer as audience": {"aud": APP_URL},
    "no audience": {"aud": None},
    "no end": {"exp": None},
    "for years": {"exp": 1e11},
}


def test_a_token_of_another_issuer_says_all_that_is_registered(
    outgoing_signing: Signing,
    key_server: KeyServer,
    federate: Callable[..., None],
    change: Callable[..., None],
) -> None:
    signing, cluster = outgoing_signing, Signer("RS256", "cluster")
    key_server.publish(cluster.public)
    right = {
        "iss": "https://cluster.example",
        "sub": "system:serviceaccount:photos:immich",
        "aud": "pocketid",
    }
    federate(
        issuer=right["iss"],
        subject=right["sub"],
        audience=right["aud"],
        jwks_uri=f"{key_server.origin}/openid/v1/jwks",
        allows_reuse=True,
    )
    token = cluster.sign(signing.claims(**right, jti=None, exp=int(signing.clock().timestamp()) + 86_400))
    for _time in range(2):
        assert signing.exchange(token, client_id="immich").status == 200
    check_refusal(signing.exchange(token), 401, "invalid_client")  # no client has this subject as its id
    for name, changes in FOREIGN.items():
        got = signing.exchange(cluster.sign(signing.claims(**(right | changes))), client_id="immich")
        assert got.status == 401, name
    check_refusal(
        signing.exchange(SIGNER.sign(signing.claims(**right)), client_id="immich"), 401, "invalid_client"
    )
    assert key_server.asked == ["/openid/v1/jwks"]
    change(auth_method="private_key_jwt")
    check_refusal(signing.exchange(token, client_id="immich"), 401, "invalid_client")


def test_the_database_holds_fapi_clients_to_their_rules(
    signing: Signing, change: Callable[..., None], connection: Connection
) -> None:
    change(is_fapi=True)
    for column, value in (
        ("auth_method", "'any'"),
        ("requires_dpop", "false"),
        ("signing_algorithm", "'RS256'"),
    ):
        with pytest.raises(Exception, match="clients_fapi"), connection.transaction():
            connection.execute(f"update clients set {column} = {value}")
