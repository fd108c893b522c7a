"""Work beside the requests: a few threads, stopped together.

    Jobs(site).start()
      listener      LISTEN pocketid: drops caches when a table changed (signals.py), and wakes the next two
      postman       when a mail was written, and every half minute: sends what is due (postman.py)
      courier       when somebody signed out, and every half minute: tells the apps (oidc/back_channel_logout.py)
      housekeeper   every minute: deletes what has expired, a little at a time
      places        with a licence key: downloads the GeoLite2 file, and again every week

All survive a database that goes away. Several instances may run them at once: each statement is harmless
twice, and a mail is sent by whoever takes it first. There is no heartbeat and no version check: but for
the postman, the courier and the map, nothing here calls out.
"""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg

from pocketid import (
    api_keys,
    audit,
    ceremonies,
    client_documents,
    client_trials,
    device_codes,
    device_login,
    email_verification,
    fetched_keys,
    geo,
    geo_download,
    interactions,
    invitation_imports,
    invitations,
    known_devices,
    limits,
    log,
    login_codes,
    logouts,
    one_time_access,
    outbox,
    pushed_requests,
    sessions,
    settings,
    signing_keys,
    signup,
    tokens,
    used_jtis,
)
from pocketid.db import Database, connect
from pocketid.errors import Refusal
from pocketid.oidc.back_channel_logout import Courier
from pocketid.postman import Postman
from pocketid.web import Site

_EVERY_SECONDS = 60.0
_RETRY_SECONDS = 1.0
_LOOK_AGAIN_SECONDS = 30.0
_AFTER_FAILED_DOWNLOAD_SECONDS = 3600.0
_LIMITS_KEPT = timedelta(days=1)


class Jobs:
    """The threads beside the requests of one process."""

    def __init__(self, site: Site, conninfo: str) -> None:
        self._site = site
        self._conninfo = conninfo
        self._stopped = threading.Event()
        self._mail_is_due = threading.Event()
        self._logout_is_due = threading.Event()
        self._threads = [
            threading.Thread(target=work, name=name, daemon=True)
            for name, work in (
                ("listener", self._listen),
                ("postman", self._deliver),
                ("courier", self._tell_apps),
                ("housekeeper", self._keep_house),
            )
        ]
        if site.config.maxmind_license_key:
            self._threads.append(threading.Thread(target=self._fetch_places, name="places", daemon=True))

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End all threads and wait for them; a mail that is being handed over is not waited for long."""
        self._stopped.set()
        self._mail_is_due.set()
        self._logout_is_due.set()
        for thread in self._threads:
            thread.join(timeout=3)

    def _listen(self) -> None:
        while not self._stopped.is_set():
            try:
                with connect(self._conninfo) as connection:
                    connection.execute("listen pocketid")
                    self._site.signals.begin_listening()
                    self._hear(connection)
            except psycopg.Error as error:
                log.warning("listener_lost", reason=str(error).strip())
            finally:
                self._site.signals.end_listening()
            self._stopped.wait(_RETRY_SECONDS)

    def _hear(self, connection: psycopg.Connection[Any]) -> None:
        while not self._stopped.is_set():
            for notice in connection.notifies(timeout=0.5):
                self._site.signals.changed(notice.payload)
                if notice.payload == "outbox":
                    self._mail_is_due.set()
                if notice.payload == "logouts":
                    self._logout_is_due.set()

    def _deliver(self) -> None:
        postman = Postman(self._site.config, self._site.keyring, self._site.assets, self._site.clock)
        self._bring("delivery_failed", postman.deliver_next, self._mail_is_due)

    def _tell_apps(self) -> None:
        courier = Courier(self._site.config, self._site.keyring, self._site.clock)
        self._bring("logouts_failed", courier.deliver_next, self._logout_is_due)

    def _bring(self, failed: str, deliver_next: Callable[[Database], bool], is_due: threading.Event) -> None:
        """Deliver what is due, one after the other, whenever something was written and every half minute."""
        while not self._stopped.is_set():
            try:
                with self._site.database() as db:
                    while not self._stopped.is_set() and deliver_next(db):
                        pass
            except Refusal as refusal:  # the database is away
                log.warning(failed, reason=refusal.message)
            except Exception as error:  # whatever it is, the next round tries again
                log.failure(failed, error)
            is_due.wait(_LOOK_AGAIN_SECONDS)
            is_due.clear()

    def _keep_house(self) -> None:
        while not self._stopped.wait(_EVERY_SECONDS):
            # Should a NOTIFY be lost, nothing is believed for longer than this.
            self._site.signals.changed("")
            try:
                keep_house(self._site)
            except Exception as error:  # whatever it is, the next minute tries again
                log.failure("housekeeping_failed", error)

    def _fetch_places(self) -> None:
        config = self._site.config
        if not geo.can_read():
            log.warning("places_not_downloaded", reason="maxminddb is missing: pip install 'pocketid[geoip]'")
            return
        while True:
            wait = _EVERY_SECONDS
            if geo_download.is_due(config, self._site.clock()) and not geo_download.refresh(config):
                wait = _AFTER_FAILED_DOWNLOAD_SECONDS
            if self._stopped.wait(wait):
                return


def keep_house(site: Site) -> None:
    """Delete what has expired, warn of what soon will, and replace keys; each table in a transaction of its own."""
    now = site.clock()
    works: tuple[Callable[[Database], int], ...] = (
        lambda db: ceremonies.expire(db, now),
        lambda db: one_time_access.expire(db, now),
        lambda db: device_codes.expire(db, now),
        lambda db: device_login.expire(db, now),
        lambda db: login_codes.expire(db, now),
        lambda db: invitations.expire(db, now),
        lambda db: invitation_imports.expire(db, now),
        lambda db: signup.expire(db, now),
        lambda db: sessions.expire(db, now),
        lambda db: interactions.expire(db, now),
        lambda db: pushed_requests.expire(db, now),
        lambda db: client_trials.expire(db, now),
        lambda db: tokens.expire(db, now),
        lambda db: used_jtis.expire(db, now),
        lambda db: fetched_keys.expire(db, now),
        lambda db: client_documents.expire(db, now),
        lambda db: signing_keys.tend(db, site.keyring, site.config.signing_key_rotation_days, now),
        lambda db: limits.expire(db, now - _LIMITS_KEPT),
        lambda db: api_keys.warn(db, site.config, site.keyring, now),
        lambda db: outbox.expire(db, now),
        lambda db: logouts.write_for_lost_access(db, now),
        lambda db: logouts.expire(db, now),
        lambda db: known_devices.expire(db, now),
        lambda db: email_verification.expire(db, now),
        lambda db: audit.expire(
            db, now - timedelta(days=settings.read(db, site.config).audit_log_retention_days)
        ),
    )
    for work in works:
        with site.database() as db:
            try:
                work(db)
                db.commit()
            except Refusal as refusal:
                log.warning("housekeeping_failed", reason=refusal.message)
