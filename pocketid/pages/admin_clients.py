"""Administration of clients: the list, recipes, one client's page, and what is done there."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from pocketid import (
    audit,
    callback_urls,
    client_secrets,
    clients,
    consents,
    fetching,
    images,
    logouts,
    protected_hosts,
    recipes,
    refused_requests,
)
from pocketid.audit import Event
from pocketid.client_ids import in_path
from pocketid.clients import Client
from pocketid.errors import Invalid, NotAllowed, NotFound
from pocketid.pages import admin_client_access, admin_client_documents
from pocketid.pages.addresses import row_id
from pocketid.paging import from_query
from pocketid.recipes import Recipe
from pocketid.request import Request
from pocketid.response import Response, page, redirect
from pocketid.text import _

_LIST = "/settings/admin/oidc-clients"
_UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY
_NEWEST_REFUSED = 3
_LAST_SIGN_INS = 5


def list_clients(request: Request) -> Response:
    """All clients, with those on top that were refused."""
    text = request.query.text("search")
    paging = from_query(request.query, clients.count(request.db, text))
    return page(
        "admin/clients/list",
        clients=clients.search(request.db, text, size=paging.size, offset=paging.offset),
        refused=[_marked(refused) for refused in refused_requests.newest(request.db, _NEWEST_REFUSED)],
        search=text,
        paging=paging,
    )


def choose_recipe(request: Request) -> Response:
    """Which app is it? A recipe, or by hand."""
    return page("admin/clients/choose", recipes=recipes.all_recipes())


def new_from_recipe(request: Request, recipe_id: str) -> Response:
    """Ask for the app's address."""
    recipe = _recipe(recipe_id)
    answers = {question.name: question.default for question in recipe.questions}
    return page("admin/clients/recipe", recipe=recipe, address="", answers=answers, errors={})


def create_from_recipe(request: Request, recipe_id: str) -> Response:
    """Make the client that the recipe describes, and show what to enter in the app."""
    recipe = _recipe(recipe_id)
    address = request.form.text("address").rstrip("/")
    answers = {question.name: request.form.text(question.name) for question in recipe.questions}
    if errors := recipes.check(recipe, address, answers):
        return page(
            "admin/clients/recipe",
            status=_UNPROCESSABLE,
            recipe=recipe,
            address=address,
            answers=answers,
            errors=errors,
        )
    filled = recipes.fill(recipe, address, answers)
    change = clients.Change(
        name=filled.name,
        launch_url=filled.launch_url,
        redirect_uris=filled.redirect_uris,
        logout_uris=filled.logout_uris,
        backchannel_logout_uri=filled.backchannel_logout_uri,
        backchannel_logout_session_required=recipe.backchannel_logout_session_required,
        is_public=filled.is_public,
        requires_pkce=filled.requires_pkce,
        recipe=recipe.id,
        recipe_answers={**answers, "address": address},
    )
    return _create(request, change)


def new(request: Request) -> Response:
    """The form for a client by hand."""
    return page("admin/clients/new", change=clients.Change(), errors={})


def create(request: Request) -> Response:
    """Make a client by hand."""
    change = clients.Change.from_form(request.form)
    try:
        if errors := _problems(request, change):
            raise Invalid(errors)
        return _create(request, change)
    except Invalid as invalid:
        return page("admin/clients/new", status=_UNPROCESSABLE, change=change, errors=invalid.fields)


def show(request: Request, client_id: str) -> Response:
    """One client: what to enter in the app, its form, who may use it, its secrets and what it was refused."""
    client = clients.get(request.db, client_id)
    if client.describes_itself:
        return admin_client_documents.show(request, client)
    return _show(request, client, clients.Change.of(client))


def update(request: Request, client_id: str) -> Response:
    """Store the client's form."""
    client = _own(request, client_id)
    change = clients.Change.from_form(request.form, clients.Change.of(client))
    if errors := _problems(request, change):
        return _show(request, client, change, errors)
    before, after = clients.update(request.db, client_id, change, request.now)
    refused_requests.forget_registered(request.db, client_id)
    audit.record(request, Event.CLIENT_UPDATED, client_id=client_id, changed=audit.difference(before, after))
    return redirect(
        f"{_LIST}/{in_path(client_id)}", flash=_("The changes to {app} are saved.").format(app=after.name)
    )


def frees_from_proof(request: Request, client_id: str) -> bool:
    """Whether a form makes an app public that has had to prove who it is."""
    change = clients.Change.from_form(request.form)
    return change.is_public and not clients.get(request.db, client_id).is_public


def create_secret(request: Request, client_id: str) -> Response:
    """Make a secret, and show it this once."""
    client = _own(request, client_id)
    days = request.form.text("days")
    ends = request.now + timedelta(days=int(days)) if days in {"30", "90", "365"} else None
    chosen = request.form.get("secret") or None
    try:
        secret = _new_secret(request, client, ends, chosen)
    except Invalid as invalid:
        return _show(request, client, clients.Change.of(client), invalid.fields)
    return _show(request, client, clients.Change.of(client), secret=secret)


def ask_revoke_secret(request: Request, client_id: str, secret_id: str) -> Response:
    """Ask before a secret is revoked."""
    client = clients.get(request.db, client_id)
    client_secrets.get(request.db, client_id, row_id(secret_id))
    return page(
        "confirm",
        heading=_("Revoke this secret of {app}?").format(app=client.name),
        sentences=[
            _("If {app} still uses it, nobody can sign in to it until it has another one.").format(
                app=client.name
            )
        ],
        action=f"{_LIST}/{in_path(client_id)}/secrets/{secret_id}/revoke",
        button=_("Revoke the secret"),
        cancel=f"{_LIST}/{in_path(client_id)}#secrets",
        fields={},
    )


def revoke_secret(request: Request, client_id: str, secret_id: str) -> Response:
    """Delete a secret at once."""
    secret = client_secrets.revoke(request.db, client_id, row_id(secret_id))
    audit.record(request, Event.CLIENT_SECRET_REVOKED, client_id=client_id, prefix=secret.prefix)
    return redirect(f"{_LIST}/{in_path(client_id)}#secrets", flash=_("The secret is revoked."))


def change_logo(request: Request, client_id: str) -> Response:
    """Store a logo that was uploaded, or that is fetched from its address."""
    client = _own(request, client_id)
    variant = _logo_variant(request)
    try:
        images.put_logo(request.db, client_id, _logo(request), request.now, variant)
    except Invalid as invalid:
        return _show(request, client, clients.Change.of(client), invalid.fields)
    audit.record(request, Event.CLIENT_LOGO_CHANGED, client_id=client_id, variant=variant)
    return redirect(f"{_LIST}/{in_path(client_id)}#logo", flash=_("The logo is saved."))


def remove_logo(request: Request, client_id: str) -> Response:
    """Take a logo away; without one the app has its initial."""
    clients.get(request.db, client_id)
    variant = _logo_variant(request)
    if images.remove_logo(request.db, client_id, variant):
        audit.record(request, Event.CLIENT_LOGO_CHANGED, client_id=client_id, variant=variant)
    return redirect(f"{_LIST}/{in_path(client_id)}#logo", flash=_("The logo is removed."))


def add_refused(request: Request, client_id: str, refused_id: str) -> Response:
    """Register a redirect URI that was refused."""
    client = _own(request, client_id)
    uri = refused_requests.get(request.db, client_id, row_id(refused_id)).redirect_uri
    change = replace(clients.Change.of(client), redirect_uris=[*client.redirect_uris, uri])
    problem = " ".join(_problems(request, change).values())
    if "*" in uri:  # anybody may have asked for it; registered, it would be a pattern
        problem = _("It holds a “*”, which would let other addresses in too. Type it below if you mean that.")
    if problem:
        return _show(request, client, clients.Change.of(client), {"refused": problem})
    before, after = clients.update(request.db, client_id, change, request.now)
    refused_requests.forget_registered(request.db, client_id)
    audit.record(request, Event.CLIENT_UPDATED, client_id=client_id, changed=audit.difference(before, after))
    return redirect(f"{_LIST}/{in_path(client_id)}", flash=_("{uri} is registered now.").format(uri=uri))


def ignore_refused(request: Request, client_id: str, refused_id: str) -> Response:
    """Take a refused request out of the inbox."""
    refused_requests.forget(request.db, client_id, row_id(refused_id))
    return redirect(f"{_LIST}/{in_path(client_id)}", flash=_("The request is taken off the list."))


def ask_delete(request: Request, client_id: str) -> Response:
    """Ask before a client is deleted, and say what goes with it."""
    client = clients.get(request.db, client_id)
    return page(
        "confirm",
        heading=_("Delete {app}?").format(app=client.name),
        sentences=[
            _("Nobody can sign in to {app} through this site any more.").format(app=client.name),
            _(
                "Its secrets, tokens and consents are deleted. What people have stored in {app} stays there."
            ).format(app=client.name),
        ],
        action=f"{_LIST}/{in_path(client_id)}/delete",
        button=_("Delete {app}").format(app=client.name),
        cancel=f"{_LIST}/{in_path(client_id)}",
        fields={},
    )


def delete(request: Request, client_id: str) -> Response:
    """Delete a client."""
    client = clients.delete(request.db, client_id)
    audit.record(request, Event.CLIENT_DELETED, client_id=client_id, name=client.name)
    return redirect(_LIST, flash=_("{app} is deleted.").format(app=client.name))


def _own(request: Request, client_id: str) -> Client:
    """A client that is described here. Raises NotFound, and NotAllowed for one that describes itself."""
    client = clients.get(request.db, client_id)
    if client.describes_itself:
        raise NotAllowed(_("{app} describes itself, so this is not changed here.").format(app=client.name))
    return client


def _logo_variant(request: Request) -> images.LogoVariant:
    return "logo_dark" if request.form.text("variant") == "dark" else "logo"


def _logo(request: Request) -> bytes:
    """The uploaded file, else what is at the typed address. Raises Invalid."""
    upload, address = request.files.get("logo"), request.form.text("logo_url")
    if (upload and upload.content) or not address:
        return upload.content if upload else b""
    request.db.release()  # nobody waits for a connection that waits for somebody else's server
    try:
        return fetching.fetch(address, limit=images.MAX_LOGO_BYTES)
    except fetching.NotFetched as error:
        raise Invalid({"logo_url": str(error)}) from error


def _create(request: Request, change: clients.Change) -> Response:
    client = clients.create(request.db, change, request.person.user_id, request.now)
    audit.record(request, Event.CLIENT_CREATED, client_id=client.id, name=client.name)
    secret = None if client.is_public else _new_secret(request, client, None, None)
    return _show(request, client, clients.Change.of(client), secret=secret, is_new=True)


def _new_secret(request: Request, client: Client, ends: Any, chosen: str | None) -> str:
    row, secret = client_secrets.create(request.db, client.id, request.now, expires_at=ends, chosen=chosen)
    audit.record(
        request, Event.CLIENT_SECRET_CREATED, client_id=client.id, prefix=row.prefix, expires_at=ends
    )
    return secret


def _show(
    request: Request,
    client: Client,
    change: clients.Change,
    errors: Mapping[str, str] | None = None,
    *,
    secret: str | None = None,
    is_new: bool = False,
) -> Response:
    """The client's page. A secret that was just made is on it, this once: the answer to its POST, never stored."""
    recipe = recipes.find(client.recipe)
    values = _values(request, client, secret)
    warnings = [text for uri in client.redirect_uris if (text := callback_urls.warning(uri))]
    if recipe and "address" in client.recipe_answers:
        filled = recipes.fill(recipe, client.recipe_answers["address"], client.recipe_answers)
        warnings += recipes.differences(recipe, filled, client.redirect_uris)
    if recipe:
        warnings += recipes.missing_switch(recipe, claims_in_id_token=client.claims_in_id_token)
    return page(
        "admin/clients/show",
        status=_UNPROCESSABLE if errors else HTTPStatus.OK,
        client=client,
        change=change,
        errors=dict(errors or {}),
        secret=secret,
        is_new=is_new,
        protected=protected_hosts.find(request.db, client.id),
        recipe=recipe,
        entries=recipes.settings(recipe, values) if recipe else [],
        values=values,
        warnings=list(dict.fromkeys(warnings)),
        secrets=client_secrets.of_client(request.db, client.id),
        access=admin_client_access.section(request, client),
        people=clients.people(request.db, client),
        refused=[_marked(refused) for refused in refused_requests.of_client(request.db, client.id)],
        logo_version=images.version(request.db, "client", client.id, "logo"),
        logo_url=request.form.text("logo_url"),
        for_dark=_logo_variant(request) == "logo_dark",
        logouts=logouts.of_client(request.db, client.id),
        sign_ins=consents.last_of_client(request.db, client.id, _LAST_SIGN_INS),
        dark_logo_version=images.version(request.db, "client", client.id, "logo_dark"),
    )


def _problems(request: Request, change: clients.Change) -> dict[str, str]:
    config = request.config
    return clients.check(
        change,
        allow_insecure=config.allow_insecure_callback_urls,
        calls_http=config.outgoing_allow_http,
    )


def _values(request: Request, client: Client, secret: str | None) -> dict[str, str]:
    """What an app has to be told of us."""
    public, internal = request.config.app_url, request.config.internal_app_url
    return {
        **{name: str(value) for name, value in client.recipe_answers.items()},
        "issuer": public,
        "discovery_url": f"{public}/.well-known/openid-configuration",
        "authorization_endpoint": f"{public}/authorize",
        "token_endpoint": f"{internal}/api/oidc/token",
        "userinfo_endpoint": f"{internal}/api/oidc/userinfo",
        "end_session_endpoint": f"{public}/api/oidc/end-session",
        "jwks_uri": f"{internal}/.well-known/jwks.json",
        "client_id": client.id,
        "client_secret": secret or "••••••••",
    }


def _marked(refused: refused_requests.Refused) -> dict[str, Any]:
    return {"row": refused, "difference": callback_urls.difference(refused.redirect_uri, refused.registered)}


def _recipe(recipe_id: str) -> Recipe:
    recipe = recipes.find(recipe_id)
    if recipe is None:
        raise NotFound(_("There is no recipe for that app."))
    return recipe
