"""The forms in which groups are ticked: how many may be, and what is said of more."""

from collections.abc import Callable

import pytest

from pocketid.db import Connection
from pocketid.groups import Group
from pocketid.users import User
from tests.browser import Browser

MOST = 50
SIGN_UP = "/settings/admin/sign-up"
PERSON = {"username": "tim", "email": "tim@example.test", "first_name": "Tim"}
FORMS = {
    "person": ("/settings/admin/users/new", "/settings/admin/users/new", PERSON, "group_members"),
    "invitation": (
        *("/settings/admin/invitations/new", "/settings/admin/invitations/new"),
        {**PERSON, "days": "7"},
        "invitation_groups",
    ),
    "link": (SIGN_UP, f"{SIGN_UP}/links", {"uses": "1", "lifetime": "day"}, "sign_up_link_groups"),
    "new people": (SIGN_UP, SIGN_UP, {"allow_user_signups": "open"}, "settings"),
}


@pytest.mark.parametrize(("page", "path", "form", "table"), FORMS.values(), ids=FORMS.keys())
def test_so_many_groups_may_be_ticked_and_of_more_it_is_said_at_the_field(
    page: str,
    path: str,
    form: dict[str, str],
    table: str,
    browser: Browser,
    admin: User,
    make_group: Callable[..., Group],
    shared_connection: Connection,
) -> None:
    ids = [str(make_group(f"team{number:02}").id) for number in range(MOST + 1)]

    def rows() -> int:
        [[number]] = shared_connection.execute(f"select count(*) from {table}").fetchall()
        return int(number)

    before = rows()
    browser.get(page)
    browser.post(path, {**form, "group": ids})
    assert browser.status == 422
    assert browser.text.count("At most 50 groups at once, please.") == 1
    assert browser.text.count(" checked>") + browser.text.count(" checked ") >= len(ids)
    assert rows() == before
    browser.post(path, {**form, "group": ids[:MOST]})
    assert browser.status in {200, 303}
    assert rows() > before


def test_of_more_than_a_form_holds_it_is_said_what_to_do(browser: Browser, admin: User) -> None:
    browser.get(SIGN_UP)
    browser.post(SIGN_UP, {"allow_user_signups": "open", "group": ["x"] * 97})
    assert browser.status == 303
    browser.get(SIGN_UP)
    browser.post(SIGN_UP, {"allow_user_signups": "open", "group": ["x"] * 120})
    assert browser.status == 400
    assert "Please go back and choose fewer." in browser.text
