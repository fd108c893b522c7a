"""What counts once, asked of two server processes on one database at one moment: one wins, and nothing is a 500.

Four apps ask together, two at each server, each over a connection that is open already.
"""

from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from pocketid import client_keys, clients, pushed_requests
from pocketid.client_keys import ClientKeys
from pocketid.crypto import digest
from pocketid.db import Database
from pocketid.oidc import grant_device_code
from tests.browser import Application, Browser
from tests.journeys.faults.conftest import IS_LONG, Campaign, Outcome, at_once
from tests.journeys.faults.installation import Installation, Person, Serving, expect, line_to, over
from tests.oidc.flow import CALLBACK, VERIFIER, App, answer
from tests.oidc.grants import bare_request, check_refusal, issue_code, issue_device_code
from tests.signer import Signer

ROUNDS = 1000 if IS_LONG else 10
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SIGNER, KEY = Signer("ES256", "app"), Signer("ES256", "dpop")


@dataclass(frozen=True)
class Contest:
    """Four open connections to two servers, somebody who consented to an app, and a row of the table."""

    installation: Installation
    person: Person
    lines: list[tuple[Serving, Application]]
    outcome: Outcome
    cookies: dict[str, str] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def app(self) -> App:
        """The app, which has a secret."""
        return self.installation.app

    def make(self, what: Callable[[Database, datetime], str]) -> str:
        """Something for the app, stored beside the servers."""
        with self.installation.database() as db:
            made = what(db, datetime.now(UTC))
            db.commit()
        return made

    def code(self) -> str:
        """A code of the person."""
        return self.make(lambda db, now: issue_code(db, self.app, self.person.user, now))

    def browser(self) -> Browser:
        """One of somebody who takes no part."""
        return self.installation.browser(self.lines[0][0])

    def race(self, act: Callable[..., Browser], *arguments: Any, **form: Any) -> list[Browser]:
        """What each got who did this at once with a browser of their own; those who won before the others."""
        browsers = []
        for serving, line in self.lines:
            browsers.append(self.installation.browser(serving))
            browsers[-1].application = line
            browsers[-1].cookies |= self.cookies
        answers = at_once(*(partial(act, browser, *arguments, **form) for browser in browsers))
        self.statuses.update(got.status for got in answers)
        return sorted(answers, key=lambda got: got.status)

    def one_wins(self, act: Callable[..., Browser], *arguments: Any, **form: Any) -> list[Browser]:
        """The same, where one has to win."""
        answers = self.race(act, *arguments, **form)
        wins = [got.status < 400 for got in answers]
        self.outcome.race(wins.count(True))
        assert wins == [True, False, False, False], [got.status for got in answers]
        return answers


@pytest.fixture(scope="module")
def person(installation: Installation) -> Person:
    return installation.add_person(is_admin=True)


@pytest.fixture
def contest(
    request: pytest.FixtureRequest,
    installation: Installation,
    pair: tuple[Serving, Serving],
    person: Person,
    campaign: Campaign,
) -> Iterator[Contest]:
    """Its row is named as the test is, and shows how often each status was answered."""
    outcome = campaign.of(request.node.name.removeprefix("test_").replace("_", " "))
    with ExitStack() as stack:
        lines = [(one, over(stack.enter_context(closing(line_to(one.port))))) for one in (*pair, *pair)]
        contest = Contest(installation, person, lines, outcome)
        yield contest
    outcome.figures += [f"{count} times {status}" for status, count in sorted(contest.statuses.items())]


def test_one_code_at_four(contest: Contest) -> None:
    """RFC 6749 4.1.2: and since it came again, whoever won loses what they got."""
    for _each in range(ROUNDS):
        code = contest.code()
        won, *lost = contest.one_wins(contest.app.exchange, code)
        for got in lost:
            check_refusal(got, 400, "invalid_grant")
        expect(contest.app.userinfo(contest.browser(), won.json()["access_token"]), 401)
        check_refusal(
            contest.app.refresh(contest.browser(), won.json()["refresh_token"]), 400, "invalid_grant"
        )
        rows = (
            "access_tokens join authorizations on authorizations.id = authorization_id where code_digest = %s"
        )
        assert contest.installation.count(rows, digest(code)) == 1


def test_one_refresh_token_at_four(contest: Contest) -> None:
    """One exchange; who is late by less than a minute gets the same successor, as after a lost answer."""
    token = expect(contest.app.exchange(contest.browser(), contest.code()), 200).json()["refresh_token"]
    for _each in range(ROUNDS):
        answers = contest.race(contest.app.refresh, token)
        assert [got.status for got in answers] == [200] * 4, [got.text for got in answers]
        successors = {got.json()["refresh_token"] for got in answers}
        contest.outcome.race(len(successors))
        [successor] = successors - {token}
        assert len({got.json()["access_token"] for got in answers}) == 4
        last = "refresh_tokens where rotated_at is null and authorization_id = (%s)"
        family = "select authorization_id from refresh_tokens where digest = %s"
        assert contest.installation.count(last % family, digest(token)) == 1
        token = successor


def test_one_device_code_at_four(contest: Contest) -> None:
    """RFC 8628 3.5: it is the same device that asks again, so the winner keeps what it got."""
    for _each in range(ROUNDS):
        code = contest.make(lambda db, now: issue_device_code(db, contest.app, contest.person.user, now))
        form = {"grant_type": grant_device_code.GRANT_TYPE, "device_code": code}
        form |= {"client_id": contest.app.client_id, "client_secret": str(contest.app.secret)}
        won, *lost = contest.one_wins(contest.app.token, **form)
        for got in lost:
            check_refusal(got, 400, "invalid_grant")
        expect(contest.app.userinfo(contest.browser(), won.json()["access_token"]), 200)


def test_one_assertion_at_four(contest: Contest) -> None:
    """RFC 7523 3: what it comes with is the same for all, a request to push, which itself may come often."""
    with contest.installation.database() as db:
        clients.create(
            db, clients.Change(id="signer", name="Signer", redirect_uris=[CALLBACK]), None, datetime.now(UTC)
        )
        client_keys.save(db, ClientKeys("signer", [SIGNER.public]), datetime.now(UTC))
        db.commit()
    app, origin = App("signer", None), contest.installation.origin
    for _each in range(ROUNDS):
        at = int(datetime.now(UTC).timestamp())
        claims = {
            "iss": "signer",
            "sub": "signer",
            "aud": origin,
            "iat": at,
            "exp": at + 60,
            "jti": str(uuid4()),
        }
        form = {"client_assertion_type": ASSERTION, "client_assertion": SIGNER.sign(claims)}
        _won, *lost = contest.one_wins(app.push, **form)
        for got in lost:
            check_refusal(got, 401, "invalid_client")
    assert contest.installation.count("pushed_requests where client_id = 'signer'") == ROUNDS


def test_one_proof_at_four(contest: Contest) -> None:
    """RFC 9449 11.1, where an access token is used."""
    origin = contest.installation.origin
    path = "/api/oidc/userinfo"
    token = bound_token(contest)
    ath = urlsafe_b64encode(digest(token)).rstrip(b"=").decode()
    for _each in range(ROUNDS):
        headers = {"Authorization": f"DPoP {token}", "DPoP": proof("GET", origin + path, ath=ath)}
        _won, *lost = contest.one_wins(Browser.get, path, headers=headers)
        for got in lost:
            check_refusal(got, 401, "invalid_dpop_proof")


def bound_token(contest: Contest) -> str:
    """An access token that is good with KEY alone."""
    headers = {"DPoP": proof("POST", f"{contest.installation.origin}/api/oidc/token"), "Origin": ""}
    form = {"grant_type": "authorization_code", "code": contest.code(), "redirect_uri": CALLBACK}
    form |= {"client_id": contest.app.client_id, "client_secret": str(contest.app.secret)}
    form |= {"code_verifier": VERIFIER}
    got = contest.browser().post("/api/oidc/token", form, form_token=None, headers=headers)
    token: str = expect(got, 200).json()["access_token"]
    return token


def proof(method: str, address: str, **more: str) -> str:
    """A new proof of KEY. RFC 9449 4.2."""
    claims = {
        "jti": str(uuid4()),
        "htm": method,
        "htu": address,
        "iat": int(datetime.now(UTC).timestamp()),
        **more,
    }
    public = {name: value for name, value in KEY.public.items() if name != "kid"}
    return KEY.sign(claims, typ="dpop+jwt", jwk=public, kid=None)


def test_one_pushed_request_at_four(contest: Contest) -> None:
    """RFC 9126 4: one answer goes to the app; the others are told at the page that it is over."""
    contest.code()  # with which they consented
    signed_in = contest.installation.signed_in(contest.lines[0][0], contest.person)
    contest.cookies.update(signed_in.cookies)
    for _each in range(ROUNDS):
        address = contest.make(
            lambda db, now: pushed_requests.push(
                bare_request(db, now), contest.app.client_id, contest.app.request(), is_signed=False
            )
        )
        won, *lost = contest.one_wins(contest.app.come, address)
        assert answer(won)["code"]
        assert [got.status for got in lost] == [400] * 3
        key = digest(address)
        assert contest.installation.count("pushed_requests where digest = %s", key) == 0
