"""What an audit event's details are called on pages: the words of the forms, and values as people read them."""

from dataclasses import dataclass
from typing import Any

from pocketid import audit
from pocketid.text import _


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a change."""

    field: str
    before: str
    after: str


def changes(row: audit.Row) -> list[Change]:
    """The fields that an event tells the change of."""
    changed = row.details.get("changed")
    if not isinstance(changed, dict):
        return []
    return [
        Change(_words(field), _shown(change.get("before")), _shown(change.get("after")))
        for field, change in changed.items()
        if isinstance(change, dict)
    ]


def facts(row: audit.Row) -> list[tuple[str, str]]:
    """Name and value of every other detail that says something."""
    return [
        (_words(name), _shown(value))
        for name, value in row.details.items()
        if value not in (None, "") and not (name == "changed" and isinstance(value, dict))
    ]


def sentences(row: audit.Row) -> list[str]:
    """An event's details as short sentences."""
    return [
        *(
            _("{field}: {before} → {after}").format(
                field=change.field, before=change.before, after=change.after
            )
            for change in changes(row)
        ),
        *(f"{name}: {value}" for name, value in facts(row)),
    ]


def _words(name: str) -> str:
    """What the forms call a field; a detail that no form has, by its own name."""
    called = {
        "access": _("who may sign in"),
        "clientName": _("app"),
        "display_name": _("display name"),
        "email": _("e-mail"),
        "email_verified": _("e-mail verified"),
        "expires_at": _("ends"),
        "friendly_name": _("name"),
        "is_admin": _("administrator"),
        "is_public": _("public client"),
        "kid": _("key"),
        "signs_from": _("signs from"),
        "host": _("host"),
        "public_paths": _("open to everybody"),
        "longest_sign_in_seconds": _("sign-in not older than, in seconds"),
        "launch_url": _("launch address"),
        "logout_uris": _("logout redirect URIs"),
        "backchannel_logout_uri": _("back-channel logout URI"),
        "backchannel_logout_session_required": _("session named in back-channel calls"),
        "frontchannel_logout_uri": _("front-channel logout URI"),
        "frontchannel_logout_session_required": _("session needed by the front channel"),
        "prefix": _("begins with"),
        "redirect_uris": _("redirect URIs"),
        "requires_device_bound_passkey": _("only passkeys that stay on one device"),
        "requires_pushed_request": _("only pushed requests"),
        "requires_signed_request": _("only signed requests"),
        "requires_pkce": _("PKCE required"),
        "requires_reauthentication": _("passkey each time"),
        "seconds": _("valid for, in seconds"),
        "skips_consent": _("without consent page"),
        "username": _("user name"),
    }
    return called.get(name, name.replace("_", " "))


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{_words(str(name))}: {_shown(part)}" for name, part in value.items()) or "–"
    if isinstance(value, list):
        return ", ".join(_shown(part) for part in value) or "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "–" if value in (None, "") else str(value)
