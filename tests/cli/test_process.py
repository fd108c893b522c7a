"""What the process is like to the machine that it runs on."""

from pathlib import Path

from tests.processes import free_port, pocketid


def test_s_sc_04_the_process_leaves_no_core_and_its_files_are_its_own(open_folder: Path) -> None:
    with pocketid(open_folder, free_port()) as process:
        status = Path(f"/proc/{process.pid}/status").read_text()
        limits = Path(f"/proc/{process.pid}/limits").read_text()
    assert "Umask:\t0077" in status
    (core,) = (line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert core.split()[-3:-1] == ["0", "0"]
    key = open_folder / "data" / "encryption_key"
    assert key.stat().st_mode & 0o777 == 0o600
