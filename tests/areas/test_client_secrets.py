"""Client secrets: what is stored of them, and which of them are in force."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from pocketid import client_secrets
from pocketid.clients import Client
from pocketid.db import Database
from pocketid.errors import Invalid, NotFound
from pocketid.request import Request

Active = Callable[[datetime], list[str]]


@pytest.fixture
def active(request_of: Callable[..., Request]) -> Active:
    """The digests that the client's secret may match at a time."""

    def find(now: datetime) -> list[str]:
        found = client_secrets.find_client(replace(request_of(), now=now), ["immich"])
        assert found is not None
        return found[1]

    return find


CHOSEN = "chosen+by %41 a ~person"


@pytest.fixture(autouse=True)
def client(make_client: Callable[..., Client]) -> Client:
    return make_client("immich")


def test_a_generated_secret_is_random_letters_and_digits_stored_as_its_digest(
    db: Database, now: datetime, active: Active
) -> None:
    row, secret = client_secrets.create(db, "immich", now)
    assert re.fullmatch(r"[A-Za-z0-9]{43}", secret)
    assert row.prefix == secret[:4]
    [digest] = active(now)
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", digest)
    assert client_secrets.matches(secret, digest)
    assert not client_secrets.matches(secret[:-1], digest)
    assert not client_secrets.matches("", digest)
    assert client_secrets.create(db, "immich", now)[1] != secret


def test_a_chosen_secret_is_stored_so_that_guessing_it_is_slow(
    db: Database, now: datetime, active: Active
) -> None:
    row, secret = client_secrets.create(db, "immich", now, chosen=CHOSEN)
    assert (secret, row.prefix) == (CHOSEN, "chos")
    [digest] = active(now)
    assert digest.startswith("$argon2id$")
    assert client_secrets.matches(CHOSEN, digest)
    assert not client_secrets.matches(CHOSEN + " ", digest)


@pytest.mark.parametrize(
    "chosen", ["", "short", "x" * 15, "x" * 257, "sixteen letters ä", "sixteen letters\n"]
)
def test_a_weak_or_odd_secret_is_refused_and_nothing_is_stored(
    db: Database, now: datetime, chosen: str
) -> None:
    with pytest.raises(Invalid) as caught:
        client_secrets.create(db, "immich", now, chosen=chosen)
    assert list(caught.value.fields) == ["secret"]
    assert client_secrets.of_client(db, "immich") == []


def test_a_secret_ends_at_its_time_and_others_stay(db: Database, now: datetime, active: Active) -> None:
    client_secrets.create(db, "immich", now, expires_at=now + timedelta(days=30))
    client_secrets.create(db, "immich", now)
    assert len(active(now + timedelta(days=29))) == 2
    assert len(active(now + timedelta(days=30))) == 1
    assert len(client_secrets.of_client(db, "immich")) == 2


def test_an_end_in_the_past_is_refused(db: Database, now: datetime) -> None:
    with pytest.raises(Invalid) as caught:
        client_secrets.create(db, "immich", now, expires_at=now)
    assert list(caught.value.fields) == ["expires_at"]
    assert client_secrets.of_client(db, "immich") == []


def test_a_client_has_twenty_secrets_at_most(db: Database, now: datetime) -> None:
    for _each in range(client_secrets.MAX_SECRETS):
        client_secrets.create(db, "immich", now)
    with pytest.raises(Invalid, match="20 secrets"):
        client_secrets.create(db, "immich", now)
    assert len(client_secrets.of_client(db, "immich")) == 20


def test_a_revoked_secret_is_gone_at_once(db: Database, now: datetime, active: Active) -> None:
    row, _secret = client_secrets.create(db, "immich", now)
    assert client_secrets.revoke(db, "immich", row.id) == row
    assert active(now) == []
    with pytest.raises(NotFound):
        client_secrets.revoke(db, "immich", row.id)


def test_a_secret_is_revoked_for_its_own_client_only(
    db: Database, now: datetime, make_client: Callable[..., Client]
) -> None:
    make_client("other")
    row, _secret = client_secrets.create(db, "immich", now)
    for client_id, secret_id in (("other", row.id), ("immich", UUID(int=0))):
        with pytest.raises(NotFound):
            client_secrets.revoke(db, client_id, secret_id)
    assert client_secrets.of_client(db, "immich") == [row]


@pytest.mark.parametrize("digest", ["", "plain", "sha256:", "$argon2id$broken", "bcrypt:$2a$10$abc"])
def test_an_unknown_digest_matches_nothing(digest: str) -> None:
    assert not client_secrets.matches("plain", digest)
    assert not client_secrets.matches("", digest)


def test_of_several_ids_the_first_that_exists_counts(
    db: Database, now: datetime, make_client: Callable[..., Client], request_of: Callable[..., Request]
) -> None:
    make_client("other")
    client_secrets.create(db, "other", now)
    for wanted, found in ((["none", "other", "immich"], "other"), (["immich", "other"], "immich")):
        client = client_secrets.find_client(request_of(), wanted)
        assert client is not None
        assert (client[0].id, len(client[1])) == (found, int(found == "other"))
    assert client_secrets.find_client(request_of(), ["none", ""]) is None
