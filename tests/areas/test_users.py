"""People: what may be written into their rows, who is kept, and who stays."""

import itertools
import threading
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from pocketid import groups, images, one_time_access, sessions, users
from pocketid.db import Connection, Database
from pocketid.errors import Invalid, NotFound
from pocketid.settings import Settings
from pocketid.users import Change, User
from pocketid.web import Site
from tests.browser import Browser
from tests.conftest import add_user
from tests.oidc.flow import App

MakeUser = Callable[..., User]
ANYBODY = Settings(require_user_email=False)


def change(**fields: Any) -> Change:
    return Change(**{"username": "anna", **fields})


def problems(settings: Settings = ANYBODY, /, **fields: Any) -> dict[str, str]:
    return users.check(change(**fields), settings)


# Names


@pytest.mark.parametrize(
    "username", ["a", "7", "Anna", "anna.muster", "a-b_c@d", "anna@example.test", "x" * 50, "1.1"]
)
def test_a_user_name_is_of_plain_letters_and_digits_with_marks_between(username: str) -> None:
    assert problems(username=username) == {}


@pytest.mark.parametrize(
    "username",
    [
        "",
        " ",
        "x" * 51,
        ".anna",
        "anna.",
        "-anna",
        "anna_",
        "an na",
        "an/na",
        "an\nna",
        "änna",
        "\u0430nna",  # a Cyrillic letter that looks like an a
        "\uff41nna",  # a full-width a
        "ann\u200ba",  # a space of no width
        "anna\u202eb",  # what follows is read from right to left
        "me",
        "Root",
        "SYSTEM",
        "new",
    ],
)
def test_a_user_name_that_could_be_taken_for_another_is_refused(username: str) -> None:
    assert list(problems(username=username)) == ["username"]


@pytest.mark.parametrize("field", ["first_name", "last_name", "display_name"])
@pytest.mark.parametrize("name", ["Ægir", "李小龍", "O’Neil-Śmith", "محمد", "😀", ""])
def test_a_name_may_be_written_in_any_script(field: str, name: str, db: Database, now: datetime) -> None:
    assert problems(**{field: name}) == {}
    assert getattr(users.create(db, change(**{field: name}), now), field) == name


@pytest.mark.parametrize("field", ["first_name", "last_name", "display_name"])
@pytest.mark.parametrize(
    "name", ["An\u200dna", "\u202eannA", "An\ufeffna", "An\tna", "An\nna", "An\u2028na", "\ue000", "An\x7fna"]
)
def test_nobody_hides_in_a_name(field: str, name: str) -> None:
    assert list(problems(**{field: name})) == [field]


@pytest.mark.parametrize(
    ("field", "longest"), [("first_name", 50), ("last_name", 50), ("display_name", 100), ("email", 255)]
)
def test_a_name_has_its_longest_length(field: str, longest: int, db: Database, now: datetime) -> None:
    end = "@x.test" if field == "email" else ""
    fits = "ä" * (longest - len(end)) + end
    assert problems(**{field: fits}) == {}
    assert getattr(users.create(db, change(**{field: fits}), now), field) == fits
    assert list(problems(**{field: "ä" + fits})) == [field]


def test_names_are_kept_and_measured_in_their_composed_form(db: Database, now: datetime) -> None:
    decomposed = unicodedata.normalize("NFD", "é" * 50)
    assert len(decomposed) == 100
    assert problems(first_name=decomposed) == {}
    assert users.create(db, Change("anna", first_name=decomposed), now).first_name == "é" * 50
    grows = "\u0958" * 50  # a letter that two take the place of in NFC
    assert list(problems(first_name=grows)) == ["first_name"]


def test_the_display_name_is_made_of_the_others_and_cut_when_they_are_long(
    db: Database, now: datetime
) -> None:
    assert users.create(db, Change("a", "Anna", "Muster"), now).display_name == "Anna Muster"
    assert users.create(db, Change("b", "Anna"), now).display_name == "Anna"
    assert users.create(db, Change("c"), now).display_name == ""
    longest = Change("d", "f" * 50, "l" * 50)
    assert users.check(longest, ANYBODY) == {}
    assert users.create(db, longest, now).display_name == "f" * 50 + " " + "l" * 49


@pytest.mark.parametrize(
    ("person", "name"),
    [
        (Change("anna", "Anna", "Muster", "Mum"), "Mum"),
        (Change("anna", "Anna", "Muster"), "Anna Muster"),
        (Change("anna", last_name="Muster"), "Muster"),
        (Change("anna"), "anna"),
    ],
)
def test_everybody_is_called_something(person: Change, name: str) -> None:
    assert users.name_of(person) == name


# E-mail


@pytest.mark.parametrize(
    "email", ["a@b.test", "anna.muster+home@sub.example.test", "Änna@exämple.test", "a@b.c-d.test"]
)
def test_an_address_is_taken(email: str) -> None:
    assert problems(email=email) == {}


@pytest.mark.parametrize(
    "email",
    [
        "anna",
        "@example.test",
        "anna@",
        "anna@localhost",
        "anna@example.t",
        "an na@example.test",
        "anna@example.test\r\nBcc: all@example.test",
        "anna@exa\tmple.test",
        "Anna <anna@example.test>",
        "a@example.test,b@example.test",
        "a@b@example.test",
        "anna@[127.0.0.1]",
        "an\u200bna@example.test",
        "\u202eanna@example.test",
    ],
)
def test_co_07_what_is_no_single_address_is_refused(email: str) -> None:
    assert list(problems(email=email)) == ["email"]


def test_whether_everybody_needs_an_address_is_a_setting() -> None:
    assert list(problems(Settings(require_user_email=True))) == ["email"]
    assert problems(Settings(require_user_email=False)) == {}


def test_an_address_that_is_not_there_is_not_verified(db: Database, now: datetime) -> None:
    assert not users.create(db, Change("anna", email=None, email_verified=True), now).email_verified
    assert users.create(db, Change("ben", email="b@x.test", email_verified=True), now).email_verified


@pytest.mark.parametrize(
    ("field", "first", "second"),
    [
        ("username", "anna", "Anna"),
        ("email", "anna@example.test", "ANNA@Example.TEST"),
        ("email", "ä@example.test", "Ä@example.test"),
        ("email", "\u00e9@example.test", "e\u0301@example.test"),
    ],
)
def test_co_06_two_people_share_neither_name_nor_address_in_any_form(
    field: str, first: str, second: str, db: Database, now: datetime, make_user: MakeUser
) -> None:
    make_user(**{field: first})
    other = make_user()
    fields: dict[str, Any] = {field: second}
    with pytest.raises(Invalid) as refused:
        users.update(db, other.id, replace(Change.from_user(other), **fields), now)
    assert list(refused.value.fields) == [field]
    with pytest.raises(Invalid):
        users.create(db, change(**{"username": "third", **fields}), now)
    assert users.get(db, other.id) == other
    assert users.find(db, "third") is None


def test_many_have_no_address(make_user: MakeUser, db: Database) -> None:
    make_user(email=None)
    make_user(email=None)
    assert users.count(db) == 2


@pytest.mark.parametrize("text", ["ANNA", " anna ", "é.anna@EXAMPLE.test", "e\u0301.anna@example.test"])
def test_a_person_is_found_by_name_or_address_in_any_form(
    text: str, db: Database, make_user: MakeUser
) -> None:
    anna = make_user(username="anna", email="é.anna@example.test")
    assert users.find(db, text) == anna


def test_a_user_name_goes_before_somebody_else_s_address(db: Database, make_user: MakeUser) -> None:
    make_user(username="first", email="anna@example.test")
    named = make_user(username="anna@example.test", email="other@example.test")
    assert users.find(db, "Anna@example.test") == named


def test_nobody_is_found_by_a_part_or_a_pattern(db: Database, make_user: MakeUser) -> None:
    make_user(username="anna")
    for text in ("ann", "%", "anna%", "_nna", "", "\u212anna"):
        assert users.find(db, text) is None


# Forms


def test_ad_02_a_form_cannot_say_who_or_how_one_is(db: Database, now: datetime) -> None:
    form = {"username": "anna", "id": "x", "disabled": "true", "locale": "xx", "created_at": "1970-01-01"}
    assert Change.from_form(form) == Change(username="anna")


def test_a_form_is_read_without_the_space_around_its_texts() -> None:
    form = {"username": " anna ", "first_name": " A ", "email": " ", "is_admin": "true"}
    assert Change.from_form(form) == Change("anna", "A", is_admin=True)


# Changing and deleting


def test_a_renamed_person_keeps_the_id_that_apps_know(
    db: Database, now: datetime, make_user: MakeUser
) -> None:
    anna = make_user(username="anna")
    before, after = users.update(
        db, anna.id, replace(Change.from_user(anna), username="mum"), now + timedelta(hours=1)
    )
    assert (before, after.id, after.username) == (anna, anna.id, "mum")
    assert (after.created_at, after.updated_at) == (anna.created_at, now + timedelta(hours=1))
    assert users.find(db, "anna") is None


def test_whoever_is_unknown_is_neither_changed_nor_deleted(db: Database, now: datetime) -> None:
    unknown = UUID(int=7)
    for act in (
        lambda: users.get(db, unknown),
        lambda: users.update(db, unknown, Change("anna"), now),
        lambda: users.set_disabled(db, unknown, now, disabled=True),
        lambda: users.delete(db, unknown, now),
    ):
        with pytest.raises(NotFound):
            act()


def test_disabling_ends_sessions_and_tokens_at_once_and_enabling_brings_none_back(
    signed_in: Browser, app: App, anna: User, db: Database, now: datetime
) -> None:
    tokens = app.tokens(signed_in, scope="openid offline_access")
    assert app.userinfo(signed_in, tokens["access_token"]).status == 200
    users.set_disabled(db, anna.id, now, disabled=True)
    assert sessions.of_user(db, anna.id, now) == []
    assert app.userinfo(signed_in, tokens["access_token"]).status == 401
    assert app.refresh(signed_in, tokens["refresh_token"]).json()["error"] == "invalid_grant"
    users.set_disabled(db, anna.id, now, disabled=False)
    assert app.userinfo(signed_in, tokens["access_token"]).status == 401
    assert app.refresh(signed_in, tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert signed_in.get("/settings/account").location.startswith("/login")


def test_a_deleted_person_takes_along_what_hangs_on_the_row(
    signed_in: Browser,
    app: App,
    anna: User,
    db: Database,
    now: datetime,
    make_group: Callable[..., groups.Group],
    shared_connection: Connection,
) -> None:
    tokens = app.tokens(signed_in)
    make_group("family", anna)
    one_time_access.create(db, anna.id, None, 3600, now)
    svg = b"\x89PNG"
    db.run(
        "images.put",
        subject="user",
        subject_id=str(anna.id),
        variant="picture",
        media_type="image/png",
        content=svg,
        digest="d",
        now=now,
    )
    db.commit()
    users.delete(db, anna.id, anna.created_at)
    for table in ("sessions", "one_time_access_tokens", "group_members", "consents", "authorizations"):
        found = shared_connection.execute(
            f"select count(*) from {table} where user_id = %s", [anna.id]
        ).fetchone()
        assert found == (0,), table
    assert images.get(db, "user", str(anna.id), "picture") is None
    assert app.userinfo(signed_in, tokens["access_token"]).status == 401


# The last administrator


def take_right(db: Database, user: User, now: datetime) -> None:
    users.update(db, user.id, replace(Change.from_user(user), is_admin=False), now)


def disable(db: Database, user: User, now: datetime) -> None:
    users.set_disabled(db, user.id, now, disabled=True)


def delete(db: Database, user: User, _now: datetime) -> None:
    users.delete(db, user.id, user.created_at)


Act = Callable[[Database, User, datetime], None]
ACTS: list[Act] = [take_right, disable, delete]


@pytest.mark.parametrize("act", ACTS)
def test_ad_03_the_last_administrator_stays(
    act: Act, db: Database, now: datetime, make_user: MakeUser
) -> None:
    last = make_user(is_admin=True)
    make_user()
    make_user(is_admin=True, disabled=True)  # one who cannot sign in does not count
    with pytest.raises(Invalid) as refused:
        act(db, last, now)
    assert list(refused.value.fields) == ["is_admin"]
    assert users.get(db, last.id) == last


@pytest.mark.parametrize("act", ACTS)
def test_one_of_two_administrators_may_go(act: Act, db: Database, now: datetime, make_user: MakeUser) -> None:
    first, second = make_user(is_admin=True), make_user(is_admin=True)
    act(db, first, now)
    assert [
        admin.id for admin in users.search(db, state="admin", size=9, offset=0) if not admin.disabled
    ] == [second.id]


def test_an_administrator_who_is_disabled_may_go(db: Database, now: datetime, make_user: MakeUser) -> None:
    make_user(is_admin=True)
    former = make_user(is_admin=True, disabled=True)
    take_right(db, former, now)
    users.delete(db, former.id, former.created_at)


@pytest.mark.parametrize(
    "statement",
    [
        "update users set is_admin = false",
        "update users set disabled = true",
        "delete from users",
        "update users set is_admin = false, disabled = true where is_admin",
    ],
)
def test_ad_03_the_database_itself_keeps_an_administrator(
    statement: str, make_user: MakeUser, shared_connection: Connection
) -> None:
    make_user(is_admin=True)
    make_user(is_admin=True)
    with (
        pytest.raises(psycopg.errors.CheckViolation, match="last enabled admin"),
        shared_connection.transaction(),
    ):
        shared_connection.execute(statement)
    assert shared_connection.execute(
        "select count(*) from users where is_admin and not disabled"
    ).fetchone() == (2,)


@pytest.mark.parametrize(("first", "second"), list(itertools.product(ACTS, ACTS)))
def test_ad_03_two_administrators_who_take_each_other_s_right_at_once_leave_one(
    first: Act, second: Act, committed_site: Site, now: datetime
) -> None:
    with committed_site.database() as db:
        anna, ben = (add_user(db, now, is_admin=True) for _each in range(2))
    refused: list[Invalid] = []
    begun = threading.Event()

    def answer() -> None:
        with committed_site.database() as other:
            try:
                begun.set()
                second(other, anna, now)
                other.commit()
            except Invalid as invalid:
                refused.append(invalid)

    thread = threading.Thread(target=answer)
    with committed_site.database() as db:
        first(db, ben, now)
        thread.start()
        begun.wait(10)
        thread.join(0.05)  # it reaches the lock and waits there; if it is slower the outcome is the same
        db.commit()
    thread.join(20)
    assert [list(invalid.fields) for invalid in refused] == [["is_admin"]]
    with committed_site.database() as db:
        left = users.search(db, state="admin", size=9, offset=0)
        assert [admin.id for admin in left if not admin.disabled] == [anna.id]
