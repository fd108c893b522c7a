"""What becomes of a mail: sent once, tried again, given up; and what is kept of it."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from pocketid import mail, outbox
from pocketid.audit import Event
from pocketid.db import Database
from pocketid.errors import NotFound
from pocketid.outbox import Counts, Listed
from pocketid.postman import Postman
from pocketid.request import Request
from pocketid.web import Site
from tests.conftest import Clock
from tests.mail_server import MailServer, silent_server
from tests.mails import set_up, write

ANNA, TIM = "anna@example.test", "tim@example.test"


@pytest.fixture
def request_on(site: Site) -> Callable[[Database], Request]:
    """A bare request of the site."""

    def make(db: Database) -> Request:
        values: dict[str, Any] = dict.fromkeys(
            ("query", "form", "files", "headers", "cookies", "body", "address", "browser")
        )
        values |= {name: getattr(site, name) for name in ("config", "keyring", "signals", "assets")}
        return Request(method="GET", path="/", now=site.clock(), db=db, **values)

    return make


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


def postman_of(site: Site) -> Postman:
    return Postman(site.config, site.keyring, site.assets, site.clock)


def deliver_all(site: Site, db: Database) -> None:
    """One round, as jobs.py makes it."""
    while postman_of(site).deliver_next(db):
        pass


def states(db: Database) -> Counts:
    return outbox.counts(db)


def only(db: Database, state: outbox.State) -> Listed:
    (found,) = outbox.listed(db, state, 10)
    return found


def test_a_mail_is_sent_once_and_nothing_of_what_it_said_is_kept(
    site: Site, db: Database, server: MailServer
) -> None:
    set_up(db, site, **server.settings())
    write(site, db, secret="code")
    deliver_all(site, db)
    deliver_all(site, db)
    assert [received.recipients for received in server.received] == [[ANNA]]
    assert server.received[0].subject == "A test from Pocket ID"
    assert states(db) == Counts(waiting=0, given_up=0, sent=1)
    row = db._source.take().execute("select sealed_values, last_error from outbox").fetchone()
    assert row == (None, None)


def test_without_a_server_mails_wait_untouched(site: Site, db: Database) -> None:
    write(site, db)
    deliver_all(site, db)
    assert only(db, "waiting").attempts == 0


def test_a_server_that_is_down_is_tried_less_and_less_often_for_a_day_and_then_given_up(
    site: Site, db: Database, clock: Clock, events: Callable[..., list[Any]]
) -> None:
    with silent_server() as port:
        pass
    set_up(db, site, "127.0.0.1", smtpPort=str(port))
    write(site, db, TIM)
    began, pauses = clock(), []
    while states(db).waiting:
        before = clock()
        deliver_all(site, db)
        if states(db).waiting:
            waiting = only(db, "waiting")
            assert waiting.last_error == "Connection refused"
            assert waiting.next_attempt_at is not None
            pauses.append((waiting.next_attempt_at - before) / timedelta(minutes=1))
            clock.at = waiting.next_attempt_at
    assert pauses[:3] == [1, 2, 5]
    assert pauses == sorted(pauses)
    assert timedelta(hours=23) < clock() - began <= timedelta(hours=24)
    assert only(db, "given_up").last_error == "Connection refused"
    (event,) = events(Event.MAIL_GIVEN_UP)
    assert event.details == {"kind": "test", "address": TIM, "reason": "Connection refused"}
    clock.advance(days=1)
    deliver_all(site, db)
    assert states(db) == Counts(waiting=0, given_up=1, sent=0)


def test_a_silent_server_ends_the_round_and_holds_no_connection_meanwhile(
    site: Site, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "ANSWER_SECONDS", 0.1)
    with silent_server() as port:
        set_up(db, site, "127.0.0.1", smtpPort=str(port))
        write(site, db, ANNA)
        write(site, db, TIM)
        deliver_all(site, db)
    assert sorted(row.attempts for row in outbox.listed(db, "waiting", 10)) == [0, 1]


def test_one_refused_recipient_is_given_up_at_once_and_keeps_no_other_mail_waiting(
    site: Site, db: Database, server: MailServer
) -> None:
    set_up(db, site, **server.settings())
    server.refuse(TIM, "550 5.1.1 Nobody here")
    write(site, db, TIM)
    write(site, db, ANNA)
    deliver_all(site, db)
    assert [received.recipients for received in server.received] == [[ANNA]]
    assert only(db, "given_up").last_error == "550 5.1.1 Nobody here"


def test_a_temporary_refusal_is_tried_again_and_then_taken(
    site: Site, db: Database, clock: Clock, server: MailServer
) -> None:
    set_up(db, site, **server.settings())
    server.refuse(TIM, "451 4.7.1 Greylisted", times=1)
    write(site, db, TIM)
    write(site, db, ANNA)
    deliver_all(site, db)
    assert [received.recipients for received in server.received] == [[ANNA]]
    assert only(db, "waiting").last_error == "451 4.7.1 Greylisted"
    clock.advance(seconds=59)
    deliver_all(site, db)
    assert states(db).waiting == 1
    clock.advance(seconds=1)
    deliver_all(site, db)
    assert [received.recipients for received in server.received] == [[ANNA], [TIM]]
    assert states(db) == Counts(waiting=0, given_up=0, sent=2)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"address": "anna@example.test\u2028x"}, "could not be written: ValueError"),
        ({"kind": "invitation_of_yesterday"}, "could not be written: KeyError"),
    ],
)
def test_a_mail_that_cannot_be_written_is_given_up_alone(
    fault: dict[str, str], words: str, site: Site, db: Database, server: MailServer
) -> None:
    set_up(db, site, **server.settings())
    write(site, db, **fault)
    write(site, db, TIM)
    deliver_all(site, db)
    assert [received.recipients for received in server.received] == [[TIM]]
    assert only(db, "given_up").last_error == words


def test_a_mail_that_was_changed_in_the_database_is_not_sent(
    site: Site, db: Database, server: MailServer
) -> None:
    set_up(db, site, **server.settings())
    write(site, db)
    db._source.take().execute("update outbox set address = 'mallory@example.test'")
    deliver_all(site, db)
    assert server.received == []
    assert only(db, "given_up").last_error == "sealed under another ENCRYPTION_KEY"


def test_a_mail_whose_sender_was_killed_comes_back(
    site: Site, db: Database, clock: Clock, server: MailServer
) -> None:
    set_up(db, site, **server.settings())
    write(site, db)
    assert outbox.take(db, clock()) is not None  # and then the process died
    db.commit()
    clock.advance(minutes=4)
    deliver_all(site, db)
    assert server.received == []
    clock.advance(minutes=1)
    deliver_all(site, db)
    assert len(server.received) == 1


def test_two_instances_send_each_mail_once(committed_site: Site, server: MailServer) -> None:
    with committed_site.database() as db:
        set_up(db, committed_site, **server.settings())
        for number in range(12):
            write(committed_site, db, f"person{number}@example.test")
    begin = threading.Barrier(3)

    def run() -> None:
        begin.wait(10)
        with committed_site.database() as db:
            deliver_all(committed_site, db)

    threads = [threading.Thread(target=run) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    recipients = sorted(received.recipients[0] for received in server.received)
    assert recipients == sorted(f"person{number}@example.test" for number in range(12))


def test_a_mail_that_was_given_up_is_tried_again_or_discarded(
    site: Site, db: Database, server: MailServer, request_on: Callable[[Database], Request]
) -> None:
    set_up(db, site, **server.settings())
    server.refuse(TIM, "550 5.1.1 Nobody here", times=2)
    for address in (TIM, TIM, ANNA):
        write(site, db, address)
    deliver_all(site, db)
    request = request_on(db)
    assert outbox.given_up(request) == 2
    first, second = outbox.listed(db, "given_up", 10)
    outbox.discard(request, first.id)
    with pytest.raises(NotFound):
        outbox.retry(request, first.id)
    outbox.retry(request, second.id)
    assert only(db, "waiting").attempts == 0
    deliver_all(site, db)
    assert [received.recipients for received in server.received] == [[ANNA], [TIM]]
    for sent in outbox.listed(db, "sent", 10):
        for act in (outbox.retry, outbox.discard):
            with pytest.raises(NotFound):
                act(request, sent.id)


def test_all_that_were_given_up_are_tried_again(
    site: Site, db: Database, server: MailServer, request_on: Callable[[Database], Request]
) -> None:
    set_up(db, site, **server.settings())
    server.refuse(TIM, "550 5.1.1 Nobody here", times=2)
    for address in (TIM, TIM, ANNA):
        write(site, db, address)
    deliver_all(site, db)
    assert outbox.retry_given_up(request_on(db)) == 2
    deliver_all(site, db)
    assert states(db) == Counts(waiting=0, given_up=0, sent=3)


def test_sent_mails_are_forgotten_after_a_week_and_given_up_ones_after_a_month(
    site: Site, db: Database, clock: Clock, server: MailServer
) -> None:
    set_up(db, site, **server.settings())
    server.refuse(TIM, "550 5.1.1 Nobody here")
    write(site, db, TIM)
    write(site, db, ANNA)
    deliver_all(site, db)
    clock.advance(days=7)
    outbox.expire(db, clock())
    assert states(db) == Counts(waiting=0, given_up=1, sent=1)
    clock.advance(seconds=1)
    outbox.expire(db, clock())
    assert states(db) == Counts(waiting=0, given_up=1, sent=0)
    clock.advance(days=24)
    outbox.expire(db, clock())
    assert states(db) == Counts(waiting=0, given_up=0, sent=0)
