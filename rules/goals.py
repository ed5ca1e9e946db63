"""What base facts would have to say for a pattern to come out as wanted: derived facts are taken
apart into their derivations, until only words of sources are left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final, TypeAlias

from rules.evaluate import condition_truth
from rules.pattern import RELATION_OPERATORS, Condition, Pattern
from rules.representatives import SomeText
from rules.rule_base import Derivation, RuleBase
from rules.values import Value, comparable
from rules.vocabulary import Truth

Wanted: TypeAlias = frozenset[Truth]
"""The truths that would do."""

Known: TypeAlias = Callable[[str], Value | None]

TRUE: Final[Wanted] = frozenset({Truth.TRUE})
FALSE: Final[Wanted] = frozenset({Truth.FALSE})
NOT_TRUE: Final[Wanted] = frozenset({Truth.FALSE, Truth.UNKNOWN})
NOT_FALSE: Final[Wanted] = frozenset({Truth.TRUE, Truth.UNKNOWN})
_OPPOSITE: Final[dict[Wanted, Wanted]] = {
    TRUE: FALSE,
    FALSE: TRUE,
    NOT_TRUE: NOT_FALSE,
    NOT_FALSE: NOT_TRUE,
}


class Literal:
    """One condition on base facts that is to come out as wanted. `fixed` are the derived facts
    that it also names, with the values that they are taken to have."""

    __slots__ = ("condition", "facts", "fixed", "wanted")

    def __init__(
        self, condition: Condition, wanted: Wanted, fixed: dict[str, Value | None]
    ) -> None:
        self.condition = condition
        self.wanted = wanted
        self.fixed = fixed
        named = [condition.fact]
        if condition.operator in RELATION_OPERATORS:
            named.append(str(condition.operand))
        self.facts = frozenset(name for name in named if name not in fixed)

    def truth(self, known: Known, now: datetime, rule_base: RuleBase) -> Truth:
        """What the condition is of some facts."""
        fixed = self.fixed

        def look_up(name: str) -> Value | None:
            return fixed[name] if name in fixed else known(name)

        value = look_up(self.condition.fact)
        if isinstance(value, SomeText) and self.condition.operator == "matches":
            return Truth(int(self.condition.operand in value.found_by))
        return condition_truth(self.condition, look_up, now, rule_base.facts)


class Goal:
    """Goals of which all, or any one, must be reached; without parts, all is reached and any is
    out of reach."""

    __slots__ = ("any", "facts", "parts")

    def __init__(self, parts: Iterable[Aim], *, any: bool = False) -> None:  # noqa: A002
        self.any = any
        self.parts = tuple(parts)
        self.facts: frozenset[str] = frozenset().union(*(part.facts for part in self.parts))


Aim: TypeAlias = Literal | Goal


class Goals:
    """Makes the goals of one rule base at one time; parts that patterns share are made once."""

    def __init__(self, rule_base: RuleBase, now: datetime) -> None:
        self._rule_base = rule_base
        self._now = now
        self._made: dict[tuple[str, int | str, Wanted | Value | None], Aim] = {}
        self._kept: list[Pattern] = []
        self._derivations: dict[str, list[Derivation]] = {}
        for derivation in rule_base.derivations:
            self._derivations.setdefault(derivation.fact, []).append(derivation)

    def reach(self, pattern: Pattern, wanted: Wanted) -> Aim:
        """The goal that a pattern's truth is one of those wanted."""
        key = ("pattern", id(pattern), wanted)
        if key not in self._made:
            self._kept.append(pattern)
            self._made[key] = self._reach(pattern, wanted)
        return self._made[key]

    def _reach(self, pattern: Pattern, wanted: Wanted) -> Aim:
        if isinstance(pattern, Condition):
            return self._condition(pattern, wanted)
        if pattern.kind == "none":
            wanted = _OPPOSITE[wanted]
        one_will_do = (pattern.kind == "all") == (wanted in (FALSE, NOT_TRUE))
        return Goal((self.reach(part, wanted) for part in pattern.patterns), any=one_will_do)

    def _condition(self, condition: Condition, wanted: Wanted) -> Aim:
        named = [condition.fact]
        if condition.operator in RELATION_OPERATORS:
            named.append(str(condition.operand))
        derived = [name for name in named if self._is_derived(name)]
        if not derived:
            return Literal(condition, wanted, {})
        ways: list[Aim] = []
        for fixed in self._assignments(derived):
            literal = Literal(condition, wanted, fixed)
            concluded = [self._concluded(name, value) for name, value in fixed.items()]
            if literal.facts:
                ways.append(Goal([*concluded, literal]))
            elif literal.truth(lambda _: None, self._now, self._rule_base) in wanted:
                ways.append(Goal(concluded))
        return Goal(ways, any=True)

    def _is_derived(self, name: str) -> bool:
        fact = self._rule_base.facts.get(name)
        return fact is not None and fact.derived

    def _assignments(self, derived: list[str]) -> Iterator[dict[str, Value | None]]:
        """Every way in which derived facts can come out, unknown last."""
        first, *others = derived
        for value in (*self._conclusions(first), None):
            if not others:
                yield {first: value}
            for rest in self._assignments(others) if others else ():
                yield {first: value, **rest}

    def _conclusions(self, name: str) -> list[Value]:
        fact = self._rule_base.facts[name]
        values = [derivation.value for derivation in self._derivations.get(name, ())]
        if fact.otherwise is not None:
            values.append(fact.otherwise)
        different = {comparable(fact.type, value): value for value in reversed(values)}
        return list(reversed(different.values()))

    def _concluded(self, name: str, value: Value | None) -> Aim:
        """The goal that a derived fact comes out as a value, or as unknown (law 6)."""
        key = ("fact", name, value)
        if key not in self._made:
            self._made[key] = self._unknown(name) if value is None else self._value(name, value)
        return self._made[key]

    def _value(self, name: str, value: Value) -> Aim:
        fact = self._rule_base.facts[name]
        derivations = self._derivations.get(name, [])
        wanted = comparable(fact.type, value)
        agreeing = [each for each in derivations if comparable(fact.type, each.value) == wanted]
        others = [each for each in derivations if comparable(fact.type, each.value) != wanted]
        ways: list[Aim] = [
            Goal(
                [
                    Goal((self.reach(each.when, TRUE) for each in agreeing), any=True),
                    *(self.reach(each.when, NOT_TRUE) for each in others),
                ]
            )
        ]
        if fact.otherwise is not None and comparable(fact.type, fact.otherwise) == wanted:
            ways.append(Goal(self.reach(each.when, FALSE) for each in derivations))
        return Goal(ways, any=True)

    def _unknown(self, name: str) -> Aim:
        fact = self._rule_base.facts[name]
        derivations = self._derivations.get(name, [])
        none_holds = [self.reach(each.when, NOT_TRUE) for each in derivations]
        if fact.otherwise is not None:
            none_holds.append(
                Goal((self.reach(each.when, NOT_FALSE) for each in derivations), any=True)
            )
        contradictions = [
            Goal([self.reach(one.when, TRUE), self.reach(other.when, TRUE)])
            for position, one in enumerate(derivations)
            for other in derivations[:position]
            if comparable(fact.type, one.value) != comparable(fact.type, other.value)
        ]
        return Goal([Goal(none_holds), *contradictions], any=True)


def literals(aim: Aim) -> Iterator[Literal]:
    """Every literal below a goal, once."""
    seen: set[int] = set()
    stack: list[Aim] = [aim]
    while stack:
        part = stack.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, Literal):
            yield part
        else:
            stack.extend(reversed(part.parts))
