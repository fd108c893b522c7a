"""The words that people read: every sentence passes through `_()`, and the seam says in which language.

English is the source language. The language of the running request is a context variable, so that areas
may name a problem without being handed a translator. This module knows nothing of what is said.
"""

import gettext
from contextvars import ContextVar

_SOURCE_LANGUAGE = gettext.NullTranslations()
_translations: ContextVar[gettext.NullTranslations] = ContextVar("translations", default=_SOURCE_LANGUAGE)


def _(message: str) -> str:
    """The message in the language of the running request."""
    return _translations.get().gettext(message) if message else ""


def ngettext(singular: str, plural: str, number: int) -> str:
    """One of two messages, by number, in the language of the running request."""
    return _translations.get().ngettext(singular, plural, number)
