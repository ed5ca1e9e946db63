"""Patterns: conditions over facts, combined. The form in which rules and derivations say what
must be true."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final, Literal, TypeAlias

import msgspec

from rules.values import Value

Operator = Literal[
    "is",
    "not",
    "above",
    "below",
    "at_least",
    "at_most",
    "older_than",
    "newer_than",
    "later_than",
    "earlier_than",
    "same_as",
    "differs_from",
    "matches",
    "known",
]

THRESHOLD_OPERATORS: Final = frozenset({"above", "below", "at_least", "at_most"})
AGE_OPERATORS: Final = frozenset({"older_than", "newer_than"})
RELATION_OPERATORS: Final = frozenset({"later_than", "earlier_than", "same_as", "differs_from"})
COMBINATORS: Final = ("any", "all", "none")
RESERVED_WORDS: Final = frozenset(
    {
        *("any", "all", "none", "not", "above", "below", "at_least", "at_most", "older_than"),
        *("newer_than", "later_than", "earlier_than", "same_as", "differs_from", "matches"),
        *("known", "confirm", "for", "until"),
    }
)
"""Words that are no parts of facts' names."""


class Condition(msgspec.Struct, frozen=True):
    """One comparison of one fact.

    `operand` is, by operator: the accepted or refused values (`is`, `not`), the constant of a
    threshold, an age, the other fact's name (relations), a regular expression, or a truth value
    (`known`).
    """

    fact: str
    operator: Operator
    operand: tuple[Value, ...] | Value | timedelta


class Combination(msgspec.Struct, frozen=True):
    """Patterns of which all, any or none must hold."""

    kind: Literal["all", "any", "none"]
    patterns: tuple[Pattern, ...]


Pattern: TypeAlias = Condition | Combination


def conditions(pattern: Pattern) -> Iterator[Condition]:
    """Every condition of a pattern, in the order in which it was written."""
    stack = [pattern]
    while stack:
        part = stack.pop()
        if isinstance(part, Condition):
            yield part
        else:
            stack.extend(reversed(part.patterns))


def facts_named(pattern: Pattern) -> Iterator[str]:
    """The facts that a pattern looks at; a relation names two."""
    for condition in conditions(pattern):
        yield condition.fact
        if condition.operator in RELATION_OPERATORS:
            yield str(condition.operand)


def combinations_of(pattern: Pattern) -> Iterator[Combination]:
    """A pattern and all parts of it that combine others."""
    stack = [pattern]
    while stack:
        part = stack.pop()
        if isinstance(part, Combination):
            yield part
            stack.extend(reversed(part.patterns))
