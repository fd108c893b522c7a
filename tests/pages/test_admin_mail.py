"""E-mail as admins set it up: the section of the settings, the test, and the mails that were not delivered."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from pocketid import images, mail, outbox, settings
from pocketid.audit import Event
from pocketid.db import Database
from pocketid.outbox import Counts
from pocketid.settings import Settings
from pocketid.users import User
from pocketid.web import Site
from tests.areas.test_images import encoded
from tests.areas.test_postman import deliver_all
from tests.browser import Browser
from tests.conftest import make_config
from tests.mail_server import PASSWORD, USER, MailServer, silent_server
from tests.mails import set_up, write

PAGE = "/settings/admin/application-configuration"
EMAIL, TEST, OUTBOX = f"{PAGE}/email", f"{PAGE}/email/test", "/settings/admin/outbox"
FORM = {
    "smtp_host": "smtp.example.test",
    "smtp_port": "587",
    "smtp_from": "id@example.test",
    "smtp_user": "id",
    "smtp_password": "correct horse",
    "smtp_tls": "starttls",
    "email_login_notification_enabled": "true",
}


def password_of(site: Site, db: Database) -> str:
    return settings.secret(db, site.config, site.keyring, "smtp_password")


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


def test_the_form_is_stored_and_the_password_never_shown(
    browser: Browser, admin: User, site: Site, db: Database, events: Callable[..., list[Any]]
) -> None:
    browser.post(EMAIL, FORM)
    assert browser.location == f"{PAGE}#email"
    assert settings.read(db, make_config()) == replace(
        Settings(),
        smtp_host="smtp.example.test",
        smtp_port=587,
        smtp_from="id@example.test",
        smtp_user="id",
        smtp_tls="starttls",
        email_login_notification_enabled=True,
    )
    assert password_of(site, db) == "correct horse"
    changed = events("SETTINGS_UPDATED")[0].details["changed"]
    assert changed["smtp_password"] == {"before": "", "after": "********"}
    assert changed["smtp_port"] == {"before": None, "after": 587}
    browser.get(PAGE)
    assert 'value="smtp.example.test"' in browser.text
    assert "correct horse" not in browser.text
    assert "One is kept." in browser.text


def test_an_empty_password_leaves_the_kept_one_and_a_tick_takes_it_away(
    browser: Browser, admin: User, site: Site, db: Database, events: Callable[..., list[Any]]
) -> None:
    browser.post(EMAIL, FORM)
    browser.post(EMAIL, {**FORM, "smtp_password": ""})
    assert password_of(site, db) == "correct horse"
    assert len(events("SETTINGS_UPDATED")) == 1
    browser.post(EMAIL, {**FORM, "smtp_password": "", "smtp_password_removed": "true"})
    assert password_of(site, db) == ""


def test_the_kept_password_goes_to_no_other_server(
    browser: Browser, admin: User, site: Site, db: Database
) -> None:
    browser.post(EMAIL, FORM)
    browser.post(EMAIL, {**FORM, "smtp_host": "smtp.evil.test", "smtp_password": ""})
    assert browser.status == 422
    assert "it would go to another server" in browser.text
    assert settings.read(db, make_config()).smtp_host == "smtp.example.test"
    browser.post(EMAIL, {**FORM, "smtp_host": "smtp.other.test", "smtp_password": "another"})
    assert (settings.read(db, make_config()).smtp_host, password_of(site, db)) == (
        "smtp.other.test",
        "another",
    )


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("smtp_host", "smtp.example.test:25"),
        ("smtp_host", "https://smtp.example.test"),
        ("smtp_host", "a" * 300),
        ("smtp_port", "0"),
        ("smtp_port", "65536"),
        ("smtp_port", "smtp"),
        ("smtp_from", "id"),
        ("smtp_from", "Skylab <id@example.test>"),
        ("smtp_from", "id@example.test\r\nBcc: all@example.test"),
        ("smtp_from", "a@b, c@d"),
        ("smtp_user", "ü"),
        ("smtp_user", "a" * 256),
        ("smtp_password", "line\nbreak"),
        ("smtp_password", "ü"),
        ("smtp_tls", "ssl"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_stored(
    field: str, text: str, browser: Browser, admin: User, site: Site, db: Database
) -> None:
    browser.post(EMAIL, {**FORM, field: text})
    assert browser.status == 422
    assert f'id="{field}-error"' in browser.text
    assert browser.variables["mail"].errors.keys() == {field}
    assert settings.read(db, make_config()) == Settings()
    assert password_of(site, db) == ""
    assert "correct horse" not in browser.text


def test_what_the_environment_fixes_is_not_changed(
    reconfigured: Callable[..., Browser],
    make_user: Callable[..., User],
    sign_in: Callable[..., None],
    db: Database,
) -> None:
    fixed = {"SMTP_HOST": "fixed.example.test", "SMTP_PASSWORD": "of the environment"}
    browser = reconfigured(**fixed)
    sign_in(browser, make_user(is_admin=True))
    browser.post(EMAIL, {**FORM, "smtp_host": "other.test"})
    assert browser.status == 303
    rows = {row.name for row in db.many(settings.Stored, "settings.all")}
    assert rows == {"smtpPort", "smtpFrom", "smtpUser", "smtpTls", "emailLoginNotificationEnabled"}
    browser.get(PAGE)
    assert "of the environment" not in browser.text
    disabled = reconfigured(UI_CONFIG_DISABLED="true")
    sign_in(disabled, make_user(is_admin=True))
    assert disabled.post(EMAIL, FORM).status == 403


# The test


def test_a_test_mail_is_sent_at_once(
    browser: Browser, admin: User, site: Site, db: Database, server: MailServer
) -> None:
    set_up(db, site, **server.settings())
    browser.post(TEST, {"test_address": "me@example.test"})
    assert browser.location == f"{PAGE}#email"
    (received,) = server.received
    assert (received.recipients, received.subject) == (["me@example.test"], "A test from Pocket ID")
    assert outbox.counts(db) == Counts(0, 0, 0)
    assert "The server took the test mail to me@example.test." in browser.follow().text


def test_the_test_mail_shows_the_logo_that_real_mails_show(
    browser: Browser, admin: User, site: Site, db: Database, server: MailServer
) -> None:
    set_up(db, site, **server.settings())
    images.put_own(db, "email", encoded((40, 30)), site.clock())
    browser.post(TEST, {"test_address": "me@example.test"})
    write(site, db)
    deliver_all(site, db)
    own = images.get_own(db, "email")
    assert own is not None
    shown = [
        part.get_content()
        for received in server.received
        for part in received.message.walk()
        if part["Content-ID"] == "<logo>"
    ]
    assert shown == [own.content, own.content]


def test_when_the_test_fails_the_server_s_own_words_are_shown_and_nothing_more(
    browser: Browser, admin: User, site: Site, db: Database
) -> None:
    with MailServer(asks_password=True) as server:
        set_up(db, site, **server.settings())
        browser.get(PAGE)
        browser.post(EMAIL, {**browser.variables["mail"].typed, "smtp_password": PASSWORD + "!"})
        assert browser.status == 303
        browser.post(TEST, {"test_address": "me@example.test"})
        assert server.received == []
    assert browser.status == 422
    assert "535 5.7.8 This is not the &lt;b&gt;password&lt;/b&gt;" in browser.text
    assert "Check the user name and the password." in browser.text
    assert PASSWORD not in browser.text
    assert 'value="me@example.test"' in browser.text
    assert USER in browser.text


@pytest.mark.parametrize(
    ("settle", "sentence", "words"),
    [
        (lambda server: server.refuse("me@example.test", "550 5.1.1 <no>"), "to this address", "&lt;no&gt;"),
        (lambda server: setattr(server, "tls", "starttls"), "No encrypted connection", "STARTTLS extension"),
        (lambda server: setattr(server, "port", 1), "The server was not reached", "Connection refused"),
    ],
)
def test_each_kind_of_failure_has_its_advice(
    settle: Callable[[MailServer], None],
    sentence: str,
    words: str,
    browser: Browser,
    admin: User,
    site: Site,
    db: Database,
    server: MailServer,
) -> None:
    settle(server)
    set_up(db, site, **server.settings())
    browser.post(TEST, {"test_address": "me@example.test"})
    assert browser.status == 422
    assert sentence in browser.text
    assert words in browser.text


def test_a_server_that_says_nothing_is_waited_for_a_little_while(
    browser: Browser, admin: User, site: Site, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "ANSWER_SECONDS", 0.1)
    with silent_server() as port:
        set_up(db, site, "127.0.0.1", smtpPort=str(port))
        browser.post(TEST, {"test_address": "me@example.test"})
    assert browser.status == 422
    assert "timed out" in browser.text


def test_a_test_needs_an_address_a_server_and_patience(
    browser: Browser, admin: User, site: Site, db: Database, server: MailServer
) -> None:
    assert browser.post(TEST, {"test_address": "me@example.test"}).status == 404
    set_up(db, site, **server.settings())
    for address in ("", "me", "me@example.test\r\nBcc: x@example.test", "a@b.example, c@d.example"):
        browser.post(TEST, {"test_address": address})
        assert browser.status in {422, 429}
        assert browser.status == 429 or 'id="test_address-error"' in browser.text
    assert browser.post(TEST, {"test_address": "me@example.test"}).status == 429
    assert server.received == []


# The mails


def test_admins_see_what_was_not_delivered_and_never_what_it_says(
    browser: Browser, admin: User, site: Site, db: Database, server: MailServer
) -> None:
    assert "No mails" in browser.get(OUTBOX).text
    set_up(db, site, **server.settings())
    server.refuse("tim@example.test", "550 5.1.1 <nobody>", times=1)
    write(site, db, "tim@example.test", code="secret")
    write(site, db, "anna@example.test", code="secret")
    deliver_all(site, db)
    write(site, db, "later@example.test", code="secret")
    page = browser.get(OUTBOX).text
    for text in ("tim@example.test", "550 5.1.1 &lt;nobody&gt;", "anna@example.test", "later@example.test"):
        assert text in page
    assert "secret" not in page
    for path in (PAGE, "/settings/admin/users"):
        assert "1 mail could not be delivered." in browser.get(path).text
    assert "could not be delivered" not in browser.get("/settings/account").text


def test_a_mail_is_tried_again_or_discarded_by_an_admin(
    browser: Browser,
    admin: User,
    site: Site,
    db: Database,
    server: MailServer,
    events: Callable[..., list[Any]],
) -> None:
    set_up(db, site, **server.settings())
    server.refuse("tim@example.test", "550 5.1.1 Nobody here", times=3)
    for _number in range(3):
        write(site, db, "tim@example.test")
    deliver_all(site, db)
    first = outbox.listed(db, "given_up", 10)[0]
    browser.post(f"{OUTBOX}/{first.id}/retry")
    assert browser.location == OUTBOX
    assert outbox.counts(db) == Counts(waiting=1, given_up=2, sent=0)
    browser.post(f"{OUTBOX}/{first.id}/discard")
    assert outbox.counts(db) == Counts(waiting=0, given_up=2, sent=0)
    browser.post(f"{OUTBOX}/retry")
    assert outbox.counts(db) == Counts(waiting=2, given_up=0, sent=0)
    browser.post(f"{OUTBOX}/retry")
    assert [event.details for event in events(Event.MAIL_RETRIED)] == [{"number": 2}, {"number": 1}]
    assert len(events(Event.MAIL_DISCARDED)) == 1
