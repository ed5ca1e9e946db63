"""In which situations findings are raised, and in which they can be open, also where what raised
them is over."""

from __future__ import annotations

from typing import NamedTuple

from rules.authoring.diagram import EVERYWHERE, NOWHERE
from rules.authoring.dimensions import Dimension
from rules.authoring.space import Space
from rules.pattern import facts_named
from rules.read_pattern import CONFIRM
from rules.rule_base import Rule, RuleBase


class Life(NamedTuple):
    """The situations in which a rule is raised and stays so for a moment, with all that it can
    see confirmed still to be confirmed; and those in which its finding can be open."""

    raised: int
    open: int


class _Lasting(NamedTuple):
    """Facts that are never cleared, and the dimensions that they belong to."""

    names: set[str]
    dimensions: dict[int, Dimension]


class OpenFindings:
    """Tells where the findings of rules can be open.

    A finding is resolved where `until` is definitely true, or without one where `when` is
    definitely false, and nowhere else (laws 2 and 3): so it can be open in every other situation
    that can follow on one in which it was raised. Facts can come to be anything, but a fact of the
    memory that tells occurrences apart is never cleared. One of a subject around is not known any
    more where the finding's subject has left that one."""

    def __init__(self, rule_base: RuleBase, space: Space) -> None:
        self._base = rule_base
        self._space = space
        self._lives: dict[str, Life] = {}
        occurrences = {rule.occurrence for rule in rule_base.rules}
        self._lasting = {
            name for name in occurrences if name in rule_base.facts and rule_base.facts[name].memory
        }
        self._lasting_in: dict[frozenset[str], _Lasting] = {}

    def of(self, rule: Rule) -> Life:
        """Where a rule is raised, and where its finding can be open.

        Raises:
            TooLargeError: it cannot be told within reasonable room.
        """
        if rule.id not in self._lives:
            self._lives[rule.id] = self._life(rule)
        return self._lives[rule.id]

    def to_others(self, rule: Rule) -> Life:
        """The same, whatever has been confirmed: confirmations are seen by their own rule alone."""
        own = self.confirmations(rule)
        forget = self._space.diagram.forget
        raised, open_ = self.of(rule)
        return Life(forget(raised, own), forget(open_, own)) if own else Life(raised, open_)

    def ended(self, rule: Rule) -> int:
        """Where a finding of a rule is resolved."""
        if rule.until is None:
            return self._space.sets(rule.when).false
        return self._space.sets(rule.until, rule.id).true

    def confirmations(self, rule: Rule) -> frozenset[int]:
        """The dimensions of what a rule sees confirmed."""
        patterns = [step.done_when for step in rule.steps if step.done_when is not None]
        names = {
            name.removeprefix(CONFIRM)
            for pattern in (*patterns, *([rule.until] if rule.until is not None else ()))
            for name in facts_named(pattern)
            if name.startswith(CONFIRM)
        }
        return frozenset(self._space.confirmation_number(rule.id, name) for name in names)

    def _life(self, rule: Rule) -> Life:
        diagram, ended = self._space.diagram, self.ended(rule)
        raised = self._space.sets(rule.when).true
        if rule.until is not None:
            raised = diagram.without(raised, ended)
        for number in self.confirmations(rule):
            raised = diagram.both(raised, diagram.where(number, 0b01))
        if raised == NOWHERE:
            return Life(NOWHERE, NOWHERE)
        return Life(raised, diagram.without(self.following(raised, rule.scope), ended))

    def following(self, raised: int, *staying: str) -> int:
        """The situations that can follow on those of a set; `staying` are the scopes of subjects
        that are the same in both."""
        diagram = self._space.diagram
        lasting = self._lasting_of(frozenset(staying))
        own = diagram.dimensions(raised) if lasting.dimensions else set()
        if not own & lasting.dimensions.keys():
            return EVERYWHERE
        left = diagram.forget(raised, frozenset(own - lasting.dimensions.keys()))
        for number in sorted(own & lasting.dimensions.keys()):
            dimension = lasting.dimensions[number]
            if left == EVERYWHERE:
                break
            by_known: dict[frozenset[str], int] = {}
            for bit, values in enumerate(dimension.classes):
                known = frozenset(
                    name
                    for name, value in zip(dimension.facts, values, strict=False)
                    if name in lasting.names and value is not None
                )
                by_known[known] = by_known.get(known, 0) | 1 << bit
            found = NOWHERE
            for known, here in by_known.items():
                before = diagram.forget(
                    diagram.both(left, diagram.where(number, here)), frozenset({number})
                )
                later = sum(mask for still, mask in by_known.items() if known <= still)
                after = diagram.both(before, diagram.where(number, later))
                found = diagram.either(found, after)
            left = found
        return left

    def _lasting_of(self, scopes: frozenset[str]) -> _Lasting:
        if scopes not in self._lasting_in:
            names = {name for name in self._lasting if self._base.facts[name].scope in scopes}
            dimensions = {
                dimension.number: dimension
                for dimension in self._space.dimensions
                if names.intersection(dimension.facts)
            }
            self._lasting_in[scopes] = _Lasting(names, dimensions)
        return self._lasting_in[scopes]
