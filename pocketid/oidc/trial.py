"""A trial of a client: this site plays the app, through the same endpoints, and says what an app would find.

    request_of(...)     the authorization request that the admin's browser is sent away with
    finish(...)         code -> tokens -> userinfo, each answer checked as OpenID Connect Core 3.1.3.7 and 5.3.2 want,
                        then everything is revoked

The endpoints are called in this process, as their functions: a call over the network would need this server to reach
itself. The client's secret is not known here, so the token endpoint's client authentication is left out, and so is the
proof of its key (DPoP).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec

from pocketid import client_trials, signing_keys, tokens
from pocketid.client_trials import Trial
from pocketid.clients import Client
from pocketid.crypto import base64url
from pocketid.oidc import discovery, grant_authorization_code, id_token, userinfo
from pocketid.oidc.errors import OAuthError
from pocketid.request import Fields, Request
from pocketid.text import _

_SKEW = timedelta(minutes=5)
_MASKED = "…"


@dataclass(frozen=True, slots=True)
class Check:
    """A line of the report: green, red, or a remark when `ok` is None; `advice` says what to do."""

    label: str
    ok: bool | None
    found: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer as they may be shown: codes and tokens are cut."""

    heading: str
    request: str
    answer: str


@dataclass(slots=True)
class Report:
    """What happened, in order."""

    checks: list[Check] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether no check failed."""
        return all(check.ok is not False for check in self.checks)


def request_of(request: Request, client: Client, state: str, scopes: Sequence[str]) -> dict[str, str]:
    """The parameters of the authorization request. RFC 6749 4.1.1, RFC 7636 4.3."""
    verifier = client_trials.verifier(request, state)
    return {
        "client_id": client.id,
        "response_type": "code",
        "redirect_uri": client_trials.redirect_uri(request, client.id),
        "scope": " ".join(scopes),
        "state": state,
        "nonce": client_trials.nonce(request, state),
        "code_challenge": base64url(hashlib.sha256(verifier.encode()).digest()),
        "code_challenge_method": "S256",
    }


def finish(request: Request, client: Client, trial: Trial, answer: Fields) -> Report:
    """Go on from the authorization response, and revoke in the end what was issued."""
    report, state = Report(), answer.get("state", "")
    asked = request_of(request, client, state, trial.scopes)
    report.exchanges.append(
        Exchange(_("Authorization"), _get("/authorize", asked), _get("…/try/callback", _cut(answer)))
    )
    report.checks += [
        Check(_("state came back as it was sent"), ok=True),
        _equal(_("iss names this site"), answer.get("iss"), request.config.app_url),
    ]
    if "error" in answer:
        report.checks.append(_refusal(answer))
        return report
    code = answer.get("code", "")
    found = tokens.find_code(request.db, code)
    got = _exchange(request, client, report, state, code)
    if got is not None:
        told = _look_at_id_token(request, client, report, trial, state, got)
        _look_at_userinfo(request, report, trial, got, told)
    if found is not None:
        tokens.revoke(request.db, found.authorization.id, request.now)
        _look_at_revocation(request, report, got)
    report.checks.append(_secret(client, trial))
    return report


def _exchange(
    request: Request, client: Client, report: Report, state: str, code: str
) -> dict[str, Any] | None:
    """RFC 6749 4.1.3: the code for tokens; None when they are refused."""
    sent = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client_trials.redirect_uri(request, client.id),
        "code_verifier": client_trials.verifier(request, state),
    }
    try:
        response = grant_authorization_code.redeem(request, replace(client, requires_dpop=False), sent)
    except OAuthError as error:
        response = error.response
    got: dict[str, Any] = msgspec.json.decode(response.body)
    report.exchanges.append(Exchange(_("Token"), _post("/api/oidc/token", _cut(sent)), _pretty(_cut(got))))
    if "access_token" in got:
        report.checks.append(Check(_("The code was exchanged for tokens"), ok=True))
        return got
    report.checks.append(
        Check(
            _("The code was exchanged for tokens"),
            ok=False,
            found=f"{got.get('error')}: {got.get('error_description')}",
            advice=_("Try once more. If it happens again, the audit log has the reason."),
        )
    )
    return None


def _look_at_id_token(
    request: Request, client: Client, report: Report, trial: Trial, state: str, got: Mapping[str, Any]
) -> dict[str, Any] | None:
    text = got.get("id_token")
    if text is None:
        report.checks.append(
            Check(
                _("There is an ID token"),
                ok=False,
                advice=_("The scope openid was not asked for. Apps that sign people in have to ask for it."),
            )
        )
        return None
    try:
        header, told = signing_keys.verify_with(discovery.jwks(request).body, text)
    except signing_keys.NotOurs as error:
        report.checks.append(
            Check(
                _("The signature fits the published keys"),
                ok=False,
                found=str(error),
                advice=_("The keys have just changed, or something between changes answers. Try once more."),
            )
        )
        return None
    report.exchanges.append(Exchange(_("ID token, decoded"), _pretty(header), _pretty(told)))
    report.checks.append(Check(_("The signature fits the published keys"), ok=True, found=str(header["alg"])))
    report.checks += check_id_token(request, client, state, got["access_token"], header, told)
    report.checks += _remarks(client, trial, told)
    return told


def check_id_token(
    request: Request,
    client: Client,
    state: str,
    access_token: str,
    header: Mapping[str, Any],
    told: Mapping[str, Any],
) -> list[Check]:
    """OpenID Connect Core 3.1.3.7, in its order, as strict libraries do it."""
    now, algorithm = request.now, client.signing_algorithm
    at_hash = id_token.at_hash(algorithm, access_token)
    issued, expires = told.get("iat", 0), told.get("exp", 0)
    is_fresh = abs(now.timestamp() - issued) < _SKEW.total_seconds() and expires > now.timestamp()
    return [
        _equal(_("The ID token is signed as the client's settings say"), header.get("alg"), algorithm),
        _equal(_("iss of the ID token names this site"), told.get("iss"), request.config.app_url),
        _equal(_("aud of the ID token is the client ID"), told.get("aud"), client.id),
        _equal(_("nonce came back as it was sent"), told.get("nonce"), client_trials.nonce(request, state)),
        _equal(_("at_hash fits the access token"), told.get("at_hash"), at_hash),
        Check(
            _("iat and exp fit the clock"),
            is_fresh,
            advice="" if is_fresh else _("The clock of this server is wrong. Set it by NTP."),
        ),
    ]


def _look_at_userinfo(
    request: Request, report: Report, trial: Trial, got: Mapping[str, Any], told: Mapping[str, Any] | None
) -> None:
    status, answer = _userinfo(request, got["access_token"])
    report.exchanges.append(
        Exchange(_("Userinfo"), f"GET /api/oidc/userinfo\nAuthorization: Bearer {_MASKED}", _pretty(answer))
    )
    if "openid" not in trial.scopes:
        report.checks.append(Check(_("Userinfo is for requests with the scope openid"), ok=None))
        return
    report.checks.append(_equal(_("Userinfo answers"), str(status), "200"))
    if told is not None:
        report.checks.append(
            _equal(_("sub of userinfo is that of the ID token"), answer.get("sub"), told["sub"])
        )


def _look_at_revocation(request: Request, report: Report, got: Mapping[str, Any] | None) -> None:
    if got is None:
        return
    status, _answer = _userinfo(request, got["access_token"])
    report.checks.append(_equal(_("The tokens of this trial are revoked"), str(status), "401"))


def _userinfo(request: Request, access_token: str) -> tuple[int, dict[str, Any]]:
    """What the endpoint answers to a token, without the cookies of this browser."""
    asked = replace(
        request,
        method="GET",
        query=Fields(),
        form=Fields(),
        headers={"authorization": f"Bearer {access_token}"},
        actor=None,
    )
    try:
        response = userinfo.userinfo(asked)
    except OAuthError as error:
        response = error.response
    return int(response.status), msgspec.json.decode(response.body)


def _remarks(client: Client, trial: Trial, told: Mapping[str, Any]) -> list[Check]:
    """What is right by the standard, and still keeps many apps from letting somebody in."""
    remarks = []
    if not client.claims_in_id_token and len(trial.scopes) > 1:
        text = _("Switch on “Name, e-mail and groups in the ID token” if the app says that they are missing.")
        remarks.append(Check(_("The ID token has no names and groups"), ok=None, advice=text))
    elif "email" in trial.scopes and "email" not in told:
        text = _("Your account has no e-mail address; many apps need one.")
        remarks.append(Check(_("There is no e-mail address"), ok=None, advice=text))
    elif told.get("email_verified") is False:
        text = _("Mark the address as verified on the person's page: some apps refuse others.")
        remarks.append(Check(_("The e-mail address is not verified"), ok=None, advice=text))
    return remarks


def _secret(client: Client, trial: Trial) -> Check:
    if client.is_public:
        return Check(_("A public client has no secret"), ok=None)
    if trial.secret_matches is None:
        text = _("Secrets are not kept in readable form. Type it before the trial to have it checked.")
        return Check(_("The app's secret was not tried"), ok=None, advice=text)
    text = "" if trial.secret_matches else _("Make a new secret and enter it in the app.")
    return Check(_("The secret that you typed is the client's"), trial.secret_matches, advice=text)


def _refusal(answer: Mapping[str, str]) -> Check:
    code = answer.get("error", "")
    advice = {
        "access_denied": _("It was cancelled, or your account may not use this app: see who may sign in."),
        "invalid_scope": _("The app asks for a scope that does not exist here."),
        "login_required": _("The sign-in was too old or another person's. Sign in and try again."),
    }.get(code, _("The audit log has the reason."))
    found = ": ".join(part for part in (code, answer.get("error_description", "")) if part)
    return Check(_("The sign-in led to a code"), ok=False, found=found, advice=advice)


def _equal(label: str, found: Any, expected: Any) -> Check:
    if found == expected:
        return Check(label, ok=True)
    text = _("Expected {expected}. Something between the app and this site changes answers.").format(
        expected=expected
    )
    return Check(label, ok=False, found=str(found), advice=text)


def _cut(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same values, with what could be used somewhere cut to its beginning."""
    secret = {"code", "code_verifier", "access_token", "refresh_token", "id_token"}
    return {name: f"{value[:6]}{_MASKED}" if name in secret else value for name, value in values.items()}


def _get(path: str, query: Mapping[str, str]) -> str:
    return "\n".join([f"GET {path}", *(f"  {name} = {value}" for name, value in query.items())])


def _post(path: str, form: Mapping[str, str]) -> str:
    return "\n".join([f"POST {path}", *(f"  {name} = {value}" for name, value in form.items())])


def _pretty(value: Mapping[str, Any]) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def address(request: Request, client: Client, state: str, scopes: Sequence[str]) -> str:
    """Where the browser goes for a trial."""
    return f"/authorize?{urlencode(request_of(request, client, state, scopes))}"
