"""The stream of events and of what became of them, as lines that are made when they are looked at.

The worker's thread appends, the screen's thread reads: both only ever see what is complete.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, Protocol

import msgspec

from rules.finding import Change
from rules.vocabulary import Event, Severity
from tui.session.heartbeats import Heartbeats

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
LineKind = Literal["event", "raised", "resolved", "changed", "watch"]


class EventStore(Protocol):
    """Events by their number from 0; any thread may ask for those that are there."""

    def event(self, number: int) -> Event | None:
        """One event; None where it is no longer held or can no longer be read."""
        ...

    def line(self, number: int) -> bytes:
        """The same as the journal holds it; empty where it is no longer held."""
        ...

    def time(self, number: int) -> int:
        """When it was, in microseconds since 1970, never before the one before it."""
        ...

    @property
    def first(self) -> int:
        """The number of the first event that is still held."""
        ...

    @property
    def heartbeats(self) -> Heartbeats:
        """Those of the events that have no line."""
        ...


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A line of the timeline that is no event: what became of findings, or the watch's own."""

    after: int
    """How many events stand before it."""
    time: datetime
    kind: LineKind
    severity: Severity | None
    subject: str
    text: str
    rule: str = ""


class TimelineLine(msgspec.Struct, frozen=True):
    """One line, ready to be made harmless and shown."""

    number: int
    time: datetime
    kind: LineKind
    severity: Severity | None
    subject: str
    text: str
    source: str = ""
    event: str = ""
    """The event's id."""
    rule: str = ""


def microseconds(time: datetime) -> int:
    """An instant as whole microseconds since 1970."""
    return (time - EPOCH) // _MICROSECOND


def moment(micro: int) -> datetime:
    """The instant that so many microseconds since 1970 are."""
    return EPOCH + timedelta(microseconds=micro)


class Timeline:
    """Events and entries in one order, by line number from 0; heartbeats are left out."""

    def __init__(self, store: EventStore) -> None:
        self.store = store
        self._entries: list[Entry] = []
        self._places = array("q")
        """The line number of each entry."""

    @property
    def entries(self) -> Sequence[Entry]:
        """The entries so far, in order."""
        return self._entries

    def add(self, entry: Entry) -> None:
        """Append an entry; none may stand before the last one."""
        self._entries.append(entry)
        self._places.append(self._shown(entry.after) + len(self._entries) - 1)

    def begun(self, events: int) -> Timeline:
        """A timeline of its own that has only what stands before or at so many events."""
        other = Timeline(self.store)
        for entry in self._entries:
            if entry.after > events:
                break
            other.add(entry)
        return other

    def _shown(self, events: int) -> int:
        """How many of the first events have lines."""
        return events - self.store.heartbeats.before(events)

    def length(self, events: int, until: datetime) -> int:
        """How many lines there are when so many events have been applied and it is that time."""
        return self._shown(events) + self.entries_until(events, until)

    def entries_until(self, events: int, until: datetime) -> int:
        """How many entries there are then."""
        entries = self._entries
        low, high = 0, len(self._places)
        while low < high:
            middle = (low + high) // 2
            entry = entries[middle]
            if entry.after < events or (entry.after == events and entry.time <= until):
                low = middle + 1
            else:
                high = middle
        return low

    @property
    def first(self) -> int:
        """The first line that can still be shown."""
        event = self.store.first
        entries = bisect_left(self._entries, event, key=lambda entry: entry.after)
        return self._shown(event) + entries

    def line(self, number: int) -> TimelineLine | None:
        """One line; None where it is no longer held."""
        index = bisect_left(self._places, number)
        if index < len(self._places) and self._places[index] == number:
            entry = self._entries[index]
            return TimelineLine(
                number,
                entry.time,
                entry.kind,
                entry.severity,
                entry.subject,
                entry.text,
                rule=entry.rule,
            )
        event = self.store.event(self.store.heartbeats.other(number - index))
        if event is None:
            return None
        return TimelineLine(
            number,
            event.time,
            "event",
            None,
            event.subject,
            describe(event),
            source=event.source,
            event=event.id,
            rule=event.data.rule,
        )

    def event_of_line(self, number: int) -> int | None:
        """The number of the event that a line shows; None where it shows no event."""
        index = bisect_left(self._places, number)
        if index < len(self._places) and self._places[index] == number:
            return None
        return self.store.heartbeats.other(number - index)

    def lines(self, start: int, stop: int) -> list[TimelineLine]:
        """Lines from one number up to another."""
        return [line for number in range(start, stop) if (line := self.line(number))]

    def line_of_event(self, number: int) -> int:
        """The line number of an event that is no heartbeat."""
        entries = bisect_right(self._entries, number, key=lambda entry: entry.after)
        return self._shown(number) + entries

    def find_event(self, event_id: str, time: datetime, length: int) -> int | None:
        """The line number of an event that is known by its id and time, among so many lines;
        None where it has none or is not held."""
        wanted = microseconds(time)
        events = self._events_in(length)
        low, high = self.store.first, events
        while low < high:
            middle = (low + high) // 2
            if self.store.time(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        for number in range(low, min(events, low + 5000)):
            event = self.store.event(number)
            if event is not None and event.id == event_id:
                return None if self.store.heartbeats.are(number) else self.line_of_event(number)
        return None

    def _events_in(self, length: int) -> int:
        """How many events the log holds up to the last event of so many lines."""
        for number in range(length - 1, -1, -1):
            event = self.event_of_line(number)
            if event is not None:
                return event + 1
        return 0


_CHANGE_KIND: Final[dict[str, LineKind]] = {
    "raised": "raised",
    "recurred": "raised",
    "resolved": "resolved",
    "closed": "resolved",
}
_CHANGE_WORDS: Final = {
    "raised": "",
    "recurred": "again: ",
    "unconfirmed": "no longer confirmed: ",
    "confirmed": "confirmed again: ",
    "resolved": "resolved: ",
    "closed": "closed by hand: ",
    "acknowledged": "acknowledged: ",
    "step_ticked": "",
    "step_unticked": "",
    "note": "note on: ",
}


def entry_of(change: Change, after: int) -> Entry:
    """What became of a finding, as a line."""
    finding = change.finding
    text = _CHANGE_WORDS[change.kind] + finding.title
    if change.kind in {"step_ticked", "step_unticked"} and change.step >= 0:
        done = "done" if change.kind == "step_ticked" else "no longer done"
        text = f"step {change.step + 1} {done}: {finding.text(finding.rule.steps[change.step].do)}"
    if change.note is not None:
        text += f" ({change.note.by}: {change.note.text})" if change.note.text else ""
    return Entry(
        after,
        change.time,
        _CHANGE_KIND.get(change.kind, "changed"),
        finding.rule.severity,
        finding.subject,
        text,
        finding.rule.id,
    )


def describe(event: Event) -> str:
    """What an event says, in one line."""
    data = event.data
    said = data.message
    match event.type.removeprefix("watchkeeper."):
        case "watch.started":
            return said or "The watch was started"
        case "watch.stopped":
            return said or "The watch was stopped"
        case "source.heard":
            return said or f"{data.source} was heard"
        case "source.lost":
            return said or f"{data.source} was lost"
        case "checkpoint":
            return said or "A checkpoint: how everything stood"
        case "rules.loaded":
            return said or f"Rules loaded, {data.hash[:12]}"
        case "finding.acknowledged":
            return f"acknowledged {data.rule}" + (f": {data.note}" if data.note else "")
        case "finding.closed":
            return f"closed {data.rule}: {data.reason}"
        case "step.confirmed":
            return f"confirmed {data.confirm} of {data.rule}"
        case "note.written":
            return f"note{' on ' + data.rule if data.rule else ''}: {data.note}"
        case _:
            return said or _facts(event)


def _facts(event: Event) -> str:
    facts = event.data.facts
    shown = ", ".join(f"{name} = {_value(value)}" for name, value in list(facts.items())[:6])
    more = f" and {len(facts) - 6} more" if len(facts) > 6 else ""
    return shown + more if shown else event.type


def _value(value: object) -> str:
    if value is None:
        return "unknown"
    return str(value).lower() if isinstance(value, bool) else str(value)
