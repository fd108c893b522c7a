"""Forward authentication: what a proxy is told before it lets a request pass, and the way to a session."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pocketid import clients, groups, protected_hosts, tokens, users
from pocketid.db import Connection, Database
from pocketid.protected_hosts import ProtectedHost
from tests.browser import Browser
from tests.conftest import APP_URL, Clock
from tests.round_trips import counted

HOST = "wiki.example.test"
CHECK, REDIRECT, CALLBACK = "/api/forward-auth", "/api/forward-auth/redirect", "/.pocketid/callback"
COOKIE, START = "__Host-forward", "__Host-forward-start"


class Visitor(Browser):
    """A browser at a protected host: what it sends comes through the proxy there."""

    def through(self, path: str, uri: str = "/", host: str = HOST, **headers: str) -> Browser:
        """The question that the proxy asks about one of its requests."""
        asked = {"X-Forwarded-Host": host, "X-Forwarded-Uri": uri, "X-Forwarded-Method": "GET"}
        return self.get(
            path, headers=asked | {name.replace("_", "-"): text for name, text in headers.items()}
        )

    def comes_back(self, host: str = HOST, **query: Any) -> Browser:
        """The answer of the authorization endpoint, at the protected host."""
        return self.get(CALLBACK, headers={"X-Forwarded-Host": host}, **query)

    def identity(self) -> dict[str, str]:
        """What the site learns."""
        return {name: text for name, text in self.headers.items() if name.startswith("Remote-")}


NOBODY = dict.fromkeys(("Remote-User", "Remote-Email", "Remote-Name", "Remote-Groups"), "")


@pytest.fixture
def make_host(db: Database, clock: Clock) -> Callable[..., ProtectedHost]:
    """Protects a host, as its page does."""

    def make(host: str = HOST, *public_paths: str, **fields: Any) -> ProtectedHost:
        change = clients.Change(
            name=host,
            redirect_uris=[f"https://{host}{CALLBACK}"],
            is_public=True,
            skips_consent=True,
            signing_algorithm="ES256",
            **fields,
        )
        client = clients.create(db, change, None, clock())
        db.run("protected_hosts.insert", client_id=client.id, host=host, public_paths=list(public_paths))
        db.commit()
        return protected_hosts.get(db, client.id)

    return make


@pytest.fixture
def wiki(make_host: Callable[..., ProtectedHost]) -> ProtectedHost:
    return make_host(HOST, "/public/", "/robots.txt")


@pytest.fixture
def visitor(browser: Browser) -> Visitor:
    return Visitor(browser.application, f"https://{HOST}")


def answer_of(signed_in: Browser, location: str) -> dict[str, str]:
    """What the authorization endpoint sends back through a signed-in browser."""
    signed_in.get(location.removeprefix(APP_URL))
    target = urlsplit(signed_in.location)
    assert (target.netloc, target.path) == (HOST, CALLBACK), signed_in.text
    return {name: values[0] for name, values in parse_qs(target.query).items()}


def enter(visitor: Visitor, signed_in: Browser, uri: str = "/") -> Visitor:
    """Walk the whole way to a session of the protected host."""
    visitor.through(REDIRECT, uri)
    visitor.comes_back(**answer_of(signed_in, visitor.location))
    assert visitor.status == 303, visitor.text
    return visitor


def test_the_way_to_a_session_and_the_headers_that_it_brings(
    visitor: Visitor,
    signed_in: Browser,
    anna: users.User,
    make_group: Callable[..., groups.Group],
    wiki: ProtectedHost,
) -> None:
    make_group("family", anna)
    make_group("admins", anna)
    assert visitor.through(CHECK).status == 401
    visitor.through(REDIRECT, "/page?x=1&y=%20#z")
    assert visitor.status == 303
    assert visitor.location.startswith(f"{APP_URL}/authorize?client_id={wiki.client_id}&")
    visitor.comes_back(**answer_of(signed_in, visitor.location))
    assert (visitor.status, visitor.location) == (303, f"https://{HOST}/page?x=1&y=%20#z")
    assert COOKIE in visitor.cookies
    for path in (CHECK, REDIRECT):
        assert visitor.through(path, "/page").status == 200
        assert visitor.identity() == {
            "Remote-User": "anna",
            "Remote-Email": "anna@example.test",
            "Remote-Name": "Anna Muster",
            "Remote-Groups": "admins,family",
        }
        assert visitor.headers["Cache-Control"] == "no-store"


def test_its_cookies_belong_to_the_protected_host_alone(
    visitor: Visitor, signed_in: Browser, wiki: ProtectedHost
) -> None:
    visitor.through(REDIRECT)
    started = visitor.set_cookies
    visitor.comes_back(**answer_of(signed_in, visitor.location))
    for cookie in (*started, *visitor.set_cookies):
        name, *attributes = cookie.split("; ")
        assert name.partition("=")[0] in {COOKIE, START}
        assert {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"} <= set(attributes)
        assert not any(attribute.lower().startswith("domain") for attribute in attributes)
    assert {COOKIE, START}.isdisjoint(signed_in.cookies)


def test_names_in_every_script_are_sent_as_utf_8(
    visitor: Visitor, open_browser: Callable[[], Browser], make_user: Callable[..., users.User],
    sign_in: Callable[..., None], admin: users.User, wiki: ProtectedHost,
) -> None:  # fmt: skip
    other = open_browser()
    sign_in(other, make_user(username="zoe", display_name="Zoë 中村", email=None))
    enter(visitor, other)
    visitor.through(CHECK)
    assert visitor.headers["Remote-Name"].encode("latin-1").decode() == "Zoë 中村"
    assert visitor.identity() | {"Remote-Name": ""} == NOBODY | {"Remote-User": "zoe"}


# FA-01: identity is ours alone


def test_fa_01_every_allowed_answer_has_every_header(visitor: Visitor, wiki: ProtectedHost) -> None:
    visitor.through(CHECK, "/public/", Remote_User="admin", Remote_Groups="admins")
    assert visitor.status == 200
    assert visitor.identity() == NOBODY


def test_fa_01_what_a_client_claims_of_itself_changes_nothing(
    visitor: Visitor, signed_in: Browser, wiki: ProtectedHost
) -> None:
    assert visitor.through(CHECK, Remote_User="admin").status == 401
    enter(visitor, signed_in)
    visitor.through(CHECK, Remote_User="admin", Remote_Email="x", Remote_Name="x", Remote_Groups="admins")
    assert visitor.identity()["Remote-User"] == "anna"
    assert visitor.identity()["Remote-Groups"] == ""


def test_fa_01_a_header_holds_no_other_header(
    visitor: Visitor, signed_in: Browser, anna: users.User, db: Database, wiki: ProtectedHost,
    connection: Connection,
) -> None:  # fmt: skip
    connection.execute(
        "update users set display_name = %s where id = %s", ("Anna\r\nRemote-User: admin", anna.id)
    )
    enter(visitor, signed_in)
    visitor.through(CHECK)
    assert visitor.identity()["Remote-Name"] == "Anna  Remote-User: admin"
    assert visitor.identity()["Remote-User"] == "anna"


def test_fa_01_the_name_of_one_group_is_not_those_of_two(
    visitor: Visitor,
    signed_in: Browser,
    anna: users.User,
    make_group: Callable[..., Any],
    wiki: ProtectedHost,
) -> None:
    make_group("readers,admins", anna)
    make_group("family", anna)
    enter(visitor, signed_in)
    visitor.through(CHECK)
    assert visitor.identity()["Remote-Groups"] == "family,readers admins"


# FA-02: the address comes from the trusted proxy, and leads nowhere else


def test_fa_02_only_a_trusted_proxy_is_believed(
    visitor: Visitor, signed_in: Browser, wiki: ProtectedHost
) -> None:
    enter(visitor, signed_in)
    visitor.address = "192.0.2.9"
    for path in (CHECK, REDIRECT):
        visitor.through(path, "/public/")
        assert visitor.status == 403
        assert visitor.identity() == {}
    assert visitor.comes_back(code="x", state="y").status == 403


@pytest.mark.parametrize(
    "host", ["", "other.example.test", "pocketid.example.test", f"{HOST}.evil.test", f"{HOST}:8443"]
)
def test_fa_02_a_host_that_is_not_registered_is_refused(
    host: str, visitor: Visitor, signed_in: Browser, wiki: ProtectedHost
) -> None:
    enter(visitor, signed_in)
    for path in (CHECK, REDIRECT):
        assert visitor.through(path, host=host).status == 403
        assert visitor.set_cookies == []
    assert visitor.comes_back(host=host, code="x", state="y").status == 403


@pytest.mark.parametrize("host", [HOST.upper(), f"{HOST}:443", f"evil.test, {HOST}"])
def test_a_host_may_be_written_in_other_ways(host: str, visitor: Visitor, wiki: ProtectedHost) -> None:
    assert visitor.through(CHECK, "/public/", host=host).status == 200


@pytest.mark.parametrize(
    "uri",
    [
        "//evil.test/",
        "/\\evil.test",
        "https://evil.test/",
        "@evil.test",
        "/..//evil.test",
        "/%0d%0aX:y",
        "/é",
        "",
    ],
)
def test_fa_02_nobody_is_sent_to_another_host(
    uri: str, visitor: Visitor, signed_in: Browser, wiki: ProtectedHost
) -> None:
    enter(visitor, signed_in, uri)
    assert visitor.location.startswith(f"https://{HOST}/")
    assert urlsplit(visitor.location).netloc == HOST
    assert visitor.location.isascii()


def test_a_very_long_address_is_forgotten(visitor: Visitor, signed_in: Browser, wiki: ProtectedHost) -> None:
    enter(visitor, signed_in, "/" + "x" * 2000)
    assert visitor.location == f"https://{HOST}/"


# FA-03: what ends, ends with the next request


def by_session(db: Database, anna: users.User, clock: Clock, connection: Connection) -> None:
    connection.execute("delete from sessions where user_id = %s", (anna.id,))


def by_expiry(db: Database, anna: users.User, clock: Clock, connection: Connection) -> None:
    clock.advance(minutes=60)


def by_disabling(db: Database, anna: users.User, clock: Clock, connection: Connection) -> None:
    connection.execute("update users set disabled = true where id = %s", (anna.id,))


def by_group(db: Database, anna: users.User, clock: Clock, connection: Connection) -> None:
    connection.execute("update clients set is_group_restricted = true")


def by_taking_back(db: Database, anna: users.User, clock: Clock, connection: Connection) -> None:
    [host] = protected_hosts.listed(db)
    tokens.revoke_client_of_user(db, anna.id, host.client_id, clock())


def by_age(db: Database, anna: users.User, clock: Clock, connection: Connection) -> None:
    connection.execute("update clients set longest_sign_in_seconds = 600")
    clock.advance(minutes=10)


def by_other_host(db: Database, anna: users.User, clock: Clock, connection: Connection) -> None:
    connection.execute("update protected_hosts set host = 'moved.example.test'")


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (by_session, 401),
        (by_expiry, 401),
        (by_disabling, 401),
        (by_group, 401),
        (by_taking_back, 401),
        (by_age, 401),
        (by_other_host, 403),
    ],
)
def test_fa_03_the_next_request_is_refused(
    end: Callable[..., None], status: int, visitor: Visitor, signed_in: Browser, anna: users.User, db: Database,
    clock: Clock, connection: Connection, wiki: ProtectedHost,
) -> None:  # fmt: skip
    enter(visitor, signed_in)
    assert visitor.through(CHECK).status == 200
    end(db, anna, clock, connection)
    assert visitor.through(CHECK).status == status
    assert visitor.identity() == {}


def test_fa_03_signing_out_here_signs_out_there(
    visitor: Visitor, signed_in: Browser, wiki: ProtectedHost
) -> None:
    enter(visitor, signed_in)
    signed_in.post("/logout")
    assert visitor.through(CHECK).status == 401


def test_fa_03_who_may_not_open_it_never_gets_a_session(
    visitor: Visitor, signed_in: Browser, make_host: Callable[..., ProtectedHost]
) -> None:
    make_host(HOST, is_group_restricted=True)
    visitor.through(REDIRECT)
    signed_in.get(visitor.location.removeprefix(APP_URL))
    assert "code=" not in signed_in.location


def test_a_cookie_of_another_protected_host_is_worth_nothing(
    visitor: Visitor, signed_in: Browser, wiki: ProtectedHost, make_host: Callable[..., ProtectedHost]
) -> None:
    make_host("files.example.test")
    enter(visitor, signed_in)
    assert visitor.through(CHECK).status == 200
    assert visitor.through(CHECK, host="files.example.test").status == 401


# FA-04: paths that are open to everybody


@pytest.mark.parametrize(
    "uri", ["/public/", "/public/a/b.css?x=/../y", "/public/a%20b", "/robots.txt", "/robots.txt?x"]
)
def test_fa_04_open_paths_are_open(uri: str, visitor: Visitor, wiki: ProtectedHost) -> None:
    for path in (CHECK, REDIRECT):
        assert visitor.through(path, uri).status == 200


@pytest.mark.parametrize(
    "uri",
    [
        *("/", "/public", "/publicity", "/robots.txt/", "/robots.txt/x", "/admin?/public/", "/PUBLIC/"),
        *("/public/../admin", "/public/./x", "/public/..", "/public/%2e%2e/admin", "/public/%2E./admin"),
        *("/public//admin", "//public/", "/public/%2fadmin", "/public/x%5c..%5cadmin", "/public/..\\admin"),
        *("/public/;/admin", "/public/..;/admin", "/public;x/y", "/public/%252e%252e/admin", "/public/%00"),
        *("/public/%3b/admin", "/public/%ff", "/public/é", "/public/%", "/public/#/../admin", "public/", ""),
    ],
)
def test_fa_04_nothing_else_is(uri: str, visitor: Visitor, wiki: ProtectedHost) -> None:
    assert visitor.through(CHECK, uri).status == 401


# Redirects are for people


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Mode": "cors"},
        {"Sec-Fetch-Mode": "no-cors"},
        {"X-Forwarded-Method": "POST"},
        {"X-Forwarded-Method": "POST", "Sec-Fetch-Mode": "cors"},
    ],
)
def test_scripts_and_pictures_are_not_sent_to_sign_in(
    headers: dict[str, str], visitor: Visitor, wiki: ProtectedHost
) -> None:
    assert visitor.through(REDIRECT, **headers).status == 401
    assert visitor.set_cookies == []


def test_a_form_that_is_sent_too_late_leads_to_the_sign_in(visitor: Visitor, wiki: ProtectedHost) -> None:
    visitor.through(REDIRECT, **{"X-Forwarded-Method": "POST", "Sec-Fetch-Mode": "navigate"})
    assert visitor.status == 303


# The answer that comes back


def test_two_tabs_can_sign_in_at_once(visitor: Visitor, signed_in: Browser, wiki: ProtectedHost) -> None:
    first = visitor.through(REDIRECT, "/one").location
    second = visitor.through(REDIRECT, "/two").location
    for location, uri in ((second, "/two"), (first, "/one")):
        visitor.comes_back(**answer_of(signed_in, location))
        assert visitor.location == f"https://{HOST}{uri}"


def other_browser(visitor: Visitor, answer: dict[str, str], clock: Clock) -> None:
    visitor.cookies[START] = "x" * 43


def no_cookie(visitor: Visitor, answer: dict[str, str], clock: Clock) -> None:
    del visitor.cookies[START]


def other_state(visitor: Visitor, answer: dict[str, str], clock: Clock) -> None:
    answer["state"] = answer["state"][:-4] + "AAAA"


def other_issuer(visitor: Visitor, answer: dict[str, str], clock: Clock) -> None:
    answer["iss"] = "https://evil.test"


def no_code(visitor: Visitor, answer: dict[str, str], clock: Clock) -> None:
    del answer["code"]


def unknown_code(visitor: Visitor, answer: dict[str, str], clock: Clock) -> None:
    answer["code"] = "x" * 43


def code_of_another_start(visitor: Visitor, answer: dict[str, str], clock: Clock) -> None:
    location = visitor.through(REDIRECT).location
    answer["state"] = parse_qs(urlsplit(location).query)["state"][0]


def expired_code(visitor: Visitor, answer: dict[str, str], clock: Clock) -> None:
    clock.advance(seconds=61)


@pytest.mark.parametrize(
    "spoil",
    [
        *(other_browser, no_cookie, other_state, other_issuer, no_code, unknown_code),
        *(code_of_another_start, expired_code),
    ],
)
def test_an_answer_that_this_browser_did_not_ask_for_brings_no_session(
    spoil: Callable[..., None], visitor: Visitor, signed_in: Browser, clock: Clock, wiki: ProtectedHost
) -> None:
    visitor.through(REDIRECT)
    answer = answer_of(signed_in, visitor.location)
    spoil(visitor, answer, clock)
    visitor.comes_back(**answer)
    assert (visitor.status, visitor.location) == (303, f"{APP_URL}/protected-host?host={HOST}")
    assert COOKIE not in visitor.cookies
    assert visitor.through(CHECK).status == 401


@pytest.mark.parametrize(("minutes", "gets_in"), [(60, True), (61, False)])
def test_who_takes_more_than_an_hour_to_sign_in_begins_again(
    visitor: Visitor,
    signed_in: Browser,
    anna: users.User,
    sign_in: Callable[..., None],
    clock: Clock,
    wiki: ProtectedHost,
    minutes: int,
    *,
    gets_in: bool,
) -> None:
    location = visitor.through(REDIRECT).location
    clock.advance(minutes=minutes)
    sign_in(signed_in, anna)
    visitor.comes_back(**answer_of(signed_in, location))
    assert (COOKIE in visitor.cookies) is gets_in


def test_a_code_brings_one_session_and_its_reuse_ends_that(
    visitor: Visitor, signed_in: Browser, wiki: ProtectedHost
) -> None:
    visitor.through(REDIRECT)
    answer = answer_of(signed_in, visitor.location)
    visitor.comes_back(**answer)
    assert visitor.through(CHECK).status == 200
    visitor.comes_back(**answer)
    assert visitor.location.startswith(f"{APP_URL}/protected-host")
    assert visitor.through(CHECK).status == 401


def test_who_did_not_get_in_reads_why_and_can_try_again(
    browser: Browser, admin: users.User, wiki: ProtectedHost
) -> None:
    browser.get("/protected-host", host=HOST)
    assert browser.status == 200
    assert f'href="https://{HOST}/"' in browser.text
    for host in ("", "evil.test", "evil.test/"):
        assert browser.get("/protected-host", host=host).status == 404


# The price


def test_a_request_is_one_statement(
    visitor: Visitor, signed_in: Browser, wiki: ProtectedHost, shared_connection: Connection
) -> None:
    enter(visitor, signed_in)
    for _each in range(8):  # until PostgreSQL keeps it prepared
        visitor.through(CHECK)
    for uri in ("/", "/public/"):
        with counted(shared_connection) as found:
            assert visitor.through(CHECK, uri).status == 200
        assert found.count == 1


def test_nothing_is_written_for_who_has_not_signed_in(
    visitor: Visitor, wiki: ProtectedHost, rows: Callable[[str], int]
) -> None:
    before = [
        rows(table) for table in ("interactions", "authorizations", "protected_sessions", "audit_events")
    ]
    visitor.through(CHECK)
    visitor.through(REDIRECT)
    visitor.comes_back(code="x", state="y")
    after = [
        rows(table) for table in ("interactions", "authorizations", "protected_sessions", "audit_events")
    ]
    assert after == before
