"""The device authorization endpoint, and what a person's approval leads to. RFC 8628 3.1, 3.3.

authorize    client_auth.authenticate  ->  two codes for fifteen minutes
asked        the request as prompts.py looks at it
step_of      what the person has to do: use the passkey, or consent, which is asked always
approve      an authorization whose code is the device code; grant_device_code.py spends it
"""

from datetime import datetime, timedelta

from pocketid import access, audit, clients, device_codes, devices, limits, tokens, webauthn
from pocketid.audit import Event
from pocketid.device_codes import Asking, Decision
from pocketid.oidc import client_auth, parameters, prompts, resources
from pocketid.oidc.authorization_request import SCOPES, Authorization
from pocketid.oidc.errors import CORS
from pocketid.oidc.prompts import Progress, Step
from pocketid.request import Request
from pocketid.response import NO_STORE, Response, json

_A_SECOND = timedelta(seconds=1)


def authorize(request: Request) -> Response:
    """Give a device its codes. Raises an OAuthError."""
    sent = parameters.of_back_channel(request)
    client_auth.have_described(request, sent)
    client = client_auth.authenticate(request, sent)
    # Anybody may ask in the name of a public client; the burst is what one home or office needs.
    limits.check(
        request, "device_codes", per_seconds=10.0, burst=30, key=limits.of_client(request, client.id)
    )
    words = sent.get("scope", "openid").split()
    scopes = [scope for scope in SCOPES if scope in words]
    api = resources.at_back_channel(request, client, sent, words, "person")
    if api is not None:
        scopes += api.keys
    codes = device_codes.begin(request, client.id, scopes, api.resource if api else None)
    page = f"{request.config.app_url}/device"
    answer = {
        "device_code": codes.device_code,
        "user_code": codes.user_code,
        "verification_uri": page,
        "verification_uri_complete": f"{page}?code={codes.user_code}",
        "expires_in": int(device_codes.LIFETIME.total_seconds()),
        "interval": device_codes.INTERVAL,
    }
    return json(answer, headers=NO_STORE | CORS)


def asked(request: Request, asking: Asking) -> Authorization:
    """What a device asks for, as an authorization request that always wants consent (RFC 8628 5.4).

    Raises RedirectedError where the client may not ask for the API any more.
    """
    found = Authorization(request, {})
    found.client = clients.get(request.db, asking.client_id)
    found.scopes, found.prompts = asking.scopes, frozenset({"consent"})
    if asking.resource is not None:
        found.api = resources.at_authorization(
            request, found.client, asking.resource, asking.scopes, is_open=True
        )
    return found


def step_of(found: Authorization, asking: Asking) -> Step:
    """What the person has to do; Step.CONSENT when that is all.

    Where the client wants a new sign-in it has to be later than the device's question; where it says how old one
    may be, that is counted now.
    """
    request, actor = found.request, found.request.person
    if not webauthn.used_recently(request):
        return Step.REAUTHENTICATE
    if found.client.requires_reauthentication:
        after: datetime | None = asking.created_at - _A_SECOND
    else:
        after = prompts.sign_in_needed_after(found.wish, actor, request.now)
    may_use = access.may_use(request.db, actor.user_id, found.client)
    return prompts.next_step(found.wish, Progress(needs_sign_in_after=after, may_use=may_use), actor)


def approve(found: Authorization, asking: Asking) -> bool:
    """Let the device have what it asks for, and commit; False when somebody has decided already."""
    request, actor = found.request, found.request.person
    if not device_codes.decide(request, asking, "approved"):
        return False
    _record(request, asking, "approved")
    granted = tokens.Granted(
        client_id=asking.client_id,
        user_id=actor.user_id,
        session_id=actor.session_id,
        scopes=asking.scopes,
        told=found.told,
        claims=None,
        nonce=None,
        acr=prompts.acr_of(actor),
        amr=prompts.amr_of(actor),
        auth_time=actor.authenticated_at,
        redirect_uri=None,
        code_challenge=None,
        code_challenge_method=None,
        resource=asking.resource,
    )
    tokens.grant_to_device(request, granted, asking.client_name, asking.digest, asking.expires_at)
    return True


def deny(request: Request, asking: Asking) -> bool:
    """Refuse the device for good; False when somebody has decided already."""
    if not device_codes.decide(request, asking, "denied"):
        return False
    _record(request, asking, "denied")
    return True


def _record(request: Request, asking: Asking, decision: Decision) -> None:
    """Who decided what about which device."""
    event = {"approved": Event.DEVICE_APPROVED, "denied": Event.DEVICE_DENIED}[decision]
    audit.record(
        request,
        event,
        client_id=asking.client_id,
        device=devices.name(asking.user_agent),
        address=asking.address,
        scopes=asking.scopes,
    )
