"""The pictures of the site: uploaded, seen on every page at once, sent at Pocket ID's addresses, and taken back."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from pocketid import images
from pocketid.db import Database
from pocketid.users import User
from pocketid.web import Site
from tests.areas.test_images import SVG, encoded, png_of_claimed_size
from tests.browser import Browser

PAGE = "/settings/admin/application-configuration/images"
ADDRESSES = {
    "favicon": "/api/application-images/favicon",
    "logo-light": "/api/application-images/logo",
    "logo-dark": "/api/application-images/logo?light=false",
    "email": "/api/application-images/email",
    "default-profile-picture": "/api/application-images/default-profile-picture",
    "background": "/api/application-images/background",
}


@pytest.fixture(autouse=True)
def someone_administers(admin: User) -> None:
    """Every test here is done by an administrator."""


def upload(browser: Browser, image: str, content: bytes) -> Browser:
    browser.get(PAGE)
    return browser.upload(f"{PAGE}/{image}", {"file": ("picture", content)})


@pytest.mark.parametrize("image", images.OWN)
def test_a_picture_is_uploaded_sent_to_anybody_and_reset(
    image: str, browser: Browser, open_browser: Callable[[], Browser], events: Callable[..., list[Any]]
) -> None:
    before = open_browser().get(ADDRESSES[image])
    assert before.status == (404 if image == "background" else 200)
    assert upload(browser, image, encoded((900, 600))).status == 303
    stranger = open_browser().get(ADDRESSES[image])
    assert (stranger.status, stranger.headers["Cache-Control"]) == (200, "public, max-age=300")
    sent = Image.open(io.BytesIO(stranger.body))
    assert stranger.headers["Content-Type"] == f"image/{'webp' if image == 'background' else 'png'}"
    assert all(side <= most for side, most in zip(sent.size, images.OWN[image].size, strict=True))
    tag = stranger.headers["Etag"]
    assert open_browser().request("GET", ADDRESSES[image], headers={"If-None-Match": tag}).status == 304
    browser.get(PAGE)
    assert "Reset to default" in browser.text
    browser.post(f"{PAGE}/{image}/reset")
    assert browser.location == f"{PAGE}#{image}"
    again = open_browser().get(ADDRESSES[image])
    assert again.status == before.status
    assert again.body == before.body or image == "background"
    assert [event.details for event in events("APPLICATION_IMAGE_CHANGED")] == [
        {"image": image, "removed": True},
        {"image": image, "removed": False},
    ]
    browser.get(PAGE)
    browser.post(f"{PAGE}/{image}/reset")
    assert len(events("APPLICATION_IMAGE_CHANGED")) == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "Please choose a picture first."),
        (b"GIF89a", "This is no picture that can be read."),
        (png_of_claimed_size(60_000, 60_000), "25 million pixels at most"),
        (b"\x89PNG" + bytes(5 * 1024 * 1024 + 1), "too large"),
    ],
)
@pytest.mark.parametrize("image", ["favicon", "background"])
def test_fi_01_what_is_no_good_picture_is_refused_with_the_reason(
    image: str, content: bytes, reason: str, browser: Browser, events: Callable[..., list[Any]]
) -> None:
    upload(browser, image, content)
    assert browser.status == 422
    assert list(browser.variables["errors"]) == [image]
    assert reason in browser.variables["errors"][image]
    assert 'aria-invalid="true"' in browser.text
    assert events("APPLICATION_IMAGE_CHANGED") == []


def test_fi_02_drawings_are_for_logos_and_are_sent_shut_in(
    browser: Browser, open_browser: Callable[[], Browser]
) -> None:
    for image in ("favicon", "logo-light", "logo-dark"):
        assert upload(browser, image, SVG.replace(b"<path", b"<script>alert(1)</script><path")).status == 303
        sent = open_browser().get(ADDRESSES[image])
        assert sent.headers["Content-Type"] == "image/svg+xml"
        assert b"<path" in sent.body
        assert b"alert" not in sent.body
        assert "sandbox" in sent.headers["Content-Security-Policy"]
    for image in ("email", "default-profile-picture", "background"):
        assert upload(browser, image, SVG).status == 422
        assert "an SVG drawing, which cannot be used here" in browser.variables["errors"][image]


def test_fifty_megabytes_are_refused_before_they_are_read(browser: Browser) -> None:
    upload(browser, "background", bytes(50 * 1024 * 1024))
    assert browser.status == 413
    assert "too large" in browser.text


def test_a_picture_that_the_site_does_not_have_is_not_found(browser: Browser, db: Database) -> None:
    assert upload(browser, "banner", encoded()).status == 404
    assert browser.post(f"{PAGE}/banner/reset").status == 404
    assert images.own_versions(db) == {}


def test_every_page_shows_them(browser: Browser, open_browser: Callable[[], Browser], db: Database) -> None:
    stranger = open_browser()
    assert "mark-fill" in stranger.get("/login").text
    for image in images.OWN:
        upload(browser, image, encoded())
    there = images.own_versions(db)
    stranger.get("/login")
    for text in (
        f'rel="icon" href="/api/application-images/favicon?v={there["favicon"]}"',
        f'src="/api/application-images/logo?light=true&amp;v={there["logo-light"]}"',
        f'srcset="/api/application-images/logo?light=false&amp;v={there["logo-dark"]}"',
        f'src="/api/application-images/background?v={there["background"]}"',
        'class="bare pictured"',
    ):
        assert text in stranger.text, text
    assert "mark-fill" not in stranger.text
    immutable = stranger.get(f"/api/application-images/background?v={there['background']}")
    assert "immutable" in immutable.headers["Cache-Control"]


def test_a_logo_for_dark_pages_alone_is_shown_on_both(
    browser: Browser, open_browser: Callable[[], Browser]
) -> None:
    upload(browser, "logo-dark", encoded())
    page = open_browser().get("/login").text
    assert page.count("/api/application-images/logo?light=false") == 2


def test_people_without_a_picture_have_the_site_s(
    browser: Browser, admin: User, open_browser: Callable[[], Browser]
) -> None:
    upload(browser, "default-profile-picture", encoded((300, 300)))
    site_s = open_browser().get(ADDRESSES["default-profile-picture"]).body
    assert open_browser().get(f"/api/users/{admin.id}/profile-picture.png").body == site_s
    browser.get("/settings/account")
    white = io.BytesIO()
    Image.new("RGB", (80, 80), "#fff").save(white, "PNG")
    browser.upload("/settings/account/picture", {"picture": ("me.png", white.getvalue())})
    assert open_browser().get(f"/api/users/{admin.id}/profile-picture.png").body != site_s


def test_which_there_are_is_read_once_until_one_changes(
    site: Site, browser: Browser, open_browser: Callable[[], Browser]
) -> None:
    site.signals.begin_listening()
    assert "pictured" not in open_browser().get("/login").text
    upload(browser, "background", encoded())
    assert "pictured" in open_browser().get("/login").text
    browser.get(PAGE)
    browser.post(f"{PAGE}/background/reset")
    assert "pictured" not in open_browser().get("/login").text
