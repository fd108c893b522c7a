"""Passkey health: who would be locked out by what, and what each person has."""

from pocketid import passkey_health, settings, users
from pocketid.paging import base_url, from_query
from pocketid.request import Request
from pocketid.response import Response, page

_STATES = ("no_passkey", "one_passkey", "one_device", "one_provider", "only_synced", "none_verified")


def show(request: Request) -> Response:
    """Counts as sentences, and the people behind them."""
    chosen = {name: request.query.text(name) for name in ("search", "state")}
    counts = users.count_states(request.db)
    mine = users.states_of(request.db, request.person.user_id)
    rules = settings.load(request)
    state = chosen["state"] if chosen["state"] in _STATES else ""
    paging = from_query(request.query, users.count(request.db, text=chosen["search"], state=state))
    people = users.search(
        request.db, text=chosen["search"], state=state, size=paging.size, offset=paging.offset
    )
    return page(
        "admin/passkey_health/show",
        risks=passkey_health.risks(counts, mine),
        stricter=passkey_health.stricter_rules(rules, counts, mine),
        people=people,
        passkeys=passkey_health.of_people(request.db, [person.id for person in people]),
        chosen=chosen,
        paging=paging,
        base_url=base_url(chosen),
    )
