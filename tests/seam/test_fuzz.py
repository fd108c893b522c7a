"""Generated requests against every route: whatever is sent, nobody gets a 500.

Short by default; `make fuzz` (POCKETID_TEST_PROFILE=long) sends a million.
"""

import json
import os
import random
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote, quote_from_bytes, unquote_to_bytes, urlencode

import pytest

from pocketid import users, web
from pocketid.paths import data_dir
from pocketid.routes import ROUTES
from pocketid.web import Route, Site
from tests.browser import Browser
from tests.conftest import make_config
from tests.shape.conftest import ADMIN, PERSON, STRANGER, World, world  # noqa: F401  # a fixture

IS_LONG = os.environ.get("POCKETID_TEST_PROFILE") == "long"
ROUNDS, REQUESTS = (4000, 250) if IS_LONG else (6, 100)
FIELDS = sorted(
    {
        name
        for path in data_dir("views").rglob("*.tpl")
        for name in re.findall(r'name="([a-z_]+)"', path.read_text())
    }
    | {
        "credential",
        "redirect",
        "code",
        "page",
        "search",
        "sort",
        "before",
        "from",
        "to",
        "event",
        "user",
        "client",
    }
    | {
        "client_id",
        "redirect_uri",
        "response_type",
        "response_mode",
        "scope",
        "state",
        "nonce",
        "prompt",
        "max_age",
    }
    | {
        "id_token_hint",
        "login_hint",
        "acr_values",
        "claims",
        "request",
        "request_uri",
        "code_challenge",
        "ui_locales",
    }
    | {
        "code_challenge_method",
        "code_verifier",
        "grant_type",
        "refresh_token",
        "client_secret",
        "client_assertion",
        "client_assertion_type",
        "dpop_jkt",
        "access_token",
        "v",
    }
)
NUMBERS = [
    "0",
    "-1",
    "1",
    "007",
    "1e400",
    "NaN",
    "9" * 30,
    str(2**31),
    str(2**63),
    str(-(2**63) - 1),
    "1.5",
    "٣",
    "²",
]
TEXTS = [
    *("", " ", "\n", "\r\nX: y", "\x1b[31m", "\x7f", "\u2028", "\u202e", "é"),
    *("🗝" * 50, "ß" * 300, "http://[::", "http://a:99999/", "javascript:alert(1)"),
    *("a" * 5000, "'", '"', "\\", "%", "%s", "%(now)s", "{", "{}", "{{", "{0}", "--", ";", "<script>", "../../etc"),
    *("*", "**", "https://*", "https://h/*", "//evil", "/\\evil", '{"id_token": {"sub": {"value": 1}}}'),
    *("null", "true", "[]", "[" * 2000, '{"a":' * 500, '"\\u0000"', '{"\\u0000": 1}'),
    *("none", "login consent", "openid profile", "query", "form_post", "code", "S256", "plain", "authorization_code"),
    *("2026-05-03", "0000-00-00", "9999-99-99", "10000-01-01", "-infinity", "infinity", "2026-02-30", "refresh_token"),
    *("7d2b4a0e-7f4e-4a8b-9d0c-2f1c5a6b7c8d", "urn:uuid:7d2b4a0e-7f4e-4a8b-9d0c-2f1c5a6b7c8d"),
    *("eyJhbGciOiJub25lIn0.e30.", "a.b.c", "eyJ.eyJ.", "Basic", "é@é", "a@b", "x@" + "y" * 300, "#fff", "#12345"),
]  # fmt: skip
HEADERS = {
    "Authorization": [
        "Basic",
        "Basic !!!",
        "Basic YTpi",
        "Basic /w==",
        "Bearer",
        "Bearer x",
        "Bearer a.b.c",
        "DPoP x",
        "é",
    ],
    "DPoP": ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "e30.e30.AA", "é"],
    "Content-Type": [
        "application/json",
        "text/plain",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "é",
        "",
    ],
    "Accept-Language": ["de", "*", ";;;", "x" * 300],
    "If-None-Match": ["*", '"', '"x"', "W/"],
    "Accept-Encoding": ["gzip", "gzip;q=0", "\xff"],
    "X-Forwarded-For": ["1.2.3.4", "x", "1.2.3.4, ::1", "::ffff:1.2.3.4%eth0", ", ,"],
    "Origin": ["null", "https://evil.example", "x"],
    "Cookie": [
        "",
        "=",
        ";;;",
        "__Host-session=x",
        "__Host-browser=" + "x" * 43,
        "__Host-flash=////",
        "__Host-session=\xff",
    ],
    "User-Agent": ["", "\xff\xfe", "x" * 2000],
}


# Forms and queries that would be taken, before some of their fields are spoilt.
TAKEN = {
    "username": "berta",
    "first_name": "Berta",
    "last_name": "Beispiel",
    "display_name": "Berta B.",
    "locale": "",
    "email": "berta@example.test",
    "name": "Name",
    "friendly_name": "Friends",
    "description": "",
    "id": "",
    "redirect_uris": "https://app.example.test/callback",
    "logout_uris": "",
    "launch_url": "",
    "address": "https://a.b",
    "signing_algorithm": "RS256",
    "access_token_minutes": "60",
    "refresh_token_minutes": "60",
    "minutes": "60",
    "app_name": "House",
    "session_duration": "60",
    "home_page_url": "/settings/apps",
    "audit_log_retention_days": "90",
    "accent_color": "default",
    "user_verification": "required",
    "allow_user_signups": "disabled",
    "sort": "",
    "page": "1",
}
ASKED = {
    "client_id": "immich",
    "redirect_uri": "https://app.example.test/callback",
    "response_type": "code",
    "scope": "openid profile",
    "state": "s",
    "nonce": "n",
    "code_challenge": "c" * 43,
    "code_challenge_method": "S256",
}


class Generator:
    """One round's requests, all of them from its seed."""

    def __init__(self, seed: int, ids: dict[str, str]) -> None:
        self._random = random.Random(seed)  # noqa: S311  # no secret
        self._ids = ids

    def text(self) -> str:
        kind = self._random.random()
        if kind < 0.55:
            return self._random.choice(TEXTS)
        if kind < 0.7:
            return self._random.choice(NUMBERS)
        if kind < 0.85:
            return self._random.choice(list(self._ids.values()))
        return "".join(
            chr(self._random.choice([0, 10, 32, 34, 39, 60, 92, 255, 0x3B1, 0xFFFF])) for _each in range(9)
        )

    def pairs(self) -> list[tuple[str, str]]:
        return [(self._random.choice(FIELDS), self.text()) for _each in range(self._random.randrange(5))]

    def encoded(self, base: dict[str, str]) -> str:
        """A query or form: what would be taken, with some fields spoilt; now and then it is no text."""
        if self._random.random() < 0.05:
            return quote_from_bytes(self._random.randbytes(20), safe="=&")
        fields = {**(base if self._random.random() < 0.7 else {}), **dict(self.pairs())}
        if self._random.random() < 0.05:
            fields[self._random.choice(FIELDS)] = self._random.choice(["\0", "a\0b", "\ud800"])
        if self._random.random() < 0.1:
            return urlencode([*fields.items(), *self.pairs()], errors="surrogatepass")
        return urlencode(fields, errors="surrogatepass")

    def path(self, route: Route) -> str:
        def segment(found: re.Match[str]) -> str:
            if self._random.random() < 0.6:
                return self._ids[found[1]]
            return quote(self.text()[:300], safe="", errors="surrogatepass")

        return unquote_to_bytes(re.sub(r"<(\w+)>", segment, route.path)).decode("latin-1") or "/"

    def headers(self) -> dict[str, str]:
        chosen = [name for name in HEADERS if self._random.random() < 0.08]
        return {name: self._random.choice(HEADERS[name]) for name in chosen}

    def credential(self) -> str:
        """An answer of an authenticator, more or less."""
        parts: dict[str, Any] = {
            name: self._random.choice([self.text(), "AAAA", None, 7, [], {}, "\0"])
            for name in (
                "clientDataJSON",
                "attestationObject",
                "authenticatorData",
                "signature",
                "userHandle",
                "transports",
            )
        }
        whole: dict[str, Any] = {
            "id": self.text(),
            "rawId": self.text(),
            "type": "public-key",
            "response": parts,
        }
        whole[self._random.choice(["id", "type", "response", "clientExtensionResults", "x"])] = (
            self._random.choice([None, [], 1, "x"])
        )
        return json.dumps(whole)

    def send(self, browser: Browser, route: Route) -> str:
        """Send one; the answer is its description."""
        method = self._random.choice([route.method] * 60 + ["HEAD", "HEAD", "PUT", "DELETE", "OPTIONS"])
        path, query, headers, body = self.path(route), self.encoded(ASKED), self.headers(), b""
        if method == "POST":
            form = f"form_token={browser.form_token()}&{self.encoded(TAKEN | ASKED)}"
            if self._random.random() < 0.2:
                form += "&" + urlencode({"credential": self.credential()})
            body = form.encode()
            headers = {
                "Content-Type": "application/x-www-form-urlencoded",
                "Sec-Fetch-Site": "same-origin",
                **headers,
            }
            if route.upload and self._random.random() < 0.7:
                body = self._multipart(browser)
                headers["Content-Type"] = "multipart/form-data; boundary=b"
        browser.raw(method, path, query, body, headers)
        return f"{method} {path!r} ?{query!r} {headers!r} {body!r}"

    def _multipart(self, browser: Browser) -> bytes:
        parts = [f'name="form_token"\r\n\r\n{browser.form_token()}'.encode()]
        for name in ("picture", "logo", "file", self._random.choice(FIELDS)):
            content = self._random.choice(
                [b"", b"GIF89a", b"<svg/>", b"\x89PNG\r\n\x1a\n", self._random.randbytes(60)]
            )
            named = self._random.choice(['; filename="a.png"', '; filename=""', "; filename*=UTF-8''%00", ""])
            parts.append(f'name="{name}"{named}\r\n\r\n'.encode() + content)
        whole = (
            b"".join(b"--b\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts)
            + b"--b--\r\n"
        )
        return whole if self._random.random() < 0.8 else whole[: self._random.randrange(len(whole))]


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_s_ht_08_lib_10_fuzz_no_generated_request_gives_a_500(
    world: World,  # noqa: F811
    site: Site,
    sign_in: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
    seed: int,
) -> None:
    unlimited = replace(site, config=make_config(DISABLE_RATE_LIMITING="true"))
    application = web.application(unlimited, ROUTES)
    generator = Generator(seed, world.ids)
    people: dict[str, users.User | None] = {STRANGER: None, PERSON: world.person, ADMIN: world.admin}
    browsers = {who: Browser(application, site.config.app_url) for who in people}
    for number in range(REQUESTS):
        who = list(people)[number % 3]
        browser, user = browsers[who], people[who]
        if user is not None:
            sign_in(browser, user)
        browser.get("/lc")
        sent = generator.send(browser, generator._random.choice(ROUTES))
        assert browser.status != 500, (who, sent, caplog.text)
        assert browser.status < 500 or browser.status in {501, 503}, (who, sent)
        caplog.clear()
