"""The whole law of the watch a second time, written to be read: nothing is remembered that could
be worked out again, everything is worked out at every event and at every deadline.

It is written from the law and from how `rules/README.md` reads it, never from the engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from oracle.reference_facts import ReferenceFacts, scope_of

from rules.evaluate import condition_flips, is_ahead, negation, shifted
from rules.pattern import Pattern, conditions
from rules.rule_base import Prohibition, Rule, RuleBase
from rules.values import FUTURE_TOLERANCE, Value, comparable, read_instant
from rules.vocabulary import (
    FACTS_CHANGED,
    FACTS_SNAPSHOT,
    FINDING_ACKNOWLEDGED,
    FINDING_CLOSED,
    SOURCE_HEARD,
    SOURCE_LOST,
    STEP_CONFIRMED,
    WATCH_STARTED,
    Event,
    Truth,
)

DUPLICATE_WINDOW = 65_536


class ReferenceChange(NamedTuple):
    """Something that happened to a finding."""

    time: datetime
    kind: str
    rule: str
    subject: str
    step: int = -1


@dataclass
class OpenFinding:
    """A finding that stands."""

    raised_at: datetime
    occurrence: Value | None
    confirmed: set[str] = field(default_factory=set)
    ticked: set[int] = field(default_factory=set)
    unconfirmed_since: datetime | None = None
    acknowledged: bool = False
    is_new: bool = True
    forbids: tuple[Prohibition, ...] = ()
    """What its rule forbade when it raised it."""


@dataclass
class Memory:
    """What a rule and a subject remember of the past."""

    rule: Rule
    finding: OpenFinding | None = None
    since: datetime | None = None
    spent: bool = False
    spent_occurrence: Value | None = None
    rule_is_gone: bool = False


class ReferenceWatch(ReferenceFacts):
    """The watch, slow and plain."""

    def __init__(self, rule_base: RuleBase) -> None:
        super().__init__(rule_base)
        self.seen_ids: list[tuple[str, str]] = []
        self.memories: dict[tuple[str, str], Memory] = {}
        self.changes: list[ReferenceChange] = []

    # -- the journal ---------------------------------------------------------------------------

    def apply(self, event: Event) -> None:
        """Run the deadlines before an event, then the event."""
        self.advance(event.time)
        identity = event.source, event.id
        if identity in self.seen_ids[-DUPLICATE_WINDOW:]:
            self.counts["duplicate"] += 1
            return
        self.seen_ids.append(identity)
        self.hear(event.source)
        if event.type in (FACTS_CHANGED, FACTS_SNAPSHOT):
            self.take_facts(event)
        elif event.type == SOURCE_HEARD:
            self.hear(event.data.source)
        elif event.type == SOURCE_LOST:
            self.mention(event.data.source)
            self.said_to_be_lost.setdefault(event.data.source, self.now)
        elif event.type == WATCH_STARTED:
            for source in self.last_heard:
                self.said_to_be_lost.setdefault(source, self.now)
        elif event.type in (FINDING_ACKNOWLEDGED, FINDING_CLOSED, STEP_CONFIRMED):
            self._take_operators_word(event)
        self.settle()

    def advance(self, to: datetime) -> None:
        """Run every deadline up to and including a time."""
        while (deadline := self.next_deadline()) is not None and deadline <= to:
            self.now = deadline
            self.settle()
        self.now = max(self.now, to)
        self.known_now.clear()

    def reload(self, rule_base: RuleBase, at: datetime) -> None:
        """Go on under other rules (law 13)."""
        self.advance(at)
        self.base = rule_base
        rules = {rule.id: rule for rule in rule_base.rules}
        for (rule_id, subject), memory in list(self.memories.items()):
            rule = rules.get(rule_id)
            if rule is None or rule.scope != scope_of(subject):
                memory.rule_is_gone = True
                if memory.finding is None:
                    del self.memories[rule_id, subject]
                continue
            if memory.rule_is_gone or rule.hash != memory.rule.hash:
                memory.since = None
            if rule.hash != memory.rule.hash and memory.finding is not None:
                memory.finding.ticked.clear()
                memory.finding.is_new = True
            memory.rule = rule
            memory.rule_is_gone = False
        self.settle()

    def _take_operators_word(self, event: Event) -> None:
        memory = self.memories.get((event.data.rule, event.subject))
        if memory is None or memory.finding is None:
            self.counts["without effect"] += 1
        elif event.type == FINDING_ACKNOWLEDGED:
            memory.finding.acknowledged = True
            self._note("acknowledged", memory.rule, event.subject)
        elif event.type == STEP_CONFIRMED:
            self._confirm(memory, event)
        elif not event.data.reason:
            self.counts["without effect"] += 1
        else:
            self._note("closed", memory.rule, event.subject)
            self._end_finding(memory, event.subject)
            if memory.rule_is_gone:
                del self.memories[event.data.rule, event.subject]

    def _confirm(self, memory: Memory, event: Event) -> None:
        """Tick the steps that a confirmation ticks, before anything is judged by it."""
        steps = memory.rule.steps
        ticked = {place for place, step in enumerate(steps) if step.confirm == event.data.confirm}
        if memory.finding is None or not event.data.confirm or not ticked or memory.rule_is_gone:
            self.counts["without effect"] += 1
            return
        for position in sorted(ticked - memory.finding.ticked):
            self._note("step_ticked", memory.rule, event.subject, position)
        memory.finding.confirmed.add(event.data.confirm)
        memory.finding.ticked |= ticked

    # -- deadlines -----------------------------------------------------------------------------

    def next_deadline(self) -> datetime | None:
        """The next instant at which time alone may change something."""
        return min((each for each in self._deadlines() if each > self.now), default=None)

    def _deadlines(self) -> Iterator[datetime]:
        for source, heard in self.last_heard.items():
            kind = self.base.sources.get(source.partition("/")[0])
            if kind is not None and kind.heartbeat is not None:
                yield heard + 3 * kind.heartbeat
        for subject in self.subjects:
            for pattern in self._patterns_of(scope_of(subject)):
                for condition in conditions(pattern):
                    yield from condition_flips(
                        condition, partial(self.value, subject), self.base.facts
                    )
            for fact in self.base.facts.values():
                value = self.value(subject, fact.name)
                if fact.type == "instant" and value is not None:
                    yield from shifted(read_instant(str(value)), -FUTURE_TOLERANCE)
        for (_, subject), memory in self.memories.items():
            if memory.since is not None and memory.rule.hold is not None:
                yield memory.since + memory.rule.hold
            for step in memory.rule.steps:
                if step.wait is not None and step.wait.at_least is not None:
                    start = self.value(subject, step.wait.start)
                    if start is not None:
                        yield from shifted(read_instant(str(start)), step.wait.at_least)

    def _patterns_of(self, scope: str) -> Iterator[Pattern]:
        for derivation in self.base.derivations:
            if self.base.facts[derivation.fact].scope == scope:
                yield derivation.when
        for rule in self.base.rules:
            if rule.scope == scope:
                yield rule.when
                if rule.until is not None:
                    yield rule.until
                yield from (step.done_when for step in rule.steps if step.done_when is not None)

    # -- judging -------------------------------------------------------------------------------

    def settle(self) -> None:
        """Judge every rule on every subject as things stand now."""
        self.known_now.clear()
        for subject in list(self.subjects):
            self.meet(subject)
        for subject in sorted(self.subjects):
            for rule in self.base.rules:
                if rule.scope == scope_of(subject):
                    memory = self.memories.setdefault((rule.id, subject), Memory(rule))
                    self._judge(memory, rule, subject)
                    self._tick(memory, rule, subject)

    def _judge(self, memory: Memory, rule: Rule, subject: str) -> None:
        when = self.truth(rule.when, subject)
        if when == Truth.FALSE:
            memory.since = None
            memory.spent = False
        elif when == Truth.TRUE and memory.since is None:
            memory.since = self.now
        held = when == Truth.TRUE and (
            rule.hold is None or (memory.since is not None and self.now >= memory.since + rule.hold)
        )
        occurrence = self._occurrence(rule, subject)
        changed = True
        while changed:
            changed = False
            if memory.finding is not None:
                ends = (
                    negation(when)
                    if rule.until is None
                    else self.truth(rule.until, subject, memory.finding.confirmed)
                )
                if ends == Truth.TRUE:
                    self._note("resolved", rule, subject)
                    self._end_finding(memory, subject)
                else:
                    self._mark(memory.finding, ends == Truth.UNKNOWN, rule, subject)
                    if held and self._is_another(rule, occurrence, memory.finding.occurrence):
                        memory.finding.occurrence = occurrence
                        memory.finding.confirmed.clear()
                        self._untick_confirmed(memory.finding, rule)
                        memory.finding.acknowledged = False
                        self._note("recurred", rule, subject)
                        changed = True
            another = self._is_another(rule, occurrence, memory.spent_occurrence)
            if memory.finding is None and held and (another or not memory.spent):
                memory.finding = OpenFinding(self.now, occurrence, forbids=memory.rule.forbid)
                self._note("raised", rule, subject)
                changed = True

    def _occurrence(self, rule: Rule, subject: str) -> Value | None:
        return self.value(subject, rule.occurrence) if rule.occurrence else None

    def _is_another(self, rule: Rule, occurrence: Value | None, before: Value | None) -> bool:
        """Whether an occurrence is known and is not the one before."""
        if occurrence is None or before is None:
            return occurrence is not None
        kind = self.base.facts[rule.occurrence].type
        try:
            return bool(comparable(kind, occurrence) != comparable(kind, before))
        except ValueError:
            return True  # the one before was told by a fact of another type, before a reload

    def _mark(self, finding: OpenFinding, unknown: bool, rule: Rule, subject: str) -> None:
        if unknown and finding.unconfirmed_since is None:
            finding.unconfirmed_since = self.now
            self._note("unconfirmed", rule, subject)
        elif not unknown and finding.unconfirmed_since is not None:
            finding.unconfirmed_since = None
            self._note("confirmed", rule, subject)

    def _end_finding(self, memory: Memory, subject: str) -> None:
        """End a finding by `until`, by its pattern, or by hand."""
        assert memory.finding is not None
        when = Truth.FALSE if memory.rule_is_gone else self.truth(memory.rule.when, subject)
        memory.spent = when != Truth.FALSE
        memory.spent_occurrence = memory.finding.occurrence
        memory.finding = None

    def _tick(self, memory: Memory, rule: Rule, subject: str) -> None:
        finding = memory.finding
        if finding is None:
            return
        for position, step in enumerate(rule.steps):
            if step.done_when is None:
                continue
            done = self.truth(step.done_when, subject, finding.confirmed) == Truth.TRUE
            if step.wait is not None and step.wait.at_least is not None:
                done = done and self._has_waited(step.wait.start, step.wait.at_least, subject)
            # What stands from the beginning is the finding's first state, not a change of it.
            if done != (position in finding.ticked) and not finding.is_new:
                self._note("step_ticked" if done else "step_unticked", rule, subject, position)
            (finding.ticked.add if done else finding.ticked.discard)(position)
        finding.is_new = False

    def _untick_confirmed(self, finding: OpenFinding, rule: Rule) -> None:
        """What an operator had ticked is open again; that the finding recurred says so."""
        finding.ticked -= {position for position, step in enumerate(rule.steps) if step.confirm}

    def _has_waited(self, start: str, at_least: timedelta, subject: str) -> bool:
        value = self.value(subject, start)
        if value is None:
            return False
        instant = read_instant(str(value))
        return not is_ahead(instant, self.now) and self.now - instant >= at_least

    def _note(self, kind: str, rule: Rule, subject: str, step: int = -1) -> None:
        self.changes.append(ReferenceChange(self.now, kind, rule.id, subject, step))

    # -- questions -----------------------------------------------------------------------------

    def verdict(self, rule_id: str, subject: str) -> Truth:
        """The truth of a rule's pattern on a subject."""
        rule = next(rule for rule in self.base.rules if rule.id == rule_id)
        return self.truth(rule.when, subject)

    def permission(self, operation: str, subject: str) -> str:
        """Whether an operation may be started on a subject (law 17)."""
        if operation not in self.base.operations or subject not in self.subjects:
            return "cannot say"
        bound = [subject]
        while (parent := self.parent(bound[-1])) is not None:
            bound.append(parent)
        for (_, about), memory in self.memories.items():
            if memory.finding is not None:
                for prohibition in {*memory.finding.forbids, *memory.rule.forbid}:
                    # While nobody has named the subject around it, it binds its own at least.
                    binds = self.holder(about, prohibition.scope or memory.rule.scope) or about
                    if prohibition.operation == operation and binds in bound:
                        return "no go"
        for rule in self.base.rules:
            for prohibition in rule.forbid:
                if prohibition.operation == operation and self._could_bind(
                    rule, prohibition.scope or rule.scope, subject
                ):
                    return "cannot say"
        return "go"

    def _could_bind(self, rule: Rule, scope: str, subject: str) -> bool:
        """Whether it cannot be excluded that a rule ought to forbid something on a subject, or on
        the one of a scope around it."""
        if scope not in self.base.scope_chain(scope_of(subject)):
            return False
        bound = self.holder(subject, scope)
        judged = [
            each
            for each in self.subjects
            if scope_of(each) == rule.scope
            and bound is not None
            and self.holder(each, scope) == bound
        ]
        return not judged or any(self._might_be_open(rule, each) for each in judged)

    def _might_be_open(self, rule: Rule, subject: str) -> bool:
        memory = self.memories[rule.id, subject]
        if memory.finding is not None or memory.spent:
            return False
        # While its `for` runs, it is not settled that nothing forbids it.
        return self.truth(rule.when, subject) == Truth.UNKNOWN or memory.since is not None
