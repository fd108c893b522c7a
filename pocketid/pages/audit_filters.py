"""The audit log's filters: what stands in the address of the page, and what it means. Days are those of the reader."""

import ipaddress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from pocketid import users
from pocketid.audit import Event, Filter
from pocketid.request import Fields, Request
from pocketid.text import _, reader

_NAMES = ("event", "user", "client", "address", "place", "since", "until")
_PLACES = {"internal": True, "external": False}
_MOST_PEOPLE = 8


@dataclass(slots=True)
class Reading:
    """The filters as typed, what they mean, what is wrong with them, and who may be meant by a name."""

    typed: dict[str, str]
    wanted: Filter = field(default_factory=Filter)
    errors: dict[str, str] = field(default_factory=dict)
    people: list[users.Listed] = field(default_factory=list)

    @property
    def given(self) -> dict[str, str]:
        """The filters that are set."""
        return {name: text for name, text in self.typed.items() if text}

    def query(self, **more: str) -> str:
        """The query of an address with these filters and more, with its question mark."""
        return f"?{urlencode({**self.given, **more})}"


def read(request: Request, fields: Fields) -> Reading:
    """The filters of a query or form."""
    reading = Reading({name: fields.text(name) for name in _NAMES})
    typed = reading.typed
    reading.wanted = Filter(
        event=typed["event"] if typed["event"] in set(Event) else None,
        person_id=_person(request, reading),
        client_id=typed["client"] or None,
        network=_network(reading),
        is_internal=_PLACES.get(typed["place"]),
        since=_day(reading, "since"),
        until=_day(reading, "until", days=1),
    )
    since, until = reading.wanted.since, reading.wanted.until
    if since and until and since >= until:
        reading.errors["until"] = _("The last day is before the first.")
    return reading


def until_now(wanted: Filter, now: datetime) -> Filter:
    """The same, without what happens while it is read."""
    return replace(wanted, until=min(wanted.until or now, now))


def _person(request: Request, reading: Reading) -> UUID | None:
    """Who is meant by a user name, an e-mail address, a part of a name, or an id, which deleted people have, too."""
    text = reading.typed["user"]
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        pass
    if user := users.find(request.db, text):
        return user.id
    found = users.search(request.db, text=text, size=_MOST_PEOPLE, offset=0)
    if len(found) == 1:
        return found[0].id
    reading.people = found
    reading.errors["user"] = (
        _("Several people fit. Please choose one of them.") if found else _("Nobody is called so.")
    )
    return None


def _network(reading: Reading) -> str | None:
    text = reading.typed["address"]
    if not text:
        return None
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        reading.errors["address"] = _("Write an address, or a network such as 192.168.1.0/24.")
        return None


def _day(reading: Reading, name: str, days: int = 0) -> datetime | None:
    """When a day of the reader's begins, or the one after it."""
    text = reading.typed[name]
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=reader().zone) + timedelta(days=days)
        return day.astimezone(UTC)
    except (ValueError, OverflowError):
        reading.errors[name] = _("Write the day as 2026-05-03.")
        return None
