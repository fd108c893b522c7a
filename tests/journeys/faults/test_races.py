"""Who comes first, when two come at once: two server processes on one database, and many people at one."""

import json
import statistics
import time
from base64 import urlsafe_b64decode
from functools import partial

import pytest

from tests.browser import Browser
from tests.journeys.faults.conftest import IS_LONG, Campaign, at_once
from tests.journeys.faults.errands import SetUp
from tests.journeys.faults.installation import Installation, Person, Serving, expect, patient


def test_s_tk_04_a_code_that_comes_twice_at_once_has_one_winner_whose_tokens_end(
    pair: tuple[Serving, Serving], installation: Installation, campaign: Campaign
) -> None:
    outcome = campaign.of("one code, redeemed twice at once")
    person = installation.add_person(is_admin=True)
    browser = installation.signed_in(pair[0], person)
    for number in range(1000 if IS_LONG else 30):
        code = installation.code(browser)
        apps = [installation.browser(pair[0]), installation.browser(pair[number % 2])]
        answers = at_once(*(partial(installation.app.exchange, app, code) for app in apps))
        winners = [answer for answer in answers if answer.status == 200]
        outcome.race(len(winners))
        assert sorted(answer.status for answer in answers) == [200, 400]
        expect(installation.app.userinfo(apps[1], winners[0].json()["access_token"]), 401)
        expect(installation.app.refresh(apps[0], winners[0].json()["refresh_token"]), 400)


def test_s_ad_04_two_set_ups_at_once_make_one_admin(
    pair: tuple[Serving, Serving], installation: Installation, campaign: Campaign
) -> None:
    outcome = campaign.of("two set-ups at once")
    for number in range(100 if IS_LONG else 10):
        owners = [SetUp(installation), SetUp(installation)]
        for owner, server in zip(owners, (pair[0], pair[number % 2]), strict=True):
            owner.prepare(server)
        answers = at_once(*(owner.act for owner in owners))
        outcome.race([answer.status for answer in answers].count(303))
        assert sorted(answer.status for answer in answers) == [303, 404]
        assert installation.count("users") == installation.count("passkeys") == 1
        assert installation.count("sessions") == installation.count("users where is_admin") == 1


@pytest.mark.parametrize("what", ["demote", "disable", "delete"])
def test_s_ad_03_of_two_admins_who_remove_each_other_at_once_one_stays(
    what: str, pair: tuple[Serving, Serving], installation: Installation, campaign: Campaign
) -> None:
    outcome = campaign.of(f"two admins {what} each other at once")
    for number in range(100 if IS_LONG else 8):
        installation.forget_people()
        admins = [installation.add_person(is_admin=True) for _each in range(2)]
        servers = (pair[0], pair[number % 2])
        browsers = [
            installation.signed_in(server, admin) for server, admin in zip(servers, admins, strict=True)
        ]
        actions = [
            partial(remove, browser, what, other)
            for browser, other in zip(browsers, reversed(admins), strict=True)
        ]
        statuses = sorted(answer.status for answer in at_once(*actions))
        outcome.race(statuses.count(303))
        assert statuses[0] == 303
        assert statuses[1] in {401, 403, 422}, statuses
        assert installation.count("users where is_admin and not disabled") == 1


def remove(browser: Browser, what: str, other: Person) -> Browser:
    """Demote, disable or delete another admin."""
    path = f"/settings/admin/users/{other.user.id}"
    if what != "demote":
        return browser.post(f"{path}/{what}")
    names = {"username": other.user.username, "email": other.user.email}
    return browser.post(path, {**names, "first_name": other.user.first_name})


def test_two_hundred_people_who_sign_in_at_once_all_get_in_as_themselves(
    pair: tuple[Serving, Serving], installation: Installation, campaign: Campaign
) -> None:
    outcome = campaign.of("200 sign-ins at once")
    people = [installation.add_person(is_admin=number == 0) for number in range(200)]
    seconds: list[float] = []
    told_to_come_back: list[str] = []

    def sign_in(person: Person) -> tuple[str, str]:
        browser = installation.browser(pair[0])
        browser.application = patient(browser.application, told_to_come_back)
        began = time.monotonic()
        tokens = installation.sign_in(browser, person)
        seconds.append(time.monotonic() - began)
        told = expect(installation.app.userinfo(browser, tokens["access_token"]), 200).json()
        return subject_of(tokens["id_token"]), told["sub"]

    with outcome.once(len(people)):
        subjects = at_once(*(partial(sign_in, person) for person in people))
        assert subjects == [(str(person.user.id), str(person.user.id)) for person in people]
    p50, p95 = (statistics.quantiles(seconds, n=20)[place] for place in (9, 18))
    outcome.figures.append(f"a whole sign-in: median {p50:.1f} s, 95th percentile {p95:.1f} s")
    outcome.figures.append(f"{len(told_to_come_back)} times told to come back in a second")


def subject_of(id_token: str) -> str:
    """The `sub` of an ID token, unverified."""
    payload = id_token.split(".")[1]
    claims: dict[str, str] = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims["sub"]
