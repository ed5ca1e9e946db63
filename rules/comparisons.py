"""What depends on more than one fact's class: whether a fact compares with another, or is of an
age, now, and the instant at which time alone can change that (law 10)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from rules.compiled import Relation
from rules.finding import recognised
from rules.values import FUTURE_TOLERANCE, Value, read_instant, version_key
from rules.vocabulary import Truth

_TRUTHS: Final = (Truth.FALSE, Truth.TRUE)


def relation_truth(
    test: Relation, value: Value, other: Value, now: datetime
) -> tuple[Truth, datetime | None]:
    """Whether one fact's value compares with another's, and when that can change."""
    kind, operator = test.fact.declared.type, test.operator
    left: Any = value
    right: Any = other
    if kind == "instant":
        left, right = read_instant(left), read_instant(right)
    elif kind == "version":
        left, right = version_key(left), version_key(right)
    elif kind == "enum":
        left, right = (
            recognised(test.fact.declared, value),
            recognised(test.other.declared, other),
        )
    if operator == "same_as":
        return _TRUTHS[left == right], None
    if operator == "differs_from":
        return _TRUTHS[left != right], None
    if left > now or right > now:
        settled = max(left, right) - FUTURE_TOLERANCE
        if settled > now:
            return Truth.UNKNOWN, settled
    return _TRUTHS[left > right if operator == "later_than" else left < right], None


def age_truth(
    instant: datetime, operator: str, bound: timedelta, now: datetime
) -> tuple[Truth, datetime | None]:
    """Whether an instant is older or newer than a bound, and when that can change."""
    if instant - FUTURE_TOLERANCE > now:
        return Truth.UNKNOWN, instant - FUTURE_TOLERANCE
    try:
        passes = instant + bound
    except OverflowError:
        passes = datetime.max.replace(tzinfo=UTC)
    old = now >= passes
    return Truth(old == (operator == "older_than")), None if old else passes
