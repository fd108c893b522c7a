"""The style sheet: small, in force, and nothing in it that no page uses."""

import gzip
import re

from pocketid.paths import data_dir

VIEWS = data_dir("views")
SHEET = (VIEWS / "static" / "app.css").read_text()
# Mails carry their style themselves.
PAGES = "\n".join(path.read_text() for path in sorted(VIEWS.rglob("*.tpl")) if path.parent.name != "mail")


def classes_of_the_sheet() -> set[str]:
    rules = re.sub(r"/\*.*?\*/|\{[^{}]*\}", " ", SHEET, flags=re.S)
    return set(re.findall(r"\.([a-z][a-z-]*)", rules))


def classes_of_the_pages() -> set[str]:
    found = re.findall(r"class=\\?[\"']([^\"']*)[\"']", PAGES)
    return {name for names in found for name in names.split() if "{" not in name and "}" not in name}


def test_the_style_sheet_is_small() -> None:
    assert len(SHEET.encode()) < 20_000
    assert len(gzip.compress(SHEET.encode(), 9, mtime=0)) < 6_000


def test_every_class_of_the_style_sheet_is_used_and_every_class_used_is_in_it() -> None:
    assert classes_of_the_sheet() == classes_of_the_pages()


def test_every_colour_is_a_token() -> None:
    rules = SHEET.split("/* Elements */")[1]
    colours = set(re.findall(r"#[0-9a-f]{3,8}\b|\brgb\(", rules))
    assert colours <= {"#fff"}, "only the ground of a QR code is white in both schemes"


def test_nobody_writes_style_or_script_into_a_page() -> None:
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", PAGES)
