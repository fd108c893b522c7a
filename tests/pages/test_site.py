"""The start page, addresses that people know, health, files and the accent colour."""

from collections.abc import Callable

import pytest

import pocketid
from pocketid import users
from pocketid.db import Database
from tests.browser import Browser


def test_the_bare_address_leads_to_where_one_belongs(
    browser: Browser, make_user: Callable[..., users.User], sign_in: Callable[..., None]
) -> None:
    assert browser.get("/").location == "/setup"
    owner = make_user(is_admin=True)
    assert browser.get("/").location == "/login"
    sign_in(browser, owner)
    assert browser.get("/").location == "/settings/account"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/settings", "/settings/account"),
        ("/settings/admin", "/settings/admin/users"),
        ("/settings/users", "/settings/admin/users"),
        ("/settings/audit", "/settings/admin/audit-log"),
        ("/settings/audit-log/global", "/settings/admin/audit-log"),
        ("/signup/setup", "/setup"),
    ],
)
def test_an_address_that_guides_name_leads_to_the_page(browser: Browser, old: str, new: str) -> None:
    assert (browser.get(old).status, browser.location) == (303, new)


def test_health_says_what_is_well(browser: Browser) -> None:
    assert (browser.get("/healthz").status, browser.body) == (204, b"")
    expected = {"status": "ok", "version": pocketid.__version__, "database": "ok", "migrations": "ok"}
    assert (browser.get("/health").status, browser.json()) == (200, expected)


def test_health_says_what_is_not_well(browser: Browser, db: Database) -> None:
    connection = db._source.take()
    connection.execute("insert into migrations (number, name) values (9000, 'from_the_future')")
    assert browser.get("/healthz").status == 503
    assert browser.get("/health").status == 503
    assert browser.json()["status"] == "unavailable"
    assert "the database is at 9000" in browser.json()["migrations"]


@pytest.mark.parametrize(("accepted", "encoding"), [("gzip, br", "gzip"), ("br", None), ("gzip;q=0", None)])
def test_a_file_is_sent_compressed_to_whoever_takes_that(
    browser: Browser, accepted: str, encoding: str | None
) -> None:
    browser.get("/lc")
    path = browser.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    plain = browser.get(path).body
    answer = browser.get(path, headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert (len(answer.body) < len(plain)) is (encoding is not None)
