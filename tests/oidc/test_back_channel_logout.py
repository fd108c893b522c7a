"""Who is told that somebody has signed out, what the token says, and what becomes of apps that do not answer."""

import base64
import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from pocketid import clients, consents, groups, logouts, sessions, signing_keys, tokens, users
from pocketid.audit import Event, Row
from pocketid.db import Database, connect
from pocketid.fetching import Reason
from pocketid.logouts import Listed
from pocketid.oidc.back_channel_logout import Courier
from pocketid.users import User
from pocketid.web import Site
from tests.browser import Browser
from tests.conftest import Clock
from tests.logout_app import LogoutApp
from tests.oidc.flow import App

EVENT = "http://schemas.openid.net/event/backchannel-logout"
MakeApp = Callable[..., App]
Events = Callable[..., list[Row]]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LogoutApp]:
    with LogoutApp(tmp_path) as running:
        yield running


@pytest.fixture
def photos(make_app: MakeApp, server: LogoutApp) -> App:
    return make_app("photos", name="Photos", backchannel_logout_uri=server.address("ok"), skips_consent=True)


def sign_in_to(app: App, browser: Browser, **changes: str) -> dict[str, Any]:
    """The claims of the ID token that the app gets."""
    tokens = app.tokens(browser, **changes)
    claims: dict[str, Any] = json.loads(_decoded(tokens["id_token"].split(".")[1]))
    return claims


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def deliver_all(site: Site, db: Database, server: LogoutApp, seconds: float = 5.0) -> None:
    """One round, as jobs.py makes it."""
    courier = Courier(server.configured(site.config), site.keyring, site.clock, seconds)
    while courier.deliver_next(db):
        pass


def verified(site: Site, db: Database, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return signing_keys.verify_with(signing_keys.read(db, site.keyring).published, token)


def states(db: Database, user: User) -> list[tuple[str, str]]:
    return [(row.client_id, row.state) for row in logouts.of_user(db, user.id)]


def only(db: Database, app: App) -> Listed:
    (found,) = logouts.of_client(db, app.client_id)
    return found


def test_s_lo_02_a_sign_out_is_told_with_a_logout_token(
    signed_in: Browser, photos: App, server: LogoutApp, site: Site, db: Database, anna: User, clock: Clock
) -> None:
    told = sign_in_to(photos, signed_in)
    signed_in.get("/logout")
    signed_in.post("/logout")
    deliver_all(site, db, server)
    deliver_all(site, db, server)
    (token,) = server.received
    header, claims = verified(site, db, token)
    now = int(clock().timestamp())
    assert (header["typ"], header["alg"]) == ("logout+jwt", "RS256")
    jti = claims.pop("jti")
    assert len(jti) == 36
    assert claims == {
        "iss": site.config.app_url,
        "aud": "photos",
        "iat": now,
        "exp": now + 120,
        "sub": told["sub"],
        "sid": told["sid"],
        "events": {EVENT: {}},
    }
    assert states(db, anna) == [("photos", "confirmed")]
    assert only(db, photos).sentence.startswith("confirmed at ")


def test_immich_s_library_takes_the_token(
    signed_in: Browser, photos: App, server: LogoutApp, site: Site, db: Database, clock: Clock
) -> None:
    """As Immich checks it: RS256 by the published keys, issuer, audience, age, event, no nonce, sub or sid."""
    sign_in_to(photos, signed_in)
    signed_in.get("/logout")
    signed_in.post("/logout")
    deliver_all(site, db, server)
    script = """
import { createLocalJWKSet, jwtVerify } from "jose";
const { jwks, token, issuer, at } = JSON.parse(process.argv[1]);
const { payload } = await jwtVerify(token, createLocalJWKSet(jwks), {
  issuer, audience: "photos", algorithms: ["RS256"], typ: "logout+jwt", maxTokenAge: "2 minutes", clockTolerance: 5,
  requiredClaims: ["iat", "exp", "jti", "events"], currentDate: new Date(at) });
if (!payload.events["http://schemas.openid.net/event/backchannel-logout"]) throw new Error("no event");
if ("nonce" in payload || !(payload.sid || payload.sub)) throw new Error("not a logout token");
console.log(payload.sid);
"""
    given = {
        "jwks": json.loads(signing_keys.read(db, site.keyring).published),
        "token": server.received[0],
        "issuer": site.config.app_url,
        "at": clock().isoformat(),
    }
    root = Path(__file__).parents[2]
    ran = subprocess.run(
        ["node", "--input-type=module", "-e", script, json.dumps(given)],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert len(ran.stdout.strip()) == 36


def test_the_token_is_signed_as_the_client_wants_it(
    signed_in: Browser, make_app: MakeApp, server: LogoutApp, site: Site, db: Database
) -> None:
    app = make_app(
        "books", backchannel_logout_uri=server.address("ok"), skips_consent=True, signing_algorithm="ES256"
    )
    sign_in_to(app, signed_in)
    signed_in.get("/logout")
    signed_in.post("/logout")
    deliver_all(site, db, server)
    assert verified(site, db, server.received[0])[0]["alg"] == "ES256"


def test_nothing_is_told_before_the_sign_out_and_to_nobody_who_was_not_signed_in_to(
    signed_in: Browser,
    photos: App,
    make_app: MakeApp,
    server: LogoutApp,
    site: Site,
    db: Database,
    anna: User,
) -> None:
    make_app("books", backchannel_logout_uri=server.address("ok"))
    silent = make_app("silent", name="Silent", skips_consent=True)
    sign_in_to(photos, signed_in)
    sign_in_to(silent, signed_in)
    deliver_all(site, db, server)
    assert (server.received, states(db, anna)) == ([], [])
    signed_in.get("/logout")
    signed_in.post("/logout")
    assert states(db, anna) == [("photos", "waiting"), ("silent", "no_address")]
    deliver_all(site, db, server)
    assert states(db, anna) == [("photos", "confirmed"), ("silent", "no_address")]
    assert len(server.received) == 1


def test_a_session_ended_from_the_list_or_with_the_others_is_told_by_its_own_sid(
    signed_in: Browser,
    photos: App,
    server: LogoutApp,
    site: Site,
    db: Database,
    anna: User,
    open_browser: Callable[[], Browser],
    sign_in: Callable[..., None],
) -> None:
    here = sign_in_to(photos, signed_in)["sid"]
    others = []
    for _browser in range(2):
        browser = open_browser()
        sign_in(browser, anna)
        others.append(sign_in_to(photos, browser)["sid"])
    signed_in.get("/settings/account")
    signed_in.post(f"/settings/account/sessions/{others[0]}/end")
    deliver_all(site, db, server)
    assert [verified(site, db, token)[1]["sid"] for token in server.received] == [others[0]]
    signed_in.get("/settings/account")
    signed_in.post("/settings/account/sessions/end-others")
    deliver_all(site, db, server)
    assert [verified(site, db, token)[1]["sid"] for token in server.received] == others
    assert here not in others


@pytest.mark.parametrize("how", ["disabled", "deleted", "access taken back"])
def test_who_is_disabled_or_deleted_is_signed_out_of_every_session_of_every_app(
    how: str,
    signed_in: Browser,
    photos: App,
    server: LogoutApp,
    site: Site,
    db: Database,
    anna: User,
    clock: Clock,
) -> None:
    sub = sign_in_to(photos, signed_in)["sub"]
    if how == "disabled":
        users.set_disabled(db, anna.id, clock(), disabled=True)
    elif how == "deleted":
        users.delete(db, anna.id, clock())
    else:
        consents.revoke(db, anna.id, "photos", clock())
    db.commit()
    deliver_all(site, db, server)
    (token,) = server.received
    claims = verified(site, db, token)[1]
    assert (claims["sub"], "sid" in claims) == (sub, False)
    row = only(db, photos)
    assert (row.state, row.user_id) == ("confirmed", None if how == "deleted" else anna.id)


def test_an_app_that_needs_the_sid_is_told_each_one_even_when_the_session_has_run_out(
    signed_in: Browser,
    make_app: MakeApp,
    server: LogoutApp,
    site: Site,
    db: Database,
    anna: User,
    clock: Clock,
) -> None:
    app = make_app(
        "cloud",
        backchannel_logout_uri=server.address("ok"),
        backchannel_logout_session_required=True,
        skips_consent=True,
    )
    sid = sign_in_to(app, signed_in)["sid"]
    clock.advance(days=10)
    sessions.expire(db, clock())
    tokens.expire(db, clock())
    deliver_all(site, db, server)
    assert server.received == []  # to run out is no sign-out
    users.set_disabled(db, anna.id, clock(), disabled=True)
    deliver_all(site, db, server)
    assert verified(site, db, server.received[0])[1]["sid"] == sid
    clock.advance(days=31)
    assert tokens.expire(db, clock()) == 1


def test_a_sign_in_that_is_reported_is_told_also_when_it_is_over(
    signed_in: Browser, photos: App, server: LogoutApp, site: Site, db: Database, anna: User, clock: Clock
) -> None:
    sid = sign_in_to(photos, signed_in)["sid"]
    clock.advance(days=1)
    sessions.expire(db, clock())
    logouts.write_for_sessions(db, [UUID(sid)], clock())
    deliver_all(site, db, server)
    assert verified(site, db, server.received[0])[1]["sid"] == sid


def test_who_may_not_use_an_app_any_more_is_signed_out_of_it_once(
    signed_in: Browser,
    make_app: MakeApp,
    server: LogoutApp,
    site: Site,
    db: Database,
    anna: User,
    clock: Clock,
) -> None:
    app = make_app("films", backchannel_logout_uri=server.address("ok"), skips_consent=True)
    family = groups.create(db, groups.Change(name="family", friendly_name="Family"), clock())
    groups.set_members(db, family.id, [anna.id])
    clients.set_groups(db, "films", [family.id])
    client = clients.get(db, "films")
    clients.update(db, "films", replace(clients.Change.of(client), is_group_restricted=True), clock())
    db.commit()
    site.signals.changed("")
    sign_in_to(app, signed_in)
    assert logouts.write_for_lost_access(db, clock()) == 0
    groups.set_members(db, family.id, [])
    assert logouts.write_for_lost_access(db, clock()) == 1
    assert logouts.write_for_lost_access(db, clock()) == 0
    deliver_all(site, db, server)
    assert "sid" not in verified(site, db, server.received[0])[1]
    groups.set_members(db, family.id, [anna.id])
    clock.advance(minutes=1)
    sign_in_to(app, signed_in)
    groups.set_members(db, family.id, [])
    assert logouts.write_for_lost_access(db, clock()) == 1


# Apps that do not answer as they should


@pytest.mark.parametrize(
    ("name", "state", "sentence"),
    [
        ("no-content", "confirmed", "confirmed at"),
        ("huge", "confirmed", "confirmed at"),
        ("refused", "given_up", "refused: 400"),
        ("moved", "given_up", "refused: 302"),
        ("later", "waiting", "refused: 503"),
    ],
)
def test_what_an_app_answers_is_kept(
    name: str,
    state: str,
    sentence: str,
    signed_in: Browser,
    make_app: MakeApp,
    server: LogoutApp,
    site: Site,
    db: Database,
    events: Events,
) -> None:
    app = make_app("photos", backchannel_logout_uri=server.address(name), skips_consent=True)
    sign_in_to(app, signed_in)
    signed_in.get("/logout")
    signed_in.post("/logout")
    deliver_all(site, db, server)
    row = only(db, app)
    assert (row.state, row.sentence[: len(sentence)]) == (state, sentence)
    assert len(server.received) == 1
    given_up = events(Event.LOGOUT_GIVEN_UP)
    assert len(given_up) == (state == "given_up")
    if name == "refused":
        assert given_up[0].details == {
            "reason": "status",
            "status": 400,
            "words": '{"error": "invalid_request"}',
        }


def test_s_out_04_an_app_that_is_away_is_tried_less_and_less_often_for_a_day_with_fresh_tokens(
    signed_in: Browser,
    make_app: MakeApp,
    server: LogoutApp,
    site: Site,
    db: Database,
    clock: Clock,
    events: Events,
    anna: User,
) -> None:
    app = make_app("photos", backchannel_logout_uri=server.address("later"), skips_consent=True)
    sign_in_to(app, signed_in)
    signed_in.get("/logout")
    signed_in.post("/logout")
    began = clock()
    while (row := only(db, app)).next_attempt_at is not None:
        clock.at = max(row.next_attempt_at, clock())
        deliver_all(site, db, server)
    assert row.state == "given_up"
    assert timedelta(hours=23) < clock() - began < timedelta(hours=25)
    issued = [verified(site, db, token)[1] for token in server.received]
    assert len({claims["jti"] for claims in issued}) == len(issued) == 11
    assert issued[-1]["iat"] == int(clock().timestamp())
    (event,) = events(Event.LOGOUT_GIVEN_UP)
    assert event.details == {"reason": "status", "status": 503}


def test_an_app_that_hangs_keeps_no_other_waiting_and_holds_no_connection(
    signed_in: Browser,
    photos: App,
    make_app: MakeApp,
    server: LogoutApp,
    site: Site,
    db: Database,
    anna: User,
    clock: Clock,
    open_browser: Callable[[], Browser],
    sign_in: Callable[..., None],
) -> None:
    hanging = make_app("hanging", backchannel_logout_uri=server.address("hang"), skips_consent=True)
    second = open_browser()
    sign_in(second, anna)
    for browser in (signed_in, second):
        sign_in_to(hanging, browser)
        sign_in_to(photos, browser)
        browser.get("/logout")
        browser.post("/logout")
    deliver_all(site, db, server, seconds=2.0)
    assert {row.state for row in logouts.of_client(db, "photos")} == {"confirmed"}
    rows = logouts.of_client(db, "hanging")
    assert {row.state for row in rows} == {"waiting"}
    assert sorted(row.attempts for row in rows) == [0, 1]  # the second waits as long as the first
    assert {row.next_attempt_at for row in rows} == {clock() + timedelta(seconds=10)}
    assert {row.sentence for row in rows} == {"it took too long", "is being told"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"outgoing_allow_loopback": False}, Reason.FORBIDDEN_PLACE),
        ({"outgoing_ca_file": None}, Reason.CERTIFICATE),
    ],
)
def test_s_out_02_an_app_is_called_under_the_rule_for_addresses_of_admins(
    change: dict[str, Any],
    reason: Reason,
    signed_in: Browser,
    photos: App,
    server: LogoutApp,
    site: Site,
    db: Database,
) -> None:
    sign_in_to(photos, signed_in)
    signed_in.get("/logout")
    signed_in.post("/logout")
    config = replace(server.configured(site.config), **change)
    assert Courier(config, site.keyring, site.clock).deliver_next(db)
    row = only(db, photos)
    assert (row.state, row.last_reason) == ("waiting", reason.value)
    assert server.received == []


def test_an_address_that_is_taken_away_meanwhile_is_not_called(
    signed_in: Browser, photos: App, server: LogoutApp, site: Site, db: Database, clock: Clock
) -> None:
    sign_in_to(photos, signed_in)
    signed_in.get("/logout")
    signed_in.post("/logout")
    change = replace(clients.Change.of(clients.get(db, "photos")), backchannel_logout_uri=None)
    clients.update(db, "photos", change, clock())
    deliver_all(site, db, server)
    assert (only(db, photos).state, server.received) == ("no_address", [])


def test_two_instances_never_tell_an_app_twice(committed_site: Site, database: str) -> None:
    """Each takes what the other has not; what nobody finishes is due again after a minute."""
    with committed_site.database() as one, committed_site.database() as other:
        now = committed_site.clock()
        clients.create(one, clients.Change(id="photos", name="Photos"), None, now)
        one.commit()
        with connect(database) as connection:
            for _row in range(2):
                connection.execute(
                    "insert into logouts (client_id, subject, next_attempt_at, created_at)"
                    " values ('photos', 'x', %s, %s)",
                    (now, now),
                )
        first = logouts.take(one, now)
        second = logouts.take(other, now)  # while the first has not committed
        assert first is not None
        assert second is not None
        assert first.id != second.id
        one.commit()
        other.commit()
        assert logouts.take(one, now) is None
        assert logouts.take(one, now + timedelta(minutes=1)) is not None
        one.rollback()


def test_what_is_a_month_old_is_forgotten_unless_it_waits(
    signed_in: Browser, photos: App, server: LogoutApp, site: Site, db: Database, clock: Clock
) -> None:
    sign_in_to(photos, signed_in)
    signed_in.get("/logout")
    signed_in.post("/logout")
    clock.advance(days=31)
    assert logouts.expire(db, clock()) == 0
    deliver_all(site, db, server)
    assert logouts.expire(db, clock()) == 1


def test_an_admin_has_an_app_told_again(
    signed_in: Browser,
    make_app: MakeApp,
    server: LogoutApp,
    site: Site,
    db: Database,
    clock: Clock,
    events: Events,
    anna: User,
    open_browser: Callable[[], Browser],
    sign_in: Callable[..., None],
) -> None:
    app = make_app("photos", backchannel_logout_uri=server.address("refused"), skips_consent=True)
    sign_in_to(app, signed_in)
    signed_in.get("/logout")
    signed_in.post("/logout")
    deliver_all(site, db, server)
    row = only(db, app)
    change = replace(
        clients.Change.of(clients.get(db, "photos")), backchannel_logout_uri=server.address("ok")
    )
    clients.update(db, "photos", change, clock())
    deliver_all(site, db, server)
    assert only(db, app).state == "given_up"  # nobody asked for it
    owner = users.find(db, "owner")
    assert owner is not None
    admin = open_browser()
    sign_in(admin, owner)
    for page in ("oidc-clients/photos", f"users/{anna.id}"):
        assert "refused: 400 – {" in admin.get(f"/settings/admin/{page}").text.replace("&quot;", '"')
    admin.post(f"/settings/admin/logouts/{row.id}/retry", {"from": "user"})
    assert (admin.status, admin.location) == (303, f"/settings/admin/users/{anna.id}#logouts")
    assert [(event.client_id, event.user_id) for event in events(Event.LOGOUT_RETRIED)] == [
        ("photos", anna.id)
    ]
    deliver_all(site, db, server)
    assert only(db, app).state == "confirmed"
    admin.get("/settings/admin/oidc-clients/photos")
    admin.post(f"/settings/admin/logouts/{row.id}/retry")
    assert admin.status == 404


def test_people_see_which_app_heard_of_it(
    signed_in: Browser, photos: App, make_app: MakeApp, server: LogoutApp, site: Site, db: Database, anna: User,
    sign_in: Callable[..., None],
) -> None:  # fmt: skip
    silent = make_app("silent", name="Silent", skips_consent=True)
    sign_in_to(photos, signed_in)
    sign_in_to(silent, signed_in)
    signed_in.get("/logout")
    signed_in.post("/logout")
    assert (signed_in.status, signed_in.view) == (200, "authorize/signed_out")
    assert [(row.client_name, row.sentence) for row in signed_in.variables["told"]] == [
        ("Photos", "is being told"),
        ("Silent", "no logout address"),
    ]
    deliver_all(site, db, server)
    sign_in(signed_in, anna)
    text = signed_in.get("/settings/apps").text
    assert "confirmed at" in text
    assert "no logout address" in text
    assert "/settings/admin/logouts/" not in text


# Front-Channel Logout 1.0


def test_an_app_with_a_front_channel_is_opened_in_a_frame_that_the_page_allows(
    signed_in: Browser, make_app: MakeApp, db: Database
) -> None:
    back = "https://app.example.test/bye"
    app = make_app(
        "old",
        name="Old",
        frontchannel_logout_uri="https://app.example.test/out?a=b",
        logout_uris=[back],
        skips_consent=True,
    )
    answer = app.tokens(signed_in)
    claims = json.loads(_decoded(answer["id_token"].split(".")[1]))
    got = signed_in.get(
        "/api/oidc/end-session",
        id_token_hint=answer["id_token"],
        post_logout_redirect_uri=back,
        state="s",
    )
    assert (got.status, got.view) == (200, "authorize/signed_out")
    assert got.variables["onwards"] == f"{back}?state=s"
    (frame,) = got.variables["frames"]
    issuer = claims["iss"].replace(":", "%3A").replace("/", "%2F")
    assert frame == f"https://app.example.test/out?a=b&iss={issuer}&sid={claims['sid']}"
    policy = got.headers["Content-Security-Policy"]
    assert " frame-src https://app.example.test; form-action 'self';" in policy
    assert f'href="{back}?state=s" data-onwards' in got.text
    assert signed_in.get("/settings/account").status == 303
    assert "frame-src" not in signed_in.get("/login").headers["Content-Security-Policy"]
