"""Every page and every state of it, one after the other: for axe, for the eye, and for whoever changes the look.

    for name, page in sights(browser, origin, database):
        ...    # may change size and colour scheme, and nothing else

A server over an empty database is expected; two people and a crowd move in. Each chapter leaves them signed in.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from urllib.request import urlopen

from playwright.sync_api import Browser, Page

from contrib.dev import population
from pocketid import client_ids, client_secrets, clients, groups, images, users
from pocketid.db import Database, connect
from tests.chromium import Person
from tests.journeys import walk

Sights = Iterator[tuple[str, Page]]
ADMIN = "/settings/admin"
CLIENTS = f"{ADMIN}/oidc-clients"
SETTINGS = f"{ADMIN}/application-configuration"
SIGN_UP = f"{ADMIN}/sign-up"
WIKI = "/wiki/callback"  # an app at an address of the site itself: nothing leaves the machine, and a page answers
IMMICH = "https://immich.example.org"
ACCENTS = {"yellow": "#ffee00", "black": "#000000", "white": "#ffffff"}
SCOPES = "openid profile email groups offline_access"

_SOME_MAILS = """
    insert into outbox (id, kind, address, sealed_values, attempts, next_attempt_at, sent_at, given_up_at, last_error,
                        created_at)
    values (gen_random_uuid(), 'invitation', 'maximiliane.von-der-muehlen@mail.neighbourhood.example.test', 'x', 1,
            null, null, now(), '550 5.1.1 <maximiliane>: Recipient address rejected: User unknown', now()),
           (gen_random_uuid(), 'passkey_added', 'tim@example.test', 'x', 3, now() + interval '20 minutes', null, null,
            'Connection refused', now() - interval '10 minutes'),
           (gen_random_uuid(), 'new_device', 'anna@example.test', null, 1, null, now() - interval '2 hours', null, null,
            now() - interval '2 hours')
"""


@dataclass
class Stage:
    """Who is there, and the ways around the pages."""

    browser: Browser
    origin: str
    database: Database
    conninfo: str
    owner: Person
    anna: Person

    @contextmanager
    def stranger(self) -> Iterator[Person]:
        """Somebody with a browser that was never here."""
        person = Person(self.browser, self.origin, reduced_motion="reduce")
        yield person
        person.close()


def sights(browser: Browser, origin: str, database: Database, conninfo: str) -> Sights:
    """The name of each sight, and the page that shows it."""
    owner, anna = (Person(browser, origin, reduced_motion="reduce") for _number in range(2))
    stage = Stage(browser, origin, database, conninfo, owner, anna)
    for chapter in (
        *(
            _setup,
            _first_app,
            _enrolment,
            _doors,
            _two_devices,
            _codes_by_mail,
            _account,
            _passkeys,
            _people,
            _sign_up,
            _access,
            _invitations,
            _groups,
            _clients,
            _apis,
        ),
        *(_requests, _logs_and_settings, _mails, _own_pictures, _accents, _refusals),
    ):
        yield from chapter(stage)
    for person in (owner, anna):
        problems = [text for text in person.problems if "Failed to load resource" not in text]
        assert not problems, f"a script failed, or the content security policy refused something: {problems}"
        person.close()


def _press(page: Page, selector: str = "button.primary") -> Page:
    """A button that sends a form, by default the one thing to do on the page."""
    with page.expect_navigation():
        page.locator(selector).first.click()
    return page


def _follow(page: Page, name: str | re.Pattern[str]) -> Page:
    """A link."""
    with page.expect_navigation():
        page.get_by_role("link", name=name).first.click()
    return page


def _refused(person: Person, page: Page) -> Page:
    """The person presses the button and then does not give finger, face or PIN."""
    person.refuse_verification()
    page.locator("button.primary").click()
    page.locator("[data-problem]:visible").wait_for()
    person.refuse_verification(refuse=False)
    return page


def _fill(page: Page, **fields: str) -> Page:
    """Type into fields by their names, and send; what the browser itself would refuse, too."""
    for name, text in fields.items():
        page.locator(f"[name={name}]").fill(text)
    page.locator("form:has(button.primary)").evaluate("form => { form.noValidate = true }")
    return _press(page)


def _setup(stage: Stage) -> Sights:
    owner = stage.owner
    page = owner.goto("/setup")
    yield "setup", page
    yield "setup-errors", _fill(page, username="-", first_name="", email="olga@home")
    _fill(page, username="owner", first_name="Olga", last_name="Owner", email="")
    yield "setup-passkey", page
    yield "setup-passkey-refused", _refused(owner, page)
    page.locator("button.primary").click()
    page.wait_for_url("**/settings/account")
    yield "account-first", page
    yield "setup-closed", owner.goto("/setup")
    yield "apps-none", owner.goto("/settings/apps")
    yield "groups-none", owner.goto(f"{ADMIN}/user-groups")
    yield "clients-none", owner.goto(CLIENTS)


def _first_app(stage: Stage) -> Sights:
    owner = stage.owner
    yield "client-choose", owner.goto(f"{CLIENTS}/new")
    page = owner.goto(f"{CLIENTS}/new/immich")
    yield "client-recipe", page
    yield "client-recipe-errors", _fill(page, address="immich")
    _fill(page, address=IMMICH)
    yield "client-added", page
    page = owner.goto(f"{CLIENTS}/new/by-hand")
    yield "client-by-hand", page
    redirects = f"{stage.origin}{WIKI}\nhtps://wiki.example.org"
    yield "client-by-hand-errors", _fill(page, name="", redirect_uris=redirects, launch_url="wiki")
    _fill(page, name="Wiki", id="wiki", redirect_uris=stage.origin + WIKI, launch_url="")
    yield "client-by-hand-added", page


def _enrolment(stage: Stage) -> Sights:
    owner, anna = stage.owner, stage.anna
    page = owner.goto(f"{ADMIN}/users/new")
    yield "user-new", page
    yield "user-new-errors", _fill(page, username="Olga Owner", email="olga@", first_name="")
    link = walk.add_person(owner, "anna", "Anna", "Muster")
    yield "user-link", owner.page
    page = anna.page
    page.goto(link)
    yield "link", page
    _press(page)
    yield "add-passkey", page
    yield "add-passkey-refused", _refused(anna, page)
    page.locator("button.primary").click()
    page.wait_for_url("**/settings/account")
    yield "account-enrolled", page
    with stage.stranger() as somebody:
        somebody.page.goto(link)
        yield "link-used", _press(somebody.page)


def _doors(stage: Stage) -> Sights:
    with stage.stranger() as somebody:
        page = somebody.goto("/login")
        yield "login", page
        yield "login-refused", _refused(somebody, page)
        yield "login-alternative", somebody.goto("/login/alternative")
        yield "code", somebody.goto("/lc")
        page = somebody.page
        page.locator("[name=code]").fill("ABC123")
        yield "code-refused", _press(page)
        yield "signed-out-already", somebody.goto("/logout")
    page = stage.anna.goto("/login/reauthenticate")
    yield "reauthenticate", page
    page = stage.owner.goto(SETTINGS)
    with _long_ago(stage):
        yield "step-up", _press(page)
    yield "sign-out", stage.anna.goto("/logout")


@contextmanager
def _long_ago(stage: Stage) -> Iterator[None]:
    """Everybody's passkey was used an hour earlier than it was."""
    with connect(stage.conninfo) as connection:
        connection.execute("update sessions set verified_at = verified_at - interval '1 hour'")
    yield
    with connect(stage.conninfo) as connection:
        connection.execute("update sessions set verified_at = verified_at + interval '1 hour'")


def _codes_by_mail(stage: Stage) -> Sights:
    """The way that is closed unless an admin opens it; nothing listens where the mails would go."""
    switches = {
        "emailOneTimeAccessAsUnauthenticatedEnabled": "true",
        "emailOneTimeAccessAsAdminEnabled": "true",
    }
    rows = {"smtpHost": "localhost", "smtpPort": "9", "smtpFrom": "id@example.org", **switches}
    _store(stage, rows)
    with stage.stranger() as somebody:
        yield "login-alternative-mail", somebody.goto("/login/alternative")
        page = somebody.goto("/login/alternative/email")
        yield "email", page
        yield "email-errors", _fill(page, email="anna@")
        yield "email-code", _fill(page, email="anna@example.org")
        yield "email-code-refused", _fill(page, code="000000")
    with stage.stranger() as somebody:
        yield "code-elsewhere", somebody.goto("/lc/7F3K9Q")
    page = stage.owner.goto(f"{ADMIN}/users?search=anna")
    _follow(page, "Anna Muster")
    yield "user-with-mail", page
    _store(stage, dict.fromkeys(rows, ""))


def _store(stage: Stage, rows: dict[str, str]) -> None:
    """Settings by their names in the database; an empty one counts as absent."""
    for name, value in rows.items():
        stage.database.run("settings.store", name=name, value=value, now=datetime.now(UTC))
    stage.database.commit()


def _two_devices(stage: Stage) -> Sights:
    """What the device that waits shows, and what the one with the passkey does."""
    anna = stage.anna
    with stage.stranger() as somebody:
        waiting = somebody.goto("/login/alternative/device")
        yield "device-waiting", waiting
        yield "device-enter", anna.goto("/device")
        yield "device-enter-errors", anna.goto("/device?code=BCDF-GHJK")
        page = anna.goto(f"/device?code={waiting.locator('#code').inner_text()}")
        yield "device-approve", page
        yield "device-approve-refused", _refused(anna, page)
        _press(page, "form[action='/device/deny'] button")
        yield "device-denied", page
        waiting.reload()
        yield "device-waiting-denied", waiting
        _follow(waiting, "Try again")
        anna.goto(f"/device?code={waiting.locator('#code').inner_text()}")
        somebody.page.route("**/state?*", lambda route: route.abort())
        page.locator("button.primary").click()
        page.get_by_role("heading", name="Approved").wait_for()
        yield "device-approved", page
        foreign = waiting.url.removeprefix(stage.origin)
    with stage.stranger() as somebody:
        yield "device-over", somebody.goto(foreign)
    yield from _a_device_with_an_app(stage)


def _a_device_with_an_app(stage: Stage) -> Sights:
    """A television asks for tokens; it has no browser, and one program to show a code with."""
    client, anna = clients.search(stage.database, "Immich", size=1, offset=0)[0], stage.anna
    secret = client_secrets.create(stage.database, client.id, now=datetime.now(UTC))[1]
    stage.database.commit()
    form = {"client_id": client.id, "client_secret": secret, "scope": SCOPES}

    def ask() -> str:
        address = f"{stage.origin}/api/oidc/device/authorize"
        with urlopen(address, urlencode(form).encode()) as got:  # noqa: S310  # a loopback address of ours
            return str(json.load(got)["user_code"])

    page = anna.goto(f"/device?code={ask()}")
    yield "device-app", page
    _press(page, "form[action='/device/app/deny'] button")
    yield "device-app-denied", page
    anna.goto(f"/device?code={ask()}")
    yield "device-app-approved", _press(page)


def _account(stage: Stage) -> Sights:
    anna = stage.anna
    population.populate(stage.database, datetime.now(UTC))
    user = users.find(stage.database, "anna")
    assert user
    population.add_sessions(stage.database, user, datetime.now(UTC))
    family = groups.search(stage.database, text="Family")[0]
    groups.set_of_user(stage.database, user.id, [family.id])
    stage.database.commit()
    page = anna.goto("/settings/account")
    yield "account-errors", _fill(page, username="-", display_name="")
    page = anna.goto("/settings/account")
    _press(page, "button:text-is('Upload picture')")
    yield "account-picture-errors", page
    _press(anna.goto("/login/reauthenticate"))
    page = anna.goto("/settings/account/email")
    yield "account-email", page
    yield "account-email-errors", _fill(page, email="anna@")
    _press(
        anna.goto("/authorize?" + urlencode(request_of(stage.origin + WIKI, "wiki", scope="openid email")))
    )
    page.wait_for_url(f"**{WIKI}?*")
    with connect(stage.conninfo) as connection:
        connection.execute(_LOGOUTS)
    yield "apps", anna.goto("/settings/apps")
    yield "apps-none-found", anna.goto("/settings/apps?search=harp")
    anna.goto("/settings/apps")
    _follow(page, "Take back Wiki's access")
    yield "app-revoke", page
    yield "activity", anna.goto("/settings/audit-log")
    yield "activity-none", anna.goto("/settings/audit-log?event=PICTURE_CHANGED")


def _passkeys(stage: Stage) -> Sights:
    anna = stage.anna
    page = anna.goto("/settings/account")
    _follow(page, "Remove Passkey")
    yield "passkey-only-way-in", page
    page = anna.goto("/settings/account/passkeys/new")
    yield "passkey-new", page
    page.locator("button.primary").click()
    page.locator("[data-problem]:visible").wait_for()
    yield "passkey-registered-already", page
    anna.lose_passkeys()
    page.locator("button.primary").click()
    page.wait_for_url(re.compile("passkeys/[0-9a-f-]{36}"))
    yield "passkey-name", page
    yield "passkey-name-errors", _fill(page, name="")
    _fill(page, name="The security key in the drawer under the telephone")
    yield "account", page
    _follow(page, "Remove Passkey")
    yield "passkey-delete", page
    _press(page, "form button.danger")
    page.wait_for_url("**/settings/account")
    yield "passkey-deleted", page


def _people(stage: Stage) -> Sights:
    owner = stage.owner
    yield "users", owner.goto(f"{ADMIN}/users")
    yield "users-found", owner.goto(f"{ADMIN}/users?search=nov&state=never_signed_in&sort=email&order=desc")
    yield "users-none", owner.goto(f"{ADMIN}/users?search=nobody&state=disabled")
    page = owner.goto(f"{ADMIN}/users?search=wilhelmina")
    _follow(page, re.compile("Wilhelmina"))
    yield "user-long-name", page
    _follow(page, "Delete this person")
    yield "user-delete", page
    page = owner.goto(f"{ADMIN}/users?search=anna")
    _follow(page, "Anna Muster")
    here = page.url.removeprefix(stage.origin)
    _press(page, "button:text-is('Make a link')")
    page.goto(stage.origin + here)
    yield "user", page
    yield "user-errors", _fill(page, username="owner")
    yield from _claims(owner, here)
    page = owner.goto(here)
    _press(page, "a[href*='/passkeys/']")
    yield "user-passkey-remove", page
    yield "user-disable", owner.goto(here + "/disable")
    page = owner.goto(f"{ADMIN}/users?search=dimitri&state=disabled")
    _follow(page, "Dimitri Keller")
    yield "user-disabled", page


def _claims(owner: Person, user: str) -> Sights:
    page = owner.goto(f"{user}/custom-claims")
    yield "user-claims-none", page
    names, values = page.locator("[name=claim_name]"), page.locator("[name=claim_value]")
    for number, (name, value) in enumerate((("immich_role", "admin"), ("immich_quota", "5"), ("sub", "x"))):
        names.nth(number).fill(name)
        values.nth(number).fill(value)
    yield "user-claims-errors", _press(page)
    names.nth(2).fill("https://wiki.example.org/claims/permissions")
    values.nth(2).fill('{"read": ["everything", "in the house"], "write": ["recipes", "shopping lists"]}')
    yield "user-claims", _press(page)


def _access(stage: Stage) -> Sights:
    owner, here = stage.owner, f"{ADMIN}/access"
    yield "access", owner.goto(here)
    yield "access-of-one-app", owner.goto(f"{here}?app=library&search=a")
    yield "access-none", owner.goto(f"{here}?search=nobody")
    yield "passkey-health", owner.goto(f"{ADMIN}/passkey-health")
    yield "passkey-health-none", owner.goto(f"{ADMIN}/passkey-health?state=one_provider")


def _sign_up(stage: Stage) -> Sights:
    owner = stage.owner
    page = _press(owner.goto("/login/reauthenticate"))
    owner.goto(SIGN_UP)
    yield "sign-up-settings", page
    page.get_by_label("How many people may use it").fill("0")
    page.locator("form[action$=links]").evaluate("form => { form.noValidate = true }")
    yield "sign-up-link-errors", _press(page, "form[action$=links] button")
    page.get_by_label("How many people may use it").fill("3")
    page.locator("#links").get_by_label("Family").check()
    yield "sign-up-link-made", _press(page, "form[action$=links] button")
    yield "sign-up-claims-errors", _fill(page, claims="sub=me")
    page = owner.goto(SIGN_UP)
    page.get_by_label("Everybody", exact=True).check()
    page.get_by_label("An administrator accepts everybody").check()
    _press(page)
    with stage.stranger() as somebody:
        yield from _signing_up(stage, somebody)
    page = owner.goto(SIGN_UP)
    page.get_by_label("Nobody", exact=True).check()
    _press(page)
    with stage.stranger() as somebody:
        yield "sign-up-closed", somebody.goto("/signup")


def _signing_up(stage: Stage, somebody: Person) -> Sights:
    """What somebody new sees, and what the owner sees of them."""
    owner, page = stage.owner, somebody.goto("/login")
    yield "login-with-sign-up", page
    _follow(page, "Sign up")
    yield "sign-up", page
    yield "sign-up-errors", _fill(page, first_name="", username="0wner", email="clara@")
    _fill(page, first_name="Clara", last_name="Muster", username="clara", email="clara@example.org")
    yield "sign-up-passkey", page
    page.locator("button.primary").click()
    page.wait_for_url("**/signup/waiting")
    yield "sign-up-waiting", page
    yield "users-with-somebody-waiting", owner.goto(f"{ADMIN}/users?search=clara")
    _follow(owner.page, "Clara Muster")
    yield "user-waiting", owner.page
    owner.goto(SIGN_UP)
    yield "sign-up-somebody-waits", owner.page
    _press(owner.page, "#waiting button")
    page.get_by_role("heading", name="You are in").wait_for()
    yield "sign-up-accepted", page
    with stage.stranger() as another:
        page = another.goto("/signup")
        _fill(page, first_name="Mallory", last_name="", username="mallory", email="mallory@example.org")
        page.locator("button.primary").click()
        page.wait_for_url("**/signup/waiting")
        _press(owner.goto(SIGN_UP), "#waiting a.danger")
        yield "sign-up-refuse", owner.page
        owner.page.get_by_label("Reason").fill("Nobody here knows you. Write to me, and say who you are.")
        _press(owner.page, "button.danger")
        page.get_by_role("heading", name="Your account was not accepted").wait_for()
        yield "sign-up-refused", page


def _invitations(stage: Stage) -> Sights:
    owner, listed = stage.owner, f"{ADMIN}/invitations"
    yield "invitations-none", owner.goto(listed)
    page = owner.goto(f"{listed}/new")
    yield "invitation-new", page
    yield "invitation-new-errors", _fill(page, first_name="", email="tim@home", username="owner")
    page = owner.goto(f"{listed}/new")
    page.get_by_label("Book club").check()
    page.get_by_label("Where they land").select_option(label="Nextcloud")
    note = "The minutes of the last meeting are there.\nSee you on Thursday, as always at eight."
    _fill(page, first_name="Tim", last_name="Tanne", email="", username="", note=note)
    yield "invitation-link", page
    link = page.locator("#invitation-link").inner_text()
    yield "invitation-signed-in", owner.goto(link.removeprefix(stage.origin))
    yield from _accepting(stage, link)
    yield "invitation-done", _follow(owner.goto(listed), "Tim Tanne")
    yield from _with_mail(stage, listed)
    yield from _imports(stage, f"{listed}/import")
    yield "invitations", owner.goto(listed)
    yield "invitations-found-none", owner.goto(f"{listed}?search=nobody&state=held")
    page = _follow(owner.goto(f"{listed}?search=wilhelmina"), re.compile("Wilhelmina"))
    yield "invitation-withdraw", _follow(page, "Withdraw…")


_LOGOUTS = """
insert into logouts (client_id, user_id, subject, confirmed_at, given_up_at, last_reason, last_status, attempts,
                     created_at)
select 'wiki', id, id::text, confirmed, given_up, reason, status, 1, now()
  from users, (values (now(), null::timestamptz, null, null), (null, now(), 'status', 400),
                      (null, null, null, null)) as state (confirmed, given_up, reason, status)
 where username = 'anna'
"""


def _accepting(stage: Stage, link: str) -> Sights:
    with stage.stranger() as tim:
        page = tim.goto(link.removeprefix(stage.origin))
        yield "invitation", page
        yield "invitation-errors", _fill(page, username="owner", email="tim@home")
        _fill(page, username="tim", email="tim@example.org")
        yield "invitation-passkey", page
        yield "invitation-passkey-refused", _refused(tim, page)
        with connect(stage.conninfo) as connection:  # nothing leaves the machine
            here = f"{stage.origin}/settings/apps"
            connection.execute("update clients set launch_url = %s where id = 'nextcloud'", [here])
        page.locator("button.primary").click()
        page.wait_for_url("**/settings/apps")
        page.context.clear_cookies()
        yield "invitation-refused", tim.goto(link.removeprefix(stage.origin))


def _with_mail(stage: Stage, listed: str) -> Sights:
    """A server that is named and does not answer."""
    with connect(stage.conninfo) as connection:
        named = "('smtpHost', '127.0.0.1'), ('smtpPort', '1'), ('smtpFrom', 'id@example.org')"
        connection.execute(
            f"insert into settings (name, value) values {named} on conflict (name) do update set value = excluded.value"
        )
        page = stage.owner.goto(f"{listed}/new")
        while not page.locator("#delivery-mail").count():  # until the server has heard of it
            page.reload()
        yield "invitation-new-by-mail", page
        long = "Wilhelmina-Alexandrina"
        _fill(page, first_name=long, last_name="von Hohenlohe", email=f"{long}@a-long-name.example.org")
        page.reload()
        while not page.locator("main").get_by_text("is tried again").count():
            page.reload()
        yield "invitation-mailed", page
        connection.execute("delete from settings where name like 'smtp%'")
        page = stage.owner.goto(f"{listed}/new")
        while page.locator("#delivery-mail").count():
            page.reload()


def _imports(stage: Stage, path: str) -> Sights:
    page = stage.owner.goto(path)
    yield "invitation-import", page
    yield "invitation-import-errors", _press(page)
    for name, text in (
        ("wrong", "Vorname;Mail;Phone;Gruppe\nAda;ada@home;1;Family\n;ada@home;2;Rowers\n=Ben;;;\n"),
        (
            "plan",
            "First name,Last name,E-mail\n" + "".join(f"Guest,{n},g{n}@example.org\n" for n in range(25)),
        ),
    ):
        stage.owner.goto(path).locator("[name=file]").set_input_files(
            {"name": "people.csv", "mimeType": "text/csv", "buffer": text.encode()}
        )
        yield f"invitation-import-{name}", _press(page)
    yield "invitation-imported", _press(page)


def _groups(stage: Stage) -> Sights:
    owner = stage.owner
    yield "groups", owner.goto(f"{ADMIN}/user-groups")
    yield "groups-nothing-found", owner.goto(f"{ADMIN}/user-groups?search=nothing")
    page = owner.goto(f"{ADMIN}/user-groups/new")
    yield "group-new", page
    yield "group-new-errors", _fill(page, friendly_name="Family", name="family")
    page = owner.goto(f"{ADMIN}/user-groups?search=club")
    _follow(page, "Book club")
    yield "group", page
    here = page.url.removeprefix(stage.origin)
    yield "group-claims", owner.goto(f"{here}/custom-claims")
    owner.goto(here)
    _follow(page, "Delete this group")
    yield "group-delete", page


def _apis(stage: Stage) -> Sights:
    owner, here = stage.owner, f"{ADMIN}/apis"
    yield "apis-none", owner.goto(here)
    page = owner.goto(f"{here}/new")
    yield "api-new", page
    yield "api-new-errors", _fill(page, name="Photos", resource=f"{stage.origin}/")
    _fill(page, resource="https://photos.the-whole-neighbourhood.example.org/api/v1")
    for line, (key, name) in enumerate(
        (("photos:read", "See your photos"), ("a key", "Add photos")), start=1
    ):
        page.fill(f"#permission_key-{line}", key)
        page.fill(f"#permission_name-{line}", name)
    yield "api-errors", _press(page)
    page.fill("#permission_key-2", "photos:write")
    _press(page)
    api = page.url.removeprefix(stage.origin).partition("?")[0]
    page = owner.goto(f"{api}/clients/{_immich(stage)}")
    for box in ("person", "person-photos:read", "person-photos:write", "client"):
        page.check(f"[id='{box}']")
    yield "api-access", page
    yield "api", _press(page)
    yield "apis", owner.goto(here)
    asked = request_of(
        f"{IMMICH}/auth/login", _immich(stage), scope="openid profile photos:read photos:write"
    )
    resource = {"resource": "https://photos.the-whole-neighbourhood.example.org/api/v1", "prompt": "consent"}
    yield "interaction-consent-api", stage.anna.goto("/authorize?" + urlencode(asked | resource))
    yield "api-delete", owner.goto(f"{api}/delete")


def _clients(stage: Stage) -> Sights:
    owner, here = stage.owner, f"{CLIENTS}/{_immich(stage)}"
    with stage.stranger() as somebody:
        unknown = request_of(f"{IMMICH}/auth/callback", _immich(stage))
        yield "refused", somebody.goto("/authorize?" + urlencode(unknown))
        yield "refused-unknown-client", somebody.goto("/authorize?" + urlencode(unknown | {"client_id": "x"}))
    yield "refused-for-an-admin", owner.goto("/authorize?" + urlencode(unknown))
    yield "clients", owner.goto(CLIENTS)
    yield "clients-nothing-found", owner.goto(f"{CLIENTS}?search=nothing")
    page = owner.goto(here)
    page.locator("[name=redirect_uris]").fill(f"{IMMICH}/auth/login\n{IMMICH}/**")
    _press(page)
    yield "client-warnings", page
    page.locator("details").evaluate_all("all => all.forEach(details => { details.open = true })")
    yield "client-errors", _fill(page, redirect_uris=f"htps://{IMMICH}/auth/login", access_token_minutes="0")
    now = datetime.now(UTC)
    client_secrets.create(stage.database, _immich(stage), now, expires_at=now + timedelta(days=20))
    stage.database.commit()
    page = owner.goto(here)
    _press(page, "button:text-is('Make a secret')")
    yield "client-secret-made", page
    _press(page, "#secrets a.danger")
    yield "client-secret-revoke", page
    page = owner.goto(here)
    page.locator("[name=logo_url]").fill("https://127.0.0.1/logo.png")
    _press(page, "button:text-is('Save logo')")
    yield "client-logo-errors", page
    for variant, ink in (("Light pages", "#0f6a5b"), ("Dark pages", "#5cc9b3")):
        page = owner.goto(here)
        page.get_by_label(variant, exact=True).check()
        svg = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='-5 -5 10 10'><circle r='4' fill='{ink}'/></svg>"
        page.locator("[name=logo]").set_input_files(
            {"name": "logo.svg", "mimeType": "image/svg+xml", "buffer": svg.encode()}
        )
        _press(page, "button:text-is('Save logo')")
    yield "client-logos", page
    yield from _told(owner, here)
    yield from _credentials(owner, here)
    page = owner.goto(f"{here}/rules")
    yield "client-rules", page
    yield "client-rules-errors", _fill(page, longest_sign_in_minutes="0")
    page = owner.goto(f"{here}/tokens")
    yield "client-tokens", page
    yield "client-tokens-errors", _fill(page, refresh_absolute_minutes="0")
    yield from _described(stage)
    yield "client-limited", owner.goto(f"{CLIENTS}/library")
    yield "client-limited-search", owner.goto(f"{CLIENTS}/library?groups=nothing#access")
    yield "client-delete", owner.goto(f"{here}/delete")


def _described(stage: Stage) -> Sights:
    """An app that describes itself; it was fetched a moment ago, so nothing is fetched now."""
    owner, now = stage.owner, datetime.now(UTC)
    page = owner.goto(f"{ADMIN}/self-described-clients")
    yield "self-described-none", page
    yield "self-described-errors", _fill(page, addresses="http://apps.example.org/*")
    yield "self-described", _fill(page, addresses="https://*.apps.example.org/**")
    client_id = "https://a-very-long-name-of-a-host.apps.example.org/of/an/app/client-metadata.json"
    change = clients.Change(
        client_id, "Maximiliane's notes", redirect_uris=[f"{IMMICH}/notes"], is_public=True
    )
    clients.create(stage.database, change, None, now)
    stage.database.run("client_documents.store", client_id=client_id, digest=b"", now=now)
    stage.database.commit()
    here = f"{CLIENTS}/{client_ids.in_path(client_id)}"
    yield "client-described", owner.goto(here)
    asks = {
        "client_id": client_id,
        "response_type": "code",
        "redirect_uri": f"{IMMICH}/notes",
        "scope": SCOPES,
    }
    asks |= {"code_challenge": "x" * 43, "code_challenge_method": "S256"}
    yield "consent-described", stage.anna.goto(f"/authorize?{urlencode(asks)}")
    problem = "the client's document is no JSON object"
    stage.database.run("client_documents.note", client_id=client_id, problem=problem, is_wrong=True)
    stage.database.run("settings.store", name="cimdUrlAllowlist", value="[]", now=now)
    stage.database.commit()
    yield "client-described-wrong", owner.goto(here)


def _credentials(owner: Person, here: str) -> Sights:
    page = owner.goto(f"{here}/credentials")
    yield "client-credentials-none", page
    yield "client-credentials-errors", _fill(page, keys="nonsense", jwks_uri="http://photos.example.org/keys")
    page = owner.goto(f"{here}/credentials")
    page.locator("[name=auth_method]").select_option("client_secret_jwt")
    page.locator("[name=jwks_uri]").fill("https://photos.example.org/.well-known/jwks.json")
    _press(page)
    page.locator("[name=issuer]").fill(
        "https://oidc.cluster.a-very-long-name-of-a-cloud.example.org/id/7d2b4a0e7f4e"
    )
    page.locator("[name=subject]").fill("system:serviceaccount:photos:immich-server")
    page.locator("[name=allows_reuse]").check()
    _press(page, "button:text-is('Add the identity')")
    _press(page, "button:text-is('Make a secret')")
    yield "client-credentials", page
    _press(page, "#elsewhere a.danger")
    yield "client-identity-remove", page
    page = owner.goto(f"{here}/credentials")
    page.locator("[name=auth_method]").select_option("any")
    _press(page)


def _told(owner: Person, here: str) -> Sights:
    page = owner.goto(f"{here}/claims")
    yield "client-claims-none", page
    lines = (
        ("preferred_username", "copy", "email", ""),
        ("immich_role", "role", "family", "user"),
        ("sub", "constant", "", ""),
    )
    for number, line in enumerate(lines, start=1):
        for name, text in zip(("claim", "kind", "source", "value"), line, strict=True):
            field = page.locator(f"#rule_{name}-{number}")
            field.select_option(text) if name == "kind" else field.fill(text)
    yield "client-claims-errors", _press(page)
    page.locator("#rule_claim-3").fill("https://immich.example.org/claims/organisation")
    page.locator("#rule_value-3").fill("The house at the end of the lane")
    yield "client-claims", _press(page)
    yield "client-preview", owner.goto(f"{here}/preview")
    yield "client-preview-nobody", owner.goto(f"{here}/preview?user=nobody&scope=openid")
    yield from _trials(owner, here)
    yield "client-preview-refused", owner.goto(f"{CLIENTS}/library/preview?user=owner&scope=openid")


def _trials(owner: Person, here: str) -> Sights:
    page = owner.goto(f"{here}/try")
    yield "client-try", page
    _press(page)
    _press(page, "button:text-is('Cancel')")
    yield "client-tried-in-vain", page
    owner.goto(f"{here}/try")
    _press(_press(page))
    page.wait_for_url("**/try/callback?*")
    yield "client-tried", page


def _requests(stage: Stage) -> Sights:
    anna, asked = stage.anna, request_of(f"{IMMICH}/auth/login", _immich(stage))
    path = "/authorize?" + urlencode(asked)
    with connect(stage.conninfo) as connection:
        connection.execute("delete from consents")  # that of the device with an app
    with stage.stranger() as somebody:
        yield "interaction-sign-in", somebody.goto(path)
    yield "interaction-consent", anna.goto(path)
    yield "interaction-again", anna.goto(path + "&prompt=login")
    with _synced(stage):
        essential = '{"id_token": {"acr": {"essential": true, "value": "phrh"}}}'
        yield "interaction-other-passkey", anna.goto(path + "&" + urlencode({"claims": essential}))
    yield "interaction-choose", anna.goto(path + "&prompt=select_account")
    wiki = "/authorize?" + urlencode(
        request_of(stage.origin + WIKI, "wiki", scope="openid") | {"prompt": "consent"}
    )
    yield "interaction-consent-to-nothing", anna.goto(wiki)
    finished = anna.page.url.removeprefix(stage.origin)
    closed = request_of("https://grafana.example.org/callback", "grafana")
    yield "interaction-no-access", anna.goto("/authorize?" + urlencode(closed))
    page = anna.goto(finished)
    _press(page, "button:text-is('Cancel')")
    page.wait_for_url(f"**{WIKI}?*")
    yield "interaction-finished", anna.goto(finished)
    yield from _without_script(stage, path)
    yield "sign-out-for-an-app", anna.goto("/api/oidc/end-session")
    with stage.stranger() as somebody:
        yield "signed-out", somebody.goto("/api/oidc/end-session")


@contextmanager
def _synced(stage: Stage) -> Iterator[None]:
    """Everybody's passkeys are copied between devices."""
    with connect(stage.conninfo) as connection:
        connection.execute("update passkeys set backup_eligible = true")
    yield
    with connect(stage.conninfo) as connection:
        connection.execute("update passkeys set backup_eligible = false")


def _without_script(stage: Stage, path: str) -> Sights:
    """What only those see whose browser runs no script."""
    page = stage.anna.page
    page.route("**/static/form-post.*", lambda route: route.abort())
    stage.anna.goto(f"{path}&response_mode=form_post&prompt=consent")
    yield "form-post", _press(page)
    page.unroute_all()
    context = stage.browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{stage.origin}/login")
    yield "login-without-script", page
    context.close()


def _logs_and_settings(stage: Stage) -> Sights:
    owner, log = stage.owner, f"{ADMIN}/audit-log"
    yield "audit", owner.goto(log)
    yield "audit-filtered", owner.goto(f"{log}?event=CLIENT_UPDATED&user=owner&since=2026-01-01")
    yield "audit-errors", owner.goto(f"{log}?user=nobody&since=yesterday")
    yield "audit-none", owner.goto(f"{log}?event=GROUP_DELETED")
    yield "audit-which-person", owner.goto(f"{log}?user=muster")
    page = owner.goto(f"{log}?event=CLIENT_UPDATED")
    _follow(page, "Client changed")
    yield "audit-event", page
    yield "audit-download", owner.goto(f"{log}/export?event=CLIENT_UPDATED&place=internal&since=2026-01-01")
    page = owner.goto(f"{ADMIN}/api-keys")
    yield "api-keys-none", page
    yield "api-keys-errors", _fill(page, name="")
    yield "api-key-made", _fill(page, name="Backup script", description="Every night, on the small machine")
    yield "api-keys", owner.goto(f"{ADMIN}/api-keys")
    _follow(page, "Renew Backup script")
    yield "api-key-renew", page
    owner.goto(f"{ADMIN}/api-keys")
    _follow(page, "Revoke Backup script")
    yield "api-key-revoke", page
    page = owner.goto(SETTINGS)
    yield "settings", page
    with connect(stage.conninfo) as connection:
        synced = "update passkeys set backup_eligible = not backup_eligible where id = any(%s)"
        ids = [row[0] for row in connection.execute("select id from passkeys where not backup_eligible")]
        connection.execute(synced, [ids])
        connection.commit()
        page.locator("[name=allow_synced_passkeys]").uncheck()
        yield "settings-question", _press(page)
        connection.execute(synced, [ids])
    yield from _signing_keys(stage)
    yield from _protected_hosts(stage)
    page = owner.goto(SETTINGS)
    yield "settings-errors", _fill(page, session_duration="0", home_page_url="https://elsewhere.example.org")


def _signing_keys(stage: Stage) -> Sights:
    keys = f"{ADMIN}/signing-keys"
    page = stage.owner.goto(keys)
    yield "signing-keys", page
    yield "signing-keys-next", _press(page)
    with connect(stage.conninfo) as connection:
        connection.execute("update signing_keys set active_from = active_from - interval '1 hour'")
        connection.execute("update signing_keys set retired_at = retired_at - interval '1 hour'")
        connection.execute(
            "update signing_keys set published_until = now() + interval '2 days' where algorithm = 'RS256'"
            " and retired_at is not null"
        )
    yield "signing-keys-previous", stage.owner.goto(keys)
    yield "signing-keys-replace", stage.owner.goto(f"{keys}/replace")


def _protected_hosts(stage: Stage) -> Sights:
    owner, hosts = stage.owner, f"{ADMIN}/protected-hosts"
    yield "protected-hosts-none", owner.goto(hosts)
    page = owner.goto(f"{hosts}/new")
    yield "protected-host-new", page
    page.locator("[name=public_paths]").fill("/public/../admin")
    yield "protected-host-errors", _fill(page, host="wiki_of_the_house", name="")
    page.locator("[name=public_paths]").fill("/public/\n/robots.txt")
    yield (
        "protected-host",
        _fill(page, host="the-wiki-of-our-neighbourhood.example.org", name="Wiki of the neighbourhood"),
    )
    yield "protected-hosts", owner.goto(hosts)
    with stage.stranger() as somebody:
        yield (
            "protected-host-problem",
            somebody.goto("/protected-host?host=the-wiki-of-our-neighbourhood.example.org"),
        )


def _mails(stage: Stage) -> Sights:
    owner, outbox = stage.owner, f"{ADMIN}/outbox"
    yield "mails-none", owner.goto(outbox)
    with stage.stranger() as somebody:
        yield "verify-email", somebody.goto("/verify-email?token=x")
        yield "verify-email-refused", _press(somebody.page)
        yield "not-me", somebody.goto("/not-me?token=x")
        yield "not-me-refused", _press(somebody.page)
    rows = {"smtpHost": "127.0.0.1", "smtpPort": "1", "smtpFrom": "id@example.test"}
    _store(stage, rows)
    page = owner.goto(SETTINGS)
    page.get_by_label("Port").fill("0")
    yield "settings-email-errors", _press(page, "button:text-is('Save e-mail settings')")
    page = owner.goto(SETTINGS)
    page.get_by_label("To", exact=True).fill("olga@example.test")
    yield "email-test-failed", _press(page, "button:text-is('Send a test e-mail')")
    with connect(stage.conninfo) as connection:
        connection.execute(_SOME_MAILS)
        yield "mails", owner.goto(outbox)
        yield "mails-given-up", owner.goto(f"{ADMIN}/user-groups")
        connection.execute("delete from outbox")
    _store(stage, dict.fromkeys(rows, ""))


def _own_pictures(stage: Stage) -> Sights:
    owner = stage.owner
    pictures = f"{SETTINGS}/images"
    page = owner.goto(pictures)
    yield "pictures", page
    _press(page, "button:text-is('Upload')")
    yield "pictures-errors", page
    for name, size, colour in (
        ("logo-light", (300, 100), "#0b5548"),
        ("background", (1600, 1000), "#7a9e93"),
    ):
        images.put_own(stage.database, name, population.picture(size, colour), datetime.now(UTC))
    stage.database.commit()
    yield "pictures-own", owner.goto(pictures)
    with stage.stranger() as somebody:
        yield "login-pictured", somebody.goto("/login")
    for name in ("logo-light", "background"):
        images.remove_own(stage.database, name)
    stage.database.commit()


def _accents(stage: Stage) -> Sights:
    for name, colour in ACCENTS.items():
        page = stage.owner.goto(SETTINGS)
        page.get_by_label("Your own", exact=True).check()
        page.locator("[type=color]").fill(colour)
        yield f"accent-{name}-settings", _press(page)
        yield f"accent-{name}-client", stage.owner.goto(f"{CLIENTS}/library")
        with stage.stranger() as somebody:
            yield f"accent-{name}-login", somebody.goto("/login")


def _refusals(stage: Stage) -> Sights:
    yield "not-found", stage.owner.goto("/nowhere")
    yield "not-found-for-anybody", stage.anna.goto(f"{CLIENTS}/nothing")
    page = stage.owner.goto(f"{ADMIN}/user-groups/new")
    page.locator("[name=form_token]").evaluate("field => { field.value = 'old' }")
    yield "form-expired", _fill(page, friendly_name="Neighbours")
    with connect(stage.conninfo) as connection:
        connection.execute("alter table groups rename to groups_away")
        yield "broken", stage.owner.goto(f"{ADMIN}/user-groups")
        connection.execute("alter table groups_away rename to groups")


def _immich(stage: Stage) -> str:
    return clients.search(stage.database, "Immich", size=1, offset=0)[0].id


def request_of(redirect_uri: str, client_id: str, scope: str = SCOPES) -> dict[str, str]:
    """An app's request, with the challenge of RFC 7636 appendix B."""
    return {
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": scope,
        "state": "s",
        "nonce": "n",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }
