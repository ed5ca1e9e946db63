"""Running recorded logs through the rules, and telling a report what comes of it."""

from __future__ import annotations

import argparse
import gc
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Final

from drivers.journal.decoding import Batch
from drivers.journal.faults import Faults, JournalError
from drivers.journal.merge import merge_journals
from rules.engine import Notice, Watch
from rules.faults import RuleBaseError
from rules.finding import Change, Finding
from rules.rule_base import RuleBase
from rules.situation import count_blind_spots
from rules.urgency import covered_by, made_worse
from rules.vocabulary import SEVERITIES, Event
from tui import rule_choice
from tui.exit_codes import FINE, FOUND
from tui.instants import GivenInstant
from tui.phrases import say_log, say_time
from tui.replay_progress import Progress
from tui.report import Report
from tui.safe_text import harmless
from tui.slow_pipes import told_when_slow
from tui.summary import LoadedRules, Refused, RuleChoice, Situation, Summary, Tally

_COUNTED_APART: Final = {
    "duplicates": "duplicates",
    "conflicting duplicates": "conflicts",
    "events out of order": "out_of_order",
}
"""What the engine counts and the summary gives a place of its own."""
_BLIND_SPOTS_NAMED: Final = 1000


class UnfitLogError(Exception):
    """A log that cannot be replayed as was asked; the text says why."""


class Replay:
    """One replay, from opening the logs to the summary."""

    def __init__(self, arguments: argparse.Namespace, report: Report) -> None:
        self._arguments = arguments
        self._report = report
        self._faults = Faults(keep=100)
        self._tally = Tally()
        self._loaded: list[LoadedRules] = []
        self._events = 0
        self._first: datetime | None = None
        self._last: datetime | None = None
        self._begin: datetime | None = None
        """Nothing from before it is shown."""
        self._end: datetime | None = None
        """Nothing from after it is taken in."""
        self._progress = Progress()
        self._rules: tuple[RuleBase, RuleChoice] | None = None

    def load_rules(self) -> None:
        """Load the rules before anything is said.

        Raises:
            RuleBaseError: they cannot be used.
        """
        self._rules = rule_choice.choose(self._arguments)

    def run(self) -> int:
        """Replay everything, and return the exit code.

        Raises:
            JournalError: a log cannot be opened, or nothing in it can be read.
            RuleBaseError: the rules cannot be used.
            EngineFault: engine and plain evaluator differ.
            UnfitLogError: the times asked for are not within the log, or there is nothing in it.
        """
        arguments = self._arguments
        with told_when_slow(arguments.logs):
            batches = merge_journals(arguments.logs, faults=self._faults, reading=self._read)
        rule_base, self._choice = self._rules or rule_choice.choose(arguments)
        self._shown = _filter(arguments)
        self._watch = watch = Watch(rule_base, verify=arguments.verify)
        self._report.judged_by(self._choice)
        sys.stdout.flush()
        # What has been loaded stays: to look through it again and again for garbage costs time.
        gc.freeze()
        try:
            events = chain.from_iterable(map(_lines_and_events, self._taken(batches)))
            for changes in watch.follow(events):
                self._tell(changes)
            if self._end is not None and self._events:
                self._tell(watch.advance(self._end))
            self._progress.clear()
            if not self._events and self._faults.rejected:
                # Nothing that was read and nothing that happened must not look alike.
                raise JournalError(f"no line could be read: {self._faults.first[0]}")
            if self._first is None:
                raise UnfitLogError(f"{_say_logs(arguments.logs)}: no event in it; it is empty")
            self._finish()
        finally:
            watch.close()
        critical = any(finding.rule.severity == "critical" for finding in watch.findings())
        return FOUND if critical else FINE

    # Going through the logs

    def _read(self, lines: int) -> None:
        """Tell a terminal that waits, also where no line gives an event."""
        self._progress.lines += lines
        self._progress.tell(self._events, self._last)

    def _taken(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        """The batches up to where the replay ends, counted."""
        for batch in batches:
            if not batch.events:
                continue
            if self._first is None:
                self._first = batch.events[0].time
                self._place_instants(self._first)
            end = self._end
            over = False
            if end is not None:
                for index, event in enumerate(batch.events):
                    if event.time > end:
                        batch, over = batch.part(0, index), True
                        break
            if batch.events:
                self._events += len(batch)
                latest = batch.events[-1].time
                if self._last is None or latest > self._last:
                    self._last = latest
                yield batch
            # What was found reaches the reader of a pipe before more is read.
            sys.stdout.flush()
            self._progress.tell(self._events, self._last)
            if over:
                return

    def _place_instants(self, first: datetime) -> None:
        def place(given: GivenInstant | None) -> datetime | None:
            return None if given is None else given.within(first)

        self._begin = place(self._arguments.since)
        ends = [place(self._arguments.at), place(self._arguments.until)]
        self._end = min((end for end in ends if end is not None), default=None)
        if self._end is None:
            return
        if self._end < first:
            begins = f"the log begins at {say_time(first)}"
            raise UnfitLogError(f"nothing is known at {say_time(self._end)}; {begins}")
        if self._begin is not None and self._begin > self._end:
            ends_at = f"the replay ends at {say_time(self._end)}"
            raise UnfitLogError(f"--since {say_time(self._begin)} is too late: {ends_at}")

    # Telling

    def _tell(self, changes: Sequence[Change]) -> None:
        notices = self._watch.notices
        self._progress.clear()
        for change in changes:
            while notices and notices[0].time <= change.time:
                self._tell_notice(notices.popleft())
            self._tell_change(change)
        while notices:
            self._tell_notice(notices.popleft())

    def _tell_change(self, change: Change) -> None:
        self._tally.count(change)
        if self._is_told(change.time) and self._shown(change.finding):
            watch, finding = self._watch, change.finding
            escalated = []
            if change.kind == "raised":
                worse = made_worse(watch.words, finding)
                escalated = [one for one in worse if one.raised_at < finding.raised_at]
            self._report.change(change, watch, escalated)

    def _tell_notice(self, notice: Notice) -> None:
        said = self._say_rules_loaded(notice) if notice.kind == "rules loaded" else _say(notice)
        if said and self._is_told(notice.time):
            self._report.notice(notice, said)

    def _is_told(self, time: datetime) -> bool:
        """Whether what happened then is shown: with `--at` alone, only what stands at its end."""
        if self._begin is not None:
            return time >= self._begin
        return self._arguments.at is None

    # Rules that the journal says were loaded (law 13)

    def _say_rules_loaded(self, notice: Notice) -> str:
        named = notice.about
        shown = harmless(named) or "without a hash"
        if named == self._watch.rule_base.hash:
            if self._loaded and self._loaded[-1].outcome == "taken":
                taken = self._loaded[-1]
                if taken.hash == named and taken.time == notice.time:
                    return ""
            self._loaded.append(LoadedRules(notice.time, named, "same"))
            return f"rules loaded: {shown}"
        if self._choice.by_hand:
            self._loaded.append(LoadedRules(notice.time, named, "by hand"))
            return f"rules loaded: {shown}; here the rules given by hand judge"
        try:
            kept = rule_choice.kept_rules(self._arguments.logs, named)
        except (RuleBaseError, OSError, ValueError):
            self._loaded.append(LoadedRules(notice.time, named, "damaged"))
            return f"rules loaded: {shown}, kept beside the log but damaged; the others go on"
        if kept is None:
            self._loaded.append(LoadedRules(notice.time, named, "not kept"))
            return f"rules loaded: {shown}, not kept beside the log; the others go on judging"
        self._loaded.append(LoadedRules(notice.time, named, "taken"))
        for change in self._watch.reload(kept, notice.time):
            self._tell_change(change)
        return f"rules loaded: {shown}, taken from beside the log"

    # The end

    def _finish(self) -> None:
        watch = self._watch
        arguments = self._arguments
        findings = watch.findings()
        if self._events:
            # The watch's memory begins with the first event; before it there is no time.
            words = watch.words
            blind = count_blind_spots(words)
            hidden = Counter(one.rule.severity for one in findings if not self._shown(one))
            unknown = _unknown_subjects(arguments.subject, watch)
            shown = [finding for finding in findings if self._shown(finding)]
            situation = Situation(
                at=watch.now,
                newest=self._last,
                findings=shown,
                forbidden=[one for one in watch.forbidden() if self._shown(one.finding)],
                # What is beneath a finding that is not shown is told itself.
                covered=covered_by(watch.words, shown),
                blind=blind,
                blind_spots=watch.blind_spots() if blind <= _BLIND_SPOTS_NAMED else [],
                lost=[
                    (name, source.last_heard)
                    for name, source in sorted(words.sources.items())
                    if source.lost
                ],
                hidden=hidden,
                unknown=unknown,
                subjects=sorted(watch.words.subjects) if unknown else [],
                refused=self._faults.rejected,
            )
            in_full = arguments.at is not None and arguments.since is None
            self._report.situation(situation, watch, in_full=in_full)
        self._report.end(self._summary(findings))
        sys.stdout.flush()

    def _summary(self, findings: list[Finding]) -> Summary:
        watch, arguments, faults = self._watch, self._arguments, self._faults
        severities = [finding.rule.severity for finding in findings]
        apart = {name: watch.counts.get(kind, 0) for kind, name in _COUNTED_APART.items()}
        refused = [
            Refused(kind, count, _most_named(watch, kind))
            for kind, count in sorted(watch.counts.items())
            if kind not in _COUNTED_APART
        ]
        filters = []
        if arguments.since is not None and self._begin is not None:
            filters.append(f"since {say_time(self._begin)}")
        if arguments.severity:
            filters.append(f"at least {arguments.severity}")
        filters += [f"subject {harmless(name)}" for name in arguments.subject]
        return Summary(
            logs=arguments.logs,
            first=self._first,
            last=self._last,
            until=self._end,
            events=self._events,
            subjects=watch.statistics["subjects"],
            raised=self._tally.raised,
            resolved=self._tally.resolved,
            closed=self._tally.closed,
            recurred=self._tally.recurred,
            open={name: severities.count(name) for name in SEVERITIES},
            rules=self._choice,
            loaded=self._loaded,
            refused_lines=faults.rejected,
            line_faults=[str(fault) for fault in faults.first],
            faults_by_kind=dict(sorted(faults.counts.items())),
            refused_words=refused,
            duplicates=apart["duplicates"],
            conflicts=apart["conflicts"],
            out_of_order=apart["out_of_order"],
            filters=filters,
            verified=arguments.verify,
            statistics=watch.statistics,
        )


def _lines_and_events(batch: Batch) -> Iterator[tuple[bytes, Event]]:
    return zip(batch.lines, batch.events, strict=True)


def _most_named(watch: Watch, kind: str) -> list[str]:
    names = watch.names.get(kind)
    return [name for name, _ in names.most_common()] if names else []


def _filter(arguments: argparse.Namespace) -> Callable[[Finding], bool]:
    """Whether a finding is shown; what is counted and the exit code do not depend on it."""
    severities = SEVERITIES
    if arguments.severity:
        severities = SEVERITIES[: SEVERITIES.index(arguments.severity) + 1]
    names: list[str] = arguments.subject
    known: dict[str, bool] = {}

    def is_shown(finding: Finding) -> bool:
        if finding.rule.severity not in severities:
            return False
        if not names:
            return True
        subject = finding.subject
        if subject not in known:
            known[subject] = any(_names(name, subject) for name in names)
        return known[subject]

    return is_shown


def _names(pattern: str, subject: str) -> bool:
    short = subject.partition("/")[2]
    if pattern in {subject, short}:
        return True
    if not any(character in pattern for character in "*?["):
        return False
    from fnmatch import fnmatchcase

    return fnmatchcase(subject, pattern) or fnmatchcase(short, pattern)


def _unknown_subjects(asked: list[str], watch: Watch) -> list[str]:
    """Names and patterns that fit no subject of the log."""
    subjects = watch.words.subjects
    return [name for name in asked if not any(_names(name, subject) for subject in subjects)]


def _say_logs(logs: Sequence[str]) -> str:
    return ", ".join(map(say_log, logs))


def _say(notice: Notice) -> str:
    about = harmless(notice.about)
    message = f": {harmless(notice.message)}" if notice.message else ""
    match notice.kind:
        case "source lost":
            return f"source lost: {about}; what it said counts as unknown until it is heard again"
        case "source heard again":
            return f"source heard again: {about}"
        case "started" | "stopped":
            return f"the watch {notice.kind}: {about}{message}"
        case _:
            return f"{harmless(notice.kind)}: {about}{message}"
