"""Invitations as an admin makes, renews and withdraws them, and what becomes of their rows."""

import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from pocketid import clients, invitations, outbox, users, web
from pocketid.clients import Client
from pocketid.db import Connection, Database
from pocketid.groups import Group
from pocketid.routes import ROUTES
from pocketid.users import User
from pocketid.web import Site
from tests.browser import Browser
from tests.conftest import APP_URL, Clock, add_user, sign_in_as
from tests.mails import Outgoing, set_up

LIST = "/settings/admin/invitations"
TIM = {"first_name": "Tim", "last_name": "Tanne", "username": "tim", "email": "tim@example.test", "days": "7"}
Outbox = Callable[[], list[Outgoing]]


def invite(browser: Browser, **fields: Any) -> str:
    """Invite Tim, to be handed the link; the link."""
    browser.post(f"{LIST}/new", {**TIM, **fields})
    assert browser.view == "admin/invitations/show", browser.variables.get("errors")
    return str(browser.variables["link"])


def state_of(browser: Browser, invitation_id: object) -> str:
    return str(browser.get(f"{LIST}/{invitation_id}").variables["invitation"].state)


def rows(connection: Connection, columns: str = "*") -> list[Any]:
    return connection.execute(f"select {columns} from invitations").fetchall()


def test_an_invited_person_has_no_account(
    browser: Browser, admin: User, db: Database, events: Callable[..., list[Any]]
) -> None:
    invite(browser)
    assert users.find(db, "tim") is None
    assert users.find(db, "tim@example.test") is None
    assert [(event.actor_id, event.details) for event in events("INVITATION_CREATED")] == [
        (admin.id, {"name": "Tim Tanne", "days": 7})
    ]


@pytest.mark.usefixtures("admin")
def test_co_01_the_secret_has_256_bits_is_shown_once_and_is_not_stored(
    browser: Browser, shared_connection: Connection
) -> None:
    link = invite(browser)
    secret = link.rpartition("/")[2]
    assert link == f"https://pocketid.example.test/invitation/{secret}"
    assert len(secret) == 43
    assert "data:image/svg+xml" in browser.variables["qr"]
    assert secret not in str(rows(shared_connection))
    assert secret not in browser.get(f"{LIST}/{browser.variables['invitation'].id}").text


def test_a_mailed_link_is_shown_to_nobody_else(browser: Browser, admin: User, outgoing: Outbox) -> None:
    browser.post(f"{LIST}/new", {**TIM, "delivery": "mail", "note": "Come in!\r\nThe door is open."})
    assert browser.status == 303
    (mail,) = outgoing()
    link = mail.values["link"]
    assert (mail.kind, mail.address) == ("invitation", "tim@example.test")
    assert f"{users.name_of(admin)} invites you to" in mail.subject
    assert "Come in!\nThe door is open." in mail.text
    assert link in mail.text
    assert link not in browser.follow().text
    assert browser.variables["invitation"].state == "sent"


def test_without_a_mail_server_the_link_is_handed_over(browser: Browser, admin: User, db: Database) -> None:
    invite(browser, delivery="mail")
    assert browser.variables["invitation"].state == "made"


WRONG: list[tuple[dict[str, str], str]] = [
    ({"first_name": "", "last_name": " "}, "first_name"),
    ({"first_name": "x" * 51}, "first_name"),
    ({"last_name": "Ta\u202enne"}, "last_name"),
    ({"username": "root"}, "username"),
    ({"username": "-"}, "username"),
    ({"username": "ANNA"}, "username"),
    ({"username": "Arma"}, "username"),
    ({"email": "tim@home"}, "email"),
    ({"email": "Anna@Example.test"}, "email"),
    ({"email": "", "delivery": "mail"}, "email"),
    ({"note": "x" * 501}, "note"),
    ({"note": "\u202eegg"}, "note"),
    ({"client": "nothing"}, "client"),
    ({"client": "no-address"}, "client"),
    ({"client": "limited"}, "client"),
]


@pytest.mark.parametrize(("typed", "field"), WRONG, ids=str)
@pytest.mark.usefixtures("admin")
def test_what_is_wrong_is_said_at_its_field_and_nobody_is_invited(
    typed: dict[str, str],
    field: str,
    browser: Browser,
    make_user: Callable[..., User],
    make_client: Callable[..., Client],
    shared_connection: Connection,
) -> None:
    make_user(username="anna", email="anna@example.test")
    make_user(username="anna2", email="anna2@example.test")
    make_user(username="arrna", email="arrna@example.test")
    make_client("no-address", launch_url=None)
    make_client("limited", launch_url="https://limited.example.test/", is_group_restricted=True)
    browser.post(f"{LIST}/new", {**TIM, **typed})
    assert (browser.status, browser.view) == (422, "admin/invitations/new")
    assert list(browser.variables["errors"]) == [field]
    assert rows(shared_connection) == []


@pytest.mark.usefixtures("admin")
def test_a_note_may_have_lines_and_joined_emoji(browser: Browser) -> None:
    invite(browser, note="Hello,\r\nsee you 👩‍🌾")
    assert browser.variables["invitation"].note == "Hello,\nsee you 👩‍🌾"


@pytest.mark.usefixtures("admin")
def test_an_app_that_a_chosen_group_opens_is_a_place_to_land(
    browser: Browser, db: Database, make_client: Callable[..., Client], make_group: Callable[..., Group]
) -> None:
    group = make_group("family")
    make_client("limited", launch_url="https://limited.example.test/", is_group_restricted=True)
    clients.set_groups(db, "limited", [group.id])
    db.commit()
    invite(browser, client="limited", group=[str(group.id)])
    invitation = browser.variables["invitation"]
    assert (invitation.client_id, invitation.group_ids) == ("limited", [group.id])


@pytest.mark.usefixtures("admin")
def test_an_open_invitation_keeps_its_name_and_address_from_other_invitations(
    browser: Browser, shared_connection: Connection
) -> None:
    invite(browser)
    invitation_id = browser.variables["invitation"].id
    for other, field in (({"username": "tirn"}, "username"), ({"email": "TIM@example.test"}, "email")):
        browser.post(f"{LIST}/new", {**TIM, "username": "other", "email": "other@example.test", **other})
        assert list(browser.variables["errors"]) == [field]
    browser.post(f"{LIST}/{invitation_id}/withdraw")
    invite(browser)
    assert len(rows(shared_connection)) == 2


def test_a_renewed_link_is_valid_from_now_and_the_old_one_dies(
    browser: Browser,
    admin: User,
    sign_in: Callable[..., None],
    open_browser: Callable[[], Browser],
    clock: Clock,
    events: Callable[..., list[Any]],
) -> None:
    old = invite(browser)
    before = browser.variables["invitation"]
    clock.advance(days=8)
    sign_in(browser, admin)
    assert state_of(browser, before.id) == "expired"
    browser.post(f"{LIST}/{before.id}/renew", {"delivery": "link"})
    link, after = browser.variables["link"], browser.variables["invitation"]
    assert (after.state, (after.expires_at - clock()).days) == ("made", 7)
    assert link != old
    assert open_browser().get(old).status == 404
    assert open_browser().get(link).status == 200
    assert events("INVITATION_RENEWED")[0].details == {"name": "Tim Tanne", "days": 7}


@pytest.mark.usefixtures("admin")
def test_a_link_that_is_mailed_again_is_a_new_one(browser: Browser, outgoing: Outbox) -> None:
    invite(browser)
    invitation_id = browser.variables["invitation"].id
    browser.get(f"{LIST}/{invitation_id}")
    links = []
    for _each in range(2):
        browser.post(f"{LIST}/{invitation_id}/renew", {"delivery": "mail"}, follow=True)
        assert browser.variables["invitation"].state == "sent"
        links.append(outgoing()[-1].values["link"])
    assert links[0] != links[1]
    assert len(outgoing()) == 1, "a mail that waits with a dead link is not sent"


def test_what_the_outbox_knows_of_the_mail_is_said(
    browser: Browser,
    admin: User,
    outgoing: Outbox,
    db: Database,
    clock: Clock,
    sign_in: Callable[..., None],
) -> None:
    browser.get(LIST)
    browser.post(f"{LIST}/new", {**TIM, "delivery": "mail"}, follow=True)
    here = f"{LIST}/{browser.variables['invitation'].id}"
    for is_final, sentence in ((False, "is tried again:"), (True, "is not tried again:")):
        mail = outbox.take(db, clock.advance(minutes=10))
        assert mail is not None
        outbox.note_failure(db, mail, "550 no such mailbox", clock(), is_final=is_final)
        db.commit()
        assert sentence in browser.get(here).text
        assert "550 no such mailbox" in browser.text
        assert ("Mail not delivered" in browser.get(LIST).text) is is_final
    sign_in(browser, admin)
    browser.get(here)
    browser.post(f"{here}/renew", {"delivery": "mail"}, follow=True)
    assert browser.variables["invitation"].mail_problem is None
    assert len(outgoing()) == 1
    browser.post(f"{here}/withdraw")
    assert outgoing() == []


@pytest.mark.usefixtures("admin")
def test_nobody_is_sent_a_link_to_an_address_that_somebody_has_by_now(
    browser: Browser, make_user: Callable[..., User], shared_connection: Connection
) -> None:
    invite(browser)
    before = rows(shared_connection)
    make_user(username="other", email="Tim@example.test")
    browser.post(f"{LIST}/{browser.variables['invitation'].id}/renew", {"delivery": "link"})
    assert (browser.status, browser.view) == (409, "admin/invitations/show")
    assert "Somebody with this address is here already." in browser.text
    assert rows(shared_connection) == before


@pytest.mark.usefixtures("admin")
def test_a_withdrawn_invitation_opens_nothing_and_cannot_be_renewed(
    browser: Browser, open_browser: Callable[[], Browser], events: Callable[..., list[Any]]
) -> None:
    link = invite(browser)
    here = f"{LIST}/{browser.variables['invitation'].id}"
    assert browser.get(f"{here}/withdraw").view == "confirm"
    assert browser.post(f"{here}/withdraw").location == LIST
    assert open_browser().get(link).status == 404
    assert [browser.post(f"{here}/{action}").status for action in ("withdraw", "renew")] == [404, 404]
    assert [event.details for event in events("INVITATION_WITHDRAWN")] == [{"name": "Tim Tanne"}]


def test_an_invitation_is_held_when_its_maker_may_not_invite_any_more(
    browser: Browser,
    admin: User,
    open_browser: Callable[[], Browser],
    make_user: Callable[..., User],
    sign_in: Callable[..., None],
    shared_connection: Connection,
) -> None:
    other, other_browser = make_user(username="boss", is_admin=True), open_browser()
    sign_in(other_browser, other)
    link = invite(browser)
    invitation_id = browser.variables["invitation"].id
    for change in ("disabled = true", "disabled = false, is_admin = false"):
        shared_connection.execute(f"update users set {change} where username = 'admin'")
        assert state_of(other_browser, invitation_id) == "held"
        assert open_browser().get(link).status == 404
    shared_connection.execute("delete from users where username = 'admin'")
    assert state_of(other_browser, invitation_id) == "held"
    other_browser.post(f"{LIST}/{invitation_id}/renew", {"delivery": "link"})
    assert open_browser().get(other_browser.variables["link"]).status == 200


def test_the_list_finds_by_text_and_state_and_shows_pages(
    browser: Browser, admin: User, sign_in: Callable[..., None], clock: Clock
) -> None:
    for number in range(21):
        name = f"Guest {number:02}"
        invite(browser, first_name=name, last_name="100%", username=f"g{number}", email="", days="1")
        clock.advance(minutes=1)
        sign_in(browser, admin)
    browser.post(f"{LIST}/{browser.variables['invitation'].id}/withdraw")
    clock.advance(days=1, minutes=-10)
    sign_in(browser, admin)
    shown = browser.get(LIST).variables
    assert (len(shown["invitations"]), shown["paging"].total) == (20, 21)
    assert shown["invitations"][0].first_name == "Guest 20"
    assert [row.first_name for row in browser.get(LIST, page="2").variables["invitations"]] == ["Guest 00"]
    for query, total in (
        ({"search": "guest 07"}, 1),
        ({"search": "0%"}, 21),
        ({"search": "_"}, 0),
        ({"state": "withdrawn"}, 1),
        ({"state": "open"}, 8),
        ({"state": "made", "search": "Guest 1"}, 8),
        ({"state": "expired"}, 12),
        ({"state": "nonsense"}, 21),
    ):
        found = browser.get(LIST + "?" + urlencode(query)).variables["paging"].total
        assert found == total, query


@pytest.mark.usefixtures("admin")
def test_who_did_not_come_is_forgotten_three_months_later(
    browser: Browser, db: Database, clock: Clock, shared_connection: Connection
) -> None:
    invite(browser)
    clock.advance(days=96)
    assert invitations.expire(db, clock()) == 0
    assert invitations.expire(db, clock.advance(days=1)) == 1
    assert rows(shared_connection) == []


def test_of_two_who_invite_the_same_address_at_once_one_is_told_and_one_mail_is_written(
    committed_site: Site, clock: Clock
) -> None:
    application = web.application(committed_site, ROUTES)
    owners = [Browser(application, APP_URL, f"192.0.2.{number}") for number in range(3)]
    with committed_site.database() as db:
        set_up(db, committed_site)
        user = add_user(db, clock(), username="owner", is_admin=True)
        for owner in owners:
            sign_in_as(owner, db, user, clock())
            owner.get(f"{LIST}/new")
    gate = threading.Barrier(len(owners))

    def send(owner: Browser, number: int) -> None:
        gate.wait()
        owner.post(f"{LIST}/new", {**TIM, "username": f"t{number}", "delivery": "mail"})

    threads = [threading.Thread(target=send, args=(owner, n)) for n, owner in enumerate(owners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(owner.status for owner in owners) == [303, 422, 422]
    assert {tuple(owner.variables["errors"]) for owner in owners if owner.status == 422} == {("email",)}
    with committed_site.database() as db:
        assert len(outbox.waiting(db)) == 1
