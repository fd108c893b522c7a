"""Signing keys: made once, sealed, published without their secrets, and chosen by ourselves alone."""

import json
import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import pytest
from jwcrypto import jwk, jws, jwt

from pocketid import audit, signing_keys
from pocketid.audit import Row
from pocketid.crypto import base64url
from pocketid.db import Connection, Database
from pocketid.request import Request
from pocketid.signing_keys import ALGORITHMS, NotOurs, SigningKey
from pocketid.web import Site
from tests.browser import Browser
from tests.conftest import APP_URL, KEYRING, START

PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "k", "oth"}
CLAIMS = {"iss": APP_URL, "sub": "x", "n": 5, "text": 'ü"\\'}


@pytest.fixture
def request_(site: Site, db: Database) -> Request:
    """As much of a request as the keys look at."""
    parts = SimpleNamespace(db=db, keyring=site.keyring, signals=site.signals, config=site.config)
    return cast(Request, parts)


def current(db: Database, algorithm: str) -> SigningKey:
    return signing_keys._load(db, KEYRING).current(algorithm, START)


def created(db: Database, algorithm: str, at: datetime) -> str:
    return signing_keys._create(db, KEYRING, algorithm, at, at, partial(audit.record_by_system, db, at))


def test_every_algorithm_has_a_key_and_a_second_start_makes_none(
    db: Database, now: datetime, events: Callable[..., list[Row]]
) -> None:
    before = signing_keys._load(db, KEYRING)
    assert before.of_algorithm.keys() == set(ALGORITHMS)
    signing_keys.ensure(db, KEYRING, now)
    after = signing_keys._load(db, KEYRING)
    assert after.by_kid.keys() == before.by_kid.keys()
    made = events("SIGNING_KEY_CREATED")
    assert {event.details["algorithm"] for event in made} == set(ALGORITHMS)
    assert {event.details["kid"] for event in made} == before.by_kid.keys()


def test_two_processes_that_start_at_once_make_one_key_each(committed_site: Site, now: datetime) -> None:
    with committed_site.database() as db:
        db.run("signing_keys.lock")
        assert db._connection is not None
        db._connection.execute("delete from signing_keys")
        db.commit()
    barrier = threading.Barrier(4)

    def start() -> None:
        with committed_site.database() as db:
            barrier.wait()
            signing_keys.ensure(db, KEYRING, now)
            db.commit()

    threads = [threading.Thread(target=start) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with committed_site.database() as db:
        assert len(signing_keys._load(db, KEYRING).by_kid) == len(ALGORITHMS)


def test_s_ky_02_the_set_has_public_members_only_and_distinct_kids(browser: Browser) -> None:
    got = browser.get("/.well-known/jwks.json")
    assert got.headers["Content-Type"] == "application/json"
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert got.json().keys() == {"keys"}
    keys = got.json()["keys"]
    needed = {"RSA": {"n", "e"}, "EC": {"crv", "x", "y"}, "OKP": {"crv", "x"}}
    for key in keys:
        assert not PRIVATE & key.keys()
        assert key.keys() == needed[key["kty"]] | {"kty", "kid", "use", "alg"}
        assert key["use"] == "sig"
        assert len(key["kid"]) == 22
        assert all("=" not in value for value in key.values())
    assert {key["alg"]: (key["kty"], key.get("crv")) for key in keys} == {
        "RS256": ("RSA", None),
        "PS256": ("RSA", None),
        "ES256": ("EC", "P-256"),
        "EdDSA": ("OKP", "Ed25519"),
    }
    assert len({key["kid"] for key in keys}) == len(keys)
    rsa = {key["n"] for key in keys if key["kty"] == "RSA"}
    assert [len(modulus) for modulus in rsa] == [342, 342], "2048 bits, a key for each algorithm"


def test_s_ky_04_the_private_key_is_sealed_and_bound_to_its_row(
    db: Database, shared_connection: Connection
) -> None:
    for kid, key in signing_keys._load(db, KEYRING).by_kid.items():
        [row] = shared_connection.execute("select * from signing_keys where kid = %s", (kid,)).fetchall()
        secret = json.loads(KEYRING.open("signing-key", bytes(sealed_of(shared_connection, kid)), kid))["d"]
        assert secret not in str(row)
        assert base64url(bytes(sealed_of(shared_connection, kid))).find(secret) == -1
        assert not PRIVATE & key.published.keys()


def sealed_of(connection: Connection, kid: str) -> bytes:
    [row] = connection.execute(
        "select sealed_private_jwk from signing_keys where kid = %s", (kid,)
    ).fetchall()
    return bytes(row[0])


def test_s_ky_02_a_retired_key_verifies_and_stays_published_while_the_new_one_signs(
    db: Database, request_: Request, now: datetime, shared_connection: Connection, browser: Browser
) -> None:
    before = {algorithm: current(db, algorithm) for algorithm in ALGORITHMS}
    tokens = [signing_keys.sign(key, CLAIMS, "JWT") for key in before.values()]
    shared_connection.execute("update signing_keys set retired_at = %s", (now,))
    signing_keys.ensure(db, KEYRING, now)
    after = {algorithm: current(db, algorithm) for algorithm in ALGORITHMS}
    assert {key.kid for key in after.values()}.isdisjoint(key.kid for key in before.values())
    for token in tokens:
        assert signing_keys.verify(request_, token, typ="JWT") == CLAIMS
    published = {key["kid"] for key in browser.get("/.well-known/jwks.json").json()["keys"]}
    assert published == {key.kid for key in (*before.values(), *after.values())}


def test_keys_are_read_once_until_their_table_changes(request_: Request, db: Database, now: datetime) -> None:
    request_.signals.begin_listening()
    first = signing_keys.keys(request_)
    created(db, "ES256", now)
    assert signing_keys.keys(request_) is first
    request_.signals.changed("signing_keys")
    assert len(signing_keys.keys(request_).by_kid) == len(first.by_kid) + 1


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_is_signed_verifies_here_and_in_another_library(
    db: Database, request_: Request, algorithm: str
) -> None:
    key = current(db, algorithm)
    for _each in range(20):  # r and s of ES256 are shorter now and then
        token = signing_keys.sign(key, CLAIMS, "JWT")
        assert signing_keys.verify(request_, token, typ="JWT") == CLAIMS
        parsed = jws.JWS()
        parsed.allowed_algs = [algorithm]
        parsed.deserialize(token, jwk.JWK(**key.published))
        assert json.loads(parsed.payload) == CLAIMS
        assert parsed.jose_header == {"alg": algorithm, "kid": key.kid, "typ": "JWT"}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_another_library_s_token_under_our_key_verifies(
    db: Database, request_: Request, algorithm: str
) -> None:
    kid = current(db, algorithm).kid
    assert db._connection is not None
    private = jwk.JWK.from_json(KEYRING.open("signing-key", sealed_of(db._connection, kid), kid).decode())
    token = jwt.JWT(header={"alg": algorithm, "kid": kid, "typ": "JWT"}, claims=CLAIMS, algs=[algorithm])
    token.make_signed_token(private)
    assert signing_keys.verify(request_, token.serialize(), typ="JWT") == CLAIMS


def forged(header: Any, payload: Any, signature: bytes = b"") -> str:
    parts = [json.dumps(header).encode(), json.dumps(payload).encode(), signature]
    return ".".join(base64url(part) for part in parts)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_s_ky_01_the_header_chooses_neither_algorithm_nor_key(
    db: Database, request_: Request, algorithm: str
) -> None:
    """RFC 8725 3.1, 3.2: none, HMAC under the public key, another of our keys, a key of the attacker's."""
    key = current(db, algorithm)
    other = current(db, "ES256" if algorithm == "RS256" else "RS256")
    head, payload, signature = signing_keys.sign(key, CLAIMS, "JWT").split(".")
    attacker = jwk.JWK.generate(kty="RSA", size=2048)
    shared = jwk.JWK(kty="oct", k=base64url(json.dumps(key.published).encode()))

    def signed(with_key: jwk.JWK, **header: Any) -> str:
        token = jws.JWS(json.dumps(CLAIMS))
        token.add_signature(with_key, None, json.dumps({"typ": "JWT"} | header))
        return token.serialize(compact=True)

    bad = {
        "none": forged({"alg": "none", "kid": key.kid, "typ": "JWT"}, CLAIMS),
        "None": forged({"alg": "None", "kid": key.kid, "typ": "JWT"}, CLAIMS),
        "our signature, another alg": f"{encoded({'alg': 'none', 'kid': key.kid, 'typ': 'JWT'})}.{payload}.{signature}",
        "our signature, no alg": f"{encoded({'kid': key.kid, 'typ': 'JWT'})}.{payload}.{signature}",
        "another kid of ours": f"{encoded({'alg': algorithm, 'kid': other.kid, 'typ': 'JWT'})}.{payload}.{signature}",
        "no kid": f"{encoded({'alg': algorithm, 'typ': 'JWT'})}.{payload}.{signature}",
        "kid list": f"{encoded({'alg': algorithm, 'kid': [key.kid], 'typ': 'JWT'})}.{payload}.{signature}",
        "hmac": signed(shared, alg="HS256", kid=key.kid),
        "attacker's key by kid": signed(attacker, alg="RS256", kid=key.kid),
        "attacker's key in the header": signed(
            attacker, alg="RS256", kid="x", jwk=attacker.export_public(as_dict=True)
        ),
        "changed payload": f"{head}.{encoded(CLAIMS | {'sub': 'y'})}.{signature}",
        "short signature": f"{head}.{payload}.{signature[:-4]}",
        "long signature": f"{head}.{payload}.{signature}AAAA",
        "no signature": f"{head}.{payload}.",
        "header array": f"{encoded([])}.{payload}.{signature}",
        "five parts": f"{head}.{payload}.{signature}.x.y",
    }
    for alg in ("none", "HS256", "RS512"):
        content = f"{encoded({'alg': alg, 'kid': key.kid, 'typ': 'JWT'})}.{payload}"
        bad[f"{alg} signed by us"] = (
            f"{content}.{base64url(signing_keys._signature(algorithm, key.private, content.encode()))}"
        )
    taken = [name for name, token in bad.items() if verifies(request_, token)]
    assert taken == []
    assert verifies(request_, f"{head}.{payload}.{signature}")


def verifies(request: Request, token: str) -> bool:
    try:
        signing_keys.verify(request, token, typ="JWT")
    except NotOurs:
        return False
    return True


def encoded(content: Any) -> str:
    return base64url(json.dumps(content).encode())


@pytest.mark.parametrize(
    ("claims", "typ"),
    [
        ({"iss": APP_URL + "/"}, "JWT"),
        ({"iss": [APP_URL]}, "JWT"),
        ({"sub": "x"}, "JWT"),
        ({"iss": APP_URL}, "at+jwt"),
        ({"iss": APP_URL}, "jwt"),
        ({"iss": APP_URL}, ""),
    ],
)
def test_s_ky_01_only_our_issuer_and_the_kind_asked_for(
    db: Database, request_: Request, claims: dict[str, Any], typ: str
) -> None:
    token = signing_keys.sign(current(db, "ES256"), claims, typ)
    with pytest.raises(NotOurs):
        signing_keys.verify(request_, token, typ="JWT")


@pytest.mark.parametrize(
    "token", ["", ".", "..", "...", "a.b.c", "ä.ö.ü", "W1tb" * 4000 + ".e30.e30", "x" * 20_000]
)
def test_nonsense_is_no_token_of_ours(request_: Request, token: str) -> None:
    with pytest.raises(NotOurs):
        signing_keys.verify(request_, token, typ="JWT")
