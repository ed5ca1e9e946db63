"""Small changes of rules that a test should notice: each comparison, value and boundary in turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final, cast

import msgspec

from rules.authoring.diagram import EVERYWHERE, TooLargeError
from rules.authoring.space import Space
from rules.built_in import BUILT_IN
from rules.pattern import (
    AGE_OPERATORS,
    THRESHOLD_OPERATORS,
    Combination,
    Condition,
    Operator,
    Pattern,
    facts_named,
)
from rules.rule_base import Derivation, Fact, Place, Rule, RuleBase, Step
from rules.values import Value, show_duration
from rules.wording import say_condition

_NEGATED: Final[dict[str, Operator]] = {
    "is": "not",
    "not": "is",
    "above": "at_most",
    "at_most": "above",
    "below": "at_least",
    "at_least": "below",
    "older_than": "newer_than",
    "newer_than": "older_than",
    "same_as": "differs_from",
    "differs_from": "same_as",
    "later_than": "earlier_than",
    "earlier_than": "later_than",
}
_OTHER_SIDE: Final[dict[str, Operator]] = {
    "above": "at_least",
    "at_least": "above",
    "below": "at_most",
    "at_most": "below",
}
_OTHER_KIND: Final[dict[str, Any]] = {"any": "all", "all": "any", "none": "any"}


class Mutant(msgspec.Struct, frozen=True):
    """One change of a rule base: whose, where, what, and the rules that may come out otherwise."""

    owner: str
    place: Place
    change: str
    rules: tuple[Rule, ...]
    """The rules to judge, changed or depending on what is changed."""
    derivations: tuple[Derivation, ...]
    """All derivations, one of them changed if the owner is one."""


def mutants(rule_base: RuleBase) -> Iterator[list[Mutant]]:
    """Every change that can make a difference, those of one owner together. Changes after which
    everything holds exactly where it held before are left out."""
    rules = [rule for rule in rule_base.rules if rule.hash != BUILT_IN]
    closures = _closures(rule_base)
    for rule in rules:
        needed = _needed(rule, closures)
        derivations = tuple(one for one in rule_base.derivations if one.fact in needed)
        found = [
            Mutant(rule.id, rule.place, change, (changed,), derivations)
            for change, changed in _rule_mutants(rule, rule_base)
        ]
        if found:
            yield found
    for number, derivation in enumerate(rule_base.derivations):
        affected = tuple(rule for rule in rules if derivation.fact in _needed(rule, closures))
        owner = f"{derivation.fact} = {derivation.value}"
        found = []
        for change, changed in _derivation_mutants(derivation, number, rule_base):
            every = list(rule_base.derivations)
            every[number : number + 1] = changed
            found.append(Mutant(owner, derivation.place, change, affected, tuple(every)))
        if found:
            yield found


def _closures(rule_base: RuleBase) -> dict[str, frozenset[str]]:
    """By derived fact, the derived facts that it is concluded from, itself included."""
    closures: dict[str, frozenset[str]] = {}
    for name in rule_base.derived_order:
        closure = {name}
        for derivation in rule_base.derivations:
            if derivation.fact == name:
                for other in facts_named(derivation.when):
                    closure |= closures.get(other, frozenset())
        closures[name] = frozenset(closure)
    return closures


def _needed(rule: Rule, closures: Mapping[str, frozenset[str]]) -> set[str]:
    needed: set[str] = set()
    patterns = [rule.when, rule.until, *(step.done_when for step in rule.steps)]
    for pattern in patterns:
        for name in facts_named(pattern) if pattern is not None else ():
            needed |= closures.get(name, frozenset())
    return needed


# Rules


def _rule_mutants(rule: Rule, rule_base: RuleBase) -> Iterator[tuple[str, Rule]]:
    for change, when in _different(rule.when, rule_base, rule.id):
        yield f"when: {change}", _replaced(rule, when=when)
    if rule.until is not None:
        for change, until in _different(rule.until, rule_base, rule.id):
            yield f"until: {change}", _replaced(rule, until=until)
        yield "until: taken away", _replaced(rule, until=None)
    if rule.hold is not None:
        yield "for: taken away", _replaced(rule, hold=None)
        for hold in (rule.hold * 1.1, rule.hold * 0.9):
            yield f"for: {show_duration(hold)}", _replaced(rule, hold=hold)
    for number, step in enumerate(rule.steps):
        for change, changed in _step_mutants(step, rule_base, rule):
            steps = (*rule.steps[:number], changed, *rule.steps[number + 1 :])
            yield f"step {number + 1}: {change}", _replaced(rule, steps=steps)
    for number, prohibition in enumerate(rule.forbid):
        forbid = (*rule.forbid[:number], *rule.forbid[number + 1 :])
        yield f"forbid: {prohibition.operation} taken away", _replaced(rule, forbid=forbid)


def _step_mutants(step: Step, rule_base: RuleBase, rule: Rule) -> Iterator[tuple[str, Step]]:
    if step.done_when is None:
        return
    for change, done_when in _different(step.done_when, rule_base, rule.id, rule):
        yield change, msgspec.structs.replace(step, done_when=done_when)
    if step.wait is not None and step.wait.at_least:
        for factor in (1.1, 0.9):
            at_least = step.wait.at_least * factor
            wait = msgspec.structs.replace(step.wait, at_least=at_least)
            change = f"wait at_least: {show_duration(at_least)}"
            yield change, msgspec.structs.replace(step, wait=wait)


def _replaced(rule: Rule, **changes: Any) -> Rule:
    return msgspec.structs.replace(rule, **changes)


# Derivations


def _derivation_mutants(
    derivation: Derivation, number: int, rule_base: RuleBase
) -> Iterator[tuple[str, list[Derivation]]]:
    changed = [
        (change, [msgspec.structs.replace(derivation, when=when)])
        for change, when in _changes(derivation.when, rule_base.facts)
    ]
    changed.append(("taken away", []))
    asked = [derivation.when, *(part[0].when for _, part in changed if part)]
    try:
        space = Space(rule_base, asked + [one.when for one in rule_base.derivations])
        before = _conclusions(space, derivation.fact)
        for change, part in changed:
            every = list(rule_base.derivations)
            every[number : number + 1] = part
            space.conclude_by(every)
            if _conclusions(space, derivation.fact) != before:
                yield change, part
    except TooLargeError:
        yield from changed


def _conclusions(space: Space, name: str) -> dict[Value, int]:
    return {value: where for value, where in space.conclusions(name) if where}


# Patterns


def _different(
    pattern: Pattern, rule_base: RuleBase, owner: str, while_open: Rule | None = None
) -> Iterator[tuple[str, Pattern]]:
    """The changes of a pattern after which it holds, or does not hold, somewhere else; with
    `while_open`, somewhere where a finding of that rule can be open."""
    changed = list(_changes(pattern, rule_base.facts))
    asked = [pattern, *(other for _, other in changed)]
    if while_open is not None:
        asked += [while_open.when, *([while_open.until] if while_open.until is not None else [])]
    try:
        space = Space(rule_base, asked)
        both = space.diagram.both
        where = EVERYWHERE
        if while_open is not None:
            end = while_open.until
            over = space.sets(while_open.when).false
            over = space.sets(end, owner).true if end is not None else over
            where = space.diagram.outside(over)
        before = space.sets(pattern, owner)
        known = {(both(before.true, where), both(before.false, where))}
        for change, other in changed:
            after = space.sets(other, owner)
            found = both(after.true, where), both(after.false, where)
            if found not in known:
                known.add(found)
                yield change, other
    except TooLargeError:
        yield from changed


def _changes(pattern: Pattern, catalogue: Mapping[str, Fact]) -> Iterator[tuple[str, Pattern]]:
    if isinstance(pattern, Condition):
        yield from _condition_changes(pattern, catalogue)
        return
    if len(pattern.patterns) > 1 or pattern.kind == "none":
        kind = _OTHER_KIND[pattern.kind]
        yield f"{pattern.kind} turned to {kind}", Combination(kind, pattern.patterns)
    for place, part in enumerate(pattern.patterns):
        rest = pattern.patterns[:place], pattern.patterns[place + 1 :]
        if len(pattern.patterns) > 1:
            said = _say(part, catalogue)
            yield f"{said} taken away", Combination(pattern.kind, (*rest[0], *rest[1]))
        for change, other in _changes(part, catalogue):
            yield change, Combination(pattern.kind, (*rest[0], other, *rest[1]))


def _condition_changes(
    condition: Condition, catalogue: Mapping[str, Fact]
) -> Iterator[tuple[str, Pattern]]:
    said = say_condition(condition, catalogue)
    for other in _other_conditions(condition, catalogue):
        yield f"{said} turned to {say_condition(other, catalogue)}", other
    if condition.operator == "matches":
        yield f"{said} turned to its contrary", Combination("none", (condition,))


def _other_conditions(condition: Condition, catalogue: Mapping[str, Fact]) -> Iterator[Condition]:
    name, operator, operand = condition.fact, condition.operator, condition.operand
    if operator == "known":
        yield Condition(name, "known", not operand)
        return
    if operator in _NEGATED:
        yield Condition(name, _NEGATED[operator], operand)
    if operator in _OTHER_SIDE:
        yield Condition(name, _OTHER_SIDE[operator], operand)
    if operator in ("is", "not"):
        values = cast(tuple[Value, ...], operand)
        if len(values) > 1:
            for place in range(len(values)):
                yield Condition(name, operator, values[:place] + values[place + 1 :])
        fact = catalogue.get(name)
        others = [value for value in (fact.values if fact else ()) if value not in values]
        if len(values) == 1 and others:
            yield Condition(name, operator, (others[0],))
    elif operator in AGE_OPERATORS:
        span = cast(timedelta, operand)
        yield Condition(name, operator, span * 1.1)
        yield Condition(name, operator, span * 0.9)
    elif operator in THRESHOLD_OPERATORS and isinstance(operand, int | float):
        step = max(1, abs(operand) // 10)
        yield Condition(name, operator, operand + step)
        yield Condition(name, operator, operand - step)


def _say(pattern: Pattern, catalogue: Mapping[str, Fact]) -> str:
    if isinstance(pattern, Condition):
        return say_condition(pattern, catalogue)
    return f"{pattern.kind} of ({'; '.join(_say(part, catalogue) for part in pattern.patterns)})"
