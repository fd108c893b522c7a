"""Passkey health: counts as sentences, and the passkeys of the people behind them."""

from collections.abc import Callable
from uuid import UUID

import pytest

from pocketid.db import Connection
from pocketid.users import User
from tests.browser import Browser

PAGE = "/settings/admin/passkey-health"
ICLOUD = UUID("fbfc3007-154e-4ecc-8c0b-6e020557d7bd")
Give = Callable[..., None]


@pytest.fixture
def give(shared_connection: Connection) -> Give:
    """Gives somebody a passkey."""

    def give(user: User, name: str, *, is_synced: bool, verified: bool | None = None) -> None:
        shared_connection.execute(
            "insert into passkeys (user_id, credential_id, public_key, name, backup_eligible, aaguid,"
            " last_use_verified) values (%s, %s, '', %s, %s, %s, %s)",
            [user.id, f"{user.id}{name}".encode(), name, is_synced, ICLOUD if is_synced else None, verified],
        )

    return give


@pytest.fixture
def people(admin: User, make_user: Callable[..., User], give: Give) -> None:
    """The admin has two passkeys at one provider, Anna one on her key, Ben none, Cara is disabled."""
    anna, _ben, cara = (make_user(username=name, disabled=name == "cara") for name in ("anna", "ben", "cara"))
    give(admin, "Phone", is_synced=True, verified=False)
    give(admin, "Tablet", is_synced=True, verified=False)
    give(anna, "Yellow key", is_synced=False)
    give(cara, "Phone", is_synced=True)


@pytest.mark.usefixtures("people")
def test_who_would_be_locked_out_is_said_in_sentences_that_lead_to_them(browser: Browser) -> None:
    browser.get(PAGE)
    for state, sentence in (
        ("no_passkey", "1 person has no passkey and gets in by a one-time link alone."),
        (
            "one_device",
            "1 person has one passkey, on one device: without that device they need a link from you.",
        ),
        ("one_passkey", "1 person has one passkey only, wherever it is kept"),
        ("one_provider", "1 person has several passkeys, all at one provider"),
        ("only_synced", "If only passkeys on one device were accepted, 1 person could not sign in any more."),
    ):
        assert sentence in browser.text
        assert f'href="/settings/admin/users?state={state}"' in browser.text
    among_them = {
        finding.state
        for finding in browser.variables["risks"] + browser.variables["stricter"]
        if finding.includes_me
    }
    assert among_them == {"one_provider", "only_synced"}
    assert "You are among them." in browser.text


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(("rule", "is_said"), [("required", False), ("preferred", True)])
def test_what_requiring_verification_would_break_is_said_while_it_is_not_required(
    rule: str,
    is_said: bool,
    admin: User,
    sign_in: Callable[..., None],
    reconfigured: Callable[..., Browser],
) -> None:
    browser = reconfigured(WEBAUTHN_USER_VERIFICATION=rule)
    sign_in(browser, admin)
    browser.get(PAGE)
    sentence = "If PIN, finger or face were required, 1 person might not get in"
    assert (sentence in browser.text) is is_said


@pytest.mark.usefixtures("people")
def test_each_person_s_passkeys_are_named_by_what_keeps_them(browser: Browser) -> None:
    browser.get(PAGE, search="anna@")
    [[kept]] = browser.variables["passkeys"].values()
    assert (kept.provider, kept.backup_eligible) == ("Yellow key", False)
    browser.get(PAGE, state="one_provider")
    assert [person.username for person in browser.variables["people"]] == ["admin"]
    assert browser.text.count("Synced</span>") == 2
    browser.get(PAGE, state="disabled")  # no state of passkeys: everybody
    assert len(browser.variables["people"]) == 4
    assert "Nobody fits" in browser.get(PAGE, search="nobody").text


def test_where_nobody_is_at_risk_it_says_so(browser: Browser, admin: User, give: Give) -> None:
    give(admin, "Phone", is_synced=True)
    give(admin, "Key", is_synced=False)
    browser.get(PAGE)
    for sentence in ("Everybody who may sign in has a passkey.", "Nobody has synced passkeys only."):
        assert sentence in browser.text
    assert " 0 p" not in browser.text
    assert "Show them" not in browser.text
