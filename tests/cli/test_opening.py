"""The key that the embedded database is kept with."""

import stat
from pathlib import Path

import pytest

from pocketid.cli.opening import CannotStart, kept_key


def test_s_sc_02_the_key_is_made_once_for_its_owner_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    key = kept_key(tmp_path / "data")
    assert len(key) >= 32
    assert kept_key(tmp_path / "data") == key
    assert stat.S_IMODE((tmp_path / "data" / "encryption_key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["encryption_key"]
    assert caplog.records == []
    assert kept_key(tmp_path / "other") != key


def test_s_sc_02_a_key_that_others_can_read_is_told_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept_key(tmp_path)
    (tmp_path / "encryption_key").chmod(0o644)
    kept_key(tmp_path)
    (record,) = caplog.records
    assert "chmod 600" in record.__dict__["fields"]["hint"]


@pytest.mark.parametrize("content", ["", "\n", "too short"])
def test_s_sc_01_a_file_without_a_key_is_never_replaced(tmp_path: Path, content: str) -> None:
    (tmp_path / "encryption_key").write_text(content)
    with pytest.raises(CannotStart, match="holds no key"):
        kept_key(tmp_path)
    assert (tmp_path / "encryption_key").read_text() == content
