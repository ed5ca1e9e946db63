"""The watch: events go in, in the order of the journal's time, and findings come out.

Nothing here knows a clock: time is an argument. Findings are a function of the events, the rule
base and the time (law 14).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from rules.answers import Answers
from rules.deadlines import BOUND, HOLD, NEVER, Deadlines, Key
from rules.duplicates import DUPLICATE_WINDOW
from rules.finding import Change, Finding
from rules.judge import Judge
from rules.liveness import hear, look_at_sources, lose
from rules.matcher import Matcher
from rules.program import Programs
from rules.read_checkpoint import KeptRules, Reader, Restored, any_line
from rules.refused import Refused
from rules.reload import carry_over
from rules.rule_base import RuleBase
from rules.source_state import Origin, SourceState
from rules.speakers import SPEAKERS, WATCH
from rules.subject import Subject
from rules.verify import check_subject
from rules.vocabulary import FACTS_CHANGED, SOURCE_HEARD, Event
from rules.words import Words
from rules.write_checkpoint import Writer

BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
_NOTHING: Final[tuple[Change, ...]] = ()


class Notice(msgspec.Struct, frozen=True):
    """Something that the watch itself has noticed: a source lost or heard again, rules loaded."""

    time: datetime
    kind: str
    about: str
    message: str = ""


class Watch(Answers):
    """Judges one rule base over one journal.

    With `verify`, the plain evaluator judges everything as well, and the first difference raises
    `EngineFault`. `kept` finds the rules that a checkpoint was written under; without it, a
    checkpoint is taken up under the rules given. One thread must own a watch, and it should be one
    that gets no signals.
    """

    def __init__(
        self, rule_base: RuleBase, *, verify: bool = False, kept: KeptRules | None = None
    ) -> None:
        self.rule_base = rule_base
        self._verify = verify
        self._kept = kept
        self._checkpoint = Reader()
        self._deadlines = Deadlines()
        self._words = Words(Programs(rule_base, Matcher()), self._deadlines, BEGINNING, Refused())
        self._judge = Judge(self._words, self._deadlines)
        self.orphans = {}
        self.notices: deque[Notice] = deque(maxlen=1000)
        self._noticed = False

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
        """Let time pass to an event's and take in what it says; return what changed, in order.

        `line` is the event as the journal holds it; two events of one id with different lines
        are a conflict. Nothing is raised for what an event says.
        """
        return next(self.follow(((line, event),)), _NOTHING)

    def follow(self, events: Iterable[tuple[bytes, Event]]) -> Iterator[Sequence[Change]]:
        """The same for many events: yields, after an event, what changed with it, and an empty
        sequence where there is only something in `notices`.

        Whoever follows may reload rules or let time pass between two of what it yields.
        """
        words, judge, deadlines = self._words, self._judge, self._deadlines
        agenda = words.agenda
        sources, subjects = words.sources, words.subjects
        derived_names = words.programs.derived_names
        recent_sources, recent_ids = words.recent.sources, words.recent.ids
        for line, event in events:
            if words is not self._words:
                words, judge, deadlines = self._words, self._judge, self._deadlines
                agenda = words.agenda
                sources, subjects = words.sources, words.subjects
                derived_names = words.programs.derived_names
                recent_sources, recent_ids = words.recent.sources, words.recent.ids
            time = event.time
            if time >= deadlines.next:
                self._run_deadlines(time)
            if time > words.now:
                words.now = time
            elif time < words.now:
                words.refused.count("events out of order", event.source)
                time = words.now
            source = sources.get(event.source) or words.source(event.source)
            identity = event.id
            seen = source.seen
            if identity in seen:
                self._duplicate(event, seen[identity] != hash(line))
                if judge.changes or self._noticed:
                    yield self._take()
                continue
            seen[identity] = hash(line)
            recent_sources.append(source)
            recent_ids.append(identity)
            if len(recent_ids) > DUPLICATE_WINDOW:
                del recent_sources.popleft().seen[recent_ids.popleft()]
            source.last_heard = time
            if source.lost or not source.followed:
                self._hear(source, event)
            if event.type != FACTS_CHANGED:
                if event.type == SOURCE_HEARD and source.kind == WATCH:
                    heard = sources.get(event.data.source)
                    if heard is not None and heard.followed and not heard.lost:
                        heard.last_heard = time
                        if judge.changes or self._noticed:
                            yield self._take()
                        continue
                self._apply_other(event)
                if judge.changes or self._noticed:
                    yield self._take()
                continue
            said = event.data.facts
            subject = subjects.get(event.subject)
            if subject is None or not derived_names.isdisjoint(said):
                subject = self._admit(event)
                if subject is None:
                    judge.settle()
                    if judge.changes or self._noticed:
                        yield self._take()
                    continue
            facts, raw, origins = subject.scope.facts, subject.raw, subject.origins
            strange = subject.unrecognised
            kind, spoken_by, hearing = source.kind, source.name, source.hearing
            origin = None
            for name, value in said.items():
                fact = facts.get(name)
                if fact is None or fact.source_kind != kind:
                    self._ignore(name, kind)
                    continue
                slot = fact.slot
                if type(value) is fact.python_type:
                    if value == raw[slot] and (by := origins[slot]) and by.hearing is hearing:
                        continue
                    if fact.plain and (new := fact.classify(value)) > 0:
                        classes = subject.classes
                        old = classes[slot]
                        if new == old:
                            raw[slot] = value
                            if origin is None:
                                origin = Origin(
                                    identity, event.time, event.data.message, spoken_by, hearing
                                )
                                if spoken_by not in subject.speakers:
                                    words.introduce(subject, spoken_by)
                            origins[slot] = origin
                            continue
                        moves = fact.column.moves.get(old << 20 | new)
                        # A word that did not count leaves its class, which is unknown, by `say`.
                        if (
                            moves is not None
                            and new != fact.unrecognised
                            and not strange
                            and (old or not words.unheard)
                        ):
                            raw[slot] = value
                            if origin is None:
                                origin = Origin(
                                    identity, event.time, event.data.message, spoken_by, hearing
                                )
                                if spoken_by not in subject.speakers:
                                    words.introduce(subject, spoken_by)
                            origins[slot] = origin
                            classes[slot] = new
                            keys, verdicts = subject.keys, subject.verdicts
                            memories, candidates = subject.scope.memories, agenda.candidates
                            for program, delta in moves:
                                key = keys[program] = keys[program] + delta
                                if memories[program].get(key) != verdicts[program]:
                                    candidates.append((subject, program))
                            continue
                if origin is None:
                    origin = Origin(identity, event.time, event.data.message, spoken_by, hearing)
                words.say(subject, fact, value, origin)
            if agenda.candidates or agenda.to_judge or agenda.derived:
                judge.event = event
                judge.settle()
                judge.event = None
            if self._verify:
                self._check(subject)
            if judge.changes or self._noticed:
                yield self._take()

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
            deadlines.run(due, BOUND, self._look)
            judge.settle()
            deadlines.run(due, HOLD, self._look)
            judge.settle()
            self._report_lost()
            if self._verify:
                self._check(None)

    def _look(self, key: Key) -> None:
        """A deadline has come: look again at what it is for."""
        words = self._words
        kind, name, about = key
        if kind == "source":
            look_at_sources(words)
            return
        subject = words.subjects[name]
        match about:
            case str() if kind == "skew":
                words.check_skew(subject, words.programs.facts[about])
            case int() if kind == "test":
                words.refresh(subject, words.programs.tests[about])
            case int():
                words.agenda.judge(subject, words.programs.rules[about])

    def _take(self) -> Sequence[Change]:
        self._noticed = False
        changes, self._judge.changes = self._judge.changes, []
        return changes

    def _duplicate(self, event: Event, conflict: bool) -> None:
        kind = "conflicting duplicates" if conflict else "duplicates"
        self._words.refused.count(kind, f"{event.id} of {event.source}")

    def _admit(self, event: Event) -> Subject | None:
        """The subject of an event, made where it is new; None for an event that is rejected."""
        words = self._words
        derived = sorted(words.programs.derived_names & event.data.facts.keys())
        if derived:
            words.refused.count("events that set derived facts", ", ".join(derived))
            return None
        subject = words.subject(event.subject)
        if subject is None:
            words.refused.count("events about no subject", event.subject)
        return subject

    def _ignore(self, name: str, kind: str) -> None:
        fact = self._words.programs.facts.get(name)
        if fact is None:
            self._words.refused.count("unknown facts", name)
        elif fact.source_kind != kind:
            self._words.refused.count("facts of another kind of source", f"{name} from {kind}")
        else:
            self._words.refused.count("facts of another scope", name)

    # Events other than deltas

    def _apply_other(self, event: Event) -> None:
        words, judge = self._words, self._judge
        kind = event.source.partition("/")[0]
        if kind != SPEAKERS.get(event.type, kind):
            words.refused.count(
                "events that are not for their source to send", f"{event.type} by {kind}"
            )
            judge.settle()
            return
        judge.event = event
        match event.type:
            case "watchkeeper.facts.snapshot":
                if (subject := self._admit(event)) is not None:
                    self._snapshot(subject, event)
            case "watchkeeper.source.heard":
                self._hear(words.source(event.data.source), event)
            case "watchkeeper.source.lost":
                lose(words, words.source(event.data.source))
            case "watchkeeper.watch.started":
                for source in words.sources.values():
                    lose(words, source)
                self._note(event, "started", event.source)
            case "watchkeeper.watch.stopped":
                self._note(event, "stopped", event.source)
            case "watchkeeper.rules.loaded":
                self._note(event, "rules loaded", event.data.hash)
            case "watchkeeper.finding.acknowledged":
                judge.acknowledge(event, self._orphan(event))
            case "watchkeeper.finding.closed":
                self._close(event)
            case "watchkeeper.step.confirmed":
                judge.confirm(event)
            case "watchkeeper.note.written":
                judge.write_note(event, self._orphan(event))
            case "watchkeeper.checkpoint":
                judge.event = None
                self._take_checkpoint(event)
                return
            case _:
                words.refused.count("unknown types of event", event.type)
        judge.settle()
        judge.event = None
        self._report_lost()
        if self._verify:
            self._check(None)

    def _snapshot(self, subject: Subject, event: Event) -> None:
        source = self._words.source(event.source)
        origin = Origin(event.id, event.time, event.data.message, source.name, source.hearing)
        for name, value in event.data.facts.items():
            fact = subject.scope.facts.get(name)
            if fact is None or fact.source_kind != source.kind:
                self._ignore(name, source.kind)
            else:
                self._words.say(subject, fact, value, origin)
        self._words.forget(subject, event, origin)

    def _hear(self, source: SourceState, event: Event) -> None:
        if hear(self._words, source):
            self._note(event, "source heard again", source.name)

    def _note(self, event: Event, kind: str, about: str) -> None:
        self._noticed = True
        self.notices.append(Notice(self.now, kind, about, event.data.message))

    def _report_lost(self) -> None:
        # In the order of their names: which of them was heard first is in no checkpoint.
        for source in sorted(self._words.newly_lost, key=lambda source: source.name):
            self.notices.append(Notice(self.now, "source lost", source.name))
        self._words.newly_lost.clear()

    def _orphan(self, event: Event) -> Finding | None:
        """The finding whose rule is gone that an operator's event is about."""
        return self.orphans.get((event.data.rule, event.subject))

    def _close(self, event: Event) -> None:
        orphan = self._orphan(event)
        if orphan is not None and event.data.reason.strip():
            del self.orphans[event.data.rule, event.subject]
            self._judge.close_orphan(orphan, event)
        else:
            self._judge.close(event)

    def _check(self, subject: Subject | None) -> None:
        """Hold the engine's verdicts against the plain evaluator's."""
        for one in [subject] if subject else list(self._words.subjects.values()):
            check_subject(self._words, one)

    # Checkpoints

    def checkpoint(self, after: tuple[str, str] | None = None) -> list[dict[str, Any]]:
        """The whole state, as documents that each fit a line; `after` are the source and the id of
        the last event that was applied. `checkpoint` events that carry them in `data.state`, and
        that stand first in a journal, make another watch go on from here."""
        return Writer(self._words, self.orphans).parts(after)

    def _take_checkpoint(self, event: Event) -> None:
        """Go on from a checkpoint, where it comes first or where events before it are missing."""
        reader = self._checkpoint
        try:
            if not reader.take(event):
                return
            first = reader.is_first_in(self._words)
            if not first and reader.goes_on_from(self._words):
                return
            parts = reader.parts
            rule_base = (self._kept(parts[0]["rules"]) if self._kept else None) or self.rule_base
            restored = Restored(rule_base, parts, self._kept)
        except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError):
            self._words.refused.count("checkpoints that cannot be read", event.id)
            return
        self._words.programs.matcher.close()
        self.rule_base, self.orphans = rule_base, restored.orphans
        self._words, self._deadlines = restored.words, restored.deadlines
        self._judge = restored.judge
        self._run_deadlines(event.time)
        self._words.now = max(self._words.now, event.time)
        for part in reader.events:
            source = self._words.source(part.source)
            self._words.recent.remember(source, part.id, any_line())
            self._hear(source, part)
        self._judge.settle()
        self._report_lost()
        kind = "checkpoint taken" if first else "events missing before a checkpoint"
        self._note(event, kind, rule_base.hash)
        if self._verify:
            self._check(None)

    # Rules

    def reload(self, rule_base: RuleBase, at: datetime) -> Sequence[Change]:
        """Go on under other rules from a time on; what is open stays open (law 13)."""
        changes = list(self.advance(at))
        old = self._words
        self._deadlines = Deadlines()
        programs = Programs(rule_base, Matcher())
        self._words = Words(programs, self._deadlines, max(at, old.now), old.refused)
        self._judge = Judge(self._words, self._deadlines)
        self.rule_base = rule_base
        carry_over(old, self._words, self._judge, self.orphans)
        old.programs.matcher.close()
        self._judge.settle()
        self._judge.begin_ticks()
        self._report_lost()
        if self._verify:
            self._check(None)
        self.notices.append(Notice(self.now, "rules loaded", rule_base.hash))
        return changes + list(self._take())

    def copy(self) -> Watch:
        """A watch that stands where this one does and goes its own way from here: to come back
        to, or to try on it what would be. The same thread must own both."""
        copy = Watch.__new__(Watch)
        copy.rule_base, copy._verify = self.rule_base, self._verify
        copy._kept, copy._checkpoint = self._kept, Reader()
        copy._deadlines = self._deadlines.copy()
        copy._words = self._words.copy(copy._deadlines)
        copy._judge = Judge(copy._words, copy._deadlines)
        copy._judge.adopt_open()
        copy.orphans = {key: finding.copy() for key, finding in self.orphans.items()}
        copy.notices = deque(maxlen=self.notices.maxlen)
        copy._noticed = False
        return copy

    def close(self) -> None:
        """Give the memory of durable_rules back."""
        self._words.programs.matcher.close()


__all__ = ["Change", "Finding", "Notice", "Watch"]
