"""Pictures of people and logos of apps, stored as rows: decoded and encoded anew, never as they came.

What somebody uploads may be a bomb, a script or a photograph with its owner's address in it. So its kind is found
out from its content, its size is bounded before it is decoded, and what is stored is what we drew from it.
SVG logos are kept as SVG, by a list of allowed elements and attributes (svg.py). Needs the extra `images`.
"""

import hashlib
import io
import warnings
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pocketid import svg
from pocketid.db import Database
from pocketid.errors import Invalid
from pocketid.text import _

Kind = Literal["application", "client", "user"]
PICTURE_BYTES, LOGO_BYTES = 5 * 1024 * 1024, 2 * 1024 * 1024
_MOST_PIXELS = 25_000_000
_PICTURE_SIDE, _LOGO_SIDE = 512, 512
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_SHADES = ("#0f6a5b", "#875400", "#5b4a9c", "#a6291f", "#1f5f8b", "#6b5b1e")


@dataclass(frozen=True, slots=True)
class Image:
    """A stored image; `digest` names this version of it."""

    media_type: str
    content: bytes
    digest: str


def get(db: Database, subject: Kind, subject_id: str, variant: str) -> Image | None:
    """A stored image; None when there is none."""
    return db.one(Image, "images.one", subject=subject, subject_id=subject_id, variant=variant)


def put_picture(db: Database, user_id: UUID, content: bytes, now: datetime) -> None:
    """Store a person's picture, cut to a square. Raises Invalid for the field `picture`."""
    drawn = _drawn(content, "picture", PICTURE_BYTES)
    side = min(drawn.size)
    left, top = (drawn.width - side) // 2, (drawn.height - side) // 2
    square = drawn.crop((left, top, left + side, top + side))
    square.thumbnail((_PICTURE_SIDE, _PICTURE_SIDE))
    _put(db, "user", str(user_id), "picture", "image/png", _png(square), now)


def remove_picture(db: Database, user_id: UUID) -> None:
    """Go back to the initials."""
    db.run("images.delete", subject="user", subject_id=str(user_id))


def put_logo(db: Database, client_id: str, content: bytes, now: datetime) -> None:
    """Store an app's logo. Raises Invalid for the field `logo`."""
    if len(content) > LOGO_BYTES:
        raise Invalid({"logo": _too_large(LOGO_BYTES)})
    if svg.looks_like(content):
        try:
            cleaned = svg.cleaned(content)
        except ValueError as error:
            raise Invalid(
                {"logo": _("This SVG cannot be read, or holds what a logo does not need.")}
            ) from error
        _put(db, "client", client_id, "logo", "image/svg+xml", cleaned, now)
        return
    drawn = _drawn(content, "logo", LOGO_BYTES)
    drawn.thumbnail((_LOGO_SIDE, _LOGO_SIDE))
    _put(db, "client", client_id, "logo", "image/png", _png(drawn), now)


def delete(db: Database, subject: Kind, subject_id: str) -> bool:
    """Delete all images of somebody or something; whether there were any."""
    return bool(db.run("images.delete", subject=subject, subject_id=subject_id))


def initials(name: str) -> Image:
    """A square with the first letters of a name, for those who have no picture or logo."""
    letters = "".join(word[0] for word in name.split()[:2] if word[0].isalnum()).upper() or "?"
    shade = _SHADES[hashlib.sha256(name.encode()).digest()[0] % len(_SHADES)]
    content = svg.letters(letters, shade)
    return Image("image/svg+xml", content, hashlib.sha256(content).hexdigest())


def initials_as_png(name: str) -> Image:
    """The same as PNG, which apps that fetch a picture expect."""
    pillow, drawing, fonts = _pillow("Image"), _pillow("ImageDraw"), _pillow("ImageFont")
    letters = "".join(word[0] for word in name.split()[:2] if word[0].isalnum()).upper() or "?"
    shade = _SHADES[hashlib.sha256(name.encode()).digest()[0] % len(_SHADES)]
    square = pillow.new("RGB", (256, 256), shade)
    font = fonts.load_default(size=104)
    drawing.Draw(square).text((128, 128), letters, fill="#ffffff", font=font, anchor="mm")
    content = _png(square)
    return Image("image/png", content, hashlib.sha256(content).hexdigest())


def _drawn(content: bytes, field: str, limit: int) -> Any:
    """The first frame of an image, decoded and turned upright; without anything else that the file held."""
    pillow = _pillow("Image")
    if len(content) > limit:
        raise Invalid({field: _too_large(limit)})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # Pillow only warns of a decompression bomb
            opened = pillow.open(io.BytesIO(content), formats=_FORMATS)
            if opened.width * opened.height > _MOST_PIXELS:
                raise Invalid({field: _("This picture has more than 25 megapixels: please make it smaller.")})
            upright = _pillow("ImageOps").exif_transpose(opened)
            drawn = upright.convert("RGBA")
    except Invalid:
        raise
    except Exception as error:  # Pillow raises whatever its decoders meet  # noqa: BLE001
        raise Invalid({field: _("This is no PNG, JPEG, WebP or GIF picture, or it is damaged.")}) from error
    return drawn


def _png(drawn: Any) -> bytes:
    output = io.BytesIO()
    drawn.save(output, "PNG", optimize=True)
    return output.getvalue()


def _put(
    db: Database, subject: Kind, subject_id: str, variant: str, media_type: str, content: bytes, now: datetime
) -> None:
    db.run(
        "images.put",
        subject=subject,
        subject_id=subject_id,
        variant=variant,
        media_type=media_type,
        content=content,
        digest=hashlib.sha256(content).hexdigest(),
        now=now,
    )


def _too_large(limit: int) -> str:
    return _("The file is too large: at most {n} MB are accepted.").format(n=limit >> 20)


def _pillow(module: str) -> Any:
    """A module of Pillow, which is only needed here. Raises Invalid that names the extra."""
    try:
        return __import__(f"PIL.{module}", fromlist=[module])
    except ImportError as error:
        raise Invalid(
            {"picture": _("Pictures need Pillow on the server: pip install 'pocketid[images]'.")}
        ) from error
