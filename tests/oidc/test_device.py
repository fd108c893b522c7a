"""The device grant, RFC 8628: what a device is told while it waits, who may approve, and what it gets, once."""

from collections.abc import Callable
from typing import Any

import pytest

from pocketid import clients, consents, device_codes, groups, sessions, users
from pocketid.clients import Client
from pocketid.crypto import digest
from pocketid.db import Connection, Database
from pocketid.device_codes import Asking, plain
from pocketid.users import User
from tests.browser import Browser
from tests.conftest import APP_URL, Clock
from tests.oidc.flow import App, claims_of
from tests.oidc.grants import bare_request, check_refusal
from tests.two_devices import Phone

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
TELEVISION = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
ALIKE = str.maketrans("LZSBV", "125\uff18u")
Events = Callable[..., list[Any]]


class Device:
    """A television with an app, and no browser."""

    def __init__(self, app: App, application: Any, origin: str) -> None:
        self.app, self.browser = app, Browser(application, origin)

    def post(self, path: str, **form: str | None) -> Browser:
        usual = {"client_id": self.app.client_id, "client_secret": self.app.secret, **form}
        sent = {name: value for name, value in usual.items() if value is not None}
        headers = {"Origin": "", "Sec-Fetch-Site": "", "User-Agent": TELEVISION}
        return self.browser.post(path, sent, form_token=None, headers=headers)

    def ask(self, **form: str | None) -> Browser:
        got = self.post("/api/oidc/device/authorize", **form)
        if got.status == 200:
            self.codes = got.json()
        return got

    @property
    def user_code(self) -> str:
        return str(self.codes["user_code"])

    def poll(self, **form: str | None) -> Browser:
        return self.post("/api/oidc/token", grant_type=GRANT, device_code=self.codes["device_code"], **form)


@pytest.fixture
def device(browser: Browser, app: App) -> Device:
    device = Device(app, browser.application, browser.origin)
    device.ask(scope="openid profile email groups")
    return device


@pytest.fixture
def phone(open_browser: Callable[[], Browser], anna: User, sign_in: Callable[..., None]) -> Phone:
    return Phone(open_browser(), anna, sign_in)


def approve(phone: Phone, user_code: str) -> Browser:
    """Look, and press the button; with the passkey if that is asked."""
    phone.look(user_code)
    assert phone.browser.view == "device/app", phone.browser.text
    return phone.browser.post("/device/app/approve", answer(phone, user_code))


def answer(phone: Phone, user_code: str) -> dict[str, str]:
    if not phone.browser.variables["options"]:
        return {"code": user_code}
    return phone.answer(user_code)


# 3.2: what the device is given


def test_3_2_a_device_is_given_two_codes_and_the_page_for_them(
    device: Device, connection: Connection
) -> None:
    codes = device.codes
    assert set(codes) == {
        *(
            "device_code",
            "user_code",
            "verification_uri",
            "verification_uri_complete",
            "expires_in",
            "interval",
        ),
    }
    assert (codes["expires_in"], codes["interval"]) == (900, 5)
    assert codes["verification_uri"] == f"{APP_URL}/device"
    assert codes["verification_uri_complete"] == f"{APP_URL}/device?code={device.user_code}"
    assert device.browser.headers["Cache-Control"] == "no-store"
    letters = plain(device.user_code)
    assert len(letters) == 8
    assert set(letters) <= set("BCDFGHJKLMNPQRSTVWXZ")
    [row] = connection.execute("select digest, d::text from device_codes d").fetchall()
    assert row[0] == digest(codes["device_code"])
    assert letters not in row[1]


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": None}, 401, "invalid_client"),
        ({"client_id": None}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
    ],
)
def test_3_1_a_client_has_to_prove_who_it_is(
    device: Device, rows: Callable[[str], int], form: dict[str, Any], status: int, error: str
) -> None:
    check_refusal(device.ask(**form), status, error)
    assert rows("device_codes") == 1


def test_3_1_parameters_in_the_address_or_twice_are_refused(device: Device) -> None:
    path = "/api/oidc/device/authorize"
    check_refusal(device.post(f"{path}?scope=openid"), 400, "invalid_request")
    check_refusal(device.browser.post(path, {"scope": ["a", "b"]}, form_token=None), 400, "invalid_request")


def test_3_1_a_public_client_may_ask_though_not_without_end(device: Device, make_app: Any) -> None:
    device.app = make_app("tv", is_public=True)
    assert device.ask().status == 200
    while device.ask().status == 200:
        assert len(device.codes) == 6
    assert device.browser.status == 429
    assert device.browser.json()["error"] == "temporarily_unavailable"


def test_the_metadata_names_endpoint_and_grant(browser: Browser) -> None:
    metadata = browser.get("/.well-known/openid-configuration").json()
    assert metadata["device_authorization_endpoint"] == f"{APP_URL}/api/oidc/device/authorize"
    assert GRANT in metadata["grant_types_supported"]


# 3.4, 3.5: the way through


def test_an_approved_device_gets_the_tokens_of_whoever_approved(
    device: Device, phone: Phone, anna: User, db: Database, events: Events
) -> None:
    check_refusal(device.poll(), 400, "authorization_pending")
    assert approve(phone, device.user_code).view == "device/app_done"
    got = device.poll()
    assert got.status == 200, got.text
    tokens = got.json()
    assert tokens["scope"] == "openid profile email groups"
    told = claims_of(device.browser, tokens["id_token"])
    assert (told["sub"], told["aud"], told["email"]) == (str(anna.id), "immich", "anna@example.test")
    assert {"nonce", "sid"}.isdisjoint(told)
    assert told["amr"]
    assert device.app.userinfo(device.browser, tokens["access_token"]).json()["sub"] == str(anna.id)
    assert device.app.refresh(device.browser, tokens["refresh_token"]).status == 200
    assert consents.scopes_of(db, anna.id, "immich") == frozenset({"openid", "profile", "email", "groups"})
    [event] = events("DEVICE_APPROVED")
    assert (event.user_id, event.client_id) == (anna.id, "immich")
    assert event.details["scopes"] == ["openid", "profile", "email", "groups"]
    assert events("TOKEN_ISSUED")


def test_3_5_a_device_code_is_good_once_and_a_second_question_ends_nothing(
    device: Device, phone: Phone
) -> None:
    approve(phone, device.user_code)
    tokens = device.poll().json()
    check_refusal(device.poll(), 400, "invalid_grant")
    assert device.app.userinfo(device.browser, tokens["access_token"]).status == 200


def test_3_5_a_denied_device_is_told_and_stays_denied(device: Device, phone: Phone, events: Events) -> None:
    assert phone.browser.get("/device", code=device.user_code).view == "device/app"
    phone.browser.post("/device/app/deny", {"code": device.user_code})
    assert phone.browser.view == "device/app_done"
    for _time in range(2):
        check_refusal(device.poll(), 400, "access_denied")
    for path in ("approve", "deny"):
        assert phone.browser.post(f"/device/app/{path}", {"code": device.user_code}).status == 410
    assert len(events("DEVICE_DENIED")) == 1
    assert not events("DEVICE_APPROVED")


def test_3_5_who_asks_too_often_is_told_to_slow_down_and_waits_longer_each_time(
    device: Device, clock: Clock
) -> None:
    check_refusal(device.poll(), 400, "authorization_pending")
    for wait, error in (
        (4, "slow_down"),  # now ten seconds
        (5, "slow_down"),  # fifteen
        (14.7, "authorization_pending"),  # the network was quicker this time
        (15, "authorization_pending"),
    ):
        clock.advance(seconds=wait)
        check_refusal(device.poll(), 400, error)


def test_once_decided_nobody_has_to_wait(device: Device, phone: Phone) -> None:
    device.poll()
    approve(phone, device.user_code)
    assert device.poll().status == 200


def test_3_5_an_expired_code_says_so_until_it_is_forgotten(
    device: Device, phone: Phone, clock: Clock, db: Database
) -> None:
    clock.advance(minutes=15)
    check_refusal(device.poll(), 400, "expired_token")
    assert phone.look(device.user_code).status == 422
    clock.advance(minutes=61)
    assert device_codes.expire(db, clock()) == 1
    check_refusal(device.poll(), 400, "invalid_grant")


@pytest.mark.parametrize("form", [{"device_code": "unknown"}, {"device_code": "x" * 5000}])
def test_an_unknown_device_code_is_refused(device: Device, form: dict[str, str]) -> None:
    got = device.post("/api/oidc/token", grant_type=GRANT, **form)
    check_refusal(got, 400, "invalid_grant")


def test_a_device_code_has_to_be_there(device: Device) -> None:
    check_refusal(device.post("/api/oidc/token", grant_type=GRANT), 400, "invalid_request")


def test_another_client_gets_nothing_by_it(device: Device, phone: Phone, make_app: Any) -> None:
    approve(phone, device.user_code)
    other = make_app("other")
    got = device.poll(client_id=other.client_id, client_secret=other.secret)
    check_refusal(got, 400, "invalid_grant")
    assert device.poll().status == 200


def test_it_is_no_authorization_code(device: Device, phone: Phone) -> None:
    approve(phone, device.user_code)
    code = device.codes["device_code"]
    got = device.app.exchange(device.browser, code, redirect_uri=None, code_verifier=None)
    check_refusal(got, 400, "invalid_grant")
    check_refusal(device.poll(), 400, "invalid_grant")


def test_and_a_code_is_no_device_code(device: Device, issue: Callable[..., str]) -> None:
    device.codes["device_code"] = issue()
    check_refusal(device.poll(), 400, "invalid_grant")


# Who may approve


@pytest.mark.parametrize(
    "typed", [str.lower, lambda code: code.replace("-", " "), lambda code: code.translate(ALIKE)]
)
def test_6_1_the_code_may_be_typed_in_many_ways(
    device: Device, phone: Phone, typed: Callable[[str], str]
) -> None:
    assert phone.look(typed(device.user_code)).variables["code"] == device.user_code


def test_s_dv_03_the_page_shows_app_scopes_device_place_and_code(device: Device, phone: Phone) -> None:
    phone.look(device.user_code)
    assert phone.browser.view == "device/app"
    for text in ("Immich", "Your e-mail address", "Firefox on Linux", "127.0.0.1", device.user_code):
        assert text in phone.browser.text


def test_s_dv_03_a_passkey_that_was_used_long_ago_is_asked_for_again(
    device: Device, phone: Phone, clock: Clock
) -> None:
    clock.advance(minutes=11)
    phone.look(device.user_code)
    assert phone.browser.variables["needs_passkey"]
    phone.browser.post("/device/app/approve", {"code": device.user_code})
    assert phone.browser.view == "device/app"
    check_refusal(device.poll(), 400, "authorization_pending")
    assert approve(phone, device.user_code).view == "device/app_done"
    assert device.poll().status == 200


def test_a_client_may_want_the_passkey_after_the_device_has_asked(
    device: Device, phone: Phone, db: Database, clock: Clock, make_app: Any
) -> None:
    device.app = make_app("bank", requires_reauthentication=True)
    clock.advance(minutes=2)
    device.ask()
    phone.look(device.user_code)
    assert phone.browser.variables["needs_passkey"]
    assert approve(phone, device.user_code).view == "device/app_done"
    tokens = device.poll().json()
    assert claims_of(device.browser, tokens["id_token"])["auth_time"] == int(clock().timestamp())


def test_a_client_may_take_no_older_sign_in_than_it_says(
    device: Device, phone: Phone, make_app: Any, clock: Clock
) -> None:
    device.app = make_app("bank", longest_sign_in_seconds=60)
    device.ask()
    clock.advance(seconds=61)
    phone.look(device.user_code)
    assert phone.browser.variables["needs_passkey"]
    phone.browser.post("/device/app/approve", {"code": device.user_code})
    check_refusal(device.poll(), 400, "authorization_pending")
    assert approve(phone, device.user_code).view == "device/app_done"
    assert device.poll().status == 200


def test_a_wrong_passkey_approves_nothing(device: Device, phone: Phone, clock: Clock) -> None:
    clock.advance(minutes=11)
    form = phone.answer(device.user_code) | {"credential": "{}"}
    phone.browser.post("/device/app/approve", form)
    assert phone.browser.variables["problem"]
    check_refusal(device.poll(), 400, "authorization_pending")


def test_whoever_came_by_a_code_cannot_approve(
    device: Device, open_browser: Callable[[], Browser], anna: User, sign_in: Callable[..., None]
) -> None:
    browser = open_browser()
    sign_in(browser, anna, "one_time_access")
    browser.get("/device", code=device.user_code)
    assert "Add a passkey" in browser.text
    browser.post("/device/app/approve", {"code": device.user_code})
    check_refusal(device.poll(), 400, "authorization_pending")


def test_nobody_approves_an_app_that_they_may_not_use(
    device: Device,
    phone: Phone,
    db: Database,
    anna: User,
    make_group: Any,
    make_client: Callable[..., Client],
) -> None:
    make_client("club", is_group_restricted=True)
    device.app = App("club", None)
    [group] = [make_group("club")]
    clients.set_groups(db, "club", [group.id])
    db._source.take().execute("update clients set is_public = true where id = 'club'")
    device.ask()
    for got in (
        phone.look(device.user_code),
        phone.browser.post("/device/app/approve", {"code": device.user_code}),
    ):
        assert got.status == 403
        assert "no access to Club" in got.text
    check_refusal(device.poll(), 400, "authorization_pending")
    groups.set_of_user(db, anna.id, [group.id])
    db.commit()
    assert approve(phone, device.user_code).view == "device/app_done"
    groups.set_of_user(db, anna.id, [])
    db.commit()
    check_refusal(device.poll(), 400, "invalid_grant")


def test_a_stranger_signs_in_first(device: Device, open_browser: Callable[[], Browser]) -> None:
    browser = open_browser()
    browser.get("/device", code=device.user_code)
    assert browser.location.startswith("/login?redirect=")


def test_s_dv_01_codes_are_not_guessed(device: Device, phone: Phone) -> None:
    for _each in range(15):
        assert phone.look("BBBB-BBBB").status == 422
    assert phone.look(device.user_code).status == 429
    assert phone.browser.post("/device/app/approve", {"code": device.user_code}).status == 429


def test_s_dv_04_who_has_read_the_page_and_comes_second_changes_nothing(
    device: Device, db: Database, clock: Clock
) -> None:
    code_digest = digest(device.codes["device_code"])
    asking = Asking(code_digest, "immich", "Immich", [], None, "", None, clock(), clock())
    request = bare_request(db, clock())
    assert device_codes.decide(request, asking, "denied")
    assert not device_codes.decide(request, asking, "approved")
    check_refusal(device.poll(), 400, "access_denied")


# What ends it


def test_the_device_outlives_the_session_in_which_it_was_approved(
    device: Device, phone: Phone, anna: User, db: Database, clock: Clock
) -> None:
    approve(phone, device.user_code)
    sessions.end_all(db, anna.id, clock())
    db.commit()
    tokens = device.poll().json()
    assert device.app.userinfo(device.browser, tokens["access_token"]).status == 200


@pytest.mark.parametrize("when", ["before", "after"])
def test_s_ky_06_taking_the_app_back_or_disabling_the_person_ends_it(
    device: Device, phone: Phone, anna: User, db: Database, clock: Clock, when: str
) -> None:
    approve(phone, device.user_code)
    tokens = device.poll().json() if when == "after" else {}
    consents.revoke(db, anna.id, "immich", clock())
    db.commit()
    if tokens:
        assert device.app.userinfo(device.browser, tokens["access_token"]).status == 401
    else:
        check_refusal(device.poll(), 400, "invalid_grant")


def test_a_disabled_person_gives_nothing(
    device: Device, phone: Phone, anna: User, db: Database, clock: Clock, events: Events
) -> None:
    approve(phone, device.user_code)
    users.set_disabled(db, anna.id, clock(), disabled=True)
    db.commit()
    check_refusal(device.poll(), 400, "invalid_grant")
    assert not events("TOKEN_ISSUED")


def test_an_app_that_takes_passkeys_of_one_device_only_is_not_approved_with_another(
    device: Device, phone: Phone, connection: Connection, rows: Callable[[str], int]
) -> None:
    connection.execute("update clients set requires_device_bound_passkey = true")
    phone.look(device.user_code)
    assert phone.browser.status == 403
    assert "asks for a stronger passkey than yours" in phone.browser.text
    assert rows("authorizations") == 0
