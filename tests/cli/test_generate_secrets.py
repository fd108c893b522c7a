"""`contrib/generate-pocketid-secrets`: what it writes is what the server reads, and it never loses a key."""

import base64
import os
import pwd
import re
import stat
import subprocess
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from pocketid import config, env_file
from tests.processes import ROOT

SCRIPT = ROOT / "contrib" / "generate-pocketid-secrets"


def generate(
    file: Path, *arguments: str, answers: str = "", **environ: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", SCRIPT, "--file", file, *arguments],
        input=answers,
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def values(file: Path) -> dict[str, str]:
    return env_file.parse(file.read_text(), {})


def test_the_server_reads_what_was_answered_and_made_up(tmp_path: Path) -> None:
    file = tmp_path / "secrets" / "pocketid.env"
    done = generate(file, answers="https://pocketid.skylab.local\nSKYLAB Pocketid\n\n")
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    made = config.load(values(file), tmp_path)
    assert (made.app_url, made.host, made.port) == ("https://pocketid.skylab.local", "127.0.0.1", 1411)
    assert made.settings_overrides == {"APP_NAME": "SKYLAB Pocketid"}
    assert len(base64.b64decode(values(file)["ENCRYPTION_KEY"])) == 32
    assert made.database is not None
    password = conninfo_to_dict(made.database)["password"]
    assert isinstance(password, str)
    assert re.fullmatch("[A-Za-z0-9]{32}", password)
    assert f"ALTER USER pocketid WITH PASSWORD '{password}';" in done.stdout


def test_unattended_it_asks_nothing_and_takes_what_it_was_given(tmp_path: Path) -> None:
    file, password = tmp_path / "pocketid.env", tmp_path / "password"
    password.write_text("p/w: it's 100% ü\n")
    arguments = ("--unattended", "--app-url", "https://id.example.org", "--password-file", str(password))
    done = generate(file, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    made = config.load(values(file), tmp_path)
    assert made.app_url == "https://id.example.org"
    assert made.database is not None
    assert conninfo_to_dict(made.database)["password"] == "p/w: it's 100% ü"
    assert "PASSWORD 'p/w: it''s 100% ü';" in done.stdout


def test_again_it_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "pocketid.env"
    generate(file, "--unattended")
    before = file.read_text()
    done = generate(file)
    assert (done.returncode, file.read_text()) == (0, before)
    assert "nothing was changed" in done.stdout
    assert list(tmp_path.iterdir()) == [file]


def test_a_change_keeps_the_key_what_others_wrote_and_a_copy(tmp_path: Path) -> None:
    file = tmp_path / "pocketid.env"
    file.write_text("# ours\nENCRYPTION_KEY=kept\nMAXMIND_LICENSE_KEY=abc\nAPP_NAME=Old\nPORT=1500\n")
    before = file.read_text()
    done = generate(file, "--unattended", "--app-name", "New", DATABASE_PASSWORD="secret")
    assert done.returncode == 0, done.stderr
    after = values(file)
    assert file.read_text().startswith("# ours\n")
    assert (after["ENCRYPTION_KEY"], after["MAXMIND_LICENSE_KEY"], after["PORT"]) == ("kept", "abc", "1500")
    assert after["APP_NAME"] == "New"
    (copy,) = (path for path in tmp_path.iterdir() if path != file)
    assert copy.read_text() == before
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--app-name", 'a "b"'), "APP_NAME may not contain"),
        (("--app-url", "https://id.example.org/$HOME"), "APP_URL may not contain"),
        (("--owner", "no-such-account"), "there is no account no-such-account"),
        (("--nonsense",), "--nonsense is unknown"),
        (("--app-name",), "--app-name needs a value"),
    ],
)
def test_what_it_cannot_use_changes_nothing(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    file = tmp_path / "pocketid.env"
    done = generate(file, "--unattended", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_password_that_a_shell_would_read_otherwise_is_refused(tmp_path: Path) -> None:
    done = generate(tmp_path / "pocketid.env", "--unattended", DATABASE_PASSWORD="a$(id)b")
    assert done.returncode == 2
    assert "the password may not contain" in done.stderr


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
def test_the_account_of_the_service_owns_it(tmp_path: Path) -> None:
    file = tmp_path / "pocketid.env"
    assert generate(file, "--unattended", "--owner", "nobody").returncode == 0
    assert file.stat().st_uid == pwd.getpwnam("nobody").pw_uid
