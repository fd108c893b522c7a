"""The server against real sockets: slow, malformed, oversized and too many clients."""

import http.client
import random
import select
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from bottle import Bottle, request, response

from pocketid import gate
from pocketid import server as server_module
from pocketid.server import Server, make_server

UPLOAD_LIMIT = 1024 * 1024


def application(delay: threading.Event | None = None) -> Bottle:
    app = Bottle()

    @app.route("/", method=["GET", "POST", "PUT", "DELETE", "PATCH"])  # type: ignore[untyped-decorator]  # Bottle has no types
    def hello() -> str:
        return f"read {len(request.body.read())}"

    @app.post("/upload")  # type: ignore[untyped-decorator]  # Bottle has no types
    def upload() -> str:
        return f"read {len(request.body.read())}"

    @app.get("/environ")  # type: ignore[untyped-decorator]  # Bottle has no types
    def environ() -> str:
        return "\n".join(
            f"{name}={value}" for name, value in sorted(request.environ.items()) if name.startswith("HTTP_")
        )

    @app.get("/path/<rest:path>")  # type: ignore[untyped-decorator]  # Bottle has no types
    def path(rest: str) -> str:
        return rest

    @app.get("/broken")  # type: ignore[untyped-decorator]  # Bottle has no types
    def broken() -> str:
        app.config["catchall"] = False
        raise ValueError("a fault")

    @app.get("/split")  # type: ignore[untyped-decorator]  # Bottle has no types
    def split() -> str:
        response.headers.dict["X-Split"] = ["a\r\nSet-Cookie: b=c"]  # past Bottle's own check
        return "sent"

    @app.get("/wait")  # type: ignore[untyped-decorator]  # Bottle has no types
    def wait() -> str:
        assert delay is not None
        delay.wait(10)
        return "waited"

    return app


@contextmanager
def running(app: Any = None, **options: Any) -> Iterator[Server]:
    arguments = {"host": "127.0.0.1", "port": 0, "upload_paths": lambda path: path == "/upload"}
    server = make_server(app or application(), **{**arguments, "upload_limit": UPLOAD_LIMIT, **options})
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(timeout=20)
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as started:
        yield started


def connect(server: Server) -> socket.socket:
    address = server.bound_address
    if isinstance(address, str):
        client = socket.socket(socket.AF_UNIX)
        client.connect(address)
    else:
        client = socket.create_connection(address, timeout=10)
    client.settimeout(10)
    return client


def send(server: Server, raw: bytes) -> bytes:
    """Everything that the server answers until it closes; "Connection: close" makes it do so."""
    with connect(server) as client:
        client.sendall(raw)
        answer = b""
        try:
            while part := client.recv(65536):
                answer += part
        except ConnectionResetError:
            pass
        return answer


def status(answer: bytes) -> int:
    return int(answer.split(b" ")[1]) if answer else 0


GOOD = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


def test_a_request_is_answered_with_a_date_and_without_a_version(server: Server) -> None:
    answer = send(server, GOOD)
    assert status(answer) == 200
    assert b"\r\nDate: " in answer
    assert b"Server: Pocketid\r\n" in answer
    assert b"Cheroot" not in answer


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\nx", 400),
        (
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            501,
        ),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501),
        (b"POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding : chunked\r\n\r\n0\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n", 413),
        (b"POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999999999999999\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 17000 + b"\r\n\r\n", 431),
        (b"GET /" + b"y" * 17000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 431),
        (b"X" * 17000, 431),
        (b"GET / HTTP/1.1\r\nHost: a\r\n folded: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", 400),
        (b"GET / HTTP/1.1\nHost: a\n\n\r\n\r\n", 400),
        (b"GET http://evil.example/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET //evil.example/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET evil HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET /a\x00b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET /a\\b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET /?%2 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET /#fragment HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 400),
        (b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"get / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        (b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        (b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    ],
    ids=lambda value: repr(value[:60]) if isinstance(value, bytes) else str(value),
)
def test_s_lib_02_03_ht_04_what_is_malformed_is_refused_and_closed(
    server: Server, raw: bytes, expected: int
) -> None:
    answer = send(server, raw)
    assert status(answer) == expected
    assert b"Connection: close" in answer


def test_s_lib_04_a_header_with_an_underscore_is_dropped(server: Server) -> None:
    answer = send(
        server,
        b"GET /environ HTTP/1.1\r\nHost: a\r\nX_Forwarded_For: 6.6.6.6\r\nX-Other: 1\r\nConnection: close\r\n\r\n",
    )
    assert b"HTTP_X_OTHER=1" in answer
    assert b"6.6.6.6" not in answer


def test_a_header_that_is_repeated_is_a_list(server: Server) -> None:
    repeated = b"X-One: 1\r\nCookie: a=b\r\nx-one: 2\r\nCookie: c=d\r\n"
    answer = send(server, b"GET /environ HTTP/1.1\r\nHost: a\r\n" + repeated + b"Connection: close\r\n\r\n")
    assert b"HTTP_X_ONE=1, 2" in answer
    assert b"HTTP_COOKIE=a=b; c=d\n" in answer


def test_a_path_is_decoded_but_for_its_quoted_slashes(server: Server) -> None:
    answer = send(server, b"GET /path/a%20b%2fc HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert answer.endswith(b"\r\n\r\na b%2Fc")


@pytest.mark.parametrize(
    "head", [b"GET / HTTP/1.0\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n"]
)
def test_a_connection_is_closed_after_the_answer_when_the_client_wants_it(
    server: Server, head: bytes
) -> None:
    answer = send(server, head + b"\r\n")
    assert status(answer) == 200
    assert b"\r\nConnection: close\r\n" in answer


@pytest.mark.parametrize("path", [b"/broken", b"/split"])
def test_an_application_that_fails_is_answered_for(server: Server, path: bytes) -> None:
    answer = send(server, b"GET " + path + b" HTTP/1.1\r\nHost: a\r\n\r\n")
    assert status(answer) == 500
    assert b"Set-Cookie" not in answer


def test_who_waits_longest_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "_MOST_WAITING", 3)
    with running() as server:
        silent = [connect(server) for _each in range(6)]
        for client in silent[:3]:
            assert client.recv(1) == b""
        for client in silent[3:]:
            client.sendall(GOOD)
            assert status(client.recv(1000)) == 200
        for client in silent:
            client.close()


@pytest.mark.parametrize("size", [0, 1, 65536])
def test_a_small_body_is_read_whole(server: Server, size: int) -> None:
    head = f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n".encode()
    assert send(server, head + b"x" * size).endswith(f"read {size}".encode())


def test_an_upload_is_read_where_it_is_allowed(server: Server) -> None:
    head = f"POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: {UPLOAD_LIMIT}\r\nConnection: close\r\n\r\n".encode()
    assert send(server, head + b"x" * UPLOAD_LIMIT).endswith(f"read {UPLOAD_LIMIT}".encode())


def test_a_client_that_asks_before_it_sends_is_told_to(server: Server) -> None:
    with connect(server) as client:
        client.sendall(
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
        )
        assert client.recv(1000).startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
        client.sendall(b"abc")
        answer = b""
        while part := client.recv(1000):
            answer += part
    assert answer.endswith(b"read 3")


def test_a_connection_serves_one_request_after_the_other(server: Server) -> None:
    with connect(server) as client:
        for _each in range(5):
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            answer = b""
            while not answer.endswith(b"read 0"):
                part = client.recv(1000)
                assert part, answer
                answer += part


def test_what_is_pipelined_behind_a_request_passes_the_gate_too(server: Server) -> None:
    posted = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
    bad = b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"
    answer = send(server, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" + posted + bad + GOOD)
    assert [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]] == [200, 200, 400]
    assert b"read 3" in answer


def test_what_is_pipelined_behind_an_upload_has_no_effect(server: Server) -> None:
    size = 100_000
    upload = b"POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size
    answer = send(server, upload + GOOD)
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"read 100000" in answer


def test_s_lib_01_a_silent_client_holds_nobody_up() -> None:
    with running(threads=2) as server, connect(server), connect(server):
        time.sleep(0.1)
        started = time.monotonic()
        assert status(send(server, GOOD)) == 200
        assert time.monotonic() - started < 5.0


def dribble(server: Server, beginning: bytes, stop: threading.Event) -> None:
    with connect(server) as client:
        client.sendall(beginning)
        while not stop.wait(0.05):
            try:
                client.send(b"x")
            except OSError:
                return


@pytest.mark.parametrize(
    "beginning",
    [b"GET / HTTP/1.1\r\nX: ", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n", b""],
    ids=["heads", "bodies", "silence"],
)
def test_s_lib_01_ft_08_sixty_four_slow_clients_hold_nobody_up(beginning: bytes) -> None:
    stop = threading.Event()
    with running(threads=4) as server:
        clients = [threading.Thread(target=dribble, args=(server, beginning, stop)) for _each in range(64)]
        for client in clients:
            client.start()
        time.sleep(0.5)
        started = time.monotonic()
        for _each in range(10):
            assert status(send(server, GOOD)) == 200
        assert time.monotonic() - started < 10 * 1.0
        stop.set()
        for client in clients:
            client.join()


def test_s_ft_08_slow_readers_hold_nobody_up() -> None:
    app = application()

    @app.get("/large")  # type: ignore[untyped-decorator]  # Bottle has no types
    def large() -> str:
        return "x" * 200_000

    with running(app, threads=2) as server:
        slow = [connect(server) for _each in range(16)]
        for client in slow:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        started = time.monotonic()
        assert status(send(server, GOOD)) == 200
        assert time.monotonic() - started < 3.0
        for client in slow:
            client.close()


def test_s_ft_07_beyond_its_capacity_it_says_so_at_once() -> None:
    release = threading.Event()
    with running(application(release), threads=2, queue=4) as server:
        waiting = [connect(server) for _each in range(30)]
        for client in waiting:
            client.sendall(b"GET /wait HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        until(lambda: len(select.select(waiting, [], [], 0)[0]) >= 30 - 2 - 4)
        answer = send(server, GOOD)  # while every thread is held: nobody waited for one
        assert status(answer) == 503
        assert b"Retry-After: 1" in answer
        release.set()
        statuses = [status(client.recv(1000)) for client in waiting]
        for client in waiting:
            client.close()
        assert set(statuses) == {200, 503}
        assert status(send(server, GOOD)) == 200


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_s_ft_07_who_waited_too_long_for_a_thread_is_told_to_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    release = threading.Event()
    with running(application(release), threads=2, queue=4) as server:
        threads = server._cheroot.requests
        busy, waiting = [connect(server) for _each in range(2)], [connect(server) for _each in range(2)]
        for client in busy:
            client.sendall(b"GET /wait HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        until(lambda: threads.idle == 0)
        for client in waiting:
            client.sendall(GOOD)
        until(lambda: threads.qsize == len(waiting))
        monkeypatch.setattr(server_module, "_LONGEST_WAIT_SECONDS", 0.0)
        release.set()
        assert [status(client.recv(1000)) for client in busy] == [200, 200]
        for client in waiting:
            answer = client.recv(1000)
            assert status(answer) == 503
            assert b"Retry-After: 1" in answer
            assert client.recv(1000) == b""
            client.close()
        for client in busy:
            client.close()
        monkeypatch.undo()
        assert status(send(server, GOOD)) == 200


def connect_again_and_again(server: Server) -> None:
    for _try in range(100):
        connect(server).close()
        time.sleep(0.1)


def test_a_stop_lets_running_requests_finish_and_refuses_new_ones() -> None:
    release = threading.Event()
    server = make_server(application(release), host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.serve)
    thread.start()
    with connect(server) as client:
        client.sendall(b"GET /wait HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        time.sleep(0.3)
        server.stop()
        with pytest.raises(OSError, match=r"."):
            connect_again_and_again(server)
        release.set()
        answer = b""
        while part := client.recv(1000):
            answer += part
        assert answer.endswith(b"waited")
    thread.join(timeout=12)
    assert not thread.is_alive()


def test_a_unix_socket_has_its_mode_and_goes_with_the_server(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with running(unix_socket=str(path), unix_socket_mode=0o660) as server:
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        assert status(send(server, GOOD)) == 200
        with pytest.raises(OSError, match="another program listens on this socket"):
            make_server(application(), host="", port=0, unix_socket=str(path))
    assert not path.exists()


def test_a_dead_unix_socket_is_replaced_and_a_file_is_not(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with running(unix_socket=str(path)) as server:
        assert status(send(server, GOOD)) == 200
    path.write_text("precious")
    with pytest.raises(OSError, match="no socket"):
        make_server(application(), host="", port=0, unix_socket=str(path))
    assert path.read_text() == "precious"


def test_a_port_in_use_is_named(server: Server) -> None:
    assert isinstance(server.bound_address, tuple)
    host, port = server.bound_address
    with pytest.raises(
        OSError, match=rf"Cannot listen on {host}:{port}: another program listens there already"
    ):
        make_server(application(), host=host, port=port)


def mutated(rng: random.Random) -> bytes:
    raw = bytearray(
        rng.choice([GOOD, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc"])
    )
    for _each in range(rng.randint(1, 8)):
        place = rng.randrange(len(raw))
        action: Callable[[], object] = rng.choice(
            [
                lambda at=place: raw.__setitem__(at, rng.randrange(256)),
                lambda at=place: raw.insert(at, rng.randrange(256)),
                lambda at=place: raw.__delitem__(at),
            ]
        )
        if raw:
            action()
            place = min(place, len(raw) - 1)
    return bytes(raw)


def test_s_ht_08_fuzz_random_bytes_cost_no_thread_and_give_no_500(server: Server) -> None:
    rng = random.Random(20261124)  # noqa: S311  # no secret
    before = threading.active_count()
    for _each in range(1500):
        with connect(server) as client:
            try:
                client.sendall(mutated(rng))
                client.shutdown(socket.SHUT_WR)
                answer = client.recv(4096)
            except OSError:  # refused, and closed, before it was all sent
                answer = b""
            assert not answer.startswith(b"HTTP/1.1 5") or status(answer) == 501
    assert status(send(server, GOOD)) == 200
    assert threading.active_count() == before


# Answers that are made while they are sent


def pieces(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
    """Ten million bytes, fifty thousand at a time; `?break` fails after the half."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    for number in range(200):
        yield b""
        yield b"%d" % (number % 10) * 50_000
        if number == 100 and environ["QUERY_STRING"] == "break":
            raise ValueError("half way")


def test_a_long_answer_comes_in_chunks_and_the_connection_stays() -> None:
    with running(pieces) as server:
        address = server.bound_address
        assert not isinstance(address, str)
        client = http.client.HTTPConnection(*address, timeout=20)
        for _number in range(2):
            client.request("GET", "/")
            answer = client.getresponse()
            assert answer.getheader("Transfer-Encoding") == "chunked"
            body = answer.read()
            assert (len(body), body[:1], body[-1:]) == (10_000_000, b"0", b"9")
        client.close()


def test_who_closes_the_connection_is_told_the_end_by_it() -> None:
    with running(pieces) as server:
        for request_line in (b"GET / HTTP/1.0\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"):
            head, _blank, body = send(server, request_line + b"\r\n").partition(b"\r\n\r\n")
            assert b"Transfer-Encoding" not in head
            assert len(body) == 10_000_000


@pytest.mark.parametrize("connection", ["keep-alive", "close"])
def test_a_long_answer_that_fails_half_way_is_not_taken_for_whole(connection: str) -> None:
    with running(pieces) as server:
        address = server.bound_address
        assert not isinstance(address, str)
        client = http.client.HTTPConnection(*address, timeout=20)
        client.request("GET", "/?break", headers={"Connection": connection})
        with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
            client.getresponse().read()
        client.close()
