"""Logout tokens, and the courier who brings them to the apps. OpenID Connect Back-Channel Logout 1.0.

    courier = Courier(config, keyring, clock)
    courier.deliver_next(db)     one app; False when none is due

What is due is a row (logouts.py), taken by a committed statement before anybody is called, so that two instances never
tell an app twice at the same moment. The token is signed when it is sent: a later attempt has a fresh one. No
connection to the database is kept while an app is slow.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from pocketid import clients, fetching, log, logouts, signing_keys
from pocketid.clients import Client
from pocketid.config import Config
from pocketid.crypto import Keyring
from pocketid.db import Database
from pocketid.fetching import Failed
from pocketid.logouts import Failure, Waiting

TYPE = "logout+jwt"
_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_LIFETIME_SECONDS = 120
_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


def claims_of(waiting: Waiting, *, issuer: str, now: datetime) -> dict[str, Any]:
    """The claims of a logout token: never a nonce. Back-Channel Logout 2.4."""
    issued_at = int(now.timestamp())
    claims = {
        "iss": issuer,
        "aud": waiting.client_id,
        "iat": issued_at,
        "exp": issued_at + _LIFETIME_SECONDS,
        "jti": str(uuid4()),
        "sub": waiting.subject,
        "events": {_EVENT: {}},
    }
    return claims | ({"sid": str(waiting.session_id)} if waiting.session_id else {})


@dataclass(frozen=True, slots=True)
class Courier:
    """What telling apps needs beside the database."""

    config: Config
    keyring: Keyring
    clock: Callable[[], datetime]
    seconds: float = fetching.SECONDS  # that an app may take

    def deliver_next(self, db: Database) -> bool:
        """Tell the app that is due longest; whether there was one."""
        waiting = logouts.take(db, self.clock())
        if waiting is None:
            db.commit()
            return False
        client = clients.get(db, waiting.client_id)  # deleted with it: the row would be gone, too
        token = self._token(db, waiting, client)
        db.commit()
        db.release()
        if client.backchannel_logout_uri is None:
            logouts.note_no_address(db, waiting)
        else:
            self._note(db, waiting, self._tell(client.backchannel_logout_uri, {"logout_token": token}))
        db.commit()
        return True

    def _token(self, db: Database, waiting: Waiting, client: Client) -> str:
        now = self.clock()
        key = signing_keys.read(db, self.keyring).current(client.signing_algorithm, now)
        return signing_keys.sign(key, claims_of(waiting, issuer=self.config.app_url, now=now), TYPE)

    def _tell(self, address: str, form: Mapping[str, str]) -> int | Failure:
        """The status of success, or why there was none. Back-Channel Logout 2.5 and 2.8."""
        policy = replace(fetching.for_admins(self.config), seconds=self.seconds)
        try:
            answer = fetching.post(address, form, policy=policy)
        except Failed as failed:
            return Failure(failed.reason)
        if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            return answer.status
        is_final = answer.status < HTTPStatus.INTERNAL_SERVER_ERROR and answer.status not in _LATER
        return Failure("status", answer.status, answer.text, is_final=is_final)

    def _note(self, db: Database, waiting: Waiting, result: int | Failure) -> None:
        now = self.clock()
        if isinstance(result, int):
            logouts.note_confirmed(db, waiting, result, now)
            log.event("logout_confirmed", client=waiting.client_id, logout=waiting.id)
            return
        log.warning(
            "logout_not_confirmed",
            client=waiting.client_id,
            logout=waiting.id,
            reason=result.reason,
            status=result.status,
        )
        logouts.note_failure(db, waiting, result, now)
