"""A B A B ...: each thing is measured once in every round, so that a slow moment hits all of them alike.

compared = compare(rounds, {"hello": measure_hello, "ours": measure_ours})      each call returns one number
compared["ours"].median
compared["ours"].over(compared["hello"])      the quotients inside the rounds
"""

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Series:
    """One number for each round."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.values)

    @property
    def spread(self) -> tuple[float, float]:
        """The least and the greatest."""
        return min(self.values), max(self.values)

    def over(self, other: "Series") -> "Series":
        """The quotients, round by round."""
        return Series(tuple(one / two for one, two in zip(self.values, other.values, strict=True)))

    def times(self, factor: float) -> "Series":
        """The same in another unit."""
        return Series(tuple(value * factor for value in self.values))


def compare(rounds: int, measures: Mapping[str, Callable[[], float]]) -> dict[str, Series]:
    """Measure each once to warm up, then all of them in every round."""
    for measure in measures.values():
        measure()
    values: dict[str, list[float]] = {name: [] for name in measures}
    for _round in range(rounds):
        for name, measure in measures.items():
            values[name].append(measure())
    return {name: Series(tuple(measured)) for name, measured in values.items()}
