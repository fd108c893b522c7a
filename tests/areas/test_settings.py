"""Settings: what the page stores, what the environment fixes, and that every instance hears of a change."""

import time
from collections.abc import Callable
from dataclasses import asdict, replace

import pytest

from pocketid import settings, web
from pocketid.crypto import Keyring
from pocketid.db import Connection, Database, connect
from pocketid.errors import NotAllowed
from pocketid.jobs import Jobs
from pocketid.request import Request
from pocketid.routes import ROUTES
from pocketid.settings import NAMES, SECRETS, Settings
from pocketid.signals import Signals
from pocketid.variables import SETTINGS
from pocketid.web import Site
from tests.browser import Browser
from tests.conftest import add_user, make_config, sign_in_as

PAGE = "/settings/admin/application-configuration"
OTHER = Settings(
    app_name="Skylab",
    session_duration=15,
    home_page_url="/settings/apps",
    accent_color="#123456",
    allow_own_account_edit=False,
    require_user_email=False,
    emails_verified=True,
    user_verification="preferred",
    allow_user_signups="withToken",
    signup_requires_approval=True,
    signup_default_user_group_ids=("7d2b4a0e-7f4e-4a8b-9d0c-2f1c5a6b7c8d",),
    signup_default_custom_claims='[{"key": "quota", "value": "5 GB"}]',
    smtp_host="mail.example.test",
    smtp_port=2525,
    smtp_from="id@example.test",
    smtp_user="id",
    smtp_tls="starttls",
    smtp_skip_cert_verify=True,
    email_login_notification_enabled=True,
    email_verification_enabled=True,
    email_one_time_access_as_unauthenticated_enabled=True,
    email_one_time_access_as_admin_enabled=True,
    email_api_key_expiration_enabled=True,
)


@pytest.fixture
def store(db: Database, shared_connection: Connection) -> Callable[..., None]:
    """Writes rows as they stand: name and text."""

    def write(**rows: str) -> None:
        for name, value in rows.items():
            shared_connection.execute("insert into settings (name, value) values (%s, %s)", [name, value])

    return write


def as_rows(values: Settings) -> dict[str, str]:
    return {NAMES[field][0]: settings.as_text(value) for field, value in asdict(values).items()}


def as_variables(values: Settings) -> dict[str, str]:
    return {NAMES[field][1]: settings.as_text(value) for field, value in asdict(values).items()}


def test_a_new_installation_has_the_settings_of_pocket_id(db: Database) -> None:
    assert settings.read(db, make_config()) == Settings()
    assert Settings() == Settings(
        "Pocket ID", 60, "/settings/account", "default", True, True, False, "required", "disabled"
    )


def test_every_setting_has_a_name_a_variable_and_the_same_default_there() -> None:
    defaults = {variable.name: variable.parse(variable.default) for variable in SETTINGS}
    secrets = {variable: "" for _name, variable in SECRETS.values()}
    assert defaults == {NAMES[field][1]: value for field, value in asdict(Settings()).items()} | secrets
    assert {row.name for row in SETTINGS if row.is_secret} == secrets.keys()


def test_every_setting_is_read_from_its_row(db: Database, store: Callable[..., None]) -> None:
    store(**as_rows(OTHER))
    assert settings.read(db, make_config()) == OTHER


def test_every_setting_is_read_from_its_variable_which_wins_over_the_row(
    db: Database, store: Callable[..., None]
) -> None:
    store(**as_rows(Settings()))
    fixed = make_config(**as_variables(OTHER))
    assert settings.read(db, fixed) == OTHER
    assert settings.overridden(fixed) == set(NAMES)


def test_one_variable_fixes_one_setting(db: Database, store: Callable[..., None]) -> None:
    store(appName="Row", sessionDuration="15")
    some = make_config(APP_NAME="Variable")
    assert settings.overridden(some) == {"app_name"}
    found = settings.read(db, some)
    assert (found.app_name, found.session_duration) == ("Variable", 15)


def test_ui_config_disabled_leaves_the_environment_alone_to_decide(
    db: Database, store: Callable[..., None]
) -> None:
    store(**as_rows(OTHER))
    disabled = make_config(UI_CONFIG_DISABLED="true", SESSION_DURATION="30")
    assert settings.read(db, disabled) == replace(Settings(), session_duration=30)
    assert settings.overridden(disabled) == set(NAMES | SECRETS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("appName", ""),
        ("appName", "n" * 31),
        ("appName", "a\nb"),
        ("sessionDuration", "soon"),
        ("sessionDuration", "0"),
        ("sessionDuration", "525601"),
        ("sessionDuration", "9" * 40),
        ("sessionDuration", "9" * 5000),
        ("homePageUrl", "https://evil.test/"),
        ("homePageUrl", "//evil.test"),
        ("homePageUrl", "/login"),
        ("homePageUrl", "/"),
        ("accentColor", "oklch(0.5 0.2 30)"),
        ("allowOwnAccountEdit", "perhaps"),
        ("webauthnUserVerification", "discouraged"),
        ("allowUserSignups", "everybody"),
        ("somethingElse", "x"),
    ],
)
def test_a_row_that_cannot_be_keeps_nobody_out(
    name: str, value: str, db: Database, store: Callable[..., None]
) -> None:
    store(**{name: value})
    assert settings.read(db, make_config()) == Settings()


@pytest.mark.parametrize(
    "path", ["/", "//", "/login", "/login/", "/login?redirect=/x", "/logout", "/setup#x", "apps", "/\\evil"]
)
def test_nobody_lands_in_circles(path: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # any: the page has its own sentence
        settings.parsed("home_page_url", path)


def test_an_update_stores_what_changed_and_tells_before_and_after(
    request_of: Callable[..., Request], db: Database, shared_connection: Connection
) -> None:
    before, after = settings.update(request_of(), {"app_name": "Skylab", "emails_verified": True})
    assert (before, after) == (Settings(), replace(Settings(), app_name="Skylab", emails_verified=True))
    stored = shared_connection.execute("select name, value from settings order by name").fetchall()
    assert stored == [("appName", "Skylab"), ("emailsVerified", "true")]
    assert settings.read(db, make_config()) == after
    settings.update(request_of(), {"app_name": "Home"})
    assert settings.read(db, make_config()).app_name == "Home"


def test_what_the_environment_fixes_is_not_stored(
    request_of: Callable[..., Request], shared_connection: Connection
) -> None:
    request = request_of(APP_NAME="Fixed", SESSION_DURATION="15")
    with pytest.raises(NotAllowed, match="APP_NAME"):
        settings.update(request, {"app_name": "Skylab", "emails_verified": True})
    assert shared_connection.execute("select count(*) from settings").fetchone() == (0,)


# Several instances


def wait_for(condition: Callable[[], bool]) -> None:
    """Until it holds, ten seconds at most."""
    ends = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.02)


def test_every_instance_hears_of_a_change_wherever_it_was_made(committed_site: Site, database: str) -> None:
    with committed_site.database() as db:
        admin = add_user(db, committed_site.clock(), is_admin=True)
        elsewhere = Browser(web.application(committed_site, ROUTES), committed_site.config.app_url)
        sign_in_as(elsewhere, db, admin, committed_site.clock())
    site = replace(committed_site, signals=Signals())
    browser = Browser(web.application(site, ROUTES), site.config.app_url)

    def keeps() -> bool:
        browser.get("/login")
        return "settings" in site.signals._kept

    def shows(name: str) -> Callable[[], bool]:
        return lambda: f"Sign in to {name}" in browser.get("/login").text

    jobs = Jobs(site, database)
    jobs.start()
    try:
        wait_for(keeps)
        assert shows("Pocket ID")()
        with connect(database) as connection:
            connection.execute("insert into settings values ('appName', 'By psql')")
        wait_for(shows("By psql"))
        wait_for(keeps)
        page = elsewhere.get(PAGE)
        elsewhere.post(PAGE, {**page.variables["typed"], "app_name": "By a page"})
        wait_for(shows("By a page"))
    finally:
        jobs.stop()
    assert "settings" not in site.signals._kept  # nobody listens: nothing is kept


def test_a_secret_is_sealed_opened_and_taken_away(
    site: Site, db: Database, request_of: Callable[..., Request]
) -> None:
    request = request_of()
    assert settings.secret(db, site.config, site.keyring, "smtp_password") == ""
    settings.keep_secret(request, "smtp_password", "correct horse")
    assert "correct horse" not in str(db.many(settings.Stored, "settings.all"))
    assert settings.secret(db, site.config, site.keyring, "smtp_password") == "correct horse"
    assert settings.secret(db, site.config, Keyring(b"another key of 16 bytes"), "smtp_password") == ""
    fixed = make_config(SMTP_PASSWORD="of the environment")
    assert settings.secret(db, fixed, site.keyring, "smtp_password") == "of the environment"
    assert settings.secret(db, make_config(UI_CONFIG_DISABLED="true"), site.keyring, "smtp_password") == ""
    with pytest.raises(NotAllowed, match="SMTP_PASSWORD"):
        settings.keep_secret(request_of(SMTP_PASSWORD="x"), "smtp_password", "other")
    settings.keep_secret(request, "smtp_password", "")
    assert settings.secret(db, site.config, site.keyring, "smtp_password") == ""
