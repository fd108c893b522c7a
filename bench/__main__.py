"""`python -m bench`: measures, prints a table, writes bench.json. Ends with 1 when an answer was wrong.

--quick       a few seconds in all: shows that everything works; its figures are not worth reading
--long        more and longer rounds, and memory after 100,000 requests
--only PART   some parts alone, by name
"""

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path

from bench import report
from bench.installation import open_postgres, scratch_folder
from bench.load import Generator, WrongAnswer
from bench.parts import LONG, PARTS, QUICK, USUAL, Bench
from bench.report import Figure


def main(arguments: list[str]) -> int:
    """Measure; the exit code."""
    options = _options(arguments)
    figures: list[Figure] = []
    with ExitStack() as ending:
        folder = ending.enter_context(scratch_folder())
        postgres = ending.enter_context(open_postgres())
        bench = Bench(options.scale, folder, postgres, ending.enter_context(Generator()))
        try:
            for part in PARTS:
                if not options.only or part.__name__ in options.only:
                    print(f"{part.__name__} ...", file=sys.stderr, flush=True)
                    figures += part(bench)
        except WrongAnswer as wrong:
            print(f"Wrong answer: {wrong}", file=sys.stderr)
            return 1
        finally:
            print(report.table(figures))
    report.save(figures, options.output, options.scale.name)
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", dest="scale", action="store_const", const=QUICK, default=USUAL)
    size.add_argument("--long", dest="scale", action="store_const", const=LONG)
    parser.add_argument("--only", nargs="+", choices=[part.__name__ for part in PARTS], metavar="PART")
    parser.add_argument("--output", type=Path, default=Path("bench.json"))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
