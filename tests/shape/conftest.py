"""An installation with a row of every kind, for the tests that walk all routes and all views."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from pocketid import (
    api_keys,
    audit,
    client_secrets,
    clients,
    federated_identities,
    groups,
    logouts,
    one_time_access,
    users,
)
from pocketid.crypto import digest
from pocketid.db import Connection, Database
from pocketid.web import Route, Site
from tests.browser import Browser
from tests.mails import write
from tests.oidc.grants import consent

STRANGER, PERSON, ADMIN, ADMIN_BY_LINK = "nobody", "a person", "an admin", "an admin who came by a link"
PROGRAM = "a program with the admin's API key"
API_KEY = "the key of the admin's script, forty-three ch"


@dataclass
class World:
    """Rows of every kind, and who looks at them."""

    db: Database
    now: datetime
    open_browser: Callable[[], Browser]
    sign_in: Callable[..., None]
    person: users.User
    admin: users.User
    ids: dict[str, str] = field(default_factory=dict)

    def browser(self, who: str) -> Browser:
        """A browser of somebody, with a form token; or a program that sends the admin's API key with everything."""
        browser = self.open_browser()
        if who == PROGRAM:
            browser.always["X-API-KEY"] = API_KEY
            return browser.get("/lc")
        if who != STRANGER:
            user = self.person if who == PERSON else self.admin
            self.sign_in(browser, user, "one_time_access" if who == ADMIN_BY_LINK else "passkey")
        return browser.get("/lc")

    def path(self, route: Route, **other: str) -> str:
        """The route's path with the ids of rows that exist, or `other` ones."""
        return re.sub(r"<(\w+)>", lambda found: {**self.ids, **other}[found[1]], route.path)

    def state(self) -> dict[str, Any]:
        """A digest of every table that a forged request must not change."""
        connection: Connection = self.db._source.take()
        tables = connection.execute(
            "select tablename from pg_tables where schemaname = 'public' and tablename <> 'limits'"
        ).fetchall()
        digests = " union all ".join(
            f"select '{name}', md5(string_agg(r::text, '' order by r::text)) from {name} r"
            for (name,) in tables
        )
        return dict(connection.execute(digests).fetchall())


def passkey_of(db: Database, user: users.User, now: datetime) -> str:
    values = {"credential_id": user.id.bytes, "public_key": b"key", "name": "Key", "aaguid": None}
    flags = {"transports": [], "sign_count": 0, "backup_eligible": True, "backed_up": True}
    return str(db.value("webauthn.insert", user_id=user.id, now=now, **values, **flags))


@pytest.fixture
def world(
    site: Site,
    db: Database,
    now: datetime,
    make_user: Callable[..., users.User],
    make_client: Callable[..., clients.Client],
    make_group: Callable[..., groups.Group],
    open_browser: Callable[[], Browser],
    sign_in: Callable[..., None],
) -> World:
    """The ids belong to the admin, so that the routes for one's own rows and those for all find them."""
    person, admin = make_user(username="anna"), make_user(username="admin", is_admin=True)
    world = World(db, now, open_browser, sign_in, person, admin)
    client = make_client("immich", backchannel_logout_uri="https://immich.example.test/logout")
    db.run("protected_hosts.insert", client_id="immich", host="app.example.test", public_paths=["/public/"])
    secret, _text = client_secrets.create(db, client.id, now=now)
    consent(db, admin, client.id, ["openid"], now)
    consent(db, person, client.id, ["openid"], now)
    logouts.write_for_app(db, admin.id, client.id, now)
    browser = world.browser(ADMIN)
    browser.get("/authorize", client_id=client.id, redirect_uri="https://immich.example.test/other")
    browser.post("/settings/admin/invitations/new", {"first_name": "Tim", "days": "7"})
    invitation, link = browser.variables["invitation"], browser.variables["link"]
    browser.upload("/settings/admin/invitations/import", {"file": ("people.csv", b"first_name\nMaria\n")})
    waiting = browser.location.rpartition("/")[2]
    browser.upload("/settings/admin/invitations/import", {"file": ("people.csv", b"first_name\nNils\n")})
    browser.post(browser.location, {})
    code = one_time_access.create(db, admin.id, admin.id, 600, now)
    newcomer = make_user(username="newcomer")
    db.run("signup.hold", user_id=newcomer.id, most=1, now=now)
    link_id = db.value(
        "signup.insert_link",
        digest=b"link",
        most_uses=1,
        created_by=admin.id,
        group_ids=[],
        expires_at=now + timedelta(days=1),
        now=now,
    )
    key_id = db.one(
        api_keys.ApiKey,
        "api_keys.insert",
        user_id=admin.id,
        name="Script",
        description=None,
        digest=digest(API_KEY),
        prefix="key",
        expires_at=now + timedelta(days=30),
        limit=1,
        now=now,
    )
    assert key_id
    federated_identities.add(
        db, client.id, federated_identities.Typed(issuer="https://cluster.example.test"), now
    )
    api_id = db.value("apis.insert", name="Photos", resource="https://photos.example.test", now=now)
    db.run("apis.put_permission", id=api_id, key="photos:read", name="Read photos", description="")
    db.run("apis.grant", id=api_id, client_id=client.id, way="person", keys=["photos:read"])
    world.ids = {
        "key_id": str(key_id.id),
        "api_id": str(api_id),
        "identity_id": str(federated_identities.of_client(db, client.id)[0].id),
        "waiting_id": str(newcomer.id),
        "link_id": str(link_id),
        "text": "link",
        "name": site.assets.url("app.css").removeprefix("/static/"),
        "user_id": str(admin.id),
        "client_id": client.id,
        "group_id": str(make_group("family", person).id),
        "session_id": str(db.value("sessions.of_user", user_id=admin.id, now=now)),
        "passkey_id": passkey_of(db, admin, now),
        "token_id": str(db.value("one_time_access.of_user", user_id=admin.id, now=now)),
        "secret_id": str(secret.id),
        "refused_id": str(db.value("refused_requests.of_client", client_id=client.id)),
        "event_id": str(audit.search(db, audit.Filter(), 1)[0].id),
        "mail_id": str(write(site, db)),
        "logout_id": str(logouts.of_user(db, admin.id)[0].id),
        "recipe_id": "immich",
        "image": "favicon",
        "code": code,
        "token": link.rpartition("/")[2],
        "invitation_id": str(invitation.id),
        "import_id": browser.location.rpartition("/")[2],
        "waiting_import_id": waiting,
    }
    db.commit()
    return world
