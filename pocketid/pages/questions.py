"""The page that asks before something is done that cannot be undone."""

from collections.abc import Sequence

from pocketid.request import Request
from pocketid.response import Response, page


def ask(request: Request, heading: str, sentences: Sequence[str], *, button: str, cancel: str) -> Response:
    """The question; its button posts to the address that it is asked at."""
    return page(
        "confirm",
        heading=heading,
        sentences=sentences,
        action=request.path,
        button=button,
        cancel=cancel,
        fields={},
    )
