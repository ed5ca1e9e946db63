"""All situations that a rule base can tell apart, and in which of them its patterns hold.

Facts that are compared with one another make up one dimension, every other fact its own; a
dimension's classes are what the conditions can tell apart, unknown among them. Derived facts are
no dimensions: they are taken apart into what they are concluded from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any, Final, cast

from rules.authoring.classes import (
    NOW,
    TURNED,
    Classes,
    count_partitions,
    different,
    partitions,
    truth,
    with_constant,
)
from rules.authoring.diagram import EVERYWHERE, NOWHERE, Diagram, TooLargeError
from rules.authoring.dimensions import Dimension, Sets
from rules.evaluate import condition_truth
from rules.pattern import (
    RELATION_OPERATORS,
    Condition,
    Pattern,
    conditions,
)
from rules.representatives import MOST_EXPRESSIONS, SomeText, connected, representatives
from rules.rule_base import Derivation, Rule, RuleBase
from rules.values import Value, comparable
from rules.vocabulary import Truth

MOST_CLASSES: Final = 60_000
"""Combinations of facts that are compared with one another; beyond it, relations count as
independent."""

_MOST_ROOM: Final = 250_000_000
"""Classes of one fact times conditions on it; beyond it, the conditions count as independent."""

_MOST_CONCLUSIONS: Final = 2_000
"""Values of a derived fact that a condition tries one by one."""

_MOST_CONDITIONS: Final = 300
"""Conditions of one pattern that are looked into."""

_CONFIRM: Final = "confirm."


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
        self.dimensions: list[Dimension] = []
        self.inexact: set[str] = set()
        """Facts of which not every combination that counts here is surely possible."""
        self._rule_base = rule_base
        self._free = frozenset(unsettled)
        self._derivations: dict[str, list[Derivation]] = {}
        for derivation in rule_base.derivations:
            self._derivations.setdefault(derivation.fact, []).append(derivation)
        self._sets: dict[Condition, Sets] = {}
        self._by_owner: dict[tuple[str, Condition], Sets] = {}
        self._pattern_sets: dict[tuple[str, int], Sets] = {}
        self._kept: list[Pattern] = []
        self._confirmations: dict[tuple[str, str], int] = {}
        self._concluded: dict[str, list[tuple[Value, int]]] = {}
        self._too_large: set[str] = set()
        self._known_where: dict[str, int] = {}
        self._by_value: dict[str, dict[Any, int]] = {}
        self._lay_out(patterns)

    def conclude_by(self, derivations: Iterable[Derivation]) -> None:
        """Go on under other derivations; all of their conditions were asked about when this
        space was made."""
        # What has been found out about facts that are said still holds.
        self._sets = {
            condition: sets
            for condition, sets in self._sets.items()
            if not self.is_derived(condition.fact)
            and not (
                condition.operator in RELATION_OPERATORS and self.is_derived(str(condition.operand))
            )
        }
        self._derivations = {}
        for derivation in derivations:
            self._derivations.setdefault(derivation.fact, []).append(derivation)
        self._pattern_sets, self._concluded = {}, {}
        self._known_where, self._by_value, self._too_large = {}, {}, set()

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
        if condition.fact.startswith(_CONFIRM):
            return self._confirmation(condition, owner)
        found = self._sets.get(condition)
        if found is None:
            found = self._sets[condition] = self._derived_condition(condition)
        return found

    def _confirmation(self, condition: Condition, owner: str) -> Sets:
        given = self.confirmation(owner, condition.fact.removeprefix(_CONFIRM))
        true = NOWHERE
        for value, where in ((True, given), (False, self.diagram.outside(given))):
            if condition_truth(condition, {condition.fact: value}, NOW, {}) == Truth.TRUE:
                true = self.diagram.either(true, where)
        return Sets(true, self.diagram.outside(true))

    def confirmation(self, owner: str, name: str) -> int:
        """The situations in which a step of a rule has been confirmed."""
        key = owner, name
        if key not in self._confirmations:
            self._confirmations[key] = self._add_dimension(
                (f"{_CONFIRM}{name}",), [(False,), (True,)]
            )
        return self.diagram.where(self._confirmations[key], 0b10)

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
        if name in self._too_large:
            raise TooLargeError
        if name not in self._concluded:
            try:
                self._concluded[name] = self._conclude(name)
            except TooLargeError:
                self._too_large.add(name)
                raise
        return self._concluded[name]

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

    # Dimensions

    def _lay_out(self, patterns: Iterable[Pattern]) -> None:
        asked = dict.fromkeys(self._base_conditions(patterns))
        names: dict[str, None] = {}
        for condition in asked:
            names.setdefault(condition.fact)
            if condition.operator in RELATION_OPERATORS:
                names.setdefault(str(condition.operand))
        groups = connected(names, asked)
        about: dict[str, list[Condition]] = {name: [] for name in names}
        for condition in asked:
            about[condition.fact].append(condition)
        done: set[str] = set()
        for name in names:
            if name in done:
                continue
            group = tuple(one for one in names if one in groups[name])
            done.update(group)
            own = [condition for one in group for condition in about[one]]
            if len(group) == 1:
                self._single(name, own)
            else:
                self._group(group, own)

    def _base_conditions(self, patterns: Iterable[Pattern]) -> Iterator[Condition]:
        """Every condition on facts that are said, also those behind derived facts."""
        stack = [*patterns]
        seen: set[str] = set()
        while stack:
            for condition in conditions(stack.pop()):
                if condition.fact.startswith(_CONFIRM):
                    continue
                named = [condition.fact]
                if condition.operator in RELATION_OPERATORS:
                    named.append(str(condition.operand))
                derived = [name for name in named if self.is_derived(name)]
                for name in derived:
                    if name not in seen:
                        seen.add(name)
                        stack += [one.when for one in self._derivations.get(name, ())]
                if not derived:
                    yield condition
                elif len(derived) < len(named):
                    said = next(name for name in named if name not in derived)
                    operator = condition.operator
                    if said != condition.fact:
                        operator = TURNED[operator]
                    for value in self._possible(derived[0]):
                        constant = with_constant(
                            Condition(said, operator, derived[0]), said, value, turn=False
                        )
                        if constant is not None:
                            yield constant
                        else:
                            self.inexact.add(said)

    def _possible(self, name: str) -> Iterator[Value]:
        fact = self._rule_base.facts[name]
        for derivation in self._derivations.get(name, ()):
            yield derivation.value
        if fact.otherwise is not None:
            yield fact.otherwise

    def _single(self, name: str, own: list[Condition]) -> None:
        fact = self._rule_base.facts.get(name)
        expressions = {str(one.operand) for one in own if one.operator == "matches"}
        if len(expressions) > 1:
            self.inexact.add(name)
        if len(expressions) > MOST_EXPRESSIONS:
            self._independent([one for one in own if one.operator == "matches"])
            own = [one for one in own if one.operator != "matches"]
        classes = Classes(
            fact.type if fact else "bool",
            different(fact, representatives(fact, own, [], NOW)),
        )
        if len(own) * len(classes.values) > _MOST_ROOM:
            self.inexact.add(name)
            self._independent(own)
            return
        number = self._add_dimension((name,), [(value,) for value in classes.values])
        for condition in own:
            true, false = classes.masks(condition)
            self._sets[condition] = Sets(
                self.diagram.where(number, true), self.diagram.where(number, false)
            )

    def _group(self, group: tuple[str, ...], own: list[Condition]) -> None:
        combinations = self._combinations(group, own)
        if combinations is None:
            self.inexact.update(group)
            relations = [one for one in own if one.operator in RELATION_OPERATORS]
            self._independent(relations)
            for name in group:
                self._single(name, [o for o in own if o.fact == name and o not in relations])
            return
        catalogue = self._rule_base.facts
        classes: dict[tuple[Truth, ...], tuple[Any, ...]] = {}
        for values in combinations:
            facts = dict(zip(group, values, strict=True))
            truths = tuple(truth(condition, facts, catalogue) for condition in own)
            truths += tuple(Truth(value is not None) for value in values)
            classes.setdefault(truths, values)
        known = [Condition(name, "known", True) for name in group]
        number = self._add_dimension(group, list(classes.values()), [*own, *known], list(classes))
        for place, condition in enumerate(own):
            true = false = 0
            for bit, truths in enumerate(classes):
                true |= (truths[place] == Truth.TRUE) << bit
                false |= (truths[place] == Truth.FALSE) << bit
            self._sets[condition] = Sets(
                self.diagram.where(number, true), self.diagram.where(number, false)
            )

    def _combinations(
        self, group: tuple[str, ...], own: list[Condition]
    ) -> Iterable[tuple[Any, ...]] | None:
        """Values for facts that are compared with one another; None where there are too many."""
        catalogue = self._rule_base.facts
        ordered = any(
            one.operator not in ("same_as", "differs_from", "is", "not", "known") for one in own
        )
        fact = catalogue.get(group[0])
        if not ordered and fact is not None and fact.type not in ("bool", "enum", "instant"):
            constants = sorted(
                {
                    value
                    for one in own
                    if one.operator in ("is", "not")
                    for value in cast(tuple[Value, ...], one.operand)
                },
                key=str,
            )
            numeric = fact.type in ("int", "float", "duration")
            fresh: list[Value] = [
                9001 + number if numeric else f"{9001 + number}" for number in range(len(group))
            ]
            if count_partitions(len(group), len(constants)) > MOST_CLASSES:
                return None
            return partitions(len(group), constants, fresh)
        choices: list[list[Any]] = []
        size = 1
        for name in group:
            values = representatives(catalogue.get(name), own, [], NOW)
            choices.append([None, *different(catalogue.get(name), values)])
            size *= len(choices[-1])
        return product(*choices) if size <= MOST_CLASSES else None

    def _independent(self, own: list[Condition]) -> None:
        """Conditions that count as if nothing bound them to one another."""
        for condition in own:
            words = ["unknown", "true", "false"]
            number = self._add_dimension((f"{condition.fact} {condition.operator}",), words)
            where = self.diagram.where
            self._sets[condition] = Sets(where(number, 0b010), where(number, 0b100))

    def _add_dimension(
        self,
        facts: tuple[str, ...],
        classes: Sequence[Any],
        conditions: Sequence[Condition] = (),
        truths: Sequence[tuple[Truth, ...]] = (),
    ) -> int:
        number = self.diagram.dimension(len(classes))
        self.dimensions.append(Dimension(number, facts, classes, conditions, truths))
        return number

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
