"""How well people's passkeys keep them from being locked out: what each has, and what would shut them out.

The states that people are counted by are those of users.STATES; this module says in sentences what they mean.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pocketid import aaguids
from pocketid.db import Database
from pocketid.settings import Settings
from pocketid.text import _, ngettext, number


@dataclass(frozen=True, slots=True)
class Kept:
    """A passkey as it counts here; `last_use_verified` is None until that is known."""

    user_id: UUID
    name: str
    aaguid: UUID | None
    backup_eligible: bool
    last_use_verified: bool | None
    last_used_at: datetime | None

    @property
    def provider(self) -> str:
        """What keeps it, by its AAGUID, which proves nothing (WA-12); the name that it was given else."""
        return aaguids.name_of(self.aaguid) or self.name


@dataclass(frozen=True, slots=True)
class Finding:
    """How many people are in a state, what that means for them, and whether the one who asks is among them."""

    state: str
    people: int
    sentence: str
    includes_me: bool


def of_people(db: Database, user_ids: Iterable[UUID]) -> dict[UUID, list[Kept]]:
    """The passkeys of some people; those without any are not among the keys."""
    found: dict[UUID, list[Kept]] = {}
    for kept in db.many(Kept, "passkey_health.of_people", user_ids=list(user_ids)):
        found.setdefault(kept.user_id, []).append(kept)
    return found


def risks(counts: dict[str, int], mine: set[str]) -> list[Finding]:
    """Who loses access, and by what."""
    return [
        _finding("no_passkey", _no_passkey(counts["no_passkey"]), counts, mine),
        _finding("one_device", _one_device(counts["one_device"]), counts, mine),
        _finding("one_passkey", _one_passkey(counts["one_passkey"]), counts, mine),
        _finding("one_provider", _one_provider(counts["one_provider"]), counts, mine),
    ]


def stricter_rules(settings: Settings, counts: dict[str, int], mine: set[str]) -> list[Finding]:
    """Whom rules that are not in force would keep out."""
    found = [_finding("only_synced", _only_synced(counts["only_synced"]), counts, mine)]
    if settings.user_verification != "required":
        found.append(_finding("none_verified", _none_verified(counts["none_verified"]), counts, mine))
    return found


def consequences(before: Settings, after: Settings, counts: dict[str, int], mine: set[str]) -> list[Finding]:
    """Whom a change of the rules would keep out or hold up; where a new passkey is kept is no such rule."""
    found = []
    if before.user_verification != "required" == after.user_verification:
        found.append(_finding("none_verified", _none_verified(counts["none_verified"]), counts, mine))
    if before.allow_synced_passkeys and not after.allow_synced_passkeys:
        found.append(_finding("only_synced", _no_more_synced(counts["only_synced"]), counts, mine))
    return [finding for finding in found if finding.people]


def nobody() -> dict[str, str]:
    """State -> the sentence for when nobody is in it."""
    return {
        "no_passkey": _("Everybody who may sign in has a passkey."),
        "one_passkey": _("Nobody depends on a single passkey."),
        "one_device": _("Nobody depends on a single device."),
        "one_provider": _("Nobody keeps several passkeys at one provider alone."),
        "only_synced": _("Nobody has synced passkeys only."),
        "none_verified": _("Nobody uses their passkeys without PIN, finger or face."),
    }


def _finding(state: str, sentence: str, counts: dict[str, int], mine: set[str]) -> Finding:
    people = counts[state]
    return Finding(state, people, sentence if people else nobody()[state], includes_me=state in mine)


def _no_passkey(n: int) -> str:
    return ngettext(
        "{n} person has no passkey and gets in by a one-time link alone.",
        "{n} people have no passkey and get in by a one-time link alone.",
        n,
    ).format(n=number(n))


def _one_device(n: int) -> str:
    return ngettext(
        "{n} person has one passkey, on one device: without that device they need a link from you.",
        "{n} people have one passkey, on one device: without that device they need a link from you.",
        n,
    ).format(n=number(n))


def _one_passkey(n: int) -> str:
    return ngettext(
        "{n} person has one passkey only, wherever it is kept: a second one would be their way back in.",
        "{n} people have one passkey only, wherever it is kept: a second one would be their way back in.",
        n,
    ).format(n=number(n))


def _one_provider(n: int) -> str:
    return ngettext(
        "{n} person has several passkeys, all at one provider: they lose access with their account there.",
        "{n} people have several passkeys, all at one provider: they lose access with their account there.",
        n,
    ).format(n=number(n))


def _only_synced(n: int) -> str:
    return ngettext(
        "If only passkeys on one device were accepted, {n} person could not sign in any more.",
        "If only passkeys on one device were accepted, {n} people could not sign in any more.",
        n,
    ).format(n=number(n))


def _no_more_synced(n: int) -> str:
    return ngettext(
        "{n} person has synced passkeys only: these stay good, but a new one has to stay on one device.",
        "{n} people have synced passkeys only: these stay good, but a new one has to stay on one device.",
        n,
    ).format(n=number(n))


def _none_verified(n: int) -> str:
    return ngettext(
        "If PIN, finger or face were required, {n} person might not get in: they last used no passkey with it.",
        "If PIN, finger or face were required, {n} people might not get in: they last used no passkey with it.",
        n,
    ).format(n=number(n))
