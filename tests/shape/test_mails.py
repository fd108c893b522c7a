"""Every kind of mail has its two views, which show what they are given, and nothing that somebody slipped in."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from pocketid import mail
from pocketid.outbox import Kind
from pocketid.paths import data_dir
from pocketid.render import Assets
from pocketid.settings import Settings
from tests.conftest import make_config
from tests.mails import EXAMPLES

FOLDER = data_dir("views") / "mail"
HOSTILE = "<b>&\"'\r\nBcc: all@example.test\r\n\r\n{x}"
GIVEN_TO_ALL = {"site", "app_url"}


class Page(HTMLParser):
    """Tags, links and text of a mail's HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.shown = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.links += [str(given[name]) for name in ("href", "src") if given.get(name)]

    def handle_data(self, data: str) -> None:
        self.shown += data


def letter(assets: Assets, kind: Kind, values: dict[str, Any], name: str = "Skylab") -> mail.Letter:
    return mail.rendered(assets, kind, values, Settings(app_name=name), make_config(), None)


def needs(kind: Kind, form: str) -> set[str]:
    """The values that a view says it needs."""
    first = (FOLDER / f"{kind}.{form}.tpl").read_text().splitlines()[0]
    named = re.sub(r"\([^)]*\)", "", first.removeprefix("% # Needs: ")).partition(";")[0]
    return {name.strip() for name in named.split(",")} - GIVEN_TO_ALL


def test_a_kind_has_two_views_and_an_example() -> None:
    views = {path.name.removesuffix(".tpl") for path in FOLDER.glob("*.tpl")} - {"layout.txt", "layout.html"}
    assert views == {f"{kind}.{form}" for kind in EXAMPLES for form in ("txt", "html")}
    assert EXAMPLES.keys() == set(Kind)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_both_views_say_what_they_need_and_get_it(kind: Kind) -> None:
    assert needs(kind, "txt") | needs(kind, "html") == EXAMPLES[kind].keys()


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_mail_says_the_same_in_text_and_html(kind: Kind, assets: Assets) -> None:
    found = letter(assets, kind, EXAMPLES[kind])
    page = Page(found.html)
    assert found.subject
    assert found.subject not in found.text
    assert "Skylab" in page.shown
    assert "https://pocketid.example.test" in found.text
    assert "None" not in found.text + page.shown
    assert "&amp;" not in found.text
    for link in page.links:
        assert link == "cid:logo" or link in found.text, "a link that the text does not have"
    assert {"script", "form", "link", "iframe"}.isdisjoint(page.tags)
    assert page.tags.count("table") == 0


@pytest.mark.parametrize("kind", EXAMPLES)
def test_co_07_hostile_texts_stay_texts(kind: Kind, assets: Assets) -> None:
    hostile = {name: HOSTILE if isinstance(value, str) else value for name, value in EXAMPLES[kind].items()}
    plain, found = letter(assets, kind, EXAMPLES[kind]), letter(assets, kind, hostile, name=HOSTILE)
    assert Page(found.html).tags == Page(plain.html).tags
    assert "\n" not in found.subject
    assert "\r" not in found.subject
