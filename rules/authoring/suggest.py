"""Situations in which a changed rule would come out otherwise: as rows of test tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import msgspec

from rules.authoring.classes import NOW
from rules.authoring.diagram import NOWHERE, TooLargeError
from rules.authoring.mutants import Mutant
from rules.authoring.space import Space
from rules.pattern import Pattern
from rules.program import step_pattern
from rules.representatives import SomeText
from rules.rule_base import Fact, Rule, RuleBase
from rules.values import Value, read_instant, show_duration

_CONFIRM = "confirm."


class Row(msgspec.Struct, frozen=True):
    """A situation, and how it comes to be; `facts` alone, or `first` and a minute later `facts`.
    What must come of it is found out by running it."""

    owner: str
    """A rule's id, or a derived fact's name."""
    facts: Mapping[str, Any]
    first: Mapping[str, Any] = {}
    unknown: tuple[str, ...] = ()
    confirm: tuple[str, ...] = ()


class Suggestions:
    """Looks for situations that tell a change from what it changes."""

    def __init__(self, rule_base: RuleBase) -> None:
        self._base = rule_base
        self._rules = {rule.id: rule for rule in rule_base.rules}

    def rows(self, mutant: Mutant) -> Iterator[Row]:
        """Rows that may notice a change, the simplest first."""
        try:
            if mutant.fact is not None or mutant.source is not None:
                return
            if mutant.owner in self._rules:
                yield from self._rule_rows(self._rules[mutant.owner], mutant.rules[0])
            else:
                yield from self._derivation_rows(mutant)
        except TooLargeError:
            return

    def _rule_rows(self, rule: Rule, changed: Rule) -> Iterator[Row]:
        patterns = [one for one in (*_parts(rule), *_parts(changed)) if one is not None]
        space = Space(self._base, patterns)
        diagram = space.diagram
        when, other_when = space.sets(rule.when), space.sets(changed.when)
        ended = space.sets(rule.until, rule.id).true if rule.until is not None else when.false
        other_ended = (
            space.sets(changed.until, rule.id).true
            if changed.until is not None
            else other_when.false
        )
        both_open = diagram.without(diagram.without(when.true, ended), other_ended)
        both_open = diagram.both(both_open, other_when.true)

        def differ(one: int, other: int) -> int:
            return diagram.either(diagram.without(one, other), diagram.without(other, one))

        begin = self._without_confirmations(space, both_open)
        raised_otherwise = differ(when.true, other_when.true)
        yield from self._row(space, rule, NOWHERE, diagram.without(raised_otherwise, ended))
        yield from self._row(space, rule, NOWHERE, raised_otherwise)
        standing = diagram.outside(ended)
        places = [differ(ended, other_ended)]
        if rule.until is None:
            places.append(differ(when.false, other_when.false))
        elif changed.until is not None:
            mine = space.sets(rule.until, rule.id).false
            places.append(differ(mine, space.sets(changed.until, rule.id).false))
        for where in places:
            yield from self._row(space, rule, begin, where)
        for step, other in zip(_steps(rule), _steps(changed), strict=True):
            if step is None or step == other:
                continue
            own = space.sets(step, rule.id)
            if other is None:
                # Nothing ticks it any more, and nobody is unsure of it.
                places = [own.true, diagram.outside(diagram.either(own.true, own.false))]
            else:
                theirs = space.sets(other, rule.id)
                places = [differ(own.true, theirs.true), differ(own.false, theirs.false)]
            for where in places:
                here = diagram.both(where, standing)
                yield from self._row(space, rule, NOWHERE, diagram.both(here, when.true))
                yield from self._row(space, rule, begin, here)

    def _without_confirmations(self, space: Space, where: int) -> int:
        """The situations of a set in which nothing has been confirmed yet."""
        for number in space.confirmations():
            where = space.diagram.both(where, space.diagram.where(number, 0b01))
        return where

    def _derivation_rows(self, mutant: Mutant) -> Iterator[Row]:
        name = mutant.owner.partition(" = ")[0]
        own = [one.when for one in self._base.derivations]
        space = Space(self._base, [*own, *(one.when for one in mutant.derivations)])
        before = dict(space.conclusions(name))
        space.conclude_by(mutant.derivations)
        after = dict(space.conclusions(name))
        for value in dict.fromkeys([*before, *after]):
            one, other = before.get(value, NOWHERE), after.get(value, NOWHERE)
            for where in (space.diagram.without(one, other), space.diagram.without(other, one)):
                if where != NOWHERE:
                    facts, _ = self._facts(space, where)
                    yield Row(name, facts)

    def _row(self, space: Space, rule: Rule, begin: int, where: int) -> Iterator[Row]:
        if where == NOWHERE:
            return
        facts, confirm = self._facts(space, where)
        if begin == NOWHERE:
            yield Row(rule.id, facts, confirm=confirm)
            return
        first, _ = self._facts(space, begin)
        unknown = tuple(sorted(name for name in first if name not in facts))
        said = {name: value for name, value in facts.items() if first.get(name) != value}
        said |= {name: value for name, value in facts.items() if _is_instant(self._base, name)}
        yield Row(rule.id, said, first, unknown, confirm)

    def _facts(self, space: Space, where: int) -> tuple[dict[str, Any], tuple[str, ...]]:
        """A situation as facts that a test can say, and what is confirmed in it."""
        facts: dict[str, Any] = {}
        confirm = []
        for name, value in sorted(space.example(where, texts=True).items()):
            if name.startswith(_CONFIRM):
                confirm += [name.removeprefix(_CONFIRM)] if value is True else []
            elif value is not None:
                facts[name] = _written(self._base.facts[name], value)
        return facts, tuple(confirm)


def _is_instant(rule_base: RuleBase, name: str) -> bool:
    return rule_base.facts[name].type == "instant"


def _written(fact: Fact, value: Value) -> Any:
    """A value as a test says it; instants are counted from the time of judging."""
    if isinstance(value, SomeText):
        return f"{fact.name.rpartition('.')[2]}-1"
    if fact.type == "instant":
        span = read_instant(str(value)) - NOW
        sign = "-" if span < timedelta() else "+"
        seconds = abs(span).total_seconds()
        whole = show_duration(timedelta(seconds=int(seconds))).replace(" ", "")
        return f"{sign}{whole}"
    if isinstance(value, float) and value.is_integer():
        return int(value) if fact.type != "float" else value
    return value


def _parts(rule: Rule) -> list[Pattern | None]:
    return [rule.when, rule.until, *_steps(rule)]


def _steps(rule: Rule) -> list[Pattern | None]:
    return [step_pattern(step.done_when, step.wait) for step in rule.steps]
