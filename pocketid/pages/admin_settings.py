"""The application's settings."""

from http import HTTPStatus
from typing import Any

from pocketid import accent, audit, callback_urls, settings
from pocketid.audit import Event
from pocketid.request import Fields, Request
from pocketid.response import Response, page, redirect
from pocketid.settings import NAMES, Settings
from pocketid.text import _

_PAGE = "/settings/admin/application-configuration"
_FLAGS = ("allow_own_account_edit", "require_user_email", "emails_verified")
_MOST_MINUTES = 525_600
_APP_NAME_LENGTH = 30


def show(request: Request) -> Response:
    """The form."""
    return _page(request, _texts(settings.load(request)), {})


def update(request: Request) -> Response:
    """Store what may be changed here and was."""
    typed = _typed(request.form)
    fixed = settings.overridden(request.config)
    current = settings.load(request)
    if errors := {name: text for name, text in _check(typed).items() if name not in fixed}:
        return _page(request, typed, errors)
    wanted = {name: value for name, value in typed.items() if name not in fixed}
    if "session_duration" in wanted:
        wanted["session_duration"] = int(wanted["session_duration"])
    changes = {name: value for name, value in wanted.items() if value != getattr(current, name)}
    if changes:
        before, after = settings.update(request, changes)
        audit.record(request, Event.SETTINGS_UPDATED, changed=audit.difference(before, after))
    return redirect(_PAGE, flash=_("The settings are saved."))


def _typed(form: Fields) -> dict[str, Any]:
    texts = ("app_name", "session_duration", "home_page_url", "user_verification")
    typed: dict[str, Any] = {name: form.text(name) for name in texts}
    typed |= {name: form.checked(name) for name in _FLAGS}
    typed["accent_color"] = form.text("accent_color").lower() if form.text("accent") == "own" else "default"
    return typed


def _texts(current: Settings) -> dict[str, Any]:
    names = ("app_name", "session_duration", "home_page_url", "user_verification", "accent_color", *_FLAGS)
    return {name: getattr(current, name) for name in names}


def _check(typed: dict[str, Any]) -> dict[str, str]:
    problems = {}
    if not 1 <= len(typed["app_name"]) <= _APP_NAME_LENGTH:
        problems["app_name"] = _("Between 1 and 30 characters, please.")
    minutes = typed["session_duration"]
    if not (minutes.isascii() and minutes.isdigit() and 1 <= int(minutes[:9]) <= _MOST_MINUTES):
        problems["session_duration"] = _("A number of minutes, please, from 1 to 525600 (a year).")
    if not callback_urls.is_safe_local_path(typed["home_page_url"]):
        problems["home_page_url"] = _("A path of this site, please, such as /settings/apps.")
    if typed["user_verification"] not in {"required", "preferred"}:
        problems["user_verification"] = _("Please choose one of the two.")
    if typed["accent_color"] != "default" and accent.parse(typed["accent_color"]) is None:
        problems["accent_color"] = _("A colour like #0f6a5b, please.")
    return problems


def _page(request: Request, typed: dict[str, Any], errors: dict[str, str]) -> Response:
    return page(
        "admin/settings/show",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        typed=typed,
        errors=errors,
        fixed={name: NAMES[name][1] for name in settings.overridden(request.config)},
    )
