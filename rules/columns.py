"""Classes of values: what of a value matters to the conditions that look at it.

A column holds, for each subject, the class of one fact's value or the truth of one relation, age
or expression. Class 0 is always "unknown". A pattern's situation is a number made of the truths
of its conditions, two bits each, so that a change of class is an addition.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from rules.pattern import Condition
from rules.rule_base import Fact
from rules.values import LARGEST_NUMBER, LONGEST_TEXT, comparable, read_instant, version_key
from rules.vocabulary import UNRECOGNISED, FactType, Truth

UNKNOWN_CLASS: Final = 0
UNREADABLE: Final = -1
TRUTH_CLASSES: Final = (Truth.UNKNOWN, Truth.FALSE, Truth.TRUE)
"""The classes of a column that holds a truth."""

CLASS_OF_TRUTH: Final = (1, 2, 0)
"""The class by truth value: false, true, unknown."""

Contribution = tuple[int, ...]
"""What a column adds to a situation, by class."""


Moves = tuple[tuple[int, int], ...]
"""The programs that a change of class touches, and what it adds to their situations."""

MOST_MOVES: Final = 4096
"""Remembered changes of a column's class; more are worked out each time."""


class Users:
    """The programs of one scope that look at a column, and what its changes mean to them."""

    __slots__ = ("moves", "parts")

    def __init__(self) -> None:
        self.parts: list[tuple[int, Contribution]] = []
        self.moves: dict[int, Moves] = {}
        """By `old << 20 | new`."""

    def moves_of(self, old: int, new: int) -> Moves:
        """What a change from one class to another adds, and where."""
        key = old << 20 | new
        moves = self.moves.get(key)
        if moves is None:
            deltas = ((program, part[new] - part[old]) for program, part in self.parts)
            moves = tuple((program, delta) for program, delta in deltas if delta)
            if len(self.moves) < MOST_MOVES:
                self.moves[key] = moves
        return moves


class Column:
    """One column, with the programs that look at it, by the scope in which they are judged."""

    __slots__ = ("descendants", "index", "initial", "moves", "own")

    def __init__(self, index: int, initial: int = UNKNOWN_CLASS) -> None:
        self.index = index
        self.initial = initial
        self.own = Users()
        self.descendants: dict[str, Users] = {}
        self.moves: dict[int, Moves] = {}
        """The changes that touch rules of the column's own scope and nothing else."""

    def add_user(self, scope: str, own_scope: str, program: int, part: Contribution) -> None:
        """Note that a program's situation contains this column."""
        users = self.own if scope == own_scope else self.descendants.setdefault(scope, Users())
        users.parts.append((program, part))


def contribution(places: Iterable[tuple[int, Sequence[Truth]]], classes: int) -> Contribution:
    """Conditions' places in a program and their truths by class, as one number for each class."""
    parts = [0] * classes
    for place, truths in places:
        for number in range(classes):
            parts[number] += int(truths[number]) << (2 * place)
    return tuple(parts)


class ValueClasses:
    """How the values of one fact fall into classes, given the constants that it is compared to."""

    def __init__(self, fact: Fact, conditions: Sequence[Condition]) -> None:
        self.conditions = list(dict.fromkeys(conditions))
        self._rows: dict[tuple[Truth, ...], int] = {}
        self.truths: list[tuple[Truth, ...]] = []
        """By class, the truth of each condition."""
        self._add(None)
        self.unrecognised = UNREADABLE
        """The class of words outside an enumeration."""
        self.classify: Callable[[Any], int]
        """From a value of the fact's Python type to its class, or UNREADABLE."""
        match fact.type:
            case "bool":
                table = {value: self._add(value) for value in (False, True)}
                self.classify = table.__getitem__
            case "enum":
                self.unrecognised = self._add(UNRECOGNISED, alone=True)
                words = _Words({value: self._add(value) for value in fact.values})
                words.other = self.unrecognised
                self.classify = words.__getitem__
            case "text":
                texts = _Words({value: self._add(value) for value in self._constants()})
                texts.other = self._add(_Other())
                self.classify = texts.__getitem__
            case _:
                self.classify = self._ordered(fact)

    def _constants(self) -> list[Any]:
        found: list[Any] = []
        for condition in self.conditions:
            if condition.operator in ("is", "not"):
                assert isinstance(condition.operand, tuple)
                found += condition.operand
            elif condition.operator != "known":
                found.append(condition.operand)
        return list(dict.fromkeys(found))

    def _add(self, value: Any, *, alone: bool = False) -> int:
        row = tuple(constant_truth(condition, value) for condition in self.conditions)
        return self._add_row(row, alone=alone or value is None)

    def _add_row(self, row: tuple[Truth, ...], *, alone: bool = False) -> int:
        if not alone and row in self._rows:
            return self._rows[row]
        self.truths.append(row)
        if not alone:
            self._rows[row] = len(self.truths) - 1
        return len(self.truths) - 1

    def _ordered(self, fact: Fact) -> Callable[[Any], int]:
        """Classes of values with an order: below, at and above each constant."""
        kind = fact.type
        bounds = sorted({comparable(kind, value) for value in self._constants()})
        places = {bound: 2 * at + 1 for at, bound in enumerate(bounds)}
        named = [_places(condition, kind, places) for condition in self.conditions]
        classes = []
        for position in range(2 * len(bounds) + 1):
            row = tuple(
                _ordered_truth(condition, position, at)
                for condition, at in zip(self.conditions, named, strict=True)
            )
            classes.append(self._add_row(row))
        if kind in ("version", "instant"):
            key: Callable[[str], Any] = version_key if kind == "version" else read_instant

            def classify_text(value: str) -> int:
                try:
                    place = key(value)
                except ValueError:
                    return UNREADABLE
                at = bisect_left(bounds, place)
                return classes[2 * at + (at < len(bounds) and bounds[at] == place)]

            return classify_text

        count = len(bounds)

        def classify_number(value: float) -> int:
            if -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
                at = bisect_left(bounds, value)
                return classes[2 * at + 1 if at < count and bounds[at] == value else 2 * at]
            return UNREADABLE

        return classify_number


class _Other:
    """A text that no rule names."""


class _Words(dict[str, int]):
    other = UNREADABLE

    def __missing__(self, word: str) -> int:
        return self.other if len(word) <= LONGEST_TEXT else UNREADABLE


def constant_truth(condition: Condition, value: Any) -> Truth:
    """The truth of `is`, `not` or `known` for a value; None is unknown."""
    if condition.operator == "known":
        return Truth((value is not None) == condition.operand)
    if value is None:
        return Truth.UNKNOWN
    assert isinstance(condition.operand, tuple)
    return Truth((value in condition.operand) == (condition.operator == "is"))


def _places(condition: Condition, kind: FactType, places: dict[Any, int]) -> frozenset[int]:
    """Where a condition's constants stand among the bounds."""
    operand = condition.operand
    if condition.operator == "known":
        return frozenset()
    values = operand if isinstance(operand, tuple) else (operand,)
    return frozenset(places[comparable(kind, value)] for value in values)  # type: ignore[arg-type]


def _ordered_truth(condition: Condition, position: int, at: frozenset[int]) -> Truth:
    """The truth for a value at (odd positions) or between (even positions) the bounds."""
    match condition.operator:
        case "known":
            return Truth(condition.operand is True)
        case "is":
            return Truth(position in at)
        case "not":
            return Truth(position not in at)
    (bound,) = at
    match condition.operator:
        case "above":
            return Truth(position > bound)
        case "below":
            return Truth(position < bound)
        case "at_least":
            return Truth(position >= bound)
        case _:
            return Truth(position <= bound)
