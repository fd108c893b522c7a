"""The URL map is the truth: who may call each route, what a forged form achieves, and what goes out with an answer."""

import re
from typing import Any

import pytest

from pocketid.pages.site import moved
from pocketid.request import Guard
from pocketid.routes import ROUTES
from pocketid.web import Route
from tests.browser import Browser
from tests.shape.conftest import ADMIN, ADMIN_BY_LINK, PERSON, PROGRAM, STRANGER, World

# Who gets past the guard. Nobody else may: a GET leads to the sign-in page, a POST and the rest are refused.
ALLOWED = {
    Guard.PUBLIC: {STRANGER, PERSON, ADMIN, ADMIN_BY_LINK, PROGRAM},
    Guard.PROTOCOL: {STRANGER, PERSON, ADMIN, ADMIN_BY_LINK, PROGRAM},
    Guard.USER: {PERSON, ADMIN, ADMIN_BY_LINK},
    Guard.API_USER: {PERSON, ADMIN, ADMIN_BY_LINK, PROGRAM},
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
    "/api/application-images/favicon": "public, max-age=300",
    "/api/application-images/logo": "public, max-age=300",
    "/api/application-images/email": "public, max-age=300",
    "/api/application-images/default-profile-picture": "public, max-age=300",
    "/.well-known/openid-configuration": "public, max-age=300",
    "/.well-known/oauth-authorization-server": "public, max-age=300",
    "/.well-known/jwks.json": "public, max-age=300",
    "/.well-known/passkey-endpoints": "public, max-age=300",
}
# A picture is answered for every id, so that nobody learns which ones exist; a code is looked at, never looked up.
SAME_FOR_EVERY_ID = {
    "/api/users/<user_id>/profile-picture.png",
    "/api/oidc/clients/<client_id>/logo",
    "/lc/<code>",
}
LED_ON_FOR_EVERY_ID = {"/st/<text>"}  # to the page that looks it up
NOT_OK_FOR_AN_ADMIN = {
    "/setup": 404,  # there is an account
    "/.well-known/webfinger": 400,  # nobody is asked for
    "/.well-known/webauthn": 404,  # there are no related origins
    "/api/forward-auth": 403,  # no proxy asks
    "/api/forward-auth/redirect": 403,
    "/.pocketid/callback": 403,
    "/protected-host": 404,  # no host is named
    "/authorize": 400,  # nothing is asked for
    "/api/oidc/userinfo": 401,
    "/interaction": 410,
    "/settings/admin/oidc-clients/<client_id>/try/callback": 410,
    "/api/application-images/background": 404,  # there is none
}
FOREIGN_IDS = ("7d2b4a0e-7f4e-4a8b-9d0c-2f1c5a6b7c8d", "nonsense", "0", "é", "a" * 300, "'; --")


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


def call(browser: Browser, route: Route, path: str, **options: Any) -> Browser:
    if route.method == "POST":
        return browser.post(path, **options)
    own = {"X-Form-Token": browser.form_token()} if route.method == "DELETE" else {}
    return browser.request(route.method, path, headers=own)


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
    for who in (STRANGER, PERSON, PROGRAM, ADMIN_BY_LINK, ADMIN):
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
            expected = 303 if route.path in LED_ON_FOR_EVERY_ID else expected
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
        "/.well-known/webfinger",
        "/.well-known/webauthn",
        "/.well-known/passkey-endpoints",
        "/api/forward-auth",
        "/api/forward-auth/redirect",
        "/.pocketid/callback",
        "/authorize",
        "/api/oidc/device/authorize",
        "/api/oidc/introspect",
        "/api/oidc/par",
        "/api/oidc/revoke",
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
    *("/setup", "/setup/passkey", "/login", "/lc", "/login/alternative/device", "/logout"),
    "/login/alternative/email",
    *("/invitation/<token>", "/invitation/<token>/passkey"),
    *("/verify-email", "/not-me"),
    *("/signup", "/signup/passkey"),
    *("/interaction/sign-in", "/interaction/choose", "/interaction/switch"),
    *("/interaction/consent", "/interaction/cancel"),
}
