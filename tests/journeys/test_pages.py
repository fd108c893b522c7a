"""Every page in a real browser: nothing that axe finds, nothing cut off, errors where they belong, light enough."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from pocketid import embedded
from pocketid.db import Database, Pool, Statements
from pocketid.paths import data_dir
from tests.chromium import chromium
from tests.journeys.cut_off import CUT_OFF
from tests.journeys.sights import sights
from tests.processes import ROOT, free_port, pocketid

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()
LOOK = """async () => {
  const { violations } = await axe.run({ resultTypes: ["violations"], rules: { "target-size": { enabled: true } } });
  return violations.flatMap(({ id, help, nodes }) => nodes.map((node) =>
    `${id}: ${help} — ${node.html.slice(0, 120)} ${(node.failureSummary ?? "").slice(0, 200)}`));
}"""
WRONG = """async () => {
  const fields = [...document.querySelectorAll("[aria-invalid=true]")];
  const describe = (field) => (field.getAttribute("aria-describedby") ?? "").split(" ");
  const found = [];
  if (document.querySelectorAll("h1").length !== 1) found.push("there is not one h1");
  if (document.querySelectorAll(".primary").length > 1) found.push("more than one thing to do");
  if (fields.length && !document.title.startsWith("Error: ")) found.push("not in the title: " + document.title);
  for (let frames = 0; fields.length && document.activeElement !== fields[0] && frames < 300; frames++)
    await new Promise(requestAnimationFrame);  // the browser moves the focus when it draws, not when it has loaded
  if (fields.length && document.activeElement !== fields[0]) found.push("the first field with an error has no focus");
  for (const field of fields)
    if (!describe(field).some((id) => document.getElementById(id)?.matches(".error")))
      found.push("has no error of its own: " + field.outerHTML.slice(0, 120));
  for (const error of document.querySelectorAll(".error"))
    if (!fields.some((field) => describe(field).includes(error.id))) found.push("of no field: " + error.outerHTML);
  return found;
}"""
SILENT = {"login-without-script"}  # axe is a script itself
Findings = dict[str, list[str]]


@dataclass
class Seen:
    """What was found on the pages; name of the sight -> a line for each finding."""

    by_axe: Findings
    cut_off: Findings
    wrong: Findings
    names: list[str]


@dataclass
class Installation:
    """A server with an empty database of its own."""

    origin: str
    browser: Browser
    database: Database
    conninfo: str


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    from tests.conftest import make_open_folder  # fixtures of module scope cannot use open_folder

    folder: Path = make_open_folder()
    port = free_port()
    with chromium() as browser, pocketid(folder, port, APP_NAME="SKYLAB"):
        conninfo = embedded.running(folder / "data")
        assert conninfo
        pool = Pool(conninfo, 2)
        pool.open()
        with Database(pool, Statements.load(data_dir("sql"))) as database:
            yield Installation(f"http://localhost:{port}", browser, database, conninfo)
        pool.close()


@pytest.fixture(scope="module")
def seen(installation: Installation) -> Seen:
    """All sights, looked at once."""
    seen = Seen(defaultdict(list), defaultdict(list), defaultdict(list), [])
    tour = sights(installation.browser, installation.origin, installation.database, installation.conninfo)
    for name, page in tour:
        seen.names.append(name)
        seen.wrong[name] += page.evaluate(WRONG)
        for scheme, width in (("light", 390), ("dark", 1440)) if name not in SILENT else ():
            show(page, scheme, width)
            seen.by_axe[name] += [f"{scheme} {width}: {finding}" for finding in found_by_axe(page)]
        for width, size in ((320, "100%"), (390, "200%")):
            show(page, "light", width)
            page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
            seen.cut_off[name] += [f"{width} {size}: {finding}" for finding in page.evaluate(CUT_OFF)]
        page.evaluate("() => { document.documentElement.style.fontSize = '' }")
    return seen


def show(page: Page, scheme: str, width: int) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 800})


def found_by_axe(page: Page) -> list[str]:
    """What axe finds on the page, a line each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: list[str] = page.evaluate(LOOK)
    return found


def of(findings: Findings) -> Findings:
    return {name: lines for name, lines in findings.items() if lines}


@pytest.mark.browser
def test_axe_finds_nothing_on_any_page(seen: Seen) -> None:
    assert of(seen.by_axe) == {}
    assert len(seen.names) == len(set(seen.names)) > 90


@pytest.mark.browser
def test_nothing_is_cut_off_at_320_pixels_or_with_text_of_twice_the_size(seen: Seen) -> None:
    assert of(seen.cut_off) == {}


@pytest.mark.browser
def test_errors_are_at_their_fields_in_the_title_and_have_the_focus(seen: Seen) -> None:
    assert of(seen.wrong) == {}


@pytest.mark.browser
def test_the_sign_in_page_is_light_and_its_headers_are_small(seen: Seen, installation: Installation) -> None:
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
