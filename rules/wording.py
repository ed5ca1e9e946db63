"""How conditions and values read to people; plain text without any terminal codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final, cast

from rules.pattern import Condition, Operator
from rules.rule_base import Fact
from rules.values import Value, show_duration, show_seconds

LONGEST_SHOWN_VALUE: Final = 120
"""Characters of a text value that are shown; the rest is cut and the cut is marked."""

_OPPOSITE: Final[dict[str, str]] = {
    "is": "not",
    "above": "at_most",
    "below": "at_least",
    "older_than": "newer_than",
    "same_as": "differs_from",
}
OPPOSITE: Final[Mapping[str, str]] = _OPPOSITE | {b: a for a, b in _OPPOSITE.items()}
"""The operator that says the contrary of another, where there is one."""

_WORDS: Final[dict[str, str]] = {
    "is": "=",
    "not": "is not",
    "above": "above",
    "below": "below",
    "at_least": "at least",
    "at_most": "at most",
    "later_than": "later than",
    "earlier_than": "earlier than",
    "same_as": "same as",
    "differs_from": "differs from",
    "matches": "matches",
}


def say_condition(
    condition: Condition, catalogue: Mapping[str, Fact], *, holds: bool = True
) -> str:
    """A condition, or its contrary, with the fact's name before it."""
    return f"{condition.fact} {say_operator(condition, catalogue, holds=holds)}"


def say_operator(condition: Condition, catalogue: Mapping[str, Fact], *, holds: bool = True) -> str:
    """What a condition, or its contrary, demands of its fact, without the fact's name."""
    operator, operand = condition.operator, condition.operand
    if operator == "known":
        return "is known" if operand == holds else "is not known"
    if not holds and operator in OPPOSITE:
        return say_operator(
            Condition(condition.fact, cast(Operator, OPPOSITE[operator]), operand), catalogue
        )
    before = "" if holds else "not "
    fact = catalogue.get(condition.fact)
    match operator:
        case "is" | "not":
            values = [say_value(value, fact) for value in cast(tuple[Value, ...], operand)]
            return f"{_WORDS[operator]} {say_choice(values)}"
        case "older_than":
            return f"at least {show_duration(cast(timedelta, operand))} old"
        case "newer_than":
            return f"less than {show_duration(cast(timedelta, operand))} old"
        case "matches":
            return f"{before}{_WORDS[operator]} {quote(str(operand))}"
        case "same_as" | "differs_from" | "later_than" | "earlier_than":
            return f"{before}{_WORDS[operator]} {operand}"
        case _:
            return f"{_WORDS[operator]} {say_value(cast(Value, operand), fact)}"


def say_choice(words: Iterable[str]) -> str:
    """Several words of which any will do."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def say_value(value: Value | None, fact: Fact | None) -> str:
    """A fact's value: texts in quotes, durations and units written out, `not known` for none."""
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if fact is not None and fact.type == "instant" else quote(value)
    if fact is not None and fact.type == "duration":
        return show_seconds(value)
    number = f"{value:.6g}" if isinstance(value, float) else str(value)
    return f"{number} {fact.unit}" if fact is not None and fact.unit else number


def quote(text: str) -> str:
    """A text in quotes, in which nothing can act on a terminal, and cut where it is very long."""
    cut = text if len(text) <= LONGEST_SHOWN_VALUE else text[:LONGEST_SHOWN_VALUE] + "…"
    shown = (
        character if character.isprintable() and character not in '"\\' else _escape(character)
        for character in cut
    )
    return f'"{"".join(shown)}"'


def _escape(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    return character.encode("unicode_escape").decode("ascii")
