"""Running tests of rules through the engine, and holding the findings against what they expect."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

import msgspec

from rules.authoring.judged_play import MOST_LINES, Failure, JudgedPlay
from rules.authoring.play import Observer, OpenLog
from rules.authoring.rule_tests import BEGIN, ExpectedFinding, RuleTest
from rules.engine import Watch
from rules.explain import explain
from rules.finding import Finding
from rules.rule_base import RuleBase
from rules.situation import scopes_seen
from rules.values import show_duration
from rules.vocabulary import Truth


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
        whole: RuleBase | None = None,
        explain_failures: bool = True,
    ) -> None:
        """`only` are the rules whose findings matter, all where it is left out. With `whole`, the
        rule base is a part of that one, and what only all rules together can say is not judged."""
        self._explain_failures = explain_failures
        self.rule_base = rule_base
        self._empty = Watch(rule_base)
        self._whole = whole
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

    def _begin(self, test: RuleTest, *, explain_states: bool = True) -> JudgedPlay:
        """A test that has not been played; one of a log begins when the log does."""
        told = self._explain_failures and explain_states
        if not test.log:
            return JudgedPlay(test, self._empty.copy(), None, self._whole, explain_failures=told)
        log = iter(self._open_log(test.log))
        first = next(log, None)
        if first is not None and test.begin == BEGIN:
            test = msgspec.structs.replace(test, begin=first[0].time)
        whole = chain([first], log) if first is not None else log
        return JudgedPlay(test, self._empty.copy(), whole, self._whole, explain_failures=told)

    def _about(self, test: RuleTest) -> frozenset[str]:
        about = self._ids if test.exact else test.rules
        return about if self._only is None else about & self._only

    def _compare(self, run: JudgedPlay) -> Iterator[Failure]:
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
        self, run: JudgedPlay, rule: str, expectations: list[ExpectedFinding], found: list[Finding]
    ) -> Iterator[Failure]:
        left = list(found)
        missing = []
        for expected in expectations:
            match = next((one for one in left if run.is_as(one, expected)), None)
            if match is None:
                missing.append(expected)
            else:
                left.remove(match)
                yield from run.found_otherwise(match, expected)
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

    def _at(self, run: JudgedPlay, at: datetime) -> Watch:
        """The watch of a test as it stood at a time."""
        again = self._begin(run.test, explain_states=False)
        again.play(None, until=at)
        return again.watch

    def _why(self, run: JudgedPlay, rule_id: str, subject: str, at: datetime) -> tuple[str, ...]:
        """What made a rule hold, or not hold, at a time."""
        rule = next((one for one in self.rule_base.rules if one.id == rule_id), None)
        if rule is None or not self._explain_failures:
            return ()
        watch = self._at(run, at)
        around = scopes_seen(watch.words, subject)
        told = explain(
            rule.when, lambda name: watch.value(subject, name), at, self.rule_base, around
        )
        lines = [f"when, at {run.say(at)}:", *(f"  {line}" for line in told.lines())]
        if told.truth == Truth.TRUE and rule.hold is not None:
            lines.append(f"  it must hold for {show_duration(rule.hold)} before it is raised")
        return tuple(lines[:MOST_LINES])

    def _why_not_ended(
        self, run: JudgedPlay, finding: Finding, expected: ExpectedFinding
    ) -> tuple[str, ...]:
        if not self._explain_failures:
            return ()
        ends = expected.resolved
        at = run.test.moment(ends) if ends is not None else (finding.resolved_at or run.watch.now)
        if finding.resolved_at is not None:
            # The sooner of the two is the one at which it is otherwise than expected.
            at = min(at, finding.resolved_at)
        rule = finding.rule
        watch = self._at(run, at)
        given = {f"confirm.{name}": True for name in finding.confirmations}
        told = explain(
            rule.until or rule.when,
            lambda name: given.get(name, watch.value(finding.subject, name)),
            at,
            self.rule_base,
            scopes_seen(watch.words, finding.subject),
        )
        head = "until" if rule.until is not None else "when"
        lines = [f"{head}, at {run.say(at)}:", *(f"  {line}" for line in told.lines())]
        return tuple(lines[:MOST_LINES])
