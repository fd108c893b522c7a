"""Mails on the wire: how they are encrypted, signed in for, addressed, and what a server's refusal becomes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from pocketid import mail
from pocketid.mail import Failed, Letter, Server
from tests.mail_server import PASSWORD, USER, MailServer, Received, make_certificate, silent_server

LETTER = Letter("Grüße aus der Küche", "Hello\n", '<p>Hello <img src="cid:logo"></p>')
ANNA = "anna@example.test"
NOW = datetime(2026, 5, 3, 14, 7, 0, tzinfo=UTC)
HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The certificate, as one that this process trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return certificate


@pytest.fixture(scope="module")
def plain() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


def server_at(port: int, **other: str) -> Server:
    values = {"tls": "none", "user": "", "password": "", "host": "localhost"}
    return Server(
        port=port,
        trusts_any_certificate=False,
        sender="id@example.test",
        name="id.test",
        **{**values, **other},
    )


def message(
    server: Server, address: str = ANNA, letter: Letter = LETTER, from_name: str = "Skylab"
) -> EmailMessage:
    return mail.composed(
        letter, server, address, from_name=from_name, logo=b"\x89PNG", mail_id="7d2b", now=NOW
    )


def deliver(server: Server, address: str = ANNA) -> None:
    mail.send(server, message(server, address))


def last(server: MailServer) -> Received:
    return server.received[-1]


def test_a_mail_is_text_html_and_a_picture_with_the_headers_of_a_program(plain: MailServer) -> None:
    deliver(server_at(plain.port))
    found = last(plain)
    assert (found.sender, found.recipients) == ("id@example.test", [ANNA])
    assert found.subject == "Grüße aus der Küche"
    assert found.message["From"] == "Skylab <id@example.test>"
    assert found.message["To"] == ANNA
    assert found.message["Auto-Submitted"] == "auto-generated"
    assert found.message["Message-ID"] == "<7d2b@id.test>"
    assert found.message["Date"].datetime == NOW
    assert (found.text, found.html) == (LETTER.text, LETTER.html + "\n")
    types = [part.get_content_type() for part in found.message.walk()]
    assert types == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
    assert [part["Content-ID"] for part in found.message.walk() if part["Content-ID"]] == ["<logo>"]


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_the_way_is_encrypted_before_the_password_is_said(tls: str, trusted: Path) -> None:
    with MailServer(tls=tls, certificate=trusted, asks_password=True) as server:
        deliver(server_at(server.port, tls=tls, user=USER, password=PASSWORD))
        assert last(server).is_encrypted


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_ends_it_unless_any_is_trusted(
    tls: str, certificate: Path
) -> None:
    with MailServer(tls=tls, certificate=certificate) as server:
        with pytest.raises(Failed, match=r"^certificate: self-signed certificate$") as failure:
            deliver(server_at(server.port, tls=tls))
        assert failure.value.step == "encrypt"
        assert server.received == []
        deliver(replace(server_at(server.port, tls=tls), trusts_any_certificate=True))
        assert last(server).is_encrypted


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_certificate_of_another_name_ends_it(
    tls: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_certificate(tmp_path, "DNS:other.example.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    with MailServer(tls=tls, certificate=other) as server:
        with pytest.raises(Failed, match="Hostname mismatch"):
            deliver(server_at(server.port, tls=tls))
        assert server.received == []


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_server_that_cannot_encrypt_gets_nothing(tls: str, plain: MailServer) -> None:
    before = len(plain.received)
    with pytest.raises(Failed) as failure:
        deliver(server_at(plain.port, tls=tls, user=USER, password=PASSWORD))
    assert failure.value.step in {"encrypt", "connect"}
    assert not failure.value.of_this_mail
    assert len(plain.received) == before


def test_a_wrong_password_is_told_in_the_server_s_words_and_without_the_password() -> None:
    with MailServer(asks_password=True) as server:
        deliver(server_at(server.port, user=USER, password=PASSWORD))
        with pytest.raises(Failed) as failure:
            deliver(server_at(server.port, user=USER, password="This is not"))
        assert failure.value.words == "535 5.7.8 ******** the <b>password</b>"
        assert (failure.value.step, failure.value.is_final) == ("sign_in", False)
        with pytest.raises(Failed, match="530") as failure:
            deliver(server_at(server.port))
        assert (failure.value.step, failure.value.is_final) == ("sender", False)


@pytest.mark.parametrize(
    ("answer", "is_final"), [("550 5.1.1 Nobody here", True), ("451 4.3.0 Try later", False)]
)
def test_a_refused_recipient_is_the_mail_s_own_trouble(
    answer: str, is_final: bool, plain: MailServer
) -> None:
    plain.refuse("tim@example.test", answer)
    with pytest.raises(Failed) as failure:
        deliver(server_at(plain.port), "tim@example.test")
    assert (failure.value.words, failure.value.is_final) == (answer, is_final)
    assert failure.value.of_this_mail
    deliver(server_at(plain.port))


def test_a_server_that_is_not_there_or_says_nothing_is_given_up_soon(
    free: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "ANSWER_SECONDS", 0.2)
    with pytest.raises(Failed, match="Connection refused") as failure:
        deliver(server_at(free))
    assert (failure.value.step, failure.value.of_this_mail) == ("connect", False)
    with silent_server() as port, pytest.raises(Failed, match="timed out"):
        deliver(server_at(port))
    with silent_server() as port, pytest.raises(Failed, match="timed out"):
        deliver(server_at(port, tls="tls"))


@pytest.fixture
def free() -> int:
    with silent_server() as port:
        return port


def test_a_server_that_never_comes_to_an_end_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "ANSWER_SECONDS", 30.0)
    monkeypatch.setattr(mail, "LONGEST_SECONDS", 0.3)
    with silent_server() as port, pytest.raises(Failed, match="closed"):
        deliver(server_at(port))


def test_addresses_of_every_alphabet_are_written_to(plain: MailServer) -> None:
    deliver(server_at(plain.port), "anna@bücher.example")
    assert last(plain).recipients == ["anna@xn--bcher-kva.example"]
    deliver(server_at(plain.port), "jösé@bücher.example")
    assert last(plain).recipients == ["jösé@xn--bcher-kva.example"]
    assert str(last(plain).message["To"]) == "jösé@xn--bcher-kva.example"


INJECTIONS = [
    "a\r\nBcc: mallory@example.test",
    "a\nBcc: mallory@example.test\n\nbody",
    "a\rBcc: mallory@example.test",
    "a\x0bBcc: mallory@example.test",
    "a\x85Bcc: mallory@example.test",
    "a\u2028Bcc: mallory@example.test",
    "=?utf-8?q?a=0D=0ABcc:_mallory@example.test?=",
    "=?utf-8?b?YQ0KQmNjOiBtYWxsb3J5QGV4YW1wbGUudGVzdA==?=",
    '"a" <mallory@example.test>, ',
    "a" * 300 + " =?utf-8?q?=0ABcc:_mallory@example.test?= " + "é" * 300,
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_co_07_neither_a_name_nor_a_subject_adds_a_header(text: str) -> None:
    written = message(server_at(25), letter=replace(LETTER, subject=text), from_name=text).as_bytes()
    read = message_from_bytes(written, policy=default)
    assert read.keys() == HEADERS
    assert [address.addr_spec for address in read["From"].addresses] == ["id@example.test"]
    assert [address.addr_spec for address in read["To"].addresses] == [ANNA]


@pytest.mark.parametrize("text", INJECTIONS)
def test_co_07_an_address_adds_neither_a_header_nor_another_address(text: str) -> None:
    for address in (f"{text}@example.test", f"anna@{text}", f"anna@example.test{text}"):
        try:
            composed = message(server_at(25), address)
        except ValueError:
            continue
        read = message_from_bytes(composed.as_bytes(), policy=default)
        assert read.keys() == HEADERS
        assert len(read["To"].addresses) == 1
        assert read["To"].addresses[0].addr_spec != "mallory@example.test"
