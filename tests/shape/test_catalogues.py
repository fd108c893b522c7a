"""Every sentence is there in every language, with the same placeholders, and none that nobody says any more."""

import pytest

from contrib.dev import i18n
from pocketid.text import LANGUAGES


@pytest.mark.parametrize("language", sorted(LANGUAGES.keys() - {"en"}))
def test_a_catalogue_is_whole_and_fits_the_source(language: str) -> None:
    assert i18n.problems(i18n.read(language), i18n.extract()) == [], "run `make i18n`"


def test_what_is_missing_fuzzy_or_has_other_placeholders_is_found() -> None:
    template = i18n.extract()
    for change, expected in (
        ({"string": ""}, "not translated: Sign in to {app}"),
        ({"string": "Anmelden"}, "other placeholders: Anmelden"),
        ({"string": "Bei {ap} anmelden"}, "other placeholders: Bei {ap} anmelden"),
        ({"string": " Bei {app} anmelden"}, "white space at an end: ' Bei {app} anmelden'"),
        ({"flags": {"fuzzy"}}, "fuzzy: Sign in to {app}"),
    ):
        catalogue = i18n.read("de")
        message = catalogue.get("Sign in to {app}")
        assert message is not None
        for name, value in change.items():
            setattr(message, name, value)
        assert i18n.problems(catalogue, template) == [expected]


def test_apostrophes_and_french_spaces_are_set_and_those_that_are_not_are_found() -> None:
    typed = "L'app « {app} » : qui ? pip install 'pocketid[geoip]' https://x"
    set_in_french = "L’app «\u00a0{app}\u00a0»\u00a0: qui\u202f? pip install 'pocketid[geoip]' https://x"
    assert i18n.typeset(typed, "fr") == set_in_french == i18n.typeset(set_in_french, "fr")
    assert i18n.typeset("Was ist's?", "de") == "Was ist's?"
    catalogue = i18n.read("fr")
    message = catalogue.get("Sign in to {app}")
    assert message is not None
    message.string = "Se connecter à l'app {app} ?"
    assert i18n.problems(catalogue, i18n.extract()) == ["not typeset: Se connecter à l'app {app} ?"]


def test_a_plural_form_that_is_missing_is_found() -> None:
    catalogue = i18n.read("de")
    message = catalogue.get("{n} member")
    assert message is not None
    message.string = ("{n} Mitglied", "")
    assert i18n.problems(catalogue, i18n.extract()) == ["not translated: {n} member"]


def test_a_message_that_nobody_says_any_more_is_found() -> None:
    catalogue = i18n.read("de")
    catalogue.add("Nobody says this", "Niemand sagt das")
    assert i18n.problems(catalogue, i18n.extract()) == ["no longer said: Nobody says this"]


def test_views_and_recipes_are_among_the_sources() -> None:
    said = {message.id for message in i18n.extract()}
    assert {"Skip to the page", ("{n} member", "{n} members"), "The redirect URI ends with a slash."} <= said
