"""`make demo`: the main job walked by itself in headless Chromium, each step printed, each page as a picture.

A server of its own, with its data in a scratch folder; the pictures stay in ./data/demo.

    python -m contrib.dev.demo             the main job, one picture a step
    python -m contrib.dev.demo --all       then every page and state, in three widths and both colour schemes
    python -m contrib.dev.demo --docs      writes the pictures of README and docs into docs/images
"""

import io
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from pocketid import embedded
from pocketid.db import Database, Pool, Statements
from pocketid.paths import data_dir
from tests.chromium import Person, chromium
from tests.journeys import walk
from tests.journeys.sights import sights
from tests.processes import ROOT, free_port, pocketid, relying_party

PICTURES = Path("data/demo")
DOCS_PORT = 1411  # the one that readers know
DOCS_PICTURES = ROOT / "docs" / "images"
IN_DOCS = {  # a sight, which names the picture: how wide and high, and what is at its top
    "access": (1100, 640, ""),
    "audit": (1100, 760, ""),
    "client-added": (1100, 780, ""),
    "client-tried": (1100, 760, ""),
    "device-approve": (390, 750, ""),
    "device-waiting": (390, 800, ""),
    "interaction-sign-in": (390, 600, ""),
    "invitation": (390, 890, ""),
    "invitations": (1100, 620, ""),
    "link": (390, 460, ""),
    "passkey-health": (1100, 760, ""),
    "settings": (1100, 760, "#email"),
    "sign-up": (390, 760, ""),
    "sign-up-waiting": (390, 520, ""),
    "user": (1100, 760, ""),
    "user-claims": (1100, 760, ""),
    "users": (1100, 760, ""),
}
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
        if "--docs" in sys.argv:
            photograph_for_docs(folder, browser)
            return
        every_size = "--all" in sys.argv
        camera = Camera(PICTURES, every_size=every_size)
        walk_the_main_job(folder, browser, camera)
        if every_size:
            tour(folder, browser, camera, free_port())
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


def tour(folder: Path, browser: Browser, camera: walk.Seen, port: int) -> None:
    """Every page and state, on a server of its own."""
    there = folder / "tour"
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


def photograph_for_docs(folder: Path, browser: Browser) -> None:
    """What README and docs show, as small files: few colours are enough for pages."""
    DOCS_PICTURES.mkdir(parents=True, exist_ok=True)

    def photograph(name: str, page: Page) -> None:
        if name not in IN_DOCS:
            return
        width, height, top = IN_DOCS[name]
        show(page, "light", width, height)
        if top:
            page.locator(top).evaluate("element => element.scrollIntoView()")
        picture = Image.open(io.BytesIO(page.screenshot()))
        path = DOCS_PICTURES / f"{name}.png"
        picture.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
        print(f"     {path}, {path.stat().st_size // 1000} KB", flush=True)

    tour(folder, browser, photograph, DOCS_PORT)


if __name__ == "__main__":
    main()
