"""Every view keeps to its means, escapes what it shows, labels its fields, and is shown here once."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from bottle import StplParser

from pocketid import client_ids, client_secrets, clients, one_time_access, users
from pocketid.db import Database
from pocketid.paths import data_dir
from pocketid.routes import ROUTES
from tests.authenticator import Authenticator, options_of
from tests.browser import Browser
from tests.oidc.flow import App
from tests.shape.conftest import ADMIN, ADMIN_BY_LINK, PERSON, STRANGER, World

FOLDER = data_dir("views")
VIEWS = sorted(FOLDER.rglob("*.tpl"))
PAGES = [path for path in VIEWS if path.parent.name != "mail"]  # mails have test_mails.py, and styles inside
STATEMENT = re.compile(
    r"# |(?:if|elif|for) .+:$|else:$|end$|(?:include|rebase)\(.*\)$|[a-z_]+(?:, [a-z_]+)* = .+$"
)
UNESCAPED = re.compile(r"\{\{!\s*(.*?)\s*\}\}")
# What may go out as it is, beside `base` and constant attributes: ids that our own views name.
LISTED = {
    """f' aria-describedby="{described}"' if described else \"\"""",
    """f' maxlength="{int(maxlength)}"' if get("maxlength") else \"\"""",
}
INCLUDED = re.compile(r'(?:include|rebase)\("([^"]+)\.tpl"')
UNLABELLED = {"hidden", "submit", "button"}


def name_of(path: Path) -> str:
    return path.relative_to(FOLDER).with_suffix("").as_posix()


def is_constant(expression: ast.expr) -> bool:
    if isinstance(expression, ast.IfExp):
        return is_constant(expression.body) and is_constant(expression.orelse)
    return isinstance(expression, ast.Constant)


@pytest.mark.parametrize("path", VIEWS, ids=name_of)
def test_a_view_says_what_it_needs_and_does_nothing_else(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert lines[0].startswith("% # Needs: ")
    for line in lines:
        if line.lstrip().startswith("%"):
            assert STATEMENT.match(line.lstrip()[1:].strip()), line
    assert "<%" not in path.read_text()


@pytest.mark.parametrize("path", VIEWS, ids=name_of)
def test_s_lib_11_every_block_of_a_view_is_closed(path: Path) -> None:
    parser = StplParser(path.read_text())
    parser.translate()
    assert parser.indent == 0, "an `% end` is missing"


@pytest.mark.parametrize("path", VIEWS, ids=name_of)
def test_s_lib_11_a_view_escapes_all_but_constants(path: Path) -> None:
    for expression in UNESCAPED.findall(path.read_text()):
        tree = ast.parse(expression, mode="eval").body
        is_layout = name_of(path).startswith(("layout/", "mail/layout."))
        is_base = isinstance(tree, ast.Name) and tree.id == "base" and is_layout
        assert is_base or is_constant(tree) or expression in LISTED, expression


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_s_se_07_a_view_has_no_inline_style_or_script(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text, re.IGNORECASE)
    assert all('src="' in tag for tag in re.findall(r"<script[^>]*>", text))


def test_every_part_and_layout_is_used() -> None:
    used = {name for path in VIEWS for name in INCLUDED.findall(path.read_text())}
    there = {name_of(path) for path in VIEWS}
    assert used <= there
    assert {name for name in there if name.startswith(("parts/", "layout/"))} <= used


class Fields(HTMLParser):
    """The fields of a page, and what labels them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fields: list[dict[str, str | None]] = []
        self.labelled: set[str | None] = set()
        self.ids: list[str] = []
        self._labels = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._labels += tag == "label"
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "label":
            self.labelled.add(given.get("for"))
        if tag in {"input", "select", "textarea"} and given.get("type") not in UNLABELLED:
            self.fields.append({**given, "in_label": "yes" if self._labels else None})

    def handle_endtag(self, tag: str) -> None:
        self._labels -= tag == "label"

    def unlabelled(self) -> list[dict[str, str | None]]:
        return [
            field
            for field in self.fields
            if not (field["in_label"] or field.get("aria-label") or field.get("id") in self.labelled)
        ]


def pages(world: World, db: Database) -> Iterator[Browser]:
    """Each page once, in the states that have views of their own."""
    for who in (STRANGER, PERSON, ADMIN):
        browser = world.browser(who)
        for route in ROUTES:
            if route.method == "GET":
                yield browser.get(world.path(route))
    yield from _signing_in(world)
    yield from _with_another_device(world)
    yield from _invited(world)
    yield from _signing_up(world, db)
    yield from _on_the_way_to_an_app(world, db)
    yield from _by_email(world)


def _invited(world: World) -> Iterator[Browser]:
    somebody, here = world.browser(STRANGER), f"/invitation/{world.ids['token']}"
    yield somebody.post(here, {"username": "tim", "email": "tim@example.test"})
    yield somebody.get("/invitation/nothing")
    waiting = world.ids["waiting_import_id"]
    yield world.browser(ADMIN).get(f"/settings/admin/invitations/import/{waiting}")


def _signing_in(world: World) -> Iterator[Browser]:
    yield world.browser(STRANGER).post("/lc", {"code": "nonsense"})
    yield world.browser(STRANGER).get("/protected-host", host="app.example.test")
    yield world.browser(STRANGER).post("/verify-email", {"token": "nonsense"})
    yield world.browser(ADMIN_BY_LINK).get("/login/add-passkey")
    yield world.browser(ADMIN).get("/login/reauthenticate")
    yield _with_an_old_passkey(world)
    one_time_access.expire(world.db, world.now.replace(year=world.now.year + 1))  # the admin's other way in
    yield world.browser(ADMIN).get(f"/settings/account/passkeys/{world.ids['passkey_id']}/delete")


def _with_an_old_passkey(world: World) -> Browser:
    browser = world.browser(ADMIN)
    world.db._source.take().execute("update sessions set verified_at = verified_at - interval '1 hour'")
    return browser.post("/settings/admin/application-configuration", {"app_name": "Skylab"})


def _with_another_device(world: World) -> Iterator[Browser]:
    waiting, person = world.browser(STRANGER), world.browser(PERSON)
    waiting.get("/login/alternative/device")
    yield waiting.follow()
    code = waiting.variables["code"]
    yield person.get("/device", code=code)
    yield person.post("/device/deny", {"code": code})
    secret = client_secrets.create(world.db, "immich", now=world.now)[1]
    client = {"client_id": "immich", "client_secret": secret, "scope": "openid profile"}
    code = waiting.post("/api/oidc/device/authorize", client).json()["user_code"]
    yield person.get("/device", code=code)
    yield person.post("/device/app/deny", {"code": code})


def _signing_up(world: World, db: Database) -> Iterator[Browser]:
    yield world.browser(STRANGER).get("/signup")
    db.run("settings.store", name="allowUserSignups", value="open", now=world.now)
    db.run("settings.store", name="signupRequiresApproval", value="true", now=world.now)
    stranger = world.browser(STRANGER)
    yield stranger.get("/signup")
    person = {"username": "clara", "first_name": "Clara", "last_name": "", "email": "clara@example.test"}
    yield stranger.post("/signup", person)
    credential = Authenticator(stranger.origin).create(options_of(stranger.text))
    stranger.post("/signup/passkey", {**person, "credential": credential})
    for decide in (None, signup_accept):
        if decide:
            decide(world, db)
        yield stranger.get("/signup/waiting")
    db.run("settings.store", name="smtpHost", value="mail.example.test", now=world.now)
    db.run("settings.store", name="smtpFrom", value="id@example.test", now=world.now)
    yield world.browser(STRANGER).post(
        "/signup", {**person, "username": "dora", "email": "dora@example.test"}
    )


def signup_accept(world: World, db: Database) -> None:
    clara = users.find(db, "clara")
    assert clara
    db.run("signup.accept", user_id=clara.id, now=world.now)


def _by_email(world: World) -> Iterator[Browser]:
    rows = {"smtpHost": "mail.example.test", "smtpFrom": "id@example.test"}
    for name, value in {**rows, "emailOneTimeAccessAsUnauthenticatedEnabled": "true"}.items():
        world.db.run("settings.store", name=name, value=value, now=world.now)
    stranger = world.browser(STRANGER)
    yield stranger.get("/lc/ABC123")
    yield stranger.get("/login/alternative/email")
    yield stranger.post("/login/alternative/email", {"email": "anna@example.test"}).follow()


def _on_the_way_to_an_app(world: World, db: Database) -> Iterator[Browser]:
    secret = client_secrets.create(db, "immich", now=world.now)[1]
    app = App("immich", secret, "https://app.example.test/callback")
    stranger, person = world.browser(STRANGER), world.browser(PERSON)
    yield app.authorize(stranger).follow()
    yield app.authorize(person, prompt="select_account").follow()
    yield app.authorize(person, prompt="consent").follow()
    yield app.authorize(person, response_mode="form_post", scope="openid")
    yield app.authorize(person, claims='{"id_token": {"acr": {"essential": true, "value": "phrh"}}}').follow()
    yield person.get("/api/oidc/end-session")
    yield stranger.get("/api/oidc/end-session")
    change = replace(clients.Change.of(clients.get(db, "immich")), is_group_restricted=True)
    clients.update(db, "immich", change, world.now)
    yield app.authorize(person).follow()
    yield _trial(world)
    described = clients.Change("https://notes.example.test/client.json", name="Notes", is_public=True)
    address = client_ids.in_path(clients.create(db, described, None, world.now).id)
    yield world.browser(ADMIN).get(f"/settings/admin/oidc-clients/{address}")


def _trial(world: World) -> Browser:
    """An admin tries the app, and cancels."""
    admin = world.browser(ADMIN).get("/settings/admin/oidc-clients/immich/try")
    admin.post("/settings/admin/oidc-clients/immich/try", {"scope": "openid"}, follow=True)
    interaction = str(admin.variables["interaction"].id)
    return admin.post("/interaction/cancel", {"id": interaction}, follow=True)


def _first_account(browser: Browser) -> Iterator[Browser]:
    yield browser.get("/setup")
    yield browser.post(
        "/setup", {"username": "owner", "first_name": "Olga", "last_name": "Owner", "email": ""}
    )
    browser.post(
        "/setup/passkey", {"credential": Authenticator(browser.origin).create(options_of(browser.text))}
    )


def test_every_view_is_shown_and_every_field_has_its_label(
    browser: Browser, db: Database, request: pytest.FixtureRequest
) -> None:
    seen: set[str] = set()

    def look(page: Browser) -> None:
        if page.view is None:
            return
        seen.add(page.view)
        fields = Fields(page.text)
        assert fields.unlabelled() == [], page.view
        assert len(fields.ids) == len(set(fields.ids)), (page.view, "an id is there twice")
        assert page.text.count("<h1") == 1, page.view

    for page in _first_account(browser):
        look(page)
    world: World = request.getfixturevalue("world")  # now, because its admin ends the setup
    for page in pages(world, db):
        look(page)
    whole = {name_of(path) for path in PAGES}
    included = {name for path in VIEWS for name in INCLUDED.findall(path.read_text())}
    assert whole - included - seen == set()
