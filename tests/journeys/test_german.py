"""The pages that people see most, in the language with the longest words, on a phone: nothing is cut off."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page

from contrib.dev import population
from pocketid import groups, users
from pocketid.db import Database, Pool, Statements
from pocketid.paths import data_dir
from tests.chromium import Person
from tests.journeys import walk
from tests.journeys.cut_off import CUT_OFF
from tests.journeys.sights import ADMIN, CLIENTS, SETTINGS, request_of
from tests.processes import Server

FOR_ANYBODY = (
    *("/login", "/login/alternative", "/login/alternative/device", "/lc", "/lc/7F3K9Q", "/logout", "/signup"),
    *("/setup", "/verify-email?token=x", "/not-me?token=x", "/invitation/x", "/nowhere"),
)
# What select boxes and empty fields say has to fit, too: the browser would cut it off without a trace.
TEXTS_IN_FIELDS = """() => {
  const pen = document.createElement("canvas").getContext("2d");
  const wide = (field, text) => {
    const style = getComputedStyle(field);
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const arrow = field.matches("select") ? 20 : 0;
    const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - arrow;
    return pen.measureText(text).width > room + 1;
  };
  const said = (field) => field.selectedOptions ? field.selectedOptions[0]?.text ?? "" : field.placeholder;
  return [...document.querySelectorAll("select, input[placeholder]")]
    .filter((field) => field.clientWidth && wide(field, said(field)))
    .map((field) => `does not fit: ${said(field)}`);
}"""


@dataclass
class Inhabited:
    """A server with a crowd, and who is signed in as its owner."""

    origin: str
    owner: Person
    here: dict[str, UUID]
    screen: Browser


@pytest.fixture(scope="module")
def inhabited(screen: Browser, server: Server, fresh_database: str) -> Iterator[Inhabited]:
    owner = Person(screen, server.origin, reduced_motion="reduce")
    walk.set_up(owner)
    pool = Pool(fresh_database, 1)
    pool.open()
    with Database(pool, Statements.load(data_dir("sql"))) as database:
        population.populate(database, datetime.now(UTC))
        wilhelmina = users.search(database, text="wilhelmina", size=1, offset=0)[0].id
        family = groups.search(database, text="Family")[0].id
        database.commit()
    pool.close()
    owner.page.set_extra_http_headers({"Accept-Language": "de"})
    yield Inhabited(server.origin, owner, {"person": wilhelmina, "group": family}, screen)
    owner.close()


def of_an_admin(here: dict[str, UUID]) -> tuple[str, ...]:
    person, group = f"{ADMIN}/users/{here['person']}", f"{ADMIN}/user-groups/{here['group']}"
    library = f"{CLIENTS}/library"
    return (
        *("/settings/account", "/settings/apps", "/settings/audit-log", "/settings/account/passkeys/new"),
        *("/device", "/login/reauthenticate"),
        *(f"{ADMIN}/users", f"{ADMIN}/users/new", person, f"{person}/delete", f"{person}/custom-claims"),
        *(f"{ADMIN}/access", f"{ADMIN}/passkey-health", f"{ADMIN}/sign-up"),
        *(f"{ADMIN}/invitations", f"{ADMIN}/invitations/new", f"{ADMIN}/invitations/import"),
        *(f"{ADMIN}/user-groups", f"{ADMIN}/user-groups/new", group, f"{group}/delete"),
        *(CLIENTS, f"{CLIENTS}/new", f"{CLIENTS}/new/immich", f"{CLIENTS}/new/by-hand", library),
        *(f"{library}/claims", f"{library}/try", f"{library}/delete"),
        *(f"{ADMIN}/audit-log", f"{ADMIN}/api-keys", SETTINGS, f"{SETTINGS}/images", f"{ADMIN}/outbox"),
        "/authorize?"
        + urlencode(request_of("https://home-assistant.example.org/callback", "home-assistant")),
    )


def cut_off(page: Page, origin: str, paths: tuple[str, ...]) -> dict[str, list[str]]:
    """What does not fit on these pages at 390 pixels."""
    page.set_viewport_size({"width": 390, "height": 800})
    found = {}
    for path in paths:
        page.goto(origin + path)
        assert page.locator("html").get_attribute("lang") == "de", path
        found[path] = page.evaluate(CUT_OFF) + page.evaluate(TEXTS_IN_FIELDS)
    return {path: findings for path, findings in found.items() if findings}


@pytest.mark.browser
def test_pages_of_a_member_and_an_admin_fit_on_a_phone_in_german(inhabited: Inhabited) -> None:
    assert cut_off(inhabited.owner.page, inhabited.origin, of_an_admin(inhabited.here)) == {}


@pytest.mark.browser
def test_pages_before_signing_in_fit_on_a_phone_in_german(inhabited: Inhabited) -> None:
    context = inhabited.screen.new_context(locale="de-DE")
    assert cut_off(context.new_page(), inhabited.origin, FOR_ANYBODY) == {}
    context.close()
