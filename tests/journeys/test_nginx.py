"""The main job behind Nginx on port 443, with the project's own site file and an authority of one's own.

All of it runs in a network namespace with a /etc/hosts of its own. Browser and app trust the authority as
people are told to make them: by NSS, and by NODE_EXTRA_CA_CERTS.
"""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Error, expect

from tests.chromium import ARGUMENTS, Person, chromium
from tests.conftest import ENCRYPTION_KEY
from tests.journeys import walk
from tests.journeys.conftest import MakePerson
from tests.namespace import CLIENT, Namespace
from tests.nginx import HEAD
from tests.processes import ROOT, Server, await_line, relying_party, running

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("clean_consoles")]
NAME, APP_NAME = "pocketid.skylab.local", "immich.skylab.local"
ORIGIN, APP = f"https://{NAME}", f"https://{APP_NAME}"
APP_PORT = 2283
SPOOFED = "203.0.113.66"
MAIN = (
    HEAD
    + """\
    include {folder}/pocketid.conf;
    server {{
        listen 443 ssl http2;
        server_name {app};
        ssl_certificate {folder}/fullchain.pem;
        ssl_certificate_key {folder}/privkey.pem;
        location / {{
            proxy_pass http://127.0.0.1:{app_port};
            proxy_set_header Host $host;
        }}
    }}
}}
"""
)


def site_file(folder: Path) -> str:
    """contrib/nginx/pocketid.conf, with nothing changed but in the lines that its head tells to change."""
    lines = (ROOT / "contrib" / "nginx" / "pocketid.conf").read_text().splitlines()
    changed = [
        line.replace("pocketid.example.org", NAME).replace("/etc/ssl/pocketid", str(folder))
        if "(*)" in line
        else line
        for line in lines
    ]
    assert changed != lines
    return "\n".join(changed)


def make_authority(folder: Path, home: Path) -> None:
    """A certificate authority, a certificate for both names, and a home directory whose NSS trusts it."""
    database = home / ".pki" / "nssdb"
    database.mkdir(parents=True)
    (folder / "name.ext").write_text(f"subjectAltName=DNS:{NAME},DNS:{APP_NAME}\n")
    key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
    for command in (
        f"openssl req -x509 {key} -days 2 -subj /CN=Authority -keyout ca.key -out ca.crt",
        f"openssl req {key} -subj /CN={NAME} -keyout privkey.pem -out request.pem",
        "openssl x509 -req -in request.pem -CA ca.crt -CAkey ca.key -CAcreateserial -days 1"
        " -extfile name.ext -out fullchain.pem",
        f"certutil -d sql:{database} -N --empty-password",
        f"certutil -d sql:{database} -A -t C,, -n authority -i ca.crt",
    ):
        subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def namespace(folder: Path) -> Iterator[Namespace]:
    with Namespace(folder, (NAME, APP_NAME)) as namespace:
        yield namespace


@pytest.fixture(scope="module")
def home(folder: Path) -> Path:
    home = folder / "home"
    make_authority(folder, home)
    return home


@pytest.fixture(scope="module")
def screen(namespace: Namespace, folder: Path, home: Path) -> Iterator[Browser]:
    environment = {**os.environ, "HOME": str(home)}
    executable = namespace.program("chromium", folder)
    with chromium(environment=environment, executable=executable) as browser:
        yield browser


@pytest.fixture(scope="module")
def server(namespace: Namespace, fresh_database: str, folder: Path, home: Path) -> Iterator[Server]:
    """Our program and Nginx before it, each where the shipped file expects it."""
    environment = {
        "DB_CONNECTION_STRING": fresh_database,
        "ENCRYPTION_KEY": ENCRYPTION_KEY,
        "APP_URL": ORIGIN,
        "TRUST_PROXY": "127.0.0.1",
    }
    assert "host=/" in fresh_database, "only a database at a unix socket can be reached from the namespace"
    (folder / "pocketid.conf").write_text(site_file(folder))
    main = folder / "nginx.conf"
    main.write_text(MAIN.format(folder=folder, app=APP_NAME, app_port=APP_PORT))
    log = folder / "nginx.log"
    nginx = [*namespace.within, "nginx", "-p", str(folder), "-c", str(main)]
    with (
        Server(folder, 1411, namespace.within, **environment) as ours,
        running(nginx, {"PATH": f"{os.environ['PATH']}:/usr/sbin"}, log) as process,
    ):
        await_line(b"start worker process ", process, log)
        yield ours


@dataclass
class Household:
    """Who there is after the main job, and what the app has learnt."""

    owner: Person
    anna: Person
    learnt: dict[str, Any]


@pytest.fixture(scope="module")
def household(namespace: Namespace, server: Server, person: MakePerson, folder: Path) -> Iterator[Household]:
    owner, anna = person(), person()
    walk.set_up(owner)
    client = walk.add_app_from_recipe(owner, "Immich", APP)
    walk.enrol(anna, walk.add_person(owner, "anna", "Anna", "Muster"))
    walk.sign_out(anna)
    environment = {
        "ORIGIN": APP,
        "ISSUER": server.origin,
        "CLIENT_ID": client.client_id,
        "CLIENT_SECRET": client.secret,
        "NODE_EXTRA_CA_CERTS": str(folder / "ca.crt"),
    }
    with relying_party(folder, APP_PORT, namespace.within, **environment):
        learnt = walk.sign_in_to_app(anna, f"{APP}/auth/login", first_time=True)
        yield Household(owner, anna, learnt)


def addresses(database: str, statement: str) -> set[str]:
    with psycopg.connect(database) as connection:
        return {row[0] for row in connection.execute(statement)}


def test_the_main_job_on_port_443(household: Household) -> None:
    assert household.learnt["claims"]["iss"] == ORIGIN
    assert household.learnt["claims"]["name"] == "Anna Muster"
    assert household.learnt["picture"] == {"status": 200, "type": "image/png"}
    assert household.anna.passkeys()[0]["rpId"] == NAME


def test_s_ht_02_the_client_s_own_address_is_shown_and_stored(
    household: Household, fresh_database: str
) -> None:
    assert addresses(fresh_database, "select distinct host(address) from sessions") == {CLIENT}
    assert addresses(
        fresh_database, "select distinct host(address) from audit_events where address is not null"
    ) == {CLIENT}
    sessions = household.anna.goto("/settings/account").locator("#sessions")
    expect(sessions.locator(f"[title='{CLIENT}']")).to_have_count(1)
    first_event = household.owner.goto("/settings/admin/audit-log").locator("tbody tr").first
    expect(first_event.locator(f"[title='{CLIENT}']")).to_have_count(1)


def test_s_ht_02_nobody_passes_as_another_address(
    household: Household, person: MakePerson, fresh_database: str
) -> None:
    link = walk.add_person(household.owner, "mallory", "Mallory", "Muster")
    mallory = person()
    mallory.context.set_extra_http_headers(
        {
            "X-Forwarded-For": SPOOFED,
            "X-Real-IP": SPOOFED,
            "Forwarded": f"for={SPOOFED};host=evil.example",
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Proto": "http",
        }
    )
    walk.enrol(mallory, link)
    assert addresses(fresh_database, "select distinct host(address) from sessions") == {CLIENT}
    assert addresses(
        fresh_database, "select distinct host(address) from audit_events where address is not null"
    ) == {CLIENT}
    assert "evil.example" not in mallory.page.content()


def test_s_se_02_cookies_belong_to_this_host_alone_and_to_no_script(household: Household) -> None:
    cookies = {
        cookie["name"]: cookie for cookie in household.anna.context.cookies() if cookie["domain"] == NAME
    }
    zone = cookies.pop("__Host-zone")  # written by a script, for the server to read: no secret
    assert set(cookies) == {"__Host-session", "__Host-browser"}
    for cookie in cookies.values():
        attributes = {name: cookie.get(name) for name in ("secure", "httpOnly", "sameSite", "path")}
        assert attributes == {"secure": True, "httpOnly": True, "sameSite": "Lax", "path": "/"}
    readable = household.anna.goto("/settings/account").evaluate("document.cookie")
    assert readable == f"__Host-zone={zone['value']}"


def test_http_leads_to_https_which_is_kept(household: Household, screen: Browser) -> None:
    context = screen.new_context()
    answer = context.new_page().goto(f"http://{NAME}/login?redirect=/settings/apps")
    assert answer
    assert answer.url == f"{ORIGIN}/login?redirect=/settings/apps"
    first = answer.request.redirected_from
    assert first
    assert first.response().status == 301  # type: ignore[union-attr]
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    context.close()


TOO_LARGE = {
    "a form": ({}, 70_000, 413),
    "more than any upload": ({}, 7_000_000, 413),
    "a field of the head": ({"x-long": "x" * 20_000}, 0, 431),
    "a head of many fields": ({f"x-long-{number}": "x" * 7_000 for number in range(3)}, 0, 431),
}

SEND = """async ({headers, length}) => {
    const form = length ? {method: "POST", body: "a".repeat(length)} : {};
    const answer = await fetch("/login", {...form, headers, redirect: "manual"});
    return {status: answer.status, text: await answer.text()};
}"""


@pytest.mark.parametrize(("headers", "length", "status"), TOO_LARGE.values(), ids=TOO_LARGE.keys())
def test_s_lib_02_too_much_is_refused_in_words(
    household: Household, headers: dict[str, str], length: int, status: int
) -> None:
    page = household.anna.goto("/login/alternative")
    answered = page.evaluate(SEND, {"headers": headers, "length": length})
    assert answered["status"] == status
    assert "Large" in answered["text"] or "more than this page accepts" in answered["text"]
    household.anna.problems.clear()  # Chromium tells of the refusal
    expect(household.anna.goto("/settings/account").locator("h1")).to_have_text("Your account")


def test_who_clicks_the_warning_away_is_told_why_there_are_no_passkeys(
    household: Household, screen: Browser, namespace: Namespace, folder: Path
) -> None:
    """A browser that does not trust the authority, without the virtual device, which would hide the difference."""
    other = screen.browser_type.launch(
        executable_path=folder / "chromium-within", args=ARGUMENTS, env={**os.environ, "HOME": str(folder)}
    )
    page = other.new_page()
    with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
        page.goto(f"{ORIGIN}/login")
    page.click("#details-button")  # of Chromium's own page
    page.click("#proceed-link")
    page.get_by_role("button", name="Sign in with your passkey").click()
    expect(page.locator("[data-problem]")).to_contain_text(
        "The browser does not trust this site's certificate, and allows no passkeys until it does."
    )
    other.close()
