"""Pictures and logos: what is taken, what is made of it, and how it is sent."""

import io
import struct
import sys
import zlib
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image, PngImagePlugin

from pocketid import images, svg
from pocketid.clients import Client
from pocketid.db import Database
from pocketid.errors import Invalid
from pocketid.users import User
from tests.browser import Browser

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@pytest.fixture(autouse=True)
def someone_administers(make_user: Callable[..., User]) -> None:
    make_user(is_admin=True)


def encoded(size: tuple[int, int] = (40, 20), kind: str = "PNG", mode: str = "RGB", **options: Any) -> bytes:
    output = io.BytesIO()
    Image.new(mode, size, "#0f6a5b").save(output, kind, **options)
    return output.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def put_logo(db: Database, content: bytes, now: datetime) -> images.Image:
    images.put_logo(db, "immich", content, now)
    stored = images.get(db, "client", "immich", "logo")
    assert stored is not None
    return stored


def png_of_claimed_size(width: int, height: int) -> bytes:
    """A PNG whose head claims a size and whose pixels are missing: decoding it would fail, reading it not."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_fi_01_a_picture_of_any_kind_becomes_a_square_png(
    db: Database, now: datetime, make_user: Callable[..., User], kind: str
) -> None:
    user = make_user()
    images.put_picture(db, user.id, encoded((400, 200), kind), now)
    stored = images.get(db, "user", str(user.id), "picture")
    assert stored is not None
    assert stored.media_type == "image/png"
    picture = opened(stored.content)
    assert (picture.format, picture.size) == ("PNG", (300, 300))


def test_a_logo_keeps_its_shape_and_transparency_and_is_not_enlarged(db: Database, now: datetime) -> None:
    wide = opened(put_logo(db, encoded((2000, 1000), mode="RGBA"), now).content)
    assert (wide.size, wide.mode) == ((512, 256), "RGBA")
    assert opened(put_logo(db, encoded((40, 20)), now).content).size == (40, 20)


def test_fi_01_nothing_but_the_pixels_is_kept(
    db: Database, now: datetime, make_user: Callable[..., User]
) -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "secret place")
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    uploaded = encoded((40, 40), pnginfo=texts, exif=exif, icc_profile=b"secret place profile")
    assert uploaded.count(b"secret place") >= 2
    user = make_user()
    images.put_picture(db, user.id, uploaded, now)
    stored = images.get(db, "user", str(user.id), "picture")
    assert stored is not None
    assert opened(stored.content).info == {}
    assert b"secret place" not in stored.content


def test_a_photograph_is_turned_upright(db: Database, now: datetime) -> None:
    photograph = Image.new("RGB", (40, 20), "#ffffff")
    photograph.paste("#000000", (0, 0, 10, 20))  # a dark stripe on the left, which belongs on top
    exif = Image.Exif()
    exif[0x0112] = 6
    output = io.BytesIO()
    photograph.save(output, "PNG", exif=exif)
    upright = opened(put_logo(db, output.getvalue(), now).content)
    assert upright.size == (20, 40)
    assert upright.getpixel((10, 2)) == (0, 0, 0)


def test_fi_01_an_animation_stands_still(db: Database, now: datetime) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("#ff0000", "#00ff00")]
    output = io.BytesIO()
    frames[0].save(output, "GIF", save_all=True, append_images=frames[1:])
    logo = opened(put_logo(db, output.getvalue(), now).content)
    assert getattr(logo, "n_frames", 1) == 1
    assert logo.convert("RGB").getpixel((5, 5)) == (255, 0, 0)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "choose"),
        (b"GIF89a", "no picture"),
        (b"not a picture", "no picture"),
        (b"%PDF-1.7 ...", "no picture"),
        (encoded((300, 300), "BMP"), "no picture"),
        (encoded((300, 300), "JPEG")[:200], "no picture"),
        (png_of_claimed_size(10, 10), "no picture"),
        (png_of_claimed_size(5001, 5000), "25 million pixels"),
        (png_of_claimed_size(12_000, 12_000), "25 million pixels"),  # where Pillow would warn
        (png_of_claimed_size(30_000, 30_000), "25 million pixels"),  # where Pillow would raise
        (bytes(2 * 1024 * 1024 + 1), "2 MB at most"),
    ],
)
def test_fi_01_what_is_no_sound_picture_is_refused_and_not_stored(
    db: Database, now: datetime, content: bytes, reason: str
) -> None:
    with pytest.raises(Invalid) as caught:
        images.put_logo(db, "immich", content, now)
    assert list(caught.value.fields) == ["logo"]
    assert reason in caught.value.message
    assert images.get(db, "client", "immich", "logo") is None


def test_fi_01_a_picture_has_five_megabytes_at_most_and_is_never_svg(db: Database, now: datetime) -> None:
    someone = uuid4()
    for content, reason in ((bytes(5 * 1024 * 1024 + 1), "5 MB at most"), (SVG, "an SVG drawing")):
        with pytest.raises(Invalid, match=reason) as caught:
            images.put_picture(db, someone, content, now)
        assert list(caught.value.fields) == ["picture"]
    assert images.get(db, "user", str(someone), "picture") is None


def test_without_pillow_the_message_names_the_extra_and_svg_logos_still_work(
    db: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploaded = encoded()
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(Invalid, match=r"pip install 'pocketid\[images\]'"):
        images.put_logo(db, "immich", uploaded, now)
    assert put_logo(db, SVG, now).media_type == "image/svg+xml"


def test_a_new_image_takes_the_place_of_the_old_and_has_another_version(db: Database, now: datetime) -> None:
    assert images.version(db, "client", "immich", "logo") is None
    first = put_logo(db, encoded((10, 10)), now)
    second = put_logo(db, encoded((12, 12)), now)
    assert images.version(db, "client", "immich", "logo") == second.digest != first.digest
    assert images.delete(db, "client", "immich")
    assert not images.delete(db, "client", "immich")


def wrapped(body: str) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{body}</svg>'.encode()


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        "<g><script>alert(1)</script></g>",
        '<x:script xmlns:x="http://www.w3.org/2000/svg">alert(1)</x:script>',
        "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'>alert(1)</body></foreignObject>",
        '<a href="javascript:alert(1)"><path/></a>',
        '<path onclick="alert(1)"/>',
        '<path ONLOAD="alert(1)"/>',
        '<image href="https://alert.example.test/x.png"/>',
        '<use xlink:href="https://alert.example.test/x.svg#a"/>',
        '<use href="data:image/svg+xml,alert"/>',
        '<animate attributeName="href" values="javascript:alert(1)"/>',
        '<set attributeName="onload" to="alert(1)"/>',
        '<path fill="url(https://alert.example.test/)"/>',
        "<path style=\"background:url('//alert.example.test')\"/>",
        '<path style="b\\61 ckground:u\\72l(//alert.example.test)"/>',
        "<style>@import '//alert.example.test'</style>",
        "<style>a{fill:url(//alert.example.test)}</style>",
        "<style>a{fill:u<![CDATA[rl(//alert.example.test)}]]></style>",
        "<style>a{fill:u<!-- -->rl(//alert.example.test)}</style>",
        f"<style>{' ' * 8190}url(//alert.example.test)</style>",  # across the parser's buffer
        '<?xml-stylesheet href="//alert.example.test"?>',
        "<!-- alert -->",
        '<iframe xmlns="http://www.w3.org/1999/xhtml" src="//alert.example.test"/>',
    ],
)
def test_fi_02_nothing_that_acts_or_reaches_elsewhere_is_left_of_a_logo(body: str) -> None:
    cleaned = svg.cleaned(wrapped(body + '<path d="M0 0"/>')).decode()
    assert "alert" not in cleaned
    assert "script" not in cleaned
    assert '<path d="M0 0"></path></svg>' in cleaned


def test_fi_02_a_drawing_is_kept_with_its_own_styles_and_references() -> None:
    body = (
        '<defs><linearGradient id="a"><stop offset="0" stop-color="#fff"/></linearGradient></defs>'
        "<style>.b{fill:url(#a)}</style>"
        '<g transform="scale(2)"><path class="b" d="M0 0h9"/></g><text x="1">A &amp; B</text>'
        '<use xlink:href="#a"/>'
    )
    assert svg.cleaned(wrapped(body)).decode() == (
        '<svg xmlns="http://www.w3.org/2000/svg">'
        '<defs><linearGradient id="a"><stop offset="0" stop-color="#fff"></stop></linearGradient></defs>'
        "<style>.b{fill:url(#a)}</style>"
        '<g transform="scale(2)"><path class="b" d="M0 0h9"></path></g><text x="1">A &amp; B</text>'
        '<use href="#a"></use></svg>'
    )


def test_fi_02_what_drawing_programs_write_before_the_drawing_is_tolerated() -> None:
    head = (
        b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>\n<!-- by hand -->\n<!DOCTYPE svg PUBLIC'
        b' "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n'
    )
    assert svg.looks_like(head + SVG)
    assert svg.cleaned(head + SVG) == svg.cleaned(SVG)
    assert svg.cleaned(b"<svg><path/></svg>").startswith(b'<svg xmlns="http://www.w3.org/2000/svg">')


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg">&b;</svg>',
        b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
        b"<!DOCTYPE svg [<!ENTITY % a SYSTEM 'http://127.0.0.1/'> %a;]><svg/>",
        b"<html><body>hello</body></html>",
        b"<svg xmlns='http://example.test/other'/>",
        b"<svg",
        b"<svg>",
        b"<svg></svg><svg></svg>",
        b'<?xml version="1.0" encoding="klingon"?><svg/>',
        b"<svg>\xff\xfe</svg>",
        b"<svg>" * 70 + b"</svg>" * 70,
        b"<svg>" + b"<a>" * 70 + b"</a>" * 70 + b"</svg>",
        wrapped('<g id="a"><path/></g>' + '<use href="#a"/>' * 17),
    ],
)
def test_fi_02_entities_and_what_is_no_svg_are_refused(db: Database, now: datetime, content: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        images.put_logo(db, "immich", content, now)
    assert list(caught.value.fields) == ["logo"]
    assert images.get(db, "client", "immich", "logo") is None


def test_fi_02_an_svg_logo_is_served_where_nothing_in_it_could_act(
    browser: Browser, db: Database, now: datetime, make_client: Callable[..., Client]
) -> None:
    make_client("immich")
    put_logo(db, SVG, now)
    db.commit()
    browser.get("/api/oidc/clients/immich/logo")
    assert browser.body == svg.cleaned(SVG)
    assert browser.headers["Content-Type"] == "image/svg+xml"
    assert browser.headers["Content-Security-Policy"] == POLICY
    assert browser.headers["X-Content-Type-Options"] == "nosniff"


def test_fi_03_type_and_name_are_ours(
    browser: Browser, db: Database, now: datetime, make_client: Callable[..., Client]
) -> None:
    make_client("immich")
    put_logo(db, encoded(kind="JPEG"), now)
    db.commit()
    browser.get("/api/oidc/clients/immich/logo")
    assert browser.headers["Content-Type"] == "image/png"
    assert browser.headers["Content-Disposition"] == 'inline; filename="image.png"'


def test_a_browser_that_has_an_image_is_not_sent_it_again(
    browser: Browser, db: Database, now: datetime, make_client: Callable[..., Client]
) -> None:
    make_client("immich")
    digest = put_logo(db, encoded(), now).digest
    db.commit()
    path = "/api/oidc/clients/immich/logo"
    assert browser.get(path).headers["Cache-Control"] == "public, max-age=300"
    assert "immutable" in browser.get(path, v=digest).headers["Cache-Control"]
    assert browser.get(path, v="other").headers["Cache-Control"] == "public, max-age=300"
    known = {"If-None-Match": browser.headers["Etag"]}
    assert (browser.get(path, headers=known).status, browser.body) == (304, b"")
    images.put_logo(db, "immich", encoded((9, 9)), now)
    db.commit()
    assert browser.get(path, headers=known).status == 200


def test_a_client_without_logo_shows_its_initial_and_no_client_a_figure(
    browser: Browser, make_client: Callable[..., Client]
) -> None:
    make_client("immich")
    bodies = [browser.get(f"/api/oidc/clients/{name}/logo").body for name in ("immich", "unknown", "other")]
    assert browser.status == 200
    assert bodies[0] != bodies[1] == bodies[2]


def test_a_person_without_picture_shows_initials(browser: Browser, make_user: Callable[..., User]) -> None:
    anna = make_user(display_name="Anna Muster")
    path = f"/api/users/{anna.id}/profile-picture.png"
    browser.get(path)
    assert (browser.status, browser.headers["Content-Type"]) == (200, "image/png")
    assert opened(browser.body).size == (300, 300)
    known = {"If-None-Match": browser.headers["Etag"]}
    assert browser.get(path, headers=known).status == 304
    other = make_user(display_name="Ben Other")
    assert browser.get(f"/api/users/{other.id}/profile-picture.png", headers=known).status == 200


@pytest.mark.parametrize("name", ["Жанна", "李", "😀", "Ångström"])
def test_a_name_in_any_script_has_a_picture(
    browser: Browser, make_user: Callable[..., User], name: str
) -> None:
    user = make_user(display_name=name)
    assert opened(browser.get(f"/api/users/{user.id}/profile-picture.png").body).format == "PNG"


def test_without_pillow_initials_are_drawn_as_svg(
    browser: Browser, make_user: Callable[..., User], monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user(display_name="Anna & <Muster>")
    monkeypatch.setitem(sys.modules, "PIL", None)
    for user_id, part in ((user.id, b">A</text>"), (uuid4(), b"<ellipse")):
        browser.get(f"/api/users/{user_id}/profile-picture.png")
        assert (browser.status, browser.headers["Content-Type"]) == (200, "image/svg+xml")
        assert part in browser.body
        assert svg.cleaned(browser.body)


@pytest.mark.parametrize(
    "user_id", ["7c1e7b0a-2f0e-4a58-9d5c-0a1b2c3d4e5f", "not-an-id", "..%2f..%2fetc", "'"]
)
def test_nobody_learns_from_a_picture_who_exists(browser: Browser, user_id: str) -> None:
    nobody = browser.get(f"/api/users/{uuid4()}/profile-picture.png").checksum()
    browser.get(f"/api/users/{user_id}/profile-picture.png")
    assert (browser.status, browser.checksum()) == (200, nobody)
