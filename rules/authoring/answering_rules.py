"""Where a rule that holds answers what is classified: on the classified subject itself, or on one
around it that there is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from rules.authoring.diagram import EVERYWHERE, NOWHERE
from rules.authoring.space import Space
from rules.pattern import Condition
from rules.rule_base import Rule, RuleBase

_NOBODY: Final = ("",)
"""What names nobody as the subject around."""


class AnsweringRules:
    """Tells where rules answer for a subject of the narrowest scope of some facts.

    A rule of a wider scope is raised on the subject around, if the membership is there; for one of
    a narrower scope nobody knows whether there is any subject. Without a classification nothing
    must be answered, and rules count wherever they hold."""

    def __init__(self, rule_base: RuleBase, facts: Iterable[str], classification: str) -> None:
        self._base = rule_base
        self._around: tuple[str, ...] = ()
        if classification:
            scopes = {rule_base.facts[name].scope for name in facts}
            fitting = [one for one in scopes if scopes <= set(rule_base.scope_chain(one))]
            # Of scopes that have no narrowest, the one that is classified counts.
            subject = fitting[0] if fitting else rule_base.facts[classification].scope
            self._around = rule_base.scope_chain(subject)
        self._members: dict[str, Condition] = {
            scope: Condition(member_by, "not", _NOBODY)
            for scope in self._around
            if (member_by := rule_base.scopes[scope].member_by)
        }

    def patterns(self, rules: Iterable[Rule]) -> Iterator[Condition]:
        """What a space must tell apart for it."""
        between = {scope for rule in rules for scope in self._between(rule.scope)}
        return (one for scope, one in self._members.items() if scope in between)

    def where(self, rule: Rule, space: Space) -> int:
        """The situations in which a rule holds, and answers.

        Raises:
            TooLargeError: it cannot be told within reasonable room.
        """
        true = space.sets(rule.when).true
        if self._around and rule.scope not in self._around:
            return NOWHERE
        for scope in self._between(rule.scope):
            true = space.diagram.both(true, self._is_within(scope, space))
        return true

    def _between(self, scope: str) -> tuple[str, ...]:
        """The scopes whose subjects must be within others for one of a scope to be around."""
        return self._around[: self._around.index(scope)] if scope in self._around else ()

    def _is_within(self, scope: str, space: Space) -> int:
        """The situations in which there is a subject around one of a scope: it is named, or
        something is known of it."""
        member = self._members.get(scope)
        found = space.sets(member).true if member is not None else NOWHERE
        wider = self._base.scope_chain(scope)[1:]
        for dimension in space.dimensions:
            for name in dimension.facts:
                # What is told apart by a condition alone is named after the fact and the condition.
                fact = self._base.facts.get(name.partition(" ")[0])
                if fact is not None and fact.scope in wider and found != EVERYWHERE:
                    found = space.diagram.either(found, space.known(name))
        return found
