"""The pushed authorization request endpoint. RFC 9126 2.

parameters, once each  ->  client_auth.authenticate  ->  the checks of /authorize  ->  an address for 90 seconds

The same checks run again when somebody comes with the address: the client may have changed meanwhile.
"""

from http import HTTPStatus

from pocketid import audit, limits, pushed_requests, refused_requests
from pocketid.audit import Event
from pocketid.clients import Client
from pocketid.oidc import client_auth, dpop, parameters
from pocketid.oidc.authorization_request import Authorization, check
from pocketid.oidc.errors import (
    CORS,
    InvalidDpopProof,
    InvalidRequest,
    RedirectedError,
    RefusedPush,
    ShownError,
)
from pocketid.oidc.redirect_uri import NotRegistered
from pocketid.request import Request
from pocketid.response import NO_STORE, Response, json


def push(request: Request) -> Response:
    """Keep an authorization request of a client. Raises an OAuthError."""
    sent = parameters.of_back_channel(request)
    client_auth.have_described(request, sent)
    client = client_auth.authenticate(request, sent)
    _limit(request, client)
    if "request_uri" in sent:  # RFC 9126 2.1
        raise InvalidRequest("request_uri cannot be pushed")
    asked = _checked(request, client)
    _bind(request, asked)
    address = pushed_requests.push(request, client.id, asked.parameters, is_signed=asked.is_signed)
    answer = {"request_uri": address, "expires_in": int(pushed_requests.LIFETIME.total_seconds())}
    return json(answer, status=HTTPStatus.CREATED, headers=NO_STORE | CORS)


def _bind(request: Request, asked: Authorization) -> None:
    """RFC 9449 10.1: who proves a key here gets a code that is good with this key alone. Raises InvalidDpopProof."""
    jkt = dpop.proven(request)
    if jkt is None:
        return
    if asked.parameters.setdefault("dpop_jkt", jkt) != jkt:
        raise InvalidDpopProof("dpop_jkt is another key than that of the DPoP proof")


def _limit(request: Request, client: Client) -> None:
    """Anybody may push in the name of a public client; a confidential one has proved who it is. Raises TooMany."""
    per_seconds, burst = (10.0, 30) if client.is_public else (0.1, 300)
    key = limits.of_client(request, client.id)
    limits.check(request, "par", per_seconds=per_seconds, burst=burst, key=key)


def _checked(request: Request, client: Client) -> Authorization:
    """The request as /authorize would take it. Raises RefusedPush, RFC 9126 2.3."""
    sent, _repeated = parameters.of_authorization(request.form)
    asked = Authorization(request, sent | {"client_id": client.id}, is_push=True)
    try:
        check(asked)
    except NotRegistered as error:
        refused_requests.record(request, client.id, error.received)
        raise _refused(
            request, client, "invalid_request", "redirect_uri is not registered for this client"
        ) from error
    except ShownError as error:
        raise _refused(request, client, error.code, error.detail) from error
    except RedirectedError as error:
        raise _refused(request, client, error.code, error.description) from error
    return asked


def _refused(request: Request, client: Client, code: str, description: str) -> RefusedPush:
    audit.record(
        request, Event.AUTHORIZATION_REFUSED, client_id=client.id, error=code, reason=description, pushed=True
    )
    return RefusedPush(code, description)
