"""What those on watch see while events go by: every finding from when it is raised until it ends,
blind spots, and what the board shows, each with the times at which it changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from rules.board_now import is_on_board, member_of, subject_now
from rules.engine import Watch
from rules.finding import Change, Finding, show_value
from rules.pattern import conditions
from rules.read_rules import PLACEHOLDER
from rules.rule_base import Fact, Source, Wait
from rules.situation import StepNow, blind_spots_of, forbidden_now
from rules.subject import Subject
from rules.urgency import covered_by
from rules.values import show_duration
from rules.vocabulary import CHECKPOINT, FACTS_CHANGED, FACTS_SNAPSHOT, Event

Timeline: TypeAlias = list[tuple[datetime, str]]
"""Values, each with the time from which it was seen; before the first there was nothing."""
Timelines: TypeAlias = dict[str, Timeline]
"""By what is seen."""


class Life:
    """One finding, and what was seen of it while it was open."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        self.timelines: Timelines = {}

    def note(self, at: datetime, seen: Iterable[tuple[str, str]]) -> None:
        """Keep what is seen from a time on."""
        for what, value in seen:
            _note(self.timelines.setdefault(what, []), at, value)


class Seen:
    """Follows a copy of a watch, and keeps what is seen."""

    def __init__(self, watch: Watch) -> None:
        self.lives: list[Life] = []
        self.blind: dict[tuple[str, str], Timeline] = {}
        """By rule and subject: the facts that are missing; empty while it can be judged."""
        self.board: dict[tuple[str, str], Timeline] = {}
        """By what of a line, and the subject."""
        self._watch = watch.copy()
        self._open: dict[int, Life] = {}
        self._marks: dict[str, tuple[Any, ...]] = {}
        self._rows_with: dict[str, set[str]] = {}
        """By a member that a line leads to, the subjects of the rows with that line."""
        self._judged: dict[str, tuple[Any, ...]] = {}
        self._unheard = 0
        board, facts = watch.rule_base.board, watch.rule_base.facts
        patterns = [sign.when for line in board.lines for sign in line.signs]
        patterns += [note.when for note in board.notes]
        self._board_ages = any(
            facts[one.fact].type == "instant" for when in patterns for one in conditions(when)
        )

    def follow(self, events: Sequence[tuple[Event, bytes]]) -> None:
        """Let all events go by."""
        watch = self._watch
        for event, line in events:
            while (due := watch.next_deadline) is not None and due <= event.time:
                self._look(watch.advance(due), None)
            self._look(watch.apply(event, line), event)

    def _look(self, changes: Sequence[Change], event: Event | None) -> None:
        """Keep what is seen otherwise after a change."""
        watch = self._watch
        words = watch.words
        at = watch.now
        for change in changes:
            one = change.finding
            if change.kind == "raised":
                self._begin(one, at)
            elif not one.open:
                self._open.pop(id(one), None)
        if event is not None and event.type == CHECKPOINT:
            for one in watch.findings():
                if id(one) not in self._open:
                    self._begin(one, at)
        heard_otherwise = words.unheard != self._unheard
        self._unheard = words.unheard
        subjects: Iterable[Subject] = words.subjects.values()
        if event is not None and event.type in (FACTS_CHANGED, FACTS_SNAPSHOT):
            own = words.subjects.get(event.subject)
            subjects = () if own is None else (own,)
            heard_otherwise = heard_otherwise and own is not None
        elif event is not None and not changes and not heard_otherwise:
            return
        changed = [one for one in subjects if self._is_changed(one) or heard_otherwise]
        touched = self._touched(changed)
        if event is None and self._board_ages:
            touched = dict(words.subjects)
        for subject in touched.values():
            self._look_at(subject, at, always=heard_otherwise or words.unheard > 0)
        if self._open and (changes or not touched.keys().isdisjoint(self._subjects_of_findings())):
            self._look_at_findings(at)

    def _subjects_of_findings(self) -> set[str]:
        return {one.finding.subject for one in self._open.values()}

    def _is_changed(self, subject: Subject) -> bool:
        """Whether any fact or verdict of a subject, or the one around it, is another now."""
        if isinstance(subject.raw, dict):
            return True
        mark = self._marks.get(subject.name)
        if (
            mark is not None
            and mark[0] == subject.raw
            and mark[1] == subject.verdicts
            and mark[2] is subject.parent
        ):
            return False
        self._marks[subject.name] = (list(subject.raw), bytes(subject.verdicts), subject.parent)
        return True

    def _touched(self, changed: Iterable[Subject]) -> dict[str, Subject]:
        """Some subjects, all within them, and those whose rows show any of them."""
        words = self._watch.words
        found: dict[str, Subject] = {}
        left = list(changed)
        while left:
            subject = left.pop()
            if subject.name in found:
                continue
            found[subject.name] = subject
            left += subject.children.values()
            left += [words.subjects[one] for one in self._rows_with.get(subject.name, ())]
            # A subject that is new is told by the one within it.
            if subject.parent is not None and subject.parent.name not in self._marks:
                self._is_changed(subject.parent)
                left.append(subject.parent)
        return found

    def _look_at(self, subject: Subject, at: datetime, *, always: bool) -> None:
        words = self._watch.words
        judged = (
            bytes(subject.verdicts),
            *(
                tuple(value is None for value in one.raw)
                for one in subject.lineage()
                if not isinstance(one.raw, dict)
            ),
        )
        if always or isinstance(subject.raw, dict) or self._judged.get(subject.name) != judged:
            self._judged[subject.name] = judged
            blind = {
                one.rule: ", ".join(one.missing) or "a fact"
                for one in blind_spots_of(words, subject)
            }
            for rule in subject.scope.rules:
                said = blind.get(rule.rule.id, "")
                key = rule.rule.id, subject.name
                if said or key in self.blind:
                    _note(self.blind.setdefault(key, []), at, said)
        board = words.programs.rule_base.board
        if not is_on_board(board, subject):
            return
        for line in board.lines:
            if member := member_of(words, subject, line):
                self._rows_with.setdefault(member, set()).add(subject.name)
        now = subject_now(words, subject)
        seen = [("badge", now.badge), ("note", now.note), ("wide note", now.wide_note)]
        for line_now in now.lines:
            seen.append((f"{line_now.label}, sign", line_now.sign))
            seen.append((f"{line_now.label}, text", line_now.text))
        for what, value in seen:
            _note(self.board.setdefault((what, subject.name), []), at, value)

    # Findings

    def _begin(self, finding: Finding, at: datetime) -> None:
        life = self._open[id(finding)] = Life(finding)
        self.lives.append(life)
        life.note(at, _as_raised(finding, self._watch.rule_base.facts))

    def _look_at_findings(self, at: datetime) -> None:
        watch = self._watch
        covered = covered_by(watch.words, [one.finding for one in self._open.values()])
        for life in self._open.values():
            one = life.finding
            life.note(at, _as_it_stands(watch, one, covered.get((one.rule.id, one.subject), "")))


def _note(timeline: Timeline, at: datetime, value: str) -> None:
    """What was seen for no time at all was not seen."""
    if timeline and timeline[-1][1] == value:
        return
    if timeline and timeline[-1][0] == at:
        timeline.pop()
        if timeline and timeline[-1][1] == value:
            return
    timeline.append((at, value))


def say_source(source: Source) -> str:
    """Document, section, page and grade."""
    page = f"page {source.page}" if source.page else ""
    parts = (source.document, source.section, page, source.grade)
    return ", ".join(part for part in parts if part)


def _as_raised(finding: Finding, facts: Mapping[str, Fact]) -> Iterator[tuple[str, str]]:
    """What is frozen, or said by its rule alone."""
    rule = finding.rule
    yield "severity", rule.severity
    yield "title", finding.title
    yield "impact", finding.impact
    yield "steps", ", ".join(finding.text(step.do) for step in rule.steps)
    yield "support", "contacted" if rule.support is not None else "not contacted"
    if rule.support is not None:
        yield "source of support", say_source(rule.support)
    yield "source", say_source(rule.source)
    evidence = [
        f"{one.fact} {one.said or show_value(one.value, facts.get(one.fact))}"
        for one in finding.evidence()
    ]
    evidence += [f"{one.fact} ({one.grade})" for one in finding.conclusions() if one.grade]
    yield "evidence", ", ".join(evidence)
    for number, step in enumerate(rule.steps, 1):
        yield f"source of step {number}", say_source(step.source)
        yield f"step {number} confirmed as", step.confirm
        waits = ", once it is allowed" if step.once_allowed else ""
        yield f"step {number} starts", step.starts + waits
        yield f"step {number} waits", _say_wait(step.wait)


def _say_wait(wait: Wait | None) -> str:
    if wait is None:
        return ""
    ends = (("at least", wait.at_least), ("at most", wait.at_most))
    spans = [f"{word} {show_duration(span)}" for word, span in ends if span is not None]
    return f"{' and '.join(spans)} from {wait.start}"


def _as_it_stands(watch: Watch, finding: Finding, covered: str) -> Iterator[tuple[str, str]]:
    """What can change while it is open."""
    bound = forbidden_now(watch.words, [finding])
    names = [
        one.operation if one.subject == finding.subject else f"{one.operation} on {one.subject}"
        for one in bound
    ]
    yield "forbids", ", ".join(sorted(set(names)))
    told = zip(names, bound, strict=True)
    said = [f"{name}: {one.text or 'no text'} ({say_source(one.source)})" for name, one in told]
    yield "words of what is forbidden", "; ".join(sorted(said))
    yield "recurred", ", ".join(say_time(one) for one in finding.recurred_at)
    yield "stands beneath", covered
    since = finding.unconfirmed_since
    yield "not confirmed since", "" if since is None else say_time(since)
    note = finding.acknowledged
    yield "acknowledged", "" if note is None else f"by {note.by}: {note.text}"
    yield "changed since it was raised", ", ".join(_changed_since(watch, finding))
    for step in watch.steps(finding):
        yield from _step_as_it_stands(step)


def _step_as_it_stands(now: StepNow) -> Iterator[tuple[str, str]]:
    yield f"step {now.number}", now.status
    yield f"step {now.number} reads", now.text
    if now.waits:
        window = now.window
        said = "not started"
        if window is not None:
            ends = (("from", window.earliest), ("to", window.latest))
            said = " ".join(f"{word} {say_time(end)}" for word, end in ends if end is not None)
        yield f"step {now.number} window", said


def _changed_since(watch: Watch, finding: Finding) -> Iterator[str]:
    """The facts that its texts name, and that are others by now."""
    rule = finding.rule
    texts = [rule.title, rule.impact, *(step.do for step in rule.steps)]
    texts += [one.text for one in rule.forbid]
    named: Mapping[str, None] = dict.fromkeys(
        name for text in texts for name in PLACEHOLDER.findall(text)
    )
    if named:
        values = finding.values()
        for name in named:
            now = watch.value(finding.subject, name)
            if name in values and now != values[name]:
                yield f"{name} {show_value(now, watch.rule_base.facts.get(name))}"


def say_time(time: datetime) -> str:
    """An instant to the millisecond."""
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
