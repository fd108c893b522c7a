"""The pages of protected hosts."""

from collections.abc import Callable

import pytest

from pocketid import clients, protected_hosts
from pocketid.audit import Row
from pocketid.db import Database
from pocketid.protected_hosts import ProtectedHost
from pocketid.users import User
from tests.browser import Browser

HERE = "/settings/admin/protected-hosts"
FORM = {"host": "wiki.example.test", "name": "Wiki", "public_paths": "/public/\r\n\r\n/robots.txt"}


@pytest.fixture
def wiki(browser: Browser, admin: User, db: Database) -> ProtectedHost:
    browser.get(f"{HERE}/new")
    browser.post(f"{HERE}/new", FORM)
    assert browser.status == 303, browser.text
    [host] = protected_hosts.listed(db)
    return host


def test_a_host_is_added_with_the_client_that_stands_for_it(
    browser: Browser, wiki: ProtectedHost, db: Database, events: Callable[..., list[Row]]
) -> None:
    assert browser.location == f"{HERE}/{wiki.client_id}"
    assert (wiki.name, wiki.host) == ("Wiki", "wiki.example.test")
    assert wiki.public_paths == ["/public/", "/robots.txt"]
    client = clients.get(db, wiki.client_id)
    assert client.redirect_uris == ["https://wiki.example.test/.pocketid/callback"]
    assert (client.is_public, client.requires_pkce, client.skips_consent) == (True, True, True)
    assert client.launch_url == "https://wiki.example.test/"
    [made] = events("CLIENT_CREATED")
    assert (made.client_id, made.details["host"]) == (wiki.client_id, "wiki.example.test")
    page = browser.follow().text
    assert "https://pocketid.example.test/api/forward-auth/redirect" in page
    assert f'href="/settings/admin/oidc-clients/{wiki.client_id}#access"' in page


def test_a_host_is_changed_together_with_its_client(
    browser: Browser, wiki: ProtectedHost, db: Database, events: Callable[..., list[Row]]
) -> None:
    browser.get(f"{HERE}/{wiki.client_id}")
    browser.post(
        f"{HERE}/{wiki.client_id}",
        {"host": "https://Notes.example.test:443/", "name": "", "public_paths": ""},
    )
    assert browser.status == 303
    after = protected_hosts.get(db, wiki.client_id)
    assert after == ProtectedHost(wiki.client_id, "notes.example.test", "notes.example.test", [])
    assert clients.get(db, wiki.client_id).redirect_uris == ["https://notes.example.test/.pocketid/callback"]
    changed = events("CLIENT_UPDATED")[0].details["changed"]
    assert changed["host"] == {"before": "wiki.example.test", "after": "notes.example.test"}
    assert changed["public_paths"]["after"] == []
    shown = browser.get(f"/settings/admin/audit-log/{events('CLIENT_UPDATED')[0].id}").text
    assert "open to everybody" in shown


WRONG = [
    ("host", "", "Write the host alone"),
    ("host", "wiki.example.test/path", "Write the host alone"),
    ("host", "*.example.test", "Write the host alone"),
    ("host", "wiki_example", "Write the host alone"),
    ("host", "user@wiki.example.test", "Write the host alone"),
    ("host", "wiki.example.test:99999999", "Write the host alone"),
    ("host", "pocketid.example.test", "This is the host of this site itself."),
    ("host", "files.example.test", "This host is protected already."),
    ("name", "x" * 51, "This is too long"),
    ("public_paths", "/", "Line 1 is no path"),
    ("public_paths", "/a/\n/b/../c", "Line 2 is no path"),
    ("public_paths", "public/", "Line 1 is no path"),
    ("public_paths", "/a;b", "Line 1 is no path"),
    ("public_paths", "/%2e%2e/", "Line 1 is no path"),
    ("public_paths", "\n".join(["/a"] * 51), "These are too many"),
]


@pytest.mark.parametrize(("field", "text", "told"), WRONG)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_kept(
    field: str, text: str, told: str, browser: Browser, wiki: ProtectedHost, db: Database
) -> None:
    browser.get(f"{HERE}/new")
    browser.post(f"{HERE}/new", {"host": "files.example.test"})
    before = protected_hosts.listed(db), clients.count(db)
    for path, form in ((f"{HERE}/new", {"host": "more.example.test"}), (f"{HERE}/{wiki.client_id}", FORM)):
        browser.get(path)
        browser.post(path, {**form, field: text})
        assert browser.status == 422
        assert told in browser.variables["errors"][field]
        assert (protected_hosts.listed(db), clients.count(db)) == before


def test_the_page_of_its_client_leads_to_it(
    browser: Browser, wiki: ProtectedHost, make_client: Callable[..., clients.Client]
) -> None:
    make_client("immich")
    page = browser.get(f"/settings/admin/oidc-clients/{wiki.client_id}").text
    assert f'href="{HERE}/{wiki.client_id}"' in page
    assert HERE not in browser.get("/settings/admin/oidc-clients/immich").text


def test_the_list_says_what_is_protected(browser: Browser, wiki: ProtectedHost) -> None:
    page = browser.get(HERE).text
    assert "wiki.example.test" in page
    assert "2 paths are open to everybody" in page


def test_a_client_of_another_kind_is_no_protected_host(
    browser: Browser, admin: User, make_client: Callable[..., clients.Client]
) -> None:
    make_client("immich")
    assert browser.get(f"{HERE}/immich").status == 404
    assert browser.post(f"{HERE}/immich", FORM).status == 404


def test_without_a_trusted_proxy_the_page_says_that_nothing_is_believed(
    browser: Browser, wiki: ProtectedHost, reconfigured: Callable[..., Browser]
) -> None:
    assert "TRUST_PROXY" not in browser.get(f"{HERE}/{wiki.client_id}").text
    other = reconfigured(TRUST_PROXY="false")
    other.cookies = browser.cookies
    assert "TRUST_PROXY names no proxy" in other.get(f"{HERE}/{wiki.client_id}").text
