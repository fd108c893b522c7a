"""What others wrote signs in, renews and signs out; openid-client 6 and Authlib do so in journeys."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from tests.processes import NODE, Server, await_answer, await_line, running
from tests.relying_parties.conftest import Place, Visitor, place_for

HERE = Path(__file__).parent
MODULES = "/usr/lib/apache2/modules"


@contextmanager
def program(command: list[str], place: Place, server: Server) -> Iterator[None]:
    log = server.log.parent / f"{place.app.client_id}.log"
    with running(command, place.environment(server), log) as process:
        await_line(b"listening", process, log)
        yield


def assert_signed_out(visitor: Visitor) -> None:
    """The session is over at the provider too. RP-Initiated Logout 2."""
    visitor.provider.get("/settings/account")
    assert visitor.provider.location.partition("?")[0] == "/login"


def test_openid_client_5_signs_in_renews_and_signs_out(server: Server, visitor: Visitor) -> None:
    place = place_for(visitor, "openid-client-5", "/callback")
    with program([NODE, str(HERE / "openid_client_5.mjs")], place, server):
        learnt = visitor.open(f"{place.origin}/login").json()
        assert "message" not in learnt, learnt
        assert learnt["claims"]["sub"] == learnt["renewed"]["sub"] == learnt["userinfo"]["sub"]
        assert learnt["claims"]["auth_time"] == learnt["renewed"]["auth_time"]
        assert learnt["userinfo"]["name"] == "Olga Owner"
        assert visitor.open(f"{place.origin}/logout").json() == {"path": "/goodbye?state=bye"}
    assert_signed_out(visitor)


def test_django_allauth_signs_in(server: Server, visitor: Visitor, tmp_path: Path) -> None:
    place = place_for(visitor, "allauth", "/accounts/oidc/pocketid/login/callback/")
    with program(django(tmp_path), place, server):
        shown = visitor.open(f"{place.origin}/accounts/oidc/pocketid/login/").json()
    assert shown["user"] == "owner"
    assert shown["learnt"]["userinfo"]["sub"] == shown["learnt"]["id_token"]["sub"]
    assert shown["learnt"]["userinfo"]["name"] == "Olga Owner"


def test_mozilla_django_oidc_signs_in_and_out(server: Server, visitor: Visitor, tmp_path: Path) -> None:
    place = place_for(visitor, "mozilla-django-oidc", "/oidc/callback/")
    with program(django(tmp_path), place, server):
        assert visitor.open(f"{place.origin}/oidc/authenticate/").json()["email"] == "olga@example.test"
        assert visitor.open(f"{place.origin}/leave").json() == {"user": None, "path": "/goodbye"}
    assert_signed_out(visitor)


def test_mod_auth_openidc_signs_in_renews_and_signs_out(
    server: Server, visitor: Visitor, open_folder: Path
) -> None:
    place = place_for(visitor, "mod-auth-openidc", "/protected/callback", "/goodbye.html")
    (open_folder / "htdocs" / "protected").mkdir(parents=True)
    (open_folder / "htdocs" / "protected" / "index.html").write_text("the page")
    (open_folder / "htdocs" / "goodbye.html").write_text("goodbye")
    callback = f"{place.origin}/protected/callback"
    with apache(open_folder, place, server):
        assert visitor.open(f"{place.origin}/protected/").text == "the page"
        first = visitor.open(f"{callback}?info=json").json()
        assert first["userinfo"]["sub"] == first["id_token"]["sub"]
        assert first["userinfo"]["name"] == "Olga Owner"
        back = quote(f"{place.origin}/protected/", safe="")
        visitor.open(f"{callback}?refresh={back}&access_token={first['access_token']}")
        assert visitor.text == "the page"
        second = visitor.open(f"{callback}?info=json").json()
        assert second["access_token"] != first["access_token"]
        goodbye = quote(f"{place.origin}/goodbye.html", safe="")
        assert visitor.open(f"{callback}?logout={goodbye}").text == "goodbye"
    assert_signed_out(visitor)


def django(directory: Path) -> list[str]:
    return [sys.executable, "-m", "tests.relying_parties.django_app", str(directory / "django.sqlite3")]


@contextmanager
def apache(directory: Path, place: Place, server: Server) -> Iterator[None]:
    """Apache as a program of ours; the system's own is left alone."""
    assert place.app.secret
    values = {
        "directory": str(directory),
        "modules": MODULES,
        "port": str(place.port),
        "origin": place.origin,
        "issuer": server.origin,
        "client_id": place.app.client_id,
        "secret": place.app.secret,
        "account": "" if os.getuid() else "User nobody\nGroup nogroup",
    }
    text = (HERE / "apache.conf").read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    configuration = directory / "apache.conf"
    configuration.write_text(text)
    log = directory / "apache.log"
    with running(["apache2", "-D", "FOREGROUND", "-f", str(configuration)], {}, log, directory) as process:
        await_answer(f"{place.origin}/goodbye.html", process, log)
        yield
