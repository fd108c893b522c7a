"""Administration of clients: response, rows and audit events of each thing that can be done there."""

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from PIL import Image

from pocketid import client_secrets, clients, fetching, images, recipes, refused_requests, subjects
from pocketid.audit import Row
from pocketid.clients import Client
from pocketid.db import Database
from pocketid.groups import Group
from pocketid.oidc import claims
from pocketid.request import Request
from pocketid.users import User
from tests.browser import Browser
from tests.conftest import Clock
from tests.oidc.grants import consent

LIST = "/settings/admin/oidc-clients"
HERE = f"{LIST}/immich"
ADDRESS = "https://immich.example.test"
ASKED = "https://app.example.test/auth/callback"
FORM = {
    "name": "Immich",
    "description": "Photos",
    "launch_url": ADDRESS,
    "redirect_uris": f"{ADDRESS}/auth/login\r\n\r\n{ADDRESS}/user-settings\r\napp.immich:///oauth-callback\r\n",
    "logout_uris": "",
    "requires_pkce": "true",
    "signing_algorithm": "RS256",
    "access_token_minutes": "60",
    "refresh_token_minutes": "43200",
}
Events = Callable[..., list[Row]]
MakeClient = Callable[..., Client]


@pytest.fixture(autouse=True)
def signed_in(admin: User) -> User:
    return admin


def event(events: Events, kind: str) -> Row:
    [row] = events(kind)
    return row


def png(size: tuple[int, int] = (20, 20)) -> bytes:
    output = io.BytesIO()
    Image.new("RGB", size, "#0f6a5b").save(output, "PNG")
    return output.getvalue()


def refuse(browser: Browser, redirect_uri: str = ASKED) -> None:
    """What an app does that returns to an address nobody registered."""
    browser.get(
        "/authorize", client_id="immich", redirect_uri=redirect_uri, response_type="code", scope="openid"
    )
    assert browser.status == 400


def refused_id(db: Database) -> UUID:
    [refused] = refused_requests.of_client(db, "immich")
    return refused.id


# The list


def test_an_empty_list_offers_the_first_step(browser: Browser) -> None:
    browser.get(LIST)
    assert (browser.status, browser.view) == (200, "admin/clients/list")
    assert browser.variables["clients"] == []
    assert f'href="{LIST}/new"' in browser.text


def test_the_list_tells_the_state_of_each_client(
    browser: Browser, make_client: MakeClient, make_group: Callable[..., Group], db: Database, now: datetime
) -> None:
    make_client("immich")
    make_client("grafana", is_group_restricted=True)
    clients.set_groups(db, "grafana", [make_group("family").id])
    db.commit()
    refuse(browser)
    text = browser.get(LIST).text
    assert "1 refused" in text
    assert "Not tried yet" in text
    assert "Family" in text
    assert "Everybody" in text


def test_the_list_shows_what_was_refused_with_the_part_that_differs(
    browser: Browser, make_client: MakeClient
) -> None:
    make_client("immich")
    refuse(browser, "https://app.example.test/auth/<callback")
    text = browser.get(LIST).text
    assert "Immich was refused" in text
    assert "<code>https://app.example.test/<mark>auth/&lt;</mark>callback</code>" in text
    assert f'href="{HERE}#refused"' in text


def test_the_list_is_searched_and_paged(browser: Browser, make_client: MakeClient) -> None:
    for number in range(23):
        make_client(f"app-{number:02}")
    assert len(browser.get(LIST).variables["clients"]) == 20
    assert [row.id for row in browser.get(LIST, page=2).variables["clients"]] == [
        "app-20",
        "app-21",
        "app-22",
    ]
    assert [row.id for row in browser.get(LIST, search="P-07").variables["clients"]] == ["app-07"]
    assert browser.get(LIST, search="<nothing>").variables["clients"] == []
    assert "&lt;nothing&gt;" in browser.text


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=999999999999", "search=%25", "search='"]
)
def test_odd_queries_of_the_list_are_answered(browser: Browser, make_client: MakeClient, query: str) -> None:
    make_client("immich")
    assert browser.get(f"{LIST}?{query}").status == 200


# A new client


def test_all_recipes_and_by_hand_are_offered(browser: Browser) -> None:
    text = browser.get(f"{LIST}/new").text
    for recipe in recipes.all_recipes():
        assert f'href="{LIST}/new/{recipe.id}"' in text
    assert f'href="{LIST}/new/by-hand"' in text


@pytest.mark.parametrize("recipe", recipes.all_recipes(), ids=lambda recipe: recipe.id)
def test_each_recipe_makes_a_client_and_shows_what_to_enter(
    browser: Browser, db: Database, events: Events, admin: User, recipe: recipes.Recipe
) -> None:
    browser.get(f"{LIST}/new/{recipe.id}")
    assert browser.view == "admin/clients/recipe"
    answers = {question.name: question.default for question in recipe.questions}
    browser.post(f"{LIST}/new/{recipe.id}", {"address": f"{recipe.example}/", **answers})
    assert (browser.status, browser.view) == (200, "admin/clients/show")
    client = clients.get(db, browser.variables["client"].id)
    assert (client.name, client.recipe, client.created_by) == (recipe.name, recipe.id, admin.id)
    assert all(recipe.example in uri or not uri.startswith("http") for uri in client.redirect_uris)
    assert "{" not in "".join([*client.redirect_uris, *client.logout_uris])
    assert browser.variables["warnings"] == [] or recipe.example.startswith("http://")
    assert client.id in browser.text
    assert event(events, "CLIENT_CREATED").client_id == client.id
    assert bool(client_secrets.of_client(db, client.id)) is not client.is_public


def test_ad_08_the_secret_of_a_new_client_is_shown_once_and_never_again(
    browser: Browser, request_of: Callable[..., Request], events: Events
) -> None:
    browser.get(f"{LIST}/new/immich")
    browser.post(f"{LIST}/new/immich", {"address": ADDRESS})
    client_id, secret = browser.variables["client"].id, browser.variables["secret"]
    assert secret in browser.text
    assert browser.headers["Cache-Control"] == "no-store"
    found = client_secrets.find_client(request_of(), [client_id])
    assert found is not None
    [digest] = found[1]
    assert client_secrets.matches(secret, digest)
    assert secret not in browser.get(f"{LIST}/{client_id}").text
    assert secret not in browser.get(LIST).text
    assert secret not in str(events())
    assert event(events, "CLIENT_SECRET_CREATED").details["prefix"] == secret[:4]


@pytest.mark.parametrize(
    "address", ["", "immich", "javascript:alert(1)", "https://", "https://a.test/?x", "https://*.test"]
)
def test_a_recipe_without_proper_address_makes_nothing(
    browser: Browser, db: Database, events: Events, address: str
) -> None:
    browser.get(f"{LIST}/new/immich")
    browser.post(f"{LIST}/new/immich", {"address": address})
    assert (browser.status, browser.view) == (422, "admin/clients/recipe")
    assert list(browser.variables["errors"]) == ["address"]
    assert browser.variables["address"] == address.rstrip("/")
    assert clients.count(db) == 0
    assert events("CLIENT_CREATED") == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_recipe_is_not_found(browser: Browser, db: Database, method: str) -> None:
    if method == "GET":
        browser.get(f"{LIST}/new/nothing")
    else:
        browser.post(f"{LIST}/new/nothing", {"address": ADDRESS})
    assert browser.status == 404
    assert clients.count(db) == 0


def test_a_client_is_made_by_hand(browser: Browser, db: Database, events: Events, admin: User) -> None:
    browser.get(f"{LIST}/new/by-hand")
    browser.post(f"{LIST}/new/by-hand", {**FORM, "id": "immich"})
    assert (browser.status, browser.view) == (200, "admin/clients/show")
    client = clients.get(db, "immich")
    assert client.redirect_uris == [
        f"{ADDRESS}/auth/login",
        f"{ADDRESS}/user-settings",
        "app.immich:///oauth-callback",
    ]
    assert (client.description, client.launch_url, client.created_by) == ("Photos", ADDRESS, admin.id)
    assert client.requires_pkce
    assert browser.variables["secret"]
    created = event(events, "CLIENT_CREATED")
    assert (created.client_id, created.actor_id) == ("immich", admin.id)


def test_a_public_client_has_no_secret(browser: Browser, db: Database, events: Events) -> None:
    browser.get(f"{LIST}/new/by-hand")
    browser.post(f"{LIST}/new/by-hand", {**FORM, "id": "spa", "is_public": "true", "requires_pkce": ""})
    assert browser.variables["secret"] is None
    assert clients.get(db, "spa").requires_pkce
    assert client_secrets.of_client(db, "spa") == []
    assert events("CLIENT_SECRET_CREATED") == []


def test_an_id_that_is_taken_is_said_at_its_field(
    browser: Browser, db: Database, events: Events, make_client: MakeClient
) -> None:
    make_client("immich")
    browser.get(f"{LIST}/new/by-hand")
    browser.post(f"{LIST}/new/by-hand", {**FORM, "id": "immich", "name": "Other"})
    assert (browser.status, browser.view) == (422, "admin/clients/new")
    assert list(browser.variables["errors"]) == ["id"]
    assert clients.get(db, "immich").name == "Immich"
    assert events("CLIENT_CREATED") == []
    assert events("CLIENT_SECRET_CREATED") == []


REFUSED_FORMS = [
    ({"name": ""}, "name"),
    ({"launch_url": "javascript:alert(1)"}, "launch_url"),
    ({"redirect_uris": f"{ADDRESS}/a\nhtps://x.example.test"}, "redirect_uris"),
    ({"redirect_uris": "JAVASCRIPT:alert(1)"}, "redirect_uris"),
    ({"logout_uris": "data:text/html,x"}, "logout_uris"),
    ({"backchannel_logout_uri": "http://immich.example.test/out"}, "backchannel_logout_uri"),
    ({"frontchannel_logout_uri": "https://other.example.test/out"}, "frontchannel_logout_uri"),
    ({"signing_algorithm": "none"}, "signing_algorithm"),
    ({"access_token_minutes": "0"}, "access_token_minutes"),
    ({"refresh_token_minutes": "525601"}, "refresh_token_minutes"),
]


@pytest.mark.parametrize(("part", "field"), REFUSED_FORMS)
def test_a_new_client_that_breaks_a_rule_is_not_made(
    browser: Browser, db: Database, events: Events, part: dict[str, str], field: str
) -> None:
    browser.get(f"{LIST}/new/by-hand")
    browser.post(f"{LIST}/new/by-hand", {**FORM, "name": "Kept <text>", **part})
    assert (browser.status, browser.view) == (422, "admin/clients/new")
    assert list(browser.variables["errors"]) == [field]
    assert f'id="{field}-error"' in browser.text
    assert clients.count(db) == 0
    assert events("CLIENT_CREATED") == []
    if field != "name":
        assert "Kept &lt;text&gt;" in browser.text


# One client's page


def test_a_client_s_page_says_what_to_enter_in_the_app(browser: Browser, make_client: MakeClient) -> None:
    make_client("immich")
    browser.get(HERE)
    assert browser.view == "admin/clients/show"
    for value in (
        "https://pocketid.example.test",
        "https://pocketid.example.test/.well-known/openid-configuration",
        "https://pocketid.example.test/api/oidc/token",
        "immich",
    ):
        assert f">{value}</code>" in browser.text
    assert "••••" in browser.text


def test_an_unknown_client_is_not_found(browser: Browser) -> None:
    for path in ("", "/delete", f"/secrets/{uuid4()}/revoke"):
        assert browser.get(HERE + path).status == 404
    for path in (
        "",
        "/delete",
        "/access",
        "/access/groups",
        "/secrets",
        f"/refused/{uuid4()}/add",
        f"/refused/{uuid4()}/ignore",
    ):
        assert browser.post(HERE + path, FORM).status == 404
    assert browser.upload(f"{HERE}/logo", {"logo": ("a.png", png())}).status == 404
    assert browser.post(f"{HERE}/logo/remove").status == 404


def test_an_update_is_stored_and_its_difference_recorded(
    browser: Browser, db: Database, events: Events, make_client: MakeClient, clock: Clock
) -> None:
    make_client("immich", recipe="immich", recipe_answers={"address": ADDRESS}, is_group_restricted=True)
    later = clock.advance(minutes=5)
    browser.get(HERE)
    switches = dict.fromkeys(("skips_consent", "always_includes_groups", "allows_plain_pkce"), "true")
    browser.post(HERE, {**FORM, **switches, "signing_algorithm": "EdDSA", "access_token_minutes": "5"})
    assert (browser.status, browser.location) == (303, HERE)
    client = clients.get(db, "immich")
    assert (client.description, client.updated_at) == ("Photos", later)
    assert client.skips_consent
    assert client.always_includes_groups
    assert client.allows_plain_pkce
    assert not client.claims_in_id_token
    assert (client.signing_algorithm, client.access_token_seconds) == ("EdDSA", 300)
    assert (client.recipe, client.is_group_restricted) == ("immich", True)
    changed = event(events, "CLIENT_UPDATED").details["changed"]
    assert changed["signing_algorithm"] == {"before": "RS256", "after": "EdDSA"}
    assert changed["redirect_uris"]["after"] == client.redirect_uris
    assert "name" not in changed
    assert "saved" in browser.follow().text


@pytest.mark.parametrize(("part", "field"), REFUSED_FORMS)
def test_an_update_that_breaks_a_rule_changes_nothing(
    browser: Browser, db: Database, events: Events, make_client: MakeClient, part: dict[str, str], field: str
) -> None:
    before = make_client("immich")
    browser.get(HERE)
    browser.post(HERE, {**FORM, **part})
    assert (browser.status, browser.view) == (422, "admin/clients/show")
    assert list(browser.variables["errors"]) == [field]
    assert clients.get(db, "immich") == before
    assert events("CLIENT_UPDATED") == []


def test_a_wrong_line_is_named_and_what_was_typed_is_kept(browser: Browser, make_client: MakeClient) -> None:
    make_client("immich")
    browser.get(HERE)
    browser.post(HERE, {**FORM, "redirect_uris": f"{ADDRESS}/a\nhtps://typed.example.test"})
    assert browser.variables["errors"]["redirect_uris"].startswith("Line 2: “htps” looks like")
    assert "htps://typed.example.test</textarea>" in browser.text
    assert "<title>Error: Immich" in browser.text


def test_rd_05_plain_http_is_warned_of_and_refused_without_the_switch(
    browser: Browser,
    db: Database,
    make_client: MakeClient,
    admin: User,
    sign_in: Callable[..., None],
    reconfigured: Callable[..., Browser],
) -> None:
    make_client("immich", redirect_uris=["http://nas.example.test/cb"])
    assert any("unencrypted" in warning for warning in browser.get(HERE).variables["warnings"])
    strict = reconfigured(ALLOW_INSECURE_CALLBACK_URLS="false")
    sign_in(strict, admin)
    strict.get(HERE)
    strict.post(HERE, {**FORM, "redirect_uris": "http://nas.example.test/other"})
    assert strict.status == 422
    assert clients.get(db, "immich").redirect_uris == ["http://nas.example.test/cb"]


@pytest.mark.parametrize("uri", ["https://*.example.test/cb", "*"])
def test_rd_02_a_wildcard_in_the_host_is_warned_of(
    browser: Browser, make_client: MakeClient, uri: str
) -> None:
    make_client("immich", redirect_uris=[uri])
    assert len(browser.get(HERE).variables["warnings"]) == 1
    make_client("plain", redirect_uris=["https://a.example.test/**"])
    assert browser.get(f"{LIST}/plain").variables["warnings"] == []


def test_uris_that_differ_from_the_recipe_are_warned_of(browser: Browser, make_client: MakeClient) -> None:
    make_client(
        "immich",
        redirect_uris=[f"{ADDRESS}/auth/callback"],
        recipe="immich",
        recipe_answers={"address": ADDRESS},
    )
    warnings = browser.get(HERE).variables["warnings"]
    assert f"Immich also needs {ADDRESS}/auth/login." in warnings
    assert f"Immich never asks for {ADDRESS}/auth/callback." in warnings


# Secrets


def test_ad_08_a_further_secret_is_shown_once(
    browser: Browser, db: Database, now: datetime, events: Events, make_client: MakeClient
) -> None:
    make_client("immich")
    client_secrets.create(db, "immich", now)
    browser.get(HERE)
    browser.post(f"{HERE}/secrets", {"days": "30"})
    assert (browser.status, browser.view) == (200, "admin/clients/show")
    secret = browser.variables["secret"]
    assert f">{secret}</code>" in browser.text
    assert browser.headers["Cache-Control"] == "no-store"
    assert "Location" not in browser.headers
    ends = {row.prefix: row.expires_at for row in client_secrets.of_client(db, "immich")}
    assert len(ends) == 2
    assert ends[secret[:4]] == now + timedelta(days=30)
    assert secret not in browser.get(HERE).text
    created = event(events, "CLIENT_SECRET_CREATED")
    assert (created.client_id, created.details["prefix"]) == ("immich", secret[:4])
    assert secret not in str(events())


def test_a_chosen_secret_works(
    browser: Browser, request_of: Callable[..., Request], make_client: MakeClient
) -> None:
    make_client("immich")
    browser.get(HERE)
    browser.post(f"{HERE}/secrets", {"days": "", "secret": "chosen by a person"})
    found = client_secrets.find_client(request_of(), ["immich"])
    assert found is not None
    [digest] = found[1]
    assert client_secrets.matches("chosen by a person", digest)


def test_a_short_secret_is_refused(
    browser: Browser, db: Database, events: Events, make_client: MakeClient
) -> None:
    make_client("immich")
    browser.get(HERE)
    browser.post(f"{HERE}/secrets", {"secret": "short"})
    assert (browser.status, list(browser.variables["errors"])) == (422, ["secret"])
    assert client_secrets.of_client(db, "immich") == []
    assert events("CLIENT_SECRET_CREATED") == []


def test_a_secret_is_revoked_after_a_question(
    browser: Browser, db: Database, now: datetime, events: Events, make_client: MakeClient
) -> None:
    make_client("immich")
    row, _secret = client_secrets.create(db, "immich", now)
    path = f"{HERE}/secrets/{row.id}/revoke"
    assert browser.get(path).view == "confirm"
    assert client_secrets.of_client(db, "immich") == [row]
    browser.post(path)
    assert browser.location == f"{HERE}#secrets"
    assert client_secrets.of_client(db, "immich") == []
    assert event(events, "CLIENT_SECRET_REVOKED").details["prefix"] == row.prefix


@pytest.mark.parametrize("secret_id", ["x", str(UUID(int=0))])
def test_an_unknown_secret_is_not_found(
    browser: Browser, events: Events, make_client: MakeClient, secret_id: str
) -> None:
    make_client("immich")
    assert browser.post(f"{HERE}/secrets/{secret_id}/revoke").status == 404
    assert events("CLIENT_SECRET_REVOKED") == []


@pytest.mark.parametrize("recipe", recipes.all_recipes(), ids=lambda recipe: recipe.id)
def test_a_client_made_from_a_recipe_is_told_what_its_app_needs(
    recipe: recipes.Recipe, browser: Browser, db: Database, admin: User
) -> None:
    browser.get(f"{LIST}/new/{recipe.id}")
    answers = {question.name: question.default for question in recipe.questions}
    browser.post(f"{LIST}/new/{recipe.id}", {"address": recipe.example, **answers})
    client = clients.get(db, browser.variables["client"].id)
    subject = subjects.find(db, admin.id)
    assert subject is not None
    assert recipe.needs
    for told in (claims.in_id_token, claims.in_userinfo):
        found = told(subject, recipe.scopes.split(), client, app_url="https://id.example.test")
        assert found.keys() >= set(recipe.needs), told.__name__


@pytest.mark.parametrize(("recipe", "warned"), [("mealie", True), ("vaultwarden", False)])
def test_an_app_that_reads_the_id_token_is_warned_of_when_nothing_is_in_it(
    recipe: str, warned: bool, browser: Browser, make_client: MakeClient
) -> None:
    make_client("immich", recipe=recipe, claims_in_id_token=False)
    found = [text for text in browser.get(HERE).variables["warnings"] if "in the ID token" in text]
    assert bool(found) is warned


# The logo


def test_a_logo_is_uploaded_and_removed(
    browser: Browser, db: Database, events: Events, make_client: MakeClient
) -> None:
    make_client("immich")
    browser.get(HERE)
    browser.upload(f"{HERE}/logo", {"logo": ("../../logo.exe", png())})
    assert (browser.status, browser.location) == (303, f"{HERE}#logo")
    stored = images.get(db, "client", "immich", "logo")
    assert stored is not None
    assert event(events, "CLIENT_LOGO_CHANGED").client_id == "immich"
    assert f"/api/oidc/clients/immich/logo?v={stored.digest}" in browser.get(HERE).text
    assert f"/api/oidc/clients/immich/logo?v={stored.digest}" in browser.get(LIST).text
    browser.get(HERE)
    browser.post(f"{HERE}/logo/remove")
    assert images.get(db, "client", "immich", "logo") is None
    assert len(events("CLIENT_LOGO_CHANGED")) == 2


@pytest.mark.parametrize("content", [b"", b"no picture", b"<html></html>"])
def test_fi_01_a_logo_that_is_no_picture_is_refused(
    browser: Browser, db: Database, events: Events, make_client: MakeClient, content: bytes
) -> None:
    make_client("immich")
    browser.get(HERE)
    browser.upload(f"{HERE}/logo", {"logo": ("logo.png", content)})
    assert (browser.status, list(browser.variables["errors"])) == (422, ["logo"])
    assert browser.variables["errors"]["logo"] in browser.text
    assert images.get(db, "client", "immich", "logo") is None
    assert events("CLIENT_LOGO_CHANGED") == []


def test_dark_pages_may_have_a_logo_of_their_own(
    browser: Browser, db: Database, events: Events, make_client: MakeClient
) -> None:
    make_client("immich")
    address = "/api/oidc/clients/immich/logo"
    drawn = browser.get(address).body
    assert browser.get(address, light="false").body == drawn  # the initial, on both
    browser.get(HERE)
    browser.upload(f"{HERE}/logo", {"logo": ("a.png", png((20, 20)))})
    light = browser.get(address).body
    assert browser.get(address, light="false").body == light  # without another one it is on both
    browser.get(HERE)
    browser.upload(f"{HERE}/logo", {"logo": ("a.png", png((30, 30)))}, {"variant": "dark"})
    dark = browser.get(address, light="false").body
    assert browser.get(address).body == browser.get(address, light="true").body == light != dark
    assert "prefers-color-scheme: dark" in browser.get(HERE).text
    assert [event.details["variant"] for event in events("CLIENT_LOGO_CHANGED")] == ["logo_dark", "logo"]
    browser.post(f"{HERE}/logo/remove", {"variant": "light"})
    assert images.get(db, "client", "immich", "logo") is None
    assert browser.get(address, light="false").body == dark
    browser.get(HERE)
    browser.post(f"{HERE}/logo/remove", {"variant": "dark"})
    assert browser.get(address, light="false").body == drawn


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://example.org/logo.png", "must begin with https://"),
        ("https://user@example.org/", "must begin with https://"),
        ("https://127.0.0.1/logo.png", "private network"),
        ("https://localhost:1411/healthz", "private network"),
        ("https://[::ffff:10.0.0.1]/", "private network"),
        ("https://169.254.169.254/latest/meta-data", "private network"),
        ("x" * 50_000, "must begin with https://"),
    ],
)
def test_s_out_02_a_logo_comes_from_no_private_address(
    address: str, words: str, browser: Browser, db: Database, events: Events, make_client: MakeClient
) -> None:
    make_client("immich")
    browser.get(HERE)
    browser.upload(f"{HERE}/logo", {"logo": ("", b"")}, {"logo_url": address, "variant": "dark"})
    assert (browser.status, list(browser.variables["errors"])) == (422, ["logo_url"])
    assert words in browser.variables["errors"]["logo_url"]
    assert 'id="logo_url-error"' in browser.text
    assert (browser.variables["logo_url"], browser.variables["for_dark"]) == (address, True)  # as typed
    assert images.get(db, "client", "immich", "logo") is None
    assert events("CLIENT_LOGO_CHANGED") == []


def test_what_is_fetched_is_read_like_what_is_uploaded(
    browser: Browser, db: Database, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the way to the internet is not walked: tests stay on this machine."""
    make_client("immich")
    asked: list[tuple[str, int]] = []
    bodies = [png(), b"<html>no picture</html>"]

    def fetch(address: str, *, limit: int) -> bytes:
        asked.append((address, limit))
        return bodies.pop(0)

    monkeypatch.setattr(fetching, "fetch", fetch)
    browser.get(HERE)
    browser.upload(f"{HERE}/logo", {}, {"logo_url": " https://cdn.example.org/logo.png "})
    assert browser.status == 303
    stored = images.get(db, "client", "immich", "logo")
    assert stored is not None
    assert stored.media_type == "image/png"
    assert asked == [("https://cdn.example.org/logo.png", 2 * 1024 * 1024)]
    browser.get(HERE)
    browser.upload(f"{HERE}/logo", {}, {"logo_url": "https://cdn.example.org/page"})
    assert (browser.status, list(browser.variables["errors"])) == (422, ["logo"])


def test_the_page_tells_who_signed_in_last(
    browser: Browser, db: Database, make_client: MakeClient, make_user: Callable[..., User], now: datetime
) -> None:
    make_client("immich")
    make_client("wiki")
    assert "Nobody has signed in yet." in browser.get(HERE).text
    for number in range(7):
        user = make_user(display_name=f"Person {number}")
        consent(db, user, "immich", ["openid", "email"], now + timedelta(minutes=number))
        consent(db, user, "wiki", ["openid"], now + timedelta(hours=1))
    db.commit()
    browser.get(HERE)
    assert [one.name for one in browser.variables["sign_ins"]] == [f"Person {n}" for n in (6, 5, 4, 3, 2)]
    assert browser.variables["sign_ins"][0].scopes == ["openid", "email"]
    assert "knows openid, email" in browser.text


# What was refused


def test_a_refused_uri_is_registered_with_one_click(
    browser: Browser, db: Database, events: Events, make_client: MakeClient
) -> None:
    make_client("immich")
    refuse(browser)
    text = browser.get(HERE).text
    assert re.search(r"<code>https://app\.example\.test/<mark>auth/</mark>callback</code>", text)
    browser.post(f"{HERE}/refused/{refused_id(db)}/add")
    assert browser.location == HERE
    assert clients.get(db, "immich").redirect_uris == ["https://app.example.test/callback", ASKED]
    assert refused_requests.of_client(db, "immich") == []
    changed = event(events, "CLIENT_UPDATED").details["changed"]
    assert changed["redirect_uris"]["after"][-1] == ASKED


def test_a_refused_uri_is_ignored(
    browser: Browser, db: Database, events: Events, make_client: MakeClient
) -> None:
    client = make_client("immich")
    refuse(browser)
    browser.get(HERE)
    browser.post(f"{HERE}/refused/{refused_id(db)}/ignore")
    assert browser.location == HERE
    assert refused_requests.of_client(db, "immich") == []
    assert clients.get(db, "immich") == client
    assert events("CLIENT_UPDATED") == []


@pytest.mark.parametrize("uri", ["javascript:alert(1)", "https://app.example.test/#x", "nothing"])
def test_rd_04_a_dangerous_uri_is_not_registered_with_one_click(
    browser: Browser, db: Database, events: Events, make_client: MakeClient, uri: str
) -> None:
    client = make_client("immich")
    refuse(browser, uri)
    browser.get(HERE)
    browser.post(f"{HERE}/refused/{refused_id(db)}/add")
    assert (browser.status, list(browser.variables["errors"])) == (422, ["refused"])
    assert clients.get(db, "immich") == client
    assert len(refused_requests.of_client(db, "immich")) == 1
    assert events("CLIENT_UPDATED") == []


def test_a_wildcard_that_was_asked_for_is_not_taken_for_one_that_an_admin_wrote(
    browser: Browser, db: Database, make_client: MakeClient
) -> None:
    make_client("immich")
    refuse(browser, "https://*.example.test/callback")
    browser.get(HERE)
    browser.post(f"{HERE}/refused/{refused_id(db)}/add")
    assert browser.status == 422
    assert clients.get(db, "immich").redirect_uris == ["https://app.example.test/callback"]


def test_a_uri_that_is_registered_by_hand_leaves_the_inbox(
    browser: Browser, db: Database, make_client: MakeClient
) -> None:
    make_client("immich")
    refuse(browser)
    browser.get(HERE)
    browser.post(HERE, {**FORM, "redirect_uris": ASKED})
    assert refused_requests.of_client(db, "immich") == []


@pytest.mark.parametrize("action", ["add", "ignore"])
def test_an_unknown_refused_request_is_not_found(
    browser: Browser, db: Database, make_client: MakeClient, action: str
) -> None:
    client = make_client("immich")
    make_client("other")
    refuse(browser)
    for path in (f"{HERE}/refused/x", f"{HERE}/refused/{uuid4()}", f"{LIST}/other/refused/{refused_id(db)}"):
        assert browser.post(f"{path}/{action}").status == 404
    assert clients.get(db, "immich") == client


# Deleting


def test_a_client_is_deleted_after_a_question(
    browser: Browser, db: Database, events: Events, make_client: MakeClient
) -> None:
    make_client("immich")
    browser.get(f"{HERE}/delete")
    assert browser.view == "confirm"
    assert clients.find(db, "immich")
    browser.post(f"{HERE}/delete")
    assert browser.location == LIST
    assert clients.find(db, "immich") is None
    deleted = event(events, "CLIENT_DELETED")
    assert (deleted.client_id, deleted.details["name"]) == ("immich", "Immich")
    assert "Immich is deleted" in browser.follow().text
