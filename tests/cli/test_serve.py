"""`pocket-id` as a real process: how it starts, what it says when it cannot, how it stops."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from pocketid import embedded
from pocketid.db import connect
from pocketid.migrate import available
from tests.browser import Browser
from tests.conftest import ENCRYPTION_KEY, Server
from tests.main_job import Done, server_at, set_up, sign_in, walk
from tests.processes import ROOT, await_answer, await_text, free_port, pocketid, running

COMMAND = [sys.executable, "-m", "pocketid"]


@pytest.fixture
def empty_database(postgres: Server) -> Iterator[str]:
    name = f"empty_{uuid.uuid4().hex[:8]}"
    with connect(postgres.conninfo) as connection:
        connection.execute(f'create database "{name}"')
    yield postgres.database(name)
    with connect(postgres.conninfo) as connection:
        connection.execute(f'drop database "{name}" with (force)')


def external(database: str) -> dict[str, str]:
    return {"DB_CONNECTION_STRING": database, "ENCRYPTION_KEY": ENCRYPTION_KEY}


def refused(directory: Path, **environment: str) -> str:
    """What a start says that is refused; it ends with 1."""
    values = {
        **os.environ,
        "HOST": "127.0.0.1",
        "PORT": str(free_port()),
        "DATA_DIR": str(directory / "data"),
    }
    done = subprocess.run(
        COMMAND,
        env=values | environment,
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


# Starting


def test_the_first_start_prints_the_setup_url_and_the_second_finds_its_data(open_folder: Path) -> None:
    port = free_port()
    log = open_folder / "pocketid.log"
    origin = f"http://localhost:{port}"
    with pocketid(open_folder, port) as process:
        assert f"\n  Set up Pocketid here: {origin}/setup\n" in log.read_text()
        device = set_up(Browser(server_at(port), origin))
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    assert stat.S_IMODE((open_folder / "data").stat().st_mode) & 0o077 in {0, 0o011}
    assert stat.S_IMODE((open_folder / "data" / "encryption_key").stat().st_mode) == 0o600
    log.write_text("")
    with pocketid(open_folder, port):
        assert "Set up Pocketid" not in log.read_text()
        sign_in(Browser(server_at(port), origin), device)


def test_two_instances_that_start_at_once_share_an_empty_database(
    open_folder: Path, empty_database: str
) -> None:
    ports = [free_port(), free_port()]
    logs = [open_folder / "one.log", open_folder / "two.log"]
    urls = {"APP_URL": "http://localhost:1411", "HOST": "127.0.0.1"}
    environments = [{**external(empty_database), **urls, "PORT": str(port)} for port in ports]
    with (
        running(COMMAND, environments[0], logs[0]) as one,
        running(COMMAND, environments[1], logs[1]) as two,
    ):
        await_answer(f"http://127.0.0.1:{ports[0]}/healthz", one, logs[0])
        await_answer(f"http://127.0.0.1:{ports[1]}/healthz", two, logs[1])
        browser = Browser(server_at(ports[0]), "http://localhost:1411")
        device = set_up(browser)
        sign_in(Browser(server_at(ports[1]), "http://localhost:1411"), device)
        keys = [
            Browser(server_at(port), browser.origin).get("/.well-known/jwks.json").json() for port in ports
        ]
        assert keys[0] == keys[1]
    told = "".join(log.read_text() for log in logs)
    assert told.count(" migrated ") == len(available())
    assert "ERROR" not in told


@pytest.mark.parametrize("mode", [None, "0666"])
def test_it_listens_on_a_unix_socket_with_its_mode(
    open_folder: Path, database: str, mode: str | None
) -> None:
    path, log = open_folder / "socket", open_folder / "pocketid.log"
    environment = {
        **external(database),
        "UNIX_SOCKET": str(path),
        **({"UNIX_SOCKET_MODE": mode} if mode else {}),
    }
    with running(COMMAND, environment, log) as process:
        await_text("started", process, log)
        assert stat.S_IMODE(path.stat().st_mode) == int(mode or "0660", 8)
        browser = Browser(server_at(unix_socket=str(path)), "http://localhost:1411")
        assert browser.get("/healthz").status == 204
        done = subprocess.run([*COMMAND, "healthcheck"], env={**os.environ, **environment}, check=False)
        assert done.returncode == 0
        process.terminate()
        assert process.wait(timeout=20) == 0
    assert not path.exists()


def test_the_three_ways_to_enter_are_one_program() -> None:
    for command in (["pocketid.py"], ["-m", "pocketid"], ["-c", "from pocketid.cli import main; main()"]):
        done = subprocess.run(
            [sys.executable, *command, "version"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert re.fullmatch(r"pocket-id \d+\.\d+\.\d+\n", done.stdout)


# Refusing to start


def test_every_problem_of_the_configuration_is_a_line(open_folder: Path) -> None:
    told = refused(open_folder, PORT="x", LOG_LEVEL="loud", DB_CONNECTION_STRING="host=h password=hunter2")
    lines = told.splitlines()
    assert [line.split()[0] for line in lines] == ["PORT", "LOG_LEVEL", "ENCRYPTION_KEY"]
    assert "hunter2" not in told


def test_a_port_in_use_is_named(open_folder: Path, database: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        told = refused(open_folder, **external(database), PORT=str(port))
    assert f"Cannot listen on 127.0.0.1:{port}: another program listens there already." in told


def test_a_database_that_cannot_be_reached_is_said_with_what_to_look_at(
    open_folder: Path, database: str
) -> None:
    nobody = refused(
        open_folder, **external(f"postgresql://pocketid:hunter2@127.0.0.1:{free_port()}/pocketid")
    )
    assert "The database cannot be reached: " in nobody
    assert "Is PostgreSQL running, and does it listen there?" in nobody
    assert "hunter2" not in nobody
    no_socket = refused(open_folder, **external(f"host={open_folder} user=pocketid database=pocketid"))
    assert "is `host=` the folder of its socket?" in no_socket
    missing = refused(open_folder, **external(re.sub(r"dbname=\S+", "dbname=nowhere", database)))
    assert "createdb -O pocketid pocketid" in missing


def test_s_sc_01_a_wrong_key_is_refused_and_nothing_is_made_anew(open_folder: Path, database: str) -> None:
    with connect(database) as connection:
        before = connection.execute("select * from signing_keys order by kid").fetchall()
    subprocess.run([*COMMAND, "migrate"], env={**os.environ, **external(database)}, check=True)
    told = refused(open_folder, **{**external(database), "ENCRYPTION_KEY": "another key, long enough"})
    assert "ENCRYPTION_KEY" in told
    assert "another key" not in told
    with connect(database) as connection:
        assert connection.execute("select * from signing_keys order by kid").fetchall() == before


def test_a_database_that_is_newer_than_the_program_is_refused(open_folder: Path, database: str) -> None:
    with connect(database) as connection:
        connection.execute("insert into migrations (number, name) values (9000, 'from_the_future')")
    assert "was migrated to 9000 by a newer version" in refused(open_folder, **external(database))


def test_a_second_server_on_the_same_folder_is_refused(open_folder: Path) -> None:
    with pocketid(open_folder, free_port()) as process:
        told = refused(open_folder)
        assert f"Another Pocketid (process {process.pid}) is using {open_folder / 'data'}" in told


# Stopping


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_finishes_the_running_request_refuses_new_ones_and_ends_with_0(
    open_folder: Path, database: str, number: signal.Signals
) -> None:
    port = free_port()
    statuses: list[int] = []

    def ask() -> None:
        statuses.append(Browser(server_at(port), f"http://localhost:{port}").get("/setup").status)

    with pocketid(open_folder, port, **external(database)) as process, connect(database) as connection:
        with connection.transaction():
            connection.execute("lock table users in access exclusive mode")
            asking = threading.Thread(target=ask)
            asking.start()
            _await_waiting(database)
            process.send_signal(number)
            _await_refusal(port)
            assert process.poll() is None
            assert statuses == []
        asking.join(timeout=20)
        assert statuses == [200]
        assert process.wait(timeout=20) == 0
    assert "stopped" in (open_folder / "pocketid.log").read_text()


def test_a_stop_waits_for_no_client_that_never_finishes(open_folder: Path, database: str) -> None:
    port = free_port()
    head = b"POST /settings/account/picture HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n"
    head += b"Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
    with pocketid(open_folder, port, **external(database)) as process:
        clients = [socket.create_connection(("127.0.0.1", port)) for _each in range(4)]
        for client, sent in zip(clients, (head, head, b"GET / HT", b""), strict=True):
            client.sendall(sent)
        time.sleep(0.5)
        process.terminate()
        assert process.wait(timeout=10) == 0
        for client in clients:
            client.close()


def _await_waiting(database: str) -> None:
    """Until a request of the server waits for the lock."""
    with connect(database) as connection:
        for _each in range(400):
            row = connection.execute(
                "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
            ).fetchone()
            if row and row[0]:
                return
            time.sleep(0.02)
    raise AssertionError("no request waits")


def _await_refusal(port: int) -> None:
    for _each in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
        except OSError:
            return
        time.sleep(0.02)
    raise AssertionError("it still takes connections")


# Running


def test_the_embedded_database_takes_as_many_connections_as_there_are_threads(open_folder: Path) -> None:
    with pocketid(open_folder, free_port(), THREADS="40"):
        conninfo = embedded.running(open_folder / "data")
        assert conninfo is not None
        with connect(conninfo) as connection:
            assert connection.execute("show max_connections").fetchone() == ("54",)


def test_s_ft_02_connections_that_the_database_drops_cost_no_request(
    open_folder: Path, database: str
) -> None:
    port = free_port()
    with pocketid(open_folder, port, **external(database)), connect(database) as connection:
        browser = Browser(server_at(port), f"http://localhost:{port}")
        for _each in range(3):
            assert browser.get("/setup").status == 200
            connection.execute(
                "select pg_terminate_backend(pid, 2000) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
            assert [browser.get(path).status for path in ("/setup", "/healthz", "/login")] == [200, 204, 303]


@pytest.mark.parametrize("form", ["text", "json"])
def test_s_tk_10_the_log_of_the_main_job_holds_no_secret(open_folder: Path, database: str, form: str) -> None:
    port = free_port()
    environment = {"LOG_LEVEL": "debug", "LOG_JSON": str(form == "json").lower()}
    with pocketid(open_folder, port, **external(database), **environment):
        done = walk(Browser(server_at(port), f"http://localhost:{port}"))
        _ask_badly(done, port)
    told = (open_folder / "pocketid.log").read_text()
    assert len(done.secrets) >= 11
    for secret in (*done.secrets, ENCRYPTION_KEY, "hunter2"):
        assert secret not in told, secret
    lines = [line for line in told.splitlines() if line and "Set up Pocketid here" not in line]
    names = [json.loads(line)["event"] if form == "json" else line.split()[2] for line in lines]
    assert {"started", "request", "setup_completed", "client_created", "token_issued", "stopped"} <= set(
        names
    )


def _ask_badly(done: Done, port: int) -> None:
    """Requests that are refused, with secrets in places where they do not belong."""
    browser = Browser(server_at(port), done.browser.origin)
    browser.get("/authorize", client_id="app", redirect_uri="https://evil.example/?code=hunter2hunter2")
    browser.get("/nowhere", access_token=done.tokens["access_token"])
    done.app.exchange(browser, "hunter2hunter2hunter2", client_secret="hunter2")
    done.app.refresh(browser, done.tokens["refresh_token"] + "x")
    done.app.userinfo(browser, done.tokens["access_token"] + "x")
    browser.get("/api/oidc/end-session", id_token_hint=done.tokens["id_token"])
