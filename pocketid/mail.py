"""Mails as people read them: subject, text and HTML from the two views of a kind.

rendered(...)     the text view says the subject in `rebase("mail/layout.txt.tpl", subject=...)`
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pocketid import accent, settings
from pocketid.config import Config
from pocketid.render import Views
from pocketid.settings import Settings


@dataclass(frozen=True, slots=True)
class Letter:
    """What a person reads of a mail; the HTML shows the picture `cid:logo`."""

    subject: str
    text: str
    html: str


def rendered(views: Views, kind: str, values: Mapping[str, Any], rules: Settings, config: Config) -> Letter:
    """A mail of a kind. Raises NameError when its views need a value that it was not given."""
    common = {
        "site": settings.appearance_of(rules),
        "app_url": config.app_url,
        "button_colours": accent.button(rules.accent_color),
    }
    subject, _newline, text = views.render(f"mail/{kind}.txt", {**common, **values}).partition("\n")
    html = views.render(f"mail/{kind}.html", {**common, **values, "subject": subject})
    return Letter(subject, text.strip() + "\n", html)
