"""A person as apps may learn of them: the row, the groups and the custom claims, read at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from pocketid.db import Database


@dataclass(frozen=True, slots=True)
class Subject:
    """What claims are made of. `custom_claims` has each one's values as texts, the strongest first."""

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
    custom_claims: dict[str, list[str]]


def find(db: Database, user_id: UUID) -> Subject | None:
    """The person; None when they are gone."""
    row = db.value("subjects.by_id", id=user_id)
    return None if row is None else from_row(row)


def from_row(subject: Mapping[str, Any]) -> Subject:
    """The person in the column `subject` of the view `subjects`."""
    return msgspec.convert(subject, Subject)
