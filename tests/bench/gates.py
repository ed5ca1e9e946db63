"""What every contestant is given beside the rules: which facts they name (the projection) and
which values of a fact no rule can tell apart (the classes)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from functools import partial
from math import inf, nextafter

from workload import Condition, Fact, Rule, Value


class Gate:
    """One fact's classes: `class_of(value)` is a small number, the same for two values exactly
    when no condition on the fact tells them apart by its kind of comparison."""

    def __init__(self, fact: Fact, conditions: Iterable[Condition]) -> None:
        self.fact = fact
        self.conditions = tuple(dict.fromkeys(conditions))
        self.class_of: Callable[[Value], int]
        if fact.kind in ("int", "float"):
            bounds = sorted({_first_beyond(condition) for condition in self.conditions})
            self.class_of = partial(bisect_right, bounds)
            self.count = len(bounds) + 1
            self.example: tuple[Value, ...] = (-inf, *bounds)
        else:
            values: tuple[Value, ...] = fact.values or (False, True)
            classes: dict[tuple[bool, ...], int] = {}
            table = {}
            for value in values:
                truths = tuple(condition.holds(value) for condition in self.conditions)
                table[value] = classes.setdefault(truths, len(classes))
            self.class_of = table.__getitem__
            self.count = len(classes)
            first = {number: value for value, number in reversed(table.items())}
            self.example = tuple(first[number] for number in range(self.count))

        self._truths = [
            sum(condition.holds(value) << place for place, condition in enumerate(self.conditions))
            for value in self.example
        ]

    def flips(self, before: int, after: int) -> list[int]:
        """The places in `conditions` of those whose truth differs between two classes."""
        differing = self._truths[before] ^ self._truths[after]
        found = []
        while differing:
            lowest = differing & -differing
            found.append(lowest.bit_length() - 1)
            differing ^= lowest
        return found


def _first_beyond(condition: Condition) -> float:
    """The least number on the upper side of a threshold."""
    (bound,) = condition.operands
    number = float(bound)
    if condition.operator in ("at_least", "below"):
        return number
    return number + 1 if condition.fact.kind == "int" else nextafter(number, inf)


def gates(rules: Iterable[Rule]) -> dict[str, Gate]:
    """The gate of every fact that a rule names."""
    found: dict[str, list[Condition]] = {}
    for rule in rules:
        for condition in rule.every_condition:
            found.setdefault(condition.fact.name, []).append(condition)
    return {name: Gate(parts[0].fact, parts) for name, parts in found.items()}
