"""Signed tokens of others: read strictly, believed only with a key and an algorithm that the caller chose."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto import jwk

from pocketid import jose
from pocketid.crypto import base64url, from_base64url
from pocketid.jose import BadKey, NotValid
from tests.signer import Signer, compact

CLAIMS = {"iss": "app", "exp": 1}


def check(token: str, member: object, *allowed: str) -> dict[str, Any]:
    parsed = jose.parse(token)
    jose.verify(parsed, jose.public_key(member), allowed or jose.OF_ISSUERS)
    return parsed.claims


@pytest.mark.parametrize("algorithm", jose.OF_ISSUERS)
def test_what_another_implementation_signs_is_believed(algorithm: str) -> None:
    signer = Signer(algorithm)
    assert check(signer.sign(CLAIMS), signer.public, algorithm) == CLAIMS
    assert check(signer.sign(CLAIMS, kid=None), signer.public, algorithm) == CLAIMS


@pytest.mark.parametrize("algorithm", jose.OF_ISSUERS)
def test_nothing_else_is(algorithm: str) -> None:
    signer, other = Signer(algorithm), Signer(algorithm, "key-2")
    token = signer.sign(CLAIMS)
    head, payload, signature = token.split(".")
    for wrong in (
        other.sign(CLAIMS, kid="key-1"),
        signer.sign(CLAIMS, kid="key-2"),
        f"{head}.{payload}.",
        f"{head}.{payload}.{signature[4:]}",
        f"{head}.{payload}.{signature}AAAA",
        f"{head}.{compact({}, {'iss': 'evil'}).split('.')[1]}.{signature}",
        f"{compact({'alg': algorithm, 'kid': 'key-1', 'x': 1}, {}).split('.')[0]}.{payload}.{signature}",
    ):
        with pytest.raises(NotValid):
            check(wrong, signer.public)
    with pytest.raises(NotValid):
        check(token, signer.public, *(set(jose.OF_ISSUERS) - {algorithm}))


def test_a_key_that_names_its_algorithm_is_used_with_no_other() -> None:
    signer = Signer("RS256")
    assert check(signer.sign(CLAIMS), signer.public | {"alg": "RS256"}) == CLAIMS
    with pytest.raises(NotValid):
        check(signer.sign(CLAIMS), signer.public | {"alg": "PS256"})


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "ES512"])
def test_a_signature_is_written_in_one_way_alone(algorithm: str) -> None:
    signer = Signer(algorithm)
    head, payload, signature = signer.sign(CLAIMS).split(".")
    content = from_base64url(signature)
    half = len(content) // 2
    padded = content[:half] + b"\0\0\0" + content[half:]  # the same two numbers
    with pytest.raises(NotValid):
        check(f"{head}.{payload}.{base64url(padded)}", signer.public)


@pytest.mark.parametrize("pair", [("RS256", "PS256"), ("PS256", "RS256"), ("ES256", "ES384")])
def test_s_ky_01_an_algorithm_is_not_another_that_the_key_could_do(pair: tuple[str, str]) -> None:
    signer = Signer(pair[0])
    _head, payload, signature = signer.sign(CLAIMS).split(".")
    forged = compact({"alg": pair[1], "kid": "key-1"}, {}).split(".")[0]
    with pytest.raises(NotValid):
        check(f"{forged}.{payload}.{signature}", signer.public)


def pem(signer: Signer) -> bytes:
    content: bytes = signer.key.export_to_pem()
    return content


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_s_tk_07_hmac_under_a_public_key_is_refused(algorithm: str) -> None:
    signer = Signer(algorithm)
    for secret in (pem(signer), pem(signer).strip(), json.dumps(signer.public).encode()):
        content = compact({"alg": "HS256", "kid": "key-1"}, CLAIMS).rstrip(".")
        mac = hmac.digest(secret, content.encode(), hashlib.sha256)
        forged = f"{content}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
        for allowed in (jose.OF_ISSUERS, ("HS256",)):
            with pytest.raises(NotValid):
                check(forged, signer.public, *allowed)


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", ""])
def test_s_tk_07_none_is_refused(algorithm: str) -> None:
    for allowed in (jose.OF_ISSUERS, (algorithm,)):
        with pytest.raises(NotValid):
            check(compact({"alg": algorithm}, CLAIMS), Signer().public, *allowed)


def test_a_key_that_the_token_brings_along_is_passed_over() -> None:
    ours, theirs = Signer(), Signer("ES256", "evil")
    for brought in (
        {"jwk": theirs.public},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/chain"},
        {"x5c": [base64.b64encode(b"certificate").decode()]},
    ):
        with pytest.raises(NotValid):
            check(theirs.sign(CLAIMS, kid=None, **brought), ours.public)
        assert check(ours.sign(CLAIMS, **brought), ours.public) == CLAIMS


UNREADABLE = {
    "empty": "",
    "two parts": "e30.e30",
    "five parts, which is encrypted": "e30.e30.e30.e30.e30",
    "no base64": "e30.e30.é",
    "padded": "eyJhbGciOiJFUzI1NiJ9.e30=.AA",
    "stray bits": "eyJhbGciOiJFUzI1NiJ9.e31.AA",
    "white space": "eyJhbGciOiJFUzI1NiJ9.e30.AA\n",
    "no object": compact([], {}),
    "no algorithm": compact({}, {}),
    "algorithm of another type": compact({"alg": ["ES256"]}, {}),
    "kid of another type": compact({"alg": "ES256", "kid": 1}, {}),
    "kid that is nothing": compact({"alg": "ES256", "kid": None}, {}),
    "claims that are no object": compact({"alg": "ES256"}, "text"),
    "critical extension": compact({"alg": "ES256", "crit": ["b64"], "b64": False}, {}),
    "critical and empty": compact({"alg": "ES256", "crit": []}, {}),
    "a header twice": compact(b'{"alg":"none","alg":"ES256"}', {}),
    "a claim twice": compact({"alg": "ES256"}, b'{"sub":"a","sub":"b"}'),
    "a claim twice further down": compact({"alg": "ES256"}, b'{"a":[{"b":1,"b":2}]}'),
    "half a surrogate pair": compact({"alg": "ES256"}, b'{"sub":"\\ud800"}'),
    "NUL": compact({"alg": "ES256"}, b'{"sub":"a\\u0000"}'),
    "not a number": compact({"alg": "ES256"}, b'{"exp":NaN}'),
    "infinite": compact({"alg": "ES256"}, b'{"exp":Infinity}'),
    "a number without end": compact({"alg": "ES256"}, b'{"exp":' + b"9" * 5000 + b"}"),
    "nested deeply": compact({"alg": "ES256"}, b'{"a":' * 1500 + b"1" + b"}" * 1500),
    "nested lists": compact({"alg": "ES256"}, b"[" * 6000),
    "one megabyte": "eyJhbGciOiJFUzI1NiJ9." + "A" * 2**20 + ".AA",
    "no UTF-8": compact({"alg": "ES256"}, b'{"a":"\xff"}'),
    "UTF-16": compact({"alg": "ES256"}, json.dumps({"a": 1}).encode("utf-16")),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_refused(name: str) -> None:
    with pytest.raises(NotValid):
        jose.parse(UNREADABLE[name])


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = st.dictionaries(
    st.sampled_from(["alg", "kid", "typ", "kty", "crv", "n", "e", "x", "y", "use", "key_ops", "jwk", "crit"]),
    ANYTHING
    | st.sampled_from(["RSA", "EC", "OKP", "P-256", "Ed25519", "ES256", "AQAB", "A" * 43, "oct", "sig"]),
)


@given(st.text() | st.builds(compact, MEMBERS, MEMBERS, st.binary(max_size=70)))
def test_whatever_comes_is_refused_and_nothing_breaks(text: str) -> None:
    with pytest.raises(NotValid):
        check(text, Signer().public)


@given(ANYTHING | MEMBERS)
def test_whatever_a_key_is_it_is_a_key_or_none(member: object) -> None:
    try:
        jose.public_key(member)
    except BadKey:
        return


@given(st.binary())
def test_any_signature_but_the_right_one_is_refused(signature: bytes) -> None:
    for algorithm in ("RS256", "PS256", "ES256", "EdDSA"):
        with pytest.raises(NotValid):
            check(compact({"alg": algorithm}, CLAIMS, signature), Signer(algorithm).public)


def without(signer: Signer, **changes: Any) -> dict[str, Any]:
    return {name: value for name, value in (signer.public | changes).items() if value is not None}


SMALL = jwk.JWK.generate(kty="RSA", size=1024).export_public(as_dict=True)
BAD_KEYS = {
    "a text": "key",
    "private RSA": Signer("RS256").private,
    "private EC": Signer("ES256").private,
    "symmetric": {"kty": "oct", "k": "A" * 43},
    "small": SMALL,
    "large": without(Signer("RS256"), n="_" * 1500),
    "huge": without(Signer("RS256"), n="_" * 200_000),
    "even exponent": without(Signer("RS256"), e="AQAA"),
    "huge exponent": without(Signer("RS256"), e="_" * 300),
    "exponent one": without(Signer("RS256"), e="AQ"),
    "for encryption": without(Signer(), use="enc"),
    "for signing": without(Signer(), key_ops=["sign"]),
    "not on the curve": without(Signer(), x="A" * 43),
    "unknown curve": without(Signer(), crv="secp256k1"),
    "agreement curve": without(Signer("EdDSA"), crv="X25519"),
    "short": without(Signer("EdDSA"), x="AAAA"),
    "without a member": without(Signer(), y=None),
    "another kind's algorithm": without(Signer(), alg="RS256"),
    "HMAC": without(Signer(), alg="HS256"),
    "padded": without(Signer(), x=Signer().public["x"] + "="),
    "long kid": without(Signer(), kid="k" * 256),
    "empty kid": without(Signer(), kid=""),
}


@pytest.mark.parametrize("name", BAD_KEYS)
def test_keys_that_are_private_weak_or_something_else_are_refused(name: str) -> None:
    with pytest.raises(BadKey):
        jose.public_key(BAD_KEYS[name])


def test_the_thumbprint_is_the_standard_s() -> None:
    """RFC 7638 3.1, and RFC 8037 A.3."""
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3ok"
        "njhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qM"
        "QvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKn"
        "qDKgw"
    )
    assert (
        jose.thumbprint({"kty": "RSA", "n": modulus, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"})
        == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    )
    key = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert jose.thumbprint(key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    for algorithm in ("RS256", "ES256", "EdDSA"):
        assert jose.thumbprint(Signer(algorithm).public) == Signer(algorithm).key.thumbprint()


@pytest.mark.parametrize("value", [True, "1", [], {}, 10**400])
def test_a_time_is_a_number(value: object) -> None:
    with pytest.raises(NotValid):
        jose.parse(compact({"alg": "ES256"}, {"exp": value})).time("exp")
