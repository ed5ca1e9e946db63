"""Walking every combination of some facts: what each is classified as, and what answers it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Final

import msgspec

from rules.authoring.answering_rules import AnsweringRules
from rules.authoring.contradictory_advice import Contradiction, ContradictoryAdvice, Pair, pairs
from rules.authoring.diagram import EVERYWHERE, NOWHERE, TooLargeError
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

_MOST_CONTRADICTIONS: Final = 20
"""Contradictions of one line that are told one by one."""

MOST_LINES: Final = 500
"""Beyond it, combinations that raise different rules share a line."""

_ROOM: Final = 400_000
"""Parts of sets, of all rules and lines together."""
_ROOM_FOR_LINES: Final = 60_000
"""Parts of sets that telling lines apart by their rules may take."""

Tell = Callable[[str], None]
"""Is told what is being looked into."""


class Line(msgspec.Struct, frozen=True):
    """Combinations that come to the same: how many they are, what they are classified as (None:
    unknown), the rules that are raised in all of them, and those that also ask for other facts."""

    count: int
    classification: Value | None
    always: tuple[str, ...]
    maybe: tuple[str, ...]
    where: Parts
    """Exactly these combinations."""
    in_part: tuple[str, ...] = ()
    """Rules that are raised in some of them, whatever other facts are; only where lines would be
    too many."""
    faults: tuple[str, ...] = ()
    unanswered: bool = False
    """Whether the classification is not known, or no rule is raised where one must be."""
    contradictory: bool = False
    """Whether a finding can forbid what another one tells to do."""
    blind: str = ""
    """Where no rule is raised because some cannot be judged, which the proof allows."""


class Proved(msgspec.Struct, frozen=True):
    """Every combination of the facts that were asked for, in lines."""

    facts: tuple[str, ...]
    """The facts that are said; of the derived ones, what they are concluded from."""
    without_rules: tuple[str, ...]
    """Facts among those that nothing looks at: whatever they are makes no difference."""
    classification: str
    combinations: int
    lines: tuple[Line, ...]
    exact: bool
    """Whether every combination that counts is surely possible."""
    quiet: int
    """How many combinations have a value that needs no answer."""

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
    def answered(self) -> int:
        """How many combinations must be answered and raise a rule, whatever other facts are."""
        return self.combinations - self.quiet - self.unanswered - self.blind if self.asks else 0

    @property
    def unanswered(self) -> int:
        """How many combinations have no answer."""
        return sum(line.count for line in self.lines if line.unanswered)

    @property
    def contradictory(self) -> int:
        """How many combinations have contradictory advice, with some values of other facts at
        least."""
        return sum(line.count for line in self.lines if line.contradictory)

    @property
    def blind(self) -> int:
        """How many combinations may raise no rule because some cannot be judged."""
        return sum(line.count for line in self.lines if line.blind)

    @property
    def silent(self) -> int:
        """How many combinations are not sure to raise a rule."""
        return sum(line.count for line in self.lines if not line.always)


def prove(rule_base: RuleBase, proof: Proof, tell: Tell = lambda _: None) -> Proved:
    """Walk every combination, without trying them one by one.

    Raises:
        TooLargeError: there are too many that differ.
    """
    return _Proof(rule_base, proof, tell).run()


class _Region(msgspec.Struct, frozen=True):
    """Combinations that are classified and answered alike."""

    where: int
    value: Value | None
    sure: tuple[str, ...] = ()
    silent: int = NOWHERE
    """The situations of them, other facts included, that raise no rule though one must be."""
    contradictory: bool = False


class _Proof:
    def __init__(self, rule_base: RuleBase, proof: Proof, tell: Tell) -> None:
        self._base = rule_base
        self._proof = proof
        self._tell = tell
        wanted = {
            name
            for name in rule_base.facts
            if any(fnmatchcase(name, pattern) for pattern in proof.facts)
        } | ({proof.classification} - {""})
        derived = {name for name, fact in rule_base.facts.items() if fact.derived}
        named = self._named = facts_behind(wanted, rule_base) - derived
        touched = _concluded_from(named, rule_base)
        every = [rule for rule in rule_base.rules if rule.hash != BUILT_IN]
        self._rules = [rule for rule in every if not touched.isdisjoint(facts_named(rule.when))]
        self._pairs = self._pairs_of(every)
        patterns = [rule.when for rule in self._rules]
        for pair in self._pairs:
            patterns += pair.patterns()
        patterns += [one.when for one in rule_base.derivations if one.fact in wanted]
        self._answering = AnsweringRules(rule_base, named | wanted, proof.classification)
        patterns += self._answering.patterns(self._rules)
        self._space = Space(rule_base, patterns)
        self._own = [
            dimension
            for dimension in self._space.dimensions
            if any(name in named for name in dimension.facts)
        ]
        self._parts = PartFinder(rule_base, self._space)
        self._room_for_lines = _ROOM_FOR_LINES
        self._answers: dict[str, int] = {}
        """By rule, the situations in which it is raised on the subject or on one around it."""
        self._always: dict[str, int] = {}
        """By rule, the combinations in which it is raised whatever other facts are."""
        self._possible: dict[str, int] = {}
        """By rule, the combinations in which other facts decide."""
        self._contradictions: list[tuple[Contradiction, int]] = []
        """Each with the combinations in which it can be."""

    def _pairs_of(self, rules: list[Rule]) -> list[Pair]:
        """What can contradict itself, where at least one of both rules looks at the facts."""
        looked_at = {rule.id for rule in self._rules}
        return [
            pair
            for pair in pairs(self._base, rules)
            if pair.rule.id in looked_at or pair.other.id in looked_at
        ]

    def run(self) -> Proved:
        """The whole proof, in bounded room."""
        with self._space.room(_ROOM):
            return self._run()

    def _run(self) -> Proved:
        diagram = self._space.diagram
        own = [dimension.number for dimension in self._own]
        self._judge_rules()
        self._contradictions = list(self._find_contradictions())
        lines: list[Line] = []
        quiet = 0
        classes = [(value, where) for value, where in self._classes() if where != NOWHERE]
        for number, (value, where) in enumerate(classes, 1):
            self._tell(f"{number} of {len(classes)} classifications")
            if self._is_quiet(value):
                quiet += diagram.count(where, own)
            regions = [
                part
                for region in self._divided(where, value)
                for part in self._by_contradiction(region)
            ]
            regions = self._by_rules(regions, MOST_LINES - len(lines))
            for region in regions:
                lines.append(self._line(region))
                self._tell(f"{len(lines):,} lines")
        names = sorted({name for dimension in self._own for name in dimension.facts})
        lines.sort(key=lambda line: (not line.faults, str(line.classification), -line.count))
        return Proved(
            facts=tuple(names),
            without_rules=tuple(sorted(self._named - set(names))),
            classification=self._proof.classification,
            combinations=diagram.count(EVERYWHERE, own),
            lines=tuple(lines),
            exact=not (self._space.inexact & set(names)),
            quiet=quiet,
        )

    def _others(self) -> frozenset[int]:
        own = {dimension.number for dimension in self._own}
        return frozenset(range(len(self._space.dimensions))) - own

    def _judge_rules(self) -> None:
        diagram, others = self._space.diagram, self._others()
        for number, rule in enumerate(self._rules, 1):
            self._tell(f"{number:,} of {len(self._rules):,} rules")
            try:
                true = self._answers[rule.id] = self._answering.where(rule, self._space)
                always = diagram.outside(diagram.forget(diagram.outside(true), others))
                possible = diagram.without(diagram.forget(true, others), always)
            except TooLargeError:
                raise TooLargeError(rule.id) from None
            self._always[rule.id], self._possible[rule.id] = always, possible

    def _find_contradictions(self) -> Iterator[tuple[Contradiction, int]]:
        diagram = self._space.diagram
        finder = ContradictoryAdvice(self._base, self._space)
        for number, pair in enumerate(self._pairs, 1):
            self._tell(f"{number:,} of {len(self._pairs):,} steps that a rule could forbid")
            found = finder.find(pair)
            if found is not None:
                yield found, diagram.forget(found.anywhere(diagram), self._others())

    # Lines

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

    def _is_quiet(self, value: Value | None) -> bool:
        return value is not None and self._say(value) in self._proof.quiet

    def _divided(self, where: int, value: Value | None) -> Iterable[_Region]:
        """A classification's combinations in three: those of which some situation, other facts
        included, raises no rule though each that asks for the classification can be judged; those
        of which some raises none because one cannot be; and all others."""
        diagram = self._space.diagram
        needs = (
            self._proof.classification
            and not self._is_quiet(value)
            # Otherwise it is a fault whoever answers.
            and (value is not None or self._proof.may_be_unknown)
        )
        left = self._silent(where) if needs else NOWHERE
        dark = left
        if self._proof.may_be_blind and value is not None:
            dark = self._without_blind_spots(left)
        for situations in dict.fromkeys((dark, left)):
            part = diagram.both(where, diagram.forget(situations, self._others()))
            where = diagram.without(where, part)
            if part != NOWHERE:
                yield _Region(part, value, silent=diagram.both(situations, part))
        if where != NOWHERE:
            yield _Region(where, value)

    def _silent(self, where: int) -> int:
        """The situations of a set, other facts included, in which no rule answers."""
        for always in self._always.values():
            where = self._space.diagram.without(where, always)
        for rule in self._rules:
            where = self._space.diagram.without(where, self._answers[rule.id])
        return where

    def _by_contradiction(self, region: _Region) -> Iterable[_Region]:
        """A region in two: the combinations with contradictory advice, and all others."""
        diagram = self._space.diagram
        where = region.where
        rest = where
        for _, found in self._contradictions:
            rest = diagram.without(rest, found)
        for part, contradictory in ((diagram.without(where, rest), True), (rest, False)):
            if part != NOWHERE:
                yield msgspec.structs.replace(
                    region,
                    where=part,
                    silent=diagram.both(region.silent, part),
                    contradictory=contradictory,
                )

    def _by_rules(self, regions: list[_Region], most: int) -> list[_Region]:
        """Regions by the rules that are raised in them, as long as they do not become too many."""
        diagram = self._space.diagram
        for rule in self._rules:
            made: list[_Region] = []
            before = diagram.made
            try:
                with diagram.room(self._room_for_lines):
                    for region in regions:
                        if len(made) > most:
                            break
                        made += self._parted(region, rule.id)
            except TooLargeError:
                self._room_for_lines = 0
                break
            self._room_for_lines -= diagram.made - before
            if len(made) <= most:
                regions = made
        return regions

    def _parted(self, region: _Region, rule_id: str) -> Iterable[_Region]:
        diagram, always = self._space.diagram, self._always[rule_id]
        # Where no rule is raised with some other facts, none is always.
        if region.silent != NOWHERE or not diagram.meet(region.where, always):
            yield region
            return
        inside = diagram.both(region.where, always)
        outside = diagram.without(region.where, always)
        yield msgspec.structs.replace(region, where=inside, sure=(*region.sure, rule_id))
        if outside != NOWHERE:
            yield msgspec.structs.replace(region, where=outside)

    def _line(self, region: _Region) -> Line:
        diagram, where, value = self._space.diagram, region.where, region.value
        faults: list[str] = []
        if self._proof.classification and value is None and not self._proof.may_be_unknown:
            faults.append(f"{self._proof.classification} is not known")
        blind = ""
        if region.silent != NOWHERE:
            left = region.silent
            if self._proof.may_be_blind and value is not None:
                left = self._without_blind_spots(left)
            if left != NOWHERE:
                faults.append(f"no rule answers it{self._where(left, where)}")
            else:
                rules = ", ".join(self._blind_in(region.silent))
                said = self._where(region.silent, where)
                blind = f"no rule is raised: {rules} cannot be judged{said}"
        unanswered = bool(faults)
        if region.contradictory:
            faults += self._say_contradictions(where)
        return Line(
            count=diagram.count(where, [dimension.number for dimension in self._own]),
            classification=value,
            always=region.sure,
            maybe=tuple(self._met(where, self._possible)),
            where=self._parts.parts(where, self._own),
            in_part=tuple(
                rule_id for rule_id in self._met(where, self._always) if rule_id not in region.sure
            ),
            faults=tuple(faults),
            unanswered=unanswered,
            contradictory=region.contradictory,
            blind=blind,
        )

    def _met(self, where: int, sets: dict[str, int]) -> Iterator[str]:
        """The rules whose sets have something in common with one."""
        for rule_id, other in sets.items():
            if self._space.diagram.meet(where, other):
                yield rule_id

    # Words

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

    def _say_contradictions(self, where: int) -> Iterator[str]:
        diagram = self._space.diagram
        told = 0
        for contradiction, everywhere in self._contradictions:
            if not diagram.meet(where, everywhere):
                continue
            told += 1
            for said, situations in contradiction.said() if told <= _MOST_CONTRADICTIONS else ():
                here = diagram.both(where, situations)
                if here != NOWHERE:
                    yield f"{said}{self._where(here, where)}{self._share(here)}"
                    break
        if told > _MOST_CONTRADICTIONS:
            yield f"and {told - _MOST_CONTRADICTIONS:,} more steps start what a rule forbids"

    def _share(self, situations: int) -> str:
        """In how many situations of other facts something is so."""
        diagram = self._space.diagram
        others = [
            one
            for one in self._space.dimensions
            if one.number in self._others() and one.number in diagram.dimensions(situations)
        ]
        if not others:
            return ""
        own = frozenset(dimension.number for dimension in self._own)
        numbers = [one.number for one in others]
        some = diagram.count(diagram.forget(situations, own), numbers)
        names = sorted({name for one in others for name in one.facts})
        every = diagram.count(EVERYWHERE, numbers)
        return f" ({some:,} of {every:,} situations of {', '.join(names)})"

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


def _concluded_from(names: set[str], rule_base: RuleBase) -> set[str]:
    """Some facts, and every derived fact that they are behind."""
    found = set(names)
    for name in rule_base.derived_order:
        if any(
            derivation.fact == name and not found.isdisjoint(facts_named(derivation.when))
            for derivation in rule_base.derivations
        ):
            found.add(name)
    return found
