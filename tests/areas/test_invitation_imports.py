"""Invitations from a CSV file: what is in the way is said before anything is written, and all are written or none."""

import csv
import io
import threading
from collections.abc import Callable
from typing import Any

import pytest

from pocketid import clients, invitation_imports, web
from pocketid.clients import Client
from pocketid.db import Connection, Database
from pocketid.groups import Group
from pocketid.routes import ROUTES
from pocketid.users import User
from pocketid.web import Site
from tests.areas.test_invitations import LIST, Outbox, invite
from tests.browser import Browser
from tests.conftest import APP_URL, Clock, add_user, sign_in_as

IMPORT = f"{LIST}/import"
HEAD = "first_name,last_name,username,email,groups,note\n"


def upload(browser: Browser, text: str | bytes, **form: str) -> Browser:
    """Send a file and look at what is in it."""
    content = text.encode() if isinstance(text, str) else text
    if browser.view != "admin/invitations/import":
        browser.get(IMPORT)
    browser.upload(IMPORT, {"file": ("people.csv", content)}, {"days": "7", **form})
    return browser.follow()


def problems(browser: Browser) -> list[tuple[int, str]]:
    return [(problem.line, problem.column) for problem in browser.variables["problems"]]


def confirm(browser: Browser) -> Browser:
    return browser.post(f"{IMPORT}/{browser.variables['kept'].id}", follow=True)


def links(browser: Browser) -> list[dict[str, str]]:
    browser.get(f"{IMPORT}/{browser.variables['kept'].id}/links")
    assert browser.headers["Content-Disposition"] == 'attachment; filename="invitations.csv"'
    assert browser.headers["Cache-Control"] == "no-store"
    return list(csv.DictReader(io.StringIO(browser.body.decode("utf-8-sig"), newline="")))


def number(connection: Connection) -> int:
    return int(connection.execute("select count(*) from invitations").fetchone()[0])  # type: ignore[index]


@pytest.mark.usefixtures("admin")
def test_everybody_in_a_good_file_is_invited_once_it_is_confirmed(
    browser: Browser,
    open_browser: Callable[[], Browser],
    make_group: Callable[..., Group],
    make_client: Callable[..., Client],
    shared_connection: Connection,
    events: Callable[..., list[Any]],
) -> None:
    make_group("family", friendly_name="Family")
    make_group("book_club", friendly_name="Book club")
    make_client("immich", launch_url="https://immich.example.test/")
    text = HEAD + "Ada,Keller,ada,ada@example.test,family|BOOK CLUB,Welcome\nBen,,,,,\n"
    upload(browser, text, client="immich", days="30")
    assert browser.view == "admin/invitations/plan"
    assert (browser.variables["total"], problems(browser)) == (2, [])
    assert number(shared_connection) == 0
    confirm(browser)
    assert browser.view == "admin/invitations/imported"
    assert (browser.variables["kept"].number, browser.variables["kept"].mailed) == (2, 0)
    ada, ben = links(browser)
    assert (ada["first_name"], ada["email"], ben["first_name"]) == ("Ada", "ada@example.test", "Ben")
    shown = open_browser().get(ada["link"].removeprefix(APP_URL)).variables["invitation"]
    assert (shown.group_names, shown.client_id, shown.days) == (["Book club", "Family"], "immich", 30)
    assert shown.note == "Welcome"
    assert open_browser().get(ben["link"].removeprefix(APP_URL)).status == 200
    assert [event.details for event in events("INVITATION_CREATED")] == [{"number": 2, "days": 30}]


@pytest.mark.usefixtures("admin")
def test_those_with_an_address_get_mail_and_the_file_has_the_links_of_the_others(
    browser: Browser, outgoing: Outbox
) -> None:
    upload(browser, HEAD + "Ada,,,ada@example.test,,\nBen,,,,,\n", delivery="mail")
    assert browser.variables["mailed"] == 1
    confirm(browser)
    assert [mail.address for mail in outgoing()] == ["ada@example.test"]
    assert [row["first_name"] for row in links(browser)] == ["Ben"]


@pytest.mark.usefixtures("admin")
def test_every_problem_is_named_by_line_and_column_and_nothing_is_written(
    browser: Browser,
    db: Database,
    make_user: Callable[..., User],
    make_group: Callable[..., Group],
    make_client: Callable[..., Client],
    shared_connection: Connection,
) -> None:
    make_user(username="anna", email="anna@example.test")
    group = make_group("family")
    make_client("limited", launch_url="https://limited.example.test/", is_group_restricted=True)
    clients.set_groups(db, "limited", [group.id])
    db.commit()
    browser.get(LIST)
    invite(browser)
    rows = [
        "Good,,good,good@example.test,family,",
        ",,,x@example.test,family,",
        "A,,anna,,family,",
        "A,,,ANNA@example.test,family,",
        "A,,tim,,family,",
        "A,,,Tim@example.test,family,",
        "A,,GOOD,Good@example.test,family,",
        "A,,g00d,,family,",
        "A,,root,mail,family,",
        "A,,,,nothing|family,",
        "A,,,,,",
        "=A,,,,family,",
        f"A,,,,family,{'x' * 501}",
        "A,,,,family,,more",
    ]
    upload(browser, HEAD + "\n".join(rows), client="limited")
    assert problems(browser) == [
        (3, "first_name"),
        (4, "username"),
        (5, "email"),
        (6, "username"),
        (7, "email"),
        (8, "email"),
        (8, "username"),
        (9, "username"),
        (10, "username"),
        (10, "email"),
        (11, "groups"),
        (12, "groups"),
        (13, "first_name"),
        (14, "note"),
        (15, ""),
    ]
    assert browser.variables["lines"] == 13
    before = number(shared_connection)
    assert confirm(browser).status == 422
    assert number(shared_connection) == before


@pytest.mark.usefixtures("admin")
def test_problems_are_shown_page_by_page(browser: Browser) -> None:
    upload(browser, HEAD + "A,,,mail,,\n" * 60)
    here = f"{IMPORT}/{browser.variables['kept'].id}"
    pages = [browser.get(here, page=page).variables["problems"] for page in (1, 2)]
    assert [[problem.line for problem in page] for page in pages] == [[*range(2, 52)], [*range(52, 62)]]


@pytest.mark.usefixtures("admin")
def test_what_changed_since_the_look_is_found_at_the_confirmation(
    browser: Browser, make_user: Callable[..., User], shared_connection: Connection
) -> None:
    upload(browser, HEAD + "Ada,,ada,,,\nBen,,,,,\n")
    make_user(username="ada")
    confirm(browser)
    assert (browser.status, browser.view) == (422, "admin/invitations/plan")
    assert "nobody was invited" in browser.variables["problem"]
    assert problems(browser) == [(2, "username")]
    assert number(shared_connection) == 0


@pytest.mark.usefixtures("admin")
def test_a_confirmed_file_invites_nobody_twice(browser: Browser, shared_connection: Connection) -> None:
    upload(browser, HEAD + "Ben,,,,,\n")
    kept = browser.variables["kept"]
    for _each in range(2):
        browser.post(f"{IMPORT}/{kept.id}", follow=True)
        assert browser.view == "admin/invitations/imported"
    assert number(shared_connection) == 1
    assert shared_connection.execute("select content from invitation_imports").fetchall() == [(None,)]


def test_an_upload_and_its_links_are_for_the_admin_who_sent_it(
    browser: Browser,
    admin: User,
    open_browser: Callable[[], Browser],
    make_user: Callable[..., User],
    sign_in: Callable[..., None],
    shared_connection: Connection,
) -> None:
    other = open_browser()
    sign_in(other, make_user(username="boss", is_admin=True))
    upload(browser, HEAD + "Ben,,,,,\n")
    here = f"{IMPORT}/{browser.variables['kept'].id}"
    assert browser.get(f"{here}/links").status == 404
    browser.get(here)
    assert [other.get(here).status, other.post(here).status] == [404, 404]
    confirm(browser)
    secret = links(browser)[0]["link"].rpartition("/")[2]
    assert other.get(f"{here}/links").status == 404
    stored = shared_connection.execute("select sealed_links from invitation_imports").fetchone()
    assert secret.encode() not in stored[0]  # type: ignore[index]


def test_an_upload_and_its_links_are_kept_for_an_hour(
    browser: Browser, admin: User, sign_in: Callable[..., None], db: Database, clock: Clock
) -> None:
    upload(browser, HEAD + "Ben,,,,,\n")
    here = f"{IMPORT}/{browser.variables['kept'].id}"
    clock.advance(minutes=59)
    sign_in(browser, admin)
    browser.get(here)
    confirm(browser)
    clock.advance(minutes=59)
    sign_in(browser, admin)
    assert len(links(browser.get(here))) == 1
    assert invitation_imports.expire(db, clock()) == 0
    clock.advance(minutes=1)
    assert browser.get(f"{here}/links").status == browser.get(here).status == 404
    assert invitation_imports.expire(db, clock()) == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"nothing known\n1\n", "first_name\nÉva\n".encode("latin-1")],
    ids=["empty", "head", "latin-1"],
)
@pytest.mark.usefixtures("admin")
def test_a_file_that_cannot_be_read_is_refused_at_once(
    content: bytes, browser: Browser, shared_connection: Connection
) -> None:
    upload(browser, content)
    assert (browser.status, browser.view) == (422, "admin/invitations/import")
    assert "file" in browser.variables["errors"]
    assert shared_connection.execute("select 1 from invitation_imports").fetchall() == []


@pytest.mark.usefixtures("admin")
def test_ad_09_a_file_is_bounded(browser: Browser) -> None:
    assert upload(browser, "first_name\n" + "A\n" * 10_001).status == 422
    assert "10000 at most" in browser.variables["errors"]["file"]
    browser.get(IMPORT)
    assert browser.upload(IMPORT, {"file": ("big.csv", b"x" * (6 << 20))}).status == 413


@pytest.mark.usefixtures("admin")
def test_no_file_is_said_so(browser: Browser) -> None:
    browser.get(IMPORT)
    browser.upload(IMPORT, {"file": ("", b"")})
    assert browser.variables["errors"] == {"file": "Please choose a file first."}


def test_two_who_confirm_at_once_invite_everybody_once(committed_site: Site, clock: Clock) -> None:
    application = web.application(committed_site, ROUTES)
    owners = [Browser(application, APP_URL, f"192.0.2.{number}") for number in range(2)]
    with committed_site.database() as db:
        user = add_user(db, clock(), username="owner", is_admin=True)
        for owner in owners:
            sign_in_as(owner, db, user, clock())
            owner.get(IMPORT)
    upload(owners[0], HEAD + "Ada,,,,,\nBen,,ben,,,\n")
    here, gate = f"{IMPORT}/{owners[0].variables['kept'].id}", threading.Barrier(2)

    def send(owner: Browser) -> None:
        gate.wait()
        owner.post(here)

    threads = [threading.Thread(target=send, args=(owner,)) for owner in owners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert [owner.status for owner in owners] == [303, 303]
    assert len(links(owners[1].get(here))) == 2
    assert owners[0].get(LIST).variables["paging"].total == 2
