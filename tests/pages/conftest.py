"""Fixtures of the pages' tests: those of the protocol's too, because pages show and end what apps were given."""

from tests.oidc.conftest import anna, app, make_app, signed_in

__all__ = ["anna", "app", "make_app", "signed_in"]
