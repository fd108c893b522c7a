"""What a trial says of an ID token that is wrong in one thing. OpenID Connect Core 3.1.3.7."""

from collections.abc import Callable
from typing import Any

import pytest

from pocketid import client_trials, signing_keys
from pocketid.clients import Client
from pocketid.crypto import base64url
from pocketid.db import Database
from pocketid.oidc import id_token, trial
from pocketid.request import Browser, Fields, Request
from pocketid.signing_keys import NotOurs
from pocketid.web import Site

ACCESS_TOKEN = "an.access.token"


@pytest.fixture
def request_(site: Site, db: Database) -> Request:
    """A request of the site."""
    return Request(
        method="GET",
        path="/",
        query=Fields(),
        form=Fields(),
        files={},
        headers={},
        cookies={},
        body=b"",
        address=None,
        now=site.clock(),
        config=site.config,
        keyring=site.keyring,
        signals=site.signals,
        assets=site.assets,
        db=db,
        browser=Browser("x" * 43),
    )


def good(request: Request) -> dict[str, Any]:
    now = int(request.now.timestamp())
    return {
        "iss": request.config.app_url,
        "aud": "immich",
        "nonce": client_trials.nonce(request, "state"),
        "at_hash": id_token.at_hash("RS256", ACCESS_TOKEN),
        "iat": now,
        "exp": now + 3600,
    }


CHANGES: list[tuple[dict[str, Any], str]] = [
    ({"iss": "https://pocketid.example.test/"}, "iss of the ID token names this site"),
    ({"aud": "wiki"}, "aud of the ID token is the client ID"),
    ({"aud": ["immich"]}, "aud of the ID token is the client ID"),
    ({"nonce": "another"}, "nonce came back as it was sent"),
    ({"nonce": None}, "nonce came back as it was sent"),
    ({"at_hash": "x"}, "at_hash fits the access token"),
    ({"iat": 0}, "iat and exp fit the clock"),
    ({"exp": 1}, "iat and exp fit the clock"),
    ({"iat": 99_999_999_999}, "iat and exp fit the clock"),
]


@pytest.mark.parametrize(("change", "label"), CHANGES)
def test_an_id_token_that_is_wrong_in_one_thing_is_red_in_that(
    change: dict[str, Any], label: str, request_: Request, make_client: Callable[..., Client]
) -> None:
    client, told = make_client("immich"), good(request_) | change
    found = trial.check_id_token(request_, client, "state", ACCESS_TOKEN, {"alg": "RS256"}, told)
    assert [check.label for check in found if not check.ok] == [label]
    assert all(check.advice for check in found if not check.ok)


def test_another_algorithm_than_the_settings_is_red(
    request_: Request, make_client: Callable[..., Client]
) -> None:
    found = trial.check_id_token(
        request_, make_client("immich"), "state", ACCESS_TOKEN, {"alg": "ES256"}, good(request_)
    )
    assert [check.ok for check in found] == [False, True, True, True, True, True]


@pytest.mark.parametrize("algorithm", signing_keys.ALGORITHMS)
def test_a_token_is_verified_with_published_keys_alone(algorithm: str, request_: Request) -> None:
    known = signing_keys.keys(request_)
    token = signing_keys.sign(known.current(algorithm, request_.now), {"sub": "anna"}, "JWT")
    header, claims = signing_keys.verify_with(known.published, token)
    assert (header["alg"], claims) == (algorithm, {"sub": "anna"})
    head, payload, signature = token.split(".")
    forged = base64url(b'{"sub":"ben"}')
    unsigned = base64url(b'{"alg":"none"}')
    for wrong in (
        f"{head}.{forged}.{signature}",
        f"{head}.{payload}.{signature[:-8]}AAAAAAAA",
        f"{unsigned}.{payload}.",
        f"{head}.{payload}",
        "",
    ):
        with pytest.raises(NotOurs):
            signing_keys.verify_with(known.published, wrong)
    with pytest.raises(NotOurs):
        signing_keys.verify_with(b'{"keys":[]}', token)
