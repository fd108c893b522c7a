"""A clock that jumps by an hour, and two servers whose clocks differ by half a minute."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from pocketid import client_secrets, clients, one_time_access, users, web
from pocketid.routes import ROUTES
from pocketid.web import Site
from tests.authenticator import Authenticator, options_of
from tests.browser import Browser
from tests.conftest import APP_URL, Clock, add_user, sign_in_as
from tests.oidc.flow import App, answer, consent

SKEW = timedelta(seconds=30)


@dataclass
class World:
    """Anna, her device, an app, and two servers on one database."""

    site: Site
    clock: Clock
    ahead: Browser
    behind: Browser
    app: App
    anna: users.User
    device: Authenticator

    def code_for(self, browser: Browser) -> str:
        """Walk to a code with the session that the browser has."""
        self.app.authorize(browser)
        if browser.location.startswith("/interaction"):
            consent(browser.get(browser.location))
        return answer(browser)["code"]


@pytest.fixture
def world(committed_site: Site, clock: Clock) -> World:
    """`ahead` and `behind` are one browser at two servers: they share their cookies."""
    device = Authenticator(APP_URL)
    applications = [
        web.application(replace(committed_site, clock=seen), ROUTES)
        for seen in (lambda: clock() + SKEW / 2, lambda: clock() - SKEW / 2)
    ]
    ahead, behind = (Browser(application, APP_URL) for application in applications)
    with committed_site.database() as db:
        anna = add_user(db, clock(), username="anna", is_admin=True)
        change = clients.Change(id="app", name="App", redirect_uris=["https://app.example.test/callback"])
        clients.create(db, change, None, clock())
        secret = client_secrets.create(db, "app", now=clock())[1]
        sign_in_as(ahead, db, anna, clock())
    behind.cookies = ahead.cookies
    options = options_of(ahead.get("/settings/account/passkeys/new").text)
    ahead.post("/settings/account/passkeys", {"credential": device.create(options)})
    assert ahead.status == 303
    return World(committed_site, clock, ahead, behind, App("app", secret), anna, device)


@pytest.fixture(params=["ahead-first", "behind-first"])
def both(request: pytest.FixtureRequest, world: World) -> tuple[Browser, Browser]:
    """The two servers, in either order."""
    servers = world.ahead, world.behind
    return servers if request.param == "ahead-first" else (servers[1], servers[0])


def test_s_ft_05_a_small_skew_between_servers_ends_nothing(
    world: World, both: tuple[Browser, Browser]
) -> None:
    one, other = both
    tokens = world.app.exchange(other, world.code_for(one)).json()
    assert world.app.userinfo(one, tokens["access_token"]).status == 200
    assert world.app.userinfo(other, tokens["access_token"]).status == 200
    assert world.app.refresh(one, tokens["refresh_token"]).status == 200
    for server in both:
        assert server.get("/settings/account").status == 200


def test_s_ft_05_a_ceremony_begun_at_one_server_is_finished_at_the_other(
    world: World, both: tuple[Browser, Browser]
) -> None:
    one, other = both
    one.cookies.pop("__Host-session")
    credential = world.device.get(options_of(one.get("/login").text))
    other.body = one.body
    assert other.post("/login", {"credential": credential}).status == 303
    assert one.get("/settings/account").status == 200


def test_s_ft_05_after_a_jump_forward_what_has_expired_is_over_and_one_can_go_on(world: World) -> None:
    browser = world.ahead
    code = world.code_for(browser)
    tokens = world.app.tokens(browser)
    world.clock.advance(hours=1)
    assert world.app.exchange(browser, code).json()["error"] == "invalid_grant"
    assert world.app.userinfo(browser, tokens["access_token"]).status == 401
    assert browser.get("/settings/account").status == 303
    assert world.app.refresh(browser, tokens["refresh_token"]).status == 200
    browser.get("/login")
    assert browser.post("/login", {"credential": world.device.get(options_of(browser.text))}).status == 303
    assert world.app.tokens(browser)["access_token"]


def test_s_ft_05_after_a_jump_back_what_was_spent_stays_spent_and_what_runs_goes_on(world: World) -> None:
    browser = world.ahead
    code = world.code_for(browser)
    world.app.exchange(browser, code)
    tokens = world.app.tokens(browser)
    credential = world.device.get(options_of(browser.get("/login/reauthenticate").text))
    assert browser.post("/login/reauthenticate", {"credential": credential}).status == 303
    link = one_time_link(world)
    assert Browser(browser.application, APP_URL).post("/lc", {"code": link}).status == 303
    world.clock.advance(hours=-1)
    assert world.app.exchange(browser, code).json()["error"] == "invalid_grant"
    assert browser.post("/login/reauthenticate", {"credential": credential}).status == 400
    assert Browser(browser.application, APP_URL).post("/lc", {"code": link}).status == 410
    assert browser.get("/settings/account").status == 200
    assert world.app.userinfo(browser, tokens["access_token"]).status == 200
    assert world.app.tokens(browser)["access_token"]


def test_s_ft_05_a_jump_back_keeps_nobody_out_who_tried_too_often(world: World) -> None:
    stranger = Browser(world.ahead.application, APP_URL, "192.0.2.7")

    def tries() -> int:
        return stranger.post("/lc", {"code": "0000"}).status

    statuses = [tries() for _each in range(12)]
    assert statuses[0] == 410
    assert statuses[-1] == 429
    world.clock.advance(hours=-1)
    assert tries() == 429
    world.clock.advance(minutes=1)
    assert tries() == 410


def one_time_link(world: World) -> str:
    with world.site.database() as db:
        code = one_time_access.create(db, world.anna.id, None, 3600, world.clock())
        db.commit()
    return code
