"""Every page in a real browser: nothing that axe finds, nothing cut off on a phone, light enough, small headers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.chromium import Person, chromium
from tests.journeys import walk
from tests.processes import ROOT, free_port, pocketid

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()
LONG_NAME = "Wilhelmina-Alexandrina von und zu Hohenlohe-Langen"
MEMBERS_PAGES = (
    "/settings/apps",
    "/settings/account",
    "/settings/audit-log",
    "/settings/account/passkeys/new",
    "/logout",
)
ADMIN_PAGES = (
    *("/settings/admin/users", "/settings/admin/users/new", "/settings/admin/user-groups"),
    *("/settings/admin/user-groups/new", "/settings/admin/oidc-clients", "/settings/admin/oidc-clients/new"),
    *("/settings/admin/oidc-clients/new/immich", "/settings/admin/oidc-clients/new/by-hand"),
    *("/settings/admin/audit-log", "/settings/admin/application-configuration", "/nowhere"),
)
STRANGERS_PAGES = ("/login", "/login/alternative", "/lc", "/lc/ABCDEFGH", "/setup", "/nowhere")


@dataclass
class Installation:
    """A server with an owner who is signed in, a client, and somebody with a long name."""

    owner: Person
    origin: str
    client_id: str
    browser: Browser


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    from tests.conftest import make_open_folder  # fixtures of module scope cannot use open_folder

    folder: Path = make_open_folder()
    port = free_port()
    origin = f"http://localhost:{port}"
    with chromium() as browser, pocketid(folder, port):
        owner = Person(browser, origin, reduced_motion="reduce")
        walk.set_up(owner)
        app = walk.add_app_from_recipe(owner, "Immich", "https://immich.example.org")
        walk.add_person(owner, "wilhelmina", LONG_NAME[:50], "Muster")
        yield Installation(owner, origin, app.client_id, browser)


def problems_of(page: Page) -> list[str]:
    """What axe finds on the page, a line each."""
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{violation['id']}: {violation['help']} — {node['html'][:120]} {node.get('failureSummary', '')[:200]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def check(page: Page, url: str) -> None:
    for scheme, width in (("light", 390), ("dark", 1440), ("light", 320)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 800})
        assert problems_of(page) == [], (url, scheme, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (url, width, "is cut off")
    assert page.locator("h1").count() == 1, url


@pytest.mark.browser
@pytest.mark.parametrize("path", [*MEMBERS_PAGES, *ADMIN_PAGES])
def test_axe_finds_nothing_on_the_pages_of_an_admin(installation: Installation, path: str) -> None:
    check(installation.owner.goto(path), path)


@pytest.mark.browser
def test_axe_finds_nothing_on_the_pages_of_one_client_person_and_group(installation: Installation) -> None:
    owner = installation.owner
    owner.goto(
        f"/authorize?client_id={installation.client_id}&redirect_uri=https://immich.example.org/auth/callback"
    )
    check(owner.page, "refused")
    check(owner.goto(f"/settings/admin/oidc-clients/{installation.client_id}"), "client")
    check(owner.goto(f"/settings/admin/oidc-clients/{installation.client_id}/delete"), "delete")
    owner.goto("/settings/admin/users").get_by_role("link", name=re.compile("Wilhelmina")).click()
    check(owner.page, "user")
    owner.goto("/settings/admin/user-groups/new").get_by_label("Name", exact=True).fill("Family")
    owner.page.locator("button.primary").click()
    check(owner.page, "group")
    owner.goto("/settings/admin/oidc-clients/new/by-hand").get_by_label("Redirect URIs", exact=True).fill(
        "htps://x"
    )
    owner.page.get_by_label("Name", exact=True).fill("X")
    owner.page.locator("button.primary").click()
    check(owner.page, "client with errors")


@pytest.mark.browser
@pytest.mark.parametrize("path", STRANGERS_PAGES)
def test_axe_finds_nothing_on_the_pages_of_strangers(installation: Installation, path: str) -> None:
    context = installation.browser.new_context()
    page = context.new_page()
    page.goto(installation.origin + path)
    check(page, path)
    context.close()


@pytest.mark.browser
def test_the_sign_in_page_is_light_and_its_headers_are_small(installation: Installation) -> None:
    context = installation.browser.new_context()
    page = context.new_page()
    answers: list[Any] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108  # Playwright marks it
    page.goto(installation.origin + "/login")
    page.wait_for_load_state("networkidle")
    sizes = [answer.request.sizes() for answer in answers]
    assert len(answers) <= 5, [answer.url for answer in answers]
    assert sum(size["responseBodySize"] for size in sizes) < 30_000
    assert max(size["responseHeadersSize"] for size in sizes) < 2048
    context.close()
