"""A test that is played, and held against what must be so at its times."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

import msgspec

from rules.authoring.judged_advice import advice_differs
from rules.authoring.play import Log, Play
from rules.authoring.rule_tests import ExpectedAdvice, ExpectedFinding, ExpectedState, RuleTest
from rules.board_now import sign_now
from rules.engine import Watch
from rules.explain import Explanation, explain
from rules.finding import Finding
from rules.pattern import Pattern
from rules.program import step_pattern
from rules.rule_base import Fact, RuleBase
from rules.situation import scopes_seen
from rules.values import Value, comparable, read_value, show_duration
from rules.vocabulary import Truth
from rules.wording import say_value

MOST_LINES: Final = 12
"""Lines that say why."""


class Failure(msgspec.Struct, frozen=True):
    """One expectation that was not met: in a line, and why, in several."""

    message: str
    why: tuple[str, ...] = ()
    rule: str = ""


class JudgedPlay(Play):
    """A test that is played and judged."""

    def __init__(
        self,
        test: RuleTest,
        watch: Watch,
        log: Log | None,
        rule_base: RuleBase | None = None,
        *,
        explain_failures: bool,
    ) -> None:
        super().__init__(test, watch, log, rule_base)
        self.failures: list[Failure] = []
        self._explain_failures = explain_failures
        self._is_whole = rule_base is None

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

    def found_otherwise(self, finding: Finding, expected: ExpectedFinding) -> Iterator[Failure]:
        """What a finding says otherwise than expected, and when it recurred."""
        rule = expected.rule
        for message in self._advice_differs(finding, expected.advice):
            yield Failure(f"{rule}: {message}", rule=rule)
        if expected.recurred is not None:
            times = tuple(self.test.moment(one) for one in expected.recurred)
            if times != finding.recurred_at:
                found = ", ".join(self.say(one) for one in finding.recurred_at) or "never"
                message = (
                    f"{rule}: expected to recur at {', '.join(map(self.say, times)) or 'no time'}; "
                    f"recurred: {found}"
                )
                yield Failure(message, rule=rule)

    def _advice_differs(self, finding: Finding, expected: ExpectedAdvice) -> Iterator[str]:
        occurrence = self.base.facts.get(finding.rule.occurrence)
        return advice_differs(finding, expected, occurrence)

    def judge(self, expected: ExpectedState) -> None:
        """Note where the watch is otherwise than it must be."""
        at = self.test.moment(expected.at)
        self.pass_time(at)
        self.failures += [
            Failure(
                f"at {self.say(at)}: {message}",
                tuple(why()[:MOST_LINES]) if self._explain_failures else (),
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
        if fact.otherwise is not None and comparable(fact.type, fact.otherwise) in wanted:
            value = say_value(fact.otherwise, fact)
            lines.append(f"{fact.name} = {value} where nothing else is concluded")
        return lines

    def _explain(self, pattern: Pattern, subject: str) -> Explanation:
        watch = self.watch
        around = scopes_seen(watch.words, subject)
        return explain(
            pattern, lambda name: watch.value(subject, name), watch.now, self.base, around
        )

    def _state_differs(
        self, expected: ExpectedState
    ) -> Iterator[tuple[str, str, Callable[[], list[str]]]]:
        """Where the watch is otherwise: the rule, in a line, and what says why."""
        subject = expected.subject
        yield from self._steps_differ(expected)
        for rule, message in self._rules_differ(expected):
            yield rule, message, list
        yield from self._opens_differ(expected)
        yield from self._signs_differ(expected)
        for name, wanted, message in self._facts_differ(expected):
            fact = self.base.facts[name]
            values = [wanted, self.watch.value(subject, name)]
            yield "", message, partial(self._why_concluded, fact, values, subject)

    def _signs_differ(
        self, expected: ExpectedState
    ) -> Iterator[tuple[str, str, Callable[[], list[str]]]]:
        if not expected.signs:
            return
        words = self.watch.words
        subject = words.subjects.get(expected.subject)
        for line in words.programs.rule_base.board.lines:
            wanted = expected.signs.get(line.label)
            if wanted is None or not line.signs:
                continue
            if subject is None:
                message = f"expected {line.label} to be {wanted}; nothing is known of"
                yield "", f"{message} {expected.subject}", list
            elif (found := sign_now(words, subject, line)) != wanted:
                yield "", f"expected {line.label} to be {wanted}; it is {found}", list

    def _opens_differ(
        self, expected: ExpectedState
    ) -> Iterator[tuple[str, str, Callable[[], list[str]]]]:
        if expected.open is None:
            return
        subject = expected.subject
        here = {one.rule.id for one in self.watch.findings() if one.subject == subject}
        wanted = set(expected.open)
        found = here if self.test.exact else here & (self.test.rules | wanted)
        # What must never be raised is told, and explained, by when it was raised.
        differing = (found ^ wanted) - self.test.never
        if differing:
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

    def _steps_differ(
        self, expected: ExpectedState
    ) -> Iterator[tuple[str, str, Callable[[], list[str]]]]:
        here = {
            one.rule.id: one for one in self.watch.findings() if one.subject == expected.subject
        }
        for rule, statuses in expected.steps.items():
            finding = here.get(rule)
            if finding is None:
                yield rule, f"expected {rule} to be open for its steps; it is not", list
                continue
            found = tuple(step.status for step in self.watch.steps(finding))
            if found != statuses:
                message = f"expected {_names(statuses)}; found {_names(found)}"
                odd = [
                    n
                    for n, pair in enumerate(zip(found, statuses, strict=False))
                    if len({*pair}) > 1
                ]
                yield rule, f"steps of {rule}: {message}", partial(self._why_ticked, finding, odd)

    def _why_ticked(self, finding: Finding, steps: Iterable[int]) -> list[str]:
        """What facts tick some steps of a finding by, and whether that is so."""
        lines = []
        watch, subject = self.watch, finding.subject
        given = {f"confirm.{step.confirm}": False for step in finding.rule.steps if step.confirm}
        given |= {f"confirm.{name}": True for name in finding.confirmations}
        for number in steps:
            step = finding.rule.steps[number]
            pattern = step_pattern(step.done_when, step.wait)
            if pattern is not None:
                told = explain(
                    pattern,
                    lambda name: given.get(name, watch.value(subject, name)),
                    watch.now,
                    self.base,
                    scopes_seen(watch.words, subject),
                )
                lines.append(f"step {number + 1}, at {self.say(watch.now)}:")
                lines += [f"  {line}" for line in told.lines()]
        return lines

    def _rules_differ(self, expected: ExpectedState) -> Iterator[tuple[str, str]]:
        watch, subject = self.watch, expected.subject
        here = {one.rule.id: one for one in watch.findings() if one.subject == subject}
        yield from self._waits_differ(expected, here)
        for rule, advice in expected.advice.items():
            # Whether it is open is expected apart from what it says.
            if (finding := here.get(rule)) is not None:
                for message in self._advice_differs(finding, advice):
                    yield rule, f"{rule}: {message}"
        if expected.unconfirmed is not None:
            found = {name for name, one in here.items() if one.unconfirmed_since is not None}
            found &= self.test.rules
            if found != set(expected.unconfirmed):
                wanted = _names(expected.unconfirmed)
                yield "", f"expected not to be confirmed: {wanted}; found: {_names(sorted(found))}"
        for answer, operations in (
            ("no go", expected.forbidden),
            ("go", expected.allowed),
            ("cannot say", expected.uncertain),
        ):
            # Only all rules together can say that.
            for operation in operations if self._is_whole else ():
                permission = watch.permission(operation, subject)
                if permission.answer != answer:
                    by = {one.finding.rule.id for one in permission.forbidden}
                    by |= {one.rule for one in permission.blind}
                    reason = f" ({', '.join(sorted(by))})" if by else ""
                    yield "", f"expected {operation}: {answer}; it is {permission.answer}{reason}"
        if not (expected.blind or expected.judged):
            return
        blind = {one.rule: one.missing for one in watch.blind_spots() if one.subject == subject}
        for rule in expected.blind:
            if rule not in blind:
                yield rule, f"expected {rule} to be a blind spot; it can be judged"
        for rule in expected.judged:
            if rule in blind:
                missing = _names(blind[rule])
                message = f"it is a blind spot for want of {missing}"
                yield rule, f"expected that {rule} can be judged; {message}"

    def _waits_differ(
        self, expected: ExpectedState, here: Mapping[str, Finding]
    ) -> Iterator[tuple[str, str]]:
        moment = self.test.moment
        for rule, waits in expected.waits.items():
            wanted = {
                one.step: tuple(moment(end) if end else None for end in (one.earliest, one.latest))
                for one in waits
            }
            if (finding := here.get(rule)) is None:
                yield rule, f"expected {rule} to be open for its waits; it is not"
                continue
            found = {
                step.number: (step.window.earliest, step.window.latest)
                if step.window is not None
                else (None, None)
                for step in self.watch.steps(finding)
                if step.waits
            }
            for step in sorted(wanted.keys() | found.keys()):
                if wanted.get(step) != found.get(step):
                    said = self._say_wait(wanted.get(step))
                    now = self._say_wait(found.get(step))
                    yield rule, f"step {step} of {rule}: expected {said}; found {now}"

    # Words

    def _say_wait(self, ends: tuple[datetime | None, ...] | None) -> str:
        if ends is None:
            return "no wait"
        words = zip(("from", "to"), ends, strict=True)
        told = [f"{word} {self.say(end)}" for word, end in words if end is not None]
        return f"to wait {' '.join(told)}" if told else "a wait that has not started"

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
