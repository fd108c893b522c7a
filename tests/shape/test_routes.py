"""The URL map is the truth: who may call each route, what a forged form achieves, and what goes out with an answer."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from pocketid import client_secrets, clients, consents, groups, one_time_access, users
from pocketid.db import Connection, Database
from pocketid.pages.site import moved
from pocketid.request import Guard
from pocketid.routes import ROUTES
from pocketid.web import Route, Site
from tests.browser import Browser

STRANGER, PERSON, ADMIN, ADMIN_BY_LINK = "nobody", "a person", "an admin", "an admin who came by a link"
# Who gets past the guard. Nobody else may: a GET leads to the sign-in page, a POST and the rest are refused.
ALLOWED = {
    Guard.PUBLIC: {STRANGER, PERSON, ADMIN, ADMIN_BY_LINK},
    Guard.PROTOCOL: {STRANGER, PERSON, ADMIN, ADMIN_BY_LINK},
    Guard.USER: {PERSON, ADMIN, ADMIN_BY_LINK},
    Guard.ADMIN: {ADMIN},
}
LARGEST_HEAD = 2048
# What may be kept by a browser or proxy: the same for everybody. Anything else says no-store.
CACHED = {
    "/healthz": None,
    "/static/<name>": "public, max-age=31536000, immutable",
    "/theme.css": "public, max-age=31536000, immutable",
    "/api/users/<user_id>/profile-picture.png": "public, max-age=300",
    "/api/oidc/clients/<client_id>/logo": "public, max-age=300",
    "/.well-known/openid-configuration": "public, max-age=300",
    "/.well-known/oauth-authorization-server": "public, max-age=300",
    "/.well-known/jwks.json": "public, max-age=300",
}
# A picture is answered for every id, so that nobody learns which ones exist; a code is looked at, never looked up.
SAME_FOR_EVERY_ID = {
    "/api/users/<user_id>/profile-picture.png",
    "/api/oidc/clients/<client_id>/logo",
    "/lc/<code>",
}
NOT_OK_FOR_AN_ADMIN = {
    "/setup": 404,  # there is an account
    "/authorize": 400,  # nothing is asked for
    "/api/oidc/userinfo": 401,
    "/interaction": 410,
}
FOREIGN_IDS = ("7d2b4a0e-7f4e-4a8b-9d0c-2f1c5a6b7c8d", "nonsense", "0", "é", "a" * 300, "'; --")


@dataclass
class World:
    """Rows of every kind, and who looks at them."""

    db: Database
    now: datetime
    open_browser: Callable[[], Browser]
    sign_in: Callable[..., None]
    person: users.User
    admin: users.User
    ids: dict[str, str] = field(default_factory=dict)

    def browser(self, who: str) -> Browser:
        """A browser of somebody, with a form token."""
        browser = self.open_browser()
        if who != STRANGER:
            user = self.person if who == PERSON else self.admin
            self.sign_in(browser, user, "one_time_access" if who == ADMIN_BY_LINK else "passkey")
        return browser.get("/lc")

    def path(self, route: Route, **other: str) -> str:
        """The route's path with the ids of rows that exist, or `other` ones."""
        return re.sub(r"<(\w+)>", lambda found: {**self.ids, **other}[found[1]], route.path)

    def state(self) -> dict[str, Any]:
        """A digest of every table that a forged request must not change."""
        connection: Connection = self.db._source.take()
        tables = connection.execute(
            "select tablename from pg_tables where schemaname = 'public' and tablename <> 'limits'"
        ).fetchall()
        digests = " union all ".join(
            f"select '{name}', md5(string_agg(r::text, '' order by r::text)) from {name} r"
            for (name,) in tables
        )
        return dict(connection.execute(digests).fetchall())


def passkey_of(db: Database, user: users.User, now: datetime) -> str:
    values = {"credential_id": user.id.bytes, "public_key": b"key", "name": "Key", "aaguid": None}
    flags = {"transports": [], "sign_count": 0, "backup_eligible": True, "backed_up": True}
    return str(db.value("webauthn.insert", user_id=user.id, now=now, **values, **flags))


@pytest.fixture
def world(
    site: Site,
    db: Database,
    now: datetime,
    make_user: Callable[..., users.User],
    make_client: Callable[..., clients.Client],
    make_group: Callable[..., groups.Group],
    open_browser: Callable[[], Browser],
    sign_in: Callable[..., None],
) -> World:
    """The ids belong to the admin, so that the routes for one's own rows and those for all find them."""
    person, admin = make_user(username="anna"), make_user(username="admin", is_admin=True)
    world = World(db, now, open_browser, sign_in, person, admin)
    client = make_client("immich")
    secret, _text = client_secrets.create(db, client.id, now=now)
    consents.grant(db, admin.id, client.id, ["openid"], now)
    consents.grant(db, person.id, client.id, ["openid"], now)
    browser = world.browser(ADMIN)
    browser.get("/authorize", client_id=client.id, redirect_uri="https://immich.example.test/other")
    code = one_time_access.create(db, admin.id, admin.id, 600, now)
    world.ids = {
        "name": site.assets.url("app.css").removeprefix("/static/"),
        "user_id": str(admin.id),
        "client_id": client.id,
        "group_id": str(make_group("family", person).id),
        "session_id": str(db.value("sessions.of_user", user_id=admin.id, now=now)),
        "passkey_id": passkey_of(db, admin, now),
        "token_id": str(db.value("one_time_access.of_user", user_id=admin.id, now=now)),
        "secret_id": str(secret.id),
        "refused_id": str(db.value("refused_requests.of_client", client_id=client.id)),
        "recipe_id": "immich",
        "code": code,
    }
    db.commit()
    return world


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


def call(browser: Browser, route: Route, path: str, **options: Any) -> Browser:
    if route.method == "POST":
        return browser.post(path, **options)
    return browser.request(route.method, path)


def was_stopped(browser: Browser, route: Route) -> bool:
    """Whether the guard answered, and not the handler."""
    if browser.status == 303 and browser.location.startswith("/login?redirect="):
        return route.method == "GET"
    if browser.status == 401:
        return "Please sign in first." in browser.text
    return browser.status == 403 and any(
        sentence in browser.text
        for sentence in ("This page is for administrators.", "Please sign in with a passkey to administer.")
    )


def head_size(browser: Browser) -> int:
    lines = [*browser.headers.items(), *(("Set-Cookie", value) for value in browser.set_cookies)]
    return sum(len(name) + len(value) + 4 for name, value in lines)


PAGES = [route for route in ROUTES if route.method == "GET"]
FORMS = [route for route in ROUTES if route.method == "POST" and route.guard is not Guard.PROTOCOL]
WITH_IDS = [route for route in ROUTES if "<" in route.path]
OWN = [route for route in WITH_IDS if route.path.startswith("/settings/account/")]


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_s_ad_01_each_route_is_open_to_whom_the_table_says(world: World, route: Route) -> None:
    for who in (STRANGER, PERSON, ADMIN_BY_LINK, ADMIN):
        browser = world.browser(who)
        before = world.state()
        call(browser, route, world.path(route))
        assert browser.status < 500, (who, browser.status)
        assert was_stopped(browser, route) is (who not in ALLOWED[route.guard]), (who, browser.status)
        if who not in ALLOWED[route.guard]:
            assert world.state() == before, who
        assert head_size(browser) < LARGEST_HEAD, who


@pytest.mark.parametrize("route", PAGES, ids=name_of)
def test_an_admin_sees_every_page_and_personal_ones_are_never_kept(world: World, route: Route) -> None:
    browser = call(world.browser(ADMIN), route, world.path(route))
    expected = NOT_OK_FOR_AN_ADMIN.get(route.path)
    assert browser.status == expected if expected else browser.status in {200, 204, 303}, browser.text
    kept = CACHED.get(route.path, "no-store")
    assert browser.headers.get("Cache-Control") == kept
    if kept is not None and kept != "no-store":
        assert not browser.set_cookies


@pytest.mark.parametrize("route", FORMS, ids=name_of)
def test_s_se_03_a_post_of_ours_without_its_form_token_does_nothing(world: World, route: Route) -> None:
    browser, other = world.browser(ADMIN), world.browser(ADMIN)
    before = world.state()
    for token in (None, "0" * 64, other.form_token()):
        browser.post(world.path(route), {"name": "x"}, form_token=token)
        assert browser.status == 403, token
        assert "This form has expired" in browser.text
    assert world.state() == before


@pytest.mark.parametrize("route", WITH_IDS, ids=name_of)
def test_s_ad_06_a_foreign_or_malformed_id_is_not_found(world: World, route: Route) -> None:
    browser = world.browser(ADMIN)
    before = world.state()
    for name in re.findall(r"<(\w+)>", route.path):
        for foreign in FOREIGN_IDS:
            call(browser, route, world.path(route, **{name: foreign.encode().decode("latin-1")}))
            expected = 200 if route.path in SAME_FOR_EVERY_ID else 404
            assert browser.status == expected, (name, foreign, browser.status)
    assert world.state() == before


@pytest.mark.parametrize("route", OWN, ids=name_of)
def test_s_ad_06_another_s_rows_are_not_found_among_one_s_own(world: World, route: Route) -> None:
    """The ids are the admin's; a person who asks for them is told that there are none."""
    browser = world.browser(PERSON)
    before = world.state()
    call(browser, route, world.path(route))
    assert browser.status == 404
    assert world.state() == before


def test_no_route_is_there_twice_and_none_is_shadowed() -> None:
    seen = [name_of(route) for route in ROUTES]
    assert len(seen) == len(set(seen))
    for route in ROUTES:
        pattern = re.sub(r"<\w+>", "x-placeholder", route.path)
        earlier = [
            other
            for other in ROUTES[: ROUTES.index(route)]
            if other.method == route.method and re.fullmatch(re.sub(r"<\w+>", "[^/]+", other.path), pattern)
        ]
        assert earlier == [], name_of(route)


def test_only_the_protocol_is_reachable_from_other_sites() -> None:
    assert {route.path for route in ROUTES if route.guard is Guard.PROTOCOL} == {
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
        "/.well-known/jwks.json",
        "/authorize",
        "/api/oidc/token",
        "/api/oidc/userinfo",
        "/api/oidc/end-session",
    }


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_s_ad_01_the_guard_follows_from_the_address(route: Route) -> None:
    if route.path.startswith("/settings/admin/"):
        assert route.guard is Guard.ADMIN
    elif route.path.startswith("/settings/") and route.handler is not moved:
        assert route.guard is Guard.USER
    else:
        assert route.guard is not Guard.ADMIN
    if route.guard is Guard.PUBLIC and route.method == "POST":
        assert route.path in OPEN_FORMS


OPEN_FORMS = {
    *("/setup", "/setup/passkey", "/login", "/lc", "/logout"),
    *("/interaction/sign-in", "/interaction/choose", "/interaction/switch"),
    *("/interaction/consent", "/interaction/cancel"),
}
