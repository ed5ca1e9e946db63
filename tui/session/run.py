"""A watch on its way along a recorded log."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final

from rules.engine import BEGINNING, Watch
from rules.finding import Change
from rules.rule_base import RuleBase
from rules.vocabulary import CHECKPOINT, Event
from tui.session.recorded_log import RecordedLog
from tui.session.timeline import Entry, Timeline, entry_of, microseconds, moment

_CHUNK: Final = 256
_KEPT_TYPES: Final = frozenset({"acknowledged", "note", "closed"})


class AddedEvents:
    """What operators do during a replay: events between those of the log, in memory alone."""

    def __init__(self) -> None:
        self._events: list[tuple[int, Event]] = []

    def add(self, after: int, event: Event) -> None:
        """Put an event behind so many events of the log, and behind what was put there before."""
        index = bisect_left(self._events, after + 1, key=lambda one: one[0])
        self._events.insert(index, (after, event))

    def behind(self, after: int) -> Sequence[Event]:
        """What stands behind exactly so many events of the log."""
        start = bisect_left(self._events, after, key=lambda one: one[0])
        stop = bisect_left(self._events, after + 1, key=lambda one: one[0])
        return [event for _, event in self._events[start:stop]]

    def next_place(self, after: int) -> int | None:
        """The next place beyond so many events where something stands."""
        index = bisect_left(self._events, after + 1, key=lambda one: one[0])
        return self._events[index][0] if index < len(self._events) else None


Report = Callable[[Sequence[Change], Sequence[Entry], int, int], None]
"""Told of changes and of the watch's own notices after an event: the changes, the notices as
entries, how many events stand before it, and how many with it."""


KeptRules = Callable[[str], RuleBase | None]
"""Gives the rules with a hash that are kept beside a journal, if they are (law 13)."""


def obey_rules_loaded(
    watch: Watch, changes: Sequence[Change], kept: KeptRules | None
) -> Sequence[Change]:
    """Go on under the rules that the journal says were loaded; return all that changed."""
    for notice in list(watch.notices) if kept is not None else ():
        if notice.kind == "rules loaded" and notice.about != watch.rule_base.hash:
            assert kept is not None
            rule_base = kept(notice.about)
            if rule_base is not None:
                changes = [*changes, *watch.reload(rule_base, notice.time)]
    return changes


class Run:
    """A watch, and how far along the log it is."""

    def __init__(
        self, watch: Watch, log: RecordedLog, added: AddedEvents, kept: KeptRules | None = None
    ) -> None:
        self.watch = watch
        self._kept = kept
        self.position = 0
        self._log = log
        self._added = added
        self._added_done = 0
        """How many of the added events at this position have been applied."""
        self._at = 0

    def copy(self) -> Run:
        """The same place, to go another way from it. What tells repeated events is left out: they
        are known by their numbers once they have been seen."""
        copy = Run(self.watch.copy(), self._log, self._added, self._kept)
        copy.position, copy._added_done = self.position, self._added_done
        copy.watch.words.recent.forget()
        return copy

    @property
    def now(self) -> datetime | None:
        """The journal's time; None before the first event."""
        return None if self.watch.now == BEGINNING else self.watch.now

    @property
    def whole(self) -> bool:
        """Whether the last event is no part of a checkpoint, which a copy could not go on with."""
        event = self._log.event(self.position - 1)
        return event is None or event.type != CHECKPOINT

    @property
    def place(self) -> tuple[int, datetime]:
        """Events applied, and the time."""
        return self.position, self.watch.now

    def forward(
        self,
        to: int,
        *,
        repeated: set[int],
        report: Report | None = None,
        enough: Callable[[], bool] | None = None,
    ) -> None:
        """Apply events until so many have been applied, or until it is enough for now.

        `repeated` are the numbers of events that came twice: where the watch finds one itself,
        it is added; the others are passed over.
        """
        while self.position < to:
            self._apply_added(None, report)
            place = self._added.next_place(self.position)
            stop = min(to, self.position + _CHUNK, place if place is not None else to)
            feed = self._feed(self.position, stop, repeated)
            for changes in self.watch.follow(feed):
                self._tell(changes, report, self._at, self._at + 1)
            self.position = stop
            self._added_done = 0
            if enough is not None and enough():
                return

    def pass_time(self, until: datetime, report: Report | None = None) -> None:
        """Let time pass without another event of the log."""
        self._apply_added(until, report)
        changes = self.watch.advance(until)
        if changes or self.watch.notices:
            self._tell(changes, report, self.position, self.position)

    def say(self, event: Event, report: Report | None) -> None:
        """Add an operator's event here, and apply it."""
        self._added.add(self.position, event)
        self._apply_added(event.time, report)

    def _apply_added(self, until: datetime | None, report: Report | None) -> None:
        events = self._added.behind(self.position)
        while self._added_done < len(events):
            event = events[self._added_done]
            if until is not None and event.time > until:
                return
            changes = self.watch.apply(event)
            self._added_done += 1
            self._tell(changes, report, self.position, self.position)

    def _tell(
        self, changes: Sequence[Change], report: Report | None, before: int, behind: int
    ) -> None:
        notices = self.watch.notices
        if notices:
            changes = obey_rules_loaded(self.watch, changes, self._kept)
        if report is not None:
            said = [
                Entry(before, notice.time, "watch", None, notice.about, notice.kind)
                for notice in notices
                if notice.kind in {"source lost", "source heard again"}
            ]
            report(changes, said, before, behind)
        notices.clear()

    def _feed(self, start: int, stop: int, repeated: set[int]) -> Iterator[tuple[bytes, Event]]:
        counts = self.watch.counts
        dropped = counts["duplicates"] + counts["conflicting duplicates"]
        for number, pair in enumerate(self._log.between(start, stop), start):
            if number in repeated:
                counts["duplicates"] += 1
                dropped += 1
                continue
            self._at = number
            yield pair
            now_dropped = counts["duplicates"] + counts["conflicting duplicates"]
            if now_dropped != dropped:
                dropped = now_dropped
                repeated.add(number)


def write_entries(
    timeline: Timeline, changes: Sequence[Change], said: Sequence[Entry], before: int, behind: int
) -> None:
    """Append what became of findings to a timeline, in the order of time.

    What an operator's event of the log says for itself is not said twice.
    """
    lines = list(said)
    for change in changes:
        of_the_log = change.event is not None and behind > before
        if not (of_the_log and change.kind in _KEPT_TYPES):
            lines.append(entry_of(change, behind if of_the_log else before))
    for line in sorted(lines, key=lambda entry: (entry.after, entry.time)):
        timeline.add(line)


def time_before(log: RecordedLog, position: int) -> datetime | None:
    """The time of the last of so many events; None for none."""
    return moment(log.time(position - 1)) if position else None


def same_instant(micro: int, time: datetime) -> bool:
    """Whether a time in microseconds is that instant."""
    return micro == microseconds(time)
