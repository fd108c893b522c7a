"""The keys of a client: what may be registered, and which signatures count as the client's."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from pocketid import client_keys, clients, jose
from pocketid.client_keys import ClientKeys
from pocketid.db import Database
from pocketid.errors import Invalid
from pocketid.jose import NotValid
from pocketid.request import Request
from tests.oidc.grants import bare_request
from tests.signer import Signer


@pytest.fixture
def request_(db: Database, now: datetime) -> Request:
    return bare_request(db, now)


def test_a_set_and_a_single_key_are_read() -> None:
    one, two = Signer().public, Signer("RS256", "key-2").public
    assert client_keys.read(json.dumps({"keys": [one, two]})) == [one, two]
    assert client_keys.read(json.dumps(one)) == [one]
    assert client_keys.read("") == []


REFUSED: dict[str, object] = {
    "no JSON": "keys",
    "no set": {"kid": "1"},
    "no list": {"keys": {"kty": "EC"}},
    "empty": {"keys": []},
    "too many": {"keys": [Signer("ES256", str(number)).public for number in range(11)]},
    "too long": {"keys": [Signer().public | {"x5c": ["A" * 33_000]}]},
    "private": {"keys": [Signer().public, Signer().private]},
    "for encryption": Signer().public | {"use": "enc"},
    "small": Signer("RS256").public | {"n": "AQAB"},
    "symmetric": {"kty": "oct", "k": "A" * 43},
    "the same kid twice": {"keys": [Signer().public, Signer("RS256").public]},
    "nested": "[" * 20_000,
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_set_of_public_keys_is_refused(name: str) -> None:
    typed = REFUSED[name]
    with pytest.raises(Invalid) as refused:
        client_keys.read(typed if isinstance(typed, str) else json.dumps(typed))
    assert set(refused.value.fields) == {"keys"}


def test_a_client_s_signature_counts_and_nobody_else_s(
    request_: Request, make_client: Callable[..., clients.Client], db: Database, now: datetime
) -> None:
    make_client("immich")
    first, second, other = Signer(), Signer("RS256", "key-2"), Signer("ES256", "key-3")
    client_keys.save(db, ClientKeys("immich", [first.public, second.public]), now)
    registered = client_keys.find(db, "immich")

    def check(token: str, *allowed: str) -> None:
        client_keys.verify(request_, registered, jose.parse(token), allowed or jose.ASYMMETRIC)

    check(first.sign({}))
    check(second.sign({}, kid=None))
    for token in (other.sign({}), other.sign({}, kid="key-1"), other.sign({}, kid=None, jwk=other.public)):
        with pytest.raises(NotValid):
            check(token)
    with pytest.raises(NotValid):
        check(second.sign({}), *jose.STRONG)
    db.run("clients.delete", id="immich")
    assert not client_keys.find(db, "immich")


def test_the_registered_algorithm_is_the_only_one(
    request_: Request, make_client: Callable[..., clients.Client], db: Database, now: datetime
) -> None:
    make_client("immich")
    rsa, ec = Signer("RS256"), Signer("ES256", "key-2")
    client_keys.save(db, ClientKeys("immich", [rsa.public, ec.public], algorithm="ES256"), now)
    registered = client_keys.find(db, "immich")
    client_keys.verify(request_, registered, jose.parse(ec.sign({})), jose.ASYMMETRIC)
    with pytest.raises(NotValid):
        client_keys.verify(request_, registered, jose.parse(rsa.sign({})), jose.ASYMMETRIC)


def test_without_keys_nothing_is_believed(request_: Request) -> None:
    with pytest.raises(NotValid, match="no keys"):
        client_keys.verify(request_, ClientKeys("immich"), jose.parse(Signer().sign({})), jose.ASYMMETRIC)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"jwks_uri": "http://app.example/jwks"}, "jwks_uri"),
        ({"jwks_uri": "https://app.example/j wks"}, "jwks_uri"),
        ({"jwks_uri": "https://app.example/" + "x" * 2048}, "jwks_uri"),
        ({"jwks_uri": "https://app.example/jwks", "keys": [Signer().public]}, "jwks_uri"),
        ({"algorithm": "HS256"}, "algorithm"),
        ({"algorithm": "none"}, "algorithm"),
    ],
)
def test_what_cannot_be_registered(
    make_client: Callable[..., clients.Client],
    db: Database,
    now: datetime,
    changes: dict[str, Any],
    field: str,
) -> None:
    make_client("immich")
    with pytest.raises(Invalid) as refused:
        client_keys.save(db, ClientKeys("immich", **changes), now)
    assert set(refused.value.fields) == {field}
    assert not client_keys.find(db, "immich")
