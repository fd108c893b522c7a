"""The look of the site is seen before it is saved: while one types, and without script by a button."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from contrib.dev import population
from tests.chromium import Person
from tests.journeys import walk

pytestmark = pytest.mark.browser
PAGE = "/settings/admin/application-configuration"
BUTTON = ".pane .button"
YELLOW = "#ffee00"
SHADES = "rgb(115, 107, 0)", "rgb(255, 238, 0)"  # darker where it could not be read


@pytest.fixture(scope="module")
def owner(person: Callable[[], Person]) -> Person:
    owner = person()
    walk.set_up(owner)
    return owner


def expect_yellow(page: Page) -> None:
    for number, shade in enumerate(SHADES):
        expect(page.locator(BUTTON).nth(number)).to_have_css("background-color", shade)


@pytest.mark.usefixtures("clean_consoles")
def test_name_and_colour_are_seen_while_they_are_chosen_and_are_not_saved(owner: Person) -> None:
    page = owner.goto(PAGE)
    name = page.get_by_label("Application name")
    name.fill("$& Skylab")
    for text in ("Sign in to $& Skylab", "$& Skylab"):
        expect(page.locator(".pane").get_by_text(text, exact=True)).to_have_count(2)
    page.locator("[type=color]").fill(YELLOW)
    expect(page.get_by_label("Your own", exact=True)).to_be_checked()
    expect_yellow(page)
    page.get_by_label("Pocket green").check()
    expect(page.locator(BUTTON).first).to_have_css("background-color", "rgb(15, 106, 91)")
    expect(page.locator(BUTTON).last).to_have_css("background-color", "rgb(92, 201, 179)")
    expect(page.get_by_role("button", name="Preview")).to_have_count(0)
    expect(owner.goto(PAGE).get_by_label("Application name")).to_have_value("Pocket ID")


@pytest.mark.usefixtures("clean_consoles")
def test_a_logo_is_seen_before_it_is_uploaded(owner: Person) -> None:
    page = owner.goto(f"{PAGE}/images")
    expect(page.locator(".pane svg.mark")).to_have_count(2)
    for picture in ("logo-light", "logo-dark"):
        content = population.picture((300, 100), "#0b5548")
        page.locator(f"#{picture}-file").set_input_files(
            {"name": "a.png", "mimeType": "image/png", "buffer": content}
        )
        expect(page.locator(f"#{picture} .swatch img[src^='data:']")).to_have_count(2)
        expect(page.locator(".pane .mark[src^='data:']")).to_have_count(2)


def test_without_script_a_button_shows_what_was_typed_and_saves_nothing(
    without_script: Page, owner: Person
) -> None:
    page = without_script
    page.goto(owner.origin + PAGE)
    page.get_by_label("Application name").fill("Skylab")
    page.get_by_label("Your own", exact=True).check()
    page.locator("[type=color]").fill(YELLOW)
    page.get_by_role("button", name="Preview").click()
    page.wait_for_url(re.compile("#preview$"))
    expect(page.locator(".pane").get_by_text("Sign in to Skylab")).to_have_count(2)
    expect_yellow(page)
    expect(page.get_by_label("Application name")).to_have_value("Skylab")
    expect(page).to_have_title("Settings · Pocket ID")
