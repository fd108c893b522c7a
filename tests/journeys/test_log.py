"""What a whole journey leaves behind in the log at debug level, in the audit log, on pages and in addresses."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field

import psycopg
import pytest
from playwright.sync_api import Request

from tests.chromium import Person
from tests.conftest import ENCRYPTION_KEY
from tests.journeys import walk
from tests.journeys.conftest import MakePerson
from tests.processes import Server, free_port, relying_party

pytestmark = pytest.mark.browser


@dataclass
class Traces:
    """What was secret on the way, by kind, and where none of it may be."""

    secrets: dict[str, set[str]] = field(default_factory=dict)
    addresses: list[str] = field(default_factory=list)
    error_pages: list[str] = field(default_factory=list)

    def add(self, kind: str, *secrets: str) -> None:
        self.secrets.setdefault(kind, set()).update(secrets)

    def hear(self, person: Person) -> None:
        """The cookies that a browser holds now, ours and the app's, and what is hidden in its page."""
        for cookie in person.context.cookies():
            if cookie["name"] != "zone":  # no secret
                self.add(f"cookie {cookie['name']}", cookie["value"])
        for name, value in re.findall(r'name="(form_token)" value="([^"]+)"', person.page.content()):
            self.add(name, value)
        for form in person.page.locator("form[data-options]").all():
            options = json.loads(form.get_attribute("data-options") or "")
            self.add("challenge", options["challenge"])

    def found_in(self, text: str) -> list[str]:
        """The kinds of what should not be in a text and is."""
        return [
            f"{kind}: {secret}"
            for kind, secrets in self.secrets.items()
            for secret in secrets
            if secret in text
        ]


def fails(url: str, body: bytes | None = None, **headers: str) -> None:
    """A request that must be refused."""
    request = urllib.request.Request(url, body, headers)  # noqa: S310  # a loopback address of ours
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(request, timeout=10).close()  # noqa: S310


@pytest.fixture(scope="module")
def traces(server: Server, person: MakePerson) -> Iterator[Traces]:
    """Setup, an app, a person, signing in, and then each secret once more where it does not belong."""
    traces = Traces()
    owner, anna = person(), person()

    def note(request: Request) -> None:
        if request.url.startswith(server.origin):
            traces.addresses.append(request.url)

    anna.page.on("request", note)
    owner.page.on("request", note)
    port = free_port()
    walk.set_up(owner, lambda _step, _page: traces.hear(owner))
    client = walk.add_app_from_recipe(owner, "Immich", f"http://localhost:{port}")
    traces.add("client secret", client.secret)
    link = walk.add_person(owner, "anna", "Anna", "Muster")
    code = link.rpartition("/")[2]
    traces.add("one-time code", code, code.replace("-", ""))
    walk.enrol(anna, link, lambda _step, _page: traces.hear(anna))
    walk.sign_out(anna)
    traces.hear(anna)
    environment = {"ISSUER": server.origin, "CLIENT_ID": client.client_id, "CLIENT_SECRET": client.secret}
    with relying_party(server.log.parent, port, **environment) as app_url:
        learnt = walk.sign_in_to_app(
            anna, f"{app_url}/auth/login", first_time=True, seen=lambda _step, _page: traces.hear(anna)
        )
        tokens = learnt["tokens"]
        traces.add("code", tokens["code"])
        traces.add("access token", tokens["accessToken"])
        traces.add("ID token", tokens["idToken"], tokens["idToken"].rpartition(".")[2])
        if tokens.get("refreshToken"):
            traces.add("refresh token", tokens["refreshToken"])
        state = next(iter(traces.secrets["cookie oauth_state"]))
        again = {"url": f"{app_url}/auth/login?code={tokens['code']}&state={state}&iss={server.origin}"}
        fails(f"{app_url}/api/oauth/callback", json.dumps(again | {"state": state}).encode())
    anna.page.goto(link)
    anna.page.locator("button.primary").click()
    anna.page.wait_for_selector("text=does not let you in")
    traces.error_pages.append(anna.page.content())
    for path in (f"/authorize?client_id=x&state={state}", "/nowhere", f"/interaction?id={state}"):
        anna.goto(path)
        traces.error_pages.append(anna.page.content())
    form = f"grant_type=authorization_code&code={tokens['code']}&client_secret={client.secret}".encode()
    fails(f"{server.origin}/api/oidc/token", form)
    fails(f"{server.origin}/api/oidc/userinfo", Authorization=f"Bearer {tokens['accessToken']}x")
    fails(f"{server.origin}/api/oidc/userinfo", Cookie=f"session={'x' * 43}")
    hint = f"/api/oidc/end-session?id_token_hint={tokens['idToken']}"
    urllib.request.urlopen(server.origin + hint, timeout=10).close()  # noqa: S310
    traces.add("encryption key", ENCRYPTION_KEY)
    traces.error_pages = [re.sub(r'name="form_token" value="[^"]+"', "", page) for page in traces.error_pages]
    yield traces
    owner.problems.clear()
    anna.problems.clear()


def test_the_journey_had_secrets_and_the_log_saw_it(traces: Traces, server: Server) -> None:
    """Without this the tests below would hold for an empty log as well."""
    kinds = {"client secret", "one-time code", "code", "access token", "ID token", "form_token", "challenge"}
    kinds |= {"cookie session", "cookie browser", "cookie oauth_state", "cookie oauth_code_verifier"}
    assert kinds <= set(traces.secrets)
    assert all(len(secret) > 20 for secrets in traces.secrets.values() for secret in secrets)
    log = server.log.read_text()
    for line in (" DEBUG request ", " sign_in ", "path=/lc/***", "path=/api/oidc/token", "status=401"):
        assert line in log


def test_tk_10_nothing_secret_is_in_the_log(traces: Traces, server: Server) -> None:
    assert traces.found_in(server.log.read_text()) == []


def test_tk_10_nothing_secret_is_in_the_audit_log(traces: Traces, fresh_database: str) -> None:
    with psycopg.connect(fresh_database) as connection:
        rows = connection.execute("select audit_events::text from audit_events").fetchall()
    assert len(rows) > 10
    assert traces.found_in("\n".join(row[0] for row in rows)) == []


def test_tk_10_nothing_secret_is_on_error_pages(traces: Traces) -> None:
    assert [traces.found_in(page) for page in traces.error_pages] == [[], [], [], []]


def test_tk_10_no_address_of_ours_holds_more_than_the_one_time_link(traces: Traces) -> None:
    allowed = traces.secrets["one-time code"] | traces.secrets["cookie oauth_state"]  # which is the app's
    found = [one for address in traces.addresses for one in traces.found_in(address)]
    assert [one for one in found if one.partition(": ")[2] not in allowed] == []
