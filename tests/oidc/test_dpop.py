"""Tokens that work only together with a key. RFC 9449."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocketid import clients
from pocketid.db import Database
from tests.browser import Browser
from tests.conftest import APP_URL, BY_REQUESTS, Clock
from tests.ground.test_jose import ANYTHING, MEMBERS, UNREADABLE
from tests.oidc.flow import CALLBACK, VERIFIER, App, answer, claims_of, consent
from tests.oidc.grants import UNTOUCHED, stored
from tests.signer import Signer, compact

TOKEN, USERINFO = f"{APP_URL}/api/oidc/token", f"{APP_URL}/api/oidc/userinfo"
KEY, OTHER = Signer("ES256", "dpop"), Signer("EdDSA", "other")


@dataclass
class Proving:
    """An app that proves to have a key at each request."""

    app: App
    clock: Clock
    issue: Callable[..., str]
    browser: Browser
    key: Signer = KEY
    number: int = 0

    def proof(self, htm: str = "POST", htu: str = TOKEN, /, **changes: Any) -> str:
        self.number += 1
        usual = {"jti": str(self.number), "htm": htm, "htu": htu, "iat": int(self.clock().timestamp())}
        claims = {name: value for name, value in (usual | changes).items() if value is not None}
        return self.key.sign(claims, typ="dpop+jwt", jwk=bare(self.key), kid=None)

    def ask(self, proof: str | None, /, **form: str | None) -> Browser:
        """POST to the token endpoint, with the app's secret if it has one."""
        sent = {"client_id": self.app.client_id, "client_secret": self.app.secret, **form}
        server = Browser(self.browser.application, self.browser.origin, self.browser.address)
        headers = {"Origin": "", "Sec-Fetch-Site": ""} | ({"DPoP": proof} if proof is not None else {})
        kept = {name: value for name, value in sent.items() if value is not None}
        return server.post("/api/oidc/token", kept, form_token=None, headers=headers)

    def exchange(self, proof: str | None, code: str | None = None) -> Browser:
        return self.ask(
            proof,
            grant_type="authorization_code",
            code=code or self.issue(to=self.app),
            redirect_uri=CALLBACK,
            code_verifier=VERIFIER,
        )

    def refresh(self, proof: str | None, token: str) -> Browser:
        return self.ask(proof, grant_type="refresh_token", refresh_token=token)

    def tokens(self) -> dict[str, Any]:
        got = self.exchange(self.proof())
        assert got.status == 200, got.text
        tokens: dict[str, Any] = got.json()
        return tokens

    def userinfo(self, token: str, proof: str | None, scheme: str = "DPoP", method: str = "GET") -> Browser:
        server = Browser(self.browser.application, self.browser.origin)
        headers = {"Authorization": f"{scheme} {token}"} | ({"DPoP": proof} if proof is not None else {})
        return server.request(method, "/api/oidc/userinfo", headers=headers)


def bare(signer: Signer) -> dict[str, Any]:
    return {name: value for name, value in signer.public.items() if name != "kid"}


def ath(token: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture
def proving(app: App, clock: Clock, issue: Callable[..., str], browser: Browser) -> Proving:
    return Proving(app, clock, issue, browser)


@pytest.fixture
def public(make_app: Callable[..., App], proving: Proving) -> Proving:
    return replace(proving, app=make_app("spa", is_public=True))


@pytest.fixture
def change(db: Database, now: datetime) -> Callable[..., None]:
    def make(client_id: str = "immich", **fields: Any) -> None:
        before = clients.Change.of(clients.get(db, client_id))
        clients.update(db, client_id, replace(before, **fields), now)
        db.commit()

    return make


def check_proof_refusal(got: Browser, status: int = 400) -> None:
    assert (got.status, got.json()["error"]) == (status, "invalid_dpop_proof"), got.text
    assert got.headers["Cache-Control"] == "no-store"
    if status == 401:
        assert got.headers["Www-Authenticate"].startswith('DPoP error="invalid_dpop_proof"')


@pytest.mark.parametrize("algorithm", ["PS256", "ES256", "EdDSA"])
def test_5_tokens_are_bound_to_the_key_and_work_with_it(proving: Proving, algorithm: str) -> None:
    proving.key = Signer(algorithm, "dpop")
    tokens = proving.tokens()
    assert tokens["token_type"] == "DPoP"
    access = tokens["access_token"]
    assert claims_of(proving.browser, access)["cnf"] == {"jkt": proving.key.key.thumbprint()}
    for method in ("GET", "POST"):
        got = proving.userinfo(access, proving.proof(method, USERINFO, ath=ath(access)), method=method)
        assert got.status == 200, got.text
    assert proving.userinfo(access, proving.proof("GET", USERINFO, ath=ath(access)), "dpop").status == 200


def test_5_without_a_proof_tokens_are_bearer_tokens(proving: Proving) -> None:
    tokens = proving.exchange(None).json()
    assert tokens["token_type"] == "Bearer"
    access = tokens["access_token"]
    assert "cnf" not in claims_of(proving.browser, access)
    assert proving.userinfo(access, None, "Bearer").status == 200
    got = proving.userinfo(access, proving.proof("GET", USERINFO, ath=ath(access)))
    assert (got.status, got.json()["error"]) == (401, "invalid_token")


AT = "now"
WRONG: dict[str, dict[str, Any]] = {
    "another method": {"htm": "GET"},
    "the method in small letters": {"htm": "post"},
    "no method": {"htm": None},
    "another address": {"htu": USERINFO},
    "another host": {"htu": "https://evil.example/api/oidc/token"},
    "another scheme": {"htu": TOKEN.replace("https:", "http:")},
    "another port": {"htu": TOKEN.replace("/api", ":8443/api")},
    "a user name": {"htu": TOKEN.replace("https://", "https://a@")},
    "a path in other letters": {"htu": TOKEN.replace("/token", "/Token")},
    "a broken address": {"htu": "https://[::"},
    "no address": {"htu": None},
    "an address that is a number": {"htu": 1},
    "old": {AT: {"iat": -61}},
    "young": {AT: {"iat": 61}},
    "no time": {"iat": None},
    "a time that is a text": {"iat": "now"},
    "a time without end": {"iat": 10**400},
    "not yet": {AT: {"nbf": 61}},
    "over": {AT: {"exp": -60}},
    "no jti": {"jti": None},
    "a jti that is a number": {"jti": 1},
    "a long jti": {"jti": "x" * 513},
}


@pytest.mark.parametrize("name", WRONG)
def test_4_3_every_claim_of_a_proof_is_looked_at_and_nothing_is_spent(
    proving: Proving, db: Database, rows: Callable[[str], int], name: str
) -> None:
    changes = dict(WRONG[name])
    at = int(proving.clock().timestamp())
    seconds = {claim: at + offset for claim, offset in changes.pop(AT, {}).items()}
    check_proof_refusal(proving.exchange(proving.proof(**changes, **seconds)))
    assert (stored(db), rows("used_jtis")) == (UNTOUCHED, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"htu": f"{TOKEN}?a=b"},
        {"htu": f"{TOKEN}#part"},
        {"htu": TOKEN.replace("https://", "HTTPS://").replace("id.", "ID.")},
        {"htu": TOKEN.replace("/api", ":443/api")},
        {"nonce": "of somebody else"},
        {"unknown": [1, {}]},
    ],
)
def test_4_3_what_is_only_written_in_another_way_is_right(proving: Proving, changes: dict[str, Any]) -> None:
    assert proving.exchange(proving.proof(**changes)).status == 200


@pytest.mark.parametrize("offset", [-60, -10, 10, 60])
def test_4_3_clocks_may_differ_by_a_minute(proving: Proving, offset: int) -> None:
    assert proving.exchange(proving.proof(iat=int(proving.clock().timestamp()) + offset)).status == 200


def _proof_of(signer: Signer, claims: dict[str, Any], **header: Any) -> str:
    return signer.sign(claims, **({"typ": "dpop+jwt", "jwk": bare(signer), "kid": None} | header))


def test_4_3_every_part_of_the_header_is_looked_at(proving: Proving, db: Database) -> None:
    claims = {"jti": "1", "htm": "POST", "htu": TOKEN, "iat": int(proving.clock().timestamp())}
    rsa = Signer("RS256", "dpop")
    good = _proof_of(KEY, claims)
    for wrong in (
        _proof_of(KEY, claims, typ="JWT"),
        _proof_of(KEY, claims, typ=None),
        _proof_of(KEY, claims, typ="DPOP+JWT"),
        _proof_of(KEY, claims, jwk=None),
        _proof_of(KEY, claims, jwk="key"),
        _proof_of(KEY, claims, jwk=KEY.private),
        _proof_of(KEY, claims, jwk=bare(OTHER)),
        _proof_of(KEY, claims, jwk=bare(Signer("ES256", "another"))),
        _proof_of(KEY, claims, jwk=None, jku="https://evil.example/keys"),
        _proof_of(rsa, claims),
        compact({"typ": "dpop+jwt", "alg": "none", "jwk": bare(KEY)}, claims),
        compact({"typ": "dpop+jwt", "alg": "HS256", "jwk": {"kty": "oct", "k": "AA"}}, claims),
        f"{good}, {_proof_of(KEY, claims | {'jti': '2'})}",
        good + "x",
        "",
        *(text for text in UNREADABLE.values() if len(text) < 8000 and text.isascii() and "\n" not in text),
    ):
        check_proof_refusal(proving.exchange(wrong))
    assert stored(db) == UNTOUCHED
    assert proving.exchange(good).status == 200


def test_11_1_a_proof_is_used_once(proving: Proving) -> None:
    proof = proving.proof()
    first = proving.exchange(proof)
    assert first.status == 200
    check_proof_refusal(proving.exchange(proof))
    check_proof_refusal(proving.refresh(proof, first.json()["refresh_token"]))
    proving.clock.advance(seconds=60)
    check_proof_refusal(proving.exchange(proof))
    access = first.json()["access_token"]
    proof = proving.proof("GET", USERINFO, ath=ath(access))
    assert proving.userinfo(access, proof).status == 200
    check_proof_refusal(proving.userinfo(access, proof), 401)


def test_4_3_two_proofs_are_none(proving: Proving) -> None:
    """As servers join two headers of one name."""
    check_proof_refusal(proving.exchange(f"{proving.proof()}, {proving.proof()}"))
    access = proving.tokens()["access_token"]
    both = ", ".join(proving.proof("GET", USERINFO, ath=ath(access)) for _time in range(2))
    check_proof_refusal(proving.userinfo(access, both), 401)


def test_5_the_refresh_token_of_a_public_app_stays_with_its_key(public: Proving, db: Database) -> None:
    tokens = public.tokens()
    check_proof_refusal(public.refresh(None, tokens["refresh_token"]))
    stolen = replace(public, key=OTHER, number=100)
    got = stolen.refresh(stolen.proof(), tokens["refresh_token"])
    assert (got.status, got.json()["error"]) == (400, "invalid_grant")
    again = public.refresh(public.proof(), tokens["refresh_token"])
    assert again.status == 200, again.text
    assert again.json()["token_type"] == "DPoP"
    assert claims_of(public.browser, again.json()["access_token"])["cnf"] == {"jkt": KEY.key.thumbprint()}
    repeated = public.refresh(
        public.proof(), tokens["refresh_token"]
    )  # within the grace time: the same successor
    assert repeated.json()["refresh_token"] == again.json()["refresh_token"]
    access = repeated.json()["access_token"]
    assert public.userinfo(access, public.proof("GET", USERINFO, ath=ath(access))).status == 200
    assert public.userinfo(access, None, "Bearer").status == 401


def test_5_a_confidential_app_may_come_with_another_key_but_not_without(proving: Proving) -> None:
    tokens = proving.tokens()
    check_proof_refusal(proving.refresh(None, tokens["refresh_token"]))
    changed = replace(proving, key=OTHER, number=100)
    again = changed.refresh(changed.proof(), tokens["refresh_token"]).json()
    assert claims_of(changed.browser, again["access_token"])["cnf"] == {"jkt": OTHER.key.thumbprint()}
    assert introspect(changed, again["refresh_token"]).json()["cnf"] == {"jkt": OTHER.key.thumbprint()}
    access = again["access_token"]
    assert changed.userinfo(access, changed.proof("GET", USERINFO, ath=ath(access))).status == 200
    with_old_key = proving.userinfo(access, proving.proof("GET", USERINFO, ath=ath(access)))
    check_proof_refusal(with_old_key, 401)


def test_7_1_a_bound_token_is_nothing_without_its_key(proving: Proving) -> None:
    access = proving.tokens()["access_token"]
    got = proving.userinfo(access, None, "Bearer")
    assert (got.status, got.json()["error"]) == (401, "invalid_token")
    check_proof_refusal(proving.userinfo(access, None), 401)
    thief = replace(proving, key=OTHER, number=100)
    for proof in (
        thief.proof("GET", USERINFO, ath=ath(access)),
        proving.proof("GET", USERINFO),
        proving.proof("GET", USERINFO, ath=ath(access + "x")),
        proving.proof("POST", USERINFO, ath=ath(access)),
        proving.proof("GET", TOKEN, ath=ath(access)),
    ):
        check_proof_refusal(proving.userinfo(access, proof), 401)
    server = Browser(proving.browser.application, proving.browser.origin)
    in_form = server.post(
        "/api/oidc/userinfo", {"access_token": access}, form_token=None, headers={"Origin": ""}
    )
    assert in_form.status == 401


def test_an_app_may_have_to_prove_a_key(proving: Proving, change: Callable[..., None], db: Database) -> None:
    bearer = proving.exchange(None).json()
    change(requires_dpop=True)
    code = proving.issue()
    check_proof_refusal(proving.exchange(None, code))
    assert proving.exchange(proving.proof(), code).status == 200
    check_proof_refusal(proving.refresh(None, bearer["refresh_token"]))
    assert proving.refresh(proving.proof(), bearer["refresh_token"]).json()["token_type"] == "DPoP"


def test_10_a_code_that_was_asked_for_with_a_key_is_given_to_nobody_else(
    proving: Proving, db: Database
) -> None:
    code = proving.issue(dpop_jkt=KEY.key.thumbprint())
    check_proof_refusal(proving.exchange(None, code))
    thief = replace(proving, key=OTHER, number=100)
    assert proving.exchange(proving.proof(), code).status == 200
    other = proving.issue(dpop_jkt=KEY.key.thumbprint())
    got = thief.exchange(thief.proof(), other)
    assert (got.status, got.json()["error"]) == (400, "invalid_grant")


@BY_REQUESTS
@given(
    header=MEMBERS,
    claims=st.dictionaries(st.sampled_from(["jti", "htm", "htu", "iat", "nbf", "exp", "ath"]), ANYTHING),
)
def test_whatever_a_proof_is_it_is_answered(proving: Proving, header: Any, claims: Any) -> None:
    for proof in (
        compact({"typ": "dpop+jwt", **header}, claims),
        KEY.sign(claims, typ="dpop+jwt", jwk=bare(KEY), kid=None),
        compact({"typ": "dpop+jwt", "alg": "ES256", "jwk": header}, claims),
    ):
        assert proving.ask(proof, grant_type="refresh_token", refresh_token="x").status == 400


def test_both_documents_say_so(browser: Browser) -> None:
    document = browser.get("/.well-known/openid-configuration").json()
    assert document["dpop_signing_alg_values_supported"] == ["PS256", "ES256", "EdDSA"]
    allowed = browser.request("OPTIONS", "/api/oidc/token").headers["Access-Control-Allow-Headers"]
    assert "DPoP" in allowed.split(", ")


def introspect(proving: Proving, token: str | None, /, **headers: str) -> Browser:
    server = Browser(proving.browser.application, proving.browser.origin)
    form = {"client_id": proving.app.client_id, "client_secret": proving.app.secret} if not headers else {}
    return server.post(
        "/api/oidc/introspect",
        {name: value for name, value in {"token": token, **form}.items() if value is not None},
        form_token=None,
        headers={"Origin": "", "Sec-Fetch-Site": "", **headers},
    )


@pytest.mark.parametrize("is_opaque", [False, True])
def test_6_2_introspection_names_the_key(
    proving: Proving, change: Callable[..., None], *, is_opaque: bool
) -> None:
    change(has_opaque_access_tokens=is_opaque)
    tokens = proving.tokens()
    told = introspect(proving, tokens["access_token"]).json()
    assert (told["active"], told["token_type"], told["cnf"]) == (True, "DPoP", {"jkt": KEY.key.thumbprint()})
    assert introspect(proving, tokens["refresh_token"]).json()["cnf"] == {"jkt": KEY.key.thumbprint()}
    access = tokens["access_token"]
    if is_opaque:
        got = proving.userinfo(access, proving.proof("GET", USERINFO, ath=ath(access)))
        assert got.status == 200, got.text
        assert proving.userinfo(access, None, "Bearer").status == 401


def test_7_a_bound_token_asks_about_others_only_with_its_key(proving: Proving) -> None:
    access = proving.tokens()["access_token"]
    assert introspect(proving, access, Authorization=f"Bearer {access}").status == 401
    here = f"{APP_URL}/api/oidc/introspect"
    proof = proving.proof("POST", here, ath=ath(access))
    got = introspect(proving, access, Authorization=f"DPoP {access}", DPoP=proof)
    assert got.json()["active"], got.text


def test_5_a_token_that_an_app_gets_for_itself_is_bound_too(
    proving: Proving, change: Callable[..., None]
) -> None:
    change(allows_client_credentials=True)
    got = proving.ask(proving.proof(), grant_type="client_credentials").json()
    assert got["token_type"] == "DPoP"
    assert introspect(proving, got["access_token"]).json()["cnf"] == {"jkt": KEY.key.thumbprint()}
    change(requires_dpop=True)
    check_proof_refusal(proving.ask(None, grant_type="client_credentials"))


def push(proving: Proving, proof: str | None, **changes: str) -> Browser:
    server = Browser(proving.browser.application, proving.browser.origin)
    headers = {"Origin": "", "Sec-Fetch-Site": ""} | ({"DPoP": proof} if proof is not None else {})
    form = {**proving.app.request(**changes), "client_secret": proving.app.secret}
    return server.post("/api/oidc/par", form, form_token=None, headers=headers)


def code_of(proving: Proving, browser: Browser) -> str:
    if browser.location.startswith("/interaction"):
        consent(browser.get(browser.location))
    return answer(browser)["code"]


def test_10_a_request_may_name_the_key_that_its_code_is_for(proving: Proving, signed_in: Browser) -> None:
    thief = replace(proving, key=OTHER, number=100)
    for dpop_jkt in (KEY.key.thumbprint(), OTHER.key.thumbprint()):
        code = code_of(proving, proving.app.authorize(signed_in, dpop_jkt=dpop_jkt))
        right, wrong = (proving, thief) if dpop_jkt == KEY.key.thumbprint() else (thief, proving)
        check_proof_refusal(wrong.exchange(None, code))
        assert right.exchange(right.proof(), code).status == 200
    code = code_of(proving, proving.app.authorize(signed_in, dpop_jkt=KEY.key.thumbprint()))
    assert thief.exchange(thief.proof(), code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("wrong", ["x", "x" * 44, "é" * 43, "+" * 43])
def test_10_what_is_no_thumbprint_is_told_to_the_app(
    proving: Proving, signed_in: Browser, wrong: str
) -> None:
    refused = answer(proving.app.authorize(signed_in, dpop_jkt=wrong))
    assert (refused["error"], refused["state"]) == ("invalid_request", "the-state")


def test_10_1_a_pushed_request_is_for_the_key_that_was_proved(proving: Proving, signed_in: Browser) -> None:
    par = f"{APP_URL}/api/oidc/par"
    for changes in ({}, {"dpop_jkt": KEY.key.thumbprint()}):
        pushed = push(proving, proving.proof("POST", par), **changes)
        assert pushed.status == 201, pushed.text
        code = code_of(proving, proving.app.come(signed_in, pushed.json()["request_uri"]))
        thief = replace(proving, key=OTHER, number=proving.number + 100)
        check_proof_refusal(proving.exchange(None, code))
        assert proving.exchange(proving.proof(), code).status == 200
        code = code_of(
            proving,
            proving.app.come(signed_in, push(proving, proving.proof("POST", par)).json()["request_uri"]),
        )
        assert thief.exchange(thief.proof(), code).json()["error"] == "invalid_grant"


def test_10_1_at_the_par_endpoint_a_proof_is_good_and_the_same_key(proving: Proving) -> None:
    par = f"{APP_URL}/api/oidc/par"
    check_proof_refusal(push(proving, proving.proof("POST", TOKEN)))
    check_proof_refusal(push(proving, "proof"))
    check_proof_refusal(push(proving, proving.proof("POST", par), dpop_jkt=OTHER.key.thumbprint()))
    proof = proving.proof("POST", par)
    assert push(proving, proof).status == 201
    check_proof_refusal(push(proving, proof))
