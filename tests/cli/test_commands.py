"""The commands that do one thing and end, run as an operator runs them."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import pocketid as program
from pocketid.db import connect
from pocketid.migrate import available
from tests.browser import Browser
from tests.conftest import ENCRYPTION_KEY
from tests.main_job import server_at, set_up
from tests.processes import free_port, pocketid


def run(
    *arguments: str,
    environ: Mapping[str, str] | None = None,
    directory: Path | None = None,
    check: bool = True,
) -> subprocess.CompletedProcess[str]:
    """One command; what it needs of the environment is given."""
    done = subprocess.run(
        [sys.executable, "-m", "pocketid", *arguments],
        env={**os.environ, **(environ or {})},
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert not check or done.returncode == 0, done.stderr
    return done


def external(database: str) -> dict[str, str]:
    return {"DB_CONNECTION_STRING": database, "ENCRYPTION_KEY": ENCRYPTION_KEY}


@pytest.mark.parametrize("word", ["version", "--version"])
def test_the_version_is_printed_in_pocket_id_s_form(word: str) -> None:
    assert run(word).stdout == f"pocket-id {program.__version__}\n"


@pytest.mark.parametrize(
    ("words", "code"), [(("--help",), 0), (("nonsense",), 2), (("one-time-access-token",), 2)]
)
def test_what_is_not_understood_is_said_with_exit_code_2(words: tuple[str, ...], code: int) -> None:
    done = run(*words, check=False)
    assert done.returncode == code
    assert "usage: pocket-id" in done.stdout + done.stderr


def test_the_version_needs_no_configuration() -> None:
    assert run("version", environ={"PORT": "nonsense"}).stdout.startswith("pocket-id ")


def test_the_configuration_is_printed_with_sources_and_without_secrets(tmp_path: Path, database: str) -> None:
    (tmp_path / ".env").write_text("APP_NAME='Our house'\n")
    (tmp_path / "key").write_text(ENCRYPTION_KEY)
    environment = {"DB_CONNECTION_STRING": database, "ENCRYPTION_KEY_FILE": str(tmp_path / "key")}
    environment["PUBLIC_APP_URL"] = "https://id.example.org"
    done = run("config", directory=tmp_path, environ=environment)
    rows = dict(re.findall(r"^(\w+) +(.*)$", done.stdout, re.MULTILINE))
    assert re.fullmatch(r"https://id\.example\.org +environment, as PUBLIC_APP_URL", rows["APP_URL"])
    assert re.fullmatch(r"\*{8} +ENCRYPTION_KEY_FILE", rows["ENCRYPTION_KEY"])
    assert re.fullmatch(r"\*{8} +environment", rows["DB_CONNECTION_STRING"])
    assert re.fullmatch(r"Our house +\.env", rows["APP_NAME"])
    assert re.fullmatch(r"1411 +default", rows["PORT"])
    assert "PUBLIC_APP_URL is an old name: use APP_URL." in done.stderr
    assert ENCRYPTION_KEY not in done.stdout + done.stderr


def test_a_configuration_with_problems_is_not_printed(tmp_path: Path) -> None:
    done = run("config", directory=tmp_path, check=False, environ={"PORT": "nonsense", "LOG_JSON": "maybe"})
    assert (done.returncode, done.stdout) == (1, "")
    assert [line.split()[0] for line in done.stderr.splitlines()] == ["PORT", "LOG_JSON"]


def test_migrating_says_to_where_and_a_second_time_changes_nothing(tmp_path: Path, database: str) -> None:
    told = f"The database is at {len(available()):04d}.\n"
    assert run("migrate", directory=tmp_path, environ=external(database)).stdout == told
    assert run("migrate", directory=tmp_path, environ=external(database)).stdout == told


def test_a_link_is_made_beside_a_running_server_and_signs_in_once(open_folder: Path) -> None:
    port = free_port()
    origin = f"http://localhost:{port}"
    folder = {"DATA_DIR": str(open_folder / "data"), "APP_URL": origin}
    with pocketid(open_folder, port):
        set_up(Browser(server_at(port), origin))
        done = run("one-time-access-token", "owner", environ=folder)
        link = done.stdout.splitlines()[-1]
        assert link.startswith(f"{origin}/lc/")
        code = link.rpartition("/")[2]
        visitor = Browser(server_at(port), origin)
        visitor.get(f"/lc/{code}")
        assert (visitor.post("/lc", {"code": code}).status, visitor.location) == (303, "/login/add-passkey")
        other = Browser(server_at(port), origin)
        other.get("/lc")
        assert other.post("/lc", {"code": code}).status != 303
        assert code not in (open_folder / "pocketid.log").read_text()
    alone = run("one-time-access-token", "OWNER", environ=folder)
    assert alone.stdout.splitlines()[-1].startswith(f"{origin}/lc/"), "also while no server runs"


def test_a_link_for_nobody_is_refused(tmp_path: Path, database: str) -> None:
    done = run("one-time-access-token", "nobody", directory=tmp_path, check=False, environ=external(database))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("Nobody has the user name or e-mail address “nobody”.\n")
    with connect(database) as connection:
        assert connection.execute("select count(*) from one_time_access_tokens").fetchone() == (0,)


def keys_of(database: str) -> dict[str, int]:
    """How many keys each algorithm has."""
    with connect(database) as connection:
        rows = connection.execute(
            "select algorithm, count(*) from signing_keys group by algorithm"
        ).fetchall()
    return dict(rows)


def test_the_next_keys_are_published_and_a_second_time_are_the_same(tmp_path: Path, database: str) -> None:
    told = [
        run("key-rotate", "-y", directory=tmp_path, environ=external(database)).stdout for _each in range(2)
    ]
    assert re.fullmatch(r"The next keys are published, and sign from [0-9-]{10} [0-9:]{5} UTC on.\n", told[0])
    assert told[0] == told[1]
    assert set(keys_of(database).values()) == {2}


def test_keys_are_replaced_at_once_when_the_operator_agrees(tmp_path: Path, database: str) -> None:
    words = ("key-rotate", "--at-once", "--alg", "EdDSA", "--crv", "Ed25519")
    with connect(database) as connection:
        before = set(connection.execute("select kid from signing_keys").fetchall())
        asked = run(*words, directory=tmp_path, environ=external(database), check=False)
        assert asked.returncode == 1
        assert "people have to sign in to them again" in asked.stdout
        assert asked.stdout.endswith("Nothing was changed.\n")
        assert set(connection.execute("select kid from signing_keys").fetchall()) == before
        done = run(*words, "--yes", directory=tmp_path, environ=external(database))
        assert done.stdout == "Replaced. What was signed before counts no more.\n"
        assert len(before - set(connection.execute("select kid from signing_keys").fetchall())) == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--alg", "RS384"), "There are keys for RS256, PS256, ES256, EdDSA, and none for RS384."),
        (("--alg", "ES256", "--crv", "Ed25519"), "--crv is Ed25519, together with --alg EdDSA"),
        (("--crv", "Ed448"), "--crv is Ed25519, together with --alg EdDSA"),
    ],
)
def test_a_key_that_cannot_be_is_refused(words: tuple[str, ...], told: str, tmp_path: Path) -> None:
    done = run("key-rotate", *words, directory=tmp_path, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(told)


def test_a_health_check_asks_the_server_that_the_configuration_names(
    open_folder: Path, database: str
) -> None:
    port = free_port()
    asked = {**external(database), "PORT": str(port)}
    with pocketid(open_folder, port, **external(database)):
        assert run("healthcheck", environ=asked).stdout == ""
        assert run("healthcheck", "-v", environ=asked).stdout == f"http://127.0.0.1:{port} answered 204.\n"
        other = run("healthcheck", "--verbose", "-e", f"http://localhost:{port}/", environ=external(database))
        assert other.stdout == f"http://localhost:{port}/ answered 204.\n"
        with connect(database) as connection:
            connection.execute("insert into migrations (number, name) values (9000, 'from_the_future')")
        sick = run("healthcheck", check=False, environ=asked)
        assert (sick.returncode, sick.stderr) == (1, f"http://127.0.0.1:{port} answered 503.\n")
        with connect(database) as connection:
            connection.execute("delete from migrations where number = 9000")
    gone = run("healthcheck", check=False, environ=asked)
    assert gone.returncode == 1
    assert gone.stderr.startswith(f"No answer from http://127.0.0.1:{port}: ")


def test_a_health_check_of_a_socket_that_is_not_there_fails(tmp_path: Path) -> None:
    done = run("healthcheck", "--unix-socket", str(tmp_path / "socket"), check=False)
    assert done.returncode == 1
    assert "No answer from" in done.stderr
