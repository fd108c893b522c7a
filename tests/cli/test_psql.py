"""`pocket-id psql`: the database's own console and the maintenance scripts, by one command."""

import os
import subprocess
import sys

import pytest

from pocketid import config
from pocketid.db import connect
from tests.conftest import ENCRYPTION_KEY
from tests.processes import ROOT


def psql(database: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DB_CONNECTION_STRING": database, "ENCRYPTION_KEY": ENCRYPTION_KEY}
    command = [sys.executable, "-m", "pocketid", "psql", *arguments]
    return subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


def test_a_script_runs_by_its_name(database: str) -> None:
    done = psql(database, "reset_setup")
    assert done.returncode == 0, done.stderr
    assert "Setup is open until" in done.stdout
    with connect(database) as connection:
        row = connection.execute("select setup_reopened_until > now() from instance").fetchone()
    assert row == (True,)


def test_arguments_go_to_psql_and_its_exit_code_comes_back(database: str) -> None:
    done = psql(database, "--", "-At", "-c", "select count(*) from users")
    assert (done.returncode, done.stdout) == (0, "0\n")
    assert psql(database, "--", "-c", "select nonsense").returncode == 1


@pytest.mark.parametrize("name", ["nonsense", "../schema", "/etc/passwd"])
def test_an_unknown_script_is_answered_with_those_that_there_are(database: str, name: str) -> None:
    done = psql(database, name)
    assert done.returncode == 1
    assert "there are: " in done.stderr
    assert "reset_setup" in done.stderr


def test_s_sc_02_the_password_is_not_on_the_command_line() -> None:
    conninfo, environment = config.without_password("host=db user=pocketid password='a b' dbname=pocketid")
    assert "a b" not in conninfo
    assert "password" not in conninfo
    assert environment["PGPASSWORD"] == "a b"
