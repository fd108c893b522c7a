"""What a request still needs of its person: the only place that decides, asked anew after each step.

OpenID Connect Core 3.1.2.1 (prompt, max_age, id_token_hint, acr_values), 3.1.2.3, 3.1.2.4; Prompt Create 1.0.
"""

import enum
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pocketid.oidc.errors import RedirectedError
from pocketid.request import Actor

PROMPTS = frozenset({"none", "login", "consent", "select_account", "create"})
PHISHING_RESISTANT, HARDWARE_BOUND = "phr", "phrh"  # OpenID Extended Authentication Profile ACR Values 1.0 2
ACRS = frozenset({PHISHING_RESISTANT, HARDWARE_BOUND})


class Step(enum.Enum):
    """What comes next."""

    SIGN_IN = "sign in"
    SIGN_UP = "sign up"
    REAUTHENTICATE = "use the passkey again"
    OTHER_PASSKEY = "use another passkey"
    NO_ACCESS = "be given access by an admin"
    CHOOSE_ACCOUNT = "say which account"
    CONSENT = "consent"
    ISSUE = "nothing more"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the request and its client ask for."""

    prompts: frozenset[str]
    max_age: int | None
    subject: UUID | None
    needed_acrs: frozenset[str]
    scopes: Collection[str]
    requires_reauthentication: bool
    skips_consent: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """What has happened so far, and what is known of the person."""

    needs_sign_in_after: datetime | None = None
    begun_at: datetime | None = None
    account_chosen: bool = False
    consented_by: UUID | None = None
    may_use: bool = False
    granted: frozenset[str] | None = None


def sign_in_needed_after(wish: Wish, actor: Actor | None, now: datetime) -> datetime | None:
    """The time after which a sign-in counts, decided once when the request arrives; None when any counts."""
    if "login" in wish.prompts or wish.requires_reauthentication:
        return (
            now if actor else now - timedelta(seconds=1)
        )  # with nobody here, any sign-in from now on is new
    if wish.max_age is not None and actor is not None:
        is_old = now - actor.authenticated_at > timedelta(seconds=wish.max_age)
        return now if is_old or wish.max_age == 0 else None
    return None


def next_step(wish: Wish, progress: Progress, actor: Actor | None) -> Step:
    """What is needed next. Raises RedirectedError where nothing that the person could do would help."""
    if actor is None:
        return Step.SIGN_UP if "create" in wish.prompts else Step.SIGN_IN
    after = progress.needs_sign_in_after
    if after is not None and int(actor.authenticated_at.timestamp()) <= int(after.timestamp()):
        return Step.REAUTHENTICATE  # auth_time has whole seconds, and must be later than what was asked
    if wish.subject is not None and wish.subject != actor.user_id:
        if progress.account_chosen:
            raise RedirectedError("login_required", "another person signed in than the one of id_token_hint")
        return Step.CHOOSE_ACCOUNT
    if wish.needed_acrs and acr_of(actor) not in wish.needed_acrs and not _is_stronger(wish, actor):
        return Step.OTHER_PASSKEY
    if not progress.may_use:
        return Step.NO_ACCESS
    if not progress.account_chosen and ("select_account" in wish.prompts or _was_here(wish, progress, actor)):
        return Step.CHOOSE_ACCOUNT
    if _needs_consent(wish, progress) and progress.consented_by != actor.user_id:
        return Step.CONSENT
    return Step.ISSUE


def silent_error(step: Step) -> RedirectedError:
    """What prompt=none answers when something is needed. OpenID Connect Core 3.1.2.6."""
    return {
        Step.SIGN_IN: RedirectedError("login_required", "nobody is signed in"),
        Step.REAUTHENTICATE: RedirectedError("login_required", "the sign-in is too old"),
        Step.OTHER_PASSKEY: RedirectedError("login_required", "the sign-in is too weak"),
        Step.CHOOSE_ACCOUNT: RedirectedError("login_required", "another person is signed in"),
        Step.CONSENT: RedirectedError("consent_required", "the person has not consented to these scopes"),
        Step.NO_ACCESS: RedirectedError("access_denied", "the person may not use this app"),
    }[step]


def acr_of(actor: Actor) -> str | None:
    """How the session's sign-in was made: by a device-bound passkey, a synced one, or none (no claim)."""
    if actor.method != "passkey":
        return None
    return HARDWARE_BOUND if actor.is_synced is False else PHISHING_RESISTANT


def amr_of(actor: Actor) -> list[str]:
    """RFC 8176 2: a passkey is proof of possession with user verification; a one-time link is an otp."""
    if actor.method != "passkey":
        return ["otp"]
    return ["hwk" if actor.is_synced is False else "swk", "user", "mfa"]


def _is_stronger(wish: Wish, actor: Actor) -> bool:
    """A hardware-bound passkey is phishing-resistant too."""
    return acr_of(actor) == HARDWARE_BOUND and PHISHING_RESISTANT in wish.needed_acrs


def _was_here(wish: Wish, progress: Progress, actor: Actor) -> bool:
    """Prompt Create 1.0 4: a new account is wanted, and this person was signed in before that was said."""
    return "create" in wish.prompts and (
        progress.begun_at is None or actor.authenticated_at <= progress.begun_at
    )


def _needs_consent(wish: Wish, progress: Progress) -> bool:
    if "consent" in wish.prompts:
        return True
    return not wish.skips_consent and (
        progress.granted is None or not progress.granted.issuperset(wish.scopes)
    )
