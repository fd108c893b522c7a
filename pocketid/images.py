"""Uploaded pictures and logos: never kept as they came, but decoded and written anew (security FI-01..03).

put_picture    a square PNG of a person
put_logo       a PNG of an app, or a cleaned SVG (svg.py)
put_own        a picture of the site itself: one of OWN

Decoding needs Pillow, the extra `images`; without it SVG logos still work and initials are drawn as SVG
(initials.py). What the media type is, we decide from what we wrote, never from what was sent.
"""

import hashlib
import struct
import zlib
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Literal
from uuid import UUID

from pocketid import svg
from pocketid.db import Database
from pocketid.errors import Invalid
from pocketid.text import _

Subject = Literal["application", "client", "user"]
LogoVariant = Literal["logo", "logo_dark"]
MAX_LOGO_BYTES = 2 * 1024 * 1024
MAX_PICTURE_BYTES = 5 * 1024 * 1024
_MAX_PIXELS = 25_000_000
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_PICTURE_SIZE = (300, 300)
_LOGO_SIZE = (512, 512)
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error)  # what decoders raise


@dataclass(frozen=True, slots=True)
class Kind:
    """What a picture of the site becomes: its largest size, and whether it may be drawn (SVG) or is a photograph."""

    size: tuple[int, int]
    may_be_svg: bool = False
    is_cropped: bool = False
    is_photograph: bool = False
    limit: int = MAX_LOGO_BYTES


# Pocket ID's pictures of the site, by the names of its addresses.
OWN = {
    "favicon": Kind((256, 256), may_be_svg=True),
    "logo-light": Kind(_LOGO_SIZE, may_be_svg=True),
    "logo-dark": Kind(_LOGO_SIZE, may_be_svg=True),
    "email": Kind(_LOGO_SIZE),
    "default-profile-picture": Kind(_PICTURE_SIZE, is_cropped=True, limit=MAX_PICTURE_BYTES),
    "background": Kind((2560, 1600), is_photograph=True, limit=MAX_PICTURE_BYTES),
}


@dataclass(frozen=True, slots=True)
class Version:
    """One of the site's pictures that there is, and its digest."""

    variant: str
    digest: str


@dataclass(frozen=True, slots=True)
class Image:
    """A stored image, ready to be sent; `digest` changes with the content."""

    media_type: str
    content: bytes
    digest: str


class _Unusable(Exception):
    """A file that is not taken; the text tells the person why."""


def get(db: Database, subject: Subject, subject_id: str, variant: str) -> Image | None:
    """The image of something, or None."""
    return db.one(Image, "images.get", subject=subject, subject_id=subject_id, variant=variant)


def version(db: Database, subject: Subject, subject_id: str, variant: str) -> str | None:
    """The digest for an image's address, so that a new image is seen at once; None when there is none."""
    found: str | None = db.value("images.digest", subject=subject, subject_id=subject_id, variant=variant)
    return found


def put_picture(db: Database, user_id: UUID, content: bytes, now: datetime) -> None:
    """Store a person's picture in place of the one before. Raises Invalid for `picture`."""
    kind = Kind(_PICTURE_SIZE, is_cropped=True, limit=MAX_PICTURE_BYTES)
    media_type, written = _written(content, kind, "picture")
    _put(db, "user", str(user_id), "picture", media_type, written, now)


def remove_picture(db: Database, user_id: UUID) -> bool:
    """Go back to the initials; whether there was a picture."""
    return delete(db, "user", str(user_id))


def put_logo(
    db: Database, client_id: str, content: bytes, now: datetime, variant: LogoVariant = "logo"
) -> None:
    """Store a client's logo in place of the one before. Raises Invalid for `logo`."""
    media_type, written = _written(content, Kind(_LOGO_SIZE, may_be_svg=True), "logo")
    _put(db, "client", client_id, variant, media_type, written, now)


def put_own(db: Database, name: str, content: bytes, now: datetime) -> None:
    """Store one of the site's own pictures. Raises Invalid for its name."""
    media_type, written = _written(content, OWN[name], name)
    _put(db, "application", "", name, media_type, written, now)


def get_own(db: Database, name: str) -> Image | None:
    """One of the site's own pictures, or None where the built-in one is shown."""
    return get(db, "application", "", name)


def own_versions(db: Database) -> dict[str, str]:
    """The site's own pictures that there are: name -> digest."""
    return {found.variant: found.digest for found in db.many(Version, "images.own_versions")}


def remove_own(db: Database, name: str) -> bool:
    """Go back to the built-in picture; whether there was another."""
    return bool(db.run("images.delete_variant", subject="application", subject_id="", variant=name))


def delete(db: Database, subject: Subject, subject_id: str) -> bool:
    """Remove all images of something; whether there were any."""
    return bool(db.run("images.delete", subject=subject, subject_id=subject_id))


def remove_logo(db: Database, client_id: str, variant: LogoVariant) -> bool:
    """Remove one of a client's logos; whether it was there."""
    return bool(db.run("images.delete_variant", subject="client", subject_id=client_id, variant=variant))


def _put(
    db: Database,
    subject: Subject,
    subject_id: str,
    variant: str,
    media_type: str,
    content: bytes,
    now: datetime,
) -> None:
    db.run(
        "images.put",
        subject=subject,
        subject_id=subject_id,
        variant=variant,
        media_type=media_type,
        content=content,
        digest=hashlib.sha256(content).hexdigest()[:16],
        now=now,
    )


def _check_size(content: bytes, limit: int) -> None:
    if not content:
        raise _Unusable(_("Please choose a picture first."))
    if len(content) > limit:
        raise _Unusable(_("The file is too large: {n} MB at most.").format(n=limit >> 20))


def _written(content: bytes, kind: Kind, field: str) -> tuple[str, bytes]:
    """Media type and bytes of what is stored for an upload. Raises Invalid for `field`."""
    try:
        _check_size(content, kind.limit)
        if not svg.looks_like(content):
            return "image/webp" if kind.is_photograph else "image/png", _rewritten(content, kind)
        if kind.may_be_svg:
            return "image/svg+xml", svg.cleaned(content)
        raise _Unusable(_("This is an SVG drawing, which cannot be used here. Use PNG, JPEG, WebP or GIF."))
    except (_Unusable, svg.NotClean) as error:
        raise Invalid({field: str(error)}) from error


def _rewritten(content: bytes, kind: Kind) -> bytes:
    """The first frame as a PNG, or a photograph as WebP, without metadata, upright, no larger than the kind."""
    try:
        from PIL import Image as pillow  # noqa: N813  # our own Image is the row
        from PIL import ImageOps
    except ImportError as error:
        raise _Unusable(
            _("Pictures cannot be read here, because Pillow is missing: pip install 'pocketid[images]'.")
        ) from error
    try:
        with pillow.open(BytesIO(content), formats=_FORMATS) as opened:
            if opened.width * opened.height > _MAX_PIXELS:  # known from the head, before anything is decoded
                raise _too_many_pixels()
            upright = ImageOps.exif_transpose(opened)
            plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except (pillow.DecompressionBombError, pillow.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except _BROKEN as error:
        raise _Unusable(_("This is no picture that can be read. Use PNG, JPEG, WebP or GIF.")) from error
    if kind.is_cropped:
        plain = ImageOps.fit(plain, kind.size)
    else:
        plain.thumbnail(kind.size)
    bare = pillow.new(plain.mode, plain.size)
    bare.paste(plain)  # a fresh image has none of the text, EXIF and colour profile that came along
    written = BytesIO()
    if kind.is_photograph:
        bare.save(written, "WEBP", quality=82)
    else:
        bare.save(written, "PNG", optimize=True)
    return written.getvalue()


def _too_many_pixels() -> _Unusable:
    return _Unusable(
        _("The picture is too large: {n} million pixels at most.").format(n=_MAX_PIXELS // 1_000_000)
    )
