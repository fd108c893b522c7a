"""Made-up people, groups and apps, so that lists have something to show."""

import io
from datetime import datetime, timedelta

from PIL import Image

from pocketid import client_secrets, clients, groups, images, users
from pocketid.clients import Client
from pocketid.crypto import digest, random_token
from pocketid.db import Database
from pocketid.users import User

_FIRST_NAMES = ("Ada", "Björn", "Chiara", "Dimitri", "Eszter", "Fatima", "Goran", "Hélène", "Ibrahim", "Jana")
_LAST_NAMES = ("Keller", "Lindqvist", "Moreau", "Nováková")
_LONG_NAME = ("Wilhelmina-Alexandrina", "von und zu Hohenlohe-Langenburg-Schillingsfürst")
_GROUPS = {
    "Family": "family",
    "Book club": "book_club",
    "People who are woken when the machines stop": "operators",
}
_APPS = (
    ("nextcloud", "Nextcloud", "#0b6fb8", "Files, calendar and contacts of the family."),
    ("grafana", "Grafana", "#d9600b", ""),
    ("paperless", "Paperless-ngx", "#17541f", "Letters, bills and what the school sends."),
    ("home-assistant", "Home Assistant", "#1583a8", ""),
    (
        "library",
        "The library of the association for local history",
        "",
        "Books that members lend each other.",
    ),
)
_BROWSERS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
)
_SESSION = timedelta(days=3)


def populate(db: Database, now: datetime) -> None:
    """Add 41 people, three groups and five apps, then commit."""
    people = [_person(db, now, number, first, last) for number, (first, last) in enumerate(_names())]
    made = [
        groups.create(db, groups.Change(name=name, friendly_name=friendly), now)
        for friendly, name in _GROUPS.items()
    ]
    for group, members in zip(made, (people[:12], people[:40], people[-1:]), strict=True):
        groups.set_members(db, group.id, [person.id for person in members])
    apps = [_app(db, now, *app) for app in _APPS]
    clients.set_groups(db, apps[1].id, [made[2].id])
    clients.set_groups(db, apps[4].id, [made[0].id, made[1].id])
    users.set_disabled(db, people[3].id, now, disabled=True)
    db.commit()


def add_sessions(db: Database, user: User, now: datetime) -> None:
    """Let a person be signed in on two more devices, then commit."""
    for days, (browser, address) in enumerate(zip(_BROWSERS, ("192.0.2.17", "2001:db8::17"), strict=True)):
        db.run(
            "sessions.insert",
            digest=digest(random_token()),
            user_id=user.id,
            method=("passkey", "one_time_access")[days],
            passkey_id=None,
            verified_at=None,
            expires_at=now + _SESSION,
            address=address,
            user_agent=browser,
            now=now - timedelta(days=days, minutes=12),
        )
    db.commit()


def _names() -> list[tuple[str, str]]:
    return [(first, last) for last in _LAST_NAMES for first in _FIRST_NAMES] + [_LONG_NAME]


def _person(db: Database, now: datetime, number: int, first_name: str, last_name: str) -> User:
    username = f"{groups.derived_name(first_name)[:30]}.{groups.derived_name(last_name)[:18]}"
    change = users.Change(
        username=username,
        first_name=first_name,
        last_name=last_name,
        display_name=f"{first_name} {last_name}",
        email=f"{username}@example.org",
        email_verified=number % 5 != 0,
        is_admin=number == 1,
    )
    return users.create(db, change, now - timedelta(days=3 * number))


def _app(db: Database, now: datetime, client_id: str, name: str, colour: str, description: str) -> Client:
    address = f"https://{client_id}.example.org"
    change = clients.Change(
        id=client_id,
        name=name,
        description=description,
        launch_url=address,
        redirect_uris=[f"{address}/callback"],
        is_group_restricted=client_id in {"grafana", "library"},
        is_public=client_id == "home-assistant",
    )
    client = clients.create(db, change, None, now - timedelta(days=40))
    if not change.is_public:
        client_secrets.create(db, client.id, now - timedelta(days=40), expires_at=now + timedelta(days=50))
    if colour:
        images.put_logo(db, client.id, _logo(colour), now)
    return client


def _logo(colour: str) -> bytes:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><circle cx="24" cy="24" r="20"'
        f' fill="{colour}"/><path d="M14 30l10-14 10 14z" fill="#fff"/></svg>'
    ).encode()


def picture(size: tuple[int, int], colour: str) -> bytes:
    """A PNG of one colour that gets lighter to the right, so that one sees how it is cut."""
    output = io.BytesIO()
    shade = Image.linear_gradient("L").rotate(90).resize(size)
    Image.composite(Image.new("RGB", size, "#f6f5f1"), Image.new("RGB", size, colour), shade).save(
        output, "PNG"
    )
    return output.getvalue()
