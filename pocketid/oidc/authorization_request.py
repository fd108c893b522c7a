"""An authorization request and what is checked of it, in order. RFC 6749 4.1.1, OpenID Connect Core 3.1.2.1.

Until client and redirect URI are known to be good errors are shown; after that they are redirected (CHECKS). The same
checks run when a request is pushed (par.py), when somebody comes with it, and on each page on the way (authorize.py).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from pocketid import client_trials, clients, pushed_requests, signing_keys
from pocketid.apis import IDENTITY_SCOPES, Allowed
from pocketid.clients import Client
from pocketid.oidc import (
    claims,
    claims_parameter,
    dpop,
    parameters,
    pkce,
    prompts,
    redirect_uri,
    request_object,
    resources,
    responses,
)
from pocketid.oidc.errors import RedirectedError, ShownError
from pocketid.oidc.prompts import Wish
from pocketid.request import Request
from pocketid.text import _

SCOPES = IDENTITY_SCOPES
_MAX_AGE_DIGITS = 10
_LONGEST = {"state": 2048, "nonce": 2048, "claims": 12_000}


@dataclass
class Authorization:
    """An authorization request while it is checked; each check fills in what it vouches for.

    `pushed` is the digest of the pushed request that it came by; `is_push` while that is being pushed.
    """

    request: Request
    parameters: dict[str, str]
    repeated: Sequence[str] = ()
    pushed: bytes | None = None
    is_push: bool = False
    is_signed: bool = False
    is_trial: bool = False
    client: Client = field(init=False)
    redirect_uri: str = field(init=False)
    mode: str = "query"
    scopes: list[str] = field(default_factory=list)
    api: Allowed | None = None
    prompts: frozenset[str] = frozenset()
    max_age: int | None = None
    subject: UUID | None = None
    acr_values: list[str] = field(default_factory=list)
    essential_acrs: frozenset[str] = frozenset()
    claims: dict[str, list[str]] | None = None
    challenge: tuple[str, str] | None = None

    @property
    def state(self) -> str | None:
        """The client's state, byte for byte."""
        return self.parameters.get("state")

    @property
    def told(self) -> list[str]:
        """The scopes that say what the app learns: those asked for, and those of single claims and always told."""
        single = {name for names in (self.claims or {}).values() for name in names}
        told = claims.told_scopes(self.scopes, single, self.client)
        return [*(scope for scope in SCOPES if scope in told), *(self.api.marks if self.api else ())]

    @property
    def needed_acrs(self) -> frozenset[str]:
        """Of which the sign-in has to have one: what the request insists on, or more where the client does."""
        if self.client.requires_device_bound_passkey:
            return frozenset({prompts.HARDWARE_BOUND})
        return self.essential_acrs

    @property
    def wish(self) -> Wish:
        """What prompts.py decides by."""
        ages = (self.max_age, self.client.longest_sign_in_seconds)
        return Wish(
            self.prompts,
            min((age for age in ages if age is not None), default=None),
            self.subject,
            self.needed_acrs,
            self.told,
            self.client.requires_reauthentication,
            self.client.skips_consent,
        )


# The checks, each in a few lines; CHECKS below is their order


def _client(asked: Authorization) -> None:
    """RFC 6749 3.1.2.4: an unknown client is never redirected to."""
    _refuse_repeated(asked, "client_id")
    client_id = asked.parameters.get("client_id")
    if client_id is None:
        raise ShownError(_("The app did not say who it is (client_id is missing)."), "client_id missing")
    client = clients.known(asked.request, client_id)
    if client is None:
        raise ShownError(
            _(
                "The app that sent you here is not known. It may have been removed, or set up with another client ID."
            ),
            f"unknown client_id: {client_id[:128]}",
        )
    asked.client = client


def _pushed(asked: Authorization) -> None:
    """RFC 9126 4: what the client pushed is the request, and nothing else that came with its address."""
    _refuse_repeated(asked, "request_uri")
    address = asked.parameters.get("request_uri", "")
    if not address.startswith(pushed_requests.PREFIX):
        return
    found = pushed_requests.find(asked.request, asked.client.id, address)
    if found is None:
        raise used_up()
    asked.pushed, asked.parameters, asked.is_signed = found.digest, dict(found.parameters), found.is_signed


def used_up() -> ShownError:
    """Unknown, expired, used and another client's look the same."""
    return ShownError(
        _(
            "What the app asked for has expired, or was used already. Please go back to the app and start again."
        ),
        "request_uri is unknown, expired or used",
    )


def _outer_redirect_uri(asked: Authorization) -> None:
    """A redirect URI outside of a request object is checked before the object is looked at."""
    if "redirect_uri" in asked.parameters or "request" not in asked.parameters:
        _redirect_uri(asked)


def _request_object(asked: Authorization) -> None:
    """OpenID Connect Core 6.1: what is inside a request object wins.

    RFC 9101 5, 6.3: nothing else counts where the client has to sign, but for its id.
    """
    text = asked.parameters.pop("request", None)
    if text is None:
        return
    try:
        found, asked.is_signed = request_object.read(asked.request, asked.client, text)
    except RedirectedError as error:
        if not hasattr(asked, "redirect_uri"):
            message = _("The app's request could not be read.")
            raise ShownError(message, error.description, error.code) from error
        raise
    inside = parameters.of_request_object(found)
    for name in ("client_id", "response_type"):
        outside = asked.parameters.get(name)
        if name in inside and outside is not None and inside[name] != outside:
            _redirect_uri(asked)
            raise RedirectedError(
                "invalid_request", f"{name} differs inside and outside of the request object"
            )
    if asked.is_signed and asked.client.requires_signed_request:
        asked.parameters, asked.repeated = {"client_id": asked.client.id}, ()
    asked.parameters |= inside
    _redirect_uri(asked)


def _redirect_uri(asked: Authorization) -> None:
    """Compared as text with what is registered; from here on errors go back to the client."""
    _refuse_repeated(asked, "redirect_uri")
    received = asked.parameters.get("redirect_uri")
    if received == client_trials.redirect_uri(asked.request, asked.client.id):
        _trial(asked)
        asked.redirect_uri, asked.is_trial = received, True
        return
    asked.redirect_uri = redirect_uri.check(
        asked.client,
        received,
        allow_insecure=asked.request.config.allow_insecure_callback_urls,
    )


def _trial(asked: Authorization) -> None:
    """The redirect URI is ours, and good for whoever has begun a trial, as long as it runs."""
    if not client_trials.is_open(asked.request, asked.client.id, asked.state):
        raise ShownError(
            _("This trial is over, or was begun by somebody else or in another browser."),
            "no trial of this client runs in this browser",
        )


def _refuse_repeated(asked: Authorization, name: str) -> None:
    if name in asked.repeated:
        raise ShownError(_("The app's request is malformed."), f"{name} came more than once")


def _response_mode(asked: Authorization) -> None:
    """First of all that is redirected, so that the other errors use it. OAuth 2.0 Multiple Response Types 2.1."""
    mode = asked.parameters.get("response_mode", "query")
    if mode not in responses.MODES:  # RFC 9700 4.2.4: no code in a fragment
        raise RedirectedError("invalid_request", "response_mode must be query or form_post")
    asked.mode = mode


def _repeated(asked: Authorization) -> None:
    """RFC 6749 3.1, 4.1.2.1: no parameter comes more than once; RFC 8707 2: one token is for one API here."""
    if list(asked.repeated) == ["resource"]:
        raise RedirectedError("invalid_target", "one resource a request, please")
    if asked.repeated:
        raise RedirectedError("invalid_request", "a parameter came more than once")


def _lengths(asked: Authorization) -> None:
    """What no honest client sends; a state that is too long is not sent back, since a cut one would be another."""
    for name, limit in _LONGEST.items():
        if len(asked.parameters.get(name, "")) > limit:
            del asked.parameters[name]
            raise RedirectedError("invalid_request", f"{name} is longer than {limit} characters")


def _request_uri(asked: Authorization) -> None:
    """OpenID Connect Core 6.2: a request object by reference is nothing that we fetch."""
    if "request_uri" in asked.parameters:
        raise RedirectedError("request_uri_not_supported", "request_uri is not supported")


def _way(asked: Authorization) -> None:
    """RFC 9126 5, RFC 9101 10.5: a client may push or sign all that it asks. A trial of ours needs no such proof."""
    if asked.is_trial:
        return
    if asked.client.requires_pushed_request and asked.pushed is None and not asked.is_push:
        raise RedirectedError("invalid_request", "this client has to push its authorization requests")
    if asked.client.requires_signed_request and not asked.is_signed:
        raise RedirectedError("invalid_request", "this client has to sign its authorization requests")


def _response_type(asked: Authorization) -> None:
    """RFC 6749 3.1.1: the code flow is the only one (RFC 9700 2.1.2)."""
    response_type = asked.parameters.get("response_type")
    if response_type is None:
        raise RedirectedError("invalid_request", "response_type is missing")
    if response_type != "code":
        raise RedirectedError("unsupported_response_type", "response_type must be code")


def _scopes(asked: Authorization) -> None:
    """RFC 6749 3.3; unknown ones are passed over, none at all counts as openid."""
    words = asked.parameters.get("scope", "openid").split()
    asked.scopes = [scope for scope in SCOPES if scope in words]


def _resource(asked: Authorization) -> None:
    """RFC 8707 2: the API that the access token is for; the other scopes are its permissions.

    AZ-16: only to who has signed in, or to a client that has proved who it is, errors tell what there is.
    """
    resource = asked.parameters.get("resource")
    if resource is None:
        return
    is_open = asked.request.actor is not None or (asked.is_push and not asked.client.is_public)
    words = asked.parameters.get("scope", "").split()
    asked.api = resources.at_authorization(asked.request, asked.client, resource, words, is_open=is_open)
    asked.scopes += asked.api.keys


def _challenge(asked: Authorization) -> None:
    sent = asked.parameters
    asked.challenge = pkce.check(asked.client, sent.get("code_challenge"), sent.get("code_challenge_method"))


def _dpop(asked: Authorization) -> None:
    """RFC 9449 10: the code may be for the holder of one key alone."""
    jkt = asked.parameters.get("dpop_jkt")
    if jkt is not None and not dpop.is_thumbprint(jkt):
        raise RedirectedError("invalid_request", "dpop_jkt must be the SHA-256 thumbprint of a key")


def _prompt(asked: Authorization) -> None:
    """OpenID Connect Core 3.1.2.1: `none` stands alone; values that we do not know are passed over."""
    words = frozenset(asked.parameters.get("prompt", "").split())
    if "none" in words and len(words) > 1:
        raise RedirectedError("invalid_request", "prompt=none cannot be combined with another value")
    asked.prompts = words & prompts.PROMPTS


def _max_age(asked: Authorization) -> None:
    text = asked.parameters.get("max_age")
    if text is None:
        return
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_AGE_DIGITS):
        raise RedirectedError("invalid_request", "max_age must be a number of seconds")
    asked.max_age = int(text)


def _hint(asked: Authorization) -> None:
    """OpenID Connect Core 3.1.2.1 id_token_hint: an ID token of ours, an expired one too, names the person."""
    text = asked.parameters.get("id_token_hint")
    if text is None:
        return
    try:
        asked.subject = UUID(signing_keys.verify(asked.request, text, typ="JWT")["sub"])
    except (signing_keys.NotOurs, KeyError, ValueError, TypeError) as error:
        raise RedirectedError(
            "invalid_request", "id_token_hint is not an ID token of this provider"
        ) from error


def _claims(asked: Authorization) -> None:
    asked.acr_values = asked.parameters.get("acr_values", "").split()
    text = asked.parameters.get("claims")
    if text is None:
        return
    wanted = claims_parameter.read(text)
    asked.claims = wanted.names or None
    asked.acr_values += wanted.acr_values
    asked.essential_acrs = wanted.essential_acrs
    if asked.subject and wanted.subject and asked.subject != wanted.subject:
        raise RedirectedError("invalid_request", "claims and id_token_hint name different people")
    asked.subject = wanted.subject or asked.subject


CHECKS: tuple[Callable[[Authorization], None], ...] = (
    # shown
    _client,
    _pushed,
    _outer_redirect_uri,
    _request_object,
    # redirected
    _response_mode,
    _repeated,
    _lengths,
    _request_uri,
    _way,
    _response_type,
    _scopes,
    _resource,
    _challenge,
    _dpop,
    _prompt,
    _max_age,
    _hint,
    _claims,
)


def check(asked: Authorization) -> None:
    """Run all checks. Raises ShownError or RedirectedError."""
    for one in CHECKS:
        one(asked)
