"""What tests reach: every condition seen true and seen false, every rule raised and not raised,
every step seen open and seen ticked. Counted exactly, never rounded up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

import msgspec

from rules.authoring.leaf_places import LeafPlaces
from rules.authoring.rule_tests import RuleTest
from rules.authoring.run_tests import Outcome, Runner
from rules.built_in import BUILT_IN
from rules.engine import Watch
from rules.evaluate import condition_truth
from rules.finding import Change, Finding
from rules.pattern import Condition, Pattern, conditions
from rules.positions import Path
from rules.rule_base import Place, Rule, RuleBase, Step
from rules.subject import Subject
from rules.vocabulary import Truth
from rules.wording import say_condition

_CONFIRM = "confirm."


class Gap(msgspec.Struct, frozen=True):
    """Something that no test reaches: where it stands, whose it is, and what is missing."""

    file: str
    line: int
    column: int
    owner: str
    message: str


class Measure(msgspec.Struct, frozen=True):
    """How much of something is reached."""

    reached: int
    total: int

    @property
    def share(self) -> Fraction:
        """From 0 to 1; the whole of nothing is 1."""
        return Fraction(self.reached, self.total) if self.total else Fraction(1)

    def __str__(self) -> str:
        return f"{say_percent(self.share)} ({self.reached} of {self.total})"


class CoverageReport(msgspec.Struct, frozen=True):
    """What tests reach, and every gap."""

    conditions: Measure
    """Each condition counts twice: seen true and seen false."""
    rules: Measure
    """Each rule counts twice: a test in which it fires, and one in which it must not."""
    steps: Measure
    """Each step that can be ticked counts twice: seen open, and ticked while its finding stands or
    with what ends it. Any other counts once: its finding is raised."""
    gaps: tuple[Gap, ...]

    @property
    def whole(self) -> Measure:
        """All of it together."""
        parts = (self.conditions, self.rules, self.steps)
        return Measure(sum(one.reached for one in parts), sum(one.total for one in parts))


def say_percent(share: Fraction) -> str:
    """A share in percent with one decimal, always rounded down: 100 % is all."""
    tenths = int(share * 1000)
    return f"{tenths // 10}.{tenths % 10} %"


class _Leaf(NamedTuple):
    """A condition, the pattern that it is part of, and what it has not been seen to be."""

    place: Place
    owner: str
    where: str
    part: Path
    """The way from the table of its rule or derivation to its pattern."""
    pattern: Pattern
    number: int
    condition: Condition
    left: set[Truth]


class _Sight:
    """What one test has let see so far; it counts only if the test passes."""

    def __init__(self) -> None:
        self.situations: set[tuple[str, int]] = set()
        self.truths: set[tuple[str, Condition, Truth]] = set()
        self.confirms: set[tuple[str, Condition, Truth]] = set()
        self.steps: set[tuple[str, int, Truth]] = set()
        """Rule, place of the step, and whether it is ticked, while its finding stands."""


class Coverage:
    """Looks at watches while tests run, and counts what those show that pass."""

    def __init__(self, rule_base: RuleBase) -> None:
        self._base = rule_base
        self._rules = [rule for rule in rule_base.rules if rule.hash != BUILT_IN]
        self._missing: dict[str, dict[Condition, set[Truth]]] = {}
        """By scope, what each condition has not been seen to be."""
        self._confirms: dict[tuple[str, Condition], set[Truth]] = {}
        self._seen: set[tuple[str, int]] = set()
        self._steps: set[tuple[str, int, Truth]] = set()
        self._sight = _Sight()
        for scope, pattern in self._patterns():
            asked = self._missing.setdefault(scope, {})
            for condition in conditions(pattern):
                if not condition.fact.startswith(_CONFIRM):
                    asked.setdefault(condition, {Truth.TRUE, Truth.FALSE})
        for rule in self._rules:
            for _, pattern in _parts(rule):
                for condition in conditions(pattern):
                    if condition.fact.startswith(_CONFIRM):
                        self._confirms[rule.id, condition] = {Truth.TRUE, Truth.FALSE}

    def _patterns(self) -> Iterator[tuple[str, Pattern]]:
        for derivation in self._base.derivations:
            yield self._base.facts[derivation.fact].scope, derivation.when
        for rule in self._rules:
            for _, pattern in _parts(rule):
                yield rule.scope, pattern

    def run(self, runner: Runner, test: RuleTest) -> Outcome:
        """Run a test with a runner that has `look` for its observer, and count it."""
        outcome = runner.run(test)
        self.count(outcome)
        return outcome

    def look(self, watch: Watch, changes: Sequence[Change]) -> None:
        """Take in how things stand in the test that runs, and what has changed."""
        for subject in watch.words.subjects.values():
            self._look_at(watch, subject)
        for finding in watch.findings():
            self._look_at_steps(watch, finding)
            self._look_at_finding(watch, finding)
        for change in changes:
            # What ends a finding may be the very thing that its last step waits for.
            if change.kind == "resolved":
                self._look_at_steps(watch, change.finding)
            # A finding that has just been resolved still says what was confirmed.
            self._look_at_finding(watch, change.finding)

    def _look_at(self, watch: Watch, subject: Subject) -> None:
        scope = subject.scope
        situation = scope.name, hash(tuple(subject.keys[n] for n in range(len(scope.programs))))
        if situation in self._seen or situation in self._sight.situations:
            return
        self._sight.situations.add(situation)
        name = subject.name
        for condition in self._missing.get(scope.name, ()):
            truth = condition_truth(
                condition, lambda fact: watch.value(name, fact), watch.now, self._base.facts
            )
            self._sight.truths.add((scope.name, condition, truth))

    def count(self, outcome: Outcome) -> None:
        """Count what the test has shown that has just run, if it passed; one that is still to do
        shows nothing."""
        sight, self._sight = self._sight, _Sight()
        if not outcome.passed or outcome.test.todo:
            return
        self._seen |= sight.situations
        judged = outcome.test.judged
        self._steps |= {one for one in sight.steps if judged is None or one[0] in judged}
        for scope, condition, truth in sight.truths:
            left = self._missing[scope].get(condition)
            if left is not None:
                left.discard(truth)
                if not left:
                    del self._missing[scope][condition]
        for rule, condition, truth in sight.confirms:
            self._confirms[rule, condition].discard(truth)

    def _look_at_steps(self, watch: Watch, finding: Finding) -> None:
        """Note which steps of a finding that stands, or has just been resolved, are ticked."""
        verdicts = watch.words.subjects[finding.subject].verdicts
        rule = finding.rule
        for number, (step, program) in enumerate(
            zip(rule.steps, finding.compiled.done, strict=True)
        ):
            if step.confirm:
                ticked = Truth(int(step.confirm in finding.confirmations))
                self._sight.steps.add((rule.id, number, ticked))
            elif program >= 0:
                self._sight.steps.add((rule.id, number, Truth(verdicts[program])))

    def _look_at_finding(self, watch: Watch, finding: Finding) -> None:
        rule = finding.rule
        if not any(rule.id == owner for owner, _ in self._confirms):
            return
        given = {f"{_CONFIRM}{step.confirm}": False for step in rule.steps if step.confirm}
        given |= {f"{_CONFIRM}{name}": True for name in finding.confirmations}
        for _, pattern in _parts(rule):
            for condition in conditions(pattern):
                if self._confirms.get((rule.id, condition)):
                    truth = condition_truth(condition, given, watch.now, self._base.facts)
                    self._sight.confirms.add((rule.id, condition, truth))

    def report(self, outcomes: Iterable[Outcome]) -> CoverageReport:
        """What the tests reached that have been run, counting those alone that passed."""
        raised: set[str] = set()
        quiet: set[str] = set()
        for outcome in outcomes:
            if outcome.passed and not outcome.test.todo:
                raised |= outcome.raised
                quiet |= outcome.quiet
        gaps: list[tuple[Place, Path, str, str]] = []
        leaves = list(self._leaves())
        unseen = 0
        places = LeafPlaces(self._base)
        for leaf in leaves:
            if leaf.left:
                kind = "derive" if leaf.where == "derive" else "rule"
                way = places.ways(leaf.place, kind, leaf.part, leaf.pattern)[leaf.number]
            for truth in sorted(leaf.left):
                unseen += 1
                said = say_condition(leaf.condition, self._base.facts)
                never = "true" if truth == Truth.TRUE else "false"
                message = f"{leaf.where}: {said} was never seen {never}"
                gaps.append((leaf.place, way, leaf.owner, message))
        rules = steps = steps_missed = 0
        for rule in self._rules:
            place = rule.place
            if rule.id in raised:
                rules += 1
            else:
                gaps.append((place, (), rule.id, "no test in which it is raised"))
            if rule.id in quiet:
                rules += 1
            else:
                message = "no test in which it is looked at and must not be raised"
                gaps.append((place, (), rule.id, message))
            for number, what in self._steps_missing(rule, raised):
                message = f"step {number + 1} was never {what}: {rule.steps[number].do}"
                way = places.way(place, "rule", ("then", "step", number))
                gaps.append((place, way, rule.id, message))
                steps_missed += 1
            steps += sum(1 + _can_be_ticked(step) for step in rule.steps)
        spots = places.spots((place, way) for place, way, _, _ in gaps)
        placed = [
            Gap(place.file, spot.line, spot.column, owner, message)
            for spot, (place, _, owner, message) in zip(spots, gaps, strict=True)
        ]
        return CoverageReport(
            Measure(2 * len(leaves) - unseen, 2 * len(leaves)),
            Measure(rules, 2 * len(self._rules)),
            Measure(steps - steps_missed, steps),
            tuple(sorted(placed, key=lambda gap: (gap.file, gap.line, gap.column))),
        )

    def _steps_missing(self, rule: Rule, raised: Collection[str]) -> Iterator[tuple[int, str]]:
        """The steps of a rule that no test shows, and what they were never seen to be."""
        for number, step in enumerate(rule.steps):
            if not _can_be_ticked(step):
                if rule.id not in raised:
                    yield number, "reached"
                continue
            if (rule.id, number, Truth.TRUE) not in self._steps:
                yield number, "ticked while its finding stood or as it ended"
            if (rule.id, number, Truth.FALSE) not in self._steps:
                yield number, "seen not yet ticked while its finding stood"

    def _leaves(self) -> Iterator[_Leaf]:
        """Every condition of every pattern, with what it has not been seen to be."""
        for derivation in self._base.derivations:
            scope = self._base.facts[derivation.fact].scope
            owner = f"{derivation.fact} = {derivation.value}"
            when = derivation.when
            for number, condition in enumerate(conditions(when)):
                left = self._missing[scope].get(condition, set())
                yield _Leaf(
                    derivation.place, owner, "derive", ("when",), when, number, condition, left
                )
        for rule in self._rules:
            for where, pattern in _parts(rule):
                part = _way_to(where)
                for number, condition in enumerate(conditions(pattern)):
                    if condition.fact.startswith(_CONFIRM):
                        left = self._confirms[rule.id, condition]
                    else:
                        left = self._missing[rule.scope].get(condition, set())
                    yield _Leaf(rule.place, rule.id, where, part, pattern, number, condition, left)


def _can_be_ticked(step: Step) -> bool:
    return bool(step.confirm) or step.done_when is not None


def _way_to(where: str) -> Path:
    """From a rule's table to one of its patterns."""
    if where.startswith("step "):
        return ("then", "step", int(where.removeprefix("step ")) - 1, "done_when")
    return (where,)


def _parts(rule: Rule) -> Iterator[tuple[str, Pattern]]:
    yield "when", rule.when
    if rule.until is not None:
        yield "until", rule.until
    for number, step in enumerate(rule.steps):
        if step.done_when is not None:
            yield f"step {number + 1}", step.done_when
