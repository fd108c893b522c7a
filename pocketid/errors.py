"""What may go wrong in a way that the other side is told of; anything else is a fault of ours.

The class decides two things at the seam (web.py): the answer's status, and whether what the request wrote
before is kept. A `Refusal` rolls back. A `Spent` commits, so that a challenge, code or token that was
taken does not come back for another guess.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar


class Refusal(Exception):
    """A request that is answered with an explanation; nothing that it wrote is kept.

    `message` is a sentence for the person, saying what to do. `event` names an audit event that web.py
    records in a transaction of its own, with `details`.
    """

    status: HTTPStatus = HTTPStatus.BAD_REQUEST
    code: ClassVar[str] = ""  # Pocket ID's word for it in the API; empty: the status in small letters
    keeps_writes = False
    response: Any = None  # a Response of the protocol's own shape, instead of the error page

    def __init__(
        self,
        message: str,
        *,
        status: HTTPStatus | None = None,
        event: str | None = None,
        details: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status or self.status
        self.event = event
        self.details = dict(details or {})
        self.headers = dict(headers or {})


class NotFound(Refusal):
    """There is no such page or row, or it is not this person's."""

    status = HTTPStatus.NOT_FOUND


class NotSignedIn(Refusal):
    """Someone must sign in first; pages lead there, the API answers 401."""

    status = HTTPStatus.UNAUTHORIZED
    code = "not_signed_in"


class NotAllowed(Refusal):
    """The person is known and may not do this."""

    status = HTTPStatus.FORBIDDEN


class Conflict(Refusal):
    """The request does not fit what is stored by now."""

    status = HTTPStatus.CONFLICT
    code = "already_in_use"


class Gone(Refusal):
    """A link or code that was used, has expired or was withdrawn."""

    status = HTTPStatus.GONE


class TooLarge(Refusal):
    """More was sent than is accepted here."""

    status = HTTPStatus(413)


class TooMany(Refusal):
    """A limit was reached; `seconds` says when to try again."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "rate_limited"

    def __init__(self, message: str, *, seconds: int, event: str | None = None) -> None:
        super().__init__(message, event=event, headers={"Retry-After": str(max(1, seconds))})


class Unavailable(Refusal):
    """The database is away or busy; the same request may succeed soon."""

    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, message: str) -> None:
        super().__init__(message, headers={"Retry-After": "2"})


class Invalid(Refusal):
    """What was typed breaks a rule; `fields` maps each field to its message."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "validation_failed"

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = dict(fields)


class Spent(Refusal):
    """A refusal whose writes are kept: what must be single-use stays used."""

    keeps_writes = True


class Violation(Exception):
    """A constraint of the schema refused a statement; the area that owns the table says what it means."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint
