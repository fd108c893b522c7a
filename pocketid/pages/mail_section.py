"""What the settings page shows of e-mail: the server, what is sent, and how the last test went."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pocketid import outbox, settings
from pocketid.request import Request
from pocketid.settings import Settings
from pocketid.text import _

TEXTS = ("smtp_host", "smtp_port", "smtp_from", "smtp_user", "smtp_tls")
FLAGS = (
    "smtp_skip_cert_verify",
    "email_login_notification_enabled",
    "email_verification_enabled",
    "email_one_time_access_as_admin_enabled",
    "email_one_time_access_as_unauthenticated_enabled",
    "email_api_key_expiration_enabled",
)


@dataclass(frozen=True, slots=True)
class Section:
    """The part of the page. `problem` is a sentence about the last test, `words` what the server said."""

    typed: Mapping[str, Any]
    errors: Mapping[str, str]
    has_password: bool
    is_ready: bool
    test_address: str
    problem: str = ""
    words: str = ""


def section(
    request: Request,
    typed: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    **test: str,
) -> Section:
    """What is in force, or what was typed with what is wrong with it."""
    return Section(
        typed or stored(settings.load(request)),
        errors or {},
        has_password(request),
        outbox.is_ready(request),
        **{"test_address": "", **test},
    )


def stored(current: Settings) -> dict[str, Any]:
    """The fields as the settings have them."""
    texts = {name: str(getattr(current, name) or "") for name in TEXTS}
    return texts | {name: getattr(current, name) for name in FLAGS}


def has_password(request: Request) -> bool:
    """Whether one is kept; it is never shown."""
    return bool(settings.secret(request.db, request.config, request.keyring, "smtp_password"))


def check(request: Request, typed: Mapping[str, Any], password: str) -> dict[str, str]:
    """Field -> what is wrong with it."""
    sentences = {
        "smtp_host": _("A host name or address, please, such as smtp.example.org."),
        "smtp_port": _("A number from 1 to 65535, please, or nothing for the usual port."),
        "smtp_from": _("One address, please, such as id@example.org."),
        "smtp_user": _("At most 255 characters, please: plain letters, digits and signs."),
        "smtp_tls": _("Please choose one of the three."),
    }
    problems = {name: words for name, words in sentences.items() if not settings.is_taken(name, typed[name])}
    if not settings.is_taken("smtp_password", password):
        problems["smtp_password"] = sentences["smtp_user"]
    elif not password and has_password(request) and _goes_elsewhere(request, typed):
        # Whoever gets hold of an admin's session must not learn the password by sending it to themselves.
        problems["smtp_password"] = _(
            "Please type the password again, because it would go to another server."
        )
    return problems


def _goes_elsewhere(request: Request, typed: Mapping[str, Any]) -> bool:
    is_fixed = "smtp_password" in settings.overridden(request.config)
    return (
        not is_fixed and bool(typed["smtp_host"]) and typed["smtp_host"] != settings.load(request).smtp_host
    )
