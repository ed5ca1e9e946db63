"""Patterns as people read them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rules.pattern import Condition, Pattern
from rules.rule_base import RuleBase
from rules.wording import say_condition

_COMBINED: Final = {"all": "all of these", "any": "any of these", "none": "none of these"}


def pattern_lines(pattern: Pattern, rule_base: RuleBase, depth: int = 0) -> Iterator[str]:
    """A pattern, one condition a line; inner lines stand two spaces deeper."""
    indent = "  " * depth
    if isinstance(pattern, Condition):
        yield indent + say_condition(pattern, rule_base.facts)
        return
    inner = depth
    if depth or pattern.kind != "all":
        yield f"{indent}{_COMBINED[pattern.kind]}:"
        inner = depth + 1
    for part in pattern.patterns:
        yield from pattern_lines(part, rule_base, inner)


def pattern_in_a_line(pattern: Pattern, rule_base: RuleBase, *, outer: bool = True) -> str:
    """A pattern in one line; inner combinations stand in brackets."""
    if isinstance(pattern, Condition):
        return say_condition(pattern, rule_base.facts)
    if len(pattern.patterns) == 1 and pattern.kind != "none":
        return pattern_in_a_line(pattern.patterns[0], rule_base, outer=outer)
    parts = [pattern_in_a_line(part, rule_base, outer=False) for part in pattern.patterns]
    joined = {"all": " and ", "any": " or ", "none": " or "}[pattern.kind].join(parts)
    if pattern.kind == "none":
        return f"none of ({joined})"
    return joined if outer else f"({joined})"
