"""A person as apps may learn of them: the row, the groups and the custom claims, read at once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pocketid.db import Database


@dataclass(frozen=True, slots=True)
class Subject:
    """What claims are made of. `custom_claims` has the person's over their groups' values, as texts."""

    id: UUID
    username: str
    first_name: str
    last_name: str
    display_name: str
    email: str | None
    email_verified: bool
    locale: str | None
    disabled: bool
    updated_at: datetime
    groups: list[str]
    custom_claims: dict[str, str]


def find(db: Database, user_id: UUID) -> Subject | None:
    """The person; None when they are gone."""
    return db.one(Subject, "subjects.by_id", id=user_id)
