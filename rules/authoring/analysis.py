"""What is wrong with rules that can be read: patterns that can never hold, rules that nobody will
ever see, and advice that contradicts itself. Nothing is reported that is not surely so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from rules.authoring.contradictions import Contradictions
from rules.authoring.diagram import EVERYWHERE, NOWHERE, TooLargeError
from rules.authoring.hidden_rules import HiddenRules
from rules.authoring.open_findings import OpenFindings
from rules.authoring.single_rules import SingleRules, unrecognised_of
from rules.authoring.situation_words import SituationWords
from rules.authoring.space import Space, patterns_of
from rules.built_in import BUILT_IN
from rules.fault_codes import Code
from rules.loader import Reading
from rules.pattern import conditions, facts_named
from rules.positions import Path
from rules.rule_base import Rule
from rules.tables import Faults
from rules.wording import say_value

_MOST_BEFORE: Final = 300
"""Derivations that one that contradicts some is held against."""

_ROOM: Final = 100_000
"""Parts of sets that one rule, or one derived fact, may need."""

_ROOM_FOR_ALL: Final = 800_000


def analyse(reading: Reading) -> None:
    """Add to a reading's faults what only shows when conditions are taken together."""
    _Analysis(reading).run()


_TELLING: Final = frozenset(
    {"title", "severity", "source", "grade", "cases", "impact", "contact_support", "do", "text"}
)
"""Keys of a rule that say something to people; all others say what happens."""


class _Analysis:
    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._base = reading.rule_base
        self._faults: Faults = reading.faults
        self._rules = [rule for rule in self._base.rules if rule.hash != BUILT_IN]
        patterns = [pattern for rule in self._rules for pattern in patterns_of(rule)]
        patterns += [derivation.when for derivation in self._base.derivations]
        related = [one for pattern in patterns for one in conditions(pattern)]
        for condition in dict.fromkeys(one for one in related if one.operator == "same_as"):
            patterns += unrecognised_of(condition, self._base)
        self._space = Space(self._base, patterns, reading.unsettled)
        self._words = SituationWords(self._base, self._space)
        self._lives = OpenFindings(self._base, self._space)
        self._single = SingleRules(self._base, self._space, self._lives, self._words)
        self._faulty = set(_acting(reading.faults.places()))
        self._looked_into: list[Rule] = []
        """Rules that are what was read of them, and not too large."""

    def run(self) -> None:
        self._derivations()
        for rule in self._rules:
            file, path = self._reading.rule_paths[rule.id]
            as_read = not self._faulty & {(file, path), ("", ("override", rule.id))}
            try:
                with self._room():
                    found = list(self._single.find(rule, as_read=as_read))
                    self._lives.to_others(rule)
            except TooLargeError:
                self._unproved(file, path)
                continue
            if as_read:
                self._looked_into.append(rule)
            for code, inner, message in found:
                self._faults.add(file, (*path, *inner), code, message)
        self._doubles()
        self._hidden()
        self._advice()
        self._too_many()

    def _too_many(self) -> None:
        for name in self._space.too_many & self._reading.fact_paths.keys():
            message = (
                f"so much is asked of {name}, or of what it is compared with, that it is not "
                "looked into which conditions exclude one another, nor which advice contradicts "
                "other"
            )
            self._faults.add(*self._reading.fact_paths[name], Code.CANNOT_BE_PROVED, message)

    @contextmanager
    def _room(self) -> Iterator[None]:
        """Room for one rule, or for one derived fact."""
        left = _ROOM_FOR_ALL - self._space.diagram.made
        if left <= 0:
            raise TooLargeError
        with self._space.room(min(left, _ROOM)):
            yield

    def _unproved(self, file: str, path: Path) -> None:
        message = (
            "is too large to be looked into: whether it can hold, and what it contradicts, is not "
            "known"
        )
        self._faults.add(file, path, Code.CANNOT_BE_PROVED, message)

    # Derivations

    def _derivations(self) -> None:
        by_fact: dict[str, list[int]] = {}
        for number, derivation in enumerate(self._base.derivations):
            by_fact.setdefault(derivation.fact, []).append(number)
        for name in self._base.derived_order:
            numbers = by_fact.get(name, ())
            try:
                with self._room():
                    found = list(self._of_fact(name, numbers))
            except TooLargeError:
                for number in numbers:
                    self._unproved(*self._reading.derivation_paths[number])
                continue
            for number, code, inner, message in found:
                file, path = self._reading.derivation_paths[number]
                self._faults.add(file, (*path, *inner), code, message)
        self._never_concluded(by_fact)

    def _of_fact(self, name: str, numbers: Sequence[int]) -> Iterator[tuple[int, Code, Path, str]]:
        """What is wrong with the derivations of one fact."""
        if name in self._reading.unsettled:
            return
        fact, diagram = self._base.facts[name], self._space.diagram
        before: list[int] = []
        anywhere = NOWHERE
        for number in numbers:
            one = self._base.derivations[number]
            mine = self._space.sets(one.when).true
            if mine == NOWHERE:
                message = f"{name} is never concluded here: {self._single.reason(one.when)}"
                yield number, Code.DERIVATION_NEVER_HOLDS, ("when",), message
            for message in self._single.unrecognised_alike(one.when):
                yield number, Code.UNRECOGNISED_ALIKE, ("when",), message
            if mine == EVERYWHERE:
                message = f"{name} is always concluded to be {say_value(one.value, fact)} here"
                yield number, Code.ALWAYS_HOLDS, ("when",), message
            if diagram.both(mine, anywhere) != NOWHERE and self._space.is_exact(one.when):
                for other_number in before[:_MOST_BEFORE]:
                    other = self._base.derivations[other_number]
                    if other.value == one.value or not self._space.is_exact(other.when):
                        continue
                    common = diagram.both(mine, self._space.sets(other.when).true)
                    if common != NOWHERE:
                        message = (
                            f"{name} is concluded to be {say_value(one.value, fact)} here and "
                            f"{say_value(other.value, fact)} in "
                            f"{other.place.file}:{other.place.line} at the same time, "
                            f"{self._words.for_one(common)}"
                        )
                        yield number, Code.CONTRADICTING_DERIVATIONS, (), message
            before.append(number)
            anywhere = diagram.either(anywhere, mine)
        self._space.known(name)

    def _never_concluded(self, by_fact: dict[str, list[int]]) -> None:
        for fact in self._base.facts.values():
            if not fact.derived or fact.name in self._reading.unsettled:
                continue
            given = {self._base.derivations[number].value for number in by_fact.get(fact.name, ())}
            missing = [value for value in fact.values if value not in {*given, fact.otherwise}]
            if missing or not (given or fact.otherwise is not None):
                message = (
                    f"{fact.name} is never concluded to be {', '.join(missing)}"
                    if missing
                    else f"{fact.name} is never concluded: it has no [[derive]]"
                )
                place = self._reading.fact_paths.get(fact.name)
                if place is not None:
                    self._faults.add(*place, Code.VALUE_NEVER_CONCLUDED, message)

    # Rules beside one another

    def _doubles(self) -> None:
        known: dict[tuple[object, ...], str] = {}
        for rule in self._looked_into:
            when = self._space.sets(rule.when).true
            if when == NOWHERE or self._names_confirmations(rule):
                continue
            until = self._space.sets(rule.until).true if rule.until is not None else -1
            key = rule.scope, when, until, rule.hold, rule.occurrence
            first = known.setdefault(key, rule.id)
            if first != rule.id:
                file, path = self._reading.rule_paths[rule.id]
                message = f"{rule.id} holds in exactly the same situations as {first}"
                self._faults.add(file, (*path, "when"), Code.SAME_AS_OTHER_RULE, message)

    def _names_confirmations(self, rule: Rule) -> bool:
        return rule.until is not None and any(
            name.startswith("confirm.") for name in facts_named(rule.until)
        )

    def _hidden(self) -> None:
        for rule, behind, always in HiddenRules(self._space).find(self._looked_into, self._room):
            file, path = self._reading.rule_paths[rule.id]
            names = " or ".join(one.id for one in behind)
            seen = (
                "is never seen" if always else "is never seen as long as all that it asks is known"
            )
            if len(behind) == 1:
                message = f"{rule.id} {seen}: wherever it holds, {names} holds, which suppresses it"
            else:
                message = (
                    f"{rule.id} {seen}: wherever it is open, {names} is open, and each of them "
                    "suppresses it"
                )
            self._faults.add(file, (*path, "when"), Code.HIDDEN_RULE, message)

    def _advice(self) -> None:
        contradictions = Contradictions(self._base, self._space, self._lives, self._words)
        for rule, step, at_once, message in contradictions.find(self._looked_into, self._room):
            file, path = self._reading.rule_paths[rule.id]
            code = Code.CONTRADICTING_ADVICE if at_once else Code.CONTRADICTING_WHILE_OPEN
            self._faults.add(file, (*path, "then", "step", step, "starts"), code, message)
        for rule in contradictions.left_out.values():
            file, path = self._reading.rule_paths[rule.id]
            message = (
                "so many steps start what so many rules forbid that not all are held against one "
                "another: whether its steps contradict what is forbidden is not known"
            )
            self._faults.add(file, path, Code.CANNOT_BE_PROVED, message)


def _acting(places: Iterable[tuple[str, Path]]) -> Iterator[tuple[str, Path]]:
    """The tables of rules and overrides that say something faulty about what happens: what was
    read of them is something else."""
    for file, path in places:
        if _TELLING.isdisjoint(path[2:]):
            yield ("" if path[:1] == ("override",) else file), path[:2]
