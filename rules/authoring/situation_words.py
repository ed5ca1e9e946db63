"""What is said of patterns, and of sets of situations, to those who write rules."""

from __future__ import annotations

from typing import Final

from rules.authoring.patterns_in_words import pattern_in_a_line
from rules.authoring.space import Space
from rules.pattern import Condition, Pattern
from rules.rule_base import RuleBase
from rules.wording import say_condition, say_value

LONGEST_SAID: Final = 300
"""Characters of a pattern, or of a list of facts."""


class SituationWords:
    """Says patterns and situations of one space."""

    def __init__(self, rule_base: RuleBase, space: Space) -> None:
        self._base = rule_base
        self._space = space

    def part(self, pattern: Pattern) -> str:
        """A part of a pattern, with its combinator before it."""
        if isinstance(pattern, Condition):
            return say_condition(pattern, self._base.facts)
        inner = "; ".join(self.part(part) for part in pattern.patterns)
        return cut(f"{pattern.kind} of ({inner})")

    def whole(self, pattern: Pattern) -> str:
        """A pattern as a sentence has it."""
        return cut(pattern_in_a_line(pattern, self._base))

    def for_one(self, where: int) -> str:
        """One situation of a set."""
        example = self._space.example(where)
        said = [
            f"{name} = {say_value(value, self._base.facts.get(name))}"
            for name, value in sorted(example.items())
            if value is not None
        ]
        said += [f"{name} is not known" for name, value in sorted(example.items()) if value is None]
        return cut(f"for one where {', '.join(said)}") if said else "in every situation"


def cut(text: str) -> str:
    """A text without what is too long of it."""
    return text if len(text) <= LONGEST_SAID else text[:LONGEST_SAID] + "…"
