"""The application's settings."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from pocketid import audit, passkey_health, settings, users
from pocketid.audit import Event
from pocketid.errors import NotAllowed
from pocketid.pages import look_preview, mail_section
from pocketid.pages.mail_section import Section
from pocketid.passkey_health import Finding
from pocketid.request import Request
from pocketid.response import Response, page, redirect
from pocketid.settings import NAMES, SECRETS, Settings
from pocketid.text import LANGUAGES, _, ngettext, number

PAGE = "/settings/admin/application-configuration"
_FLAGS = (
    *("allow_own_account_edit", "require_user_email", "emails_verified"),
    *("allow_synced_passkeys", "disable_animations"),
)
_TEXTS = (
    *("app_name", "session_duration", "home_page_url", "default_language", "audit_log_retention_days"),
    *("user_verification", "authenticator_attachment"),
)

_NOT_TYPED = {"form_token", "credential"}


def show(request: Request) -> Response:
    """The form."""
    return settings_page(request)


def update(request: Request) -> Response:
    """Store what may be changed here and was."""
    if request.config.ui_config_disabled:
        raise NotAllowed(_("Every setting is taken from the environment (UI_CONFIG_DISABLED)."))
    current, typed = _texts(settings.load(request)), _typed(request)
    if errors := _check(typed):
        return settings_page(request, typed, errors, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    wanted = {name: settings.parsed(name, str(value)) for name, value in typed.items()}
    changes = {name: value for name, value in wanted.items() if value != current[name]}
    if "confirmed" not in request.form and (sentences := _consequences(request, changes)):
        return _question(request, sentences)
    if changes:
        before, after = settings.update(request, changes)
        audit.record(request, Event.SETTINGS_UPDATED, changed=audit.difference(before, after))
    return redirect(PAGE, flash=_("The settings are saved."))


def preview(request: Request) -> Response:
    """The form as it was typed, with its look; nothing is stored."""
    typed = _typed(request)
    errors = _check(typed)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
    return settings_page(request, typed, errors, status=status)


def _consequences(request: Request, changes: Mapping[str, Any]) -> list[str]:
    """What these changes would do to people and events, in sentences; empty when it is nothing."""
    sentences = []
    for finding in _kept_out(request, changes):
        sentences.append(finding.sentence)
        if finding.includes_me:
            sentences.append(_("You are among them."))
    if lost := _lost_events(request, changes):
        sentence = ngettext(
            "{n} event of the audit log is older than the new limit and will be deleted.",
            "{n} events of the audit log are older than the new limit and will be deleted.",
            lost,
        )
        sentences.append(sentence.format(n=number(lost)))
    return sentences


def _kept_out(request: Request, changes: Mapping[str, Any]) -> list[Finding]:
    """Whom these changes would keep out; nobody is counted where no rule changes."""
    if not changes.keys() & {"user_verification", "allow_synced_passkeys"}:
        return []
    before = settings.load(request)
    counts = users.count_states(request.db)
    mine = users.states_of(request.db, request.person.user_id)
    return passkey_health.consequences(before, replace(before, **changes), counts, mine)


def _lost_events(request: Request, changes: Mapping[str, Any]) -> int:
    """How many events would go within a minute because fewer days are kept."""
    days = changes.get("audit_log_retention_days")
    if days is None or days >= settings.load(request).audit_log_retention_days:
        return 0
    return audit.count_before(request.db, request.now - timedelta(days=days))


def _question(request: Request, sentences: list[str]) -> Response:
    """Ask before people are kept out or events are deleted; what was typed rides along."""
    typed = {name: request.form[name] for name in request.form if name not in _NOT_TYPED}
    return page(
        "confirm",
        heading=_("Save these settings?"),
        sentences=sentences,
        action=PAGE,
        button=_("Save anyway"),
        cancel=PAGE,
        fields=typed | {"confirmed": "yes"},
    )


def settings_page(
    request: Request,
    typed: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    *,
    mail: Section | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    """The page with all its sections; what is not given is as it is stored."""
    typed, errors = typed or _texts(settings.load(request)), errors or {}
    look = {name: str(typed[name]) for name in ("app_name", "accent_color") if name not in errors}
    return page(
        "admin/settings/show",
        status=status,
        typed=typed,
        errors=errors,
        preview=look_preview.of(request, **look),
        languages=LANGUAGES,
        mail=mail or mail_section.section(request),
        fixed={name: (NAMES | SECRETS)[name][1] for name in settings.overridden(request.config)},
    )


def _typed(request: Request) -> dict[str, Any]:
    """What was typed; what the environment fixes is as it is, whatever a form says."""
    form, fixed = request.form, settings.overridden(request.config)
    typed: dict[str, Any] = {name: form.text(name) for name in _TEXTS}
    typed |= {name: form.checked(name) for name in _FLAGS}
    typed["accent_color"] = form.text("accent_color").lower() if form.text("accent") == "own" else "default"
    return typed | {n: value for n, value in _texts(settings.load(request)).items() if n in fixed}


def _texts(current: Settings) -> dict[str, Any]:
    return {name: getattr(current, name) for name in (*_TEXTS, "accent_color", *_FLAGS)}


def _check(typed: dict[str, Any]) -> dict[str, str]:
    sentences = {
        "app_name": _("Between 1 and 30 characters, please, all of which can be seen."),
        "session_duration": _("A number of minutes, please, from 1 to 525600 (a year)."),
        "home_page_url": _("A path of this site to stay on, please, such as /settings/apps."),
        "default_language": _("Please choose one of the languages."),
        "audit_log_retention_days": _("A number of days, please, from 1 to 36500 (a century)."),
        "user_verification": _("Please choose one of the two."),
        "authenticator_attachment": _("Please choose one of the three."),
        "accent_color": _("A colour like #0f6a5b, please."),
    }
    return {
        name: sentence
        for name, sentence in sentences.items()
        if not settings.is_taken(name, str(typed[name]))
    }
