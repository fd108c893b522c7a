"""Every recipe makes a client that may be registered, and leaves no placeholder open."""

import re

import pytest

from pocketid import callback_urls, recipes
from pocketid.recipes import Recipe

WANTED = {
    *(
        "immich",
        "nextcloud",
        "grafana",
        "gitea",
        "forgejo",
        "jellyfin",
        "home-assistant",
        "paperless-ngx",
        "proxmox",
    ),
    *("audiobookshelf", "mealie", "vaultwarden", "open-webui", "portainer", "oauth2-proxy", "gitlab"),
}
ENDPOINTS = {
    *("issuer", "client_id", "client_secret", "discovery_url", "authorization_endpoint", "token_endpoint"),
    *("userinfo_endpoint", "end_session_endpoint"),
}


def answers(recipe: Recipe) -> dict[str, str]:
    return {question.name: question.default for question in recipe.questions}


def test_the_apps_that_people_ask_for_are_there_once() -> None:
    ids = [recipe.id for recipe in recipes.all_recipes()]
    assert set(ids) >= WANTED
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("recipe", recipes.all_recipes(), ids=lambda recipe: recipe.id)
def test_a_recipe_is_complete(recipe: Recipe) -> None:
    assert recipes.check(recipe, recipe.example, answers(recipe)) == {}
    filled = recipes.fill(recipe, recipe.example + "/", answers(recipe))
    assert filled.redirect_uris
    called = [filled.backchannel_logout_uri] if filled.backchannel_logout_uri else []
    for uri in (*filled.redirect_uris, *filled.logout_uris, *called):
        assert callback_urls.problem(uri) is None
        assert "{" not in uri
        assert "//" not in uri.partition("://")[2] or uri.startswith("app.immich:")
    words = {word for entry in recipe.settings for word in re.findall(r"\{(\w+)\}", entry.value)}
    assert words <= ENDPOINTS | {"address"} | answers(recipe).keys()
    assert {"client_id", "client_secret"} <= words
    assert recipe.authentication in {"client_secret_post", "client_secret_basic", "none"}
    assert recipes.differences(recipe, filled, filled.redirect_uris) == []


def test_immich_gets_the_three_addresses_that_it_really_sends() -> None:
    recipe = recipes.find("immich")
    assert recipe is not None
    filled = recipes.fill(recipe, "https://immich.skylab.local/", {})
    assert filled.backchannel_logout_uri == "https://immich.skylab.local/api/oauth/backchannel-logout"
    assert filled.redirect_uris == [
        "https://immich.skylab.local/auth/login",
        "https://immich.skylab.local/user-settings",
        "app.immich:///oauth-callback",
    ]
    sentences = recipes.differences(recipe, filled, ["https://immich.skylab.local/auth/callback"])
    assert "Immich also needs https://immich.skylab.local/auth/login." in sentences
    assert "Immich never asks for https://immich.skylab.local/auth/callback." in sentences


@pytest.mark.parametrize(
    "address", ["", "immich.local", "ftp://immich", "https://*.local", "https://a b", "https://"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    recipe = recipes.find("immich")
    assert recipe is not None
    assert "address" in recipes.check(recipe, address, {})


def test_an_answer_that_would_change_the_path_is_refused() -> None:
    recipe = recipes.find("gitea")
    assert recipe is not None
    assert "provider" in recipes.check(recipe, recipe.example, {"provider": "../x"})
