"""The watch: events go in, in the order of the journal's time, and findings come out.

Nothing here knows a clock: time is an argument. Findings are a function of the events, the rule
base and the time (law 14).
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from rules.deadlines import BOUND, HOLD, NEVER, Deadlines
from rules.finding import Change, Finding
from rules.judge import Judge
from rules.matcher import Matcher
from rules.program import Programs
from rules.reload import carry_over
from rules.rule_base import RuleBase
from rules.subject import Subject
from rules.verify import check_subject
from rules.vocabulary import (
    FACTS_CHANGED,
    FACTS_SNAPSHOT,
    FINDING_ACKNOWLEDGED,
    FINDING_CLOSED,
    NOTE_WRITTEN,
    RULES_LOADED,
    SOURCE_HEARD,
    SOURCE_LOST,
    STEP_CONFIRMED,
    WATCH_STARTED,
    WATCH_STOPPED,
    Event,
    Truth,
)
from rules.words import DUPLICATE_WINDOW, SourceState, Words

BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
_NOTHING: Final[tuple[Change, ...]] = ()


class Notice(msgspec.Struct, frozen=True):
    """Something that the watch itself has noticed: a source lost or heard again, rules loaded."""

    time: datetime
    kind: str
    about: str
    message: str = ""


class Watch:
    """Judges one rule base over one journal.

    With `verify`, the plain evaluator judges everything as well, and the first difference raises
    `EngineFault`. One thread must own a watch, and it should be one that gets no signals.
    """

    def __init__(self, rule_base: RuleBase, *, verify: bool = False) -> None:
        self.rule_base = rule_base
        self._verify = verify
        self._deadlines = Deadlines()
        self._words = Words(Programs(rule_base, Matcher()), self._deadlines, BEGINNING)
        self._judge = Judge(self._words, self._deadlines)
        self.orphans: dict[tuple[str, str], Finding] = {}
        """Open findings whose rule is gone; only closing by hand ends them (law 13)."""
        self.notices: deque[Notice] = deque(maxlen=1000)
        self.events = 0

    # Time and events

    @property
    def now(self) -> datetime:
        """The journal's time."""
        return self._words.now

    @property
    def next_deadline(self) -> datetime | None:
        """When time alone can change something next."""
        due = self._deadlines.next
        return None if due is NEVER else due

    def apply(self, event: Event, line: bytes = b"") -> Sequence[Change]:
        """Let time pass to an event's and take in what it says.

        `line` is the event as the journal holds it; two events of one id with different lines
        are a conflict. Returns what changed, in order; nothing is raised for what an event says.
        """
        words = self._words
        time = event.time
        if time >= self._deadlines.next:
            self._run_deadlines(time)
        if time > words.now:
            words.now = time
        elif time < words.now:
            words.count("events out of order", event.source)
        self.events += 1
        source = words.sources.get(event.source) or words.source(event.source)
        identity = event.id
        fingerprint = hash(line)
        seen = source.seen
        if seen.setdefault(identity, fingerprint) is not fingerprint:
            return self._duplicate(event, seen[identity] != fingerprint)
        ring = source.ring
        place = source.place
        if place == len(ring):
            place = self._next_place(source)
        if (oldest := ring[place]) is not None:
            del seen[oldest]
        ring[place] = identity
        source.place = place + 1
        if source.lost or source.last_heard is None:
            self._hear(source, event)
        else:
            source.last_heard = words.now
        if event.type != FACTS_CHANGED:
            return self._apply_other(event)
        subject = words.subjects.get(event.subject) or words.subject(event.subject)
        said = event.data.facts
        if subject is None or not words.programs.derived_names.isdisjoint(said):
            return self._reject(event, subject)
        scope = subject.scope
        facts = scope.facts
        raw, setters, classes = subject.raw, subject.setters, subject.classes
        keys, verdicts, memories = subject.keys, subject.verdicts, scope.memories
        candidates = words.candidates
        kind, name_of_source = source.kind, event.source
        for name, value in said.items():
            fact = facts.get(name)
            if fact is None or fact.source_kind != kind:
                self._ignore(name, kind)
                continue
            slot = fact.slot
            if type(value) is fact.python_type:
                if value == raw[slot] and (by := setters[slot]) and by.source == name_of_source:
                    continue
                if fact.plain:
                    new = fact.classify(value)
                    if new > 0:
                        old = classes[slot]
                        if new == old:
                            raw[slot] = value
                            setters[slot] = event
                            continue
                        moves = fact.column.moves.get(old << 20 | new)
                        if moves is not None and old != fact.unrecognised != new:
                            raw[slot] = value
                            setters[slot] = event
                            classes[slot] = new
                            for program, delta in moves:
                                key = keys[program] = keys[program] + delta
                                if memories[program].get(key) != verdicts[program]:
                                    candidates.append((subject, program))
                            continue
            words.say(subject, fact, value, event)
        if candidates or words.to_judge or words._queue:
            judge = self._judge
            judge.event = event
            judge.settle()
            judge.event = None
        if self._verify:
            self._check(subject)
        return self._take() if self._judge.changes else _NOTHING

    def advance(self, to: datetime) -> Sequence[Change]:
        """Let time pass: run every deadline up to and including an instant."""
        if to >= self._deadlines.next:
            self._run_deadlines(to)
        self._words.now = max(self._words.now, to)
        return self._take() if self._judge.changes else _NOTHING

    def _run_deadlines(self, to: datetime) -> None:
        words, deadlines, judge = self._words, self._deadlines, self._judge
        while (due := deadlines.next) <= to:
            words.now = max(words.now, due)
            deadlines.take(due, BOUND)
            judge.settle()
            deadlines.take(due, HOLD)
            judge.settle()
            self._report_lost()
            if self._verify:
                self._check(None)

    def _take(self) -> Sequence[Change]:
        changes, self._judge.changes = self._judge.changes, []
        return changes

    def _duplicate(self, event: Event, conflict: bool) -> Sequence[Change]:
        kind = "conflicting duplicates" if conflict else "duplicates"
        self._words.count(kind, f"{event.id} of {event.source}")
        return self._take() if self._judge.changes else _NOTHING

    def _next_place(self, source: SourceState) -> int:
        """Where the next event's id is kept; the ring grows to the window, then begins anew."""
        size = len(source.ring)
        if size < DUPLICATE_WINDOW:
            source.ring += [None] * size
            return size
        return 0

    def _reject(self, event: Event, subject: Subject | None) -> Sequence[Change]:
        if subject is None:
            self._words.count("events about no subject", event.subject)
        else:
            derived = sorted(self._words.programs.derived_names & event.data.facts.keys())
            self._words.count("events that set derived facts", ", ".join(derived))
        self._judge.settle()
        return self._take() if self._judge.changes else _NOTHING

    def _ignore(self, name: str, kind: str) -> None:
        fact = self._words.programs.facts.get(name)
        if fact is None:
            self._words.count("unknown facts", name)
        elif fact.source_kind != kind:
            self._words.count("facts of another kind of source", f"{name} from {kind}")
        else:
            self._words.count("facts of another scope", name)

    # Events other than deltas

    def _apply_other(self, event: Event) -> Sequence[Change]:
        words, judge = self._words, self._judge
        judge.event = event
        match event.type:
            case "watchkeeper.facts.snapshot":
                subject = words.subject(event.subject)
                if subject is None or not words.programs.derived_names.isdisjoint(event.data.facts):
                    return self._reject(event, subject)
                self._snapshot(subject, event)
            case "watchkeeper.source.heard":
                self._hear(words.source(event.data.source), event)
            case "watchkeeper.source.lost":
                words.lose(words.source(event.data.source))
            case "watchkeeper.watch.started":
                for source in words.sources.values():
                    words.lose(source)
                self._note(event, "started", event.source)
            case "watchkeeper.watch.stopped":
                self._note(event, "stopped", event.source)
            case "watchkeeper.rules.loaded":
                self._note(event, "rules loaded", event.data.hash)
            case "watchkeeper.finding.acknowledged":
                judge.acknowledge(event)
            case "watchkeeper.finding.closed":
                self._close(event)
            case "watchkeeper.step.confirmed":
                judge.confirm(event)
            case "watchkeeper.note.written":
                judge.write_note(event)
            case _:
                words.count("unknown types of event", event.type)
        judge.settle()
        judge.event = None
        self._report_lost()
        if self._verify:
            self._check(None)
        return self._take() if judge.changes else _NOTHING

    def _snapshot(self, subject: Subject, event: Event) -> None:
        kind = event.source.partition("/")[0]
        for name, value in event.data.facts.items():
            fact = subject.scope.facts.get(name)
            if fact is None or fact.source_kind != kind:
                self._ignore(name, kind)
            else:
                self._words.say(subject, fact, value, event)
        self._words.forget(subject, event)

    def _hear(self, source: SourceState, event: Event) -> None:
        if self._words.heard(source):
            self._note(event, "source heard again", source.name)

    def _note(self, event: Event, kind: str, about: str) -> None:
        self.notices.append(Notice(self.now, kind, about, event.data.message))

    def _report_lost(self) -> None:
        for source in self._words.newly_lost:
            self.notices.append(Notice(self.now, "source lost", source.name))
        self._words.newly_lost.clear()

    def _close(self, event: Event) -> None:
        orphan = self.orphans.get((event.data.rule, event.subject))
        if orphan is not None and event.data.reason.strip():
            del self.orphans[event.data.rule, event.subject]
            self._judge.close_orphan(orphan, event)
        else:
            self._judge.close(event)

    def _check(self, subject: Subject | None) -> None:
        """Hold the engine's verdicts against the plain evaluator's."""
        for one in [subject] if subject else list(self._words.subjects.values()):
            check_subject(self._words, one)

    # Rules

    def reload(self, rule_base: RuleBase, at: datetime) -> Sequence[Change]:
        """Go on under other rules from a time on; what is open stays open (law 13)."""
        changes = list(self.advance(at))
        old = self._words
        self._deadlines = Deadlines()
        self._words = Words(Programs(rule_base, Matcher()), self._deadlines, max(at, old.now))
        self._judge = Judge(self._words, self._deadlines)
        self.rule_base = rule_base
        carry_over(old, self._words, self._judge, self.orphans)
        old.programs.matcher.close()
        self._judge.settle()
        self._report_lost()
        if self._verify:
            self._check(None)
        self.notices.append(Notice(self.now, "rules loaded", rule_base.hash))
        return changes + list(self._take())

    def close(self) -> None:
        """Give the memory of durable_rules back."""
        self._words.programs.matcher.close()

    # Looking

    @property
    def words(self) -> Words:
        """All facts of all subjects now."""
        return self._words

    @property
    def counts(self) -> Counter[str]:
        """How many events and facts were refused, by what was wrong with them."""
        return self._words.counts

    @property
    def names(self) -> dict[str, Counter[str]]:
        """What the counts are about, at most 200 names for each."""
        return self._words.names

    def findings(self) -> list[Finding]:
        """The open findings: the worst first, then the oldest."""
        from rules.situation import by_severity

        return by_severity([*self._judge.open.values(), *self.orphans.values()])

    def verdict(self, rule_id: str, subject_name: str) -> Truth:
        """The truth of a rule's pattern on a subject now; unknown where there is neither."""
        subject = self._words.subjects.get(subject_name)
        if subject is not None:
            for rule in subject.scope.rules:
                if rule.rule.id == rule_id:
                    return Truth(subject.verdicts[rule.when])
        return Truth.UNKNOWN

    @property
    def statistics(self) -> dict[str, int]:
        """How often durable_rules was asked, and how many situations are remembered."""
        return {
            "events": self.events,
            "questions": self._words.programs.matcher.questions,
            "remembered": self._words.remembered,
            "subjects": len(self._words.subjects),
        }


__all__ = ["FACTS_SNAPSHOT", "Change", "Finding", "Notice", "Watch"]
