"""The list of people: search, states, orders and pages, each at every combination."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from pocketid import users
from pocketid.db import Connection, Database
from pocketid.groups import Group
from pocketid.users import Change, User

MakeUser = Callable[..., User]


@pytest.fixture
def people(db: Database, now: datetime, make_user: MakeUser) -> dict[str, User]:
    """Five people who differ in everything that the list sorts by."""
    rows: list[tuple[str, dict[str, Any]]] = [
        ("Zoe", {"display_name": "Able", "email": "m@example.test", "is_admin": True}),
        ("anna", {"display_name": "mild", "email": None}),
        ("Ben", {"display_name": "Zest", "email": "A@example.test", "disabled": True}),
        ("cara", {"display_name": "", "first_name": "", "last_name": "", "email": "z@example.test"}),
        ("d_d%d\\", {"display_name": "Mu", "first_name": "Dora", "last_name": "100%", "email": None}),
    ]
    found = {}
    for number, (username, fields) in enumerate(rows):
        fields.setdefault("email_verified", False)
        user = users.create(
            db, Change(username=username, **fields), now + timedelta(minutes=(number * 3) % 5)
        )
        found[username] = user
    users.note_sign_in(db, found["Ben"].id, now)
    users.note_sign_in(db, found["Zoe"].id, now + timedelta(hours=1))
    db.commit()
    return found


def listed(db: Database, **query: Any) -> list[str]:
    return [row.username for row in users.search(db, **{"size": 50, "offset": 0, **query})]


KEYS: dict[str, Callable[[User], Any]] = {
    "username": lambda user: user.username.lower(),
    "display_name": lambda user: user.display_name.lower(),
    "email": lambda user: user.email.lower() if user.email else None,
    "created_at": lambda user: user.created_at,
    "last_sign_in_at": lambda user: user.last_sign_in_at,
}


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", users.SORTS)
def test_ad_07_the_list_sorts_by_each_named_column_and_those_without_a_value_come_last(
    sort: str, descending: bool, db: Database, people: dict[str, User]
) -> None:
    current = [users.get(db, user.id) for user in people.values()]
    key = KEYS[sort]
    valued = sorted((user for user in current if key(user) is not None), key=key, reverse=descending)
    without = sorted((user for user in current if key(user) is None), key=lambda user: user.id)
    assert listed(db, sort=sort, descending=descending) == [user.username for user in valued + without]


@pytest.mark.parametrize(
    "sort", ["", "password", "id", "username; drop table users", "display_name desc", "USERNAME", "1"]
)
def test_ad_07_an_unknown_sort_or_state_is_ignored(sort: str, db: Database, people: dict[str, User]) -> None:
    assert listed(db, sort=sort, state=sort) == sorted(people, key=str.lower)
    assert users.count(db, state=sort) == len(people)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["anna", "Ben", "cara", "d_d%d\\", "Zoe"]),
        ("  ", ["anna", "Ben", "cara", "d_d%d\\", "Zoe"]),
        ("NN", ["anna"]),
        ("able", ["Zoe"]),
        ("a@example", ["Ben"]),
        ("ra 100", ["d_d%d\\"]),
        ("%", ["d_d%d\\"]),
        ("_", ["d_d%d\\"]),
        ("\\", ["d_d%d\\"]),
        ("d\\", ["d_d%d\\"]),
        ("ANNA\n", ["anna"]),
        ("' or 1=1 --", []),
        ("nobody", []),
    ],
)
def test_the_list_is_searched_by_text_taken_literally(
    text: str, expected: list[str], db: Database, people: dict[str, User]
) -> None:
    assert listed(db, text=text) == expected
    assert users.count(db, text=text) == len(expected)


# A passkey: synced or not, and by whom
PHONE, LAPTOP, TOKEN = (True, 1), (True, 2), (False, 3)
KEYS_OF = {
    "anna": [TOKEN],
    "Ben": [PHONE],  # who is disabled, and in no state of passkeys
    "Zoe": [PHONE, PHONE],
    "cara": [PHONE, LAPTOP],
    "d_d%d\\": [TOKEN, TOKEN],
    "emil": [PHONE],
}
STATES = {
    "admin": ["Zoe"],
    "disabled": ["Ben"],
    "never_signed_in": ["anna", "cara", "d_d%d\\", "emil", "frida"],
    "unverified": ["Ben", "cara", "frida", "Zoe"],
    "no_passkey": ["frida"],
    "one_passkey": ["anna", "emil"],
    "one_device": ["anna"],
    "one_provider": ["Zoe"],
    "only_synced": ["cara", "emil", "Zoe"],
    "none_verified": ["emil"],
}


@pytest.fixture
def holders(db: Database, now: datetime, people: dict[str, User], shared_connection: Connection) -> None:
    """The five and two more, with passkeys."""
    everybody = dict(people)
    for username, is_verified in (("emil", True), ("frida", False)):
        change = Change(username=username, email=f"{username}@example.test", email_verified=is_verified)
        everybody[username] = users.create(db, change, now)
    for username, keys in KEYS_OF.items():
        for number, (is_synced, provider) in enumerate(keys):
            shared_connection.execute(
                "insert into passkeys (user_id, credential_id, public_key, name, backup_eligible, aaguid)"
                " values (%s, %s, '', 'key', %s, %s)",
                [everybody[username].id, f"{username}{number}".encode(), is_synced, UUID(int=provider)],
            )
    used = "update passkeys set last_use_verified = %s where credential_id = %s"
    for is_verified, passkey in (
        (False, "emil0"),
        (False, "Ben0"),
        (False, "Zoe0"),
        (True, "Zoe1"),
        (False, "cara0"),
    ):
        shared_connection.execute(used, [is_verified, passkey.encode()])  # of cara1 it is not known


@pytest.mark.usefixtures("holders")
@pytest.mark.parametrize("state", users.STATES)
def test_the_list_is_limited_to_a_state(state: str, db: Database) -> None:
    assert listed(db, state=state) == STATES[state]
    assert users.count(db, state=state) == users.count_states(db)[state] == len(STATES[state])
    assert listed(db, state=state, text="no such") == []


@pytest.mark.usefixtures("holders")
def test_the_states_of_one_person_are_those_that_find_them(db: Database, people: dict[str, User]) -> None:
    for username, user in people.items():
        expected = {state for state, usernames in STATES.items() if username in usernames}
        assert users.states_of(db, user.id) == expected


def test_a_state_that_nobody_is_in_counts_none(db: Database) -> None:
    assert users.count_states(db) == dict.fromkeys(users.STATES, 0)


def test_the_list_is_limited_to_a_group_and_all_limits_hold_together(
    db: Database, people: dict[str, User], make_group: Callable[..., Group]
) -> None:
    group = make_group("family", people["anna"], people["Ben"], people["Zoe"])
    make_group("others", people["cara"])
    assert listed(db, group_id=group.id) == ["anna", "Ben", "Zoe"]
    assert users.count(db, group_id=group.id) == 3
    assert listed(db, group_id=group.id, text="e", state="unverified") == ["Ben", "Zoe"]
    assert users.count(db, group_id=group.id, text="zest", state="disabled") == 1


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", users.SORTS)
@pytest.mark.parametrize("size", [1, 2, 3])
def test_paging_shows_everybody_once_whatever_the_order(
    size: int, sort: str, descending: bool, db: Database, now: datetime
) -> None:
    for number in range(7):  # many alike: only the id tells them apart
        users.create(db, Change(f"user{number}", email=None), now)
    whole = listed(db, sort=sort, descending=descending)
    paged = [
        username
        for offset in range(0, 7 + size, size)
        for username in listed(db, sort=sort, descending=descending, size=size, offset=offset)
    ]
    assert paged == whole
    assert len(set(paged)) == 7
