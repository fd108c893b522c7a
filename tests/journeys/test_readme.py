"""Every command of the README, run in its order, on a machine that is thrown away: a mount namespace.

Each block of shell in the README has a line in BLOCKS. A block that is new, or of which a word changed so that
it is not recognised, fails the test. `sudo` and `systemctl` are stand-ins, because no systemd runs in a test;
all else is the real thing.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pocketid.variables import SETTINGS, VARIABLES
from tests.conftest import make_open_folder
from tests.processes import ROOT, await_answer, free_port, running

README = (ROOT / "README.md").read_text()
SHELL: list[str] = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"  # the system's Python: all accounts may run it
PRIVATE = ("/opt", "/run", "/var/lib", "/home")

PREAMBLE = r"""
set -eu
mount --make-rprivate /
for folder in @PRIVATE@; do mount -t tmpfs tmpfs "$folder"; done
cp -a /etc "$SCRATCH/etc" && mount --bind "$SCRATCH/etc" /etc
mkdir -p /run/lock /var/lib/nginx /etc/nginx/conf.d /etc/systemd/system
sudo() { if [ "$1" = -u ]; then user=$2; shift 2; runuser -u "$user" -- "$@"; else "$@"; fi; }
systemctl() { "$CHECKOUT/tests/journeys/systemctl" "$@"; }
within() { for try in $(seq 100); do "$@" && return; sleep 0.1; done; return 1; }
cd "$CHECKOUT"
"""
SERVES = """
within curl -sf -o /dev/null http://127.0.0.1:1411/healthz || { cat /run/pocket-id.log; exit 1; }
"""
THROUGH_NGINX = """
curl -sf --cacert /etc/ssl/pocketid/ca.crt --resolve pocketid.example.org:443:127.0.0.1 \
    https://pocketid.example.org/setup | grep -q "<h1" && echo "RESULT setup page through Nginx"
"""
DATABASE = """
pg=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
PATH=$PATH:$pg
mkdir -p /run/postgresql && chown postgres /run/postgresql && chmod 711 /run
runuser -u postgres -- "$pg/initdb" -D /run/postgresql/data -A peer >/dev/null
runuser -u postgres -- "$pg/pg_ctl" -D /run/postgresql/data -w -l /run/postgresql/log \
    -o "-k /run/postgresql -c listen_addresses=" start >/dev/null
"""
OWN_DATABASE = """
sudo -u postgres psql -Atc "select count(*) from users" pocketid | grep -qx 0 && echo "RESULT own database"
sudo -u postgres psql -qd pocketid -c "insert into users (id, username, first_name, last_name, display_name, is_admin)
    values (gen_random_uuid(), 'admin', '', '', '', true)"
"""


KNOWN = (
    *("make run", "make test", "useradd", ".env <<", "openssl x509", "nginx -t"),
    *("createdb", "one-time-access", "psql reset"),
)


def block(words: str) -> str:
    """The one block of the README that holds these words."""
    found: list[str] = [text for text in SHELL if words in text]
    assert len(found) == 1, (words, found)
    return found[0]


def test_the_readme_has_no_command_that_this_file_does_not_know() -> None:
    known = {block(words) for words in KNOWN}
    assert set(SHELL) == known


def test_the_variables_of_the_readme_are_those_of_the_program() -> None:
    rows = {row.name: row.default for row in (*VARIABLES, *SETTINGS)}
    table = README.partition("## Variables")[2].partition("##")[0]
    for names, defaults in re.findall(r"^\| (`[^|]*`) \|([^|]*)\|", table, re.MULTILINE):
        given = re.findall(r"`(.*?)`", defaults)
        for name, default in zip(re.findall(r"`(.+?)`", names), given or [""] * 9, strict=False):
            assert rows[name] == default, name


def test_the_redirect_uris_of_immich_are_those_of_its_recipe() -> None:
    recipes = json.loads((ROOT / "pocketid" / "recipes.json").read_text())
    recipe = next(recipe for recipe in recipes if recipe["id"] == "immich")
    table = README.partition("## Immich")[2].partition("2. In Immich")[0]
    rows = re.findall(r"^ +\| `(.+?)` \|", table, re.MULTILINE)
    assert rows == [uri.replace("{address}", "https://immich.example.org") for uri in recipe["redirect_uris"]]


@pytest.fixture
def checkout() -> Iterator[Path]:
    """The files that git keeps, and those that will be, in a folder that other accounts can enter."""
    folder = make_open_folder()
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
    )
    for name in listed.stdout.decode().rstrip("\0").split("\0"):
        if (ROOT / name).is_file():
            (folder / "pocketid" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / "pocketid" / name)
    yield folder / "pocketid"
    shutil.rmtree(folder)


@pytest.mark.slow
def test_make_run_installs_starts_and_says_where_to_begin(checkout: Path) -> None:
    port = str(free_port())
    log = checkout.parent / "log"
    (command,) = block("make run").splitlines()
    with running(command.split(), {"PORT": port, "HOST": "127.0.0.1"}, log, checkout) as process:
        await_answer(f"http://127.0.0.1:{port}/healthz", process, log, seconds=180)
        assert "Set up Pocketid here: http://localhost:" in log.read_text()
    assert (checkout / "data").is_dir()
    assert "stopped" in log.read_text()


@pytest.mark.slow
def test_the_five_minutes_and_the_ways_back_in(checkout: Path) -> None:
    assert os.geteuid() == 0, "this test makes a machine to throw away, which takes root"
    rest = "".join(
        (
            *(block(".env <<"), SERVES, block("openssl x509"), block("nginx -t"), THROUGH_NGINX),
            *(DATABASE, block("createdb"), SERVES, OWN_DATABASE),
            *(block("one-time-access"), block("psql reset"), "systemctl stop pocket-id\nnginx -s stop\n"),
            'runuser -u postgres -- "$pg/pg_ctl" -D /run/postgresql/data -m fast stop >/dev/null\n',
        )
    )
    scratch = checkout.parent
    (scratch / "rest").write_text(rest)
    script = PREAMBLE.replace("@PRIVATE@", " ".join(PRIVATE)) + block("useradd")
    script += (
        'export -f sudo systemctl within\nunshare --net bash -eu -c "ip link set lo up; . $SCRATCH/rest"\n'
    )
    (scratch / "script").write_text(script)
    done = subprocess.run(
        [
            "unshare",
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
            "--mount-proc",
            "bash",
            str(scratch / "script"),
        ],
        env={**os.environ, "PATH": PATH, "CHECKOUT": str(checkout), "SCRATCH": str(scratch)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "RESULT setup page through Nginx" in done.stdout
    assert "RESULT own database" in done.stdout
    assert re.search(r"https://pocketid\.example\.org/lc/\w+", done.stdout)
    assert "Setup is open until" in done.stdout
