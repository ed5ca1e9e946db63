"""Walking every combination of some facts: what each is classified as, and what answers it."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Final

import msgspec

from rules.authoring.diagram import EVERYWHERE, NOWHERE
from rules.authoring.dimensions import Dimension
from rules.authoring.facts_behind import facts_behind
from rules.authoring.parts import PartFinder, Parts
from rules.authoring.rule_tests import Proof
from rules.authoring.space import Space
from rules.built_in import BUILT_IN
from rules.pattern import facts_named
from rules.rule_base import Rule, RuleBase
from rules.values import Value
from rules.wording import say_value

_MOST_SAID: Final = 2
"""Parts of what is not answered that a message names."""


class Line(msgspec.Struct, frozen=True):
    """Combinations that come to the same: how many they are, what they are classified as (None:
    unknown), the rules that are raised in all of them, and those that also ask for other facts."""

    count: int
    classification: Value | None
    always: tuple[str, ...]
    maybe: tuple[str, ...]
    where: Parts
    """Exactly these combinations."""
    faults: tuple[str, ...] = ()
    unanswered: bool = False
    """Whether the classification is not known, or no rule is raised where one must be."""
    blind: str = ""
    """Where no rule is raised because some cannot be judged, which the proof allows."""


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
    def asks(self) -> bool:
        """Whether the combinations must be answered at all; contradictory advice is always a
        fault."""
        return bool(self.classification)

    @property
    def faults(self) -> int:
        """How many combinations have no answer, or contradictory advice."""
        return sum(line.count for line in self.lines if line.faults)

    @property
    def unanswered(self) -> int:
        """How many combinations have no answer."""
        return sum(line.count for line in self.lines if line.unanswered)

    @property
    def blind(self) -> int:
        """How many combinations may raise no rule because some cannot be judged."""
        return sum(line.count for line in self.lines if line.blind)


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
        self._parts = PartFinder(rule_base, self._space)

    def _leaves(self, names: Iterable[str]) -> set[str]:
        """The facts that are said behind some facts."""
        derived = {name for name, fact in self._base.facts.items() if fact.derived}
        return facts_behind(names, self._base) - derived

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
        lines = [
            self._line(part, value, sure, unanswered, possible)
            for where, value, sure in regions
            for part, unanswered in self._divided(where, value, sure, others)
        ]
        names = sorted({name for dimension in self._own for name in dimension.facts})
        lines.sort(key=lambda line: (not line.faults, str(line.classification), -line.count))
        return Proved(
            facts=tuple(names),
            classification=self._proof.classification,
            combinations=diagram.count(EVERYWHERE, sorted(own)),
            lines=tuple(lines),
            exact=not (space.inexact & set(names)),
        )

    def _divided(
        self, where: int, value: Value | None, sure: tuple[str, ...], others: frozenset[int]
    ) -> Iterable[tuple[int, int]]:
        """A region in three: the combinations of which some situation, other facts included,
        raises no rule though each that asks for the classification can be judged, with these
        situations; those of which some raises none because one cannot be; and all others."""
        diagram = self._space.diagram
        needs = (
            self._proof.classification
            and not sure
            and self._say(value) not in self._proof.quiet
            # Otherwise it is a fault whoever answers.
            and (value is not None or self._proof.may_be_unknown)
        )
        left = self._silent(where) if needs else NOWHERE
        dark = left
        if self._proof.may_be_blind and value is not None:
            dark = self._without_blind_spots(left)
        for situations in dict.fromkeys((dark, left)):
            part = diagram.both(where, diagram.forget(situations, others))
            where = diagram.without(where, part)
            if part != NOWHERE:
                yield part, diagram.both(situations, part)
        if where != NOWHERE:
            yield where, NOWHERE

    def _silent(self, where: int) -> int:
        """The situations of a set, other facts included, in which no rule is raised."""
        for rule in self._rules:
            where = self._space.diagram.without(where, self._space.sets(rule.when).true)
        return where

    def _line(
        self,
        where: int,
        value: Value | None,
        sure: tuple[str, ...],
        silent: int,
        possible: list[tuple[str, int]],
    ) -> Line:
        diagram = self._space.diagram
        faults: list[str] = []
        if self._proof.classification and value is None and not self._proof.may_be_unknown:
            faults.append(f"{self._proof.classification} is not known")
        blind = ""
        if silent != NOWHERE:
            left = silent
            if self._proof.may_be_blind and value is not None:
                left = self._without_blind_spots(silent)
            if left != NOWHERE:
                faults.append(f"no rule answers it{self._where(left, where)}")
            else:
                rules = ", ".join(self._blind_in(silent))
                blind = f"no rule is raised: {rules} cannot be judged{self._where(silent, where)}"
        unanswered = bool(faults)
        faults += self._contradictions(sure)
        return Line(
            count=diagram.count(where, [dimension.number for dimension in self._own]),
            classification=value,
            always=sure,
            maybe=tuple(name for name, part in possible if diagram.both(where, part) != NOWHERE),
            where=self._parts.parts(where, self._own),
            faults=tuple(faults),
            unanswered=unanswered,
            blind=blind,
        )

    def _where(self, left: int, line: int) -> str:
        """Which situations of a line's combinations are meant, where not all are."""
        diagram = self._space.diagram
        own = frozenset(dimension.number for dimension in self._own)
        outside = diagram.forget(left, own)
        dimensions: list[Dimension] = list(self._space.dimensions)
        if diagram.both(line, outside) == left:
            # The line itself says the rest.
            left = outside
            dimensions = [one for one in dimensions if one.number not in own]
        said = str(self._parts.parts(left, dimensions, _MOST_SAID))
        return f" where {said}" if said else ""

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

    def _contradictions(self, sure: tuple[str, ...]) -> Iterable[str]:
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

    def _asking(self) -> Iterable[Rule]:
        """The rules that ask for the classification."""
        for rule in self._rules:
            if self._proof.classification in set(facts_named(rule.when)):
                yield rule

    def _without_blind_spots(self, silent: int) -> int:
        """The situations of a set in which every rule that asks for the classification can be
        judged."""
        for rule in self._asking():
            silent = self._space.diagram.both(silent, self._space.sets(rule.when).false)
        return silent

    def _blind_in(self, silent: int) -> Iterable[str]:
        diagram = self._space.diagram
        for rule in self._asking():
            sets = self._space.sets(rule.when)
            if diagram.without(diagram.without(silent, sets.true), sets.false) != NOWHERE:
                yield rule.id

    def _say(self, value: Value | None) -> str:
        fact = self._base.facts.get(self._proof.classification)
        return say_value(value, fact).strip('"')
