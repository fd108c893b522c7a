"""The two passkey ceremonies, through the pages that hold them, with an authenticator that can misbehave."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fido2.cose import ES256, EdDSA

from pocketid import ceremonies, users, webauthn
from pocketid.crypto import base64url, from_base64url
from pocketid.db import Database
from pocketid.users import User
from tests.authenticator import AlreadyRegistered, Authenticator, cose, options_of
from tests.browser import Browser
from tests.conftest import APP_URL, Clock

NEW = "/settings/account/passkeys/new"
Events = Callable[..., list[Any]]


@dataclass
class Enrolled:
    """A person who has one passkey on a device."""

    user: User
    device: Authenticator


@pytest.fixture(autouse=True)
def someone_administers(make_user: Callable[..., User]) -> None:
    make_user(is_admin=True)


@pytest.fixture
def device() -> Authenticator:
    return Authenticator(APP_URL)


@pytest.fixture
def enrol(
    open_browser: Callable[[], Browser], make_user: Callable[..., User], sign_in: Callable[..., None]
) -> Callable[..., Enrolled]:
    """Gives a new person a passkey, by the page; arguments are the device's."""

    def make(**arguments: Any) -> Enrolled:
        person, browser = make_user(), open_browser()
        sign_in(browser, person)
        device = Authenticator(APP_URL, **arguments)
        add(browser, device)
        assert browser.status == 303, browser.text
        return Enrolled(person, device)

    return make


def add(browser: Browser, device: Authenticator, **misbehaviour: Any) -> Browser:
    options = options_of(browser.get(NEW).text)
    return browser.post("/settings/account/passkeys", {"credential": device.create(options, **misbehaviour)})


def answer(browser: Browser, device: Authenticator, **misbehaviour: Any) -> Browser:
    options = options_of(browser.get("/login").text)
    return browser.post("/login", {"credential": device.get(options, **misbehaviour)})


def is_signed_in(browser: Browser) -> bool:
    return "__Host-session" in browser.cookies


def count(db: Database, user: User) -> int:
    return len(webauthn.of_user(db, user.id))


# Options


def test_wa_03_wa_12_the_options_ask_for_a_discoverable_verified_unattested_passkey(
    browser: Browser, make_user: Callable[..., User], sign_in: Callable[..., None]
) -> None:
    user = make_user(username="anna")
    sign_in(browser, user)
    options = json.loads(options_of(browser.get(NEW).text))
    assert options["rp"] == {"id": "pocketid.example.test", "name": "Pocket ID"}
    assert from_base64url(options["user"]["id"]).decode() == str(user.id)
    assert options["user"]["name"] == "anna"
    assert [entry["alg"] for entry in options["pubKeyCredParams"]] == [-7, -8, -257]
    assert options["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert options["attestation"] == "none"
    assert options["extensions"] == {"credProps": True}
    assert options["timeout"] == 300_000


def test_wa_01_each_challenge_is_256_bits_and_new(browser: Browser) -> None:
    challenges = {json.loads(options_of(browser.get("/login").text))["challenge"] for _number in range(5)}
    assert len(challenges) == 5
    assert {len(from_base64url(challenge)) for challenge in challenges} == {32}


def test_wa_05_a_device_that_has_a_passkey_is_asked_for_no_second(
    enrol: Callable[..., Enrolled], browser: Browser, sign_in: Callable[..., None]
) -> None:
    anna = enrol()
    sign_in(browser, anna.user)
    with pytest.raises(AlreadyRegistered):
        add(browser, anna.device)


# Signing in


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA", "RS256"])
def test_wa_08_a_passkey_of_each_kind_that_is_taken_signs_in(
    algorithm: str, enrol: Callable[..., Enrolled], browser: Browser, events: Events
) -> None:
    anna = enrol(algorithm=algorithm)
    answer(browser, anna.device)
    assert (browser.status, browser.location) == (303, "/settings/account")
    assert is_signed_in(browser)
    assert events("SIGN_IN")[0].user_id == anna.user.id


def test_wa_07_signing_in_notes_the_use_and_what_the_passkey_says_of_backups(
    enrol: Callable[..., Enrolled], browser: Browser, db: Database, clock: Clock, events: Events
) -> None:
    anna = enrol(backed_up=False, counts=True)
    before = webauthn.of_user(db, anna.user.id)[0]
    assert (before.backup_eligible, before.backed_up, before.last_used_at) == (True, False, None)
    at = clock.advance(minutes=3)
    answer(browser, anna.device, backed_up=True)
    after = webauthn.of_user(db, anna.user.id)[0]
    assert (after.backed_up, after.last_used_at, after.sign_count) == (True, at, 1)
    changed = events("PASSKEY_BACKUP_CHANGED")[0].details["changed"]
    assert changed == {"backed_up": {"before": False, "after": True}}


def test_wa_02_an_origin_that_the_operator_named_may_use_the_passkeys(
    enrol: Callable[..., Enrolled], reconfigured: Callable[..., Browser]
) -> None:
    anna = enrol()
    other = reconfigured(WEBAUTHN_RELATED_ORIGINS="https://login.example.net")
    for origin, status in (("https://login.example.net.evil.test", 400), ("https://login.example.net", 303)):
        answer(other, anna.device, origin=origin)
        assert other.status == status


MISBEHAVIOURS: dict[str, dict[str, Any]] = {
    "wa_02_the_origin_of_a_subdomain": {"origin": "https://evil.pocketid.example.test"},
    "wa_02_an_origin_with_a_port": {"origin": "https://pocketid.example.test:8443"},
    "wa_02_an_origin_in_plain_http": {"origin": "http://pocketid.example.test"},
    "wa_02_an_origin_that_begins_like_ours": {"origin": "https://pocketid.example.test.evil.test"},
    "wa_02_a_relying_party_of_somebody_else": {"rp_id": "evil.test"},
    "wa_02_a_relying_party_above_ours": {"rp_id": "example.test"},
    "wa_02_another_type": {"client_data_type": "payment.get"},
    "wa_02_a_frame_of_another_site": {"cross_origin": True},
    "wa_01_a_challenge_of_nobody": {"challenge": b"c" * 32},
    "wa_03_no_verification": {"user_verified": False},
    "nobody_present": {"user_present": False},
}
misbehaving = pytest.mark.parametrize("misbehaviour", MISBEHAVIOURS.values(), ids=MISBEHAVIOURS.keys())


@misbehaving
def test_nobody_is_signed_in_by_an_answer_with(
    misbehaviour: dict[str, Any], enrol: Callable[..., Enrolled], browser: Browser, events: Events
) -> None:
    answer(browser, enrol().device, **misbehaviour)
    assert browser.status == 400
    assert not is_signed_in(browser)
    assert events("SIGN_IN_REFUSED")
    assert not events("SIGN_IN")


@misbehaving
def test_no_passkey_is_stored_from_an_answer_with(
    misbehaviour: dict[str, Any],
    browser: Browser,
    make_user: Callable[..., User],
    sign_in: Callable[..., None],
    device: Authenticator,
    db: Database,
) -> None:
    user = make_user()
    sign_in(browser, user)
    add(browser, device, **misbehaviour)
    assert browser.status == 400
    assert count(db, user) == 0


def test_a_wrong_signature_signs_nobody_in(enrol: Callable[..., Enrolled], browser: Browser) -> None:
    answer(browser, enrol().device, breaks_signature=True)
    assert browser.status == 400
    assert not is_signed_in(browser)


def test_wa_04_another_user_handle_signs_nobody_in(enrol: Callable[..., Enrolled], browser: Browser) -> None:
    anna, ben = enrol(), enrol()
    for handle in (str(ben.user.id).encode(), b"", anna.user.id.bytes):
        answer(browser, anna.device, user_handle=handle)
        assert browser.status == 400
        assert not is_signed_in(browser)


def test_wa_10_an_unknown_passkey_is_answered_like_a_wrong_signature(
    enrol: Callable[..., Enrolled], browser: Browser, device: Authenticator
) -> None:
    answer(browser, enrol().device, breaks_signature=True)
    wrong = browser.status, browser.variables["problem"]
    assert browser.variables["signals"] == "{}"
    device.create(creation_options())
    answer(browser, device)
    assert (browser.status, browser.variables["problem"]) == wrong
    signal = json.loads(browser.variables["signals"])["signalUnknownCredential"]
    assert signal == {"rpId": "pocketid.example.test", "credentialId": base64url(device.credentials[0].id)}


def creation_options() -> str:
    return json.dumps(
        {
            "rp": {"id": "pocketid.example.test"},
            "user": {"id": base64url(b"nobody")},
            "challenge": base64url(b"c" * 32),
            "pubKeyCredParams": [{"alg": -7}],
        }
    )


def test_wa_11_a_disabled_person_is_told_so_only_after_a_valid_signature(
    enrol: Callable[..., Enrolled], browser: Browser, db: Database, clock: Clock
) -> None:
    anna = enrol()
    users.update(db, anna.user.id, replace(users.Change.from_user(anna.user), disabled=True), clock())
    db.commit()
    answer(browser, anna.device, breaks_signature=True)
    assert "disabled" not in browser.variables["problem"]
    answer(browser, anna.device)
    assert "disabled" in browser.variables["problem"]
    assert not is_signed_in(browser)


def test_wa_07_a_counter_that_goes_back_is_told_of_and_locks_nobody_out(
    enrol: Callable[..., Enrolled], browser: Browser, events: Events, db: Database
) -> None:
    anna = enrol(counts=True)
    anna.device.credentials[0].counter = 40
    answer(browser, anna.device)
    assert not events("PASSKEY_COUNTER_WENT_BACK")
    anna.device.credentials[0].counter = 6
    browser.cookies.clear()
    answer(browser, anna.device)
    assert is_signed_in(browser)
    event = events("PASSKEY_COUNTER_WENT_BACK")[0]
    assert (event.user_id, event.details["stored"], event.details["received"]) == (anna.user.id, 41, 7)
    assert webauthn.of_user(db, anna.user.id)[0].sign_count == 41


def test_wa_07_a_passkey_that_does_not_count_is_no_event(
    enrol: Callable[..., Enrolled], browser: Browser, events: Events
) -> None:
    anna = enrol()
    for _time in range(2):
        browser.cookies.clear()
        answer(browser, anna.device)
    assert len(events("SIGN_IN")) == 2
    assert not events("PASSKEY_COUNTER_WENT_BACK")


def test_wa_03_verification_is_optional_when_the_setting_says_so(
    enrol: Callable[..., Enrolled], reconfigured: Callable[..., Browser], db: Database
) -> None:
    browser, anna = reconfigured(WEBAUTHN_USER_VERIFICATION="preferred", UI_CONFIG_DISABLED="true"), enrol()
    assert json.loads(options_of(browser.get("/login").text))["userVerification"] == "preferred"
    for is_verified in (False, True):  # and it is noted, for whoever thinks of requiring it
        browser.cookies.clear()
        answer(browser, anna.device, user_verified=is_verified)
        assert is_signed_in(browser)
        assert ("none_verified" in users.states_of(db, anna.user.id)) is not is_verified


# Challenges


def test_wa_01_a_challenge_is_spent_by_the_answer_that_fails(
    enrol: Callable[..., Enrolled], browser: Browser
) -> None:
    anna = enrol()
    options = options_of(browser.get("/login").text)
    browser.post("/login", {"credential": anna.device.get(options, breaks_signature=True)})
    browser.post("/login", {"credential": anna.device.get(options)})
    assert browser.status == 400
    assert not is_signed_in(browser)


def test_wa_01_an_answer_is_good_once(enrol: Callable[..., Enrolled], browser: Browser) -> None:
    anna = enrol()
    credential = anna.device.get(options_of(browser.get("/login").text))
    assert browser.post("/login", {"credential": credential}).status == 303
    del browser.cookies["__Host-session"]
    browser.get("/login")
    assert browser.post("/login", {"credential": credential}).status == 400


def test_wa_01_a_challenge_is_good_for_five_minutes(
    enrol: Callable[..., Enrolled], browser: Browser, clock: Clock
) -> None:
    anna = enrol()
    options = options_of(browser.get("/login").text)
    clock.advance(minutes=5)
    assert browser.post("/login", {"credential": anna.device.get(options)}).status == 400


def test_se_04_an_answer_counts_only_in_the_browser_that_was_asked(
    enrol: Callable[..., Enrolled], browser: Browser, open_browser: Callable[[], Browser]
) -> None:
    attacker, victim = enrol(), open_browser()
    credential = attacker.device.get(options_of(browser.get("/login").text))
    victim.get("/login")
    assert victim.post("/login", {"credential": credential}).status == 400
    assert not is_signed_in(victim)


def test_wa_01_a_challenge_of_one_ceremony_is_no_good_for_the_other(
    enrol: Callable[..., Enrolled], browser: Browser, sign_in: Callable[..., None], db: Database
) -> None:
    anna = enrol()
    challenge = from_base64url(json.loads(options_of(browser.get("/login").text))["challenge"])
    sign_in(browser, anna.user)
    anna.device.credentials.clear()
    assert add(browser, anna.device, challenge=challenge).status == 400
    assert count(db, anna.user) == 1


def test_wa_01_a_registration_belongs_to_the_person_who_began_it(
    browser: Browser,
    make_user: Callable[..., User],
    sign_in: Callable[..., None],
    device: Authenticator,
    db: Database,
) -> None:
    anna, ben = make_user(), make_user()
    sign_in(browser, anna)
    credential = device.create(options_of(browser.get(NEW).text))
    sign_in(browser, ben)
    browser.get(NEW)
    browser.post("/settings/account/passkeys", {"credential": credential})
    assert browser.status == 400
    assert count(db, anna) == count(db, ben) == 0


def test_challenges_that_nobody_answers_are_swept_away(browser: Browser, db: Database, clock: Clock) -> None:
    browser.get("/login")
    assert ceremonies.expire(db, clock()) == 0
    assert ceremonies.expire(db, clock.advance(minutes=5)) == 1


# What is stored


def test_a_new_passkey_is_stored_with_what_its_device_said(
    enrol: Callable[..., Enrolled], db: Database, events: Events
) -> None:
    anna = enrol()
    passkey = webauthn.of_user(db, anna.user.id)[0]
    assert passkey.name == "Google Password Manager"
    assert str(passkey.aaguid) == anna.device.aaguid
    assert passkey.credential_id == anna.device.credentials[0].id
    assert passkey.transports == ["internal", "hybrid"]
    assert (passkey.backup_eligible, passkey.backed_up) == (True, True)
    event = events("PASSKEY_ADDED")[0]
    assert (event.user_id, event.details) == (anna.user.id, {"passkey": "Google Password Manager"})


@pytest.mark.parametrize(
    "aaguid", ["00000000-0000-0000-0000-000000000000", "01020304-0506-0708-0102-030405060708"]
)
def test_wa_12_an_unknown_kind_of_authenticator_is_welcome(
    aaguid: str, enrol: Callable[..., Enrolled], db: Database
) -> None:
    assert webauthn.of_user(db, enrol(aaguid=aaguid).user.id)[0].name == "Passkey"


def test_wa_05_a_passkey_of_somebody_else_is_not_registered_again(
    enrol: Callable[..., Enrolled],
    browser: Browser,
    make_user: Callable[..., User],
    sign_in: Callable[..., None],
    device: Authenticator,
    db: Database,
) -> None:
    anna, ben = enrol(), make_user()
    sign_in(browser, ben)
    add(browser, device, credential_id=anna.device.credentials[0].id)
    assert browser.status == 400
    assert (count(db, anna.user), count(db, ben)) == (1, 0)


def test_a_device_that_cannot_keep_the_passkey_is_turned_away(
    browser: Browser,
    make_user: Callable[..., User],
    sign_in: Callable[..., None],
    device: Authenticator,
    db: Database,
) -> None:
    user = make_user()
    sign_in(browser, user)
    add(browser, device, discoverable=False)
    assert "cannot keep a passkey" in browser.variables["problem"]
    assert count(db, user) == 0


P256 = cose(ec.generate_private_key(ec.SECP256R1()))
P384_POINT = ec.generate_private_key(ec.SECP384R1()).public_key().public_numbers()
SMALL_RSA = cose(rsa.generate_private_key(65537, 1024))  # noqa: S505
KEYS: dict[str, dict[int, Any]] = {
    "no_algorithm_that_is_known": {1: 2, 3: -999},
    "an_algorithm_not_asked_for": {**P256, 3: -9},
    "rsa_with_pss": {**SMALL_RSA, 3: -37},
    "rsa_of_1024_bits": SMALL_RSA,
    "rsa_of_60000_bits": {**SMALL_RSA, -1: b"\xff" * 7500},
    "rsa_without_a_modulus": {**SMALL_RSA, -1: "modulus"},
    "a_point_off_the_curve": {**P256, -3: bytes(32)},
    "another_curve": {
        **P256,
        -1: 2,
        -2: P384_POINT.x.to_bytes(48, "big"),
        -3: P384_POINT.y.to_bytes(48, "big"),
    },
    "no_coordinates": {1: 2, 3: ES256.ALGORITHM, -1: 1},
    "the_type_of_another_kind": {**P256, 1: 3},
    "no_type_at_all": {3: ES256.ALGORITHM},
    "a_short_edwards_point": {1: 1, 3: EdDSA.ALGORITHM, -1: 6, -2: b"short"},
}


@pytest.mark.parametrize("cose_key", KEYS.values(), ids=KEYS.keys())
def test_wa_08_no_passkey_is_stored_with(
    cose_key: dict[int, Any],
    browser: Browser,
    make_user: Callable[..., User],
    sign_in: Callable[..., None],
    device: Authenticator,
    db: Database,
) -> None:
    user = make_user()
    sign_in(browser, user)
    add(browser, device, cose_key=cose_key)
    assert browser.status == 400
    assert count(db, user) == 0


MALFORMED: dict[str, str] = {
    "nothing": "",
    "no_json": "{",
    "a_list": "[]",
    "an_empty_object": "{}",
    "a_deep_nest": "[" * 15_000,
    "no_response": '{"id":"AA","rawId":"AA","type":"public-key"}',
    "texts_for_objects": '{"id":"AA","rawId":"AA","type":"public-key","response":"AA"}',
    "client_data_that_is_no_json": json.dumps(
        {"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "AA"}}
    ),
}


@pytest.mark.parametrize("credential", MALFORMED.values(), ids=MALFORMED.keys())
def test_wa_08_a_malformed_answer_is_refused(
    credential: str, browser: Browser, make_user: Callable[..., User], sign_in: Callable[..., None]
) -> None:
    browser.get("/login")
    assert browser.post("/login", {"credential": credential}).status == 400
    sign_in(browser, make_user())
    browser.get(NEW)
    assert browser.post("/settings/account/passkeys", {"credential": credential}).status == 400


def changed(credential: str, part: str, value: bytes) -> str:
    answer = json.loads(credential)
    answer["response"][part] = base64url(value)
    return json.dumps(answer)


CBOR: dict[str, bytes] = {
    "nothing": b"",
    "one_byte": b"\xa3",
    "a_deep_nest": b"\x81" * 20_000,
    "an_endless_array": b"\x9b" + b"\xff" * 8,
    "an_unhashable_key": b"\xa1\x80\x00",
    "other_fields": b"\xa0",
}


@pytest.mark.parametrize("attestation", CBOR.values(), ids=CBOR.keys())
def test_wa_08_malformed_cbor_is_refused(
    attestation: bytes,
    browser: Browser,
    make_user: Callable[..., User],
    sign_in: Callable[..., None],
    device: Authenticator,
) -> None:
    sign_in(browser, make_user())
    credential = device.create(options_of(browser.get(NEW).text))
    forged = changed(credential, "attestationObject", attestation)
    assert browser.post("/settings/account/passkeys", {"credential": forged}).status == 400


def test_wa_08_bytes_after_the_end_are_refused(
    enrol: Callable[..., Enrolled],
    browser: Browser,
    make_user: Callable[..., User],
    sign_in: Callable[..., None],
    device: Authenticator,
) -> None:
    sign_in(browser, make_user())
    credential = device.create(options_of(browser.get(NEW).text))
    whole = from_base64url(json.loads(credential)["response"]["attestationObject"])
    forged = changed(credential, "attestationObject", whole + b"\x00")
    assert browser.post("/settings/account/passkeys", {"credential": forged}).status == 400


# Who may add, and what is told afterwards


def test_wa_06_adding_needs_a_passkey_used_within_ten_minutes(
    browser: Browser,
    make_user: Callable[..., User],
    sign_in: Callable[..., None],
    clock: Clock,
) -> None:
    sign_in(browser, make_user())
    clock.advance(minutes=10)
    assert browser.get(NEW).status == 200
    clock.advance(seconds=1)
    browser.get(NEW)
    assert browser.location == "/login/reauthenticate?redirect=%2Fsettings%2Faccount%2Fpasskeys%2Fnew"


def test_wa_06_a_session_begun_by_a_code_may_add_a_passkey(
    browser: Browser, make_user: Callable[..., User], sign_in: Callable[..., None], clock: Clock
) -> None:
    sign_in(browser, make_user(), method="one_time_access")
    clock.advance(minutes=30)
    assert browser.get(NEW).status == 200


def test_the_password_manager_is_told_which_passkeys_and_names_are_in_force(
    enrol: Callable[..., Enrolled], db: Database, browser: Browser, sign_in: Callable[..., None]
) -> None:
    anna = enrol()
    sign_in(browser, anna.user)
    browser.get("/settings/account")
    told = json.loads(browser.variables["signals"])
    handle = base64url(str(anna.user.id).encode())
    assert told["signalAllAcceptedCredentials"] == {
        "rpId": "pocketid.example.test",
        "userId": handle,
        "allAcceptedCredentialIds": [base64url(anna.device.credentials[0].id)],
    }
    assert told["signalCurrentUserDetails"]["name"] == anna.user.username
