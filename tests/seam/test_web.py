"""The seam: hosts, encodings, cookies, forms, guards, transactions, and the same headers on every answer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from pocketid import proxies, users, web
from pocketid.audit import Row
from pocketid.db import Database, Pool
from pocketid.errors import Conflict, Invalid, NotFound, Refusal, Spent, TooMany
from pocketid.request import Guard, Request
from pocketid.response import Response, json, page, redirect
from pocketid.routes import ROUTES
from pocketid.web import Route, Site
from tests.browser import Browser
from tests.conftest import APP_URL, make_config


def at(
    site: Site, handler: Callable[[Request], Response], guard: Guard = Guard.PUBLIC, **options: Any
) -> Browser:
    """A browser on an application whose only route is /it, by every method."""
    routes = [Route(method, "/it", handler, guard, **options) for method in ("GET", "POST", "PUT", "DELETE")]
    pages = [Route("GET", "/logout", lambda request: page("confirm", **CONFIRM), Guard.PUBLIC)]
    return Browser(web.application(site, [*routes, *pages]), site.config.app_url)


CONFIRM: dict[str, Any] = {
    "heading": "Sure?",
    "sentences": ["It will be gone."],
    "action": "/it",
    "button": "Do it",
    "cancel": "/",
    "fields": {},
}


def store(request: Request, value: str = "written") -> None:
    request.db.run("settings.store", name="note", value=value, now=request.now)


def stored(db: Database) -> bool:
    return any(value == "note" for value in db.values("settings.all"))


def raising(error: Exception) -> Callable[[Request], Response]:
    def handler(request: Request) -> Response:
        store(request)
        raise error

    return handler


# Transactions


def test_a_handler_that_returns_commits(site: Site, db: Database) -> None:
    def handler(request: Request) -> Response:
        store(request)
        return redirect("/")

    assert at(site, handler).get("/it").status == HTTPStatus.SEE_OTHER
    assert stored(db)


@pytest.mark.parametrize(
    ("error", "status", "kept"),
    [
        (Refusal("No."), 400, False),
        (NotFound("No."), 404, False),
        (Conflict("No."), 409, False),
        (Invalid({"name": "No."}), 422, False),
        (TooMany("No.", seconds=7), 429, False),
        (Spent("No."), 400, True),
        (Spent("No.", status=HTTPStatus.GONE), 410, True),
        (ZeroDivisionError("internal detail"), 500, False),
    ],
)
def test_the_class_of_a_refusal_decides_what_is_kept(
    site: Site, db: Database, error: Exception, status: int, kept: bool
) -> None:
    browser = at(site, raising(error)).get("/it")
    assert browser.status == status
    assert stored(db) is kept
    assert browser.view == "error"


def test_a_refusal_s_event_is_recorded_though_the_rest_is_undone(
    site: Site, db: Database, events: Callable[..., list[Row]]
) -> None:
    at(site, raising(NotFound("No.", event="SIGN_IN_REFUSED", details={"reason": "test"}))).get("/it")
    assert not stored(db)
    assert [row.details for row in events("SIGN_IN_REFUSED")] == [{"reason": "test"}]


def test_s_ht_05_a_fault_shows_a_number_and_nothing_internal(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    browser = at(site, raising(ZeroDivisionError("internal detail"))).get("/it")
    assert "internal detail" not in browser.text
    assert "ZeroDivisionError" not in browser.text
    assert "under the number" in browser.text


def test_a_view_that_cannot_be_rendered_is_a_fault_and_undoes_what_was_written(
    site: Site, db: Database
) -> None:
    def handler(request: Request) -> Response:
        store(request)
        return page("confirm", heading="The rest is missing.")

    browser = at(site, handler).get("/it")
    assert browser.status == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "under the number" in browser.text
    assert not stored(db)


def test_a_limit_says_when_to_come_back(site: Site) -> None:
    assert at(site, raising(TooMany("Slower.", seconds=7))).get("/it").headers["Retry-After"] == "7"


# What comes in


@pytest.mark.parametrize("host", ["evil.example", "pocketid.example.test.evil.example", "", "127.0.0.1:1411"])
def test_s_ht_01_another_host_is_misdirected(browser: Browser, host: str) -> None:
    browser.request("GET", "/login", headers={"Host": host})
    assert browser.status == HTTPStatus.MISDIRECTED_REQUEST
    assert "APP_URL" in browser.text
    assert host == "" or host not in browser.text


@pytest.mark.parametrize(
    ("peer", "host", "forwarded", "status"),
    [
        ("127.0.0.1", "pocketid:1411", "pocketid.example.test", 200),
        ("127.0.0.1", "pocketid:1411", "POCKETID.example.test:443", 200),
        ("127.0.0.1", "pocketid:1411", "evil.example, pocketid.example.test", 200),
        ("127.0.0.1", "pocketid:1411", "pocketid.example.test, evil.example", 421),
        ("127.0.0.1", "pocketid.example.test", "evil.example", 421),
        ("127.0.0.1", "pocketid.example.test", "", 200),
        ("203.0.113.9", "pocketid:1411", "pocketid.example.test", 421),
        ("203.0.113.9", "pocketid.example.test", "evil.example", 200),
    ],
)
def test_s_ht_02_a_trusted_proxy_alone_says_which_host_was_asked_for(
    browser: Browser, peer: str, host: str, forwarded: str, status: int
) -> None:
    browser.address = peer
    headers = {"Host": host, "X-Forwarded-Host": forwarded}
    assert browser.request("GET", "/setup", headers=headers).status == status


@pytest.mark.parametrize(
    ("peer", "proto", "logged"),
    [
        ("127.0.0.1", "http", "http"),
        ("127.0.0.1", "https", None),
        ("127.0.0.1", "https, http", "http"),
        ("127.0.0.1", "gopher", None),
        ("203.0.113.9", "http", None),
    ],
)
def test_s_ht_02_a_proxy_that_was_reached_by_another_scheme_shows_in_the_log(
    site: Site, peer: str, proto: str, logged: str | None
) -> None:
    seen: list[Any] = []

    def handler(request: Request) -> Response:
        seen.append(request.log_fields.get("scheme"))
        return json("done")

    browser = at(site, handler)
    browser.address = peer
    browser.request("GET", "/it", headers={"X-Forwarded-Proto": proto})
    assert (browser.status, seen) == (HTTPStatus.OK, [logged])


@pytest.mark.parametrize(
    "path", ["/login\xff", "/logi\xffn", "/lc/\x00", "/lc/a\x0bb", "/nowhere\xff", "/\x7f"]
)
def test_s_ht_04_lib_10_a_path_that_is_no_text_is_refused(browser: Browser, path: str) -> None:
    assert browser.request("GET", path).status == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize(
    "path", ["/login", "/nowhere", "/settings/account", "/healthz", "/api/nowhere", "/setup"]
)
def test_s_ht_04_head_is_get_without_a_body(browser: Browser, path: str) -> None:
    got = browser.get(path)
    status, size, type_ = got.status, len(got.body), got.headers.get("Content-Type")
    head = browser.request("HEAD", path)
    assert (head.status, head.body, head.headers.get("Content-Type")) == (status, b"", type_)
    assert int(head.headers.get("Content-Length", 0)) == size


@pytest.mark.parametrize("path", ["/health", "/healthz"])
def test_a_health_check_may_come_by_any_name(browser: Browser, path: str) -> None:
    assert browser.request("GET", path, headers={"Host": "127.0.0.1:1411"}).status in {200, 204}


@pytest.mark.parametrize(
    "query", ["a=%00", "%00=a", "a=%ff", "a=%c3%28", "&".join(f"a{n}=1" for n in range(101))]
)
def test_s_lib_05_10_what_cannot_be_read_is_refused(site: Site, query: str) -> None:
    browser = at(site, lambda request: json(dict(request.query)))
    assert browser.request("GET", f"/it?{query}").status == HTTPStatus.BAD_REQUEST


def test_s_lib_05_texts_arrive_as_unicode(site: Site) -> None:
    browser = at(site, lambda request: json(request.form.text("name")), Guard.PROTOCOL)
    assert browser.post("/it", {"name": "Jürgen 🗝"}).json() == "Jürgen 🗝"


def test_s_lib_02_a_large_body_is_refused(site: Site) -> None:
    browser = at(site, lambda request: json(len(request.body)), Guard.PROTOCOL)
    assert browser.request("POST", "/it", b"x" * 65537).status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert browser.request("POST", "/it", b"x" * 65536).json() == 65536


def test_an_upload_is_taken_only_where_the_route_says_so(site: Site) -> None:
    def size(request: Request) -> Response:
        return json(len(request.files["file"].content) if request.files else -1)

    files = {"file": ("picture.png", b"x" * 100_000)}
    assert at(site, size, upload=True).upload("/it", files).json() == 100_000
    assert at(site, size).upload("/it", files).status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    too_large = {"file": ("picture.png", b"x" * (web.UPLOAD_LIMIT + 1))}
    assert at(site, size, upload=True).upload("/it", too_large).status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "expected"),
    [
        ("203.0.113.9", "198.51.100.1", "127.0.0.0/8", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1", "127.0.0.0/8", "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1", "127.0.0.0/8", "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1, 127.0.0.2", "127.0.0.0/8", "198.51.100.1"),
        ("127.0.0.1", "198.51.100.1, garbage", "127.0.0.0/8", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.0/8", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1", "false", "127.0.0.1"),
        ("203.0.113.9", "6.6.6.6, 198.51.100.1", "true", "198.51.100.1"),
        ("::ffff:127.0.0.1", "2001:db8::7", "127.0.0.0/8", "2001:db8::7"),
        ("127.0.0.1", "::ffff:198.51.100.1", "127.0.0.0/8", "198.51.100.1"),
        ("", "198.51.100.1", "127.0.0.0/8", None),
        ("", "198.51.100.1", "true", "198.51.100.1"),
    ],
)
def test_s_ht_02_the_rightmost_untrusted_hop_is_the_person_s(
    peer: str, forwarded: str, trusted: str, expected: str | None
) -> None:
    environ = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}
    assert proxies.client_address(environ, make_config(TRUST_PROXY=trusted)) == expected


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nowhere", 404), ("DELETE", "/login", 405)])
def test_an_unknown_address_or_method_is_said_plainly(
    browser: Browser, method: str, path: str, status: int
) -> None:
    browser.request(method, path)
    assert (browser.status, browser.view) == (status, "error")


def test_an_unknown_address_of_the_api_is_said_in_json(browser: Browser) -> None:
    answer = browser.get("/api/nowhere")
    assert answer.status == HTTPStatus.NOT_FOUND
    assert answer.json()["code"] == "not_found"


# Cookies and forms


def test_s_se_02_cookies_are_bound_to_the_host_under_https(browser: Browser) -> None:
    cookie = browser.get("/lc").set_cookies[0]
    assert cookie.startswith("__Host-browser=")
    for attribute in ("Path=/", "HttpOnly", "Secure", "SameSite=Lax"):
        assert attribute in cookie
    assert "Domain" not in cookie


def test_s_se_02_plain_http_has_plain_cookies(reconfigured: Callable[..., Browser]) -> None:
    cookie = reconfigured(APP_URL="http://localhost:1411").get("/lc").set_cookies[0]
    assert cookie.startswith("browser=")
    assert "Secure" not in cookie


@pytest.mark.parametrize(
    ("headers", "token", "status"),
    [
        ({}, "", 200),
        ({"Sec-Fetch-Site": "none"}, "", 200),
        ({"Sec-Fetch-Site": "cross-site"}, "", 403),
        ({"Sec-Fetch-Site": "same-site"}, "", 403),
        ({"Sec-Fetch-Site": "", "Origin": "https://evil.example"}, "", 403),
        ({"Sec-Fetch-Site": "", "Origin": APP_URL}, "", 200),
        ({}, None, 403),
        ({}, "0" * 64, 403),
        ({}, "ä", 403),
    ],
)
def test_s_se_03_a_form_needs_its_token_and_our_origin(
    site: Site, headers: dict[str, str], token: str | None, status: int
) -> None:
    browser = at(site, lambda request: json("done"))
    browser.get("/logout")
    assert browser.post("/it", {}, form_token=token, headers=headers).status == status


def test_s_se_03_another_browser_s_token_does_not_do(site: Site) -> None:
    mine, theirs = at(site, lambda request: json("done")), at(site, lambda request: json("done"))
    token = theirs.get("/logout").form_token()
    mine.get("/logout")
    assert mine.post("/it", {}, form_token=token).status == HTTPStatus.FORBIDDEN


def test_s_se_03_a_token_from_before_the_sign_in_does_not_do_after_it(
    site: Site, make_user: Callable[..., users.User], sign_in: Callable[..., None]
) -> None:
    browser = at(site, lambda request: json("done"))
    token = browser.get("/logout").form_token()
    sign_in(browser, make_user())
    assert browser.post("/it", {}, form_token=token).status == HTTPStatus.FORBIDDEN


def test_a_flash_is_shown_once(site: Site) -> None:
    browser = at(site, lambda request: redirect("/logout", flash="Saved <b>it</b>."))
    assert "Saved &lt;b&gt;it&lt;/b&gt;." in browser.get("/it").follow().text
    assert "Saved" not in browser.get("/logout").text


@pytest.mark.parametrize("cookie", ["%%%", "AAAA====", "/w==", "a" * 5000])
def test_a_broken_flash_is_no_fault(site: Site, cookie: str) -> None:
    browser = at(site, lambda request: json(1))
    browser.cookies["__Host-flash"] = cookie
    assert browser.get("/logout").status == HTTPStatus.OK


# Guards


def test_s_ad_01_guards(
    site: Site, make_user: Callable[..., users.User], sign_in: Callable[..., None]
) -> None:
    expected = {
        Guard.PUBLIC: (200, 200, 200, 200),
        Guard.PROTOCOL: (200, 200, 200, 200),
        Guard.USER: (303, 200, 200, 200),
        Guard.ADMIN: (303, 403, 200, 403),
    }
    person, admin = make_user(), make_user(is_admin=True)
    for guard, statuses in expected.items():
        found = []
        for user, method in ((None, ""), (person, "passkey"), (admin, "passkey"), (admin, "one_time_access")):
            browser = at(site, lambda request: json("done"), guard)
            if user:
                sign_in(browser, user, method)
            found.append(browser.get("/it").status)
        assert tuple(found) == statuses, guard


def test_who_must_sign_in_comes_back_to_the_page(site: Site) -> None:
    browser = at(site, lambda request: json(1), Guard.USER).get("/it", a="b c")
    assert browser.location == "/login?redirect=%2Fit%3Fa%3Db%2Bc"


def test_a_post_without_session_is_never_repeated_after_the_sign_in(site: Site) -> None:
    browser = at(site, lambda request: json(1), Guard.USER)
    browser.get("/logout")
    assert browser.post("/it").status == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize("fields", [{"disabled": True}])
def test_s_se_01_a_disabled_person_is_nobody_at_once(
    site: Site,
    db: Database,
    now: datetime,
    make_user: Callable[..., users.User],
    sign_in: Callable[..., None],
    fields: dict[str, Any],
) -> None:
    user = make_user()
    browser = at(site, lambda request: json(1), Guard.USER)
    sign_in(browser, user)
    assert browser.get("/it").status == HTTPStatus.OK
    users.update(db, user.id, replace(users.Change.from_user(user), **fields), now)
    db.commit()
    assert browser.get("/it").status == HTTPStatus.SEE_OTHER


# What goes out


def test_s_se_07_every_answer_has_the_same_headers(browser: Browser) -> None:
    for path in ("/login", "/nowhere", "/api/nowhere", "/healthz", "/.well-known/openid-configuration"):
        headers = browser.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'"), path
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Strict-Transport-Security"] == "max-age=31536000"


def test_hsts_is_for_https_alone(reconfigured: Callable[..., Browser]) -> None:
    assert (
        "Strict-Transport-Security" not in reconfigured(APP_URL="http://localhost:1411").get("/login").headers
    )


def test_only_the_page_that_needs_it_may_post_elsewhere(site: Site) -> None:
    plain = at(site, lambda request: page("confirm", **CONFIRM)).get("/it")
    assert "form-action 'self';" in plain.headers["Content-Security-Policy"]
    wider = at(site, lambda request: page("confirm", form_action=("app.immich:",), **CONFIRM)).get("/it")
    assert "form-action 'self' app.immich:;" in wider.headers["Content-Security-Policy"]


def test_s_ht_07_static_files_come_from_a_list_alone(browser: Browser, site: Site) -> None:
    url = site.assets.url("app.css")
    assert browser.get(url).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert browser.get(url, headers={"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"
    for path in ("/static/app.css", "/static/..%2fsetup.cfg", "/static/%2e%2e/setup.cfg", "/static/"):
        assert browser.get(path).status == HTTPStatus.NOT_FOUND, path


def test_s_ft_02_without_a_database_every_page_says_so_and_when_to_come_back(
    site: Site, tmp_path: Path
) -> None:
    pool = Pool(f"host={tmp_path} dbname=none", 1)
    pool.open()
    browser = Browser(web.application(replace(site, source=pool), ROUTES), APP_URL)
    for path in ("/login", "/health", "/.well-known/jwks.json"):
        browser.get(path)
        assert browser.status == HTTPStatus.SERVICE_UNAVAILABLE, path
        assert browser.text
    assert browser.headers["Retry-After"] == "2"
    pool.close()
