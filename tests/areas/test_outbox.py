"""The outbox: a mail is there or not with what caused it, and its values are for nobody else to read."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest

from pocketid import outbox, web
from pocketid.crypto import CannotOpen
from pocketid.db import Database
from pocketid.errors import Refusal
from pocketid.outbox import Kind
from pocketid.request import Guard, Request
from pocketid.response import Response, empty
from pocketid.users import User
from pocketid.web import Route, Site
from tests.browser import Browser
from tests.mails import Outgoing, set_up


def posting(site: Site, act: Callable[[Request], object]) -> Browser:
    """A browser whose next page does something within a request."""

    def handle(request: Request) -> Response:
        act(request)
        return empty()

    return Browser(web.application(site, [Route("GET", "/post", handle, Guard.PUBLIC)]), site.config.app_url)


def test_a_mail_is_written_with_what_caused_it(site: Site, outgoing: Callable[[], list[Outgoing]]) -> None:
    posting(site, lambda request: outbox.post(request, Kind.TEST, "anna@example.test")).get("/post")
    (mail,) = outgoing()
    assert (mail.kind, mail.address, mail.subject) == ("test", "anna@example.test", "A test from Pocket ID")


def test_a_refused_request_sends_nothing(site: Site, outgoing: Callable[[], list[Outgoing]]) -> None:
    def act(request: Request) -> None:
        outbox.post(request, Kind.TEST, "anna@example.test")
        raise Refusal("no")

    posting(site, act).get("/post")
    assert outgoing() == []


def test_without_an_address_or_a_server_nothing_is_written(site: Site, db: Database) -> None:
    answers = []
    browser = posting(
        site, lambda request: answers.append(outbox.post(request, Kind.TEST, "anna@example.test"))
    )
    browser.get("/post")
    set_up(db, site)
    browser.get("/post")
    posting(site, lambda request: answers.append(outbox.post(request, Kind.TEST, None))).get("/post")
    assert answers == [False, True, False]
    assert len(outbox.waiting(db)) == 1


def test_the_values_are_sealed_and_open_at_their_own_row_alone(
    site: Site, db: Database, outgoing: Callable[[], list[Outgoing]]
) -> None:
    posting(
        site, lambda request: outbox.post(request, Kind.TEST, "anna@example.test", link="https://secret")
    ).get("/post")
    (row,) = outbox.waiting(db)
    assert b"secret" not in row.sealed_values
    assert outbox.values_of(row, site.keyring) == {"link": "https://secret"}
    for other in (
        replace(row, address="mallory@example.test"),
        replace(row, kind="invitation"),
        replace(row, id=uuid4()),
    ):
        with pytest.raises(CannotOpen):
            outbox.values_of(other, site.keyring)


def test_a_mail_goes_with_its_person_and_speaks_their_language(
    site: Site, db: Database, make_user: Callable[..., User], outgoing: Callable[[], list[Outgoing]]
) -> None:
    user = make_user()
    db._source.take().execute("update users set locale = 'de' where id = %s", [user.id])
    posting(site, lambda request: outbox.post(request, Kind.TEST, user.email, user_id=user.id)).get("/post")
    assert [row.locale for row in outbox.waiting(db)] == ["de"]
    db.run("users.delete", id=user.id)
    assert outbox.waiting(db) == []
