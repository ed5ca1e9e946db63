"""The smallest set of facts that would have to change or be known for a pattern to come out as
wanted: a search that grows the number of changed facts until one set will do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from math import inf
from typing import Final, TypeAlias

import msgspec

from rules.evaluate import KnownFacts, value_of
from rules.goals import FALSE, TRUE, Aim, Goals, Literal, literals
from rules.pattern import RELATION_OPERATORS, Condition, Operator, Pattern
from rules.representatives import SomeText, connected, representatives
from rules.rule_base import RuleBase
from rules.values import Value
from rules.vocabulary import UNRECOGNISED, Truth
from rules.wording import say_choice, say_operator, say_value

MOST_WORK: Final = 400_000
"""Goals looked at before the search settles for a set that may not be the smallest: about half a
second. Patterns of some twenty conditions stay far below it."""

_CONFIRM: Final = "confirm."
_KNOWN: Final = "is known"
_SEEN_FROM_THE_OTHER: Final[dict[str, Operator]] = {
    "later_than": "earlier_than",
    "earlier_than": "later_than",
    "same_as": "same_as",
    "differs_from": "differs_from",
}

_Assignment: TypeAlias = dict[str, Value | None]


class Requirement(msgspec.Struct, frozen=True):
    """What one fact would have to say. `text` reads on its own, such as
    `cluster.storage = "healthy"`; `example` is one such value, None where the fact would have to
    be unknown or where no text can be named."""

    fact: str
    text: str
    example: Value | None


class SmallestChange(msgspec.Struct, frozen=True):
    """Facts that would have to change together, none of which could be left out.

    `exact` is false where the search was cut short: the set is then small, not surely the
    smallest; and `found` false means that nothing would do, or, if not exact, that nothing was
    found."""

    requirements: tuple[Requirement, ...]
    found: bool
    exact: bool


def smallest_change(
    pattern: Pattern,
    facts: KnownFacts,
    now: datetime,
    rule_base: RuleBase,
    *,
    target: Truth = Truth.TRUE,
    most_work: int = MOST_WORK,
) -> SmallestChange:
    """The fewest facts whose change would make a pattern true (or false, as `target` says).

    Args:
        pattern: of a rule, a derivation or a step.
        facts: what is known on the subject; derived facts are concluded from the others here.
        now: the time of judging.
        rule_base: the declared facts and their derivations.
        target: true or false.
        most_work: how many goals are looked at before the search is cut short.
    """
    aim = Goals(rule_base, now).reach(pattern, TRUE if target == Truth.TRUE else FALSE)
    search = _Search(aim, facts, now, rule_base, most_work)
    changed, exact = search.run()
    if changed is None:
        return SmallestChange((), found=False, exact=exact)
    return SmallestChange(tuple(search.requirements(changed)), found=True, exact=exact)


class _CutShort(Exception):
    """The search has looked at as many goals as it may."""


class _Search:
    def __init__(
        self, aim: Aim, facts: KnownFacts, now: datetime, rule_base: RuleBase, most_work: int
    ) -> None:
        self._aim = aim
        self._facts = facts
        self._now = now
        self._rule_base = rule_base
        self._most_work = self._work_left = most_work
        self._changed: _Assignment = {}
        self._literals = list(literals(aim))
        self._choices: dict[str, list[Value | None]] = {}
        self._groups = self._group_facts()
        self._bounds: dict[int, float] = {}
        self._proofs: dict[int, list[Literal]] = {}

    def run(self) -> tuple[_Assignment | None, bool]:
        """The smallest change and whether it surely is; None where there is none."""
        try:
            size = self._measure()
            while size <= len(self._aim.facts):
                self._tried: set[frozenset[tuple[str, Value | None]]] = set()
                found = self._deepen(int(size))
                if found is not None:
                    return found, True
                size += 1
        except _CutShort:
            self._changed = {}
            return self._quick(), False
        return None, True

    # -- what is known under a change ------------------------------------------------------------

    def _known(self, name: str) -> Value | None:
        if name in self._changed:
            return self._changed[name]
        return self._now_known(name)

    def _now_known(self, name: str) -> Value | None:
        value = value_of(self._facts, name)
        return False if value is None and name.startswith(_CONFIRM) else value

    def _truth(self, literal: Literal) -> Truth:
        return literal.truth(self._known, self._now, self._rule_base)

    def _measure(self) -> float:
        """How many more facts must change at the least; infinite where none can help."""
        self._bounds = {}
        return self._bound(self._aim)

    def _bound(self, aim: Aim) -> float:
        key = id(aim)
        if key not in self._bounds:
            self._work_left -= 1
            if self._work_left < 0:
                raise _CutShort
            self._bounds[key] = self._bound_anew(aim)
        return self._bounds[key]

    def _bound_anew(self, aim: Aim) -> float:
        if isinstance(aim, Literal):
            if self._truth(aim) in aim.wanted:
                return 0
            return 1 if aim.facts - self._changed.keys() else inf
        if aim.any:
            return min((self._bound(part) for part in aim.parts), default=inf)
        total: float = 0
        counted: set[str] = set()
        # Parts that share no fact cannot be reached by one change, so their bounds add up.
        for part in sorted(aim.parts, key=self._bound, reverse=True):
            bound = self._bound(part)
            if bound and (total == 0 or not counted & part.facts):
                total += bound
                counted |= part.facts
        return total

    # -- the search ------------------------------------------------------------------------------

    def _deepen(self, size: int) -> _Assignment | None:
        """A change of at most `size` facts that holds on to those already changed."""
        bound = self._measure()
        if bound == 0:
            return dict(self._changed)
        if len(self._changed) + bound > size:
            return None
        state = frozenset(self._changed.items())
        if state in self._tried:
            return None
        self._tried.add(state)
        for literal in self._to_settle(self._aim):
            for name in sorted(literal.facts - self._changed.keys()):
                for value in self._values_of(name):
                    self._changed[name] = value
                    helps = len(literal.facts) > 1 or self._truth(literal) in literal.wanted
                    found = self._deepen(size) if helps else None
                    if found is not None:
                        return found
                    del self._changed[name]
        return None

    def _to_settle(self, aim: Aim) -> list[Literal]:
        """Literals of which any way to reach the goal reaches at least one that is not yet."""
        if isinstance(aim, Literal):
            return [aim]
        open_parts = [part for part in aim.parts if 0 < self._bound(part) < inf]
        if aim.any:
            return [literal for part in open_parts for literal in self._to_settle(part)]
        return min((self._to_settle(part) for part in open_parts), key=len, default=[])

    def _quick(self) -> _Assignment | None:
        """Some change that will do, found by always taking the step that leaves least to do."""
        self._work_left = self._most_work
        try:
            while (bound := self._measure()) > 0:
                if bound == inf:
                    return None
                steps = [
                    (name, value)
                    for literal in self._to_settle(self._aim)
                    for name in sorted(literal.facts - self._changed.keys())
                    for value in self._values_of(name)
                ]
                best: tuple[float, str, Value | None] | None = None
                for name, value in steps:
                    self._changed[name] = value
                    left = self._measure()
                    del self._changed[name]
                    if best is None or left < best[0]:
                        best = (left, name, value)
                if best is None:
                    return None
                self._changed[best[1]] = best[2]
        except _CutShort:
            return None
        return self._changed

    # -- values ----------------------------------------------------------------------------------

    def _group_facts(self) -> Mapping[str, frozenset[str]]:
        relations = [
            literal.condition
            for literal in self._literals
            if literal.condition.operator in RELATION_OPERATORS and not literal.fixed
        ]
        return connected(self._aim.facts, relations)

    def _values_of(self, name: str) -> list[Value | None]:
        if name not in self._choices:
            self._choices[name] = self._find_values(name)
        return self._choices[name]

    def _find_values(self, name: str) -> list[Value | None]:
        """Values for a changed fact, one for each way in which its conditions can come out."""
        group = self._groups[name]
        touching = [literal for literal in self._literals if literal.facts & group]
        current = [value for each in sorted(group) if (value := self._now_known(each)) is not None]
        current += [
            value for each in touching for value in each.fixed.values() if value is not None
        ]
        found: list[Value | None] = list(
            representatives(
                self._rule_base.facts.get(name),
                [literal.condition for literal in touching],
                current,
                self._now,
            )
        )
        if not name.startswith(_CONFIRM):
            found.append(None)
        now_known = self._now_known(name)
        if len(group) > 1:
            return [value for value in found if value != now_known]
        own = [literal for literal in touching if name in literal.facts]
        before = self._signature(own, name, now_known)
        different = {self._signature(own, name, value): value for value in reversed(found)}
        different.pop(before, None)
        return list(reversed(different.values()))

    def _signature(self, own: list[Literal], name: str, value: Value | None) -> tuple[Truth, ...]:
        def known(_: str) -> Value | None:
            return value

        return tuple(literal.truth(known, self._now, self._rule_base) for literal in own)

    # -- in words --------------------------------------------------------------------------------

    def requirements(self, changed: _Assignment) -> Iterator[Requirement]:
        """What each changed fact must say, in the order in which the pattern names them."""
        self._changed = dict(changed)
        self._work_left = self._most_work * 10
        order = {name: 0 for literal in self._literals for name in sorted(literal.facts)}
        self._measure()
        proof = self._prove(self._aim, set(changed))
        told: set[str] = set()
        for name in order:
            if name in changed:
                value = changed[name]
                example = None if isinstance(value, SomeText) else value
                demand = self._demand(name, value, proof, told)
                told.add(name)
                yield Requirement(name, f"{name} {demand}", example)

    def _demand(self, name: str, value: Value | None, proof: list[Literal], told: set[str]) -> str:
        """What one fact must say; how it stands to one of `told` has been said of that one."""
        fact = self._rule_base.facts.get(name)
        if value is None:
            return "is not known"
        if isinstance(value, bool) or (fact is not None and fact.type == "enum"):
            choices: tuple[Value, ...] = (True, False) if fact is None else fact.values
            choices = (True, False) if isinstance(value, bool) else (*choices, UNRECOGNISED)
            return self._choice(name, value, choices)
        own = [literal for literal in proof if name in literal.facts]
        # Of an unknown fact whose relation was said of the other, it is enough to say: it is known.
        again = self._now_known(name) is not None
        demands = [
            self._seen_from(name, one) for one in own if again or not told.intersection(one.facts)
        ]
        more = [demand for demand in dict.fromkeys(demands) if demand != _KNOWN]
        return " and ".join(more) or (_KNOWN if own else f"= {say_value(value, fact)}")

    def _choice(self, name: str, value: Value, choices: tuple[Value, ...]) -> str:
        fact = self._rule_base.facts.get(name)
        good: list[Value] = []
        bad: list[Value] = []
        for choice in choices:
            self._changed[name] = choice
            (bad if self._measure() else good).append(choice)
        self._changed[name] = value
        if UNRECOGNISED in good and 0 < len(bad) < len(good):
            return f"is not {say_choice(say_value(each, fact) for each in bad)}"
        said = [each for each in good if each != UNRECOGNISED] or good
        return f"= {say_choice(say_value(each, fact) for each in said)}"

    def _seen_from(self, name: str, literal: Literal) -> str:
        """A literal as a demand on one of the facts that it names."""
        condition, catalogue = literal.condition, self._rule_base.facts
        holds = self._truth(literal) == Truth.TRUE
        other = str(condition.operand)
        if condition.fact == name:
            if other in literal.fixed and condition.operator in _SEEN_FROM_THE_OTHER:
                known = say_value(literal.fixed[other], catalogue.get(other))
                return f"{say_operator(condition, catalogue, holds=holds)} ({known})"
            return say_operator(condition, catalogue, holds=holds)
        turned = Condition(name, _SEEN_FROM_THE_OTHER[condition.operator], condition.fact)
        return say_operator(turned, catalogue, holds=holds)

    def _prove(self, aim: Aim, changed: set[str]) -> list[Literal]:
        """The literals that together show that a reached goal is reached, looking at as few
        changed facts as will do."""
        if isinstance(aim, Literal):
            return [aim]
        if id(aim) not in self._proofs:
            reached = [part for part in aim.parts if self._bound(part) == 0]
            ways = [self._prove(part, changed) for part in reached]
            if aim.any:
                ways = [min(ways, key=lambda way: sum(bool(each.facts & changed) for each in way))]
            different = {id(literal): literal for way in ways for literal in way}
            self._proofs[id(aim)] = list(different.values())
        return self._proofs[id(aim)]
