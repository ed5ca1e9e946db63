"""The classes that facts fall into, and in which of them conditions hold."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final, cast

from rules.evaluate import condition_truth
from rules.pattern import Condition, Operator
from rules.representatives import SomeText
from rules.rule_base import Fact
from rules.values import Value, comparable
from rules.vocabulary import FactType, Truth

NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""The time at which ages are judged; which one does not matter."""

TURNED: Final[dict[str, Operator]] = {
    "same_as": "same_as",
    "differs_from": "differs_from",
    "later_than": "earlier_than",
    "earlier_than": "later_than",
}


def with_constant(
    condition: Condition, said: str, value: Value, *, turn: bool = True
) -> Condition | None:
    """A relation of a derived fact's value with a fact that is said, as a condition on that."""
    operator = TURNED[condition.operator] if turn else condition.operator
    if operator == "same_as":
        return Condition(said, "is", (value,))
    if operator == "differs_from":
        return Condition(said, "not", (value,))
    return None


def different(fact: Fact | None, values: Sequence[Value]) -> list[Value]:
    """The values of which no two are the same to the fact."""
    kind = fact.type if fact else "bool"
    return list({comparable(kind, value): value for value in values}.values())


def truth(condition: Condition, facts: dict[str, Any], catalogue: Any) -> Truth:
    """What a condition is of some facts, also of texts that nobody has named."""
    value = facts[condition.fact]
    if isinstance(value, SomeText) and condition.operator == "matches":
        return Truth(int(condition.operand in value.found_by))
    return condition_truth(condition, facts, NOW, catalogue)


class Classes:
    """The classes of one fact, in order where its values have one; unknown is the first."""

    def __init__(self, kind: FactType, values: Iterable[Value]) -> None:
        self.kind = kind
        known = list(values)
        if kind in _ORDERED:
            known.sort(key=lambda value: comparable(kind, value))
        self.values: list[Any] = [None, *known]
        self._keys = [comparable(kind, value) for value in known]
        self._bits = {key: 1 << bit for bit, key in enumerate(self._keys, 1)}
        self._known = (2 << len(known)) - 2

    def masks(self, condition: Condition) -> tuple[int, int]:
        """The classes in which a condition is true, and those in which it is false, as bits."""
        operator, operand = condition.operator, condition.operand
        match operator:
            case "known":
                return (self._known, 1) if operand else (1, self._known)
            case "is" | "not":
                named = 0
                for one in cast(tuple[Value, ...], operand):
                    named |= self._bits.get(comparable(self.kind, one), 0)
                others = self._known - named
                return (named, others) if operator == "is" else (others, named)
            case "below" | "at_least":
                bound = comparable(self.kind, cast(Value, operand))
                low = self._first(bisect_left(self._keys, bound))
            case "above" | "at_most":
                bound = comparable(self.kind, cast(Value, operand))
                low = self._first(bisect_right(self._keys, bound))
            case "older_than" | "newer_than":
                return self._ages(condition)
            case _:
                return self._one_by_one(condition)
        return (low, self._known - low) if operator in _LOW else (self._known - low, low)

    def told_apart(self, masks: Sequence[tuple[int, int]]) -> list[tuple[int, ...]]:
        """Places of values that come to the same in all of some conditions, whose masks are given;
        what is unknown is first and alone."""
        alike: dict[tuple[int, ...], list[int]] = {}
        for place in range(1, len(self.values)):
            truths = tuple((true >> place & 1) - (false >> place & 1) for true, false in masks)
            alike.setdefault(truths, []).append(place)
        return [(0,), *map(tuple, alike.values())]

    @staticmethod
    def _first(count: int) -> int:
        """So many of the first known classes."""
        return (2 << count) - 2

    def _ages(self, condition: Condition) -> tuple[int, int]:
        """What is older comes first, and what lies too far in the future to be judged last."""
        values = self.values[1:]

        def age(value: Value) -> Truth:
            facts = {condition.fact: value}
            return condition_truth(condition, facts, NOW, {condition.fact: _AN_INSTANT})

        judged = bisect_left(values, 1, key=lambda value: age(value) == Truth.UNKNOWN)
        older = Truth.TRUE if condition.operator == "older_than" else Truth.FALSE
        old = bisect_left(values, 1, hi=judged, key=lambda value: age(value) != older)
        low = self._first(old)
        high = self._first(judged) - low
        return (low, high) if older == Truth.TRUE else (high, low)

    def _one_by_one(self, condition: Condition) -> tuple[int, int]:
        true = false = 0
        for bit, value in enumerate(self.values[1:], 1):
            holds = truth(condition, {condition.fact: value}, {})
            true |= (holds == Truth.TRUE) << bit
            false |= (holds == Truth.FALSE) << bit
        return true, false


_AN_INSTANT: Final = Fact(name="", type="instant", scope="")

_ORDERED: Final = ("int", "float", "duration", "version", "instant")
_LOW: Final = ("below", "at_most")


def count_partitions(count: int, constants: int) -> int:
    """How many ways `partitions` yields."""
    ways = {0: 1}
    for _ in range(count):
        grown: dict[int, int] = {}
        for used, number in ways.items():
            grown[used] = grown.get(used, 0) + number * (1 + constants + used)
            grown[used + 1] = grown.get(used + 1, 0) + number
        ways = grown
    return sum(ways.values())


def partitions(count: int, constants: list[Value], fresh: list[Value]) -> Iterator[tuple[Any, ...]]:
    """Every way in which so many values can be the same, be unknown, or be one of some
    constants; values that nobody has named are used in their order."""

    def extend(values: tuple[Any, ...], used: int) -> Iterator[tuple[Any, ...]]:
        if len(values) == count:
            yield values
            return
        for value in (None, *constants):
            yield from extend((*values, value), used)
        for number in range(min(used + 1, count)):
            yield from extend((*values, fresh[number]), max(used, number + 1))

    return extend((), 0)
