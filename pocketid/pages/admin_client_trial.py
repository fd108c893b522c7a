"""Try it: an admin signs in to a client here, and reads what an app would get and what it would find wrong."""

from http import HTTPStatus

from pocketid import audit, client_secrets, client_trials, clients, recipes
from pocketid.audit import Event
from pocketid.clients import Client
from pocketid.errors import Gone
from pocketid.oidc import trial
from pocketid.oidc.authorization_request import SCOPES
from pocketid.request import Request
from pocketid.response import Response, page, redirect
from pocketid.text import _

_DEFAULT_SCOPES = "openid profile email groups"


def show(request: Request, client_id: str) -> Response:
    """Say what will happen, and ask for the scopes."""
    client = clients.get(request.db, client_id)
    recipe = recipes.find(client.recipe)
    usual = (recipe.scopes if recipe else _DEFAULT_SCOPES).split()
    return page(
        "admin/clients/try",
        client=client,
        scopes=[scope for scope in SCOPES if scope in usual],
        all_scopes=SCOPES,
        redirect_uri=client_trials.redirect_uri(request, client.id),
    )


def begin(request: Request, client_id: str) -> Response:
    """Send the browser away as the app would."""
    client = clients.get(request.db, client_id)
    ticked = request.form.all("scope")
    scopes = [scope for scope in SCOPES if scope in ticked]
    state = client_trials.begin(request, client.id, scopes, secret_matches=_secret_matches(request, client))
    return redirect(trial.address(request, client, state, scopes))


def callback(request: Request, client_id: str) -> Response:
    """The browser is back: go on as the app would, and show everything."""
    client = clients.get(request.db, client_id)
    found = client_trials.take(request, client.id, request.query.get("state", ""))
    if found is None:
        raise Gone(
            _("This trial is over, or was begun in another browser. Begin another one from the app's page.")
        )
    report = trial.finish(request, client, found, request.query)
    failed = [check.label for check in report.checks if check.ok is False]
    audit.record(request, Event.CLIENT_TRIED, client_id=client.id, good=report.is_good, failed=failed)
    return page("admin/clients/tried", status=HTTPStatus.OK, client=client, report=report)


def _secret_matches(request: Request, client: Client) -> bool | None:
    """Whether what was typed is one of the client's secrets; None when nothing was."""
    typed = request.form.text("secret")
    if not typed or client.is_public:
        return None
    digests = client_secrets.digests(request, client.id)
    return any(client_secrets.matches(typed[:512], digest) for digest in digests)
