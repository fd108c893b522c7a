"""Fixtures of the areas' tests: those of the protocol's too, because a person's rights end in its tokens."""

from tests.oidc.conftest import anna, app, make_app, signed_in

__all__ = ["anna", "app", "make_app", "signed_in"]
