"""Lines of a journal become events, fast where they are good and well explained where not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Final

import msgspec

from drivers.journal.diagnosis import (
    CEILING,
    FLOOR,
    NUL,
    SPECVERSION,
    diagnose,
    fault_of,
    not_utf_8,
)
from drivers.journal.faults import FaultKind, Faults, LineFault
from rules.vocabulary import Event

MAXIMUM_LINE: Final = 4 << 20
"""Bytes; a longer line is reported and skipped, so that it need not be held."""
AHEAD: Final = timedelta(minutes=5)
"""How far ahead of now an event may be (law 9)."""

Latest = datetime | Callable[[], datetime] | None
"""What now is to a reader, so that times ahead of it are rejected: an instant with an offset, a
clock that is asked at each batch, or None, which rejects none."""

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_UTC_ALONE: Final = {UTC}
_decode: Final = msgspec.json.Decoder(Event).decode


@dataclass(slots=True)
class Batch:
    """Consecutive good events of one file; three sequences of one length.

    Iterating gives `(event, line)` pairs at the speed of `zip`. `hash(line)` is a cheap
    fingerprint of what was written, good within one process (law 12).
    """

    file: str
    """What messages call the file."""
    numbers: Sequence[int]
    """Line numbers, counted from one; ascending, with gaps where lines were passed over."""
    lines: list[bytes]
    """The lines as they stand in the file, without their ends."""
    events: list[Event]
    """The events, all their times in UTC."""

    def __len__(self) -> int:
        return len(self.events)

    def __iter__(self) -> Iterator[tuple[Event, bytes]]:
        return zip(self.events, self.lines, strict=True)

    def part(self, start: int, stop: int) -> Batch:
        """Return the events from `start` up to `stop` as a batch of their own."""
        return Batch(
            self.file, self.numbers[start:stop], self.lines[start:stop], self.events[start:stop]
        )


class LineDecoder:
    """Decodes the lines of one file in their order, and reports those that cannot be read."""

    def __init__(self, file: str, faults: Faults) -> None:
        """Begin at the first line of `file`, which is the name for messages."""
        self.file = file
        self.line_number = 0
        """The number of the last line seen."""
        self.last_time: datetime | None = None
        """The latest time in the file so far."""
        self._faults = faults
        self._found: list[LineFault] = []

    def restart(self, line_number: int, last_time: datetime | None) -> None:
        """Go on behind another line, whose number and latest time are given."""
        self.line_number = line_number
        self.last_time = last_time

    def report(self, kind: FaultKind, message: str, line: int | None = None) -> None:
        """Report a fault at a line (0: of the file), or at the last line seen."""
        number = self.line_number if line is None else line
        self._faults.report(LineFault(self.file, number, kind, message))

    def pass_over(self) -> None:
        """Count and report one line that was too long to be held."""
        self.line_number += 1
        self.report(
            "too-long", f"the line is longer than {MAXIMUM_LINE >> 20} MiB; it was passed over"
        )

    def skip(self, count: int) -> None:
        """Count so many empty lines, which nobody need look at one by one."""
        self.line_number += count

    def decode(self, lines: list[bytes], latest: Latest = None, *, clean: bool = False) -> Batch:
        """Decode the next complete lines; the list is taken over.

        `clean` promises that all lines but the first are ASCII without NUL bytes, which saves
        looking at each.
        """
        batch = self._judge(self._decoded(lines, clean), latest)
        # In the order of lines, whatever was looked at first and wherever a read had ended.
        for fault in sorted(self._found, key=attrgetter("line")):
            self._faults.report(fault)
        self._found.clear()
        return batch

    def _decoded(self, lines: list[bytes], clean: bool) -> Batch:
        first = self.line_number + 1
        self.line_number += len(lines)
        for index in self._unclean(lines[:1] if clean else lines, first):
            lines[index] = b""
        events: list[Event] = []
        passed_over: list[int] = []
        rest = iter(lines)
        while True:
            try:
                # What was decoded before an error stays in the list, and `rest` stands behind
                # the bad line: so good lines cost no more than one call into C each.
                events.extend(map(_decode, rest))
                break
            except (ValueError, RecursionError):
                index = len(events) + len(passed_over)
                event = self._second_look(lines[index], first + index)
                if event is None:
                    passed_over.append(index)
                else:
                    events.append(event)
        numbers: Sequence[int] = range(first, first + len(lines))
        if passed_over:
            gone = set(passed_over)
            numbers = [first + index for index in range(len(lines)) if index not in gone]
            lines = [line for index, line in enumerate(lines) if index not in gone]
        return Batch(self.file, numbers, lines, events)

    def decode_tail(self, tail: bytes, latest: Latest = None) -> Batch:
        """Decode what stands after the last line end, which is complete or torn."""
        if tail.lstrip().startswith(b"{") and b"\0" not in tail:
            try:
                msgspec.json.decode(tail)
            except (ValueError, RecursionError):
                self.line_number += 1
                self.report(
                    "torn",
                    f"the last line is incomplete ({len(tail)} bytes), which is normal after a "
                    "crash; it was left out",
                )
                return Batch(self.file, range(0), [], [])
        return self.decode([tail], latest)

    def _note(self, kind: FaultKind, message: str, line: int) -> None:
        self._found.append(LineFault(self.file, line, kind, message))

    def _second_look(self, line: bytes, number: int) -> Event | None:
        stripped = line.removeprefix(_BYTE_ORDER_MARK).strip()
        if not stripped:
            return None
        try:
            return _decode(stripped)
        except (ValueError, RecursionError) as error:
            self._note(*diagnose(stripped, error), number)
            return None

    def _unclean(self, lines: list[bytes], first: int) -> list[int]:
        # msgspec takes NUL bytes in strings, and does not look into members that it skips.
        bad: list[int] = []
        for index, line in enumerate(lines):
            if not line.isascii():
                try:
                    line.decode()
                except UnicodeDecodeError as error:
                    bad.append(index)
                    self._note("not-utf-8", not_utf_8(line, error), first + index)
                    continue
            if b"\0" in line:
                bad.append(index)
                self._note("nul", NUL, first + index)
        return bad

    def _judge(self, batch: Batch, latest: Latest) -> Batch:
        """Reject events that decode and yet cannot be right, and look at the order of times."""
        events = batch.events
        if not events:
            return batch
        now = latest() if callable(latest) else latest
        ceiling = CEILING if now is None else min(CEILING, now + AHEAD)
        times = [event.time for event in events]
        zones = {time.tzinfo for time in times}
        ordered = sorted(times) if zones == _UTC_ALONE else []
        if (
            not ordered
            or ordered[0] < FLOOR
            or ordered[-1] > ceiling
            or {event.specversion for event in events} != {SPECVERSION}
            or {event.data.observed_at.tzinfo for event in events if event.data.observed_at}
            - _UTC_ALONE
        ):
            batch = self._filter(batch, ceiling)
            times = [event.time for event in batch.events]
            ordered = sorted(times)
            if not times:
                return batch
        last = self.last_time
        if ordered != times or (last is not None and times[0] < last):
            self._out_of_order(batch)
        self.last_time = ordered[-1] if last is None else max(last, ordered[-1])
        return batch

    def _filter(self, batch: Batch, ceiling: datetime) -> Batch:
        kept: list[int] = []
        for index, event in enumerate(batch.events):
            fault = fault_of(event, ceiling)
            if fault is None:
                kept.append(index)
                _to_utc(event)
            else:
                self._note(*fault, batch.numbers[index])
        if len(kept) == len(batch):
            return batch
        return Batch(
            batch.file,
            [batch.numbers[index] for index in kept],
            [batch.lines[index] for index in kept],
            [batch.events[index] for index in kept],
        )

    def _out_of_order(self, batch: Batch) -> None:
        last = self.last_time
        for number, event in zip(batch.numbers, batch.events, strict=True):
            if last is not None and event.time < last:
                self._note(
                    "out-of-order",
                    f"the time {event.time.isoformat()} is before {last.isoformat()} of an "
                    "earlier line; a journal's times never go back",
                    number,
                )
            else:
                last = event.time


def decode_line(line: bytes) -> Event | None:
    """Decode one line as a reader would, and return None for what a reader would reject."""
    faults = Faults(keep=0)
    batch = LineDecoder("", faults).decode([line])
    return batch.events[0] if batch.events else None


def _to_utc(event: Event) -> None:
    if event.time.tzinfo is not UTC:
        event.time = event.time.astimezone(UTC)
    observed = event.data.observed_at
    if observed is not None and observed.tzinfo is not UTC:
        event.data.observed_at = observed.astimezone(UTC)
