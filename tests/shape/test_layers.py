"""Imports point downwards only: each stratum uses its own line or those below."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "pocketid"
GROUND = {
    *(
        "accent",
        "callback_urls",
        "client_ids",
        "cookies",
        "config",
        "crypto",
        "csv_table",
        "db",
        "embedded",
        "env_file",
        "errors",
        "fetching",
        "exchange",
        "gate",
        "geo",
        "geo_download",
        "jose",
        "log",
        "migrate",
        "paging",
    ),
    *(
        "paths",
        "proxies",
        "qr",
        "recipes",
        "render",
        "request",
        "response",
        "server",
        "signals",
        "text",
        "variables",
    ),
}
SEAM = {"routes", "web", "jobs"}
LINES = ("ground", "areas", "oidc", "edges", "seam", "cli")
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "manager", "service"}


def line_of(module: str) -> str:
    head = module.split(".")[0]
    if head in {"cli", "__main__"}:
        return "cli"
    if head in SEAM:
        return "seam"
    if head in {"pages", "api"}:
        return "edges"
    if head == "oidc":
        return "oidc"
    return "ground" if head in GROUND else "areas"


def modules() -> list[Path]:
    return sorted(
        path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py" or path.parent != PACKAGE
    )


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "pocketid":
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("pocketid."):
            names.add(node.module.removeprefix("pocketid."))
        elif isinstance(node, ast.Import):
            names |= {a.name.removeprefix("pocketid.") for a in node.names if a.name.startswith("pocketid.")}
    return names


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_module_imports_only_from_its_own_line_or_below(path: Path) -> None:
    own = LINES.index(line_of(name_of(path)))
    above = {name for name in imported(path) if LINES.index(line_of(name)) > own}
    assert not above, f"{name_of(path)} reaches up to {', '.join(sorted(above))}"


def test_no_module_is_a_drawer() -> None:
    assert not {path.stem for path in modules()} & FORBIDDEN_NAMES
