"""Small changes of a rule base that a test should notice: each comparison, value and boundary in
turn, and all that a rule, a derivation, a fact or a source says beside them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec.structs import replace

from rules.authoring.board_changes import line_changes, shown_by
from rules.authoring.diagram import EVERYWHERE, NOWHERE, TooLargeError
from rules.authoring.fact_changes import fact_changes, source_changes
from rules.authoring.leaf_places import LeafPlaces
from rules.authoring.pattern_changes import PatternChange, pattern_changes
from rules.authoring.rule_changes import rule_changes
from rules.authoring.space import Space
from rules.authoring.value_changes import next_to
from rules.board import BoardLine
from rules.built_in import BUILT_IN, own_facts, own_rules
from rules.pattern import Pattern, facts_named
from rules.positions import Path
from rules.rule_base import Derivation, Fact, Place, Rule, RuleBase, SourceKind, Step
from rules.values import Value
from rules.wording import say_value

_ROOM: Final = 40_000
"""Parts of sets in which it is found out whether a change makes a difference. One that needs more
counts as one that does, and so do those after it: that takes a second at most."""


class Mutant(msgspec.Struct, frozen=True):
    """One change of a rule base: whose, where, what, and what may come out otherwise."""

    owner: str
    change: str
    place: Place
    way: Path
    """From the beginning of the file to what is changed; empty where that is not to be found."""
    rules: tuple[Rule, ...] = ()
    """The rules to judge, changed or depending on what is changed."""
    derivations: tuple[Derivation, ...] = ()
    """The derivations of all facts that matter to it, one of them changed if the owner is one."""
    fact: Fact | None = None
    source: SourceKind | None = None
    line: BoardLine | None = None
    told_by: str = ""
    """What a test may say that would notice it, where it is no pattern that is changed."""
    is_equal: bool | None = False
    """Whether everything holds and is told exactly where and as it was before; None where that
    cannot be told."""


class Owner(msgspec.Struct, frozen=True):
    """Whose changes belong together: those of a rule, a derivation, a fact, a source or a line."""

    kind: str
    """`rule`, `derive`, `fact`, `source` or `board`."""
    number: int
    """Its place among all of its kind."""
    name: str
    """A rule's id; the name of the fact, or of the source; the line's label."""


class Mutants:
    """Makes the changes of a rule base, owner by owner."""

    def __init__(self, rule_base: RuleBase) -> None:
        self._base = rule_base
        self._rules = own_rules(rule_base)
        self._built_in = [rule for rule in rule_base.rules if rule.hash == BUILT_IN]
        self._facts = own_facts(rule_base)
        self._sources = list(rule_base.sources.values())
        self._closures = _closures(rule_base)
        self._places = LeafPlaces(rule_base)

    def owners(self) -> list[Owner]:
        """Everything that can be changed, in the order of the rule base."""
        named = (
            ("rule", (rule.id for rule in self._rules)),
            ("derive", (one.fact for one in self._base.derivations)),
            ("fact", (fact.name for fact in self._facts)),
            ("source", (source.name for source in self._sources)),
            ("board", (line.label for line in self._base.board.lines)),
        )
        return [
            Owner(kind, number, name) for kind, names in named for number, name in enumerate(names)
        ]

    def of(self, owner: Owner) -> list[Mutant]:
        """The changes of one owner, those that make no difference included. Of changes that come
        to the same, there is one."""
        match owner.kind:
            case "rule":
                return list(self._of_rule(self._rules[owner.number]))
            case "derive":
                return list(self._of_derivation(owner.number))
            case "fact":
                return list(self._of_fact(self._base.facts[owner.name]))
            case "board":
                return list(self._of_line(owner.number))
            case _:
                return list(self._of_source(self._base.sources[owner.name]))

    def facts_of(self, owner: Owner) -> set[str]:
        """The facts whose values the changes of an owner can move."""
        if owner.kind in ("rule", "board"):
            return set()
        names = {owner.name}
        if owner.kind == "source":
            names = {fact.name for fact in self._facts if fact.source == owner.name}
        return self.affected(names)[0]

    def affected(self, names: set[str]) -> tuple[set[str], tuple[Rule, ...]]:
        """The facts that some facts matter to, themselves included, and the rules."""
        facts = names | {
            name for name, closure in self._closures.items() if not names.isdisjoint(closure)
        }
        return facts, tuple(
            rule for rule in self._base.rules if not facts.isdisjoint(_looked_at(rule))
        )

    # Rules

    def _of_rule(self, rule: Rule) -> Iterator[Mutant]:
        derivations = self._derivations(self._needed([rule]))

        def mutant(
            change: str, changed: Rule, way: Path, *, is_equal: bool | None, by: str = ""
        ) -> Mutant:
            return Mutant(
                rule.id,
                change,
                rule.place,
                way,
                rules=(changed,),
                derivations=derivations,
                told_by=by,
                is_equal=is_equal,
            )

        for where, part, pattern in _patterns(rule):
            while_open = rule if where.startswith("step") else None
            ways = self._places.ways(rule.place, "rule", part, pattern)
            for change, is_equal in self._different(pattern, rule.id, while_open):
                said = f"{where}: {change.said}"
                changed = _with_pattern(rule, part, change.pattern)
                way = self._way(rule.place, ways, change)
                yield mutant(said, changed, way, is_equal=is_equal)
        for one in rule_changes(rule, self._base.scope_chain(rule.scope)):
            way = self._places.way(rule.place, "rule", one.way)
            same: bool | None = one.is_equal
            if one.matters_once_ticked:
                same = self._is_never_ticked(rule, rule.steps[int(one.way[2])])
            yield mutant(one.said, one.rule, way, is_equal=same, by=one.told_by)

    def _is_never_ticked(self, rule: Rule, step: Step) -> bool | None:
        """Whether a step is surely open for as long as a finding of its rule stands."""
        if step.done_when is None:
            return True
        asked = [rule.when, rule.until, step.done_when]
        try:
            patterns = [one for one in asked if one is not None]
            space = Space(self._base, patterns)
            with space.room(_ROOM):
                done = space.sets(patterns[-1], rule.id)
                return space.diagram.without(_standing(space, rule), done.false) == NOWHERE
        except TooLargeError:
            return None

    def _way(self, place: Place, ways: list[Path], change: PatternChange) -> Path:
        """The way to what a change of a pattern is about."""
        about = ways[change.first : change.last]
        if len(about) == 1 and change.last - change.first == 1:
            return self._places.member(place, about[0], change.member)
        common: Path = about[0] if about else ()
        for way in about:
            length = next(
                (at for at, (a, b) in enumerate(zip(common, way, strict=False)) if a != b),
                min(len(common), len(way)),
            )
            common = common[:length]
        return common

    def _different(
        self, pattern: Pattern, owner: str, while_open: Rule | None
    ) -> Iterator[tuple[PatternChange, bool | None]]:
        """The changes of a pattern, each with whether it holds, and does not hold, exactly where
        it did before; with `while_open`, where a finding of that rule can be open."""
        changed = list(pattern_changes(pattern, self._base.facts))
        asked = [pattern, *(change.pattern for change in changed)]
        if while_open is not None:
            asked += [one for one in (while_open.when, while_open.until) if one is not None]
        space = Space(self._base, asked)
        both = space.diagram.both
        done = 0
        try:
            with space.room(_ROOM):
                where = EVERYWHERE if while_open is None else _standing(space, while_open)
                before = space.sets(pattern, owner)
                own = both(before.true, where), both(before.false, where)
            known = {own}
            for change in changed:
                with space.room(_ROOM):
                    after = space.sets(change.pattern, owner)
                    found = both(after.true, where), both(after.false, where)
                done += 1
                if found == own or found not in known:
                    known.add(found)
                    yield change, found == own
        except TooLargeError:
            for change in changed[done:]:
                yield change, None

    # Derivations

    def _of_derivation(self, number: int) -> Iterator[Mutant]:
        derivation = self._base.derivations[number]
        facts, rules = self.affected({derivation.fact})
        owner = f"{derivation.fact} = {derivation.value}"
        needed = self._needed(rules) | self._closures[derivation.fact]
        for name in facts:
            needed |= self._closures.get(name, frozenset())
        ways = self._places.ways(derivation.place, "derive", ("when",), derivation.when)
        for change, changed, about, is_equal in self._derivation_changes(derivation, number):
            way = (
                self._way(derivation.place, ways, about)
                if about is not None
                else self._places.way(derivation.place, "derive", ("value",) if changed else ())
            )
            every = [
                one
                for place, other in enumerate(self._base.derivations)
                for one in (changed if place == number else [other])
                if one.fact in needed
            ]
            yield Mutant(
                owner,
                change,
                derivation.place,
                way,
                rules=rules,
                derivations=tuple(every),
                is_equal=is_equal,
            )

    def _derivation_changes(
        self, derivation: Derivation, number: int
    ) -> Iterator[tuple[str, list[Derivation], PatternChange | None, bool | None]]:
        fact = self._base.facts[derivation.fact]
        changed: list[tuple[str, list[Derivation], PatternChange | None]] = [
            (f"when: {change.said}", [replace(derivation, when=change.pattern)], change)
            for change in pattern_changes(derivation.when, self._base.facts)
        ]
        for value in next_to(derivation.value, fact):
            said = f"value {say_value(derivation.value, fact)} turned to {say_value(value, fact)}"
            changed.append((said, [replace(derivation, value=value)], None))
        changed.append(("taken away", [], None))
        behind = self._closures[derivation.fact]
        base = replace(
            self._base,
            derivations=tuple(one for one in self._base.derivations if one.fact in behind),
        )
        place = base.derivations.index(derivation)
        asked = [one.when for one in base.derivations]
        asked += [part[0].when for _, part, _ in changed if part]
        space = Space(base, asked)
        done = 0
        try:
            with space.room(_ROOM):
                own = _conclusions(space, derivation.fact)
            known = [own]
            for said, part, change in changed:
                every = [*base.derivations[:place], *part, *base.derivations[place + 1 :]]
                space.conclude_by(every)
                with space.room(_ROOM):
                    found = _conclusions(space, derivation.fact)
                done += 1
                if found == own or found not in known:
                    known.append(found)
                    yield said, part, change, found == own
        except TooLargeError:
            for said, part, change in changed[done:]:
                yield said, part, change, None

    # The catalogue

    def _of_fact(self, fact: Fact) -> Iterator[Mutant]:
        place, way = self._places.table_of("fact", fact.name)
        facts, rules = self.affected({fact.name})
        if fact.planned:
            rules += tuple(one for one in self._built_in if one.scope == fact.scope)
        derivations = self._derivations(self._needed(rules) | facts)
        for change in fact_changes(fact):
            yield Mutant(
                fact.name,
                change.said,
                place,
                (*way, change.key) if way else (),
                rules=rules,
                derivations=derivations,
                fact=change.fact,
                told_by=change.told_by,
            )

    def _of_source(self, source: SourceKind) -> Iterator[Mutant]:
        place, way = self._places.table_of("source", source.name)
        names = {fact.name for fact in self._facts if fact.source == source.name}
        facts, rules = self.affected(names)
        derivations = self._derivations(self._needed(rules) | facts)
        for change in source_changes(source):
            yield Mutant(
                source.name,
                change.said,
                place,
                (*way, "heartbeat") if way else (),
                rules=rules,
                derivations=derivations,
                source=change.source,
                told_by="what is unknown three heartbeats after a source has fallen silent, in a "
                "[[test.expect]]",
            )

    # The board

    def line_of(self, owner: Owner) -> BoardLine | None:
        """The line whose changes these are; none where they are of something else."""
        return self._base.board.lines[owner.number] if owner.kind == "board" else None

    def facts_behind(self, line: BoardLine) -> set[str]:
        """The facts that a line's signs look at, and those behind them."""
        found = {line.member_named_by} - {""}
        for sign in line.signs:
            found.update(facts_named(sign.when))
        for name in list(found):
            found |= self._closures.get(name, frozenset())
        return found

    def _of_line(self, number: int) -> Iterator[Mutant]:
        line = self._base.board.lines[number]
        derivations = self._derivations(self.facts_behind(line))
        place, board = self._places.board()
        changes = list(line_changes(line, self._base.facts))
        asked = [sign.when for sign in line.signs]
        asked += [change.of_pattern.pattern for change in changes if change.of_pattern is not None]
        space = Space(self._base, asked)
        known: list[dict[str, int]] = []
        too_large = False
        for change in changes:
            is_equal: bool | None = None
            if not too_large:
                try:
                    with space.room(_ROOM):
                        own, found = shown_by(space, line), shown_by(space, change.line)
                    is_equal = found == own
                    if not is_equal and found in known:
                        continue
                    known.append(found)
                except TooLargeError:
                    too_large = True
            sign = (*board, "line", number, "signs", change.sign) if board else ()
            way = (*sign, change.key) if sign and change.key else sign
            if sign and change.of_pattern is not None:
                before = line.signs[change.sign].when
                ways = self._places.ways_at(place, (*sign, "when"), before)
                way = self._way(place, ways, change.of_pattern) or way
            yield Mutant(
                f"board, {line.label}",
                change.said,
                place,
                way,
                derivations=derivations,
                line=change.line,
                told_by=f"which sign {line.label} has, in signs of a [[test.expect]]",
                is_equal=is_equal,
            )

    # What depends on what

    def _needed(self, rules: list[Rule] | tuple[Rule, ...]) -> set[str]:
        """The derived facts that some rules look at, and those behind them."""
        needed: set[str] = set()
        for rule in rules:
            for name in _looked_at(rule):
                needed |= self._closures.get(name, frozenset())
        return needed

    def _derivations(self, needed: set[str]) -> tuple[Derivation, ...]:
        needed = set(needed)
        for name in list(needed):
            needed |= self._closures.get(name, frozenset())
        return tuple(one for one in self._base.derivations if one.fact in needed)


def mutants(rule_base: RuleBase) -> Iterator[list[Mutant]]:
    """Every change of a rule base that can make a difference, those of one owner together."""
    every = Mutants(rule_base)
    for owner in every.owners():
        if found := [one for one in every.of(owner) if not one.is_equal]:
            yield found


def _closures(rule_base: RuleBase) -> dict[str, frozenset[str]]:
    """By derived fact, all facts that it is concluded from, itself included."""
    closures: dict[str, frozenset[str]] = {}
    by_fact: dict[str, list[Derivation]] = {}
    for derivation in rule_base.derivations:
        by_fact.setdefault(derivation.fact, []).append(derivation)
    for name in rule_base.derived_order:
        closure = {name}
        for derivation in by_fact.get(name, ()):
            for other in facts_named(derivation.when):
                closure |= closures.get(other, frozenset({other}))
        closures[name] = frozenset(closure)
    return closures


def _patterns(rule: Rule) -> Iterator[tuple[str, Path, Pattern]]:
    """Each pattern of a rule, what it is called, and the way to it."""
    yield "when", ("when",), rule.when
    if rule.until is not None:
        yield "until", ("until",), rule.until
    for number, step in enumerate(rule.steps):
        if step.done_when is not None:
            yield f"step {number + 1}", ("then", "step", number, "done_when"), step.done_when


def _with_pattern(rule: Rule, part: Path, pattern: Pattern) -> Rule:
    if part == ("when",):
        return replace(rule, when=pattern)
    if part == ("until",):
        return replace(rule, until=pattern)
    number = int(part[2])
    step = replace(rule.steps[number], done_when=pattern)
    return replace(rule, steps=(*rule.steps[:number], step, *rule.steps[number + 1 :]))


def _looked_at(rule: Rule) -> set[str]:
    """All that a finding of a rule depends on."""
    names: set[str] = set()
    for _, _, pattern in _patterns(rule):
        names.update(facts_named(pattern))
    names.update(step.wait.start for step in rule.steps if step.wait)
    return names | ({rule.occurrence} - {""})


def _standing(space: Space, rule: Rule) -> int:
    """The situations in which a finding of a rule is not over."""
    if rule.until is not None:
        return space.diagram.outside(space.sets(rule.until, rule.id).true)
    return space.diagram.outside(space.sets(rule.when).false)


def _conclusions(space: Space, name: str) -> dict[Value, int]:
    return {value: where for value, where in space.conclusions(name) if where}
