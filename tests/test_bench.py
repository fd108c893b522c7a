"""The benchmark in its shortest form: that its requests are answered rightly, and that wrong answers end it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import servers, workloads
from bench.load import Batch, WrongAnswer, fire
from bench.report import Figure, at_least, at_most, table
from bench.rounds import Series, compare
from tests.processes import ROOT


@pytest.fixture(scope="module")
def hello_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with servers.hello(tmp_path_factory.mktemp("hello")) as port:
        yield port


def test_every_workload_of_the_benchmark_is_answered_rightly(tmp_path: Path) -> None:
    output = tmp_path / "bench.json"
    command = [sys.executable, "-m", "bench", "--quick", "--output", str(output)]
    run = subprocess.run(
        [*command, "--only", "requests", "whole_sign_in"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    written = json.loads(output.read_text())
    names = {figure["name"] for figure in written["figures"]}
    assert {
        "discovery",
        "authorize",
        "code exchange RS256",
        "refresh ES256",
        "userinfo",
        "introspection",
        "client credentials",
        "forward auth",
        "whole sign-in",
    } <= names
    assert all(figure["value"] > 0 for figure in written["figures"])
    assert written["commit"]
    assert written["machine"]["cores"] >= 1
    assert "× oidc-provider" in run.stdout


@pytest.mark.parametrize(
    ("path", "status", "contains"),
    [("/", 204, b"hello"), ("/", 200, b"good bye"), ("/nowhere", 200, b"")],
    ids=["status", "content", "not found"],
)
def test_a_wrong_answer_ends_a_measurement(hello_port: int, path: str, status: int, contains: bytes) -> None:
    sent = workloads.request(hello_port, "GET", path)
    with pytest.raises(WrongAnswer):
        fire(Batch(hello_port, [sent], status, contains, seconds=5.0))


def test_a_server_that_hangs_up_is_a_wrong_answer(hello_port: int) -> None:
    with pytest.raises(WrongAnswer):
        fire(Batch(hello_port, [b"nonsense\r\n\r\n"], 200, b"", seconds=5.0))


def test_requests_that_can_be_used_once_are_sent_once(hello_port: int) -> None:
    sent = [workloads.request(hello_port, "GET", "/")] * 20
    outcome = fire(Batch(hello_port, sent, 200, b"hello", seconds=60.0, again=False, keep=3))
    assert len(outcome.latencies) == 20
    assert len(outcome.answers) == 3


def test_a_measurement_ends_with_its_time(hello_port: int) -> None:
    outcome = fire(workloads.hello(hello_port).batch(0.2))
    assert len(outcome.latencies) > 1
    assert outcome.seconds >= 0.2


def test_rounds_interleave_what_they_compare_and_leave_the_first_out() -> None:
    calls: list[str] = []

    def measure(name: str, value: float) -> float:
        calls.append(name)
        return value * len(calls)

    series = compare(2, {"a": lambda: measure("a", 1), "b": lambda: measure("b", 2)})
    assert calls == ["a", "b"] * 3
    assert series == {"a": Series((3, 5)), "b": Series((8, 12))}
    assert series["b"].over(series["a"]).values == (8 / 3, 12 / 5)


@pytest.mark.parametrize(
    ("target", "values", "reached"),
    [
        (at_least(0.85), (0.9, 0.85, 0.2), True),
        (at_least(0.85), (0.9, 0.84, 0.2), False),
        (at_most(3), (3.0,), True),
        (at_most(3), (3.01,), False),
        (None, (1.0,), None),
    ],
)
def test_a_figure_says_whether_its_target_is_reached(
    target: object, values: tuple[float, ...], reached: bool | None
) -> None:
    figure = Figure.of("it", Series(values), "x", target)  # type: ignore[arg-type]
    assert figure.reached is reached
    assert {True: "reached", False: "MISSED", None: "it"}[reached] in table([figure])
