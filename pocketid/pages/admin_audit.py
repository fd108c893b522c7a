"""The audit log of everybody, filtered; pages are found by the id of the last row, however long the log is."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from pocketid import audit, clients, devices, users
from pocketid.audit import Event, Filter
from pocketid.request import Request
from pocketid.response import Response, page
from pocketid.text import _

_PAGE = 50
_MOST_CLIENTS = 500


def list_events(request: Request) -> Response:
    """Events that fit the filters, newest first."""
    query = request.query
    names = ("event", "user", "client", "since", "until")
    typed = {name: query.text(name) for name in names}
    errors: dict[str, str] = {}
    wanted = Filter(
        event=typed["event"] if typed["event"] in set(Event) else None,
        person_id=_user(request, typed["user"], errors),
        client_id=typed["client"] or None,
        since=_day(typed["since"], "since", errors),
        until=_day(typed["until"], "until", errors, days=1),
        before=_number(query.text("before")),
    )
    if wanted.since and wanted.until and wanted.since >= wanted.until:
        errors["until"] = _("The last day is before the first.")
    rows = [] if errors else audit.search(request.db, wanted, _PAGE + 1)
    shown = rows[:_PAGE]
    following = {**typed, "before": str(shown[-1].id)} if len(rows) > _PAGE else None
    return page(
        "admin/audit/list",
        events=shown,
        typed=typed,
        errors=errors,
        is_filtered=any(typed.values()),
        older="?" + urlencode(following) if following else "",
        kinds=sorted(((event.value, audit.label(event)) for event in Event), key=lambda kind: kind[1]),
        clients=clients.search(request.db, "", size=_MOST_CLIENTS, offset=0),
        event_label=audit.label,
        device=devices.name,
        place=devices.place,
        sentences=_sentences,
    )


def _sentences(row: audit.Row) -> list[str]:
    """An event's details as short sentences."""
    found = []
    for name, value in row.details.items():
        if name == "changed" and isinstance(value, dict):
            found += [
                _("{field}: {before} → {after}").format(
                    field=_words(field), before=_shown(change["before"]), after=_shown(change["after"])
                )
                for field, change in value.items()
            ]
        elif value not in (None, ""):
            found.append(f"{_words(name)}: {_shown(value)}")
    return found


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
        "launch_url": _("launch address"),
        "logout_uris": _("logout redirect URIs"),
        "prefix": _("begins with"),
        "redirect_uris": _("redirect URIs"),
        "requires_pkce": _("PKCE required"),
        "requires_reauthentication": _("passkey each time"),
        "seconds": _("valid for, in seconds"),
        "skips_consent": _("without consent page"),
        "username": _("user name"),
    }
    return called.get(name, name.replace("_", " "))


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_shown(part) for part in value) or "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "–" if value in (None, "") else str(value)


def _user(request: Request, text: str, errors: dict[str, str]) -> UUID | None:
    if not text:
        return None
    user = users.find(request.db, text)
    if user is None:
        errors["user"] = _("Nobody has this user name or e-mail address.")
        return None
    return user.id


def _day(text: str, name: str, errors: dict[str, str], days: int = 0) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) + timedelta(days=days)
    except (ValueError, OverflowError):
        errors[name] = _("Write the day as 2026-05-03.")
        return None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
