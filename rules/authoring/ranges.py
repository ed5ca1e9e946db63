"""What values of one fact have in common, as people say it: "at least 5", "below 1.2 or 2"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Final, cast

from rules.authoring.classes import NOW
from rules.pattern import AGE_OPERATORS, Condition
from rules.representatives import named_constants
from rules.rule_base import Fact
from rules.values import FUTURE_TOLERANCE, Value, comparable, read_instant, show_duration
from rules.wording import say_value

ORDERED: Final = frozenset({"int", "float", "duration", "version", "instant"})
"""Types of facts of which ranges can be said."""


class Ranges:
    """Says which values are meant, of those that stand for all values of a fact.

    Args:
        fact: whose values they are.
        values: in order.
        conditions: on the fact; the values that they name stand for themselves alone, all others
            for everything between their neighbours.
    """

    def __init__(
        self, fact: Fact, values: Sequence[Value], conditions: Iterable[Condition]
    ) -> None:
        self._fact = fact
        self._values = values
        own = list(conditions)
        points = {comparable(fact.type, value) for value in named_constants(own)}
        if fact.type == "instant":
            ages = [cast(timedelta, one.operand) for one in own if one.operator in AGE_OPERATORS]
            times = [NOW, NOW + FUTURE_TOLERANCE, *(NOW - age for age in ages)]
            points |= {comparable("instant", time.isoformat()) for time in times}
        self._is_point = [comparable(fact.type, value) in points for value in values]

    def say(self, places: Iterable[int]) -> Iterator[str]:
        """The values at some places, range by range."""
        ordered = sorted(places)
        if len(ordered) == len(self._values):
            yield "known"
            return
        for _, run in groupby(enumerate(ordered), lambda item: item[1] - item[0]):
            inside = [place for _, place in run]
            yield self._say(inside[0], inside[-1])

    def _say(self, first: int, last: int) -> str:
        values, is_point = self._values, self._is_point
        if first == last and is_point[first] and self._fact.type != "instant":
            return self._alone(values[first])
        low = high = None
        if first > 0:
            low = values[first if is_point[first] else first - 1], is_point[first]
        if last < len(values) - 1:
            high = values[last if is_point[last] else last + 1], is_point[last]
        if self._fact.type == "instant":
            return self._ages(low, high)
        bounds = []
        if low is not None:
            bounds.append(f"{'at least' if low[1] else 'above'} {self._alone(low[0])}")
        if high is not None:
            bounds.append(f"{'at most' if high[1] else 'below'} {self._alone(high[0])}")
        return " and ".join(bounds)

    def _alone(self, value: Value) -> str:
        return say_value(value, self._fact).strip('"')

    def _ages(self, low: tuple[Value, bool] | None, high: tuple[Value, bool] | None) -> str:
        """An earlier bound is a greater age."""
        bounds = []
        if high is not None:
            age = NOW - read_instant(str(high[0]))
            # That it is no later than all that can be judged goes without saying.
            if not (low is not None and age == -FUTURE_TOLERANCE):
                bounds.append(_bound(age, "at least" if high[1] else "more than"))
        if low is not None:
            age = NOW - read_instant(str(low[0]))
            bounds.append(_bound(age, "at most" if low[1] else "less than"))
        if len(bounds) == 2 and all(bound.endswith(" ago") for bound in bounds):
            bounds[0] = bounds[0].removesuffix(" ago")
        return " and ".join(bounds)


_TURNED: Final = {
    "at least": "at most",
    "at most": "at least",
    "more than": "less than",
    "less than": "more than",
}


def _bound(age: timedelta, word: str) -> str:
    if age >= timedelta():
        return f"{word} {show_duration(age)} ago"
    return f"{_TURNED[word]} {show_duration(-age)} ahead"
