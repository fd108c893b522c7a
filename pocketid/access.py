"""Who may use which app: everybody, or the members of the groups that the app is limited to."""

from dataclasses import dataclass
from uuid import UUID

from pocketid.clients import Client
from pocketid.db import Database


@dataclass(frozen=True, slots=True)
class App:
    """An app as a person sees it."""

    id: str
    name: str
    description: str
    launch_url: str | None


def may_use(db: Database, user_id: UUID, client: Client) -> bool:
    """Whether a person may sign in to an app; asked again at every token that is issued."""
    if not client.is_group_restricted:
        return True
    return bool(db.value("access.may_use", user_id=user_id, client_id=client.id))


def clients_of(db: Database, user_id: UUID) -> list[App]:
    """The apps that a person may sign in to, by name."""
    return db.many(App, "access.apps", user_id=user_id)
