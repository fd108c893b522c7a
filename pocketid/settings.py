"""The settings of an installation: what the page stores, under what the environment fixes.

A setting's environment name wins over its row; the page shows such a setting and does not let it be edited.
Values are kept as text, under Pocket ID's names, because its API and its imports speak them. SECRETS are kept
sealed, and read one by one.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pocketid import accent, images
from pocketid.config import Config
from pocketid.crypto import CannotOpen, Keyring, base64url, from_base64url
from pocketid.db import Database
from pocketid.errors import NotAllowed
from pocketid.request import Request
from pocketid.text import _
from pocketid.variables import SETTINGS

_PURPOSE = "setting"


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, parsed. Durations are minutes, unless their names say otherwise."""

    app_name: str = "Pocket ID"
    session_duration: int = 60
    home_page_url: str = "/settings/account"
    accent_color: str = "default"
    allow_own_account_edit: bool = True
    require_user_email: bool = True
    emails_verified: bool = False
    user_verification: str = "required"
    allow_user_signups: str = "disabled"
    signup_requires_approval: bool = False
    signup_default_user_group_ids: tuple[str, ...] = ()
    signup_default_custom_claims: str = "[]"
    smtp_host: str = ""
    smtp_port: int | None = None
    smtp_from: str = ""
    smtp_user: str = ""
    smtp_tls: str = "none"
    smtp_skip_cert_verify: bool = False
    email_login_notification_enabled: bool = False
    email_verification_enabled: bool = False
    email_one_time_access_as_unauthenticated_enabled: bool = False
    email_one_time_access_as_admin_enabled: bool = False
    email_api_key_expiration_enabled: bool = False
    default_language: str = "en"
    allow_synced_passkeys: bool = True
    authenticator_attachment: str = "any"
    disable_animations: bool = False
    audit_log_retention_days: int = 90
    cimd_url_allowlist: tuple[str, ...] = ()


# Field -> (name in the database and in Pocket ID's API, environment variable)
NAMES: dict[str, tuple[str, str]] = {
    "app_name": ("appName", "APP_NAME"),
    "session_duration": ("sessionDuration", "SESSION_DURATION"),
    "home_page_url": ("homePageUrl", "HOME_PAGE_URL"),
    "accent_color": ("accentColor", "ACCENT_COLOR"),
    "default_language": ("defaultLanguage", "DEFAULT_LANGUAGE"),
    "audit_log_retention_days": ("auditLogRetentionDays", "AUDIT_LOG_RETENTION_DAYS"),
    "allow_own_account_edit": ("allowOwnAccountEdit", "ALLOW_OWN_ACCOUNT_EDIT"),
    "require_user_email": ("requireUserEmail", "REQUIRE_USER_EMAIL"),
    "emails_verified": ("emailsVerified", "EMAILS_VERIFIED"),
    "user_verification": ("webauthnUserVerification", "WEBAUTHN_USER_VERIFICATION"),
    "allow_synced_passkeys": ("webauthnAllowSyncedPasskeys", "WEBAUTHN_ALLOW_SYNCED_PASSKEYS"),
    "authenticator_attachment": ("webauthnAuthenticatorAttachment", "WEBAUTHN_AUTHENTICATOR_ATTACHMENT"),
    "disable_animations": ("disableAnimations", "DISABLE_ANIMATIONS"),
    "allow_user_signups": ("allowUserSignups", "ALLOW_USER_SIGNUPS"),
    "signup_requires_approval": ("signupRequiresApproval", "SIGNUP_REQUIRES_APPROVAL"),
    "signup_default_user_group_ids": ("signupDefaultUserGroupIDs", "SIGNUP_DEFAULT_USER_GROUP_IDS"),
    "signup_default_custom_claims": ("signupDefaultCustomClaims", "SIGNUP_DEFAULT_CUSTOM_CLAIMS"),
    "smtp_host": ("smtpHost", "SMTP_HOST"),
    "smtp_port": ("smtpPort", "SMTP_PORT"),
    "smtp_from": ("smtpFrom", "SMTP_FROM"),
    "smtp_user": ("smtpUser", "SMTP_USER"),
    "smtp_tls": ("smtpTls", "SMTP_TLS"),
    "smtp_skip_cert_verify": ("smtpSkipCertVerify", "SMTP_SKIP_CERT_VERIFY"),
    "email_login_notification_enabled": ("emailLoginNotificationEnabled", "EMAIL_LOGIN_NOTIFICATION_ENABLED"),
    "email_verification_enabled": ("emailVerificationEnabled", "EMAIL_VERIFICATION_ENABLED"),
    "email_one_time_access_as_unauthenticated_enabled": (
        "emailOneTimeAccessAsUnauthenticatedEnabled",
        "EMAIL_ONE_TIME_ACCESS_AS_UNAUTHENTICATED_ENABLED",
    ),
    "email_one_time_access_as_admin_enabled": (
        "emailOneTimeAccessAsAdminEnabled",
        "EMAIL_ONE_TIME_ACCESS_AS_ADMIN_ENABLED",
    ),
    "email_api_key_expiration_enabled": ("emailApiKeyExpirationEnabled", "EMAIL_API_KEY_EXPIRATION_ENABLED"),
    "cimd_url_allowlist": ("cimdUrlAllowlist", "CIMD_URL_ALLOWLIST"),
}
# The same for what is kept sealed, and is no field of Settings so that nothing shows or records it by accident.
SECRETS: dict[str, tuple[str, str]] = {
    "smtp_password": ("smtpPassword", "SMTP_PASSWORD"),
}


@dataclass(frozen=True, slots=True)
class Stored:
    """One row of the table."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Appearance:
    """What every page shows of the settings.

    `theme_version` is empty for the built-in look; `images` are the site's own pictures, name -> digest.
    """

    app_name: str
    theme_version: str
    images: Mapping[str, str]


NEW_INSTALLATION = Appearance(Settings().app_name, "", {})


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
    return _PARSERS[(NAMES | SECRETS)[field][1]](text)


def secret(db: Database, config: Config, keyring: Keyring, name: str) -> str:
    """A secret of SECRETS; empty when there is none, or when it was sealed under another key."""
    stored_as, variable = SECRETS[name]
    if config.ui_config_disabled or variable in config.settings_overrides:
        return config.settings_overrides.get(variable, "")
    sealed = next((row.value for row in db.many(Stored, "settings.all") if row.name == stored_as), "")
    try:
        return keyring.open(_PURPOSE, from_base64url(sealed), stored_as).decode() if sealed else ""
    except (CannotOpen, ValueError):
        return ""


def keep_secret(request: Request, name: str, text: str) -> None:
    """Seal and store a secret; the empty text takes it away. Raises NotAllowed for a fixed one."""
    _check_free(request.config, {name})
    stored_as, _variable = SECRETS[name]
    sealed = request.keyring.seal(_PURPOSE, text.encode(), stored_as) if text else b""
    request.db.run("settings.store", name=stored_as, value=base64url(sealed), now=request.now)
    request.signals.changed("settings")


def is_taken(field: str, text: str) -> bool:
    """Whether a text stands for a value of a setting."""
    try:
        parsed(field, text)
    except ValueError:
        return False
    return True


def overridden(config: Config) -> set[str]:
    """The fields that the environment fixes; all of them when UI_CONFIG_DISABLED is set."""
    names = NAMES | SECRETS
    if config.ui_config_disabled:
        return set(names)
    return {field for field, (_name, variable) in names.items() if variable in config.settings_overrides}


def update(request: Request, changes: Mapping[str, Any]) -> tuple[Settings, Settings]:
    """Store changed fields; returns the settings before and after. Raises NotAllowed for a fixed one."""
    _check_free(request.config, changes.keys())
    before = read(request.db, request.config)
    for field, value in changes.items():
        _store(request.db, field, value, request.now)
    request.signals.changed("settings")
    return before, read(request.db, request.config)


def appearance(request: Request) -> Appearance:
    """What every page shows of the settings."""
    own = request.signals.get("images", lambda: images.own_versions(request.db))
    return replace(appearance_of(load(request)), images=own)


def appearance_of(settings: Settings) -> Appearance:
    """What pages and mails show of these settings."""
    sheet = style_sheet(settings)
    return Appearance(settings.app_name, hashlib.sha256(sheet.encode()).hexdigest()[:8] if sheet else "", {})


def style_sheet(settings: Settings) -> str:
    """What these settings change of how pages look; empty when it is nothing."""
    still = "*,::before,::after{transition:none!important;animation:none!important}\n"
    return accent.style_sheet(settings.accent_color) + (still if settings.disable_animations else "")


def _check_free(config: Config, names: Collection[str]) -> None:
    """Raises NotAllowed when the environment fixes one of these."""
    if fixed := overridden(config).intersection(names):
        variables = ", ".join((NAMES | SECRETS)[field][1] for field in sorted(fixed))
        raise NotAllowed(_("These settings are set by the environment: {names}.").format(names=variables))


def _store(db: Database, field: str, value: Any, now: datetime) -> None:
    """The empty text stands for the default, as it does in Pocket ID's API."""
    db.run("settings.store", name=NAMES[field][0], value=as_text(value), now=now)


def as_text(value: Any) -> str:
    """A value as rows and Pocket ID's API hold it: what `parsed` reads."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return json.dumps(value)
    return "" if value is None else str(value)


_PARSERS = {variable.name: variable.parse for variable in SETTINGS}
