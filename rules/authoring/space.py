"""All situations that a rule base can tell apart, and in which of them its patterns hold.

Facts that are compared with one another make up one dimension, every other fact its own; a
dimension's classes are what the conditions can tell apart, unknown among them. Derived facts are
no dimensions: they are taken apart into what they are concluded from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final, cast

from rules.authoring.classes import NOW, TURNED, with_constant
from rules.authoring.diagram import EVERYWHERE, NOWHERE, Diagram, TooLargeError
from rules.authoring.dimensions import Dimension, Sets
from rules.authoring.layout import Layout
from rules.evaluate import condition_truth
from rules.pattern import RELATION_OPERATORS, Condition, Pattern, conditions, facts_named
from rules.read_pattern import CONFIRM
from rules.representatives import SomeText
from rules.rule_base import Derivation, Rule, RuleBase
from rules.values import Value, comparable
from rules.vocabulary import UNRECOGNISED, Truth

_MOST_CONCLUSIONS: Final = 2_000
"""Values of a derived fact that a condition tries one by one."""

_MOST_CONDITIONS: Final = 300
"""Conditions of one pattern that are looked into."""


class Space:
    """The situations of a rule base.

    Args:
        rule_base: whose facts and derivations matter.
        patterns: those that are asked about later; others would fall between the classes.
        unsettled: derived facts that count as if somebody said them.
    """

    def __init__(
        self,
        rule_base: RuleBase,
        patterns: Iterable[Pattern],
        unsettled: Iterable[str] = (),
    ) -> None:
        self.diagram = Diagram()
        self._rule_base = rule_base
        self._free = frozenset(unsettled)
        self._derivations: dict[str, list[Derivation]] = {}
        for derivation in rule_base.derivations:
            self._derivations.setdefault(derivation.fact, []).append(derivation)
        self._pattern_sets: dict[tuple[str, int], Sets] = {}
        self._kept: list[Pattern] = []
        self._confirmations: dict[tuple[str, str], int] = {}
        self._concluded: dict[str, list[tuple[Value, int]]] = {}
        self._too_large: set[str] = set()
        self._exact: dict[str, bool] = {}
        self._said: dict[tuple[str, bool], tuple[int, int]] = {}
        self._known_where: dict[str, int] = {}
        self._by_value: dict[str, dict[Any, int]] = {}
        taken_apart = {
            name: self._derivations.get(name, [])
            for name in rule_base.facts
            if self.is_derived(name)
        }
        self._layout = Layout(self.diagram, rule_base.facts, taken_apart)
        self._layout.lay_out(patterns)
        self._sets = dict(self._layout.sets)

    @property
    def dimensions(self) -> list[Dimension]:
        """What situations differ in, in the order of the diagram's numbers."""
        return self._layout.dimensions

    @property
    def inexact(self) -> set[str]:
        """Facts of which not every combination that counts here is surely possible."""
        return self._layout.inexact

    @contextmanager
    def room(self, parts: int) -> Iterator[None]:
        """Room for so many more parts of sets, after which all that was found out within is
        forgotten where it did not suffice.

        Raises:
            TooLargeError: the room did not suffice.
        """
        caches = (
            *(self._sets, self._pattern_sets, self._concluded, self._known_where, self._by_value),
        )
        with self.diagram.room(parts, *caches):
            yield

    def conclude_by(self, derivations: Iterable[Derivation]) -> None:
        """Go on under other derivations; all of their conditions were asked about when this
        space was made."""
        # What has been found out about facts that are said still holds.
        self._sets = dict(self._layout.sets)
        self._derivations = {}
        for derivation in derivations:
            self._derivations.setdefault(derivation.fact, []).append(derivation)
        self._pattern_sets, self._concluded = {}, {}
        self._known_where, self._by_value, self._too_large, self._exact = {}, {}, set(), {}

    # What patterns say

    def sets(self, pattern: Pattern, owner: str = "") -> Sets:
        """Where a pattern holds and where it does not; `owner` is the rule whose confirmations
        it sees.

        Raises:
            TooLargeError: it cannot be told within reasonable room.
        """
        key = owner, id(pattern)
        found = self._pattern_sets.get(key)
        if found is None:
            if sum(1 for _ in conditions(pattern)) > _MOST_CONDITIONS:
                raise TooLargeError
            found = self._pattern_sets[key] = self._read(pattern, owner)
            self._kept.append(pattern)
        return found

    def _read(self, pattern: Pattern, owner: str) -> Sets:
        if isinstance(pattern, Condition):
            return self._condition(pattern, owner)
        parts = [self.sets(part, owner) for part in pattern.patterns]
        both, either = self.diagram.both, self.diagram.either
        every, some = EVERYWHERE, NOWHERE
        for part in parts:
            every = both(every, part.true if pattern.kind == "all" else part.false)
            some = either(some, part.false if pattern.kind == "all" else part.true)
        return Sets(some, every) if pattern.kind == "any" else Sets(every, some)

    def _condition(self, condition: Condition, owner: str) -> Sets:
        if condition.fact.startswith(CONFIRM):
            return self._confirmation(condition, owner)
        found = self._sets.get(condition)
        if found is None:
            found = self._sets[condition] = self._derived_condition(condition)
        return found

    def _confirmation(self, condition: Condition, owner: str) -> Sets:
        given = self.confirmation(owner, condition.fact.removeprefix(CONFIRM))
        true = NOWHERE
        for value, where in ((True, given), (False, self.diagram.outside(given))):
            if condition_truth(condition, {condition.fact: value}, NOW, {}) == Truth.TRUE:
                true = self.diagram.either(true, where)
        return Sets(true, self.diagram.outside(true))

    def confirmation(self, owner: str, name: str) -> int:
        """The situations in which a step of a rule has been confirmed."""
        return self.diagram.where(self.confirmation_number(owner, name), 0b10)

    def confirmation_number(self, owner: str, name: str) -> int:
        """The dimension of a confirmation; the first of its classes says that it is not given."""
        key = owner, name
        if key not in self._confirmations:
            self._confirmations[key] = self._layout.add((f"{CONFIRM}{name}",), [(False,), (True,)])
        return self._confirmations[key]

    def confirmations(self) -> frozenset[int]:
        """The dimensions of all confirmations that have been asked about."""
        return frozenset(self._confirmations.values())

    # Derived facts

    def is_derived(self, name: str) -> bool:
        """Whether a fact is taken apart into what it is concluded from."""
        fact = self._rule_base.facts.get(name)
        return fact is not None and fact.derived and name not in self._free

    def conclusions(self, name: str) -> list[tuple[Value, int]]:
        """The values that a derived fact can have, each with the situations in which it has it;
        it is unknown in all others (law 6).

        Raises:
            TooLargeError: it cannot be told within reasonable room.
        """
        for one in self._behind(name):
            try:
                self._concluded[one] = self._conclude(one)
            except TooLargeError:
                self._too_large.add(one)
        if name in self._too_large:
            raise TooLargeError
        return self._concluded[name]

    def _behind(self, name: str) -> list[str]:
        """A derived fact and those behind it that are not concluded yet, each after those that it
        is concluded from: there may be more of them in a row than Python's stack is deep."""
        found: set[str] = set()
        left = [name]
        while left:
            one = left.pop()
            if one in found or one in self._concluded or one in self._too_large:
                continue
            if self.is_derived(one):
                found.add(one)
                for derivation in self._derivations.get(one, ()):
                    left += facts_named(derivation.when)
        if len(found) < 2:
            return list(found)
        return [one for one in self._rule_base.derived_order if one in found]

    def _conclude(self, name: str) -> list[tuple[Value, int]]:
        fact = self._rule_base.facts[name]
        diagram = self.diagram
        holding: dict[Any, int] = {}
        values: dict[Any, Value] = {}
        none_holds = EVERYWHERE
        for derivation in self._derivations.get(name, ()):
            sets = self.sets(derivation.when)
            key = comparable(fact.type, derivation.value)
            values.setdefault(key, derivation.value)
            holding[key] = diagram.either(holding.get(key, NOWHERE), sets.true)
            none_holds = diagram.both(none_holds, sets.false)
        some = twice = NOWHERE
        for where in holding.values():
            twice = diagram.either(twice, diagram.both(some, where))
            some = diagram.either(some, where)
        found = [(value, diagram.without(holding[key], twice)) for key, value in values.items()]
        if fact.otherwise is not None:
            key = comparable(fact.type, fact.otherwise)
            for place, (value, where) in enumerate(found):
                if comparable(fact.type, value) == key:
                    found[place] = value, diagram.either(where, none_holds)
                    return found
            found.append((fact.otherwise, none_holds))
        return found

    def _derived_condition(self, condition: Condition) -> Sets:
        """Where a condition holds that names at least one derived fact."""
        related = condition.operator in RELATION_OPERATORS
        other = str(condition.operand) if related else ""
        if not self.is_derived(condition.fact):
            if not related or not self.is_derived(other):
                raise KeyError(condition)
            turned = Condition(other, TURNED[condition.operator], condition.fact)
            return self._condition(turned, "")
        diagram, catalogue = self.diagram, self._rule_base.facts
        true = false = NOWHERE
        known = self._known(condition.fact)
        if condition.operator == "known":
            unknown = diagram.outside(known)
            return Sets(known, unknown) if condition.operand else Sets(unknown, known)
        if condition.operator in ("is", "not"):
            return self._concluded_to_be(condition, known)
        if len(self.conclusions(condition.fact)) > _MOST_CONCLUSIONS:
            raise TooLargeError
        for value, where in self.conclusions(condition.fact):
            if related and self.is_derived(other):
                for other_value, elsewhere in self.conclusions(other):
                    facts = {condition.fact: value, other: other_value}
                    holds = condition_truth(condition, facts, NOW, catalogue)
                    common = diagram.both(where, elsewhere)
                    true, false = self._sort(holds, common, true, false)
            elif related:
                constant = with_constant(condition, other, value)
                sets = self.sets(constant) if constant else Sets(NOWHERE, NOWHERE)
                true = diagram.either(true, diagram.both(where, sets.true))
                false = diagram.either(false, diagram.both(where, sets.false))
            else:
                holds = condition_truth(condition, {condition.fact: value}, NOW, catalogue)
                true, false = self._sort(holds, where, true, false)
        return Sets(true, false)

    def known(self, name: str, *, recognised: bool = False) -> int:
        """The situations in which a fact is known, or has a value that its catalogue gives it;
        none where that is not told apart."""
        if self.is_derived(name):
            return self._known(name)
        key = name, recognised
        if key not in self._said:
            self._said[key] = self._known_values(name, recognised)
        number, bits = self._said[key]
        return self.diagram.where(number, bits) if bits else NOWHERE

    def _known_values(self, name: str, recognised: bool) -> tuple[int, int]:
        dimension = self._layout.by_fact.get(name)
        if dimension is None:
            return 0, 0
        place, bits = dimension.facts.index(name), 0
        for bit, values in enumerate(dimension.classes):
            value = values[place]
            bits |= (value is not None and not (recognised and value == UNRECOGNISED)) << bit
        return dimension.number, bits

    def _known(self, name: str) -> int:
        """The situations in which a derived fact has a value."""
        if name not in self._known_where:
            known = NOWHERE
            for _, where in self.conclusions(name):
                known = self.diagram.either(known, where)
            self._known_where[name] = known
        return self._known_where[name]

    def _concluded_to_be(self, condition: Condition, known: int) -> Sets:
        """Where a derived fact has one of some values, and where it has another."""
        name, kind = condition.fact, self._rule_base.facts[condition.fact].type
        if name not in self._by_value:
            self._by_value[name] = {
                comparable(kind, value): where for value, where in self.conclusions(name)
            }
        named = NOWHERE
        for value in cast(tuple[Value, ...], condition.operand):
            where = self._by_value[name].get(comparable(kind, value), NOWHERE)
            named = self.diagram.either(named, where)
        others = self.diagram.without(known, named)
        return Sets(named, others) if condition.operator == "is" else Sets(others, named)

    def _sort(self, holds: Truth, where: int, true: int, false: int) -> tuple[int, int]:
        if holds == Truth.TRUE:
            return self.diagram.either(true, where), false
        if holds == Truth.FALSE:
            return true, self.diagram.either(false, where)
        return true, false

    # How far it goes

    @property
    def too_many(self) -> set[str]:
        """Facts that so much is asked of that what excludes what is not told."""
        return self._layout.too_many

    def is_exact(self, pattern: Pattern) -> bool:
        """Whether every situation of a pattern that counts here is surely possible."""
        return all(self._is_exact(name) for name in facts_named(pattern))

    def _is_exact(self, name: str) -> bool:
        if not self._exact:
            said = self._rule_base.facts.keys() - self._rule_base.derived_order
            self._exact = {one: one not in self.inexact and one not in self._free for one in said}
            for one in self._rule_base.derived_order:
                self._exact[one] = one not in self._free and all(
                    self._exact[inner]
                    for derivation in self._derivations.get(one, ())
                    for inner in facts_named(derivation.when)
                )
        return self._exact.get(name, True)

    # Words

    def example(self, where: int, *, texts: bool = False) -> dict[str, Value | None]:
        """One situation of a set: the facts that matter, None where one is unknown. What no
        values stand behind is left out, and without `texts` so are texts that nobody has
        named."""
        found: dict[str, Value | None] = {}
        for box in self.diagram.boxes(where, 1):
            for number, mask in box.items():
                dimension = self.dimensions[number]
                # Unknown is the first class; a value that is known tells more.
                known = mask & ~1 or mask
                values = dimension.classes[(known & -known).bit_length() - 1]
                if isinstance(values, tuple):
                    found.update(zip(dimension.facts, values, strict=True))
        if texts:
            return found
        return {name: value for name, value in found.items() if not isinstance(value, SomeText)}


def patterns_of(rule: Rule) -> Iterator[Pattern]:
    """Every pattern of a rule."""
    yield rule.when
    if rule.until is not None:
        yield rule.until
    for step in rule.steps:
        if step.done_when is not None:
            yield step.done_when
