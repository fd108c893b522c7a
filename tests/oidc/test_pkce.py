"""PKCE at both endpoints. RFC 7636, RFC 9700 2.1.1."""

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser import Browser
from tests.oidc.flow import CHALLENGE, VERIFIER, App, answer

NONE: dict[str, str | None] = {"code_challenge": None, "code_challenge_method": None}
PLAIN: dict[str, str | None] = {"code_challenge": VERIFIER, "code_challenge_method": "plain"}


def s256(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("client", "changes", "description"),
    [
        ({}, NONE, "PKCE is required"),
        ({"is_public": True, "requires_pkce": False}, NONE, "PKCE is required"),
        ({"is_public": True}, {**NONE, "code_challenge": ""}, "PKCE is required"),
        ({"requires_pkce": False}, {"code_challenge": None}, "without code_challenge"),
        ({}, PLAIN, "must be S256"),
        ({"is_public": True}, PLAIN, "must be S256"),
        ({}, {"code_challenge_method": None}, "must be S256"),
        ({"allows_plain_pkce": True}, {"code_challenge_method": "S512"}, "must be S256"),
        ({}, {"code_challenge_method": "s256"}, "must be S256"),
        ({}, {"code_challenge": CHALLENGE[:-1]}, "43 characters"),
        ({}, {"code_challenge": CHALLENGE + "a"}, "43 characters"),
        ({}, {"code_challenge": CHALLENGE[:-1] + "="}, "43 characters"),
        ({}, {"code_challenge": CHALLENGE[:-1] + "\n"}, "43 characters"),
        ({"allows_plain_pkce": True}, {**PLAIN, "code_challenge": "v" * 42}, "43 to 128"),
        ({"allows_plain_pkce": True}, {**PLAIN, "code_challenge": "v" * 129}, "43 to 128"),
        ({"allows_plain_pkce": True}, {**PLAIN, "code_challenge": "v" * 42 + "%"}, "43 to 128"),
    ],
)
def test_s_az_06_a_challenge_that_is_missing_or_weak_is_refused(
    client: dict[str, Any],
    changes: dict[str, str | None],
    description: str,
    signed_in: Browser,
    make_app: Callable[..., App],
    rows: Callable[[str], int],
) -> None:
    app = make_app(**client)
    got = answer(app.authorize(signed_in, **changes))
    assert (got["error"], got["state"]) == ("invalid_request", "the-state")
    assert description in got["error_description"]
    assert (rows("authorizations"), rows("interactions")) == (0, 0)


@pytest.mark.parametrize(
    ("client", "changes", "verifier"),
    [
        ({}, {}, VERIFIER),
        ({"is_public": True}, {}, VERIFIER),
        ({"requires_pkce": False}, {}, VERIFIER),
        ({"requires_pkce": False}, NONE, None),
        ({}, {"code_challenge": s256("-._~" + "a" * 124)}, "-._~" + "a" * 124),
        ({"allows_plain_pkce": True}, PLAIN, VERIFIER),
        ({"allows_plain_pkce": True}, {**PLAIN, "code_challenge_method": None}, VERIFIER),
        ({"allows_plain_pkce": True}, {}, VERIFIER),
    ],
)
def test_the_right_verifier_redeems_the_code(
    client: dict[str, Any],
    changes: dict[str, str | None],
    verifier: str | None,
    signed_in: Browser,
    make_app: Callable[..., App],
) -> None:
    app = make_app(**client)
    got = app.exchange(signed_in, app.code(signed_in, **changes), code_verifier=verifier)
    assert got.status == 200, got.text


@pytest.mark.parametrize(
    ("client", "changes", "verifier"),
    [
        ({}, {}, None),
        ({}, {}, "w" * 43),
        ({}, {}, CHALLENGE),
        ({}, {}, VERIFIER[:-1]),
        ({}, {}, VERIFIER + "\n"),
        ({"is_public": True}, {}, None),
        ({"requires_pkce": False}, {}, None),
        ({"requires_pkce": False}, NONE, VERIFIER),  # a stripped challenge
        ({"allows_plain_pkce": True}, PLAIN, s256(VERIFIER)),
        ({"allows_plain_pkce": True}, {}, CHALLENGE),  # no way back from S256 to plain
    ],
)
def test_s_az_06_a_wrong_verifier_gets_nothing_and_spends_the_code(
    client: dict[str, Any],
    changes: dict[str, str | None],
    verifier: str | None,
    signed_in: Browser,
    make_app: Callable[..., App],
    rows: Callable[[str], int],
) -> None:
    app = make_app(**client)
    code = app.code(signed_in, **changes)
    got = app.exchange(signed_in, code, code_verifier=verifier)
    assert (got.status, got.json()["error"]) == (400, "invalid_grant")
    right = None if changes == NONE else changes.get("code_challenge", VERIFIER)
    assert app.exchange(signed_in, code, code_verifier=right).status == 400
    assert (rows("access_tokens"), rows("refresh_tokens")) == (0, 0)
