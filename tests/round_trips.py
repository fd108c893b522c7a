"""How often a piece of work waits for the database: counted in libpq's own trace of what went over the wire."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

from pocketid.db import Connection


class RoundTrips:
    """`count` is known when the block is left."""

    count = 0


@contextmanager
def counted(connection: Connection) -> Iterator[RoundTrips]:
    """Count the server's ReadyForQuery messages: one ends every exchange, BEGIN and COMMIT included.

    Preparing a statement is left out: that happens once on each connection.
    """
    found = RoundTrips()
    with tempfile.TemporaryFile("w+") as trace:
        connection.pgconn.trace(trace.fileno())
        try:
            yield found
        finally:
            connection.pgconn.untrace()
        trace.seek(0)
        lines = ["", *trace]
        found.count = sum(
            "ReadyForQuery" in line and "ParseComplete" not in before for before, line in pairwise(lines)
        )
