"""Advice that contradicts itself: a step that starts what a finding forbids that can be open at the
same time.

A finding is open where its rule holds, and, once raised, until it is resolved: where `until` is
not true, or, without one, where `when` is not false (laws 2 and 3). Facts may come to any
situation from any other, those of several subjects at once. One of both rules holds in the
situations that are found: advice that is only left over was contradictory before. Left out are a
step that the situation ticks, one that waits until it is allowed (`once_allowed`), and findings
that end at the instant at which they are raised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from rules.authoring.diagram import NOWHERE, Diagram, TooLargeError
from rules.authoring.open_findings import OpenFindings
from rules.authoring.space import Space
from rules.pattern import Pattern
from rules.rule_base import Prohibition, Rule, RuleBase, Step

_MOST_PAIRS: Final = 20_000
"""Pairs of steps and prohibitions that are held against one another."""


class Pair(msgspec.Struct, frozen=True):
    """A step that starts an operation, and a finding's prohibition of it that binds the subject
    of the step."""

    rule: Rule
    number: int
    """The step's, from 1."""
    step: Step
    other: Rule
    prohibition: Prohibition

    def patterns(self) -> Iterator[Pattern]:
        """Every pattern that says where both are open."""
        for rule in (self.rule, self.other):
            yield rule.when
            if rule.until is not None:
                yield rule.until
        if self.step.done_when is not None:
            yield self.step.done_when


class Contradiction(msgspec.Struct, frozen=True):
    """Where a pair contradicts itself: situations in which both rules hold; those in which the
    prohibition stands since before; and those in which the step does."""

    pair: Pair
    at_once: int
    still_forbidden: int
    still_told: int

    def anywhere(self, diagram: Diagram) -> int:
        """All these situations."""
        return diagram.either(self.at_once, diagram.either(self.still_forbidden, self.still_told))

    def said(self) -> Iterator[tuple[str, int]]:
        """What contradicts itself, in words, and where; the plainest first."""
        rule, other, operation = self.pair.rule.id, self.pair.other.id, self.pair.step.starts
        step = f"step {self.pair.number} of {rule}"
        forbids = "it forbids itself" if rule == other else f"{other} forbids"
        yield f"{step} starts {operation}, which {forbids}", self.at_once
        yield (
            f"{step} starts {operation}, which {other}, raised before, still forbids",
            self.still_forbidden,
        )
        yield f"{step}, raised before, still starts {operation}, which {forbids}", self.still_told


def pairs(rule_base: RuleBase, rules: Iterable[Rule]) -> Iterator[Pair]:
    """Every step that does not wait until it is allowed, with each prohibition of what it
    starts.

    Raises:
        TooLargeError: there are too many.
    """
    forbidding: dict[str, list[tuple[Rule, Prohibition]]] = {}
    starting: list[tuple[Rule, int, Step]] = []
    for rule in rules:
        for prohibition in rule.forbid:
            forbidding.setdefault(prohibition.operation, []).append((rule, prohibition))
        for number, step in enumerate(rule.steps, 1):
            if step.starts and not step.once_allowed:
                starting.append((rule, number, step))
    left = _MOST_PAIRS
    for rule, number, step in starting:
        around = rule_base.scope_chain(rule.scope)
        for other, prohibition in forbidding.get(step.starts, ()):
            if (prohibition.scope or other.scope) not in around:
                continue
            left -= 1
            if left < 0:
                raise TooLargeError
            yield Pair(rule, number, step, other, prohibition)


class ContradictoryAdvice:
    """Finds contradictory advice among the situations of a space, which was made for the
    patterns of the rules in question."""

    def __init__(self, rule_base: RuleBase, space: Space) -> None:
        self._base = rule_base
        self._space = space
        self._lives = OpenFindings(rule_base, space)

    def find(self, pair: Pair) -> Contradiction | None:
        """Where a pair contradicts itself, if it does anywhere.

        Raises:
            TooLargeError: it cannot be told within reasonable room.
        """
        both, without = self._space.diagram.both, self._space.diagram.without
        rule, other = pair.rule, pair.other
        told = self._told(rule, pair.step)
        mine = self._space.sets(rule.when).true
        if rule is other:
            at_once = both(told, mine)
            return Contradiction(pair, at_once, NOWHERE, NOWHERE) if at_once != NOWHERE else None
        forbidden = self._elsewhere(self._lives.to_others(other).open, pair)
        common = both(told, forbidden)
        if common == NOWHERE:
            return None
        theirs = self._elsewhere(self._space.sets(other.when).true, pair)
        found = Contradiction(
            pair,
            both(common, both(mine, theirs)),
            without(both(common, mine), theirs),
            without(both(common, theirs), mine),
        )
        return found if found.anywhere(self._space.diagram) != NOWHERE else None

    def _told(self, rule: Rule, step: Step) -> int:
        """The situations in which a finding can be open and the step not ticked."""
        told = self._lives.of(rule).open
        if step.done_when is not None:
            done = self._space.sets(step.done_when, rule.id).true
            told = self._space.diagram.without(told, done)
        return self._space.diagram.forget(told, self._lives.confirmations(rule))

    def _elsewhere(self, where: int, pair: Pair) -> int:
        """The situations of the step's subject, where the prohibition comes from any subject
        within the one that it binds."""
        bound = pair.prohibition.scope or pair.other.scope
        if bound == pair.other.scope:
            return where
        chain = self._base.scope_chain(pair.other.scope)
        narrower = set(chain[: chain.index(bound)])
        theirs = {
            dimension.number
            for dimension in self._space.dimensions
            # Facts of several subjects that are compared are taken to be of the same ones.
            if {self._scope_of(name) for name in dimension.facts} <= narrower
        }
        return self._space.diagram.forget(where, frozenset(theirs))

    def _scope_of(self, name: str) -> str:
        # What is told apart by a condition alone is named after the fact and the condition.
        fact = self._base.facts.get(name.partition(" ")[0])
        return fact.scope if fact else ""
