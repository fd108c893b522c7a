"""Caches that a NOTIFY drops, and that keep nothing while nobody listens."""

from collections.abc import Callable
from functools import partial

from pocketid.signals import Signals


def counter() -> Callable[[], int]:
    calls = [0]

    def load() -> int:
        calls[0] += 1
        return calls[0]

    return load


def test_nothing_is_kept_while_nobody_listens() -> None:
    signals, load = Signals(), counter()
    assert [signals.get("settings", load) for _each in range(3)] == [1, 2, 3]


def test_a_value_is_kept_until_its_own_table_changes() -> None:
    signals, load = Signals(), counter()
    signals.begin_listening()
    assert [signals.get("settings", load), signals.get("settings", load)] == [1, 1]
    signals.changed("clients")
    assert signals.get("settings", load) == 1
    signals.changed("settings")
    assert signals.get("settings", load) == 2


def test_a_row_is_kept_until_its_table_changes_and_what_is_not_there_never() -> None:
    signals, load = Signals(), counter()
    assert [signals.get_row("clients", "immich", load) for _each in range(2)] == [1, 2]
    signals.begin_listening()
    assert [signals.get_row("clients", "immich", load) for _each in range(2)] == [3, 3]
    assert signals.get_row("clients", "other", load) == 4
    assert [signals.get_row("clients", "none", lambda: None) for _each in range(2)] == [None, None]
    signals.changed("clients")
    assert signals.get_row("clients", "none", load) == 5
    assert signals.get_row("clients", "immich", load) == 6


def test_a_row_that_changed_while_it_was_read_is_not_kept() -> None:
    signals = Signals()
    signals.begin_listening()

    def overtaken() -> str:
        signals.changed("clients")
        return "old"

    assert signals.get_row("clients", "immich", overtaken) == "old"
    assert signals.get_row("clients", "immich", lambda: "new") == "new"


def test_the_rows_of_a_table_do_not_fill_the_memory() -> None:
    signals = Signals()
    signals.begin_listening()
    for number in range(600):
        signals.get_row("clients", str(number), partial(int, number))
    assert len(signals._kept["clients"]) == 500


def test_a_lost_listener_drops_everything() -> None:
    signals, load = Signals(), counter()
    signals.begin_listening()
    signals.get("settings", load)
    signals.end_listening()
    assert [signals.get("settings", load), signals.get("settings", load)] == [2, 3]


def test_what_changed_while_it_was_read_is_not_kept() -> None:
    signals = Signals()
    signals.begin_listening()

    def overtaken() -> str:
        signals.changed("settings")
        return "old"

    assert signals.get("settings", overtaken) == "old"
    assert signals.get("settings", lambda: "new") == "new"
