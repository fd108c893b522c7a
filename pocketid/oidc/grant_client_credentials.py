"""The client credentials grant: a token that a client gets for itself. RFC 6749 4.4, RFC 8707 2.2.

It has no person, so it has no identity scopes, no ID token and no refresh token. Without a resource it opens nothing.
"""

from collections.abc import Mapping
from datetime import timedelta

from pocketid import crypto, signing_keys, tokens
from pocketid.apis import IDENTITY_SCOPES
from pocketid.clients import Client
from pocketid.oidc import access_token, dpop, issuing, resources
from pocketid.oidc.errors import InvalidScope, UnauthorizedClient
from pocketid.request import Request
from pocketid.response import Response


def redeem(request: Request, client: Client, sent: Mapping[str, str]) -> Response:
    """Give a client a token of its own. Raises UnauthorizedClient, InvalidTarget, InvalidScope."""
    if client.is_public or not client.allows_client_credentials:
        raise UnauthorizedClient("this client may not get tokens for itself")
    words = sent.get("scope", "").split()
    api = resources.at_back_channel(request, client, sent, words, "client")
    if api is None and not set(words) <= set(IDENTITY_SCOPES):
        raise InvalidScope("a scope belongs to no resource that was named")
    scopes, resource = (api.keys, api.resource) if api else ([], None)
    jkt = dpop.for_tokens(request, client)
    key = signing_keys.keys(request).current(client.signing_algorithm, request.now)
    made = access_token.make(
        key,
        client,
        f"client-{client.id}",
        scopes,
        issuer=request.config.app_url,
        now=request.now,
        resource=resource,
        jkt=jkt,
    )
    end = request.now + timedelta(seconds=client.access_token_seconds)
    tokens.issue_to_client(request, client.id, scopes, resource, crypto.digest(made.handle), end, jkt)
    return issuing.answer(made.text, client.access_token_seconds, scopes, jkt)
