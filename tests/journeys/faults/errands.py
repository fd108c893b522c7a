"""What a person or an app does in one request, and what must hold when that request was cut off anywhere.

errand.prepare(server)      everything up to the request
errand.act()                the request itself
errand.is_done()            whether the database has kept it
errand.check(server)        after the fault: old state or new, never half; nothing single-use twice; one can go on
"""

from collections.abc import Callable
from datetime import UTC, datetime

from pocketid import one_time_access
from pocketid.crypto import digest
from tests.authenticator import Authenticator, options_of
from tests.browser import Browser
from tests.journeys.faults.installation import Installation, Person, Serving, expect, remote

_TYPED = {"username": "owner", "first_name": "Olga", "last_name": "Owner", "email": ""}


class Errand:
    """One of them; see the head of this module."""

    name = ""
    browser: Browser

    def __init__(self, installation: Installation) -> None:
        self.installation = installation

    def prepare(self, serving: Serving) -> None:
        """Do everything that comes before the request."""
        raise NotImplementedError

    def act(self) -> Browser:
        """Make the request."""
        raise NotImplementedError

    def is_done(self) -> bool:
        """Whether the database has kept what the request did."""
        raise NotImplementedError

    def check(self, serving: Serving) -> None:
        """Look at what is left, and go on."""
        raise NotImplementedError

    def reach(self, serving: Serving) -> None:
        """The same browser, at a server that was started again."""
        self.browser.application = remote(serving.port)


class Exchange(Errand):
    """An app redeems a code."""

    name = "code exchange"
    person: Person
    code: str

    def prepare(self, serving: Serving) -> None:
        """A person has consented; the app holds a code."""
        self.person = self.installation.add_person(is_admin=True)
        self.browser = self.installation.signed_in(serving, self.person)
        self.code = self.installation.code(self.browser)

    def act(self) -> Browser:
        """POST the code."""
        return self.installation.app.exchange(self.browser, self.code)

    def is_done(self) -> bool:
        """The code is spent."""
        return self._state()[0]

    def check(self, serving: Serving) -> None:
        """The code gave tokens once at most, and the person gets in with the next."""
        self.reach(serving)
        app = self.installation.app
        is_spent, issued = self._state()
        assert issued == ((1, 1, 1) if is_spent else (0, 0, 0))
        if not is_spent:
            tokens = expect(self.act(), 200).json()
            expect(app.userinfo(self.browser, tokens["access_token"]), 200)
            assert self._state() == (True, (1, 1, 1))
        assert expect(self.act(), 400).json()["error"] == "invalid_grant"
        assert self._state() == (True, (1, 1, 1))
        assert self._is_revoked()
        if not is_spent:
            expect(app.userinfo(self.browser, tokens["access_token"]), 401)
        following = expect(app.exchange(self.browser, self.installation.code(self.browser)), 200).json()
        claims = expect(app.userinfo(self.browser, following["access_token"]), 200).json()
        assert claims["sub"] == str(self.person.user.id)

    def _state(self) -> tuple[bool, tuple[int, int, int]]:
        """Whether the code is spent; how many access tokens, refresh tokens and events of it there are."""
        count, user_id = self.installation.count, self.person.user.id
        of_code = "join authorizations on id = authorization_id where code_digest = %s"
        spent = count("authorizations where code_digest = %s and code_used_at is not null", digest(self.code))
        return bool(spent), (
            count(f"access_tokens {of_code}", digest(self.code)),
            count(f"refresh_tokens {of_code}", digest(self.code)),
            count("audit_events where event = 'TOKEN_ISSUED' and user_id = %s", user_id),
        )

    def _is_revoked(self) -> bool:
        statement = "select revoked_at is not null from authorizations where code_digest = %s"
        return bool(self.installation.row(statement, digest(self.code))[0])


class _Registration(Errand):
    """Somebody adds a passkey, on the page that the browser shows."""

    device: Authenticator
    credential: str

    def make_passkey(self) -> None:
        """What the browser does with the page's options."""
        self.device = Authenticator(self.installation.origin)
        self.credential = self.device.create(options_of(self.browser.text))

    def go_on(self) -> Browser:
        """POST the passkey; where a crash of PostgreSQL took the challenge away, another for the one of the page."""
        if self.act().status == 400:
            self.make_passkey()
            self.act()
        return self.browser


class SetUp(_Registration):
    """The owner makes the first account with its passkey."""

    name = "set-up"

    def prepare(self, serving: Serving) -> None:
        """The owner has typed their names and made the passkey."""
        self.installation.forget_people()
        self.browser = self.installation.browser(serving)
        self.browser.get("/setup")
        expect(self.browser.post("/setup", _TYPED), 200)
        self.make_passkey()

    def act(self) -> Browser:
        """POST the passkey."""
        return self.browser.post("/setup/passkey", {**_TYPED, "credential": self.credential})

    def is_done(self) -> bool:
        """There is an admin."""
        return self._state()[0] > 0

    def check(self, serving: Serving) -> None:
        """There is an admin with a passkey, or nobody; and in the end the owner, once."""
        self.reach(serving)
        made = self._state()
        assert made in {(0, 0, 0, 0), (1, 1, 1, 1)}
        self.browser.cookies.pop("session", None)
        self.browser.get("/setup")
        if made[0]:
            assert "sign in with your passkey" in expect(self.browser, 404).text
        else:
            expect(self.go_on(), 303)
        assert self._state() == (1, 1, 1, 1)
        expect(self.act(), 404)
        assert self._state() == (1, 1, 1, 1)
        sign_in(self.installation.browser(serving), self.device)

    def _state(self) -> tuple[int, int, int, int]:
        """Accounts that administer, passkeys, sessions, events."""
        count = self.installation.count
        return (
            count("users where is_admin"),
            count("passkeys"),
            count("sessions"),
            count("audit_events where event = 'SETUP_COMPLETED' and user_id in (select id from users)"),
        )


class Redeem(Errand):
    """A person without a passkey presses the button of their one-time link."""

    name = "one-time link"
    person: Person
    code: str

    def prepare(self, serving: Serving) -> None:
        """They have opened the link."""
        self.person = self.installation.add_person(is_admin=True, has_passkey=False)
        self.code = self._new_code()
        self.browser = self.installation.browser(serving)
        expect(self.browser.get(f"/lc/{self.code}"), 200)

    def act(self) -> Browser:
        """POST the code."""
        return self.browser.post("/lc", {"code": self.code})

    def is_done(self) -> bool:
        """There is a session."""
        return self._state()[1] > 0

    def check(self, serving: Serving) -> None:
        """The code let them in once at most; if it did and they never heard, the page tells what to do."""
        self.reach(serving)
        left, begun = self._state()
        assert left + begun == 1
        if begun:
            assert "Ask the person who runs" in expect(self.act(), 410).text
            self.code = self._new_code()
        expect(self.act(), 303)
        assert self._state() == (0, begun + 1)
        expect(self.act(), 410)
        assert self._state() == (0, begun + 1)
        expect(self.browser.get("/login/add-passkey"), 200)

    def _new_code(self) -> str:
        with self.installation.database() as db:
            code = one_time_access.create(db, self.person.user.id, None, 600, datetime.now(UTC))
            db.commit()
        return code

    def _state(self) -> tuple[int, int]:
        """Codes that are left, sessions."""
        count, user_id = self.installation.count, self.person.user.id
        return (
            count("one_time_access_tokens where user_id = %s", user_id),
            count("sessions where user_id = %s", user_id),
        )


class FirstPasskey(_Registration, Redeem):
    """A person who came by a one-time link adds their passkey."""

    name = "first passkey"

    def prepare(self, serving: Serving) -> None:
        """They have used the link and made the passkey."""
        super().prepare(serving)
        expect(super().act(), 303)
        self.browser.get("/login/add-passkey")
        self.make_passkey()

    def act(self) -> Browser:
        """POST the passkey."""
        return self.browser.post("/login/add-passkey", {"credential": self.credential})

    def is_done(self) -> bool:
        """There is a passkey."""
        return self._passkeys()[0] > 0

    def check(self, serving: Serving) -> None:
        """The passkey is there or not; in the end it is, once, and lets them in."""
        self.reach(serving)
        assert self._passkeys() in {(0, 0), (1, 1)}
        if self._passkeys() == (0, 0):
            expect(self.go_on(), 303)
        assert self._passkeys() == (1, 1)
        assert self.act().status >= 400
        assert self._passkeys() == (1, 1)
        sign_in(self.installation.browser(serving), self.device)

    def _passkeys(self) -> tuple[int, int]:
        """This passkey, events of the person."""
        count = self.installation.count
        return (
            count("passkeys where credential_id = %s", self.device.credentials[0].id),
            count("audit_events where event = 'PASSKEY_ADDED' and user_id = %s", self.person.user.id),
        )


ERRANDS: tuple[Callable[[Installation], Errand], ...] = (Exchange, SetUp, Redeem, FirstPasskey)


def sign_in(browser: Browser, device: Authenticator) -> Browser:
    """Sign in on the site itself with a passkey."""
    options = options_of(expect(browser.get("/login"), 200).text)
    expect(browser.post("/login", {"credential": device.get(options)}), 303)
    return expect(browser.get("/settings/account"), 200)
