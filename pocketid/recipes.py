"""Recipes: what is known of apps, so that an admin types an address and everything else is filled in.

`recipes.json` holds one entry an app: what it asks of us (redirect URIs, scopes, how it authenticates), and what
has to be entered in the app. Placeholders in braces stand for the app's address, the recipe's own questions, and
the values of the client that is made. Sentences in it are English and pass through `_()` where they are shown.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import msgspec

from pocketid import callback_urls
from pocketid.text import _

_FILE = Path(__file__).with_name("recipes.json")
_WORD = re.compile(r"\{(\w+)\}")
_ANSWER = re.compile(r"[\w.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Question:
    """Something that a recipe has to know beside the address, such as the name of a provider in the app."""

    name: str
    label: str
    default: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A setting in the app: its label there, and what to enter."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """One app; see recipes.json. `needs` are the claims that it cannot do without."""

    id: str
    name: str
    example: str
    redirect_uris: list[str]
    where: str
    settings: list[Entry]
    logout_uris: list[str] = field(default_factory=list)
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = False
    questions: list[Question] = field(default_factory=list)
    scopes: str = "openid profile email"
    authentication: str = "client_secret_post"
    requires_pkce: bool = True
    needs: list[str] = field(default_factory=list)
    reads_id_token: bool = True
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Filled:
    """A recipe with its placeholders filled in: what the client shall be."""

    name: str
    launch_url: str
    redirect_uris: list[str]
    logout_uris: list[str]
    backchannel_logout_uri: str | None
    is_public: bool
    requires_pkce: bool


@cache
def all_recipes() -> tuple[Recipe, ...]:
    """Every recipe, by name."""
    return tuple(sorted(_decoded(_FILE.read_bytes()), key=lambda recipe: recipe.name.lower()))


def find(recipe_id: str | None) -> Recipe | None:
    """A recipe by its id."""
    return next((recipe for recipe in all_recipes() if recipe.id == recipe_id), None)


def check(recipe: Recipe, address: str, answers: Mapping[str, str]) -> dict[str, str]:
    """Field -> what is wrong with what was typed; empty when all is well."""
    problems = {}
    plain = re.fullmatch(r"https?://[^/?#\s]+(?:/[^?#\s]*)?", address)
    if not plain or "*" in address or callback_urls.problem(address):
        problems["address"] = _("Write the address of the app, as in {example}.").format(
            example=recipe.example
        )
    for question in recipe.questions:
        if not _ANSWER.fullmatch(answers.get(question.name, "")):
            problems[question.name] = _("Letters, digits, dots and hyphens, please.")
    return problems


def fill(recipe: Recipe, address: str, answers: Mapping[str, str]) -> Filled:
    """The client that a recipe makes for an app at an address."""
    values = {**answers, "address": address.rstrip("/")}
    return Filled(
        name=recipe.name,
        launch_url=address.rstrip("/"),
        redirect_uris=[_filled(uri, values) for uri in recipe.redirect_uris],
        logout_uris=[_filled(uri, values) for uri in recipe.logout_uris],
        backchannel_logout_uri=_filled(recipe.backchannel_logout_uri or "", values) or None,
        is_public=recipe.authentication == "none",
        requires_pkce=recipe.requires_pkce,
    )


def settings(recipe: Recipe, values: Mapping[str, str]) -> list[Entry]:
    """What to enter in the app, in its own words and order."""
    return [Entry(entry.label, _filled(entry.value, values)) for entry in recipe.settings]


def missing_switch(recipe: Recipe, *, claims_in_id_token: bool) -> list[str]:
    """A sentence where the client's switch keeps from the app what it needs."""
    if not recipe.reads_id_token or claims_in_id_token:
        return []
    return [
        _(
            "{app} reads {claims} in the ID token. Switch on “Name, e-mail and groups in the ID token”."
        ).format(app=recipe.name, claims=", ".join(recipe.needs))
    ]


def differences(recipe: Recipe, filled: Filled, registered: Sequence[str]) -> list[str]:
    """Sentences about redirect URIs that the app needs and does not have, or has and never uses."""
    missing = [
        uri for uri in filled.redirect_uris if not any(callback_urls.matches(r, uri) for r in registered)
    ]
    unused = [uri for uri in registered if "*" not in uri and uri not in filled.redirect_uris]
    sentences = [_("{app} also needs {uri}.").format(app=recipe.name, uri=uri) for uri in missing]
    if missing:
        sentences += [_("{app} never asks for {uri}.").format(app=recipe.name, uri=uri) for uri in unused]
    return sentences


def _filled(template: str, values: Mapping[str, str]) -> str:
    return _WORD.sub(lambda word: values.get(word[1], word[0]), template)


def _decoded(content: bytes) -> list[Recipe]:
    return msgspec.json.decode(content, type=list[Recipe])
