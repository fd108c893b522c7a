"""Small caches of what rarely changes, dropped the moment the database says that it changed.

Triggers send NOTIFY pocketid with a table's name, whoever changed the table: a page, another instance, or
psql. `jobs.py` listens and calls `changed`; `web.py` does after each form of an administrator, so that the process that
changed something does not wait to hear of it. While nobody listens nothing is kept, so that a cache can never
outlive its warning. Nothing that matters is kept here: a lost cache costs one read.
"""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
_MOST_ROWS = 500


class Signals:
    """The caches of this process, by the table that they were read from."""

    def __init__(self) -> None:
        self._kept: dict[str, Any] = {}
        self._generation = 0
        self._listening = False
        self._lock = threading.Lock()

    def get(self, table: str, load: Callable[[], T]) -> T:
        """What `load` answered since the table last changed."""
        try:
            kept: T = self._kept[table]
        except KeyError:
            return self._load(table, load)
        return kept

    def get_row(self, table: str, key: str, load: Callable[[], T]) -> T:
        """The same for one row of a table; what is not there is not remembered, so that nobody fills us with it.

        A row that was read before a change lands among those that the change dropped, however late it comes.
        """
        rows: dict[str, T] = self.get(table, dict)
        found = rows.get(key)
        if found is None:
            found = load()
            if found is not None and len(rows) < _MOST_ROWS:
                rows[key] = found
        return found

    def changed(self, table: str) -> None:
        """Forget what was read from a table; the empty text stands for all of them."""
        with self._lock:
            self._generation += 1
            if table:
                self._kept.pop(table, None)
            else:
                self._kept.clear()

    def begin_listening(self) -> None:
        """Changes are heard from now on; what was kept before is dropped."""
        self._listening = True
        self.changed("")

    def end_listening(self) -> None:
        """Changes are not heard any more, so nothing is kept."""
        self._listening = False
        self.changed("")

    def _load(self, table: str, load: Callable[[], T]) -> T:
        generation = self._generation
        loaded = load()
        with self._lock:  # a change that came while we were reading may not be in what we read
            if self._listening and generation == self._generation:
                self._kept[table] = loaded
        return loaded
