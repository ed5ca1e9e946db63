"""Small changes of patterns: each comparison, value and boundary in turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final, NamedTuple, cast

from rules.authoring.expression_changes import expression_changes
from rules.authoring.value_changes import a_second_apart, next_to
from rules.pattern import (
    AGE_OPERATORS,
    THRESHOLD_OPERATORS,
    Combination,
    Condition,
    Operator,
    Pattern,
    conditions,
)
from rules.rule_base import Fact
from rules.values import Value
from rules.wording import say_condition

_NEGATED: Final[dict[str, Operator]] = {
    "is": "not",
    "not": "is",
    "above": "at_most",
    "at_most": "above",
    "below": "at_least",
    "at_least": "below",
    "older_than": "newer_than",
    "newer_than": "older_than",
    "same_as": "differs_from",
    "differs_from": "same_as",
    "later_than": "earlier_than",
    "earlier_than": "later_than",
}
_OTHER_SIDE: Final[dict[str, Operator]] = {
    "above": "at_least",
    "at_least": "above",
    "below": "at_most",
    "at_most": "below",
}
_OTHER_KIND: Final[dict[str, Any]] = {"any": "all", "all": "any", "none": "any"}

Catalogue = Mapping[str, Fact]


class PatternChange(NamedTuple):
    """One change of a pattern."""

    said: str
    pattern: Pattern
    """What is left of it, or has become of it."""
    first: int
    """Which of the pattern's conditions is changed, or the first of those that are."""
    last: int
    """The condition after them."""
    member: int | None = None
    """Which value of the condition's list is changed, where it is one of several."""


def pattern_changes(
    pattern: Pattern, catalogue: Catalogue, first: int = 0
) -> Iterator[PatternChange]:
    """Every change of a pattern whose first condition has this number."""
    if isinstance(pattern, Condition):
        yield from _condition_changes(pattern, catalogue, first)
        return
    count = sum(1 for _ in conditions(pattern))
    if len(pattern.patterns) > 1 or pattern.kind == "none":
        kind = _OTHER_KIND[pattern.kind]
        said = f"{pattern.kind} turned to {kind}"
        yield PatternChange(said, Combination(kind, pattern.patterns), first, first + count)
    begin = first
    for place, part in enumerate(pattern.patterns):
        end = begin + sum(1 for _ in conditions(part))
        before, after = pattern.patterns[:place], pattern.patterns[place + 1 :]
        if len(pattern.patterns) > 1:
            said = f"{say_pattern(part, catalogue)} taken away"
            rest = Combination(pattern.kind, (*before, *after))
            yield PatternChange(said, rest, begin, end)
        for change in pattern_changes(part, catalogue, begin):
            whole = Combination(pattern.kind, (*before, change.pattern, *after))
            yield change._replace(pattern=whole)
        begin = end


def say_pattern(pattern: Pattern, catalogue: Catalogue) -> str:
    """A pattern in a line."""
    if isinstance(pattern, Condition):
        return say_condition(pattern, catalogue)
    parts = "; ".join(say_pattern(part, catalogue) for part in pattern.patterns)
    return f"{pattern.kind} of ({parts})"


def _condition_changes(
    condition: Condition, catalogue: Catalogue, number: int
) -> Iterator[PatternChange]:
    said = say_condition(condition, catalogue)
    for other, member in _other_conditions(condition, catalogue.get(condition.fact)):
        change = f"{said} turned to {say_condition(other, catalogue)}"
        yield PatternChange(change, other, number, number + 1, member)
    if condition.operator == "matches":
        change = f"{said} turned to its contrary"
        yield PatternChange(change, Combination("none", (condition,)), number, number + 1)
        for part, left in expression_changes(str(condition.operand)):
            other = Condition(condition.fact, "matches", left)
            yield PatternChange(f"{said}: {part} taken away", other, number, number + 1)


def _other_conditions(
    condition: Condition, fact: Fact | None
) -> Iterator[tuple[Condition, int | None]]:
    name, operator, operand = condition.fact, condition.operator, condition.operand
    if operator == "known":
        yield Condition(name, "known", not operand), None
        return
    if operator in _NEGATED:
        yield Condition(name, _NEGATED[operator], operand), None
    if operator in _OTHER_SIDE:
        yield Condition(name, _OTHER_SIDE[operator], operand), None
    if operator in ("is", "not"):
        values = cast(tuple[Value, ...], operand)
        if len(values) > 1:
            for place in range(len(values)):
                yield Condition(name, operator, values[:place] + values[place + 1 :]), place
        elif others := list(next_to(values[0], fact)):
            yield Condition(name, operator, (others[0],)), None
    elif operator in AGE_OPERATORS:
        for span in a_second_apart(cast(timedelta, operand)):
            yield Condition(name, operator, span), None
    elif operator in THRESHOLD_OPERATORS:
        for bound in next_to(cast(Value, operand), fact):
            yield Condition(name, operator, bound), None
