"""Sets of situations, taken apart into parts that can be said: disjoint, together the whole set."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import product
from typing import Any, Final

import msgspec

from rules.authoring.dimensions import Dimension
from rules.authoring.ranges import ORDERED, Ranges
from rules.authoring.space import Space
from rules.pattern import Condition
from rules.representatives import SomeText
from rules.rule_base import RuleBase
from rules.vocabulary import Truth
from rules.wording import say_condition, say_value

MOST_PARTS: Final = 1_000
"""Parts of one set that are named; how many situations the others are is said."""

_MOST_BOXES: Final = 4_096
_FEWEST_BOXES: Final = 16
_MOST_WORK: Final = 240_000
"""Boxes of all sets together, times the facts that matter to them."""
_SHARE: Final = 8
"""Of what is left of that, one set may take the eighth part."""


class Clause(msgspec.Struct, frozen=True):
    """What one fact may be, or what is true of facts that are compared with one another."""

    about: str
    """A fact, or a condition between facts."""
    values: tuple[str, ...]


class Part(msgspec.Struct, frozen=True):
    """All situations in which each clause holds; without clauses, every situation."""

    count: int
    clauses: tuple[Clause, ...]

    def __str__(self) -> str:
        return "; ".join(f"{one.about}: {' or '.join(one.values)}" for one in self.clauses)


class Parts(msgspec.Struct, frozen=True):
    """A set of situations; `left_out` of them are in none of the parts, which would be too many."""

    parts: tuple[Part, ...]
    left_out: int = 0

    def __str__(self) -> str:
        said = "; or where ".join(str(part) for part in self.parts if part.clauses)
        return f"{said}; or in {self.left_out:,} more" if self.left_out else said


class PartFinder:
    """Takes sets apart over some dimensions of a space."""

    def __init__(self, rule_base: RuleBase, space: Space) -> None:
        self._base = rule_base
        self._space = space
        self._room = _MOST_WORK
        self._said: dict[int, Ranges] = {}
        """By dimension, how its values are said."""

    def parts(self, where: int, dimensions: Sequence[Dimension], most: int = MOST_PARTS) -> Parts:
        """The parts of a set in which no more than these dimensions matter: fewer than that where
        many large sets were taken apart before."""
        every = 1
        for dimension in dimensions:
            every *= len(dimension.classes)
        total = self._space.diagram.count(where, [one.number for one in dimensions])
        sizes = self._space.diagram.sizes
        found: list[Part] = []
        for box in self._boxes(where, sizes):
            ways = [self._ways(one, box[one.number]) for one in dimensions if one.number in box]
            free = every
            for one in dimensions:
                if one.number in box:
                    free //= len(one.classes)
            for way in product(*ways):
                if len(found) >= most:
                    break
                count = free
                clauses: list[Clause] = []
                for number, inner in way:
                    count *= number
                    clauses += inner
                found.append(Part(count, tuple(clauses)))
        found.sort(key=lambda part: -part.count)
        return Parts(tuple(found), total - sum(part.count for part in found))

    def _boxes(self, where: int, sizes: Sequence[int]) -> list[dict[int, int]]:
        """Boxes of a set: all, as few as they can be, or some where they are many."""
        deep = max(1, len(self._space.diagram.dimensions(where)))
        most = max(_FEWEST_BOXES, min(_MOST_BOXES, self._room // _SHARE // deep))
        boxes = self._space.diagram.boxes(where, most + 1)
        self._room -= len(boxes) * deep
        return _merged(boxes, sizes) if len(boxes) <= most else boxes[:most]

    def _ways(self, dimension: Dimension, mask: int) -> list[tuple[int, list[Clause]]]:
        """How many classes of a dimension come to the same, and what is said of them."""
        chosen = [bit for bit in range(len(dimension.classes)) if mask >> bit & 1]
        if len(chosen) == len(dimension.classes):
            return [(len(chosen), [])]
        if dimension.truths:
            return list(self._cubes(dimension, frozenset(chosen), range(len(dimension.classes))))
        name = dimension.facts[0]
        if dimension.members:
            return [(len(chosen), [Clause(name, tuple(self._ranges(dimension, chosen)))])]
        values = [dimension.classes[bit] for bit in chosen]
        words = dict.fromkeys(
            self._word(name, value[0] if isinstance(value, tuple) else value) for value in values
        )
        return [(len(chosen), [Clause(name, tuple(words))])]

    def _ranges(self, dimension: Dimension, chosen: Sequence[int]) -> Iterable[str]:
        """What the values of some classes are, unknown first."""
        name = dimension.facts[0]
        fact = self._base.facts[name]
        places = sorted(place for bit in chosen for place in dimension.members[bit])
        if 0 in places:
            yield "unknown"
        known = [place - 1 for place in places if place]
        if fact.type in ORDERED:
            if dimension.number not in self._said:
                values = dimension.values[1:]
                self._said[dimension.number] = Ranges(fact, values, dimension.conditions)
            if known:
                yield from self._said[dimension.number].say(known)
        elif len(known) + 1 == len(dimension.values):
            yield "known"
        else:
            yield from dict.fromkeys(
                self._word(name, dimension.values[1:][place]) for place in known
            )

    def _cubes(
        self, dimension: Dimension, chosen: Collection[int], among: Sequence[int]
    ) -> Iterable[tuple[int, list[Clause]]]:
        """Facts that are compared with one another, told apart by what is true of them."""
        inside = sum(bit in chosen for bit in among)
        if not inside:
            return
        if inside == len(among):
            yield inside, []
            return
        best: dict[Truth, list[int]] = {}
        signal, least = -1, len(among) + 1
        for number in range(len(dimension.conditions)):
            sorted_by: dict[Truth, list[int]] = {}
            for bit in among:
                sorted_by.setdefault(dimension.truths[bit][number], []).append(bit)
            if len(sorted_by) < 2:
                continue
            mixed = sum(
                len(bits)
                for bits in sorted_by.values()
                if 0 < sum(bit in chosen for bit in bits) < len(bits)
            )
            if mixed < least:
                best, signal, least = sorted_by, number, mixed
        about = self._say(dimension.conditions[signal])
        whole = {truth: bits for truth, bits in best.items() if all(bit in chosen for bit in bits)}
        if whole:
            words = tuple(_TRUTHS[truth] for truth in sorted(whole, reverse=True))
            yield sum(map(len, whole.values())), [Clause(about, words)]
        for truth, bits in best.items():
            if truth not in whole:
                for count, clauses in self._cubes(dimension, chosen, bits):
                    yield count, [Clause(about, (_TRUTHS[truth],)), *clauses]

    def _say(self, condition: Condition) -> str:
        return say_condition(condition, self._base.facts)

    def _word(self, name: str, value: Any) -> str:
        fact = self._base.facts.get(name)
        if value is None:
            return "unknown"
        if isinstance(value, SomeText):
            return "some text"
        if fact is None:
            return str(value)
        # An empty text is to be seen.
        return say_value(value, fact).strip('"') or '""'


_TRUTHS: Final = {Truth.TRUE: "true", Truth.FALSE: "false", Truth.UNKNOWN: "unknown"}


def _merged(boxes: list[dict[int, int]], sizes: Sequence[int]) -> list[dict[int, int]]:
    """Boxes that differ in one dimension alone are one."""
    found = [tuple(sorted(box.items())) for box in boxes]
    numbers = sorted({number for box in boxes for number in box}, reverse=True)
    before = 0
    while len(found) != before:
        before = len(found)
        for number in numbers:
            every = (1 << sizes[number]) - 1
            made: dict[tuple[tuple[int, int], ...], int] = {}
            for box in found:
                rest = tuple([item for item in box if item[0] != number])
                mask = every if len(rest) == len(box) else dict(box)[number]
                made[rest] = made.get(rest, 0) | mask
            if len(made) < len(found):
                found = [
                    rest if mask == every else tuple(sorted((*rest, (number, mask))))
                    for rest, mask in made.items()
                ]
    return [dict(box) for box in found]
