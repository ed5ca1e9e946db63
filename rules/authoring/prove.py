"""Walking every combination of some facts: what each is classified as, and what answers it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from rules.authoring.classes import NOW
from rules.authoring.diagram import EVERYWHERE, NOWHERE
from rules.authoring.rule_tests import Proof
from rules.authoring.space import Space
from rules.built_in import BUILT_IN
from rules.pattern import facts_named
from rules.representatives import SomeText
from rules.rule_base import Rule, RuleBase
from rules.values import Value, read_instant, show_duration
from rules.wording import say_value

_MOST_WORDS = 12


class Line(msgspec.Struct, frozen=True):
    """Combinations that come to the same: how many they are, what they are classified as (None:
    unknown), the rules that are raised in all of them, and those that also ask for other facts."""

    count: int
    classification: Value | None
    always: tuple[str, ...]
    maybe: tuple[str, ...]
    where: str
    """What these combinations have in common, and one of them."""
    faults: tuple[str, ...] = ()


class Proved(msgspec.Struct, frozen=True):
    """Every combination of the facts that were asked for, in lines."""

    facts: tuple[str, ...]
    """The facts that are said; of the derived ones, what they are concluded from."""
    classification: str
    combinations: int
    lines: tuple[Line, ...]
    exact: bool
    """Whether every combination that counts is surely possible."""

    @property
    def faults(self) -> int:
        """How many combinations have no answer, or contradictory advice."""
        return sum(line.count for line in self.lines if line.faults)


def prove(rule_base: RuleBase, proof: Proof) -> Proved:
    """Walk every combination, without trying them one by one.

    Raises:
        TooLargeError: there are too many that differ.
    """
    return _Proof(rule_base, proof).run()


class _Proof:
    def __init__(self, rule_base: RuleBase, proof: Proof) -> None:
        self._base = rule_base
        self._proof = proof
        self._matched = {
            name
            for name in rule_base.facts
            if any(fnmatchcase(name, pattern) for pattern in proof.facts)
        }
        named = self._leaves(self._matched | ({proof.classification} - {""}))
        self._rules = [
            rule
            for rule in rule_base.rules
            if rule.hash != BUILT_IN and self._leaves(facts_named(rule.when)) & named
        ]
        wanted = set(self._matched) | ({proof.classification} - {""})
        derivations = [one.when for one in rule_base.derivations if one.fact in wanted]
        self._space = Space(rule_base, [*(rule.when for rule in self._rules), *derivations])
        self._own = [
            dimension
            for dimension in self._space.dimensions
            if any(name in named for name in dimension.facts)
        ]

    def _leaves(self, names: Iterable[str]) -> set[str]:
        """The facts that are said behind some facts."""
        found: set[str] = set()
        stack, seen = list(names), set[str]()
        while stack:
            name = stack.pop()
            if name in seen:
                continue
            seen.add(name)
            fact = self._base.facts.get(name)
            if fact is None or not fact.derived:
                found.add(name)
                continue
            stack += [
                inner
                for derivation in self._base.derivations
                if derivation.fact == name
                for inner in facts_named(derivation.when)
            ]
        return found

    def run(self) -> Proved:
        regions: list[tuple[int, Value | None, tuple[str, ...]]]
        space, diagram = self._space, self._space.diagram
        own = {dimension.number for dimension in self._own}
        others = frozenset(range(len(space.dimensions))) - own
        regions = [(where, value, ()) for value, where in self._classes() if where != NOWHERE]
        possible: list[tuple[str, int]] = []
        for rule in self._rules:
            true = space.sets(rule.when).true
            always = diagram.outside(diagram.forget(diagram.outside(true), others))
            possible.append((rule.id, diagram.without(diagram.forget(true, others), always)))
            regions = [
                (part, value, names)
                for where, value, sure in regions
                for part, names in (
                    (diagram.both(where, always), (*sure, rule.id)),
                    (diagram.without(where, always), sure),
                )
                if part != NOWHERE
            ]
        numbers = sorted(own)
        lines = [
            Line(
                count=diagram.count(where, numbers),
                classification=value,
                always=sure,
                maybe=tuple(
                    name for name, part in possible if diagram.both(where, part) != NOWHERE
                ),
                where=self._describe(where),
                faults=tuple(self._faults(where, value, sure)),
            )
            for where, value, sure in regions
        ]
        names = sorted({name for dimension in self._own for name in dimension.facts})
        lines.sort(key=lambda line: (not line.faults, str(line.classification), -line.count))
        return Proved(
            facts=tuple(names),
            classification=self._proof.classification,
            combinations=diagram.count(EVERYWHERE, numbers),
            lines=tuple(lines),
            exact=not (space.inexact & set(names)),
        )

    def _classes(self) -> list[tuple[Value | None, int]]:
        diagram = self._space.diagram
        if not self._proof.classification:
            return [(None, EVERYWHERE)]
        classes: list[tuple[Value | None, int]] = list(
            self._space.conclusions(self._proof.classification)
        )
        known = NOWHERE
        for _, where in classes:
            known = diagram.either(known, where)
        return [*classes, (None, diagram.outside(known))]

    def _faults(self, where: int, value: Value | None, sure: tuple[str, ...]) -> Iterable[str]:
        asked = self._proof.classification
        if asked and value is None and not self._proof.may_be_unknown:
            yield f"{asked} is not known"
        if asked and not sure and str(value) not in self._proof.quiet:
            may_be_unknown = self._proof.may_be_unknown and value is None
            left = self._unanswered(where, blind=not may_be_unknown)
            if left != NOWHERE:
                others = self._describe(left, others=True)
                yield "no rule answers it" + (f" where {others}" if others else "")
        by_id: dict[str, Rule] = {rule.id: rule for rule in self._rules}
        for rule_id in sure:
            for number, step in enumerate(by_id[rule_id].steps):
                if not step.starts or step.once_allowed:
                    continue
                for other in sure:
                    if any(part.operation == step.starts for part in by_id[other].forbid):
                        yield (
                            f"step {number + 1} of {rule_id} starts {step.starts}, which {other} "
                            "forbids"
                        )

    def _unanswered(self, where: int, *, blind: bool) -> int:
        """The situations, other facts included, in which no rule is raised, and with `blind`
        none that asks for the classification is a blind spot."""
        diagram = self._space.diagram
        for rule in self._rules:
            sets = self._space.sets(rule.when)
            if blind and self._proof.classification in set(facts_named(rule.when)):
                where = diagram.both(where, sets.false)
            else:
                where = diagram.without(where, sets.true)
        return where

    def _describe(self, where: int, *, others: bool = False) -> str:
        """The values that facts have in a set, of those that do not have all; and an example of
        those that are compared with one another. With `others`, of the facts that were not asked
        for."""
        diagram = self._space.diagram
        said: list[str] = []
        rest: list[str] = []
        mattering = diagram.dimensions(where)
        own = {dimension.number for dimension in self._own}
        for dimension in self._space.dimensions:
            if dimension.number not in mattering or (dimension.number in own) == others:
                continue
            keep = frozenset(mattering - {dimension.number})
            mask = 0
            for box in diagram.boxes(diagram.forget(where, keep), 1 << 10):
                mask |= box.get(dimension.number, -1)
            if len(dimension.facts) > 1:
                rest += dimension.facts
                continue
            values = [values[0] for bit, values in enumerate(dimension.classes) if mask >> bit & 1]
            if len(values) < len(dimension.classes):
                said.append(f"{dimension.facts[0]}: {self._say(dimension.facts[0], values)}")
        example = self._space.example(where)
        shown = [f"{name} = {self._say(name, [example[name]])}" for name in rest if name in example]
        if shown:
            said.append(f"for one {', '.join(shown)}")
        return "; ".join(said) or ("" if others else "every combination")

    def _say(self, name: str, values: list[Any]) -> str:
        words = list(dict.fromkeys(self._word(name, value) for value in values))
        return " or ".join(words[:_MOST_WORDS]) + (" or ..." if len(words) > _MOST_WORDS else "")

    def _word(self, name: str, value: Any) -> str:
        fact = self._base.facts.get(name)
        if value is None:
            return "unknown"
        if isinstance(value, SomeText):
            return "some text"
        if fact is not None and fact.type == "instant":
            age = NOW - read_instant(str(value))
            return f"{show_duration(age)} ago" if age >= timedelta() else "in the future"
        return say_value(value, fact).strip('"')
