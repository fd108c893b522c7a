"""From an empty machine to a person signed in to an app that others wrote, in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.chromium import Person, chromium
from tests.journeys import walk
from tests.processes import free_port, pocketid, relying_party


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.browser
def test_from_setup_to_an_app_that_does_what_immich_does(browser: Browser, open_folder: Path) -> None:
    port, app_port = free_port(), free_port()
    origin, app_origin = f"http://localhost:{port}", f"http://localhost:{app_port}"
    with pocketid(open_folder, port):
        owner = Person(browser, origin)
        walk.set_up(owner)
        app = walk.add_app_from_recipe(owner, "Immich", app_origin)
        link = walk.add_person(owner, "anna", "Anna", "Muster")
        anna = Person(browser, origin)
        walk.enrol(anna, link)
        with relying_party(
            open_folder, app_port, ISSUER=origin, CLIENT_ID=app.client_id, CLIENT_SECRET=app.secret
        ) as app_url:
            first = walk.sign_in_to_app(anna, f"{app_url}/auth/login", first_time=True)
            assert first["claims"]["name"] == "Anna Muster"
            assert first["userinfo"]["email"] == "anna@example.org"
            assert first["refreshed"]["sub"] == first["claims"]["sub"]
            again = walk.sign_in_to_app(anna, f"{app_url}/auth/login", first_time=False)
            assert again["claims"]["sub"] == first["claims"]["sub"]
        assert owner.problems == []
        assert anna.problems == []
