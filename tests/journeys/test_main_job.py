"""From an empty machine to a person signed in to an app that others wrote, in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.chromium import Person
from tests.journeys import walk
from tests.processes import free_port, pocketid, relying_party


@pytest.mark.browser
def test_from_setup_to_an_app_that_does_what_immich_does(screen: Browser, open_folder: Path) -> None:
    port, app_port = free_port(), free_port()
    origin, app_origin = f"http://localhost:{port}", f"http://localhost:{app_port}"
    with pocketid(open_folder, port):
        owner, anna = Person(screen, origin), Person(screen, origin)
        walk.set_up(owner)
        app = walk.add_app_from_recipe(owner, "Immich", app_origin)
        link = walk.add_person(owner, "anna", "Anna", "Muster")
        walk.enrol(anna, link)
        environment = {"ISSUER": origin, "CLIENT_ID": app.client_id, "CLIENT_SECRET": app.secret}
        with relying_party(open_folder, app_port, **environment) as app_url:
            first = walk.sign_in_to_app(anna, f"{app_url}/auth/login", first_time=True)
            assert first["claims"]["name"] == "Anna Muster"
            assert first["userinfo"]["email"] == "anna@example.org"
            again = walk.sign_in_to_app(anna, f"{app_url}/auth/login")
            assert again["claims"]["sub"] == first["claims"]["sub"]
        assert owner.problems == []
        assert anna.problems == []
