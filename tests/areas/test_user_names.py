"""User names: none looks like another, some are not for everybody, and changing one changes nobody."""

import threading
from collections.abc import Callable
from datetime import datetime

import pytest

from pocketid import users
from pocketid.db import Connection, Database
from pocketid.errors import Invalid
from pocketid.paths import data_dir
from pocketid.settings import Settings
from pocketid.users import Change, User
from pocketid.web import Site
from tests.browser import Browser
from tests.conftest import Clock
from tests.oidc.flow import App

MakeUser = Callable[..., User]
LOOKALIKES = [
    *(("alice", "a1ice"), ("alice", "aIice"), ("a1ice", "aIice"), ("bob", "b0b"), ("BOB", "b0B")),
    *(("emma", "emrna"), ("emma", "ernma"), ("olli", "01li"), ("Ian", "lan")),
]


@pytest.mark.parametrize(("first", "second"), [*LOOKALIKES, *((b, a) for a, b in LOOKALIKES)])
def test_a_name_that_looks_like_another_s_is_refused(
    first: str, second: str, make_user: MakeUser, db: Database, now: datetime
) -> None:
    make_user(username=first)
    assert "looks too much like" in users.check_chosen_name(db, second)["username"]
    with pytest.raises(Invalid, match="looks too much like"):
        users.create(db, Change(second), now)
    assert users.find(db, second) is None


@pytest.mark.parametrize(
    ("first", "second"),
    [("anna", "hanna"), ("tim", "tom"), ("alice", "aiice"), ("ben.muster", "ben-muster"), ("vv", "w")],
)
def test_a_name_that_is_merely_similar_is_taken(
    first: str, second: str, make_user: MakeUser, db: Database, now: datetime
) -> None:
    make_user(username=first)
    assert users.check_chosen_name(db, second) == {}
    assert users.create(db, Change(second), now).username == second


def test_the_same_name_in_other_letters_is_taken(make_user: MakeUser, db: Database, now: datetime) -> None:
    anna = make_user(username="Anna")
    assert users.check_chosen_name(db, "aNNA") == {"username": "Somebody else has this user name."}
    assert users.check_chosen_name(db, "aNNA", anna.id) == {}
    with pytest.raises(Invalid, match="Somebody else has this user name"):
        users.create(db, Change("aNNA"), now)


@pytest.mark.parametrize(
    "name", ["admin", "Admin", "ADMIN", "adrnin", "Support", "postmaster", "r00t", "0wner"]
)
def test_a_name_that_speaks_for_the_site_is_given_by_admins_alone(
    name: str, db: Database, now: datetime
) -> None:
    assert "reserved" in users.check_chosen_name(db, name)["username"]
    if name.lower() not in {"root"}:
        assert users.check(Change(name), Settings(require_user_email=False)) == {}
        assert users.create(db, Change(name), now).username == name


def test_nobody_renames_themselves_to_a_reserved_name_but_an_admin(
    browser: Browser, make_user: MakeUser, sign_in: Callable[..., None], db: Database
) -> None:
    anna, boss = make_user(username="anna"), make_user(username="boss", is_admin=True)
    for user, status in ((anna, 422), (boss, 303)):
        sign_in(browser, user)
        form = {"username": "owner", "first_name": "A", "last_name": "", "display_name": ""}
        assert browser.post("/settings/account", form).status == status
    assert users.get(db, anna.id).username == "anna"
    assert users.get(db, boss.id).username == "owner"


def test_names_from_before_the_rules_stay_good(
    browser: Browser, admin: User, db: Database, shared_connection: Connection
) -> None:
    """Pocket ID accepts `root`, and two names that look alike."""
    rows = [("root", False), ("alice", False), ("a1ice", True)]
    for name, resembles in rows:
        shared_connection.execute(
            "insert into users (username, resembles_another) values (%s, %s)", [name, resembles]
        )
    for name, _resembles in rows:
        user = users.find(db, name)
        assert user
        form = {"username": name, "first_name": "Rosa", "last_name": "", "email": f"{name}@example.test"}
        assert browser.post(f"/settings/admin/users/{user.id}", form).status == 303
        assert users.get(db, user.id).first_name == "Rosa"


def test_a_name_once_changed_has_to_keep_the_rules(
    db: Database, now: datetime, shared_connection: Connection
) -> None:
    shared_connection.execute(
        "insert into users (username, resembles_another) values ('alice', false), ('a1ice', true)"
    )
    double = users.find(db, "a1ice")
    assert double
    users.update(db, double.id, Change("ally"), now)
    with pytest.raises(Invalid, match="looks too much like"):
        users.update(db, double.id, Change("a1ice"), now)


def test_the_migration_lets_the_first_of_two_that_look_alike_protect_the_name(
    shared_connection: Connection,
) -> None:
    migration = next((data_dir("sql") / "migrations").glob("*_user_names.sql")).read_text()
    update = next(part for part in migration.split(";") if part.strip().startswith("update users"))
    with shared_connection.transaction(force_rollback=True):
        shared_connection.execute("drop index users_skeleton_key")
        shared_connection.execute("""
            insert into users (username, created_at)
            values ('a1ice', now() - interval '1 day'), ('alice', now() - interval '2 days'), ('tim', now())""")
        shared_connection.execute(update)
        found = shared_connection.execute(
            "select username, resembles_another from users order by username"
        ).fetchall()
        assert dict(found) == {"a1ice": True, "alice": False, "tim": False}
        shared_connection.execute(migration[migration.index("create unique index") :])


def test_of_two_who_choose_names_that_look_alike_at_once_one_gets_it(
    committed_site: Site, clock: Clock
) -> None:
    pairs = [(f"alice{number}", f"aIice{number}") for number in range(5)]
    for pair in pairs:
        gate = threading.Barrier(2)
        refused: list[str] = []

        def choose(name: str, gate: threading.Barrier = gate, refused: list[str] = refused) -> None:
            with committed_site.database() as db:
                gate.wait()
                try:
                    users.create(db, Change(name), clock())
                    db.commit()
                except Invalid as invalid:
                    refused.append(invalid.message)

        threads = [threading.Thread(target=choose, args=(name,)) for name in pair]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=20)
        assert len(refused) == 1
        with committed_site.database() as db:
            assert len([name for name in pair if users.find(db, name)]) == 1


def test_a_person_who_is_renamed_stays_who_they_are_to_apps(
    signed_in: Browser, app: App, anna: User, db: Database, now: datetime
) -> None:
    before = app.tokens(signed_in)
    users.update(db, anna.id, Change("annabel", email=anna.email), now)
    db.commit()
    for tokens in (before, app.tokens(signed_in)):
        told = app.userinfo(signed_in, tokens["access_token"]).json()
        assert (told["sub"], told["preferred_username"]) == (str(anna.id), "annabel")
