"""Running tests of rules through the engine, and saying what came out otherwise than expected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any, Final

import msgspec

from rules.authoring.play import Log, Observer, OpenLog, Play
from rules.authoring.rule_tests import BEGIN, ExpectedFinding, ExpectedState, RuleTest
from rules.engine import Watch
from rules.explain import Explanation, explain
from rules.finding import Finding
from rules.pattern import Pattern
from rules.rule_base import Fact, RuleBase
from rules.values import Value, comparable, read_value, show_duration
from rules.vocabulary import (
    Truth,
)
from rules.wording import say_value

_MOST_LINES: Final = 12


class Failure(msgspec.Struct, frozen=True):
    """One expectation that was not met: in a line, and why, in several."""

    message: str
    why: tuple[str, ...] = ()
    rule: str = ""


class Outcome(msgspec.Struct, frozen=True):
    """What came of a test. `raised` are the rules that it expected to be raised and that were,
    `quiet` those that it expected not to be, that were not, and that were definitely false."""

    test: RuleTest
    failures: tuple[Failure, ...]
    raised: frozenset[str] = frozenset()
    quiet: frozenset[str] = frozenset()

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.failures


class Runner:
    """Runs tests against one rule base; each begins with a watch that knows nothing."""

    def __init__(
        self,
        rule_base: RuleBase,
        open_log: OpenLog,
        *,
        observer: Observer | None = None,
        only: frozenset[str] | None = None,
        explain_failures: bool = True,
    ) -> None:
        """`only` are the rules whose findings matter, all where it is left out."""
        self._explain_failures = explain_failures
        self.rule_base = rule_base
        self._empty = Watch(rule_base)
        self._open_log = open_log
        self._observer = observer
        self._only = only
        self._ids = frozenset(rule.id for rule in rule_base.rules)

    def close(self) -> None:
        """Give the engine's memory back."""
        self._empty.close()

    def run(self, test: RuleTest) -> Outcome:
        """Run a test, and hold what was found against what it expects."""
        run = self._begin(test)
        run.play(self._observer)
        failures = [*run.failures, *self._compare(run)]
        about = self._about(test)
        shown = {rule for state in test.states for rule in state.open or ()}
        fires = {one.rule for one in test.findings} | test.open | shown
        quiet = (about - fires) & run.definitely_false(about - fires)
        return Outcome(test, tuple(failures), frozenset(fires), frozenset(quiet))

    def _begin(self, test: RuleTest, *, explain_states: bool = True) -> _Run:
        """A test that has not been played; one of a log begins when the log does."""
        told = self._explain_failures and explain_states
        if not test.log:
            return _Run(test, self._empty.copy(), None, explain_failures=told)
        log = iter(self._open_log(test.log))
        first = next(log, None)
        if first is not None and test.begin == BEGIN:
            test = msgspec.structs.replace(test, begin=first[0].time)
        whole = chain([first], log) if first is not None else log
        return _Run(test, self._empty.copy(), whole, explain_failures=told)

    def _about(self, test: RuleTest) -> frozenset[str]:
        about = self._ids if test.exact else test.rules
        return about if self._only is None else about & self._only

    def _compare(self, run: _Run) -> Iterator[Failure]:
        test = run.test
        about = self._about(test)
        by_rule: dict[str, list[Finding]] = {}
        for finding in run.found:
            by_rule.setdefault(finding.rule.id, []).append(finding)
        told: dict[str, list[ExpectedFinding]] = {}
        for expected in test.findings:
            if self._only is None or expected.rule in self._only:
                told.setdefault(expected.rule, []).append(expected)
        for rule, expectations in sorted(told.items()):
            yield from self._compare_findings(run, rule, expectations, by_rule.get(rule, []))
        # What is only looked at at certain times may be raised at others.
        named = {rule for state in test.states for rule in state.open or ()}
        looked = any(state.open is not None for state in test.states)
        judged = named if test.exact else about if looked else frozenset()
        for rule in sorted(about - told.keys() - (judged - test.never)):
            found = by_rule.get(rule, [])
            if rule in test.open:
                here = [one for one in found if one.subject == test.subject and not one.resolved_at]
                if not here:
                    at = run.watch.now
                    message = f"{rule} is not open on {test.subject} at the end ({run.say(at)})"
                    if found:
                        message += f"; found: {run.say_finding(found[0])}"
                    yield Failure(message, self._why(run, rule, test.subject, at), rule)
            elif found:
                message = f"{rule} must not be raised; found: {run.say_finding(found[0])}"
                why = self._why(run, rule, found[0].subject, found[0].raised_at)
                yield Failure(message, why, rule)

    def _compare_findings(
        self, run: _Run, rule: str, expectations: list[ExpectedFinding], found: list[Finding]
    ) -> Iterator[Failure]:
        left = list(found)
        missing = []
        for expected in expectations:
            match = next((one for one in left if run.is_as(one, expected)), None)
            if match is None:
                missing.append(expected)
            else:
                left.remove(match)
                yield from run.texts_differ(match, expected)
        for expected in missing:
            near = next((one for one in left if one.subject == expected.subject), None)
            message = f"{rule}: expected {run.say_expected(expected)}; found: "
            if near is None:
                at = run.test.moment(expected.raised)
                why = self._why(run, rule, expected.subject, at)
                yield Failure(f"{message}nothing", why, rule)
                continue
            left.remove(near)
            expected_at = run.test.moment(expected.raised)
            if near.raised_at != expected_at:
                # The sooner of the two is the one at which the rule is otherwise than expected.
                at = min(near.raised_at, expected_at)
                why = self._why(run, rule, expected.subject, at)
            else:
                why = self._why_not_ended(run, near, expected)
            yield Failure(f"{message}{run.say_finding(near)}", why, rule)
        for unexpected in left:
            message = f"{rule}: not expected: {run.say_finding(unexpected)}"
            why = self._why(run, rule, unexpected.subject, unexpected.raised_at)
            yield Failure(message, why, rule)

    # Why

    def _at(self, run: _Run, at: datetime) -> Watch:
        """The watch of a test as it stood at a time."""
        again = self._begin(run.test, explain_states=False)
        again.play(None, until=at)
        return again.watch

    def _why(self, run: _Run, rule_id: str, subject: str, at: datetime) -> tuple[str, ...]:
        """What made a rule hold, or not hold, at a time."""
        rule = next((one for one in self.rule_base.rules if one.id == rule_id), None)
        if rule is None or not self._explain_failures:
            return ()
        watch = self._at(run, at)
        told = explain(rule.when, lambda name: watch.value(subject, name), at, self.rule_base)
        lines = [f"when, at {run.say(at)}:", *(f"  {line}" for line in told.lines())]
        if told.truth == Truth.TRUE and rule.hold is not None:
            lines.append(f"  it must hold for {show_duration(rule.hold)} before it is raised")
        return tuple(lines[:_MOST_LINES])

    def _why_not_ended(
        self, run: _Run, finding: Finding, expected: ExpectedFinding
    ) -> tuple[str, ...]:
        if not self._explain_failures:
            return ()
        ends = expected.resolved
        at = run.test.moment(ends) if ends is not None else (finding.resolved_at or run.watch.now)
        rule = finding.rule
        watch = self._at(run, at)
        given = {f"confirm.{name}": True for name in finding.confirmations}
        told = explain(
            rule.until or rule.when,
            lambda name: given.get(name, watch.value(finding.subject, name)),
            at,
            self.rule_base,
        )
        head = "until" if rule.until is not None else "when"
        lines = [f"{head}, at {run.say(at)}:", *(f"  {line}" for line in told.lines())]
        return tuple(lines[:_MOST_LINES])


class _Run(Play):
    """A test that is played and judged."""

    def __init__(
        self, test: RuleTest, watch: Watch, log: Log | None, *, explain_failures: bool
    ) -> None:
        super().__init__(test, watch, log)
        self.failures: list[Failure] = []
        self._explain_failures = explain_failures

    def definitely_false(self, rules: frozenset[str]) -> frozenset[str]:
        """Those of some rules that were definitely false on a subject at the end."""
        found = set()
        for subject in self.watch.words.subjects.values():
            for compiled in subject.scope.rules:
                if compiled.rule.id in rules and subject.verdicts[compiled.when] == Truth.FALSE:
                    found.add(compiled.rule.id)
        return frozenset(found)

    def is_as(self, finding: Finding, expected: ExpectedFinding) -> bool:
        """Whether a finding was raised and resolved as expected."""
        ends = self.test.moment(expected.resolved) if expected.resolved is not None else None
        return (
            finding.subject == expected.subject
            and finding.raised_at == self.test.moment(expected.raised)
            and finding.resolved_at == ends
        )

    def texts_differ(self, finding: Finding, expected: ExpectedFinding) -> Iterator[Failure]:
        """What a finding says and forbids otherwise than expected."""
        rule = expected.rule
        forbids = sorted(part.operation for part in finding.rule.forbid)
        wanted = expected.forbids
        if wanted is not None and sorted(wanted) != forbids:
            said = ", ".join(forbids) or "nothing"
            yield Failure(
                f"{rule}: expected to forbid {', '.join(wanted) or 'nothing'}; forbids {said}",
                rule=rule,
            )
        for what, text, raw in (
            ("title", expected.title, finding.rule.title),
            ("impact", expected.impact, finding.rule.impact),
        ):
            if text is not None and finding.text(raw) != text:
                message = f"{rule}: expected the {what} {text!r}; found {finding.text(raw)!r}"
                yield Failure(message, rule=rule)
        if expected.recurred is not None:
            times = tuple(self.test.moment(one) for one in expected.recurred)
            if times != finding.recurred_at:
                found = ", ".join(self.say(one) for one in finding.recurred_at) or "never"
                message = (
                    f"{rule}: expected to recur at {', '.join(map(self.say, times)) or 'no time'}; "
                    f"recurred: {found}"
                )
                yield Failure(message, rule=rule)

    def judge(self, expected: ExpectedState) -> None:
        """Note where the watch is otherwise than it must be."""
        at = self.test.moment(expected.at)
        self.pass_time(at)
        self.failures += [
            Failure(
                f"at {self.say(at)}: {message}",
                tuple(why()[:_MOST_LINES]) if self._explain_failures else (),
                rule,
            )
            for rule, message, why in self._state_differs(expected)
        ]

    # Why

    def _why_raised_or_not(self, rules: Iterable[str], subject: str) -> list[str]:
        """What made some rules hold, or not hold, as things stand now."""
        lines = []
        now = self.watch.now
        for rule_id in sorted(rules):
            rule = next((one for one in self.base.rules if one.id == rule_id), None)
            if rule is None:
                continue
            told = self._explain(rule.when, subject)
            lines += [f"{rule_id}, when, at {self.say(now)}:"]
            lines += [f"  {line}" for line in told.lines()]
            if told.truth == Truth.TRUE and rule.hold is not None:
                held = show_duration(rule.hold)
                lines.append(f"  it must hold for {held} before it is raised")
        return lines

    def _why_concluded(self, fact: Fact, values: Iterable[Value | None], subject: str) -> list[str]:
        """What each of some values of a derived fact is concluded from, and whether that is so."""
        lines = []
        wanted = [comparable(fact.type, value) for value in values if value is not None]
        for one in self.base.derivations:
            if one.fact == fact.name and comparable(fact.type, one.value) in wanted:
                value = say_value(one.value, fact)
                lines.append(f"{fact.name} = {value} where, at {self.say(self.watch.now)}:")
                lines += [f"  {line}" for line in self._explain(one.when, subject).lines()]
        return lines

    def _explain(self, pattern: Pattern, subject: str) -> Explanation:
        watch = self.watch
        return explain(pattern, lambda name: watch.value(subject, name), watch.now, self.base)

    def _state_differs(
        self, expected: ExpectedState
    ) -> Iterator[tuple[str, str, Callable[[], list[str]]]]:
        """Where the watch is otherwise: the rule, in a line, and what says why."""
        subject = expected.subject
        for rule, message in self._rules_differ(expected):
            yield rule, message, list
        yield from self._opens_differ(expected)
        for name, wanted, message in self._facts_differ(expected):
            fact = self.base.facts[name]
            values = [wanted, self.watch.value(subject, name)]
            yield "", message, partial(self._why_concluded, fact, values, subject)

    def _opens_differ(
        self, expected: ExpectedState
    ) -> Iterator[tuple[str, str, Callable[[], list[str]]]]:
        if expected.open is None:
            return
        subject = expected.subject
        here = {one.rule.id for one in self.watch.findings() if one.subject == subject}
        wanted = set(expected.open)
        found = here if self.test.exact else here & (self.test.rules | wanted)
        if found != wanted:
            # What must never be raised is explained where it was raised.
            differing = (found ^ wanted) - self.test.never
            message = f"expected to be open: {_names(expected.open)}; open: {_names(sorted(found))}"
            yield "", message, partial(self._why_raised_or_not, differing, subject)

    def _facts_differ(self, expected: ExpectedState) -> Iterator[tuple[str, Value | None, str]]:
        watch, subject = self.watch, expected.subject
        for name, value in expected.facts.items():
            fact = self.base.facts[name]
            now = watch.value(subject, name)
            wanted = read_value(fact.type, value)
            if now is None or comparable(fact.type, now) != comparable(fact.type, wanted):
                said = f"expected {name} = {say_value(value, fact)}; it is {_say(now, fact)}"
                yield name, wanted, said
        for name in expected.unknown:
            now = watch.value(subject, name)
            if now is not None:
                said = _say(now, self.base.facts[name])
                yield name, None, f"expected {name} not to be known; it is {said}"

    def _rules_differ(self, expected: ExpectedState) -> Iterator[tuple[str, str]]:
        watch, subject = self.watch, expected.subject
        here = {one.rule.id: one for one in watch.findings() if one.subject == subject}
        for rule, statuses in expected.steps.items():
            finding = here.get(rule)
            found_steps = tuple(step.status for step in watch.steps(finding)) if finding else ()
            if finding is None:
                yield rule, f"expected {rule} to be open for its steps; it is not"
            elif found_steps != statuses:
                message = f"expected {_names(statuses)}; found {_names(found_steps)}"
                yield rule, f"steps of {rule}: {message}"
        if expected.unconfirmed is not None:
            found = {name for name, one in here.items() if one.unconfirmed_since is not None}
            if found & self.test.rules != set(expected.unconfirmed):
                yield "", f"expected not to be confirmed: {_names(expected.unconfirmed)}"
        for answer, operations in (
            ("no go", expected.forbidden),
            ("go", expected.allowed),
            ("cannot say", expected.uncertain),
        ):
            for operation in operations:
                permission = watch.permission(operation, subject)
                if permission.answer != answer:
                    by = {one.finding.rule.id for one in permission.forbidden}
                    by |= {one.rule for one in permission.blind}
                    reason = f" ({', '.join(sorted(by))})" if by else ""
                    yield "", f"expected {operation}: {answer}; it is {permission.answer}{reason}"
        blind = {one.rule for one in watch.blind_spots() if one.subject == subject}
        for rule in expected.blind:
            if rule not in blind:
                yield rule, f"expected {rule} to be a blind spot; it can be judged"
        for rule in expected.judged:
            if rule in blind:
                yield rule, f"expected that {rule} can be judged; it is a blind spot"

    # Words

    def say(self, time: datetime) -> str:
        """A time as the test would write it."""
        if self.test.log:
            return time.isoformat().replace("+00:00", "Z")
        return show_duration(time - self.test.begin).replace(" ", "")

    def say_finding(self, finding: Finding) -> str:
        """When a finding was raised and resolved."""
        end = f"resolved at {self.say(finding.resolved_at)}" if finding.resolved_at else "open"
        return f"raised at {self.say(finding.raised_at)} on {finding.subject}, {end}"

    def say_expected(self, expected: ExpectedFinding) -> str:
        """When a finding must be raised and resolved."""
        end = "open"
        if expected.resolved is not None:
            end = f"resolved at {self.say(self.test.moment(expected.resolved))}"
        return (
            f"raised at {self.say(self.test.moment(expected.raised))} on {expected.subject}, {end}"
        )


def _say(value: Any, fact: Fact) -> str:
    return "not known" if value is None else say_value(value, fact)


def _names(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
