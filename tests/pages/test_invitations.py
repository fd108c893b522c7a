"""What somebody does who was invited: opens the link, makes a passkey, and is in; and every way not to get in."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from pocketid import clients, groups, users, web, webauthn
from pocketid.clients import Client
from pocketid.db import Connection, Database
from pocketid.groups import Group
from pocketid.routes import ROUTES
from pocketid.users import User
from pocketid.web import Site
from tests.areas.test_invitations import LIST, TIM, Outbox, invite
from tests.authenticator import Authenticator, options_of
from tests.browser import Browser
from tests.conftest import APP_URL, Clock, add_user, sign_in_as

Open = Callable[[], Browser]
TYPED = {"username": "tim", "first_name": "Tim", "last_name": "Tanne", "email": "tim@example.test"}


def path_of(link: str) -> str:
    return link.removeprefix(APP_URL)


def go_to_passkey(browser: Browser, link: str, **typed: str) -> str:
    """Open the link and send the form; the credential that would accept it."""
    browser.get(path_of(link))
    browser.post(path_of(link), {**TYPED, **typed})
    assert browser.view == "invitations/passkey", (browser.status, browser.variables)
    return Authenticator(APP_URL).create(options_of(browser.text))


def accept(browser: Browser, link: str, **typed: str) -> Browser:
    """The whole way."""
    credential = go_to_passkey(browser, link, **typed)
    return browser.post(f"{path_of(link)}/passkey", {**TYPED, **typed, "credential": credential})


def is_signed_in(browser: Browser) -> bool:
    return "__Host-session" in browser.cookies


def find(db: Database, name: str = "tim") -> User:
    user = users.find(db, name)
    assert user is not None
    return user


@pytest.mark.usefixtures("admin")
def test_who_accepts_has_an_account_with_a_passkey_and_groups_and_lands_at_the_app(
    browser: Browser,
    open_browser: Open,
    db: Database,
    make_group: Callable[..., Group],
    make_client: Callable[..., Client],
    events: Callable[..., list[Any]],
) -> None:
    group = make_group("family", friendly_name="Family")
    make_client("immich", launch_url="https://immich.example.test/photos")
    link = invite(browser, group=[str(group.id)], client="immich", note="Welcome!")
    invitation_id = browser.variables["invitation"].id
    person = open_browser()
    person.get(path_of(link))
    for text in ("Welcome, Tim", "invites you to", "go on to Immich", "Welcome!"):
        assert text in person.text
    accept(person, link)
    assert person.location == "https://immich.example.test/photos"
    assert is_signed_in(person)
    tim = find(db)
    assert (tim.first_name, tim.last_name, tim.is_admin, tim.disabled) == ("Tim", "Tanne", False, False)
    assert [one.id for one in groups.of_user(db, tim.id)] == [group.id]
    assert len(webauthn.of_user(db, tim.id)) == 1
    assert person.get("/settings/account/passkeys/new").status == 200
    names = {event.event for event in events()}
    assert {"ACCOUNT_CREATED", "PASSKEY_ADDED"} <= names
    assert [(event.user_id, event.details) for event in events("INVITATION_ACCEPTED")] == [
        (tim.id, {"groups": ["Family"]})
    ]
    browser.get(f"{LIST}/{invitation_id}")
    assert browser.variables["invitation"].state == "done"
    assert str(invitation_id) in browser.get(f"/settings/admin/users/{tim.id}").text


@pytest.mark.usefixtures("admin")
def test_the_page_that_leads_to_an_app_lets_its_form_end_there(
    browser: Browser, open_browser: Open, make_client: Callable[..., Client]
) -> None:
    make_client("immich", launch_url="https://immich.example.test/photos")
    person = open_browser()
    go_to_passkey(person, invite(browser, client="immich"))
    assert "form-action 'self' https://immich.example.test;" in person.headers["Content-Security-Policy"]


@pytest.mark.usefixtures("admin")
def test_who_may_not_use_the_app_any_more_lands_at_their_apps(
    browser: Browser, open_browser: Open, db: Database, make_client: Callable[..., Client], now: datetime
) -> None:
    client = make_client("immich", launch_url="https://immich.example.test/photos")
    links = [invite(browser, client="immich", username=name, email="") for name in ("tim", "tom")]
    limited = clients.Change(
        **{**{f: getattr(client, f) for f in clients.Change.__slots__}, "is_group_restricted": True}
    )
    clients.update(db, "immich", limited, now)
    db.commit()
    assert accept(open_browser(), links[0]).location == "/settings/apps"
    clients.delete(db, "immich")
    db.commit()
    person = accept(open_browser(), links[1], username="tom", email="tom@example.test")
    assert person.location == "/settings/apps"
    assert "Your passkey is ready" in person.follow().text


def test_only_a_link_that_was_mailed_and_nothing_else_proves_the_address(
    browser: Browser, admin: User, open_browser: Open, db: Database, outgoing: Outbox
) -> None:
    accept(open_browser(), invite(browser))
    assert find(db).email_verified is False
    browser.get(LIST)
    browser.post(f"{LIST}/new", {**TIM, "username": "tom", "email": "tom@example.test", "delivery": "mail"})
    accept(open_browser(), outgoing()[0].values["link"], username="tom", email="eve@example.test")
    tom = find(db, "tom")
    assert (tom.email, tom.email_verified) == ("tom@example.test", True)


def test_a_link_made_anew_to_be_handed_over_proves_nothing_any_more(
    browser: Browser, admin: User, open_browser: Open, db: Database, outgoing: Outbox
) -> None:
    browser.get(LIST)
    browser.post(f"{LIST}/new", {**TIM, "delivery": "mail"}, follow=True)
    browser.post(f"{LIST}/{browser.variables['invitation'].id}/renew", {"delivery": "link"})
    accept(open_browser(), browser.variables["link"])
    assert find(db).email_verified is False


@pytest.mark.usefixtures("admin")
def test_an_address_that_the_person_types_is_not_verified(
    browser: Browser, open_browser: Open, db: Database
) -> None:
    accept(open_browser(), invite(browser, email=""))
    tim = find(db)
    assert (tim.email, tim.email_verified) == ("tim@example.test", False)


@pytest.mark.usefixtures("admin")
def test_names_can_be_put_right_and_nobody_makes_themselves_more(
    browser: Browser, open_browser: Open, db: Database
) -> None:
    more = {
        "is_admin": "true",
        "email_verified": "true",
        "display_name": "Boss",
        "email": "boss@example.test",
    }
    accept(open_browser(), invite(browser), username="timothy", first_name="Timo", **more)
    timothy = find(db, "timothy")
    assert (timothy.first_name, timothy.display_name, timothy.email) == (
        "Timo",
        "Timo Tanne",
        "tim@example.test",
    )
    assert (timothy.is_admin, timothy.email_verified) == (False, False)


@pytest.mark.usefixtures("admin")
def test_where_people_do_not_edit_their_names_those_that_were_given_stay(
    browser: Browser, reconfigured: Callable[..., Browser], db: Database
) -> None:
    person = reconfigured(ALLOW_OWN_ACCOUNT_EDIT="false")
    accept(person, invite(browser, last_name=""), username="other", first_name="Other", last_name="Own")
    tim = find(db)
    assert (tim.username, tim.first_name, tim.last_name) == ("tim", "Tim", "Own")


@pytest.mark.usefixtures("admin")
def test_a_user_name_is_suggested_that_is_free(
    browser: Browser, open_browser: Open, make_user: Callable[..., User]
) -> None:
    link = invite(browser, username="", first_name="Timothée")
    assert open_browser().get(path_of(link)).variables["account"].username == "timothee"
    make_user(username="timothee")
    assert open_browser().get(path_of(link)).variables["account"].username == "timothee.tanne"


@pytest.mark.usefixtures("admin")
def test_co_03_opening_the_link_spends_nothing_and_is_noted_once(
    browser: Browser, open_browser: Open, clock: Clock, shared_connection: Connection
) -> None:
    link = path_of(invite(browser))

    def opened_at() -> Any:
        return shared_connection.execute("select opened_at from invitations").fetchone()[0]  # type: ignore[index]

    assert open_browser().request("HEAD", link).status == 200
    assert opened_at() is None
    first = clock()
    for _each in range(2):
        assert open_browser().get(link).status == 200
        assert opened_at() == first
        clock.advance(hours=1)
    accept(open_browser(), link)


WAYS_TO_END: dict[str, Callable[[str], str]] = {
    "used": lambda link: link,
    "expired": lambda link: link,
    "withdrawn": lambda link: link,
    "renewed": lambda link: link,
    "unknown": lambda _link: f"{APP_URL}/invitation/{'A' * 43}",
    "malformed": lambda _link: f"{APP_URL}/invitation/%C3%A9'--",
    "oversized": lambda _link: f"{APP_URL}/invitation/{'A' * 2000}",
    "cut off": lambda link: link[:-1],
    "in other case": lambda link: link[:-43] + link[-43:].swapcase(),
}


def end(how: str, admin: Browser, other: Browser, clock: Clock, link: str) -> None:
    """Let an open invitation come to its end in one of the ways."""
    here = f"{LIST}/{admin.variables['invitation'].id}"
    if how == "used":
        accept(other, link)
    elif how == "expired":
        clock.advance(days=7)
    elif how in {"withdrawn", "renewed"}:
        admin.post(f"{here}/{'withdraw' if how == 'withdrawn' else 'renew'}")


@pytest.mark.parametrize("how", WAYS_TO_END)
@pytest.mark.usefixtures("admin")
def test_co_04_a_link_that_opens_nothing_looks_the_same_whatever_became_of_it(
    how: str, browser: Browser, open_browser: Open, clock: Clock, shared_connection: Connection
) -> None:
    early = open_browser()
    good = invite(browser, email="")
    credential = go_to_passkey(early, good, username="early", email="early@example.test")
    end(how, browser, open_browser(), clock, good)
    link = path_of(WAYS_TO_END[how](good))
    before = shared_connection.execute("select count(*) from users").fetchone()
    for answer in (
        open_browser().get(link),
        early.post(link, {**TYPED, "username": "early"}),
        early.post(f"{link}/passkey", {"credential": credential}),
    ):
        assert (answer.status, answer.view) == (404, "invitations/refused")
        assert not is_signed_in(answer)
    assert answer.variables["message"].startswith("This invitation was used already, has expired or was")
    assert shared_connection.execute("select count(*) from users").fetchone() == before


@pytest.mark.usefixtures("admin")
def test_a_passkey_that_was_begun_for_one_invitation_accepts_no_other(
    browser: Browser, open_browser: Open, db: Database
) -> None:
    one, other = invite(browser), invite(browser, username="tom", email="tom@example.test")
    person = open_browser()
    credential = go_to_passkey(person, one)
    person.post(f"{path_of(other)}/passkey", {**TYPED, "username": "tom", "credential": credential})
    assert (person.status, person.view) == (400, "invitations/passkey")
    assert users.find(db, "tim") is users.find(db, "tom") is None
    assert accept(open_browser(), other, username="tom").status == 303


@pytest.mark.usefixtures("admin")
def test_a_passkey_begun_in_another_browser_accepts_nothing(
    browser: Browser, open_browser: Open, db: Database
) -> None:
    link, other = invite(browser), open_browser()
    credential = go_to_passkey(open_browser(), link)
    other.get(path_of(link))
    assert other.post(f"{path_of(link)}/passkey", {**TYPED, "credential": credential}).status == 400
    assert users.find(db, "tim") is None


@pytest.mark.usefixtures("admin")
def test_a_passkey_that_fails_can_be_tried_again_with_what_was_typed(
    browser: Browser, open_browser: Open, db: Database
) -> None:
    link, person = invite(browser), open_browser()
    go_to_passkey(person, link, first_name="Timo")
    failing = Authenticator(APP_URL).create(options_of(person.text), user_verified=False)
    typed = {**TYPED, "first_name": "Timo"}
    person.post(f"{path_of(link)}/passkey", {**typed, "credential": failing})
    assert (person.status, person.view) == (400, "invitations/passkey")
    again = Authenticator(APP_URL).create(options_of(person.text))
    assert person.post(f"{path_of(link)}/passkey", {**typed, "credential": again}).status == 303
    assert find(db).first_name == "Timo"


@pytest.mark.usefixtures("admin")
def test_what_is_slipped_in_beside_a_failing_passkey_is_checked_too(
    browser: Browser, open_browser: Open
) -> None:
    link, person = invite(browser), open_browser()
    go_to_passkey(person, link)
    person.post(f"{path_of(link)}/passkey", {**TYPED, "username": "root", "credential": "{}"})
    assert (person.status, person.view) == (422, "invitations/show")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "anna"}, "username"),
        ({"username": "arma"}, "username"),
        ({"username": "support"}, "username"),
        ({"first_name": "x" * 51}, "first_name"),
        ({"email": ""}, "email"),
        ({"email": "ANNA@example.test"}, "email"),
        ({"email": "tim"}, "email"),
    ],
    ids=str,
)
@pytest.mark.usefixtures("admin")
def test_what_is_typed_wrong_is_said_at_its_field_before_a_passkey_is_made(
    typed: dict[str, str],
    field: str,
    browser: Browser,
    open_browser: Open,
    make_user: Callable[..., User],
) -> None:
    make_user(username="anna", email="anna@example.test")
    make_user(username="arrna", email="arrna@example.test")
    link, person = path_of(invite(browser, email="")), open_browser()
    person.get(link)
    person.post(link, {**TYPED, **typed})
    assert (person.status, person.view) == (422, "invitations/show")
    assert list(person.variables["errors"]) == [field]


@pytest.mark.usefixtures("admin")
def test_an_admin_may_give_a_name_that_a_person_may_not_choose(
    browser: Browser, open_browser: Open, db: Database
) -> None:
    accept(open_browser(), invite(browser, username="support"), username="support")
    assert find(db, "support")


@pytest.mark.usefixtures("admin")
def test_an_address_that_somebody_took_meanwhile_is_said_although_it_is_no_field(
    browser: Browser, open_browser: Open, make_user: Callable[..., User]
) -> None:
    link, person = path_of(invite(browser)), open_browser()
    make_user(username="other", email="tim@example.test")
    person.get(link)
    person.post(link, TYPED)
    assert (person.status, person.variables["errors"]) == (422, {})
    assert person.variables["problems"] == ["Somebody with this address is here already."]
    assert "Somebody with this address is here already." in person.text


@pytest.mark.parametrize("taken", [{"username": "tim"}, {"email": "TIM@example.test"}], ids=str)
@pytest.mark.usefixtures("admin")
def test_what_is_taken_while_the_passkey_is_made_makes_no_account_and_spends_nothing(
    taken: dict[str, str],
    browser: Browser,
    open_browser: Open,
    make_user: Callable[..., User],
    shared_connection: Connection,
) -> None:
    link, person = invite(browser), open_browser()
    credential = go_to_passkey(person, link)
    make_user(**taken)
    person.post(f"{path_of(link)}/passkey", {**TYPED, "credential": credential})
    assert (person.status, person.view) == (422, "invitations/show")
    assert not is_signed_in(person)
    assert shared_connection.execute("select accepted_at, user_id from invitations").fetchall() == [
        (None, None)
    ]
    assert open_browser().get(path_of(link)).status == 200


def test_who_is_signed_in_is_told_and_nothing_happens(
    browser: Browser, admin: User, shared_connection: Connection
) -> None:
    link = path_of(invite(browser))
    assert (browser.get(link).status, browser.view) == (200, "invitations/signed_in")
    for path in (link, f"{link}/passkey"):
        assert (browser.post(path, TYPED).status, browser.view) == (409, "invitations/signed_in")
    assert shared_connection.execute("select opened_at, accepted_at from invitations").fetchall() == [
        (None, None)
    ]


@pytest.mark.usefixtures("admin")
def test_who_was_disabled_after_accepting_gets_in_by_no_way(
    browser: Browser, open_browser: Open, db: Database, now: datetime
) -> None:
    link, person = invite(browser), open_browser()
    accept(person, link)
    users.set_disabled(db, find(db).id, now, disabled=True)
    db.commit()
    assert person.get("/settings/account").status == 303
    assert open_browser().get(path_of(link)).status == 404


@pytest.mark.usefixtures("admin")
def test_guesses_are_limited_and_keep_nobody_out_who_has_a_right_link(
    browser: Browser, open_browser: Open
) -> None:
    link, guesser = invite(browser), open_browser()
    answers = [guesser.get(f"/invitation/guess-{number}").status for number in range(22)]
    assert answers == [404] * 20 + [429] * 2
    assert accept(open_browser(), link).status == 303


@pytest.mark.usefixtures("admin")
def test_tries_with_a_passkey_are_limited_for_each_invitation(browser: Browser, open_browser: Open) -> None:
    link, other = invite(browser), invite(browser, username="tom", email="tom@example.test")
    person = open_browser().get(path_of(link))
    answers = [person.post(path_of(link), TYPED).status for _number in range(21)]
    assert answers == [200] * 20 + [429]
    assert accept(open_browser(), other, username="tom").status == 303


@pytest.mark.usefixtures("admin")
def test_the_groups_that_were_deleted_meanwhile_are_passed_over(
    browser: Browser, open_browser: Open, db: Database, make_group: Callable[..., Group]
) -> None:
    kept, gone = make_group("kept"), make_group("gone")
    link = invite(browser, group=[str(kept.id), str(gone.id)])
    groups.delete(db, gone.id)
    db.commit()
    accept(open_browser(), link)
    assert [group.id for group in groups.of_user(db, find(db).id)] == [kept.id]


def test_co_04_of_two_who_accept_an_invitation_at_once_one_gets_in(
    committed_site: Site, clock: Clock
) -> None:
    application = web.application(committed_site, ROUTES)
    with committed_site.database() as db:
        owner = Browser(application, APP_URL)
        sign_in_as(owner, db, add_user(db, clock(), username="owner", is_admin=True), clock())
        owner.get(LIST)
        link = invite(owner)
    people = [Browser(application, APP_URL, f"192.0.2.{number}") for number in range(3)]
    credentials = [go_to_passkey(person, link, username=f"t{n}") for n, person in enumerate(people)]
    gate = threading.Barrier(len(people))

    def send(person: Browser, credential: str) -> None:
        gate.wait()
        person.post(f"{path_of(link)}/passkey", {"credential": credential})

    threads = [threading.Thread(target=send, args=pair) for pair in zip(people, credentials, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(person.status for person in people) == [303, 404, 404]
    assert sum(is_signed_in(person) for person in people) == 1
    with committed_site.database() as db:
        assert users.count(db) == 2
