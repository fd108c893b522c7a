"""`make demo`: the main job walked by itself in headless Chromium, each step printed, each page as a picture.

A server of its own, with its data in a scratch folder; the pictures stay in ./data/demo. `--all` takes each page
in three widths and both colour schemes, for those who work on the look.
"""

import re
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from tests.chromium import Person, chromium
from tests.journeys import walk
from tests.processes import free_port, pocketid, relying_party

PICTURES = Path("data/demo")
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
    "sign-in": "In the app she presses “Sign in”,",
    "consent": "says that Immich may know her,",
    "app": "and is signed in there.",
}
TOUR = (
    *(
        "/settings/apps",
        "/settings/account",
        "/settings/audit-log",
        "/settings/admin/users",
        "/settings/admin/users/new",
    ),
    *("/settings/admin/user-groups", "/settings/admin/user-groups/new", "/settings/admin/oidc-clients"),
    *(
        "/settings/admin/oidc-clients/new",
        "/settings/admin/oidc-clients/new/by-hand",
        "/settings/admin/audit-log",
    ),
    *(
        "/settings/admin/application-configuration",
        "/logout",
        "/nowhere",
        "/login/alternative",
        "/lc",
        "/setup",
    ),
)


class Camera:
    """Prints each step and keeps its picture."""

    def __init__(self, *, every_size: bool) -> None:
        self._every_size = every_size
        self._number = 0

    def __call__(self, step: str, page: Page) -> None:
        """One step."""
        self._number += 1
        print(f"{self._number:3}  {STEPS.get(step, step)}", flush=True)
        self.picture(f"{self._number:02}-{step}", page)

    def picture(self, name: str, page: Page) -> None:
        """A picture, or six of them."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        if not self._every_size:
            page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
            return
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                page.screenshot(path=PICTURES / f"{name}-{width}-{scheme}.png", full_page=True)


def main() -> None:
    """Walk."""
    every_size = "--all" in sys.argv
    shutil.rmtree(PICTURES, ignore_errors=True)
    camera = Camera(every_size=every_size)
    folder = Path(tempfile.mkdtemp(prefix="pocketid-demo-"))
    folder.chmod(0o711)
    port, app_port = free_port(), free_port()
    origin, app_origin = f"http://localhost:{port}", f"http://localhost:{app_port}"
    try:
        with pocketid(folder, port, APP_NAME="SKYLAB"), chromium() as browser:
            print(f"     A server with a database of its own runs at {origin}.")
            owner, anna = Person(browser, origin), Person(browser, origin)
            walk.set_up(owner, camera)
            app = walk.add_app_from_recipe(owner, "Immich", app_origin, camera)
            link = walk.add_person(owner, "anna", "Anna", "Muster", camera)
            walk.enrol(anna, link, camera)
            anna.goto("/logout").locator("button.primary, button.danger").last.click()
            environment = {"ISSUER": origin, "CLIENT_ID": app.client_id, "CLIENT_SECRET": app.secret}
            with relying_party(folder, app_port, **environment) as app_url:
                walk.sign_in_to_app(anna, f"{app_url}/auth/login", first_time=True, seen=camera)
            if every_size:
                tour(owner, app.client_id, camera)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"     Done. The pictures are in {PICTURES}.")


def tour(owner: Person, client_id: str, camera: Camera) -> None:
    """Every other page, as an admin sees it after a while."""
    owner.goto(
        f"/authorize?client_id={client_id}&redirect_uri=https://immich.example.org/auth/callback&response_type=code"
    )
    camera.picture("refused", owner.page)
    for path in TOUR:
        owner.goto(path)
        camera.picture(re.sub(r"\W+", "-", path).strip("-"), owner.page)
    owner.goto(f"/settings/admin/oidc-clients/{client_id}")
    camera.picture("client-with-refused", owner.page)
    owner.goto("/settings/admin/users").get_by_role("link", name="Anna Muster").click()
    camera.picture("user", owner.page)
    owner.goto("/settings/admin/user-groups/new").get_by_label("Name", exact=True).fill("Family")
    owner.page.locator("button.primary").click()
    camera.picture("group", owner.page)
    owner.goto("/settings/admin/oidc-clients/new/by-hand").get_by_label("Redirect URIs", exact=True).fill(
        "htps://x"
    )
    owner.page.get_by_label("Name", exact=True).fill("X")
    owner.page.locator("button.primary").click()
    camera.picture("client-errors", owner.page)
    owner.page.context.clear_cookies()
    owner.goto("/login")
    camera.picture("login", owner.page)


if __name__ == "__main__":
    main()
