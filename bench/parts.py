"""The parts of a run, in the order of the table: each yields its figures. Targets stand beside what they bound."""

import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench import footprint, report, servers, sign_in, workloads
from bench.installation import Installation, Postgres, fill, scratch_folder
from bench.load import Generator
from bench.report import Figure, at_least, at_most
from bench.rounds import Series, compare
from bench.workloads import Workload
from pocketid import embedded
from pocketid.db import connection_arguments

_OF_HELLO = {  # what bare Bottle does, times this, is the least
    "discovery": 0.85,
    "JWKS": 0.85,
    "sign-in page": 0.6,
    "authorize": 0.3,
    "code exchange RS256": 0.2,
    "refresh RS256": 0.2,
    "code exchange ES256": 0.25,
    "refresh ES256": 0.25,
    "userinfo": 0.45,
    "introspection": 0.45,
    "client credentials": 0.2,
    "forward auth": 0.45,
}
_OF_PEER = {"code exchange RS256": 1.0, "refresh RS256": 1.0}
_GROWING = ("authorize", "code exchange RS256", "refresh RS256", "userinfo")
_SHARED = ("userinfo", "code exchange RS256")
_MIXED = ("discovery", "sign-in page", "authorize", "code exchange RS256", "userinfo")
_CORES_TO_SPARE = 4  # two instances, PostgreSQL, and the load
_SLICES = 10


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured. `growth` is (people, live tokens), before and after."""

    name: str
    rounds: int
    seconds: float
    long_list: tuple[int, int]
    growth: tuple[tuple[int, int], tuple[int, int]]
    memory_requests: int
    sign_ins: int


QUICK = Scale("quick", 1, 0.1, (100, 1000), ((20, 200), (100, 1000)), 200, 2)
USUAL = Scale("usual", 5, 0.8, (10_000, 1_000_000), ((100, 10_000), (100_000, 1_000_000)), 10_000, 20)
LONG = Scale("long", 11, 1.5, (10_000, 1_000_000), ((100, 10_000), (100_000, 1_000_000)), 100_000, 100)


@dataclass(frozen=True)
class Bench:
    """What all parts share."""

    scale: Scale
    folder: Path
    postgres: Postgres
    generator: Generator

    def rates(self, measured: Mapping[str, Workload]) -> dict[str, Series]:
        """Answers a second of each, side by side."""
        return compare(self.scale.rounds, {name: self._rate(workload) for name, workload in measured.items()})

    def medians(self, measured: Mapping[str, Workload]) -> dict[str, Series]:
        """Milliseconds until an answer of each, one request at a time, side by side."""
        return compare(
            self.scale.rounds, {name: self._median(workload) for name, workload in measured.items()}
        )

    def _rate(self, workload: Workload) -> Callable[[], float]:
        return lambda: self.generator.fire(workload.batch(self.scale.seconds)).rate

    def _median(self, workload: Workload) -> Callable[[], float]:
        return lambda: self.generator.fire(workload.batch(self.scale.seconds, connections=1)).median * 1000


Part = Callable[[Bench], Iterator[Figure]]


def requests(bench: Bench) -> Iterator[Figure]:
    """Every endpoint beside bare Bottle, and beside oidc-provider where it has the same."""
    people, tokens = bench.scale.growth[0]
    installation = bench.postgres.installation("usual", people=people, tokens=tokens, events=tokens)
    theirs = bench.postgres.peer("peer", people=people)
    with (
        servers.hello(bench.folder) as hello_port,
        servers.ours(bench.folder, installation) as port,
        servers.peer(bench.folder, theirs) as peer_port,
    ):
        hello = workloads.hello(hello_port)
        ours, peer = workloads.ours(port, installation), workloads.peer(peer_port, theirs)
        for workload in (*ours.values(), *peer.values()):
            workload.try_out()
        for name, bound in _OF_HELLO.items():
            measured = {"hello": hello, "ours": ours[name]} | ({"peer": peer[name]} if name in peer else {})
            rates = bench.rates(measured)
            note = ", ".join(f"{who} {series.median:,.0f}/s" for who, series in rates.items())
            yield Figure.of(name, rates["ours"].over(rates["hello"]), "× hello", at_least(bound), note)
            if "peer" in rates:
                target = at_least(_OF_PEER[name]) if name in _OF_PEER else None
                yield Figure.of(name, rates["ours"].over(rates["peer"]), "× oidc-provider", target)


def whole_sign_in(bench: Bench) -> Iterator[Figure]:
    """A sign-in with a passkey to an app, beside the sum of its cryptography and its SQL."""
    people, tokens = bench.scale.growth[0]
    installation = bench.postgres.installation("sign_in", people=people, tokens=tokens, events=tokens)
    with (
        servers.ours(bench.folder, installation) as port,
        sign_in.sql(installation) as (sql, round_trips),
        sign_in.over_http(port, installation) as whole,
    ):
        measured = {
            "whole": whole,
            "sql": sql,
            "cryptography": sign_in.cryptography(),
            "select": _select(installation),
            "signature": sign_in.signature(),
        }
        series = compare(bench.scale.rounds * bench.scale.sign_ins, measured)
    sums = zip(series["sql"].values, series["cryptography"].values, strict=True)
    parts = Series(tuple(map(sum, sums)))
    yield Figure.of("one prepared select", series["select"].times(1e6), "µs")
    yield Figure.of("one RS256 signature", series["signature"].times(1e6), "µs")
    note = ", ".join(
        f"{name} {series[name].median * 1000:.1f} ms" for name in ("whole", "sql", "cryptography")
    )
    note += f", {round_trips()} waits for PostgreSQL"
    yield Figure.of(
        "whole sign-in", series["whole"].over(parts), "× its SQL and cryptography", at_most(2.0), note
    )


def long_lists(bench: Bench) -> Iterator[Figure]:
    """The first page of a long list beside that of a short one."""
    people, events = bench.scale.long_list
    short = bench.postgres.installation("short", people=20, tokens=0, events=20)
    long = bench.postgres.installation("long", people=people, tokens=0, events=events)
    with servers.ours(bench.folder, short) as short_port, servers.ours(bench.folder, long) as long_port:
        short_pages = workloads.administration(short_port, short)
        long_pages = workloads.administration(long_port, long)
        for (name, before), after, rows in zip(
            short_pages.items(), long_pages.values(), (people, people, people, events), strict=True
        ):
            series = bench.medians({"short": before, "long": after})
            note = f"{series['long'].median:.1f} ms, with 20 rows {series['short'].median:.1f} ms"
            ratio = series["long"].over(series["short"])
            yield Figure.of(f"{name} of {rows:,}", ratio, "× of 20 rows", at_most(3.0), note)


def growth(bench: Bench) -> Iterator[Figure]:
    """The same requests with few people and tokens, and with many."""
    small, large = (
        bench.postgres.installation(name, people=people, tokens=tokens, events=0)
        for name, (people, tokens) in zip(("small", "large"), bench.scale.growth, strict=True)
    )
    with servers.ours(bench.folder, small) as small_port, servers.ours(bench.folder, large) as large_port:
        before, after = workloads.ours(small_port, small), workloads.ours(large_port, large)
        people, tokens = bench.scale.growth[1]
        for name in _GROWING:
            rates = bench.rates({"small": before[name], "large": after[name]})
            note = f"{people:,} people, {tokens:,} live tokens"
            yield Figure.of(
                f"{name}, grown", rates["large"].over(rates["small"]), "× small", at_least(0.8), note
            )


def two_instances(bench: Bench) -> Iterator[Figure]:
    """Two instances on one database beside one, under the same load."""
    people, tokens = bench.scale.growth[0]
    installation = bench.postgres.installation("shared", people=people, tokens=tokens, events=0)
    has_spare = report.CORES >= _CORES_TO_SPARE
    note = "" if has_spare else f"not judged: {report.CORES} cores, none to spare"
    with (
        servers.ours(bench.folder, installation) as one_port,
        servers.ours(bench.folder, installation) as other_port,
        Generator() as second,
    ):
        one, other = workloads.ours(one_port, installation), workloads.ours(other_port, installation)

        def together(*loaded: Workload) -> float:
            batches = [workload.batch(bench.scale.seconds) for workload in loaded]
            results = [
                load.begin(batch) for load, batch in zip((bench.generator, second), batches, strict=True)
            ]
            return sum(result.result().rate for result in results)

        for name in _SHARED:
            measures = {
                "one": lambda name=name: together(one[name], one[name]),
                "two": lambda name=name: together(one[name], other[name]),
            }
            rates = compare(bench.scale.rounds, measures)
            target = at_least(1.6) if has_spare else None
            yield Figure.of(f"{name}, two instances", rates["two"].over(rates["one"]), "× one", target, note)


def start_up(bench: Bench) -> Iterator[Figure]:
    """From the command to the first 204 of /healthz, with the embedded database."""
    empty: list[float] = []
    existing: list[float] = []
    for _round in range(max(1, bench.scale.rounds // 2)):
        with scratch_folder() as folder:
            for times in (empty, existing, existing):
                with footprint.embedded_server(folder) as server:
                    times.append(server.seconds)
    yield Figure.of("start with existing data", Series(tuple(existing)), "s", at_most(1.5))
    yield Figure.of("start in an empty directory", Series(tuple(empty)), "s", at_most(4.0))


def weight(bench: Bench) -> Iterator[Figure]:
    """Memory, and what the sign-in page weighs."""
    with scratch_folder() as folder, footprint.embedded_server(folder) as server:
        idle = server.resident()
        conninfo = embedded.running(server.data)
        assert conninfo
        installation = fill(conninfo, people=100, tokens=10_000, events=10_000)
        page = footprint.sign_in_page(server.port)
        loads, database = workloads.ours(server.port, installation), 0.0
        count = bench.scale.memory_requests
        for name in itertools.chain.from_iterable(itertools.repeat(_MIXED, _SLICES)):
            bench.generator.fire(loads[name].exactly(count // _SLICES // len(_MIXED)))
            database = max(database, server.database_memory())
        loaded = server.resident()
        headers, path = footprint.largest_headers(server.port, installation.sessions[0])
        opened = server.resident()
    yield Figure.of("resident memory, idle", idle, "MB", at_most(70))
    yield Figure.of(f"after {count:,} requests", loaded / idle, "× idle", at_most(1.1), f"{loaded:.0f} MB")
    note = "once: Babel's names and dates at the first of them, Pillow at the first picture"
    yield Figure.of("after every page was opened, too", opened, "MB", None, note)
    yield Figure.of("embedded PostgreSQL, under load", database, "MB PSS", at_most(40))
    yield Figure.of("sign-in page, all bytes", page.bytes / 1024, "KiB", at_most(30))
    yield Figure.of("sign-in page, requests", page.requests, "", at_most(5))
    yield Figure.of("sign-in page, largest headers", page.headers, "bytes", at_most(2047))
    yield Figure.of("largest headers of any page", headers, "bytes", at_most(2047), path)


PARTS: tuple[Part, ...] = (requests, whole_sign_in, long_lists, growth, two_instances, start_up, weight)


def _select(installation: Installation) -> Callable[[], float]:
    """Seconds of one select by key, prepared."""
    connection = psycopg.connect(installation.conninfo, **connection_arguments())

    def measure() -> float:
        started = time.perf_counter()
        connection.execute("select name from clients where id = %s", ("c1",)).fetchone()
        return time.perf_counter() - started

    return measure
