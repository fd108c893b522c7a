"""The settings of an installation: what the page stores, under what the environment fixes.

A setting's environment name wins over its row; the page shows such a setting and does not let it be edited.
Values are kept as text, under Pocket ID's names, because its API and its imports speak them.
"""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pocketid.config import Config
from pocketid.db import Database
from pocketid.errors import NotAllowed
from pocketid.request import Request
from pocketid.text import _
from pocketid.variables import SETTINGS


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, parsed. Durations are minutes."""

    app_name: str = "Pocket ID"
    session_duration: int = 60
    home_page_url: str = "/settings/account"
    accent_color: str = "default"
    allow_own_account_edit: bool = True
    require_user_email: bool = True
    emails_verified: bool = False
    user_verification: str = "required"
    allow_user_signups: str = "disabled"


# Field -> (name in the database and in Pocket ID's API, environment variable)
NAMES: dict[str, tuple[str, str]] = {
    "app_name": ("appName", "APP_NAME"),
    "session_duration": ("sessionDuration", "SESSION_DURATION"),
    "home_page_url": ("homePageUrl", "HOME_PAGE_URL"),
    "accent_color": ("accentColor", "ACCENT_COLOR"),
    "allow_own_account_edit": ("allowOwnAccountEdit", "ALLOW_OWN_ACCOUNT_EDIT"),
    "require_user_email": ("requireUserEmail", "REQUIRE_USER_EMAIL"),
    "emails_verified": ("emailsVerified", "EMAILS_VERIFIED"),
    "user_verification": ("webauthnUserVerification", "WEBAUTHN_USER_VERIFICATION"),
    "allow_user_signups": ("allowUserSignups", "ALLOW_USER_SIGNUPS"),
}


@dataclass(frozen=True, slots=True)
class Stored:
    """One row of the table."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Appearance:
    """What every page shows of the settings; `accent_version` is empty for the built-in colour."""

    app_name: str
    accent_version: str


NEW_INSTALLATION = Appearance(Settings().app_name, "")


def load(request: Request) -> Settings:
    """The settings in force, read once until they change."""
    return request.signals.get("settings", lambda: read(request.db, request.config))


def read(db: Database, config: Config) -> Settings:
    """The settings in force, from the database and the environment.

    A row that no page of ours could have written counts as absent: it must not keep everybody out.
    """
    stored = {row.name: row.value for row in db.many(Stored, "settings.all")}
    if config.ui_config_disabled:
        stored = {}
    values = {}
    for field, (name, variable) in NAMES.items():
        if text := config.settings_overrides.get(variable, stored.get(name)):
            with suppress(ValueError):
                values[field] = parsed(field, text)
    return Settings(**values)


def parsed(field: str, text: str) -> Any:
    """The value that a text stands for. Raises ValueError unless the environment could say it too."""
    return _PARSERS[NAMES[field][1]](text)


def overridden(config: Config) -> set[str]:
    """The fields that the environment fixes; all of them when UI_CONFIG_DISABLED is set."""
    if config.ui_config_disabled:
        return set(NAMES)
    return {field for field, (_name, variable) in NAMES.items() if variable in config.settings_overrides}


def update(request: Request, changes: Mapping[str, Any]) -> tuple[Settings, Settings]:
    """Store changed fields; returns the settings before and after. Raises NotAllowed for a fixed one."""
    if fixed := overridden(request.config) & changes.keys():
        raise NotAllowed(
            _("These settings are set by the environment: {names}.").format(
                names=", ".join(NAMES[field][1] for field in sorted(fixed))
            )
        )
    before = read(request.db, request.config)
    for field, value in changes.items():
        _store(request.db, field, value, request.now)
    request.signals.changed("settings")
    return before, read(request.db, request.config)


def appearance(request: Request) -> Appearance:
    """What every page shows of the settings."""
    settings = load(request)
    is_default = settings.accent_color == "default"
    version = "" if is_default else hashlib.sha256(settings.accent_color.encode()).hexdigest()[:8]
    return Appearance(settings.app_name, version)


def _store(db: Database, field: str, value: Any, now: datetime) -> None:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    db.run("settings.store", name=NAMES[field][0], value=text, now=now)


_PARSERS = {variable.name: variable.parse for variable in SETTINGS}
