"""Clients that prove who they are by a signed token: with keys of their own, with a secret, or as somebody's workload.

private_key_jwt       iss = sub = client id, signed with a key that the client has registered
client_secret_jwt     the same, signed with HS256 under a secret that we made for this alone
federated             iss is another issuer, which the client's admin named together with the subject

RFC 7521 4.2, RFC 7523 3, OpenID Connect Core 9, FAPI 2.0 5.3.2.1 (which wants our issuer alone as audience). A token
is spent last of all, so that a refused one stays good (security TK-03, TK-07).
"""

import math
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from pocketid import client_keys, clients, federated_identities, fetched_keys, jose, used_jtis
from pocketid.client_keys import ClientKeys
from pocketid.clients import Client
from pocketid.config import Config
from pocketid.federated_identities import Identity
from pocketid.jose import NotValid, Token
from pocketid.request import Request

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
PARAMETERS = frozenset({"client_assertion", "client_assertion_type"})
SKEW = 10  # seconds that clocks may differ by
_LONGEST_LIFE = 300  # seconds
_LONGEST_FOREIGN_LIFE = 366 * 86_400
_TYPES = (None, "jwt", "client-authentication+jwt")  # RFC 8725 3.11: none of the other kinds


class Refused(Exception):
    """The assertion proves nothing; `client` is whose it should be, if there is one."""

    def __init__(self, reason: str, client: Client | None) -> None:
        super().__init__(reason)
        self.reason, self.client = reason, client


def prove(request: Request, parameters: Mapping[str, str]) -> Client:
    """The client that an assertion is of. Raises Refused.

    May commit, and gives the connection back while it fetches keys.
    """
    try:
        if parameters.get("client_assertion_type") != TYPE:
            raise NotValid("client_assertion_type must be the one of jwt-bearer")
        token = jose.parse(parameters.get("client_assertion", ""))
    except NotValid as error:
        raise Refused(str(error), None) from error
    named = parameters.get("client_id") or token.text("sub") or ""
    client = clients.known(request, named) if len(named) <= clients.LONGEST_ID else None
    if client is None:
        raise Refused("the client is unknown", None)
    try:
        _check(request, client, token)
    except NotValid as error:
        raise Refused(str(error), client) from error
    return client


def audiences(config: Config) -> frozenset[str]:
    """What plain clients may call us: by our name, or by an endpoint that they authenticate at."""
    endpoints = ("token", "par", "introspect", "revoke", "device/authorize")
    bases = (config.app_url, config.internal_app_url)
    return frozenset({config.app_url, *(f"{base}/api/oidc/{name}" for base in bases for name in endpoints)})


def _check(request: Request, client: Client, token: Token) -> None:
    """Raises NotValid."""
    if client.is_public:
        raise NotValid("a public client has nothing to prove")
    issuer = token.text("iss")
    if issuer == client.id:
        return _check_own(request, client, token)
    if client.auth_method != "any":
        raise NotValid("iss is not the client")
    for identity in federated_identities.of_client(request.db, client.id):
        if (identity.issuer, identity.name) == (issuer, token.text("sub")):
            return _check_federated(request, identity, token)
    raise NotValid("no identity with this iss and sub is registered")


def _check_own(request: Request, client: Client, token: Token) -> None:
    """The client's own assertion. Raises NotValid."""
    if token.kind not in _TYPES:
        raise NotValid("typ is of another kind of token")
    if token.text("sub") != client.id:
        raise NotValid("sub is not the client")
    if not _is_for_us(token, client, request.config):
        raise NotValid("aud is not our issuer")
    ends = _check_times(token, request.now, _LONGEST_LIFE)
    _check_signature(request, client, token)
    _spend(request, f"assertion {client.id}", token, ends)


def _check_signature(request: Request, client: Client, token: Token) -> None:
    registered = client_keys.find(request.db, client.id)
    if client.auth_method == "client_secret_jwt":
        jose.verify_shared(token, _secret(request, registered))
    else:
        allowed: Collection[str] = jose.STRONG if client.is_fapi else jose.ASYMMETRIC
        client_keys.verify(request, registered, token, allowed)


def _secret(request: Request, registered: ClientKeys) -> str:
    secret = client_keys.secret(request.keyring, registered)
    if secret is None:
        raise NotValid("this client has no secret for signing")
    return secret


def _check_federated(request: Request, identity: Identity, token: Token) -> None:
    """A token of an issuer that the admin trusts, for this client. Raises NotValid."""
    audience = identity.audience or request.config.app_url
    if audience not in _audience(token):
        raise NotValid("aud is not the one of the registered identity")
    ends = _check_times(token, request.now, _LONGEST_FOREIGN_LIFE)
    fetched_keys.verify(request, identity.keys_at, token, jose.OF_ISSUERS)
    if not identity.allows_reuse:
        _spend(request, f"federated {identity.id}", token, ends)


def _is_for_us(token: Token, client: Client, config: Config) -> bool:
    """FAPI 2.0 5.3.2.1: the issuer as one text. Others may name an endpoint, or several that are all ours."""
    if client.is_fapi:
        return bool(token.claims.get("aud") == config.app_url)
    named = _audience(token)
    return bool(named) and audiences(config).issuperset(named)


def _audience(token: Token) -> list[str]:
    """RFC 7519 4.1.3: a text or a list of texts."""
    audience = token.claims.get("aud")
    values = audience if isinstance(audience, list) else [audience]
    return [value for value in values if isinstance(value, str)] if all(map(_is_text, values)) else []


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _check_times(token: Token, now: datetime, longest: int) -> float:
    """When it ends; RFC 7523 3 items 4 to 6. Raises NotValid."""
    at, ends = now.timestamp(), token.time("exp")
    if ends is None:
        raise NotValid("exp is missing")
    if ends <= at - SKEW:
        raise NotValid("the token has expired")
    if ends > at + longest + SKEW:
        raise NotValid("the token lives too long")
    for name in ("nbf", "iat"):
        begins = token.time(name)
        if begins is not None and begins > at + SKEW:
            raise NotValid(f"{name} is in the future")
    return ends


def _spend(request: Request, owner: str, token: Token, ends: float) -> None:
    """RFC 7523 3 item 7: once. Remembered for as long as it could be presented. Raises NotValid."""
    jti = token.jti
    until = datetime.fromtimestamp(math.ceil(ends) + SKEW, UTC)
    if not used_jtis.spend(request.db, owner, jti, until=until, now=request.now):
        raise NotValid("the token was used before")
