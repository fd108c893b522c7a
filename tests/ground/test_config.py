"""The environment: every way that the owner's manual and Pocket ID write it, and every problem said at once."""

import ipaddress
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from psycopg.conninfo import conninfo_to_dict

from pocketid import config
from pocketid.config import Config, ConfigError
from pocketid.variables import SETTINGS, VARIABLES
from tests.mail_server import make_certificate

KEY = "hE5n2mJ0Jf7kq9v3yQb8sT1uXw4zC6dR0aGpLoViNe8="  # 32 bytes in base64
NOWHERE = Path("/nonexistent")
DSN = "postgresql://pocketid:PASSWORD@localhost/pocketid"
SOCKET_DSN = "host=/run/postgresql user=pocketid database=pocketid"


def load(directory: Path = NOWHERE, /, **environ: str) -> Config:
    return config.load(environ, directory)


def problems(directory: Path = NOWHERE, /, **environ: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        config.load(environ, directory)
    return refused.value.problems


def test_without_any_variable_it_serves_this_machine_with_a_database_of_its_own() -> None:
    made = load()
    assert (made.app_url, made.port, made.host, made.database) == (
        "http://localhost:1411",
        1411,
        "0.0.0.0",  # noqa: S104  # as in Pocket ID
        None,
    )
    assert made.trust_proxy is False
    assert made.warnings == ()


def test_the_address_of_a_first_try_follows_its_port() -> None:
    assert load(PORT="1500").app_url == "http://localhost:1500"
    assert load(PORT="1500", APP_URL="https://id.example.org").app_url == "https://id.example.org"


def test_the_table_of_the_owner_s_manual() -> None:
    made = load(
        APP_URL="https://pocketid.skylab.local",
        ENCRYPTION_KEY=KEY,
        TRUST_PROXY="true",
        PORT="1411",
        HOST="127.0.0.1",
        DB_CONNECTION_STRING=DSN,
        ALLOW_USER_SIGNUPS="disabled",
        UI_CONFIG_DISABLED="false",
        LOG_LEVEL="info",
        APP_NAME="SKYLAB Pocketid",
        SESSION_DURATION="60",
    )
    assert made.encryption_key == KEY.encode()
    assert (made.rp_id, made.is_https, made.host) == ("pocketid.skylab.local", True, "127.0.0.1")
    assert made.settings_overrides == {
        "APP_NAME": "SKYLAB Pocketid",
        "SESSION_DURATION": "60",
        "ALLOW_USER_SIGNUPS": "disabled",
    }
    assert [warning.split()[0] for warning in made.warnings] == ["TRUST_PROXY"]


def test_the_module_of_the_owner_s_manual() -> None:
    made = load(
        APP_URL="https://pocketid.example.org",
        TRUST_PROXY="127.0.0.1",
        DB_PROVIDER="postgres",
        DB_CONNECTION_STRING=SOCKET_DSN,
        POSTGRES_CONNECTION_STRING=SOCKET_DSN,
        KEYS_STORAGE="database",
        ENCRYPTION_KEY=KEY,
    )
    assert made.database is not None
    assert conninfo_to_dict(made.database) == {
        "host": "/run/postgresql",
        "user": "pocketid",
        "dbname": "pocketid",
    }
    assert made.warnings == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SOCKET_DSN, {"host": "/run/postgresql", "user": "pocketid", "dbname": "pocketid"}),
        ("host=h dbname=d", {"host": "h", "dbname": "d"}),
        ("host=h database = d", {"host": "h", "dbname": "d"}),
        ("database=d password='a database=b'", {"dbname": "d", "password": "a database=b"}),
        (DSN, {"user": "pocketid", "password": "PASSWORD", "host": "localhost", "dbname": "pocketid"}),
        (
            "postgres://u:p@h:5433/d",
            {"user": "u", "password": "p", "host": "h", "port": "5433", "dbname": "d"},
        ),
        ("postgresql://pocket-id?host=/run/postgresql", {"host": "/run/postgresql"}),
        (
            "postgres:///d?host=/run/postgresql&user=u",
            {"host": "/run/postgresql", "user": "u", "dbname": "d"},
        ),
        ("postgres://h/?user=u&database=d", {"host": "h", "user": "u", "dbname": "d"}),
        ("postgresql://u@%2Frun%2Fpostgresql/d", {"host": "/run/postgresql", "user": "u", "dbname": "d"}),
        ("postgres://u:p%40ss@h/d?sslmode=disable", {"password": "p@ss", "sslmode": "disable"}),
    ],
)
@pytest.mark.parametrize("name", ["DB_CONNECTION_STRING", "POSTGRES_CONNECTION_STRING"])
def test_every_form_of_a_connection_string_is_understood(
    name: str, text: str, expected: dict[str, str]
) -> None:
    made = load(ENCRYPTION_KEY=KEY, **{name: text})
    assert made.database is not None
    assert expected.items() <= conninfo_to_dict(made.database).items()


@pytest.mark.parametrize(
    "environ",
    [
        {"DB_PROVIDER": "sqlite"},
        {"DB_PROVIDER": "SQLite", "DB_CONNECTION_STRING": "data/pocket-id.db"},
        {"DB_CONNECTION_STRING": "data/pocket-id.db"},
        {"DB_CONNECTION_STRING": "file:data/pocket-id.db?_journal_mode=WAL"},
        {"SQLITE_DB_PATH": "data/pocket-id.db"},
    ],
)
def test_sqlite_is_explained_and_the_importer_named(environ: dict[str, str]) -> None:
    (problem,) = problems(ENCRYPTION_KEY=KEY, **environ)
    assert "PostgreSQL" in problem
    assert "`pocket-id import`" in problem


def test_a_left_over_sqlite_path_beside_postgresql_is_no_problem() -> None:
    assert load(ENCRYPTION_KEY=KEY, DB_CONNECTION_STRING=DSN, SQLITE_DB_PATH="old.db").database


def test_the_file_of_a_pocket_id_is_not_overlooked_in_silence(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "pocket-id.db").write_bytes(b"SQLite format 3")
    assert any("data/pocket-id.db" in warning for warning in load(tmp_path).warnings)
    assert load(tmp_path, ENCRYPTION_KEY=KEY, DB_CONNECTION_STRING=DSN).warnings == ()


def test_a_database_of_one_s_own_needs_a_key() -> None:
    (problem,) = problems(DB_CONNECTION_STRING=DSN)
    assert problem.startswith("ENCRYPTION_KEY is missing.")
    assert "openssl rand -base64 32" in problem
    assert load().encryption_key is None


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (f"{KEY} ", "white space"),
        (f"{KEY}\n", "white space"),
        (f"\t{KEY}", "white space"),
        ("c2hvcnQ=", "it has 8 bytes only"),
    ],
)
def test_a_bad_key_is_refused_with_its_reason_and_never_shown(key: str, reason: str) -> None:
    (problem,) = problems(ENCRYPTION_KEY=key)
    assert problem.startswith("ENCRYPTION_KEY (from environment) is a secret (not shown)")
    assert reason in problem
    assert "Example: ENCRYPTION_KEY=the output of `openssl rand -base64 32`" in problem
    assert key.strip() not in problem


@pytest.mark.parametrize("key", [KEY, "no base64, but a long passphrase", "ключ шифрования", "x" * 16])
def test_any_text_of_sixteen_bytes_is_a_key_as_in_pocket_id(key: str) -> None:
    assert load(ENCRYPTION_KEY=key).encryption_key == key.encode()


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\xff\xfe" + KEY.encode())
    (tmp_path / "dsn").write_text(f"  {DSN}\n")
    made = load(ENCRYPTION_KEY_FILE=str(tmp_path / "key"), DB_CONNECTION_STRING_FILE=str(tmp_path / "dsn"))
    assert made.encryption_key == b"\xff\xfe" + KEY.encode()
    assert made.database is not None
    assert conninfo_to_dict(made.database)["password"] == "PASSWORD"
    both = load(ENCRYPTION_KEY="another key of some length", ENCRYPTION_KEY_FILE=str(tmp_path / "key"))
    assert both.encryption_key == made.encryption_key, "the file wins, as in Pocket ID"


def test_a_key_file_that_ends_in_a_newline_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY + "\n")
    (problem,) = problems(ENCRYPTION_KEY_FILE=str(tmp_path / "key"))
    assert problem.startswith(
        "ENCRYPTION_KEY (from ENCRYPTION_KEY_FILE) is a secret (not shown): there is white space"
    )


def test_a_file_that_cannot_be_read_is_one_problem(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    assert problems(ENCRYPTION_KEY_FILE=str(missing), DB_CONNECTION_STRING=DSN) == [
        f"ENCRYPTION_KEY_FILE: {missing} cannot be read (No such file or directory)."
    ]


def test_only_secrets_are_read_from_files(tmp_path: Path) -> None:
    (tmp_path / "port").write_text("7000")
    assert load(PORT_FILE=str(tmp_path / "port")).port == 1411


@pytest.mark.parametrize(
    ("old", "new", "text", "field"),
    [
        ("PUBLIC_APP_URL", "APP_URL", "https://id.example.org", "app_url"),
        ("BACKEND_PORT", "PORT", "7000", "port"),
        ("INTERNAL_BACKEND_URL", "INTERNAL_APP_URL", "http://pocketid:1411", "internal_app_url"),
        ("PUBLIC_UI_CONFIG_DISABLED", "UI_CONFIG_DISABLED", "true", "ui_config_disabled"),
        ("POSTGRES_CONNECTION_STRING", "DB_CONNECTION_STRING", "host=h", "database"),
    ],
)
def test_an_old_name_is_taken_with_a_warning(old: str, new: str, text: str, field: str) -> None:
    by_old, by_new = load(ENCRYPTION_KEY=KEY, **{old: text}), load(ENCRYPTION_KEY=KEY, **{new: text})
    assert getattr(by_old, field) == getattr(by_new, field) != getattr(load(), field)
    assert f"{old} is an old name: use {new}." in by_old.warnings
    assert by_new.warnings == tuple(w for w in by_old.warnings if old not in w)


def test_the_new_name_wins_over_the_old_one_without_a_word() -> None:
    made = load(APP_URL="https://new.example.org", PUBLIC_APP_URL="https://old.example.org")
    assert (made.app_url, made.warnings) == ("https://new.example.org", ())


@pytest.mark.parametrize(
    ("environ", "warned"),
    [
        ({"KEYS_STORAGE": "database"}, []),
        ({"KEYS_STORAGE": "file"}, ["KEYS_STORAGE has no effect: keys are always kept in the database."]),
        ({"PROXY_PROTOCOL": "false", "CADDY_DISABLED": "true", "ANALYTICS_DISABLED": "true"}, []),
        ({"PROXY_PROTOCOL": "true"}, ["PROXY_PROTOCOL has no effect: name the reverse proxy in TRUST_PROXY, and let it"
                                      " send X-Forwarded-For."]),
        ({"TLS_CERT_FILE": "/c.pem"}, ["TLS_CERT_FILE has no effect: Pocketid speaks plain HTTP; TLS is the reverse"
                                       " proxy's."]),
        ({"UNIX_SOCKET_MODE": "0660"}, ["UNIX_SOCKET_MODE has no effect without UNIX_SOCKET."]),
        ({"APP_URL": "http://id.example.org"}, ["APP_URL is http://id.example.org: browsers allow passkeys only on"
                                                " https:// addresses and on localhost."]),
        ({"APP_URL": "http://127.0.0.1:1411"}, ["APP_URL is http://127.0.0.1:1411: browsers allow passkeys only on"
                                                " https:// addresses and on localhost."]),
        ({"APP_URL": "http://localhost:8080"}, []),
        ({"TRUST_PROXY": "true"}, ["TRUST_PROXY is true: everybody who can connect may claim any address. Name the"
                                   " proxy's address instead."]),
    ],
)  # fmt: skip
def test_what_has_no_effect_or_is_unwise_is_said(environ: dict[str, str], warned: list[str]) -> None:
    assert list(load(**environ).warnings) == warned


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("APP_URL", text) for text in ("id.example.org", "https://id.example.org/path", "ftp://x", "https://")),
        *(("APP_URL", text) for text in ("https://a b", "https://u:p@h", "https://h?x", "https://h:99999", "https://[::")),
        *(("TRUST_PROXY", text) for text in ("maybe", "10.0.0.0/33", "localhost")),
        *(("PORT", text) for text in ("0", "65536", "http", "-1", "1411.5")),
        *(("UNIX_SOCKET_MODE", text) for text in ("rw", "999", "10000")),
        *(("LOG_LEVEL", text) for text in ("verbose", "warning")),
        *(("LOG_JSON", text) for text in ("maybe", "2")),
        *(("AUDIT_LOG_RETENTION_DAYS", text) for text in ("0", "-1", "forever")),
        *(("DB_PROVIDER", text) for text in ("mysql",)),
        *(("INTERNAL_APP_URL", text) for text in ("pocketid:1411", "http://x/path")),
        *(("THREADS", text) for text in ("1", "257")),
        *((name, "maybe") for name in ("ALLOW_INSECURE_CALLBACK_URLS", "UI_CONFIG_DISABLED", "DISABLE_RATE_LIMITING")),
        *((name, "maybe") for name in ("OUTGOING_ALLOW_HTTP", "OUTGOING_ALLOW_LOOPBACK")),
        *(("APP_NAME", text) for text in ("x" * 31,)),
        *(("SESSION_DURATION", text) for text in ("0", "an hour")),
        *(("ACCENT_COLOR", text) for text in ("red", "#12345")),
        *(("ALLOW_USER_SIGNUPS", text) for text in ("sometimes",)),
        *(("SIGNUP_DEFAULT_USER_GROUP_IDS", text) for text in ("family", '"family"', '["family"]', "[7]")),
        *(("SIGNUP_DEFAULT_CUSTOM_CLAIMS", text) for text in ("quota", "{}", "[7]", '[{"key": "quota"}]')),
        *(("SIGNUP_DEFAULT_CUSTOM_CLAIMS", text) for text in ('[{"key": "quota", "value": 7}]',)),
        *(("WEBAUTHN_USER_VERIFICATION", text) for text in ("discouraged",)),
        *((name, "maybe") for name in ("ALLOW_OWN_ACCOUNT_EDIT", "REQUIRE_USER_EMAIL", "EMAILS_VERIFIED")),
    ],
)  # fmt: skip
def test_a_value_that_is_not_accepted_is_named_with_what_is(name: str, text: str) -> None:
    (problem,) = problems(**{name: text})
    row = next(row for row in (*VARIABLES, *SETTINGS) if row.name == name)
    assert problem == (
        f"{name} (from environment) is “{text}”. Accepted: {row.accepted}. Example: {name}={row.example}"
    )


def test_a_file_of_authorities_is_read_at_the_start(tmp_path: Path) -> None:
    own = tmp_path / "own.pem"
    (problem,) = problems(OUTGOING_CA_FILE=str(own))
    assert problem.startswith(
        f"OUTGOING_CA_FILE (from environment) is “{own}”: it cannot be read (No such file"
    )
    own.write_text("no certificate")
    (problem,) = problems(OUTGOING_CA_FILE=str(own))
    assert ": there is no certificate in it. Accepted: a file of certificates" in problem
    own = make_certificate(tmp_path)
    assert load(OUTGOING_CA_FILE=str(own)).outgoing_ca_file == own


@pytest.mark.parametrize("row", [*VARIABLES, *SETTINGS], ids=lambda row: row.name)
def test_every_example_and_default_is_accepted(row: Any) -> None:
    row.parse(row.default)
    if not row.example.startswith("the output of"):
        row.parse(row.example)


def test_all_problems_are_said_at_once_a_line_each() -> None:
    found = problems(
        APP_URL="nonsense\nwith a second line",
        PORT="x",
        LOG_LEVEL="loud",
        ENCRYPTION_KEY="short",
        TRUST_PROXY="?",
    )
    assert [line.split()[0] for line in found] == [
        "APP_URL",
        "TRUST_PROXY",
        "PORT",
        "LOG_LEVEL",
        "ENCRYPTION_KEY",
    ]
    assert not any("\n" in line for line in found)
    assert r"“nonsense\nwith a second line”" in found[0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("host=localhost password=my hunter2", "missing"),
        ("postgres://u:hunter%2z@h/d", "percent-encoded"),
        ("postgres://u:hunter2 x@h/d", "spaces"),
        ("postgres://u:hunter2/x@h/d", "port is no number"),
        ("host=h password='hunter2", "unterminated"),
        ("host=h hunter2=1", "invalid connection option"),
    ],
)
def test_a_connection_string_that_cannot_be_read_is_refused_without_its_password(
    text: str, reason: str
) -> None:
    (problem,) = problems(ENCRYPTION_KEY=KEY, DB_CONNECTION_STRING=text)
    assert reason in problem
    assert "hunter" not in problem


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HTTPS://ID.Example.org/", "https://id.example.org"),
        ("https://id.example.org:443", "https://id.example.org"),
        ("http://localhost:80", "http://localhost"),
        ("https://id.example.org:8443", "https://id.example.org:8443"),
        ("http://[::1]:1411", "http://[::1]:1411"),
    ],
)
def test_an_address_is_kept_in_one_form(text: str, expected: str) -> None:
    assert load(APP_URL=text).app_url == expected


def test_hosts_are_those_of_both_addresses_with_and_without_their_usual_port() -> None:
    made = load(APP_URL="https://id.example.org", INTERNAL_APP_URL="http://pocketid:1411")
    assert made.hosts == {"id.example.org", "id.example.org:443", "pocketid:1411"}
    assert load(APP_URL="https://id.example.org").internal_app_url == "https://id.example.org"


@pytest.mark.parametrize(
    ("text", "peer", "trusted"),
    [
        ("false", "127.0.0.1", False),
        ("true", "203.0.113.9", True),
        ("true", "", True),
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "127.0.0.2", False),
        (" 10.0.0.0/8 , fd00::/8", "fd00::7", True),
        ("10.0.0.0/8", "::ffff:10.1.2.3", True),
        ("10.0.0.0/8", "", False),
        ("10.0.0.1/8", "10.9.9.9", True),
    ],
)
def test_trust_is_for_those_who_are_named(text: str, peer: str, trusted: bool) -> None:
    made = load(TRUST_PROXY=text)
    assert made.trusts(peer) is trusted
    if text == "127.0.0.1":
        assert made.trust_proxy == (ipaddress.ip_network("127.0.0.1/32"),)


def test_the_environment_wins_over_the_file_in_the_working_directory(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("APP_NAME='From the file'\nPORT=7000\nHOST=::1\n")
    made = load(tmp_path, PORT="7001", HOST="")
    assert (made.port, made.settings_overrides["APP_NAME"], made.host) == (7001, "From the file", "0.0.0.0")  # noqa: S104
    sources = {name: source for name, _value, source in config.describe(made)}
    assert (sources["PORT"], sources["APP_NAME"], sources["HOST"]) == ("environment", ".env", "default")


@pytest.mark.parametrize(
    ("content", "reason"), [(b"PORT\n", "line 1 is no NAME=value"), (b"A=\xff", "decode")]
)
def test_a_file_that_cannot_be_understood_stops_the_start(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    (tmp_path / ".env").write_bytes(content)
    (problem,) = problems(tmp_path)
    assert problem.startswith(f"{tmp_path / '.env'} cannot be read: ")
    assert reason in problem


def test_the_configuration_is_shown_with_sources_and_without_secrets(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)
    made = load(
        PORT="7000",
        ENCRYPTION_KEY_FILE=str(tmp_path / "key"),
        POSTGRES_CONNECTION_STRING=DSN,
        APP_NAME="Our house",
    )
    shown = {name: (value, source) for name, value, source in config.describe(made)}
    assert list(shown)[: len(VARIABLES)] == [row.name for row in VARIABLES]
    assert shown["PORT"] == ("7000", "environment")
    assert shown["ENCRYPTION_KEY"] == ("********", "ENCRYPTION_KEY_FILE")
    assert shown["DB_CONNECTION_STRING"] == ("********", "environment, as POSTGRES_CONNECTION_STRING")
    assert shown["APP_NAME"] == ("Our house", "environment")
    assert shown["LOG_LEVEL"] == ("info", "default")
    assert "PASSWORD" not in str(shown)
    assert KEY not in str(shown)


@pytest.mark.parametrize(
    ("message", "hint"),
    [
        ("could not translate: Address family not supported by protocol", "AF_UNIX"),
        ('FATAL:  database "pocketid" does not exist', "createdb -O pocketid"),
        ('FATAL:  password authentication failed for user "pocketid"', "password in DB_CONNECTION_STRING"),
        (
            'connection to server on socket "/run/x" failed: No such file or directory',
            "Is PostgreSQL running",
        ),
        (
            'connection to server at "::1", port 5432 failed: Connection refused\n\tIs the server',
            "Is PostgreSQL running",
        ),
        ("something else", "See DB_CONNECTION_STRING."),
    ],
)
def test_a_database_that_cannot_be_reached_is_one_line_with_what_to_look_at(message: str, hint: str) -> None:
    line = config.explain_connection_error(message)
    assert line.startswith("The database cannot be reached: ")
    assert hint in line
    assert "\n" not in line


def test_the_priority_prefix_is_for_the_journal_s_own_stream_alone(tmp_path: Path) -> None:
    program = "from pocketid import config; from pathlib import Path; import os"
    program += "; print(config.load(os.environ, Path('/nonexistent')).logs_to_journal)"
    with (tmp_path / "stream").open("wb") as stream:
        status = os.fstat(stream.fileno())
        for journal, expected in (
            (f"{status.st_dev}:{status.st_ino}", "True"),
            ("1:1", "False"),
            ("", "False"),
        ):
            done = subprocess.run(
                [sys.executable, "-c", program],
                env={"JOURNAL_STREAM": journal, "INVOCATION_ID": "0" * 32},
                stdout=subprocess.PIPE,
                stderr=stream,
                text=True,
                check=True,
            )
            assert done.stdout.strip() == expected
