"""The log: one line an event, in two forms, and never a secret."""

import json
import logging
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from pocketid import log

SECRET = "kT9sVw2LqXrB7nYc4fJdHg"


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """What `configure` changes belongs to the whole process."""
    root = logging.getLogger()
    before = root.handlers[:], root.level, logging.getLogger("pocketid").level, threading.excepthook
    yield
    root.handlers[:], level, own_level, threading.excepthook = before
    root.setLevel(level)
    logging.getLogger("pocketid").setLevel(own_level)


class Log:
    """What was logged since the last look."""

    def __init__(self, captured: pytest.CaptureFixture[str]) -> None:
        self._captured = captured

    def configure(self, level: str = "info", *, as_json: bool = False, priority_prefix: bool = False) -> None:
        log.configure(level, as_json=as_json, priority_prefix=priority_prefix)

    def lines(self) -> list[str]:
        return self._captured.readouterr().err.splitlines()

    def line(self) -> str:
        (line,) = self.lines()
        return line


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Log:
    return Log(capsys)


def test_text_is_a_time_a_level_an_event_and_its_fields(written: Log) -> None:
    written.configure()
    log.event("sign_in", user="anna", reason="two words", nothing=None, number=7, is_new=True)
    assert re.fullmatch(
        r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO sign_in user=anna reason="two words" number=7 is_new=True',
        written.line(),
    )


def test_json_is_an_object_a_line(written: Log) -> None:
    written.configure(as_json=True)
    log.request("GET", "/login", 200, 1.234, address="127.0.0.1", user=None)
    found = json.loads(written.line())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", found.pop("time"))
    assert found == {
        "level": "info",
        "event": "request",
        "method": "GET",
        "path": "/login",
        "status": 200,
        "ms": 1.2,
        "address": "127.0.0.1",
    }


@pytest.mark.parametrize(
    ("level", "shown"),
    [
        ("debug", ["healthy", "request", "careful", "broken"]),
        ("info", ["request", "careful", "broken"]),
        ("warn", ["careful", "broken"]),
        ("error", ["broken"]),
    ],
)
def test_the_level_decides_what_is_written(written: Log, level: str, shown: list[str]) -> None:
    written.configure(level)
    log.request("GET", "/healthz", 204, 1.0)
    log.request("GET", "/login", 200, 1.0)
    log.warning("careful")
    log.failure("broken", ValueError("x"))
    names = [line.split()[2] for line in written.lines()]
    assert [name.replace("healthy", "request") for name in shown] == names


@pytest.mark.parametrize(("path", "status", "is_written"), [
    ("/healthz", 204, False), ("/health", 200, False), ("/static/app.1.css", 200, False),
    ("/healthz", 503, True), ("/static/other", 404, True), ("/login", 200, True),
])  # fmt: skip
def test_healthy_health_checks_and_files_do_not_fill_the_log(
    written: Log, path: str, status: int, is_written: bool
) -> None:
    written.configure()
    log.request("GET", path, status, 1.0)
    assert len(written.lines()) == is_written


@pytest.mark.parametrize("as_json", [False, True])
def test_under_systemd_each_line_begins_with_its_priority(written: Log, as_json: bool) -> None:
    written.configure("debug", as_json=as_json, priority_prefix=True)
    log.request("GET", "/healthz", 204, 1.0)
    log.event("told")
    log.warning("careful")
    log.failure("broken", ValueError("x"))
    assert [line[:3] for line in written.lines()] == ["<7>", "<6>", "<4>", "<3>"]


def test_under_systemd_the_time_is_the_journal_s(written: Log) -> None:
    written.configure(priority_prefix=True)
    log.event("told")
    assert written.line() == "<6>INFO told"


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        "a\nb",
        "a\r\nINFO forged",
        "a\x1b[31mb",
        "a\x00b",
        "a\x85b",
        "a\u2028b",
        "a\u202eb",
        "a\udc80b",
        "a\x7fb",
    ],
)
def test_s_ht_06_a_line_stays_a_line_whatever_is_sent(written: Log, as_json: bool, text: str) -> None:
    written.configure(as_json=as_json)
    log.event("sign_in", user=text)
    log.event(f"event {text}")
    lines = written.lines()
    assert len(lines) == 2
    assert all(line.isprintable() for line in lines)


def test_s_ht_06_a_value_cannot_pass_for_another_field(written: Log) -> None:
    written.configure()
    log.event("sign_in", user='a" admin="true', path='b\\" c=d')
    assert written.line().endswith(r'user="a\" admin=\"true" path="b\\\" c=d"')


def test_s_ht_06_a_value_is_cut_at_512_characters(written: Log) -> None:
    written.configure(as_json=True)
    log.event("told", user_agent="x" * 10_000)
    assert json.loads(written.line())["user_agent"] == "x" * 512


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        f"/lc/{SECRET}",
        f"/st/{SECRET}",
        f"/invitation/{SECRET}/passkey",
        f"https://id.example.org/lc/{SECRET}?redirect=x",
        f"/callback?code={SECRET}&state=1",
        f"access_token={SECRET}",
        f"client_secret={SECRET}",
        f"Bearer {SECRET}",
        f"Authorization: Basic {SECRET}",
        f"eyJhbGciOiJSUzI1NiJ9.{SECRET}.{SECRET}",
        f"connection failed: host=h password={SECRET} dbname=d",
    ],
)
def test_s_tk_10_what_looks_like_a_secret_is_not_written(written: Log, as_json: bool, text: str) -> None:
    written.configure(as_json=as_json)
    log.event("told", text=text)
    log.request("GET", text, 200, 1.0)
    log.warning(text)
    log.failure("broken", ValueError(text))
    logging.getLogger("library").error("it said %s", text)
    lines = written.lines()
    assert len(lines) == 5
    for line in lines:
        assert SECRET not in line
        assert "***" in line


def test_a_fault_is_one_line_with_its_error_and_where_it_came_from(written: Log) -> None:
    written.configure()
    try:
        raise ZeroDivisionError("by\nnothing")
    except ZeroDivisionError as error:
        log.failure("request_failed", error, reference="abc123")
    line = written.line()
    assert "ERROR request_failed reference=abc123" in line
    assert "ZeroDivisionError" in line
    assert "test_log.py" in line


def test_what_libraries_say_is_written_in_the_same_form(written: Log) -> None:
    written.configure()
    logging.getLogger("cheroot").info("chatter")
    logging.getLogger("psycopg.pool").warning("pool is %s", "tired")
    assert written.line().endswith("Z WARNING pool is tired logger=psycopg.pool")


def test_a_thread_that_breaks_is_one_line_too(written: Log) -> None:
    written.configure()

    def work() -> Any:
        raise ValueError("in a thread")

    thread = threading.Thread(target=work, name="worker")
    thread.start()
    thread.join()
    line = written.line()
    assert "ERROR thread_failed thread=worker" in line
    assert "in a thread" in line
