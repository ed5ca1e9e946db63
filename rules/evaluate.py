"""The judge of patterns in plain Python: the law's first and tenth paragraphs and nothing else.

It is slow and meant to be obviously right: explanations stand on it, and the engine is held
against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TypeAlias, cast

from rules.expressions import finder
from rules.pattern import AGE_OPERATORS, Condition, Pattern, conditions
from rules.rule_base import Fact
from rules.values import FUTURE_TOLERANCE, Value, comparable, read_instant
from rules.vocabulary import FactType, Truth

KnownFacts: TypeAlias = Mapping[str, Value] | Callable[[str], Value | None]
"""Each known fact's value, in the form of `read_value`, by its name; nothing where unknown."""

Catalogue: TypeAlias = Mapping[str, Fact]
"""The declared facts by name; it tells versions and instants from texts. A name that it lacks
(`confirm.NAME`) is a plain true or false."""


def truth(pattern: Pattern, facts: KnownFacts, now: datetime, catalogue: Catalogue) -> Truth:
    """Whether a pattern holds of some facts at a time, in Kleene's three values."""
    if isinstance(pattern, Condition):
        return condition_truth(pattern, facts, now, catalogue)
    parts = [truth(part, facts, now, catalogue) for part in pattern.patterns]
    match pattern.kind:
        case "all":
            return conjunction(parts)
        case "any":
            return disjunction(parts)
        case "none":
            return negation(disjunction(parts))


def conjunction(parts: list[Truth]) -> Truth:
    """False where one part is, else unknown where one is, else true."""
    if Truth.FALSE in parts:
        return Truth.FALSE
    return Truth.UNKNOWN if Truth.UNKNOWN in parts else Truth.TRUE


def disjunction(parts: list[Truth]) -> Truth:
    """True where one part is, else unknown where one is, else false."""
    if Truth.TRUE in parts:
        return Truth.TRUE
    return Truth.UNKNOWN if Truth.UNKNOWN in parts else Truth.FALSE


def negation(part: Truth) -> Truth:
    """The other of true and false; unknown stays unknown."""
    return {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE}.get(part, Truth.UNKNOWN)


def condition_truth(
    condition: Condition, facts: KnownFacts, now: datetime, catalogue: Catalogue
) -> Truth:
    """Whether one condition holds of some facts at a time."""
    value = value_of(facts, condition.fact)
    if condition.operator == "known":
        return _truth_of((value is not None) == condition.operand)
    if value is None:
        return Truth.UNKNOWN
    kind = type_of(catalogue, condition.fact)
    mine = comparable(kind, value)
    match condition.operator:
        case "is" | "not":
            accepted = [
                comparable(kind, each) for each in cast(tuple[Value, ...], condition.operand)
            ]
            return _truth_of((mine in accepted) == (condition.operator == "is"))
        case "above":
            return _truth_of(mine > comparable(kind, cast(Value, condition.operand)))
        case "below":
            return _truth_of(mine < comparable(kind, cast(Value, condition.operand)))
        case "at_least":
            return _truth_of(mine >= comparable(kind, cast(Value, condition.operand)))
        case "at_most":
            return _truth_of(mine <= comparable(kind, cast(Value, condition.operand)))
        case "older_than" | "newer_than":
            if is_ahead(mine, now):
                return Truth.UNKNOWN
            old = now - mine >= cast(timedelta, condition.operand)
            return _truth_of(old == (condition.operator == "older_than"))
        case "matches":
            return _truth_of(finder(str(condition.operand))(str(value)))
        case "same_as" | "differs_from" | "later_than" | "earlier_than":
            other = value_of(facts, str(condition.operand))
            if other is None:
                return Truth.UNKNOWN
            theirs = comparable(kind, other)
            if condition.operator in ("same_as", "differs_from"):
                return _truth_of((mine == theirs) == (condition.operator == "same_as"))
            if is_ahead(mine, now) or is_ahead(theirs, now):
                return Truth.UNKNOWN
            later = condition.operator == "later_than"
            return _truth_of(mine > theirs if later else mine < theirs)


def next_flip(
    pattern: Pattern, facts: KnownFacts, now: datetime, catalogue: Catalogue
) -> datetime | None:
    """The next instant at which a condition on time could change while no fact does; None where
    there is none. It may name an instant at which nothing comes to change."""
    return min(
        (
            flip
            for condition in conditions(pattern)
            for flip in condition_flips(condition, facts, catalogue)
            if flip > now
        ),
        default=None,
    )


def condition_flips(
    condition: Condition, facts: KnownFacts, catalogue: Catalogue
) -> Iterator[datetime]:
    """The instants at which a condition changes by itself: where its instants stop lying too far
    ahead, and where its age reaches its bound."""
    if type_of(catalogue, condition.fact) != "instant":
        return
    named = [condition.fact]
    if condition.operator in ("later_than", "earlier_than"):
        named.append(str(condition.operand))
    elif condition.operator not in AGE_OPERATORS:
        return
    for name in named:
        value = value_of(facts, name)
        if value is None:
            continue
        instant = read_instant(str(value))
        yield from shifted(instant, -FUTURE_TOLERANCE)
        if condition.operator in AGE_OPERATORS:
            yield from shifted(instant, cast(timedelta, condition.operand))


def shifted(instant: datetime, by: timedelta) -> Iterator[datetime]:
    """An instant and a duration together; nothing where the calendar ends before it."""
    try:
        yield instant + by
    except OverflowError:
        return


def is_ahead(instant: datetime, now: datetime) -> bool:
    """Whether an instant lies so far ahead that it cannot be believed (law 10)."""
    return instant - now > FUTURE_TOLERANCE


def value_of(facts: KnownFacts, name: str) -> Value | None:
    """A fact's value, or None where it is unknown."""
    return facts(name) if callable(facts) else facts.get(name)


def type_of(catalogue: Catalogue, name: str) -> FactType:
    """A fact's declared type."""
    fact = catalogue.get(name)
    return "bool" if fact is None else fact.type


def _truth_of(holds: bool) -> Truth:
    return Truth.TRUE if holds else Truth.FALSE
