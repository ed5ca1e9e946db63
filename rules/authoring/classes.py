"""The classes that facts fall into, and in which of them conditions hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final, cast

from rules.evaluate import condition_truth
from rules.pattern import AGE_OPERATORS, Condition, Operator
from rules.representatives import SomeText
from rules.rule_base import Fact
from rules.values import Value, comparable
from rules.vocabulary import Truth

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


def masks(condition: Condition, kind: Any, values: list[Any], keys: list[Any]) -> tuple[int, int]:
    """The classes in which a condition is true, and those in which it is false, as bits."""
    operator, operand = condition.operator, condition.operand
    if operator == "known":
        unknown, known = 1, (1 << len(values)) - 2
        return (known, unknown) if operand else (unknown, known)
    if operator in ("is", "not", "above", "below", "at_least", "at_most"):
        test = _TESTS[operator]
        if operator in ("is", "not"):
            bound: Any = {comparable(kind, one) for one in cast(tuple[Value, ...], operand)}
        else:
            bound = comparable(kind, cast(Value, operand))
        true = sum(1 << bit for bit, key in enumerate(keys) if bit and test(key, bound))
        return true, (1 << len(values)) - 2 - true
    true = false = 0
    for bit, value in enumerate(values):
        if bit:
            if operator in AGE_OPERATORS:
                holds = _age(condition, str(value))
            else:
                holds = truth(condition, {condition.fact: value}, {})
            true |= (holds == Truth.TRUE) << bit
            false |= (holds == Truth.FALSE) << bit
    return true, false


def _age(condition: Condition, value: str) -> Truth:
    facts = {condition.fact: value}
    return condition_truth(condition, facts, NOW, {condition.fact: _AN_INSTANT})


_AN_INSTANT: Final = Fact(name="", type="instant", scope="")

_TESTS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "is": lambda key, bound: key in bound,
    "not": lambda key, bound: key not in bound,
    "above": lambda key, bound: key > bound,
    "below": lambda key, bound: key < bound,
    "at_least": lambda key, bound: key >= bound,
    "at_most": lambda key, bound: key <= bound,
}


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
