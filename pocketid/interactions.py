"""Authorization requests that wait for their person: one row each, bound to one browser, valid for 30 minutes.

The row holds the request's parameters and what the person has done about it so far. What is still needed is
decided in oidc/prompts.py alone, each time anew.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pocketid import sessions
from pocketid.db import Database
from pocketid.errors import Gone
from pocketid.request import Request
from pocketid.text import _

LIFETIME = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Interaction:
    """A waiting request. A sign-in counts only if it came after `needs_sign_in_after`.

    `pushed` is the digest of the pushed request that it came by, `is_signed` whether its client had signed it.
    `session_id` is a session for its app only, whose person goes on instead of the one of the browser.
    """

    id: UUID
    client_id: str
    parameters: dict[str, str]
    needs_sign_in_after: datetime | None
    account_chosen: bool
    consented_by: UUID | None
    session_id: UUID | None
    pushed: bytes | None
    is_signed: bool
    created_at: datetime


def begin(
    request: Request,
    client_id: str,
    parameters: dict[str, str],
    needs_sign_in_after: datetime | None,
    *,
    pushed: bytes | None,
    is_signed: bool,
) -> UUID:
    """Store a request for this browser and return its id."""
    interaction_id: UUID = request.db.value(
        "interactions.insert",
        browser_digest=request.browser_digest,
        client_id=client_id,
        parameters=parameters,
        needs_sign_in_after=needs_sign_in_after,
        pushed=pushed,
        is_signed=is_signed,
        expires_at=request.now + LIFETIME,
        now=request.now,
    )
    return interaction_id


def get(request: Request, interaction_id: str) -> Interaction:
    """The waiting request, if it is this browser's. Raises Gone: another browser's looks like a finished one."""
    try:
        found = request.db.one(
            Interaction,
            "interactions.by_id",
            id=UUID(interaction_id),
            browser_digest=request.browser_digest,
            now=request.now,
        )
    except ValueError:
        found = None
    if found is None:
        raise Gone(
            _("This sign-in was finished already, or has waited too long. Please start again in the app.")
        )
    return found


def choose_account(db: Database, interaction_id: UUID) -> None:
    """Note that the person has said with which account to go on."""
    db.run("interactions.choose_account", id=interaction_id)


def enter(db: Database, interaction_id: UUID, session_id: UUID | None) -> None:
    """Note that somebody signed in for this: by a session for its app only, or (None) in the browser."""
    db.run("interactions.enter", id=interaction_id, session_id=session_id)


def enter_for_app(request: Request, interaction: Interaction, user_id: UUID, method: sessions.Method) -> None:
    """Let a person go on with a request without being signed in in this browser."""
    session_id = sessions.start_for_app(request, user_id, method, interaction.client_id)
    enter(request.db, interaction.id, session_id)


def leave(db: Database, interaction_id: UUID) -> None:
    """Let somebody else go on than the one of the session for its app only."""
    db.run("interactions.leave", id=interaction_id)


def consent(db: Database, interaction_id: UUID, user_id: UUID) -> None:
    """Note who has consented."""
    db.run("interactions.consent", id=interaction_id, user_id=user_id)


def finish(db: Database, interaction_id: UUID) -> bool:
    """Take the row away: True for the one who did, False for whoever comes second."""
    return bool(db.run("interactions.delete", id=interaction_id))


def expire(db: Database, now: datetime) -> int:
    """Delete the requests that nobody finished."""
    return db.run("interactions.expire", now=now)
