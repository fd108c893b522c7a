"""Passkeys: the two ceremonies of WebAuthn, and a person's passkeys.

    begin_authentication     options for navigator.credentials.get(), their challenge kept as a ceremony
    finish_authentication    takes the challenge, verifies the answer, returns the passkey
      sign_in                ... and begins a session
      reauthenticate         ... and renews the running one
      confirm                ... and leaves it as it is: for one step that needs a passkey
    begin_registration       options for navigator.credentials.create(), for a person
    finish_registration      takes the challenge, verifies the answer, stores the passkey
    begin_new_account, finish_new_account    the same, and the account is made together with its passkey
    of_user, rename, remove
    signals                  what the browser should tell the password manager (WebAuthn Signal API)

A challenge (ceremonies.py) is deleted when its answer comes, and a failed ceremony raises `PasskeyRefused`,
which keeps that. Options are JSON texts, to be put into pages as they are. The parts of an answer are judged
in webauthn_response.py.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.webauthn import AuthenticationResponse, AuthenticatorData, CollectedClientData

from pocketid import (
    aaguids,
    audit,
    ceremonies,
    known_devices,
    limits,
    one_time_access,
    outbox,
    sessions,
    settings,
    users,
)
from pocketid import webauthn_response as answers
from pocketid.audit import Event
from pocketid.ceremonies import Ceremony
from pocketid.crypto import base64url
from pocketid.db import Database
from pocketid.errors import Conflict, Invalid, NotAllowed, NotFound, Spent
from pocketid.outbox import Kind
from pocketid.request import Request
from pocketid.text import _
from pocketid.webauthn_response import Unfit

_PASSKEY_USED_WITHIN = timedelta(minutes=10)
_NAME_LENGTH = 50
_CONSTRAINTS = {"passkeys_credential_id_key": ("credential", "This passkey is registered already.")}


class PasskeyRefused(Spent):
    """A ceremony that failed; its challenge is used up.

    `unknown` holds the credential id when nobody has that passkey, for the Signal API; the sentence and the
    time it took are the same as for a wrong signature.
    """

    def __init__(self, message: str, unknown: bytes | None = None) -> None:
        super().__init__(message)
        self.unknown = base64url(unknown) if unknown else None


class AccountWaiting(PasskeyRefused):
    """The passkey is good, and its person is not accepted yet (signup.py)."""

    def __init__(self, user: users.User) -> None:
        super().__init__(users.why_kept_out(user))
        self.user_id = user.id


@dataclass(frozen=True, slots=True)
class Passkey:
    """One passkey of a person; `public_key` is a COSE_Key (WebAuthn 6.5.1.1)."""

    id: UUID
    user_id: UUID
    credential_id: bytes
    public_key: bytes
    name: str
    aaguid: UUID | None
    transports: list[str]
    sign_count: int
    backup_eligible: bool
    backed_up: bool
    last_used_at: datetime | None
    created_at: datetime


# Authentication


def begin_authentication(
    request: Request, user_id: UUID | None = None, *, fitting: Sequence[Passkey] | None = None
) -> str:
    """Options for any passkey of ours, for those of one person only, or just for `fitting`. WebAuthn 5.5."""
    options: dict[str, Any] = {
        "challenge": ceremonies.begin(request, "authentication", user_id=user_id),
        "timeout": ceremonies.MILLISECONDS,
        "rpId": request.config.rp_id,
        "userVerification": settings.load(request).user_verification,
    }
    if user_id is not None:
        options["allowCredentials"] = _descriptors(of_user(request.db, user_id))
    elif fitting:
        options["allowCredentials"] = _descriptors(fitting)
    return json.dumps(options)


def finish_authentication(request: Request, credential: str) -> Passkey:
    """The passkey that answered, its counter and flags noted. Raises PasskeyRefused. WebAuthn 7.2."""
    try:
        response = answers.read_authentication(credential)
        parts = response.response
        ceremony = ceremonies.take(request, "authentication", parts.client_data.challenge)
        _check(request, "webauthn.get", parts.client_data, parts.authenticator_data)
    except Unfit as unfit:
        raise _refused(request, str(unfit)) from unfit
    passkey = _find(request, response, ceremony)
    user = users.get(request.db, passkey.user_id)
    if user.disabled:  # told only to whoever holds the passkey (WA-11)
        reason = "waiting" if user.waiting_since else "disabled"
        audit.record(request, Event.SIGN_IN_REFUSED, user_id=user.id, reason=reason)
        raise AccountWaiting(user) if user.waiting_since else PasskeyRefused(users.why_kept_out(user))
    _note_use(request, passkey, parts.authenticator_data)
    return passkey


def sign_in(request: Request) -> str:
    """Begin the session of whoever answered in the form's field `credential`; returns the cookie's token.

    Raises PasskeyRefused, or TooMany after many tries from one address.
    """
    limits.check(request, "sign_in", per_seconds=3.0, burst=20)
    passkey = finish_authentication(request, request.form.get("credential", ""))
    token = sessions.start(request, passkey.user_id, "passkey", passkey.id)
    users.note_sign_in(request.db, passkey.user_id, request.now)
    audit.record(request, Event.SIGN_IN, passkey=passkey.name)
    return token


def confirm(request: Request) -> Passkey:
    """The passkey with which the signed-in person answered for one step, which leaves the session as it is.

    Raises PasskeyRefused, also when the passkey is somebody else's.
    """
    passkey = finish_authentication(request, request.form.get("credential", ""))
    if passkey.user_id != request.person.user_id:
        raise _refused(request, "passkey of somebody else")
    return passkey


def reauthenticate(request: Request) -> str:
    """Note that the signed-in person used a passkey again; returns the session's new token.

    Raises PasskeyRefused, also when the passkey is somebody else's.
    """
    passkey = confirm(request)
    token = sessions.renew_verification(request, passkey.id)
    audit.record(request, Event.REAUTHENTICATED, passkey=passkey.name)
    return token


def _find(request: Request, response: AuthenticationResponse, ceremony: Ceremony) -> Passkey:
    """The passkey that signed the answer; steps 5, 6 and 21."""
    passkey = request.db.one(Passkey, "webauthn.by_credential_id", credential_id=response.raw_id)
    try:
        answers.check_signature(passkey.public_key if passkey else _decoy(), response)
        if passkey is None:
            raise Unfit("passkey of nobody")
        handle = response.response.user_handle
        if handle != _user_handle(passkey.user_id) and (handle or ceremony.user_id is None):
            raise Unfit("user handle of somebody else")
        if ceremony.user_id not in {None, passkey.user_id}:
            raise Unfit("passkey of somebody else")
    except Unfit as unfit:
        raise _refused(request, str(unfit), None if passkey else response.raw_id) from unfit
    return passkey


@cache
def _decoy() -> bytes:
    """A key that nobody has, so that an unknown passkey takes as long as a wrong signature (WA-10)."""
    point = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    x, y = point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")
    return cbor.encode({1: 2, 3: ES256.ALGORITHM, -1: 1, -2: x, -3: y})


def _note_use(request: Request, passkey: Passkey, data: AuthenticatorData) -> None:
    """Step 22. A counter that went back, or other backup flags, are told of; they lock nobody out (WA-07)."""
    user_id, name = passkey.user_id, passkey.name
    after = replace(passkey, backup_eligible=data.is_backup_eligible(), backed_up=data.is_backed_up())
    if 0 < data.counter <= passkey.sign_count:
        audit.record(
            request,
            Event.PASSKEY_COUNTER_WENT_BACK,
            user_id=user_id,
            passkey=name,
            stored=passkey.sign_count,
            received=data.counter,
        )
    audit.record_change(request, Event.PASSKEY_BACKUP_CHANGED, passkey, after, user_id=user_id, passkey=name)
    request.db.run(
        "webauthn.used",
        id=passkey.id,
        sign_count=data.counter,
        backup_eligible=after.backup_eligible,
        backed_up=after.backed_up,
        is_verified=data.is_user_verified(),
        now=request.now,
    )


def used_recently(request: Request) -> bool:
    """Whether the person used a passkey within the last ten minutes."""
    verified_at = request.person.verified_at
    return verified_at is not None and request.now - verified_at <= _PASSKEY_USED_WITHIN


# Registration


def may_add(request: Request) -> bool:
    """Whether a passkey was used within ten minutes, or a code began the session (WA-06)."""
    if request.person.verified_at is None:
        return request.person.method == "one_time_access"
    return used_recently(request)


def begin_registration(request: Request) -> str:
    """Options for one more passkey of the person. Raises NotAllowed unless `may_add`. WebAuthn 5.4."""
    if not may_add(request):
        raise NotAllowed(_("Please use your passkey once more before you add another."))
    user_id = request.person.user_id
    user = users.get(request.db, user_id)
    challenge = ceremonies.begin(request, "registration", user_id=user_id)
    names = user.username, users.name_of(user)
    return _creation_options(request, challenge, user_id, names, _descriptors(of_user(request.db, user_id)))


def finish_registration(request: Request, credential: str) -> Passkey:
    """Store the passkey that the signed-in person made. Raises PasskeyRefused. WebAuthn 7.1."""
    registration, ceremony = _registration(request, credential)
    if ceremony.new_user is not None or ceremony.user_id != request.person.user_id:
        raise _refused(request, "registration of somebody else", event=None)
    passkey = _insert(request, request.person.user_id, registration)
    _tell(request, Kind.PASSKEY_ADDED, passkey)
    return passkey


def begin_new_account(request: Request, change: users.Change, purpose: str = "setup") -> str:
    """Options for the first passkey of an account that is made together with it, by `finish_new_account`.

    `purpose` is what entitles somebody to it; the answer is taken for nothing else.
    """
    user_id = uuid4()
    new_user = {"id": str(user_id), "purpose": purpose, **asdict(change)}
    challenge = ceremonies.begin(request, "registration", new_user=new_user)
    names = change.username, users.name_of(change)
    return _creation_options(request, challenge, user_id, names, [])


def finish_new_account(
    request: Request,
    credential: str,
    *,
    is_admin: bool,
    purpose: str = "setup",
    settle: Callable[[UUID], None] | None = None,
) -> Passkey:
    """Make the account and its passkey, both or neither, and what `settle` does with the account's id.

    Raises PasskeyRefused, or Invalid when somebody took the name meanwhile, or what `settle` raises.
    """
    registration, ceremony = _registration(request, credential)
    fields = ceremony.new_user
    if fields is None or fields.pop("purpose", None) != purpose:
        raise _refused(request, "registration of somebody else", event=None)
    user_id = UUID(fields.pop("id"))
    change = users.Change(**{**fields, "is_admin": is_admin})
    # A passkey that somebody has undoes the account too, though its challenge is spent.
    with request.db.checked({}):
        users.create(request.db, change, request.now, user_id)
        audit.record(request, Event.ACCOUNT_CREATED, user_id=user_id, username=change.username)
        if settle is not None:
            settle(user_id)
        return _insert(request, user_id, registration)


def _registration(request: Request, credential: str) -> tuple[answers.Registration, Ceremony]:
    try:
        registration = answers.read_registration(credential)
        ceremony = ceremonies.take(request, "registration", registration.client_data.challenge)
        _check(request, "webauthn.create", registration.client_data, registration.data)
        answers.check_key(registration.data)
    except Unfit as unfit:
        raise _refused(request, str(unfit), event=None) from unfit
    if not registration.is_discoverable:
        raise PasskeyRefused(
            _("This authenticator cannot keep a passkey that signs you in by itself. Please use another one.")
        )
    if registration.data.is_backup_eligible() and not settings.load(request).allow_synced_passkeys:
        raise PasskeyRefused(
            _(
                "That passkey would be copied to other devices, which is not allowed here. Please use a security key,"
                " or a device that keeps its passkeys to itself."
            )
        )
    return registration, ceremony


def _insert(request: Request, user_id: UUID, registration: answers.Registration) -> Passkey:
    data, credential = registration.data, registration.data.credential_data
    assert credential is not None
    aaguid = UUID(bytes=bytes(credential.aaguid)) if credential.aaguid else None
    try:
        with request.db.checked(_CONSTRAINTS):
            passkey = request.db.one(
                Passkey,
                "webauthn.insert",
                user_id=user_id,
                credential_id=credential.credential_id,
                public_key=cbor.encode(credential.public_key),
                name=(aaguids.name_of(aaguid) or _("Passkey"))[:_NAME_LENGTH],
                aaguid=aaguid,
                transports=registration.transports,
                sign_count=data.counter,
                backup_eligible=data.is_backup_eligible(),
                backed_up=data.is_backed_up(),
                now=request.now,
            )
    except Invalid as invalid:  # WA-05: whoever has it keeps it
        raise PasskeyRefused(invalid.message) from invalid
    assert passkey is not None
    audit.record(request, Event.PASSKEY_ADDED, user_id=user_id, passkey=passkey.name)
    return passkey


def _creation_options(
    request: Request, challenge: str, user_id: UUID, names: tuple[str, str], excluded: list[dict[str, Any]]
) -> str:
    current = settings.load(request)
    attachment = current.authenticator_attachment
    return json.dumps(
        {
            "rp": {"id": request.config.rp_id, "name": current.app_name},
            "user": {"id": base64url(_user_handle(user_id)), "name": names[0], "displayName": names[1]},
            "challenge": challenge,
            "pubKeyCredParams": [{"type": "public-key", "alg": alg} for alg in answers.ALGORITHMS],
            "timeout": ceremonies.MILLISECONDS,
            "excludeCredentials": excluded,
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": True,
                "userVerification": current.user_verification,
                **({} if attachment == "any" else {"authenticatorAttachment": attachment}),
            },
            "attestation": "none",
            "extensions": {"credProps": True},
        }
    )


# What both ceremonies share


def _check(request: Request, kind: str, client_data: CollectedClientData, data: AuthenticatorData) -> None:
    required = settings.load(request).user_verification == "required"
    origins = (request.config.app_url, *request.config.webauthn_related_origins)
    answers.check_client_data(client_data, kind, origins)
    answers.check_authenticator_data(data, request.config.rp_id, verification_required=required)


def _refused(
    request: Request, reason: str, unknown: bytes | None = None, event: Event | None = Event.SIGN_IN_REFUSED
) -> PasskeyRefused:
    """One sentence for whatever was wrong; the audit log has the reason."""
    if event is not None:
        audit.record(request, event, reason=reason)
    request.log_fields["passkey"] = reason
    return PasskeyRefused(_("That did not work, or it took too long. Please try again."), unknown)


def _descriptors(passkeys: Iterable[Passkey]) -> list[dict[str, Any]]:
    return [
        {"type": "public-key", "id": base64url(passkey.credential_id), "transports": passkey.transports}
        for passkey in passkeys
    ]


def _user_handle(user_id: UUID) -> bytes:
    """The text of the id, as in Pocket ID, whose passkeys go on working here."""
    return str(user_id).encode()


# A person's passkeys


def of_user(db: Database, user_id: UUID) -> list[Passkey]:
    """A person's passkeys, the oldest first."""
    return db.many(Passkey, "webauthn.of_user", user_id=user_id)


def get(db: Database, user_id: UUID, passkey_id: UUID) -> Passkey:
    """One passkey of a person. Raises NotFound."""
    for passkey in of_user(db, user_id):
        if passkey.id == passkey_id:
            return passkey
    raise NotFound(_("You have no such passkey."))


def rename(request: Request, passkey_id: UUID, name: str) -> None:
    """Give a passkey of the signed-in person another name. Raises NotFound, or Invalid."""
    passkey = get(request.db, request.person.user_id, passkey_id)
    if not 1 <= len(name) <= _NAME_LENGTH:
        raise Invalid({"name": _("Give it a name of at most {n} characters.").format(n=_NAME_LENGTH)})
    request.db.run("webauthn.rename", id=passkey_id, user_id=passkey.user_id, name=name)
    audit.record(request, Event.PASSKEY_RENAMED, before=passkey.name, after=name)


def has_another_way_in(db: Database, user_id: UUID, passkey_id: UUID | None, now: datetime) -> bool:
    """Whether a person gets in without one passkey: with another, or by a code that is still good."""
    others = [passkey for passkey in of_user(db, user_id) if passkey.id != passkey_id]
    return bool(others or one_time_access.of_user(db, user_id, now))


def remove(request: Request, passkey_id: UUID) -> None:
    """Delete a passkey of the signed-in person. Raises NotFound, or Conflict for the last way in."""
    user_id = request.person.user_id
    request.db.value("webauthn.lock_user", user_id=user_id)
    passkey = get(request.db, user_id, passkey_id)
    if not has_another_way_in(request.db, user_id, passkey_id, request.now):
        raise Conflict(_("This is your only way in. Add another passkey first, then delete this one."))
    request.db.run("webauthn.delete", id=passkey_id, user_id=user_id)
    audit.record(request, Event.PASSKEY_REMOVED, passkey=passkey.name)
    _tell(request, Kind.PASSKEY_REMOVED, passkey)


def remove_by_admin(request: Request, user_id: UUID, passkey_id: UUID) -> None:
    """Delete a passkey of somebody, their last one too: an admin can make them a one-time link. Raises NotFound."""
    passkey = get(request.db, user_id, passkey_id)
    request.db.run("webauthn.delete", id=passkey_id, user_id=user_id)
    audit.record(request, Event.PASSKEY_REMOVED, user_id=user_id, passkey=passkey.name)
    _tell(request, Kind.PASSKEY_REMOVED, passkey)


def _tell(request: Request, kind: Kind, passkey: Passkey) -> None:
    """Mail its person what became of a passkey (WA-06): whoever did it without them is noticed."""
    user = users.get(request.db, passkey.user_id)
    outbox.post(
        request,
        kind,
        user.email,
        user_id=user.id,
        name=users.name_of(user),
        passkey=passkey.name,
        link=f"{request.config.app_url}/settings/account#passkeys",
        **known_devices.circumstances(request, user.locale),
    )


def signals(request: Request, user_id: UUID) -> str:
    """Which calls of the Signal API a page should make, as JSON: method -> argument. WebAuthn 5.1.10."""
    user = users.get(request.db, user_id)
    whose = {"rpId": request.config.rp_id, "userId": base64url(_user_handle(user_id))}
    ids = [base64url(passkey.credential_id) for passkey in of_user(request.db, user_id)]
    return json.dumps(
        {
            "signalAllAcceptedCredentials": {**whose, "allAcceptedCredentialIds": ids},
            "signalCurrentUserDetails": {**whose, "name": user.username, "displayName": users.name_of(user)},
        }
    )


def unknown_signal(request: Request, refusal: PasskeyRefused) -> str:
    """The same for a passkey that nobody has, so that it is offered no more; empty for any other refusal."""
    if refusal.unknown is None:
        return "{}"
    credential = {"rpId": request.config.rp_id, "credentialId": refusal.unknown}
    return json.dumps({"signalUnknownCredential": credential})
