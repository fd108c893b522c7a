"""What a stolen session must not be able to do: a passkey used just now, and the form survives the question."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest

from pocketid import client_secrets, clients, settings, users
from pocketid.db import Database
from pocketid.routes import ROUTES
from pocketid.users import User
from tests.authenticator import Authenticator, options_of
from tests.browser import Browser
from tests.conftest import APP_URL, Clock, make_config

Events = Callable[..., list[Any]]
MakeUser = Callable[..., User]
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


@pytest.fixture
def device(browser: Browser, admin: User, clock: Clock) -> Authenticator:
    """The admin's device; its passkey was used longer ago than the dangerous things allow."""
    device = Authenticator(APP_URL)
    options = options_of(browser.get("/settings/account/passkeys/new").text)
    browser.post("/settings/account/passkeys", {"credential": device.create(options)})
    clock.advance(minutes=5, seconds=1)
    return device


def is_asked(browser: Browser) -> bool:
    return (browser.status, browser.view) == (403, "login/step_up")


def kept_fields(browser: Browser) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in HIDDEN.findall(browser.text):
        fields.setdefault(name, []).append(html.unescape(value))
    return fields


def send_again(browser: Browser, device: Authenticator, path: str) -> Browser:
    """What the page does once the passkey was touched."""
    return browser.post(path, kept_fields(browser) | {"credential": [device.get(options_of(browser.text))]})


def test_a_person_is_deleted_once_the_passkey_was_used_again(
    browser: Browser, device: Authenticator, db: Database, make_user: MakeUser, events: Events
) -> None:
    tim = make_user(username="tim")
    path = f"/settings/admin/users/{tim.id}/delete"
    before = browser.cookies["__Host-session"]
    browser.get(path)
    assert is_asked(browser.post(path))
    assert users.get(db, tim.id).username == "tim"
    assert events("USER_DELETED") == []
    send_again(browser, device, path)
    assert browser.location == "/settings/admin/users"
    assert browser.cookies["__Host-session"] != before
    assert [event.event for event in events()[:2]] == ["USER_DELETED", "REAUTHENTICATED"]
    assert browser.get("/settings/admin/users").status == 200


def test_a_form_survives_the_question_with_all_its_fields(
    browser: Browser, device: Authenticator, db: Database, make_user: MakeUser
) -> None:
    tim = make_user(username="tim")
    path = f"/settings/admin/users/{tim.id}"
    form = {
        "username": "tim",
        "first_name": 'T"i<m',
        "last_name": "Tümmler & Söhne",
        "email": "tim@example.test",
        "is_admin": "true",
        "extra": ["one", "two"],
    }
    browser.get(path)
    assert is_asked(browser.post(path, form))
    kept = kept_fields(browser)
    assert {name: kept[name] for name in form} == {
        name: value if isinstance(value, list) else [value] for name, value in form.items()
    }
    assert send_again(browser, device, path).location == path
    after = users.get(db, tim.id)
    assert (after.first_name, after.last_name, after.is_admin) == ('T"i<m', "Tümmler & Söhne", True)


def test_a_form_that_gives_no_rights_is_not_asked_for(
    browser: Browser, device: Authenticator, db: Database, make_user: MakeUser
) -> None:
    tim = make_user(username="tim")
    path = f"/settings/admin/users/{tim.id}"
    browser.get(path)
    assert (
        browser.post(path, {"username": "tim", "first_name": "Tim", "email": "tim@example.test"}).status
        == 303
    )
    assert users.get(db, tim.id).first_name == "Tim"


@pytest.mark.parametrize("spelling", ["true", "on", "1", "false", "0"])
def test_every_spelling_that_gives_rights_is_asked_for(
    browser: Browser, device: Authenticator, db: Database, make_user: MakeUser, spelling: str
) -> None:
    tim = make_user(username="tim")
    browser.get(f"/settings/admin/users/{tim.id}")
    form = {"username": "tim", "first_name": "Tim", "email": "tim@example.test", "is_admin": spelling}
    tom = form | {"username": "tom", "email": "tom@example.test"}
    for path, typed in ((f"/settings/admin/users/{tim.id}", form), ("/settings/admin/users/new", tom)):
        assert is_asked(browser.post(path, typed))
        assert not any(user.is_admin for user in (users.get(db, tim.id), users.find(db, "tom")) if user)


def test_who_has_rights_already_is_changed_without_a_question(
    browser: Browser, device: Authenticator, db: Database, make_user: MakeUser
) -> None:
    tim = make_user(username="tim", is_admin=True)
    path = f"/settings/admin/users/{tim.id}"
    browser.get(path)
    form = {"username": "tim", "first_name": "Timo", "email": "tim@example.test", "is_admin": "true"}
    assert browser.post(path, form).status == 303
    assert users.get(db, tim.id).first_name == "Timo"


def test_secrets_links_and_settings_are_behind_the_question(
    browser: Browser, device: Authenticator, db: Database, make_user: MakeUser, events: Events
) -> None:
    tim = make_user(username="tim")
    browser.get("/settings/admin/oidc-clients/new/by-hand")
    browser.post(
        "/settings/admin/oidc-clients/new/by-hand",
        {
            "name": "Wiki",
            "id": "wiki",
            "redirect_uris": "https://wiki.example.test/callback",
            "signing_algorithm": "RS256",
            "access_token_minutes": "60",
            "refresh_token_minutes": "60",
        },
    )
    assert clients.get(db, "wiki").name == "Wiki"
    secrets_before = client_secrets.of_client(db, "wiki")
    for path in (
        "/settings/admin/oidc-clients/wiki/secrets",
        "/settings/admin/oidc-clients/wiki/delete",
        f"/settings/admin/users/{tim.id}/links",
        "/settings/admin/application-configuration",
    ):
        assert is_asked(browser.post(path, {"app_name": "Changed"})), path
    assert client_secrets.of_client(db, "wiki") == secrets_before
    assert events("ONE_TIME_ACCESS_CREATED") == events("SETTINGS_UPDATED") == events("CLIENT_DELETED") == []
    assert settings.read(db, make_config()).app_name == "Pocket ID"


def test_an_app_is_freed_from_proving_itself_behind_the_question_alone(
    browser: Browser, device: Authenticator, db: Database, make_client: Callable[..., clients.Client]
) -> None:
    make_client("wiki", auth_method="private_key_jwt")
    path = "/settings/admin/oidc-clients/wiki"
    form = {
        "name": "Wiki",
        "redirect_uris": "https://wiki.example.test/callback",
        "signing_algorithm": "RS256",
        "access_token_minutes": "60",
        "refresh_token_minutes": "60",
    }
    browser.get(path)
    assert browser.post(path, form).status == 303, "anything else is saved at once"
    assert is_asked(browser.post(path, form | {"is_public": "true"}))
    assert not clients.get(db, "wiki").is_public
    assert send_again(browser, device, path).location == path
    assert clients.get(db, "wiki").is_public


def test_a_passkey_that_is_not_theirs_or_was_used_before_changes_nothing(
    browser: Browser, device: Authenticator, db: Database, make_user: MakeUser, events: Events
) -> None:
    tim = make_user(username="tim")
    path = f"/settings/admin/users/{tim.id}/delete"
    browser.get(path)
    browser.post(path)
    asked_for = options_of(browser.text)
    for wrong in (
        *("", "nonsense", "{}", "x" * 60_000),
        device.get(asked_for, breaks_signature=True),
        device.get(asked_for, challenge=b"another challenge of the same length"),
        device.get(asked_for, user_verified=False),
    ):
        browser.post(path, {"credential": wrong})
        assert (browser.status, browser.view) == (400, "login/step_up"), wrong[:20]
        assert "data-options" in browser.text
    assert users.get(db, tim.id).username == "tim"
    browser.post(path, {"credential": device.get(options_of(browser.text))})
    assert browser.location == "/settings/admin/users"


def test_the_question_stands_before_everything_that_cannot_be_undone() -> None:
    """The list in one place; whoever adds a route of these kinds meets it here."""
    behind = {route.path for route in ROUTES if hasattr(route.handler, "__wrapped__")}
    assert behind >= {
        "/settings/admin/users/new",
        "/settings/admin/users/<user_id>",
        "/settings/admin/users/<user_id>/links",
        "/settings/admin/users/<user_id>/delete",
        "/settings/admin/users/<user_id>/passkeys/<passkey_id>/remove",
        "/settings/admin/oidc-clients/<client_id>",
        "/settings/admin/oidc-clients/<client_id>/secrets",
        "/settings/admin/oidc-clients/<client_id>/delete",
        "/settings/admin/application-configuration",
        "/settings/admin/invitations/new",
        "/settings/admin/invitations/<invitation_id>/renew",
        "/settings/admin/invitations/import/<import_id>",
        "/settings/admin/sign-up/links",
        "/settings/admin/sign-up/waiting/<waiting_id>/accept",
    }
