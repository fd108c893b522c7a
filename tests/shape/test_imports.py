"""What the program must not reach for: rules about our own libraries, held by who imports what."""

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "pocketid"
CALLS_OUT = (
    "http.client",
    "urllib.request",
    "urllib.error",
    "ftplib",
    "smtplib",
    "ssl",
    "socket",
    "xmlrpc",
    "httpx",
    "requests",
)


def imports() -> Iterator[tuple[str, str]]:
    """Each module of the package with each name that it imports, in full."""
    for path in sorted(PACKAGE.rglob("*.py")):
        module = path.relative_to(PACKAGE).with_suffix("").as_posix()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from ((module, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((module, f"{node.module}.{alias.name}") for alias in node.names)


def importers(*names: str) -> set[str]:
    return {
        module
        for module, imported in imports()
        if any(f"{imported}.".startswith(f"{name}.") for name in names)
    }


def test_s_lib_06_nothing_that_a_browser_keeps_is_unpickled() -> None:
    assert importers("pickle", "marshal", "shelve", "dill") == set()
    calls = [path.name for path in PACKAGE.rglob("*.py") if "get_cookie(" in path.read_text()]
    assert calls == []


def test_s_lib_07_jwcrypto_is_for_keys_alone() -> None:
    """Its tokens allow nineteen algorithms, and its JWE decompresses what a stranger sent."""
    assert {imported for _module, imported in imports() if imported.startswith("jwcrypto")} == {
        "jwcrypto.jwk"
    }


def test_s_out_03_nothing_calls_out_but_what_is_named_here() -> None:
    """gate and server hold accepted connections; the command line asks a server's health.

    mail hands mails to the server that the settings name, and opens no connection while they name none;
    geo_download fetches a map where the operator gave a licence key for it; fetching calls what admins typed:
    the address of a logo, or one of an app.
    """
    assert importers(*CALLS_OUT) == {"gate", "server", "cli/commands", "mail", "geo_download", "fetching"}
