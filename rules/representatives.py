"""The values that a fact could take, as few of them as conditions can tell apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import combinations, islice, pairwise
from typing import Final, cast

from rules.evaluate import shifted
from rules.expressions import finder
from rules.found_texts import found_texts
from rules.pattern import AGE_OPERATORS, RELATION_OPERATORS, THRESHOLD_OPERATORS, Condition
from rules.rule_base import Fact
from rules.values import (
    FUTURE_TOLERANCE,
    LARGEST_NUMBER,
    Value,
    read_instant,
    version_key,
)
from rules.vocabulary import UNRECOGNISED

MOST_EXPRESSIONS: Final = 4
"""Regular expressions on one text whose combinations are told apart."""

_MOST_WORDS: Final = 60
"""Words of expressions that are tried as texts."""

MOST_FRESH: Final = 4
"""Values that no condition names, for facts that are compared with one another."""

_A_DAY: Final = timedelta(days=1)


class SomeText(str):
    """A text that nobody has named: it is found by some regular expressions and not by others.

    `found_by` holds those expressions. Where they can be read there is such a text, and this is
    one; otherwise whether it exists is taken on trust."""

    __slots__ = ("found_by",)
    found_by: frozenset[str]

    @classmethod
    def make(cls, number: int, found_by: Iterable[str]) -> SomeText:
        """One of several such texts; the number tells them apart."""
        found = frozenset(found_by)
        return cls.like(f"\0{number} {sorted(found)}", found)

    @classmethod
    def like(cls, text: str, found_by: frozenset[str]) -> SomeText:
        """Such a text as it may be."""
        made = cls(text)
        made.found_by = found_by
        return made


def representatives(
    fact: Fact | None,
    around: Sequence[Condition],
    current: Sequence[Value],
    now: datetime,
) -> list[Value]:
    """Values of which each stands for all that the conditions cannot tell from it.

    Args:
        fact: whose values are asked for; none is a plain true or false.
        around: the conditions on it and on the facts that it is compared with.
        current: the values that those facts have now.
        now: the time at which ages are judged.
    """
    compared = any(condition.operator in RELATION_OPERATORS for condition in around)
    fresh = MOST_FRESH if compared else 1
    named = named_constants(around) | set(current)
    match "bool" if fact is None else fact.type:
        case "bool":
            return [True, False]
        case "enum":
            assert fact is not None
            return [*fact.values, UNRECOGNISED]
        case "int":
            whole = [int(number) for number in _numbers(named)]
            return list(_spread(sorted(set(whole)), _between_wholes, fresh))
        case "float" | "duration":
            return list(_spread(sorted(set(_numbers(named))), _between_numbers, fresh))
        case "instant":
            return _instants(around, named, now, fresh)
        case "version":
            return _versions(named, fresh)
        case "text":
            return _texts(around, named, fresh)


def named_constants(around: Iterable[Condition]) -> set[Value]:
    """The values that some conditions compare with."""
    named: set[Value] = set()
    for condition in around:
        if condition.operator in ("is", "not"):
            named.update(cast(tuple[Value, ...], condition.operand))
        elif condition.operator in THRESHOLD_OPERATORS:
            named.add(cast(Value, condition.operand))
    return named


def _numbers(named: Iterable[Value]) -> list[float]:
    return [value for value in named if isinstance(value, int | float)]


def _spread(
    points: list[float] | list[int], between: Callable[[float, float, int], list[float]], fresh: int
) -> Iterable[float]:
    """Each point, and some values before, between and after them."""
    if not points:
        points = [0]
    low, high = points[0] - 1 - fresh, points[-1] + 1 + fresh
    yield from points
    for before, after in pairwise([low, *points, high]):
        for number in between(before, after, fresh):
            if abs(number) <= LARGEST_NUMBER:
                yield number


def _between_wholes(low: float, high: float, count: int) -> list[float]:
    middle = int(low + high) // 2
    inside = range(max(int(low) + 1, middle - count // 2), int(high))
    return list(inside[:count])


def _between_numbers(low: float, high: float, count: int) -> list[float]:
    step = (high - low) / (count + 1)
    inside = (low + step * number for number in range(1, count + 1))
    return [number for number in inside if low < number < high]


def _instants(
    around: Iterable[Condition], named: Iterable[Value], now: datetime, fresh: int
) -> list[Value]:
    points = {now, now + FUTURE_TOLERANCE}
    points.update(read_instant(str(value)) for value in named)
    for condition in around:
        if condition.operator in AGE_OPERATORS:
            points.update(shifted(now, -cast(timedelta, condition.operand)))
    ordered = sorted(points)
    edges = (*shifted(ordered[0], -_A_DAY), *ordered, *shifted(ordered[-1], _A_DAY))
    found = list(ordered)
    for before, after in pairwise(edges):
        step = (after - before) / (fresh + 1)
        found += [before + step * number for number in range(1, fresh + 1) if step]
    return [instant.isoformat() for instant in found]


def _versions(named: Iterable[Value], fresh: int) -> list[Value]:
    points = sorted({str(value) for value in named} or {"1"}, key=version_key)
    found = [*points, "0"]
    for point in points:
        for number in range(fresh):
            just_after = f"{point}.{'abcd'[number]}"
            found += [just_after, f"{point}.{number + 1}"]
    return [text for text in found if _is_version(text)]


def _is_version(text: str) -> bool:
    try:
        version_key(text)
    except ValueError:
        return False
    return True


def _texts(around: Iterable[Condition], named: Iterable[Value], fresh: int) -> list[Value]:
    texts = sorted(str(value) for value in named)
    expressions = _expressions(around)
    told = found_texts(expressions, frozenset(texts), fresh) if expressions else None
    found: list[Value] = [*texts]
    if told is not None:
        for found_by, examples in told.items():
            found += [SomeText.like(text, found_by) for text in examples]
        return found
    for size in range(len(expressions) + 1):
        for chosen in combinations(expressions, size):
            found += [SomeText.make(number, chosen) for number in range(fresh)]
    return found


def _expressions(around: Iterable[Condition]) -> tuple[str, ...]:
    matching = {str(condition.operand) for condition in around if condition.operator == "matches"}
    return tuple(sorted(matching)[:MOST_EXPRESSIONS])


def texts_are_told(around: Sequence[Condition]) -> bool:
    """Whether it is known which texts some conditions can tell apart: their expressions are such
    as can be read, and few enough. What is not known is taken on trust by `representatives`."""
    matching = {str(condition.operand) for condition in around if condition.operator == "matches"}
    compared = any(condition.operator in RELATION_OPERATORS for condition in around)
    named = frozenset(str(value) for value in named_constants(around))
    fresh = MOST_FRESH if compared else 1
    return len(matching) <= MOST_EXPRESSIONS and (
        not matching
        or found_texts(tuple(sorted(matching)), named, fresh) is not None
        or (not compared and _are_shown(matching, named))
    )


def _are_shown(expressions: Collection[str], named: Collection[str]) -> bool:
    """Whether words of the expressions themselves are examples for every way in which some of them
    and no others find a text."""
    words = {word for one in expressions for word in re.findall(r"\w+", one)}
    texts = {"", "-", *islice(sorted(words), _MOST_WORDS)}
    texts |= {f"{one} {other}" for one, other in combinations(sorted(texts), 2)}
    finders = [finder(one) for one in expressions]
    shown = {tuple(find(text) for find in finders) for text in texts.difference(named)}
    return len(shown) == 1 << len(finders)


def connected(
    names: Iterable[str], conditions: Iterable[Condition]
) -> Mapping[str, frozenset[str]]:
    """For each fact, those that it is compared with, directly or through others, and itself."""
    groups = {name: {name} for name in names}
    for condition in conditions:
        if condition.operator in RELATION_OPERATORS:
            joined = groups[condition.fact] | groups[str(condition.operand)]
            for name in joined:
                groups[name] = joined
    return {name: frozenset(group) for name, group in groups.items()}
