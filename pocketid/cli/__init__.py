"""The command line: `pocket-id` serves, `pocket-id COMMAND` does one thing and ends.

Exit codes: 0 done; 1 it could not be done, and standard error says why; 2 the command was not understood.
"""

import argparse
import sys
from collections.abc import Sequence

import pocketid
from pocketid.cli import commands, serve
from pocketid.cli.opening import CannotStart


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command that `arguments` (default: those of the process) name, and exit with its code."""
    options = _parser().parse_args(arguments)
    try:
        code = options.command(options)
    except CannotStart as problem:
        for line in problem.lines:
            print(line, file=sys.stderr)
        code = 1
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pocket-id",
        description="An OpenID Connect provider for sign-in with passkeys. Without a command it serves.",
        epilog="Everything is configured by environment variables: see `pocket-id config`.",
    )
    parser.add_argument("--version", action="version", version=f"pocket-id {pocketid.__version__}")
    parser.set_defaults(command=serve.serve)
    words = parser.add_subparsers(title="commands", metavar="COMMAND")

    word = words.add_parser("serve", help="serve until told to stop (what happens without a command)")
    word.set_defaults(command=serve.serve)

    word = words.add_parser("config", help="show the configuration in force and where each value comes from")
    word.set_defaults(command=commands.show_config)

    word = words.add_parser("migrate", help="bring the database up to this program, then end")
    word.set_defaults(command=commands.migrate)

    word = words.add_parser("healthcheck", help="ask a running server whether it is well")
    word.add_argument("-e", "--endpoint", metavar="URL", help="its address, if it is not the configured one")
    word.add_argument("--unix-socket", metavar="PATH", help="its socket, if it listens on one")
    word.add_argument("-v", "--verbose", action="store_true", help="say more than the exit code does")
    word.set_defaults(command=commands.healthcheck)

    word = words.add_parser(
        "one-time-access-token", help="print a link that signs a person in once, within an hour"
    )
    word.add_argument("user", metavar="USER", help="user name or e-mail address")
    word.set_defaults(command=commands.one_time_access_token)

    word = words.add_parser("key-rotate", help="publish the next signing keys; they sign an hour later")
    word.add_argument("-a", "--alg", metavar="ALG", help="this algorithm's key alone, e.g. RS256")
    word.add_argument("-c", "--crv", metavar="CURVE", help="Ed25519, the only curve of EdDSA here")
    word.add_argument(
        "--at-once", action="store_true", help="an emergency: what the keys signed so far is void at once"
    )
    word.add_argument("-y", "--yes", action="store_true", help="do not ask before --at-once")
    word.set_defaults(command=commands.key_rotate)

    word = words.add_parser(
        "psql",
        help="open psql on the configured database, or run a script of sql/maintenance",
        epilog="What follows `--` goes to psql: pocket-id psql -- -c 'select count(*) from users'",
    )
    word.add_argument(
        "arguments", nargs="*", metavar="SCRIPT | -- ARGUMENT", help="a name such as reset_setup"
    )
    word.set_defaults(command=commands.psql)

    word = words.add_parser("version", help="print the version")
    word.set_defaults(command=commands.version)
    return parser
