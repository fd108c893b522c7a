"""The table that `make bench` prints, and bench.json with the commit and the machine."""

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.rounds import Series
from tests.processes import NODE

CORES = os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Target:
    """A bound that a figure should keep."""

    bound: float
    is_least: bool

    def is_reached(self, value: float) -> bool:
        """Whether the figure keeps it."""
        return value >= self.bound if self.is_least else value <= self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.is_least else '≤'} {self.bound:g}"


def at_least(bound: float) -> Target:
    """The more the better."""
    return Target(bound, is_least=True)


def at_most(bound: float) -> Target:
    """The less the better."""
    return Target(bound, is_least=False)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `unit` says what `value` counts; `reached` is None without a target."""

    name: str
    value: float
    unit: str
    spread: tuple[float, float] | None
    target: str
    reached: bool | None
    note: str

    @classmethod
    def of(
        cls, name: str, measured: Series | float, unit: str, target: Target | None = None, note: str = ""
    ) -> "Figure":
        """A figure from a series (its median) or a single measurement."""
        series = measured if isinstance(measured, Series) else Series((measured,))
        spread = series.spread if len(series.values) > 1 else None
        reached = target.is_reached(series.median) if target else None
        return cls(name, series.median, unit, spread, str(target or ""), reached, note)


def table(figures: Sequence[Figure]) -> str:
    """The figures, one a line."""
    rows = [("", "median", "spread", "", "target", "", "")]
    rows += [
        (
            figure.name,
            _number(figure.value),
            "–".join(map(_number, figure.spread)) if figure.spread else "",
            figure.unit,
            figure.target,
            {None: "", True: "reached", False: "MISSED"}[figure.reached],
            figure.note,
        )
        for figure in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    right = (1, 2)
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def save(figures: Sequence[Figure], path: Path, scale: str) -> None:
    """Write bench.json."""
    content = {
        "commit": _output("git", "rev-parse", "HEAD"),
        "changed": bool(_output("git", "status", "--porcelain", "--untracked-files=no")),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "scale": scale,
        "machine": machine(),
        "figures": [asdict(figure) for figure in figures],
    }
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def machine() -> dict[str, Any]:
    """What it was measured on."""
    models = [
        line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")
    ]
    packages = ("bottle", "cheroot", "psycopg", "cryptography")
    return {
        "cores": CORES,
        "processor": models[0].partition(":")[2].strip() if models else platform.machine(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "node": _output(NODE, "--version"),
        "load": os.getloadavg()[0],
        **{name: version(name) for name in packages},
    }


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except FileNotFoundError:
        return ""


def _number(value: float) -> str:
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2  # three figures that count
    return f"{value:,.{digits}f}"
