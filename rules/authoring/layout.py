"""Which facts are told apart together, what classes they have, and where each condition on facts
that are said holds among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from rules.authoring.diagram import Diagram
from rules.authoring.dimensions import Dimension, Sets
from rules.authoring.order import arranged
from rules.pattern import (
    RELATION_OPERATORS,
    Condition,
    Pattern,
    combinations_of,
    conditions,
    facts_named,
)
from rules.read_pattern import CONFIRM
from rules.representatives import MOST_EXPRESSIONS, connected, representatives, texts_are_told
from rules.rule_base import Derivation, Fact
from rules.values import Value
from rules.vocabulary import Truth

MOST_CLASSES: Final = 60_000
"""Combinations of facts that are compared with one another; beyond it, relations count as
independent."""

_MOST_ROOM: Final = 250_000_000
"""Classes of one fact times conditions on it; beyond it, the conditions count as independent."""

_MOST_TOLD_APART: Final = 200_000
"""Values of one fact times conditions on it; beyond it, those that come to the same count apart."""


class Layout:
    """The dimensions that facts make up.

    Args:
        diagram: in which sets of their classes are made.
        catalogue: the declared facts.
        derivations: of each derived fact that is taken apart into what it is concluded from.
    """

    def __init__(
        self,
        diagram: Diagram,
        catalogue: Mapping[str, Fact],
        derivations: Mapping[str, Sequence[Derivation]],
    ) -> None:
        self.dimensions: list[Dimension] = []
        self.by_fact: dict[str, Dimension] = {}
        """Facts whose values are told apart, with their dimensions."""
        self.sets: dict[Condition, Sets] = {}
        """Where each condition holds that names no derived fact."""
        self.inexact: set[str] = set()
        """Facts of which not every combination that counts here is surely possible."""
        self._reached: set[str] = set()
        """The derived facts that patterns look at, and those behind them."""
        self.too_many: set[str] = set()
        """Facts that so much is asked of that what excludes what is not told."""
        self._diagram = diagram
        self._catalogue = catalogue
        self._derivations = derivations

    def lay_out(self, patterns: Iterable[Pattern]) -> None:
        """Give every fact that some patterns look at its classes."""
        patterns = list(patterns)
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
        order = {name: place for place, name in enumerate(names)}
        done: set[str] = set()
        loose: set[str] = set()
        for name in arranged(list(names), self._named_together(patterns)):
            if name in loose:
                self._loose(name, about[name])
            if name in done or name in loose:
                continue
            group = tuple(sorted(groups[name], key=order.__getitem__))
            own = [condition for one in group for condition in about[one]]
            if len(group) == 1:
                self._single(name, own)
            elif (combinations := self._combinations(group, own)) is not None:
                self._group(group, own, combinations)
                done.update(group)
            else:
                self.inexact.update(group)
                self.too_many.add(group[0])
                loose.update(group)
                self._loose(name, about[name])

    def _loose(self, name: str, own: list[Condition]) -> None:
        """A fact that is compared with too many others, as if it were compared with none."""
        relations = [one for one in own if one.operator in RELATION_OPERATORS]
        self._independent(relations)
        self._single(name, [one for one in own if one.operator not in RELATION_OPERATORS])

    def _named_together(self, patterns: Iterable[Pattern]) -> Iterator[set[str]]:
        """The facts of each part of a pattern; of what concludes a derived fact, with that."""
        for pattern in patterns:
            yield from (set(facts_named(part)) for part in combinations_of(pattern))
        for name in self._reached:
            for derivation in self._derivations[name]:
                inner = combinations_of(derivation.when)
                yield from (set(facts_named(part)) for part in inner)
                yield {name, *facts_named(derivation.when)}

    def _base_conditions(self, patterns: Iterable[Pattern]) -> Iterator[Condition]:
        """Every condition on facts that are said, also those behind derived facts."""
        stack = [*patterns]
        seen = self._reached
        while stack:
            for condition in conditions(stack.pop()):
                if condition.fact.startswith(CONFIRM):
                    continue
                named = [condition.fact]
                if condition.operator in RELATION_OPERATORS:
                    named.append(str(condition.operand))
                derived = [name for name in named if name in self._derivations]
                for name in derived:
                    if name not in seen:
                        seen.add(name)
                        stack += [one.when for one in self._derivations[name]]
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
        fact = self._catalogue[name]
        for derivation in self._derivations[name]:
            yield derivation.value
        if fact.otherwise is not None:
            yield fact.otherwise

    def _single(self, name: str, own: list[Condition]) -> None:
        fact = self._catalogue.get(name)
        expressions = {str(one.operand) for one in own if one.operator == "matches"}
        if expressions and not texts_are_told(own):
            self.inexact.add(name)
        if len(expressions) > MOST_EXPRESSIONS:
            self.too_many.add(name)
            self._independent([one for one in own if one.operator == "matches"])
            own = [one for one in own if one.operator != "matches"]
        classes = Classes(
            fact.type if fact else "bool",
            different(fact, representatives(fact, own, [], NOW)),
        )
        if len(own) * len(classes.values) > _MOST_ROOM:
            self.inexact.add(name)
            self.too_many.add(name)
            self._independent(own)
            return
        masks = [classes.masks(condition) for condition in own]
        if fact is None or fact.type in ("bool", "enum"):
            number = self.add((name,), [(value,) for value in classes.values])
        else:
            members: list[tuple[int, ...]] = [(place,) for place in range(len(classes.values))]
            if len(own) * len(members) <= _MOST_TOLD_APART:
                members = classes.told_apart(masks)
                masks = [(_joined(true, members), _joined(false, members)) for true, false in masks]
            number = self.add(
                (name,),
                [(classes.values[places[0]],) for places in members],
                own,
                values=classes.values,
                members=members,
            )
        where = self._diagram.where
        for condition, (true, false) in zip(own, masks, strict=True):
            self.sets[condition] = Sets(where(number, true), where(number, false))

    def _group(
        self, group: tuple[str, ...], own: list[Condition], combinations: Iterable[tuple[Any, ...]]
    ) -> None:
        if not texts_are_told(own):
            self.inexact.update(group)
        catalogue = self._catalogue
        classes: dict[tuple[Truth, ...], tuple[Any, ...]] = {}
        for values in combinations:
            facts = dict(zip(group, values, strict=True))
            truths = tuple(truth(condition, facts, catalogue) for condition in own)
            truths += tuple(Truth(value is not None) for value in values)
            classes.setdefault(truths, values)
        known = [Condition(name, "known", True) for name in group]
        number = self.add(group, list(classes.values()), [*own, *known], list(classes))
        for place, condition in enumerate(own):
            true = false = 0
            for bit, truths in enumerate(classes):
                true |= (truths[place] == Truth.TRUE) << bit
                false |= (truths[place] == Truth.FALSE) << bit
            self.sets[condition] = Sets(
                self._diagram.where(number, true), self._diagram.where(number, false)
            )

    def _combinations(
        self, group: tuple[str, ...], own: list[Condition]
    ) -> Iterable[tuple[Any, ...]] | None:
        """Values for facts that are compared with one another; None where there are too many."""
        catalogue = self._catalogue
        if len({one.operand for one in own if one.operator == "matches"}) > MOST_EXPRESSIONS:
            return None
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
            number = self.add((f"{condition.fact} {condition.operator}",), words)
            where = self._diagram.where
            self.sets[condition] = Sets(where(number, 0b010), where(number, 0b100))

    def add(
        self,
        facts: tuple[str, ...],
        classes: Sequence[Any],
        conditions: Sequence[Condition] = (),
        truths: Sequence[tuple[Truth, ...]] = (),
        values: Sequence[Any] = (),
        members: Sequence[Sequence[int]] = (),
    ) -> int:
        """One more dimension; its number."""
        number = self._diagram.dimension(len(classes))
        dimension = Dimension(number, facts, classes, conditions, truths, values, members)
        self.dimensions.append(dimension)
        if isinstance(classes[0], tuple):
            self.by_fact.update(dict.fromkeys(facts, dimension))
        return number


def _joined(mask: int, members: Sequence[Sequence[int]]) -> int:
    """Classes of values as classes of members that come to the same."""
    joined = 0
    for bit, places in enumerate(members):
        joined |= (mask >> places[0] & 1) << bit
    return joined
