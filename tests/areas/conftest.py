"""Fixtures of the areas' tests: those of the protocol's too, because a person's rights end in its tokens."""

from collections.abc import Callable

import pytest

from pocketid.db import Database
from pocketid.users import User
from pocketid.web import Site
from tests.oidc.conftest import anna, app, make_app, signed_in
from tests.sign_up import allow_sign_up

__all__ = ["anna", "app", "make_app", "signed_in"]


@pytest.fixture
def owner(make_user: Callable[..., User]) -> User:
    """Somebody who administers the site; before that every page leads to setup."""
    return make_user(username="owner", is_admin=True)


@pytest.fixture
def allow(site: Site, db: Database) -> Callable[..., None]:
    """`allow("open", signupRequiresApproval="true")`: who may sign up, and other rows of settings."""
    return lambda mode, **rows: allow_sign_up(site, db, mode, **rows)
