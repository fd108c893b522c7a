"""The unit of every ratio: bare Bottle on Cheroot, one route, a short text. `python -m bench.hello PORT`."""

import sys

import bottle
from cheroot import wsgi

THREADS = 16


def main(port: int) -> None:
    """Serve until the process is ended."""
    application = bottle.Bottle()
    application.route("/", "GET", lambda: "hello")
    server = wsgi.Server(
        ("127.0.0.1", port), application, numthreads=THREADS, max=THREADS, request_queue_size=128
    )
    server.safe_start()


if __name__ == "__main__":
    main(int(sys.argv[1]))
