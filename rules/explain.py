"""Why a pattern holds, why it does not, or why that is unknown; and the smallest change that would
make it hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Final, Literal

import msgspec

from rules.evaluate import (
    KnownFacts,
    condition_truth,
    conjunction,
    disjunction,
    negation,
    next_flip,
    value_of,
)
from rules.membership import Membership
from rules.pattern import RELATION_OPERATORS, Condition, Pattern, facts_named
from rules.rule_base import Derivation, RuleBase
from rules.smallest_change import SmallestChange, smallest_change
from rules.values import Value, comparable
from rules.vocabulary import Truth
from rules.wording import say_condition, say_value

_SAID: Final = {Truth.TRUE: "true", Truth.FALSE: "false", Truth.UNKNOWN: "unknown"}
_COMBINED: Final = {"all": "all of", "any": "any of", "none": "none of"}
_DEEPEST_SHOWN: Final = 64


class Part(msgspec.Struct, frozen=True):
    """One part of a pattern and what it comes to.

    A `condition` names its fact, the fact's value and, for a relation, the other fact's (`now`
    is both in words); where the fact is derived, its derivations are its parts. `decisive` parts
    are those that make the part around them what it is."""

    kind: Literal["condition", "all", "any", "none", "derivation"]
    truth: Truth
    text: str
    decisive: bool = True
    fact: str = ""
    value: Value | None = None
    other_fact: str = ""
    other_value: Value | None = None
    now: str = ""
    parts: tuple[Part, ...] = ()


class Explanation(msgspec.Struct, frozen=True):
    """What a pattern comes to, part by part. `smallest` is empty and `found` where it holds;
    `next_flip` is when time alone may change it."""

    truth: Truth
    root: Part
    smallest: SmallestChange
    next_flip: datetime | None
    at: datetime

    def lines(self, *, whole: bool = False) -> list[str]:
        """The explanation for people, two spaces deeper for each part within a part; with
        `whole`, also the parts that decide nothing."""
        shown = list(_part_lines(self.root, 0, whole=whole))
        if self.truth != Truth.TRUE:
            shown += _change_lines(self.smallest)
        if self.next_flip is not None:
            shown.append(f"time alone may change it at {self.next_flip.isoformat()}")
        return shown


def explain(
    pattern: Pattern,
    facts: KnownFacts,
    now: datetime,
    rule_base: RuleBase,
    around: Collection[str] | None = None,
) -> Explanation:
    """Take a pattern apart as things stand.

    Args:
        pattern: of a rule, a derivation or a step.
        facts: what is known on the subject, by fact; derived facts are concluded here, and a
            confirmation that is not known counts as not given.
        now: the time of judging.
        rule_base: the declared facts and their derivations.
        around: the scopes of the subject and of those that it is within; None for all.
    """
    known = _Known(facts, now, rule_base)
    membership = Membership(rule_base, around)
    root = _Explainer(known, membership).part(pattern)
    smallest = SmallestChange((), found=True, exact=True)
    if root.truth != Truth.TRUE:
        smallest = smallest_change(pattern, known.value, now, rule_base)
        wanted = membership.requirements(smallest.requirements)
        if wanted != smallest.requirements:
            # Whatever is asked of another subject is one change, which the search does not know.
            smallest = SmallestChange(wanted, smallest.found, smallest.exact and len(wanted) == 1)
    return Explanation(root.truth, root, smallest, known.next_flip(pattern), now)


def concluded(facts: KnownFacts, now: datetime, rule_base: RuleBase) -> KnownFacts:
    """Facts, derived ones included, which are concluded from the others here."""
    return _Known(facts, now, rule_base).value


class _Known:
    """Facts of one subject at one time, derived ones included."""

    def __init__(self, facts: KnownFacts, now: datetime, rule_base: RuleBase) -> None:
        self.now = now
        self.rule_base = rule_base
        self._facts = facts
        self._concluded: dict[str, Value | None] = {}
        self._derivations: dict[str, list[Derivation]] = {}
        for derivation in rule_base.derivations:
            self._derivations.setdefault(derivation.fact, []).append(derivation)

    def is_derived(self, name: str) -> bool:
        fact = self.rule_base.facts.get(name)
        return fact is not None and fact.derived

    def derivations(self, name: str) -> list[Derivation]:
        return self._derivations.get(name, [])

    def value(self, name: str) -> Value | None:
        if not self.is_derived(name):
            value = value_of(self._facts, name)
            return False if value is None and name.startswith("confirm.") else value
        if name not in self._concluded:
            self._concluded[name] = self._conclude(name)
        return self._concluded[name]

    def _conclude(self, name: str) -> Value | None:
        """A derived fact's value (law 6)."""
        fact = self.rule_base.facts[name]
        truths = [(each.value, self.truth(each.when)) for each in self.derivations(name)]
        values = [value for value, holds in truths if holds == Truth.TRUE]
        if values:
            agreed = len({comparable(fact.type, value) for value in values}) == 1
            return values[0] if agreed else None
        unknown = any(holds == Truth.UNKNOWN for _, holds in truths)
        return None if unknown else fact.otherwise

    def truth(self, pattern: Pattern) -> Truth:
        if isinstance(pattern, Condition):
            return condition_truth(pattern, self.value, self.now, self.rule_base.facts)
        return _combine(pattern.kind, [self.truth(part) for part in pattern.patterns])

    def next_flip(self, pattern: Pattern) -> datetime | None:
        """The next instant at which time alone may change a pattern, through derived facts too."""
        patterns, seen = [pattern], set[str]()
        found: list[datetime] = []
        while patterns:
            each = patterns.pop()
            flip = next_flip(each, self.value, self.now, self.rule_base.facts)
            found += [flip] if flip is not None else []
            for name in facts_named(each):
                if self.is_derived(name) and name not in seen:
                    seen.add(name)
                    patterns += [derivation.when for derivation in self.derivations(name)]
        return min(found, default=None)


def _combine(kind: Literal["all", "any", "none"], truths: list[Truth]) -> Truth:
    if kind == "all":
        return conjunction(truths)
    return disjunction(truths) if kind == "any" else negation(disjunction(truths))


class _Explainer:
    """Builds the tree; a derived fact that stands in several places is taken apart once."""

    def __init__(self, known: _Known, membership: Membership) -> None:
        self._known = known
        self._membership = membership
        self._taken_apart: dict[str, tuple[Part, ...]] = {}

    def part(self, pattern: Pattern, *, decisive: bool = True) -> Part:
        if isinstance(pattern, Condition):
            return self._condition(pattern, decisive=decisive)
        truth = self._known.truth(pattern)
        decides = _deciding(pattern.kind, truth)
        return Part(
            kind=pattern.kind,
            truth=truth,
            text=_COMBINED[pattern.kind],
            decisive=decisive,
            parts=tuple(
                self.part(part, decisive=self._known.truth(part) in decides)
                for part in pattern.patterns
            ),
        )

    def _condition(self, condition: Condition, *, decisive: bool) -> Part:
        catalogue = self._known.rule_base.facts
        related = condition.operator in RELATION_OPERATORS
        other = str(condition.operand) if related else ""
        derived = [name for name in (condition.fact, other) if self._known.is_derived(name)]
        return Part(
            kind="condition",
            truth=self._known.truth(condition),
            text=say_condition(condition, catalogue),
            decisive=decisive,
            fact=condition.fact,
            value=self._known.value(condition.fact),
            other_fact=other,
            other_value=self._known.value(other) if other else None,
            now=self._say_values(condition.fact, other),
            parts=tuple(part for name in derived for part in self._derivations(name)),
        )

    def _say_values(self, name: str, other: str) -> str:
        if not other:
            return f"now {self._say_value(name)}"
        return f"{name}: {self._say_value(name)}; {other}: {self._say_value(other)}"

    def _say_value(self, name: str) -> str:
        said = say_value(self._known.value(name), self._known.rule_base.facts.get(name))
        scope = self._membership.missing(name)
        return f"{said}: within no {scope}" if scope else said

    def _derivations(self, name: str) -> tuple[Part, ...]:
        if name not in self._taken_apart:
            fact = self._known.rule_base.facts[name]
            derivations = self._known.derivations(name)
            truths = [self._known.truth(each.when) for each in derivations]
            decides = next(
                (truth for truth in (Truth.TRUE, Truth.UNKNOWN) if truth in truths), Truth.FALSE
            )
            self._taken_apart[name] = tuple(
                Part(
                    kind="derivation",
                    truth=truth,
                    text=f"{name} = {say_value(each.value, fact)} when",
                    decisive=truth == decides,
                    fact=name,
                    value=each.value,
                    parts=(self.part(each.when),),
                )
                for each, truth in zip(derivations, truths, strict=True)
            )
        return self._taken_apart[name]


def _deciding(kind: Literal["all", "any", "none"], truth: Truth) -> tuple[Truth, ...]:
    """The truths of those parts that make a combination what it is."""
    if truth == Truth.UNKNOWN:
        return (Truth.UNKNOWN,)
    if kind == "none":
        return (Truth.FALSE,) if truth == Truth.TRUE else (Truth.TRUE,)
    return (truth,)


def _part_lines(part: Part, depth: int, *, whole: bool) -> Iterator[str]:
    said = f"{_SAID[part.truth]:<8}{'  ' * depth}{part.text}"
    yield f"{said} ({part.now})" if part.now else said
    for inner in part.parts if depth < _DEEPEST_SHOWN else ():
        if whole or inner.decisive:
            yield from _part_lines(inner, depth + 1, whole=whole)


def _change_lines(smallest: SmallestChange) -> Iterator[str]:
    if not smallest.found:
        yield (
            "no change of facts would make it hold"
            if smallest.exact
            else "no small change that would make it hold was found"
        )
        return
    count = len(smallest.requirements)
    number = "1 fact" if count == 1 else f"{count} facts"
    manner = "would hold with" if smallest.exact else "would hold, for one, with"
    yield f"{manner} {number} changed:"
    for requirement in smallest.requirements:
        yield f"  {requirement.text}"
