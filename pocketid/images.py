"""Uploaded pictures and logos: never kept as they came, but decoded and written anew (security FI-01..03).

put_picture    a square PNG of a person
put_logo       a PNG of an app, or a cleaned SVG (svg.py)

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
    try:
        _check_size(content, MAX_PICTURE_BYTES)
        written = _rewritten(content, _PICTURE_SIZE, is_cropped=True)
    except _Unusable as error:
        raise Invalid({"picture": str(error)}) from error
    _put(db, "user", str(user_id), "picture", "image/png", written, now)


def remove_picture(db: Database, user_id: UUID) -> bool:
    """Go back to the initials; whether there was a picture."""
    return delete(db, "user", str(user_id))


def put_logo(
    db: Database, client_id: str, content: bytes, now: datetime, variant: LogoVariant = "logo"
) -> None:
    """Store a client's logo in place of the one before. Raises Invalid for `logo`."""
    try:
        _check_size(content, MAX_LOGO_BYTES)
        if svg.looks_like(content):
            media_type, written = "image/svg+xml", svg.cleaned(content)
        else:
            media_type, written = "image/png", _rewritten(content, _LOGO_SIZE, is_cropped=False)
    except (_Unusable, svg.NotClean) as error:
        raise Invalid({"logo": str(error)}) from error
    _put(db, "client", client_id, variant, media_type, written, now)


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


def _rewritten(content: bytes, size: tuple[int, int], *, is_cropped: bool) -> bytes:
    """The first frame as a PNG without metadata, upright, no larger than `size`."""
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
    if is_cropped:
        plain = ImageOps.fit(plain, size)
    else:
        plain.thumbnail(size)
    bare = pillow.new(plain.mode, plain.size)
    bare.paste(plain)  # a fresh image has none of the text, EXIF and colour profile that came along
    written = BytesIO()
    bare.save(written, "PNG", optimize=True)
    return written.getvalue()


def _too_many_pixels() -> _Unusable:
    return _Unusable(
        _("The picture is too large: {n} million pixels at most.").format(n=_MAX_PIXELS // 1_000_000)
    )
