"""What is wrong with rules that can be read: patterns that can never hold, rules that nobody will
ever see, and advice that contradicts itself. Nothing is reported that is not surely so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from rules.authoring.diagram import NOWHERE, TooLargeError
from rules.authoring.space import Space, patterns_of
from rules.built_in import BUILT_IN
from rules.fault_codes import Code
from rules.loader import Reading
from rules.pattern import Combination, Condition, Pattern, facts_named
from rules.positions import Path
from rules.rule_base import Fact, Prohibition, Rule, Step
from rules.tables import Faults
from rules.wording import say_condition, say_value

_MOST_PAIRS: Final = 100_000
"""Pairs of rules, or of derivations, that are held against one another."""
_MOST_SAID: Final = 5
"""Rules that contradict one step and are named."""
_LONGEST_SAID: Final = 300


def analyse(reading: Reading) -> None:
    """Add to a reading's faults what only shows when conditions are taken together."""
    _Analysis(reading).run()


class _Analysis:
    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._base = reading.rule_base
        self._faults: Faults = reading.faults
        self._rules = [rule for rule in self._base.rules if rule.hash != BUILT_IN]
        patterns = [pattern for rule in self._rules for pattern in patterns_of(rule)]
        patterns += [derivation.when for derivation in self._base.derivations]
        self._space = Space(self._base, patterns, reading.unsettled)
        self._true: dict[str, int] = {}
        """By rule, where its `when` holds; rules that are too large are left out."""

    def run(self) -> None:
        self._derivations()
        for rule in self._rules:
            try:
                self._rule(rule)
            except TooLargeError:
                self._unproved(*self._reading.rule_paths[rule.id])
        try:
            self._doubles()
            self._hidden()
            self._advice()
        except TooLargeError:
            file, path = self._reading.rule_paths[self._rules[0].id]
            self._unproved(file, path)

    def _unproved(self, file: str, path: Path) -> None:
        message = (
            "is too large to be looked into: whether it can hold, and what it contradicts, is not "
            "known"
        )
        self._faults.add(file, path, Code.CANNOT_BE_PROVED, message)

    # One rule

    def _rule(self, rule: Rule) -> None:
        space = self._space
        file, path = self._reading.rule_paths[rule.id]
        when = self._true[rule.id] = space.sets(rule.when).true
        if when == NOWHERE:
            message = f"{rule.id} can never hold: {self._reason(rule.when)}"
            self._faults.add(file, (*path, "when"), Code.NEVER_HOLDS, message)
        else:
            for pattern in self._dead_alternatives(rule.when, when):
                message = f"this alternative can never hold: {self._say(pattern)}"
                self._faults.add(file, (*path, "when"), Code.ALTERNATIVE_NEVER_HOLDS, message)
        if rule.until is not None:
            until = space.sets(rule.until, rule.id).true
            if until == NOWHERE:
                message = f"until can never hold: {self._reason(rule.until, rule.id)}"
                self._faults.add(file, (*path, "until"), Code.UNTIL_NEVER_HOLDS, message)
            elif when != NOWHERE and self._ends_at_once(rule, when, until):
                message = (
                    f"{rule.id} would be resolved whenever it is raised: until holds wherever "
                    "when does; until says what ends the finding later"
                )
                self._faults.add(file, (*path, "until"), Code.ENDS_AT_ONCE, message)
        for number, step in enumerate(rule.steps):
            if step.done_when is not None:
                done = space.sets(step.done_when, rule.id).true
                if done == NOWHERE:
                    where = (*path, "then", "step", number, "done_when")
                    reason = self._reason(step.done_when, rule.id)
                    message = f"step {number + 1} can never be ticked: {reason}"
                    self._faults.add(file, where, Code.STEP_NEVER_DONE, message)

    def _ends_at_once(self, rule: Rule, when: int, until: int) -> bool:
        diagram = self._space.diagram
        for step in rule.steps:
            if step.confirm:
                given = self._space.confirmation(rule.id, step.confirm)
                when = diagram.without(when, given)
        return diagram.without(when, until) == NOWHERE

    def _dead_alternatives(self, pattern: Pattern, around: int) -> Iterator[Pattern]:
        """Parts of an `any` that never hold together with all that must hold beside them."""
        if isinstance(pattern, Condition) or pattern.kind == "none":
            return
        diagram = self._space.diagram
        if pattern.kind == "all":
            for part in pattern.patterns:
                yield from self._dead_alternatives(part, around)
            return
        for part in pattern.patterns:
            here = diagram.both(around, self._space.sets(part).true)
            if here == NOWHERE:
                yield part
            else:
                yield from self._dead_alternatives(part, here)

    def _reason(self, pattern: Pattern, owner: str = "") -> str:
        """The fewest conditions of a pattern that exclude one another."""
        parts = list(_top_parts(pattern))
        diagram = self._space.diagram
        kept = list(parts)
        for part in parts:
            rest = [one for one in kept if one is not part]
            where = 1
            for one in rest:
                where = diagram.both(where, self._space.sets(one, owner).true)
            if where == NOWHERE and rest:
                kept = rest
        said = [self._say(part) for part in kept]
        if len(said) == 1:
            return f"{said[0]} is never so{self._why_never(kept[0])}"
        if len(said) == 2:
            return f"{said[0]} excludes {said[1]}"
        return _cut("these exclude one another: " + "; ".join(said))

    def _why_never(self, part: Pattern) -> str:
        if isinstance(part, Condition) and self._space.is_derived(part.fact):
            fact = self._base.facts[part.fact]
            values = [say_value(value, fact) for value, _ in self._space.conclusions(part.fact)]
            return f"; it is concluded to be {' or '.join(values)}" if values else ""
        return ""

    def _say(self, pattern: Pattern) -> str:
        if isinstance(pattern, Condition):
            return say_condition(pattern, self._base.facts)
        inner = "; ".join(self._say(part) for part in pattern.patterns)
        return _cut(f"{pattern.kind} of ({inner})")

    # Derivations

    def _derivations(self) -> None:
        by_fact: dict[str, list[int]] = {}
        for number, derivation in enumerate(self._base.derivations):
            by_fact.setdefault(derivation.fact, []).append(number)
            file, path = self._reading.derivation_paths[number]
            try:
                if (
                    derivation.fact not in self._reading.unsettled
                    and self._space.sets(derivation.when).true == NOWHERE
                ):
                    message = (
                        f"{derivation.fact} is never concluded here: "
                        f"{self._reason(derivation.when)}"
                    )
                    self._faults.add(file, (*path, "when"), Code.DERIVATION_NEVER_HOLDS, message)
            except TooLargeError:
                self._unproved(file, path)
        for name, numbers in by_fact.items():
            try:
                self._contradicting(name, numbers)
            except TooLargeError:
                self._unproved(*self._reading.derivation_paths[numbers[0]])
        self._never_concluded(by_fact)

    def _contradicting(self, name: str, numbers: list[int]) -> None:
        derivations, diagram = self._base.derivations, self._space.diagram
        if name in self._reading.unsettled or len(numbers) ** 2 > _MOST_PAIRS:
            return
        for place, number in enumerate(numbers):
            one = derivations[number]
            mine = self._space.sets(one.when).true
            for other_number in numbers[:place]:
                other = derivations[other_number]
                if other.value == one.value or self._is_inexact(one.when, other.when):
                    continue
                common = diagram.both(mine, self._space.sets(other.when).true)
                if common != NOWHERE:
                    file, path = self._reading.derivation_paths[number]
                    fact = self._base.facts[name]
                    message = (
                        f"{name} is concluded to be {say_value(one.value, fact)} here and "
                        f"{say_value(other.value, fact)} in {other.place.file}:{other.place.line} "
                        f"at the same time, {self._for_one(common)}"
                    )
                    self._faults.add(file, path, Code.CONTRADICTING_DERIVATIONS, message)

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
        for rule in self._rules:
            when = self._true.get(rule.id, NOWHERE)
            if when == NOWHERE or self._named_confirmations(rule):
                continue
            until = self._space.sets(rule.until).true if rule.until is not None else -1
            key = rule.scope, when, until, rule.hold, rule.occurrence
            first = known.setdefault(key, rule.id)
            if first != rule.id:
                file, path = self._reading.rule_paths[rule.id]
                message = f"{rule.id} holds in exactly the same situations as {first}"
                self._faults.add(file, (*path, "when"), Code.SAME_AS_OTHER_RULE, message)

    def _named_confirmations(self, rule: Rule) -> bool:
        return rule.until is not None and any(
            name.startswith("confirm.") for name in facts_named(rule.until)
        )

    def _hidden(self) -> None:
        """Rules that are open only while one that suppresses them is."""
        by_id = {rule.id: rule for rule in self._rules}
        for rule in self._rules:
            for name in rule.suppresses:
                hidden = by_id.get(name)
                if hidden is None or hidden.scope != rule.scope:
                    continue
                mine, theirs = self._true.get(rule.id), self._true.get(name)
                if mine is None or theirs in (None, NOWHERE):
                    continue
                assert theirs is not None
                same_end = rule.until == hidden.until and rule.occurrence == hidden.occurrence
                at_once = rule.hold is None or (
                    hidden.hold is not None and rule.hold <= hidden.hold
                )
                inside = self._space.diagram.without(theirs, mine) == NOWHERE
                if same_end and at_once and inside:
                    file, path = self._reading.rule_paths[name]
                    message = (
                        f"{name} suppresses itself, and so is never seen"
                        if name == rule.id
                        else f"{name} is never seen: wherever it holds, {rule.id} holds, which "
                        "suppresses it"
                    )
                    self._faults.add(file, (*path, "when"), Code.HIDDEN_RULE, message)

    def _advice(self) -> None:
        """Steps that start what a finding forbids that can be raised in the same situation."""
        starting: dict[str, list[tuple[Rule, int, Step]]] = {}
        forbidding: dict[str, list[tuple[Rule, Prohibition]]] = {}
        for rule in self._rules:
            if rule.id not in self._true:
                continue
            for number, step in enumerate(rule.steps):
                if step.starts and not step.once_allowed:
                    starting.setdefault(step.starts, []).append((rule, number, step))
            for prohibition in rule.forbid:
                forbidding.setdefault(prohibition.operation, []).append((rule, prohibition))
        left = _MOST_PAIRS
        for operation, starts in starting.items():
            for rule, number, _ in starts:
                found: list[tuple[str, int]] = []
                for other, prohibition in forbidding.get(operation, ()):
                    left -= 1
                    if left < 0:
                        break
                    common = self._together(rule, other, prohibition)
                    if common != NOWHERE:
                        found.append(("itself" if other is rule else other.id, common))
                if found:
                    file, path = self._reading.rule_paths[rule.id]
                    where = (*path, "then", "step", number, "starts")
                    names = ", ".join(dict.fromkeys(name for name, _ in found[:_MOST_SAID]))
                    more = f" and {len(found) - _MOST_SAID} more" if len(found) > _MOST_SAID else ""
                    message = (
                        f"step {number + 1} of {rule.id} starts {operation!r}, which can be "
                        f"forbidden at the same time by {names}{more}, "
                        f"{self._for_one(found[0][1])}; with once_allowed = true the step waits"
                    )
                    self._faults.add(file, where, Code.CONTRADICTING_ADVICE, message)

    def _together(self, rule: Rule, other: Rule, prohibition: Prohibition) -> int:
        """The situations in which both rules are raised, and the prohibition binds the subject
        of the other's steps."""
        bound = prohibition.scope or other.scope
        if bound not in self._base.scope_chain(rule.scope) or self._is_inexact(
            rule.when, other.when
        ):
            return NOWHERE
        forbidden = self._true[other.id]
        if bound != other.scope and rule is not other:
            # It may be raised on another subject within the same wider one.
            own = {
                dimension.number
                for dimension in self._space.dimensions
                if any(self._scope_of(name) == other.scope for name in dimension.facts)
            }
            forbidden = self._space.diagram.forget(forbidden, frozenset(own))
        return self._space.diagram.both(self._true[rule.id], forbidden)

    def _scope_of(self, name: str) -> str:
        fact = self._base.facts.get(name)
        return fact.scope if fact else ""

    # Words

    def _is_inexact(self, *patterns: Pattern) -> bool:
        """Whether situations count here that may not be possible."""
        seen: set[str] = set()
        stack = [name for pattern in patterns for name in facts_named(pattern)]
        while stack:
            name = stack.pop()
            if name in self._space.inexact or name in self._reading.unsettled:
                return True
            if name not in seen:
                seen.add(name)
                stack += [
                    inner
                    for derivation in self._base.derivations
                    if derivation.fact == name
                    for inner in facts_named(derivation.when)
                ]
        return False

    def _for_one(self, where: int) -> str:
        """A situation of a set in words."""
        example = self._space.example(where)
        said = [
            f"{name} = {say_value(value, self._fact(name))}"
            for name, value in sorted(example.items())
            if value is not None
        ]
        said += [f"{name} is not known" for name, value in sorted(example.items()) if value is None]
        return _cut(f"for one where {', '.join(said)}") if said else "in every situation"

    def _fact(self, name: str) -> Fact | None:
        return self._base.facts.get(name)


def _top_parts(pattern: Pattern) -> Iterable[Pattern]:
    """The parts of a pattern that must all hold."""
    if isinstance(pattern, Combination) and pattern.kind == "all":
        for part in pattern.patterns:
            yield from _top_parts(part)
    else:
        yield pattern


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_SAID else text[:_LONGEST_SAID] + "…"
