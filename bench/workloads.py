"""The requests of each workload, and what a right answer to them looks like: for ours, and for the peer.

What can be used only once (codes, refresh tokens) is made anew for each batch. `examine` looks closely at one
answer before anything is measured: signatures, claims, locations.
"""

import base64
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from jwcrypto import jwk, jws

from bench.installation import Installation, PeerInstallation
from bench.load import Batch, WrongAnswer, fire
from tests.oidc.flow import CALLBACK, CHALLENGE, VERIFIER

CLIENTS = {"RS256": "c1", "ES256": "c2"}
_FASTEST = 2500  # answers a second that single-use requests are prepared for
_NO_END = 3600.0
_PREPARED = 100  # different requests of the other kinds, used in turn
_AUTHORIZATION = {
    "client_id": CLIENTS["RS256"],
    "response_type": "code",
    "redirect_uri": CALLBACK,
    "scope": "openid profile email groups",
    "state": "the-state",
    "nonce": "the-nonce",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@dataclass(frozen=True)
class Workload:
    """One kind of request: `make(n)` returns n of them, and what a right answer has is given as in Batch."""

    name: str
    port: int
    make: Callable[[int], list[bytes]]
    status: int = 200
    contains: bytes = b""
    single_use: bool = False
    examine: Callable[[bytes], None] = lambda answer: None

    def batch(self, seconds: float, connections: int = 8) -> Batch:
        """So many seconds of it."""
        count = int(seconds * _FASTEST) + connections if self.single_use else _PREPARED
        again = not self.single_use
        requests = self.make(count)
        return Batch(self.port, requests, self.status, self.contains, seconds, again, connections)

    def exactly(self, count: int) -> Batch:
        """So many of them, however long it takes."""
        made = self.make(count)
        requests = list(itertools.islice(itertools.cycle(made), count))
        return Batch(self.port, requests, self.status, self.contains, _NO_END, again=False)

    def answers(self, count: int) -> list[bytes]:
        """The answers to so many requests, from this process."""
        return fire(replace(self.exactly(count), keep=count)).answers

    def try_out(self) -> None:
        """Send one and examine the answer. Raises WrongAnswer."""
        try:
            self.examine(self.answers(1)[0])
        except (ValueError, KeyError, IndexError, jws.InvalidJWSSignature) as error:
            raise WrongAnswer(f"{self.name}: {error!r}") from error


def hello(port: int) -> Workload:
    """The unit."""
    return Workload("hello", port, _always(request(port, "GET", "/")), contains=b"hello")


def ours(port: int, installation: Installation) -> dict[str, Workload]:
    """Pocketid's workloads by name. The server has to run already."""
    cookies = [{"Cookie": f"session={token}"} for token in installation.sessions[1:]]
    path = f"/authorize?{urlencode(_AUTHORIZATION)}"
    authorize = [request(port, "GET", path, cookie) for cookie in cookies]
    workloads = [
        *_metadata(port, "/.well-known/jwks.json"),
        Workload("sign-in page", port, _always(request(port, "GET", "/login")), contains=b"data-options"),
        Workload("authorize", port, lambda n: authorize[:n], 303, b"code=", examine=_has_code),
        *_tokens(port, "/api/oidc/token", installation),
    ]
    exchange = next(workload for workload in workloads if workload.name == "code exchange RS256")
    tokens = [str(body(answer)["access_token"]) for answer in exchange.answers(_PREPARED)]
    workloads += [
        _userinfo(port, "/api/oidc/userinfo", tokens),
        _introspection(port, "/api/oidc/introspect", tokens),
        _client_credentials(port, "/api/oidc/token"),
        _forward_auth(port, installation.visitors(_PREPARED)),
    ]
    return {workload.name: workload for workload in workloads}


def peer(port: int, installation: PeerInstallation) -> dict[str, Workload]:
    """oidc-provider's workloads by the same names."""
    tokens = installation.access_tokens("c1", _PREPARED)
    workloads = [
        *_metadata(port, "/jwks"),
        *_tokens(port, "/token", installation),
        _userinfo(port, "/me", tokens),
        _introspection(port, "/token/introspection", tokens),
        _client_credentials(port, "/token"),
    ]
    return {workload.name: workload for workload in workloads}


def administration(port: int, installation: Installation) -> dict[str, Workload]:
    """The first pages of the long lists, as the administrator sees them."""
    cookie = {"Cookie": f"session={installation.sessions[0]}"}
    users = request(port, "GET", "/settings/admin/users", cookie)
    found = request(port, "GET", "/settings/admin/users?search=last1", cookie)
    matrix = request(port, "GET", "/settings/admin/access", cookie)
    events = request(port, "GET", "/settings/admin/audit-log", cookie)
    return {
        "user list": Workload("user list", port, _always(users), contains=b"@example.test"),
        "user search": Workload("user search", port, _always(found), contains=b"@example.test"),
        "access page": Workload("access page", port, _always(matrix), contains=b"everybody"),
        "audit page": Workload("audit page", port, _always(events), contains=b"192.0.2.7"),
    }


def request(
    port: int,
    method: str,
    target: str,
    headers: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
) -> bytes:
    """The bytes of a request."""
    content = urlencode(form).encode() if form else b""
    sent = {"Host": f"localhost:{port}", **(headers or {})}
    if form:
        sent |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(content))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    return f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode() + content


def body(answer: bytes) -> Any:
    """The JSON of an answer."""
    return json.loads(answer.partition(b"\r\n\r\n")[2])


def _metadata(port: int, keys_path: str) -> list[Workload]:
    discovery = request(port, "GET", "/.well-known/openid-configuration")
    return [
        Workload("discovery", port, _always(discovery), contains=b'"issuer":"http://localhost'),
        Workload("JWKS", port, _always(request(port, "GET", keys_path)), contains=b'"kty":"RSA"'),
    ]


def _tokens(port: int, path: str, installation: Installation | PeerInstallation) -> list[Workload]:
    keys_path = "/.well-known/jwks.json" if isinstance(installation, Installation) else "/jwks"
    workloads = []
    for algorithm, client_id in CLIENTS.items():

        def codes(count: int, client_id: str = client_id) -> list[bytes]:
            return [_exchange(port, path, client_id, code) for code in installation.codes(client_id, count)]

        def refreshes(count: int, client_id: str = client_id) -> list[bytes]:
            tokens = installation.refresh_tokens(client_id, count)
            return [_refresh(port, path, client_id, token) for token in tokens]

        def examine(answer: bytes, algorithm: str = algorithm, client_id: str = client_id) -> None:
            keys = jwk.JWKSet.from_json(_content(port, keys_path))
            _check_tokens(body(answer), keys, algorithm, client_id)

        for name, make in (("code exchange", codes), ("refresh", refreshes)):
            workloads.append(
                Workload(
                    f"{name} {algorithm}", port, make, 200, b'"id_token"', single_use=True, examine=examine
                )
            )
    return workloads


def _userinfo(port: int, path: str, tokens: list[str]) -> Workload:
    requests = [request(port, "GET", path, {"Authorization": f"Bearer {token}"}) for token in tokens]
    return Workload("userinfo", port, lambda n: requests[:n], contains=b'"groups":[', examine=_is_person)


def _introspection(port: int, path: str, tokens: list[str]) -> Workload:
    """Of a client's own access tokens: ours are signed, the peer's are opaque, since it looks at no others."""
    requests = [request(port, "POST", path, _basic("c1"), {"token": token}) for token in tokens]
    return Workload("introspection", port, lambda n: requests[:n], contains=b'"active":true')


def _client_credentials(port: int, path: str) -> Workload:
    """A signed token for the client itself."""
    sent = request(port, "POST", path, _basic("c1"), {"grant_type": "client_credentials"})
    return Workload("client credentials", port, _always(sent), contains=b'"access_token":"ey')


def _forward_auth(port: int, cookies: list[str]) -> Workload:
    asked = {"X-Forwarded-Host": "wiki.localhost", "X-Forwarded-Uri": "/page", "X-Forwarded-Method": "GET"}
    requests = [
        request(port, "GET", "/api/forward-auth", {**asked, "Cookie": f"forward={cookie}"})
        for cookie in cookies
    ]
    return Workload("forward auth", port, lambda n: requests[:n], contains=b"Remote-Groups: group")


def _exchange(port: int, path: str, client_id: str, code: str) -> bytes:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    return request(port, "POST", path, _basic(client_id), form)


def _refresh(port: int, path: str, client_id: str, token: str) -> bytes:
    form = {"grant_type": "refresh_token", "refresh_token": token}
    return request(port, "POST", path, _basic(client_id), form)


def _basic(client_id: str) -> dict[str, str]:
    pair = base64.b64encode(f"{client_id}:secret-of-{client_id}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


def _always(sent: bytes) -> Callable[[int], list[bytes]]:
    return lambda count: [sent] * count


def _content(port: int, path: str) -> str:
    answer = fire(Batch(port, [request(port, "GET", path)], 200, b"", 10.0, again=False)).answers[0]
    return answer.partition(b"\r\n\r\n")[2].decode()


def _has_code(answer: bytes) -> None:
    sent_to = urlsplit(_location(answer))
    if not sent_to.geturl().startswith(CALLBACK) or not parse_qs(sent_to.query)["code"][0]:
        raise WrongAnswer(f"not sent back to the app: {answer[:500]!r}")


def _location(answer: bytes) -> str:
    for line in answer.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n"):
        name, _colon, value = line.partition(":")
        if name.lower() == "location":
            return value.strip()
    raise WrongAnswer(f"no redirect: {answer[:500]!r}")


def _is_person(answer: bytes) -> None:
    told = body(answer)
    if not {"sub", "name", "email", "email_verified", "preferred_username", "groups"} <= told.keys():
        raise WrongAnswer(f"claims are missing: {told}")


def _check_tokens(answer: dict[str, Any], keys: jwk.JWKSet, algorithm: str, client_id: str) -> None:
    """Both tokens are signed by a published key, and the ID token tells of the person."""
    claims = _claims(answer["id_token"], keys, algorithm)
    access = _claims(answer["access_token"], keys, algorithm)
    if (
        not claims["email"].endswith("@example.test")
        or len(claims["groups"]) != 2
        or not answer["refresh_token"]
    ):
        raise WrongAnswer(f"claims are missing: {claims}")
    if claims["aud"] != client_id or access["sub"] != claims["sub"] or "jti" not in access:
        raise WrongAnswer(f"tokens for somebody else: {claims}, {access}")


def _claims(token: str, keys: jwk.JWKSet, algorithm: str) -> dict[str, Any]:
    parsed = jws.JWS()
    parsed.allowed_algs = [algorithm]
    parsed.deserialize(token)
    parsed.verify(keys.get_key(parsed.jose_header["kid"]))
    claims: dict[str, Any] = json.loads(parsed.payload)
    return claims
