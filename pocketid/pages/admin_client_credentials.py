"""Administration of how one app proves who it is: its keys, a secret to sign with, and who it is elsewhere."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from pocketid import audit, client_ids, client_keys, clients, federated_identities
from pocketid.audit import Event
from pocketid.client_keys import ClientKeys
from pocketid.clients import Change, Client
from pocketid.errors import Invalid
from pocketid.federated_identities import Typed
from pocketid.pages.addresses import row_id
from pocketid.request import Fields, Request
from pocketid.response import Response, page, redirect
from pocketid.text import _

_PREFIX_CHARACTERS = 4


@dataclass(frozen=True, slots=True)
class _Form:
    """The form of method and keys, as it was typed."""

    auth_method: str
    keys: str
    jwks_uri: str
    algorithm: str
    requires_dpop: bool
    is_fapi: bool


def show(request: Request, client_id: str) -> Response:
    """The ways of a client."""
    return _show(request, clients.get(request.db, client_id))


def update(request: Request, client_id: str) -> Response:
    """Store the method and the keys of a client."""
    client, form = clients.get(request.db, client_id), _typed(request.form)
    try:
        changed = _save(request, client, form)
    except Invalid as invalid:
        return _show(request, client, form=form, errors=invalid.fields)
    if changed:
        audit.record(request, Event.CLIENT_CREDENTIALS_CHANGED, client_id=client_id, **changed)
    return redirect(
        _address(client), flash=_("How {app} proves who it is, is saved.").format(app=client.name)
    )


def make_secret(request: Request, client_id: str) -> Response:
    """Make the secret that a client signs with, and show it this once; the one before is dead."""
    client = clients.get(request.db, client_id)
    secret = client_keys.make_secret(request.db, request.keyring, client_id, request.now)
    audit.record(
        request,
        Event.CLIENT_SECRET_CREATED,
        client_id=client_id,
        prefix=secret[:_PREFIX_CHARACTERS],
        signs=True,
    )
    return _show(request, client, secret=secret)


def add_identity(request: Request, client_id: str) -> Response:
    """Let tokens of another issuer prove that somebody is the client."""
    client, form = clients.get(request.db, client_id), request.form
    typed = Typed(
        issuer=form.text("issuer"),
        subject=form.text("subject"),
        audience=form.text("audience"),
        jwks_uri=form.text("issuer_jwks_uri"),
        allows_reuse=form.checked("allows_reuse"),
    )
    try:
        federated_identities.add(request.db, client_id, typed, request.now)
    except Invalid as invalid:
        fields = {
            "issuer_jwks_uri" if name == "jwks_uri" else name: text for name, text in invalid.fields.items()
        }
        return _show(request, client, typed=typed, errors=fields)
    audit.record(
        request,
        Event.CLIENT_IDENTITY_ADDED,
        client_id=client_id,
        issuer=typed.issuer,
        subject=typed.subject or client_id,
    )
    return redirect(f"{_address(client)}#elsewhere", flash=_("The identity is added."))


def ask_remove_identity(request: Request, client_id: str, identity_id: str) -> Response:
    """Ask before an identity is removed."""
    client = clients.get(request.db, client_id)
    identity = federated_identities.get(request.db, client_id, row_id(identity_id))
    return page(
        "confirm",
        heading=_("Remove this identity of {app}?").format(app=client.name),
        sentences=[
            _("Tokens of {issuer} for {subject} prove nothing here any more.").format(
                issuer=identity.issuer, subject=identity.name
            )
        ],
        action=f"{_address(client)}/identities/{identity.id}/remove",
        button=_("Remove the identity"),
        cancel=f"{_address(client)}#elsewhere",
        fields={},
    )


def remove_identity(request: Request, client_id: str, identity_id: str) -> Response:
    """Believe no token of an identity any more."""
    client = clients.get(request.db, client_id)
    identity = federated_identities.remove(request.db, client_id, row_id(identity_id))
    audit.record(
        request,
        Event.CLIENT_IDENTITY_REMOVED,
        client_id=client_id,
        issuer=identity.issuer,
        subject=identity.name,
    )
    return redirect(f"{_address(client)}#elsewhere", flash=_("The identity is removed."))


def _typed(form: Fields) -> _Form:
    return _Form(
        auth_method=form.text("auth_method"),
        keys=form.text("keys"),
        jwks_uri=form.text("jwks_uri"),
        algorithm=form.text("algorithm"),
        requires_dpop=form.checked("requires_dpop"),
        is_fapi=form.checked("is_fapi"),
    )


def _stored(client: Client, registered: ClientKeys) -> _Form:
    keys = json.dumps({"keys": registered.keys}, indent=2) if registered.keys else ""
    return _Form(
        client.auth_method,
        keys,
        registered.jwks_uri or "",
        registered.algorithm or "",
        client.requires_dpop,
        client.is_fapi,
    )


def _save(request: Request, client: Client, form: _Form) -> dict[str, Any]:
    """Store both, or nothing; returns what the event says. Raises Invalid."""
    change = replace(
        Change.of(client),
        auth_method=form.auth_method,
        requires_dpop=form.requires_dpop,
        is_fapi=form.is_fapi,
    )
    if errors := clients.check(change):
        raise Invalid(errors)
    if form.is_fapi and client.is_public:
        raise Invalid({"is_fapi": _("A public client cannot prove who it is, as this profile wants.")})
    before = client_keys.find(request.db, client.id)
    registered = replace(
        before,
        keys=client_keys.read(form.keys),
        jwks_uri=form.jwks_uri or None,
        algorithm=form.algorithm or None,
    )
    if (form.is_fapi or form.auth_method == "private_key_jwt") and not registered:
        raise Invalid({"keys": _("Give its keys too: without them it could not sign anybody in.")})
    client_keys.save(request.db, registered, request.now)
    after = clients.update(request.db, client.id, change, request.now)[1]
    changed: dict[str, Any] = {"changed": audit.difference(client, after)} if after != client else {}
    if registered != before:
        kids = [str(member.get("kid", "")) for member in registered.keys]
        changed |= {"kids": kids, "jwks_uri": registered.jwks_uri, "algorithm": registered.algorithm}
    return changed


def _show(
    request: Request,
    client: Client,
    *,
    form: _Form | None = None,
    typed: Typed | None = None,
    errors: Mapping[str, str] | None = None,
    secret: str | None = None,
) -> Response:
    """The page. A secret that was just made is on it, this once: the answer to its POST, never stored as it is."""
    registered = client_keys.find(request.db, client.id)
    return page(
        "admin/clients/credentials",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        client=client,
        form=form or _stored(client, registered),
        typed=typed or Typed(),
        identities=federated_identities.of_client(request.db, client.id),
        issuer=request.config.app_url,
        secret=secret,
        has_secret=registered.sealed_secret is not None,
        errors=dict(errors or {}),
    )


def _address(client: Client) -> str:
    return f"/settings/admin/oidc-clients/{client_ids.in_path(client.id)}/credentials"
