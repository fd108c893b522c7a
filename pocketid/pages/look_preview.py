"""The preview of the look: sign-in card and tile as a light and a dark screen show them, before anything is saved.

of(request)                                the panes, with what is stored
of(request, app_name=..., accent_color=...)    with what was typed
sheet                                      the colours of both panes, each as readable as on the pages themselves
"""

from dataclasses import dataclass

from pocketid import accent, settings
from pocketid.request import Request
from pocketid.response import NO_STORE, Response, file
from pocketid.text import _

_LOGO = "/api/application-images/logo?light={light}&v={version}"


@dataclass(frozen=True, slots=True)
class Pane:
    """One screen. `logo` is an address, empty for the built-in mark; `pictures` are those it would show, best first."""

    is_dark: bool
    label: str
    logo: str
    pictures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What both panes show."""

    app_name: str
    accent_color: str
    panes: tuple[Pane, Pane]


def of(request: Request, *, app_name: str = "", accent_color: str = "") -> Preview:
    """The preview; what is not given is as it is stored."""
    stored = settings.load(request)
    own = settings.appearance(request).images
    light, dark = own.get("logo-light"), own.get("logo-dark")
    return Preview(
        app_name or stored.app_name,
        accent_color or stored.accent_color,
        (
            Pane(
                is_dark=False,
                label=_("Preview on a light screen"),
                logo=_address("true", light) or _address("false", dark),
                pictures=("logo-light",) if light else ("logo-light", "logo-dark"),
            ),
            Pane(
                is_dark=True,
                label=_("Preview on a dark screen"),
                logo=_address("false", dark) or _address("true", light),
                pictures=("logo-dark",) if dark else ("logo-dark", "logo-light"),
            ),
        ),
    )


def sheet(request: Request) -> Response:
    """The colours that `accent` would give the panes."""
    colours = accent.preview_sheet(request.query.text("accent"))
    return file(colours.encode(), "text/css; charset=utf-8", headers=NO_STORE)


def _address(light: str, version: str | None) -> str:
    return _LOGO.format(light=light, version=version) if version else ""
