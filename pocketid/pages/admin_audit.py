"""The audit log of everybody: found by filters, paged by position, each event in full, and as a file."""

from urllib.parse import quote

from pocketid import audit, clients, devices, geo, settings, webauthn
from pocketid.audit import Event
from pocketid.errors import Invalid, NotFound
from pocketid.pages import audit_export, audit_filters, audit_words
from pocketid.request import Request
from pocketid.response import Response, download, page, redirect
from pocketid.text import _, reader

_PAGE = "/settings/admin/audit-log"
_ROWS = 50
_MOST_CLIENTS = 500


def list_events(request: Request) -> Response:
    """Events that fit the filters, newest first."""
    query = request.query
    reading = audit_filters.read(request, query)
    before, after = audit.position(query.text("before")), audit.position(query.text("after"))
    found = (
        audit.Page([], None, None)
        if reading.errors
        else audit.page(request.db, reading.wanted, _ROWS, before, after)
    )
    return page(
        "admin/audit/list",
        events=found.rows,
        typed=reading.typed,
        errors=reading.errors,
        people=[
            (user.display_name or user.username, user.username, reading.query(user=user.username))
            for user in reading.people
        ],
        zone=str(reader().zone),
        is_filtered=bool(reading.given),
        newer=reading.query(after=str(found.newer)) if found.newer else "",
        older=reading.query(before=str(found.older)) if found.older else "",
        query=reading.query(),
        kinds=sorted(((event.value, audit.label(event)) for event in Event), key=lambda kind: kind[1]),
        clients=clients.search(request.db, "", size=_MOST_CLIENTS, offset=0),
        days=settings.load(request).audit_log_retention_days,
        problem=request.places.problem,
        notice=geo.NOTICE if request.places.is_known else "",
        event_label=audit.label,
        device=devices.name,
        place=devices.place,
        sentences=audit_words.sentences,
    )


def show(request: Request, event_id: str) -> Response:
    """One event in full."""
    if not (event_id.isascii() and event_id.isdigit() and len(event_id) < 19):
        raise NotFound(_("There is no such event (any more)."))
    event = audit.get(request.db, int(event_id))
    return page(
        "admin/audit/show",
        event=event,
        label=audit.label(event.event),
        changes=audit_words.changes(event),
        facts=audit_words.facts(event),
        device=devices.name(event.user_agent) if event.user_agent else "",
        place=devices.place(event),
        notice=geo.NOTICE if event.country else "",
    )


def ask_export(request: Request) -> Response:
    """The page before a download: what will be in it. It holds where everybody was, so a passkey is asked for."""
    reading = audit_filters.read(request, request.query)
    if reading.errors:
        return redirect(_PAGE + reading.query())
    if not webauthn.used_recently(request):
        target = quote(f"{_PAGE}/export{reading.query()}", safe="")
        return redirect(f"/login/reauthenticate?redirect={target}")
    return page("admin/audit/export", filters=_in_words(reading), typed=reading.typed, query=reading.query())


def export(request: Request) -> Response:
    """The events that fit the filters, as a file."""
    reading = audit_filters.read(request, request.form)
    name = request.form.text("format")
    if reading.errors or name not in audit_export.FORMATS:
        raise Invalid({"format": _("Please choose what to download on the page of the audit log.")})
    if not webauthn.used_recently(request):
        target = quote(f"{_PAGE}/export{reading.query()}", safe="")
        return redirect(f"/login/reauthenticate?redirect={target}")
    audit.record(request, Event.AUDIT_LOG_EXPORTED, format=name, filters=reading.given)
    write, media_type = audit_export.FORMATS[name]
    rows = write(request.db, audit_filters.until_now(reading.wanted, request.now))
    return download(rows, media_type, f"audit-log-{request.now:%Y-%m-%d}.{name}")


def _in_words(reading: audit_filters.Reading) -> list[tuple[str, str]]:
    names = {
        "event": _("Event"),
        "user": _("Person"),
        "client": _("Client"),
        "address": _("Address or network"),
        "place": _("Place"),
        "since": _("From"),
        "until": _("To"),
    }
    places = {"internal": _("This machine, home network and VPN"), "external": _("Elsewhere")}
    shown = {**reading.given}
    if "event" in shown:
        shown["event"] = audit.label(shown["event"])
    if "place" in shown:
        shown["place"] = places.get(shown["place"], shown["place"])
    return [(names[name], text) for name, text in shown.items()]
