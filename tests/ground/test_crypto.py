"""Tokens, digests, and what is sealed under ENCRYPTION_KEY."""

import pytest

from pocketid import crypto
from pocketid.crypto import CannotOpen, Keyring


def test_s_se_01_a_random_token_has_256_bits_and_never_comes_twice() -> None:
    tokens = {crypto.random_token() for _each in range(1000)}
    assert len(tokens) == 1000
    assert {len(crypto.from_base64url(token)) for token in tokens} == {32}


@pytest.mark.parametrize("content", [b"", b"a", b"ab", b"abc", bytes(range(256))])
def test_base64url_has_no_padding_and_comes_back(content: bytes) -> None:
    text = crypto.base64url(content)
    assert "=" not in text
    assert crypto.from_base64url(text) == content


@pytest.mark.parametrize("text", ["a+b=", "YQ==", "a b", "ä", "a\nb", "a"])
def test_what_is_not_base64url_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        crypto.from_base64url(text)


def test_s_ky_04_a_sealed_value_opens_in_its_own_row_only() -> None:
    keyring = Keyring(b"sixteen bytes or more")
    sealed = keyring.seal("signing-key", b"secret", "row 1")
    assert keyring.open("signing-key", sealed, "row 1") == b"secret"
    for purpose, row, other in (
        ("signing-key", "row 2", keyring),
        ("other", "row 1", keyring),
        ("signing-key", "row 1", Keyring(b"another key of sixteen")),
    ):
        with pytest.raises(CannotOpen):
            other.open(purpose, sealed, row)


def test_a_changed_or_cut_sealed_value_does_not_open() -> None:
    keyring = Keyring(b"sixteen bytes or more")
    sealed = keyring.seal("p", b"secret", "row")
    for broken in (b"", sealed[:11], sealed[:-1], sealed[:-1] + bytes([sealed[-1] ^ 1])):
        with pytest.raises(CannotOpen):
            keyring.open("p", broken, "row")


def test_each_purpose_has_a_key_of_its_own() -> None:
    keyring = Keyring(b"sixteen bytes or more")
    assert keyring.mac("form", "x") != keyring.mac("browser", "x")
    assert keyring.key("form") == Keyring(b"sixteen bytes or more").key("form")
