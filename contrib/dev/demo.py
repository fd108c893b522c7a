"""`make demo`: the main job walked by itself in headless Chromium, each step printed, each page as a picture.

A server of its own, with its data in a scratch folder; the pictures stay in ./data/demo.

    python -m contrib.dev.demo             the main job, one picture a step
    python -m contrib.dev.demo --all       then every page and state, in three widths and both colour schemes
    python -m contrib.dev.demo --readme    writes the pictures of the README into docs/images
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page

from pocketid import embedded
from pocketid.db import Database, Pool, Statements
from pocketid.paths import data_dir
from tests.chromium import Person, chromium
from tests.journeys import walk
from tests.journeys.sights import IMMICH, request_of, sights
from tests.processes import ROOT, free_port, pocketid, relying_party

PICTURES = Path("data/demo")
README_PORT = 1411  # the one that its readers know
README_PICTURES = ROOT / "docs" / "images"
WIDTHS = (390, 768, 1440)
STEPS = {
    "setup": "The owner opens the setup page",
    "setup-passkey": "and makes a passkey.",
    "signed-in": "The first account is there.",
    "clients-empty": "No app yet:",
    "recipes": "a recipe for Immich is picked,",
    "recipe": "its address is typed,",
    "client": "and these are the values to paste.",
    "user-new": "Anna is added,",
    "user-link": "and gets a one-time link.",
    "link": "She opens it on her own device,",
    "add-passkey": "adds a passkey,",
    "enrolled": "and is in.",
    "signed-out": "She signs out.",
    "sign-in": "In the app she presses “Sign in” and uses her passkey,",
    "consent": "says that Immich may know her,",
    "app": "and is signed in there.",
}


class Camera:
    """Prints each step and keeps its picture; `every_size` keeps six."""

    def __init__(self, folder: Path, *, every_size: bool) -> None:
        self._folder = folder
        self._every_size = every_size
        self._number = 0
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    def __call__(self, step: str, page: Page) -> None:
        """One step."""
        self._number += 1
        print(f"{self._number:3}  {STEPS.get(step, step)}", flush=True)
        name = f"{self._number:03}-{step}"
        if not self._every_size:
            page.screenshot(path=self._folder / f"{name}.png", full_page=True)
            return
        for scheme in ("light", "dark"):
            for width in WIDTHS:
                show(page, scheme, width, 900)
                page.evaluate("scrollTo(0, 0)")
                page.screenshot(path=self._folder / f"{name}-{width}-{scheme}.png", full_page=True)


def show(page: Page, scheme: str, width: int, height: int) -> None:
    """Make the window so large, and the system light or dark."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": height})


def main() -> None:
    """Walk."""
    with scratch_folder() as folder, chromium() as browser:
        if "--readme" in sys.argv:
            photograph_for_readme(folder, browser)
            return
        every_size = "--all" in sys.argv
        camera = Camera(PICTURES, every_size=every_size)
        walk_the_main_job(folder, browser, camera)
        if every_size:
            tour(folder, browser, camera)
    print(f"     Done. The pictures are in {PICTURES}.")


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder that the embedded database's account can enter; deleted at the end."""
    folder = Path(tempfile.mkdtemp(prefix="pocketid-demo-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def walk_the_main_job(folder: Path, browser: Browser, camera: walk.Seen) -> None:
    """From an empty machine to a person signed in to an app."""
    port, app_port = free_port(), free_port()
    origin, app_origin = f"http://localhost:{port}", f"http://localhost:{app_port}"
    with pocketid(folder, port, APP_NAME="SKYLAB"):
        print(f"     A server with a database of its own runs at {origin}.")
        owner, anna = Person(browser, origin), Person(browser, origin)
        walk.set_up(owner, camera)
        app = walk.add_app_from_recipe(owner, "Immich", app_origin, camera)
        link = walk.add_person(owner, "anna", "Anna", "Muster", camera)
        walk.enrol(anna, link, camera)
        walk.sign_out(anna)
        camera("signed-out", anna.page)
        environment = {"ISSUER": origin, "CLIENT_ID": app.client_id, "CLIENT_SECRET": app.secret}
        with relying_party(folder, app_port, **environment) as app_url:
            walk.sign_in_to_app(anna, f"{app_url}/auth/login", first_time=True, seen=camera)
        owner.close()
        anna.close()


def tour(folder: Path, browser: Browser, camera: walk.Seen) -> None:
    """Every page and state, on a second server."""
    port, there = free_port(), folder / "tour"
    there.mkdir(mode=0o711)
    with pocketid(there, port, APP_NAME="SKYLAB"):
        conninfo = embedded.running(there / "data")
        assert conninfo, "the server runs its database"
        pool = Pool(conninfo, 2)
        pool.open()
        with Database(pool, Statements.load(data_dir("sql"))) as database:
            for name, page in sights(browser, f"http://localhost:{port}", database, conninfo):
                camera(name, page)
        pool.close()


def photograph_for_readme(folder: Path, browser: Browser) -> None:
    """The sign-in page on a phone, and what an admin sees of an app; small files."""
    README_PICTURES.mkdir(parents=True, exist_ok=True)

    def photograph(name: str, page: Page, width: int, height: int) -> None:
        show(page, "light", width, height)
        page.screenshot(path=README_PICTURES / f"{name}.png")
        print(f"     {README_PICTURES / name}.png")

    with pocketid(folder, README_PORT, APP_NAME="SKYLAB"):
        owner, anna = (Person(browser, f"http://localhost:{README_PORT}") for _number in range(2))
        walk.set_up(owner)
        app = walk.add_app_from_recipe(owner, "Immich", IMMICH)
        photograph("client", owner.page, 1100, 780)
        path = "/authorize?" + urlencode(request_of(f"{IMMICH}/auth/login", app.client_id))
        photograph("sign-in", anna.goto(path), 390, 640)


if __name__ == "__main__":
    main()
