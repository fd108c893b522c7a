"""`make demo` walks the main job by itself, says each step and leaves a picture of each page."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from contrib.dev.demo import STEPS
from tests.processes import ROOT

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.browser
def test_the_demo_prints_each_step_and_keeps_its_picture(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "contrib.dev.demo"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert [line[5:] for line in ended.stdout.splitlines()[1:-1]] == list(STEPS.values())
    pictures = sorted((tmp_path / "data" / "demo").iterdir())
    assert [picture.stem[4:] for picture in pictures] == list(STEPS)
    assert all(picture.read_bytes().startswith(PNG) for picture in pictures)
