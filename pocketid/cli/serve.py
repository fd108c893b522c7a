"""`pocket-id`: serves until SIGTERM or SIGINT, then finishes what runs and ends with 0.

configuration -> database and key (opening.py) -> WSGI application -> server, jobs
SIGTERM, SIGINT   running requests finish, new ones are refused, then the database is closed
"""

import argparse
import gc
import os
import resource
import signal
from contextlib import suppress

from pocketid import log, server, setup, web
from pocketid.cli.opening import CannotStart, Opened, configuration, opened
from pocketid.config import Config
from pocketid.jobs import Jobs
from pocketid.routes import ROUTES
from pocketid.web import UPLOAD_LIMIT

_STOP_SECONDS = 5  # with the jobs and the database all is over within 10
_STOPPING = (signal.SIGTERM, signal.SIGINT)


def serve(options: argparse.Namespace) -> int:
    """Serve; the exit code is 0 after an ordered stop."""
    os.umask(0o077)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold the keys
    config = configuration()
    with opened(config) as ready:
        _serve(config, ready)
    return 0


def _serve(config: Config, ready: Opened) -> None:
    uploads = tuple(route.path for route in ROUTES if route.upload)
    try:
        running = server.make_server(
            web.application(ready.site, ROUTES),
            host=config.host,
            port=config.port,
            unix_socket=config.unix_socket,
            unix_socket_mode=config.unix_socket_mode,
            threads=config.threads,
            shutdown_seconds=_STOP_SECONDS,
            upload_paths=web.path_matcher(uploads),
            upload_limit=UPLOAD_LIMIT,
        )
    except OSError as error:
        raise CannotStart(str(error)) from error
    for number in _STOPPING:
        signal.signal(number, lambda *_unused: running.stop())
    jobs = Jobs(ready.site, ready.conninfo)
    jobs.start()
    _announce(ready)
    gc.collect()
    gc.freeze()  # what start-up made stays for ever, so no collection need look at it
    try:
        running.serve()
    finally:
        for number in _STOPPING:
            signal.signal(number, signal.SIG_IGN)  # asked once is enough; the database is still to be closed
        jobs.stop()
        log.event("stopped")


def _announce(ready: Opened) -> None:
    config = ready.site.config
    log.event("started", url=config.app_url, listening=config.unix_socket or f"{config.host}:{config.port}")
    with ready.site.database() as db:
        if setup.is_open(db, ready.site.clock()):
            log.event("setup_open", hint="create the first account here", url=f"{config.app_url}/setup")
            print(f"\n  Set up Pocketid here: {config.app_url}/setup\n", flush=True)
