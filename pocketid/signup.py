"""Sign-up: people make their own account, by a link or openly, and where an administrator wants it, wait.

    admit(request, link)      how somebody may sign up now: Admission. Raises SignUpRefused.
    check(request, change)    what keeps somebody from signing up as this person
    complete(request, ...)    account, passkey, groups and the use of the link: all or nothing

    create_link, links, withdraw      what administrators hand out; stored as digests, uses counted by the schema
    waiting, accept, refuse           accounts that wait; they are disabled, which keeps them out everywhere
    watch, watched                    what the browser that waits is told

A link stands for an administrator's consent: whoever has one never waits.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

import msgspec

from pocketid import audit, custom_claims, groups, limits, outbox, sessions, settings, users, webauthn
from pocketid.audit import Event
from pocketid.config import Config
from pocketid.crypto import digest, random_token
from pocketid.custom_claims import Claim
from pocketid.db import Database
from pocketid.errors import NotFound, Refusal
from pocketid.request import Request
from pocketid.text import _

FIELDS = ("first_name", "last_name", "username", "email")
PURPOSE = "sign-up"  # of the passkey ceremony
MOST_USES = 100
MOST_WAITING = 100
REASON_LENGTH = 500
_GIVE_UP_AFTER = timedelta(days=30)
_WATCHED_FOR = timedelta(days=30)


class SignUpRefused(Refusal):
    """Nobody may sign up in this way now; the account, if it was begun, is not made."""

    status = HTTPStatus.FORBIDDEN


@dataclass(frozen=True, slots=True)
class Admission:
    """How somebody may sign up: by a link or without, and whether the account then waits."""

    link: str
    waits: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A link that is still good; `created_by` is a user name, `groups` are friendly names."""

    id: UUID
    created_at: datetime
    expires_at: datetime
    most_uses: int
    uses: int
    created_by: str | None
    groups: list[str]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An account that waits."""

    id: UUID
    username: str
    display_name: str
    email: str | None
    email_verified: bool
    waiting_since: datetime


@dataclass(frozen=True, slots=True)
class Watched:
    """What a browser is told: `state` is waiting, accepted or refused; `redirect` is where it wanted to go."""

    state: str
    reason: str
    redirect: str


@dataclass(frozen=True, slots=True)
class _Told:
    user_id: UUID
    email: str


# Signing up


def is_open(request: Request) -> bool:
    """Whether people may sign up without a link, and the sign-in page should say so."""
    return settings.load(request).allow_user_signups == "open"


def admit(request: Request, link: str) -> Admission:
    """How somebody may sign up, with the text of a link or an empty one. Raises SignUpRefused."""
    rules = settings.load(request)
    if rules.allow_user_signups == "disabled":
        raise SignUpRefused(_("Accounts are made by the person who runs this site. Please ask them for one."))
    if link:
        if not request.db.value("signup.is_good", digest=digest(link), now=request.now):
            raise _link_refused()
        return Admission(link, waits=False)
    if rules.allow_user_signups == "withToken":
        raise SignUpRefused(
            _("You need a link to sign up. Please ask the person who runs this site for one.")
        )
    if rules.signup_requires_approval and count_waiting(request.db) >= MOST_WAITING:
        raise _too_many_wait()
    return Admission("", waits=rules.signup_requires_approval)


def check(request: Request, change: users.Change) -> dict[str, str]:
    """Field -> what keeps somebody from signing up as this person, in the form's order; empty when nothing does.

    Raises TooMany: each answer tells whether a user name is taken.
    """
    limits.check(request, "sign_up_check", per_seconds=3.0, burst=20)
    problems = users.check(change, settings.load(request))
    if "username" not in problems:
        problems |= users.check_chosen_name(request.db, change.username)
    if not change.first_name:
        problems["first_name"] = _("Please tell us your first name.")
    return {name: problems[name] for name in FIELDS if name in problems}


def complete(request: Request, link: str, target: str) -> str | None:
    """Make the account that was begun, with its passkey; the session's token, or None where it waits.

    Raises SignUpRefused, PasskeyRefused, Invalid or TooMany; then there is no account and the link has its use.
    """
    limits.check(request, "sign_up", per_seconds=30.0, burst=10)
    admission = admit(request, link)
    passkey = webauthn.finish_new_account(
        request,
        request.form.get("credential", ""),
        is_admin=False,
        purpose=PURPOSE,
        settle=lambda user_id: _settle(request, user_id, admission),
    )
    if admission.waits:
        watch(request, passkey.user_id, target)
        _tell_admins(request, passkey.user_id)
        return None
    token = sessions.start(request, passkey.user_id, "passkey", passkey.id)
    users.note_sign_in(request.db, passkey.user_id, request.now)
    return token


def default_claims(rules: settings.Settings) -> list[Claim]:
    """The custom claims that people get when they sign up."""
    pairs = msgspec.json.decode(rules.signup_default_custom_claims, type=list[dict[str, str]])
    return [Claim(pair["key"], pair["value"]) for pair in pairs]


def claims_as_setting(claims: Iterable[Claim]) -> str:
    """The same the other way round."""
    return json.dumps([{"key": claim.name, "value": claim.value} for claim in claims], ensure_ascii=False)


def _settle(request: Request, user_id: UUID, admission: Admission) -> None:
    """Count the use of the link, put the new account into its groups, and let it wait."""
    details: dict[str, Any] = {}
    joined: list[UUID] = []
    if admission.link:
        link_id = request.db.value("signup.use_link", digest=digest(admission.link), now=request.now)
        if link_id is None:
            raise _link_refused()
        details["link"] = link_id
        joined = request.db.values("signup.groups_of_link", link_id=link_id)
    rules = settings.load(request)
    joined = joined or [UUID(text) for text in rules.signup_default_user_group_ids]
    groups.set_of_user(request.db, user_id, joined)
    custom_claims.set_of_user(request.db, user_id, default_claims(rules))
    if admission.waits:
        details["waits"] = True
        if not request.db.run("signup.hold", user_id=user_id, most=MOST_WAITING, now=request.now):
            raise _too_many_wait()
    audit.record(request, Event.SIGNED_UP, user_id=user_id, **details)


def _link_refused() -> SignUpRefused:
    """Used up, expired, withdrawn and never given look the same (CO-04)."""
    return SignUpRefused(
        _("This sign-up link was used up, has expired or was withdrawn. Please ask for a new one."),
        status=HTTPStatus.GONE,
    )


def _too_many_wait() -> SignUpRefused:
    return SignUpRefused(
        _("Many people are waiting to be accepted at the moment. Please try again in a few days."),
        status=HTTPStatus.SERVICE_UNAVAILABLE,
    )


# Links


def create_link(
    request: Request, group_ids: list[UUID], *, most_uses: int, duration: timedelta
) -> tuple[UUID, str]:
    """A new link's id, and its text, which is not kept."""
    text = random_token()
    link_id: UUID = request.db.value(
        "signup.insert_link",
        digest=digest(text),
        most_uses=most_uses,
        created_by=request.person.user_id,
        group_ids=group_ids,
        expires_at=request.now + duration,
        now=request.now,
    )
    seconds = int(duration.total_seconds())
    audit.record(request, Event.SIGN_UP_LINK_CREATED, link=link_id, uses=most_uses, seconds=seconds)
    return link_id, text


def address(config: Config, text: str) -> str:
    """The address of a link."""
    return f"{config.app_url}/st/{text}"


def links(db: Database, now: datetime) -> list[Link]:
    """The links that are still good, the next to expire first."""
    return db.many(Link, "signup.links", now=now)


def withdraw(request: Request, link_id: UUID) -> None:
    """Take a link back. Raises NotFound."""
    if not request.db.run("signup.delete_link", id=link_id):
        raise NotFound(_("That link was used up, has expired or was withdrawn already."))
    audit.record(request, Event.SIGN_UP_LINK_DELETED, link=link_id)


# Accounts that wait


def count_waiting(db: Database) -> int:
    """How many accounts wait."""
    number: int = db.value("signup.count_waiting")
    return number


def waiting(db: Database) -> list[Waiting]:
    """The accounts that wait, the longest first."""
    return db.many(Waiting, "signup.waiting")


def accept(request: Request, user_id: UUID) -> users.User:
    """Let a waiting person in, and tell them. Raises NotFound."""
    if not request.db.run("signup.accept", user_id=user_id, now=request.now):
        raise _decided()
    user = users.get(request.db, user_id)
    audit.record(request, Event.SIGN_UP_ACCEPTED, user_id=user_id)
    outbox.post(
        request,
        outbox.Kind.SIGN_UP_ACCEPTED,
        user.email,
        user_id=user_id,
        name=users.name_of(user),
        link=f"{request.config.app_url}/login",
    )
    return user


def refuse(request: Request, user_id: UUID, reason: str) -> users.User:
    """Delete the account of a waiting person; the browser that waits is told the reason. Raises NotFound."""
    user = users.get(request.db, user_id)
    check_waits(user)
    request.db.run("signup.tell_why", user_id=user_id, reason=reason)
    if not request.db.run("signup.refuse", user_id=user_id):
        raise _decided()
    audit.record(
        request, Event.SIGN_UP_REFUSED, user_id=user_id, username=user.username, reason=reason or None
    )
    return user


def check_waits(user: users.User) -> None:
    """Raises NotFound for somebody who does not wait (any more)."""
    if user.waiting_since is None:
        raise _decided()


def watch(request: Request, user_id: UUID, target: str) -> None:
    """Let this browser see what becomes of an account."""
    request.db.run(
        "signup.watch",
        browser_digest=request.browser_digest,
        user_id=user_id,
        redirect=target,
        expires_at=request.now + _WATCHED_FOR,
    )


def watched(request: Request) -> Watched | None:
    """What has become of the account that this browser waits for."""
    return request.db.one(Watched, "signup.watched", browser_digest=request.browser_digest, now=request.now)


def expire(db: Database, now: datetime) -> int:
    """Delete what is over: links, accounts that nobody decided about in 30 days, and who waited for them."""
    given_up = db.many(_GivenUp, "signup.give_up", before=now - _GIVE_UP_AFTER)
    for account in given_up:
        audit.record_by_system(
            db,
            now,
            Event.SIGN_UP_REFUSED,
            user_id=account.id,
            username=account.username,
            reason="nobody decided",
        )
    links_gone = db.run("signup.expire_links", now=now)
    return len(given_up) + links_gone + db.run("signup.expire_watches", now=now)


@dataclass(frozen=True, slots=True)
class _GivenUp:
    id: UUID
    username: str


def _tell_admins(request: Request, user_id: UUID) -> None:
    user = users.get(request.db, user_id)
    for admin in request.db.many(_Told, "signup.admin_addresses"):
        outbox.post(
            request,
            outbox.Kind.SIGN_UP_WAITING,
            admin.email,
            user_id=admin.user_id,
            name=users.name_of(user),
            username=user.username,
            link=f"{request.config.app_url}/settings/admin/sign-up#waiting",
        )


def _decided() -> NotFound:
    return NotFound(_("This account does not wait any more: somebody has decided about it already."))
