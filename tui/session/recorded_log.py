"""Recorded logs as a compact index: where each event stands, and when it was."""

from __future__ import annotations

import os
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from drivers.journal import Faults, JournalError, merge_journals
from rules.vocabulary import Event
from tui.session.heartbeats import Heartbeats, is_heartbeat
from tui.session.timeline import microseconds

_decode: Final = msgspec.json.Decoder(Event).decode
_BLOCK: Final = 512


class RecordedLog:
    """The events of one or more logs in their order, read once and kept on disk.

    The good lines are kept one after another in a file without a name, so that any event can be
    read again at once: also of a compressed log, of standard input, and of several logs whose
    events lie between one another's. In memory an event takes 16 bytes.
    """

    def __init__(self, paths: Sequence[str | os.PathLike[str]], *, faults: Faults) -> None:
        """Open the logs.

        Raises:
            JournalError: a log cannot be opened, or there is no room to keep its lines.
        """
        self.paths = [os.fspath(path) for path in paths]
        self.faults = faults
        self._offsets = array("q", [0])
        self._times = array("q")
        self.heartbeats = Heartbeats()
        self._batches = merge_journals(paths, faults=faults)
        try:
            self._file = tempfile.TemporaryFile(prefix="watchkeeper-")  # noqa: SIM115 (kept open)
        except OSError as error:
            raise _no_room(error) from None
        self._written = 0
        self.complete = False
        self.bytes_to_read = sum(_size(path) for path in self.paths)

    def __len__(self) -> int:
        """How many events have been read so far."""
        return len(self._times)

    @property
    def first(self) -> int:
        """All events are held."""
        return 0

    @property
    def share_read(self) -> float:
        """How much of the logs has been read; a guess for compressed ones."""
        if self.complete:
            return 1.0
        return min(0.99, self._written / self.bytes_to_read) if self.bytes_to_read else 0.0

    def read_more(self) -> Sequence[tuple[Event, bytes]]:
        """Read the next batch; an empty one means that there is no more.

        Raises:
            JournalError: there is no room to keep its lines.
        """
        batch = next(self._batches, None)
        if batch is None:
            self.complete = True
            return ()
        last = self._times[-1] if self._times else -(1 << 62)
        for event, line in batch:
            last = max(last, microseconds(event.time))
            if is_heartbeat(event):
                self.heartbeats.add(len(self._times))
            self._times.append(last)
            self._written += len(line) + 1
            self._offsets.append(self._written)
        try:
            self._file.write(b"\n".join(batch.lines) + b"\n")
            self._file.flush()
        except OSError as error:
            raise _no_room(error) from None
        return list(batch)

    def line(self, number: int) -> bytes:
        """One event as the log holds it."""
        start, stop = self._offsets[number], self._offsets[number + 1]
        return os.pread(self._file.fileno(), stop - start - 1, start)

    def event(self, number: int) -> Event | None:
        """One event."""
        if not 0 <= number < len(self._times):
            return None
        return _read(self.line(number))

    def time(self, number: int) -> int:
        """When an event was, in microseconds since 1970, never before the one before it."""
        return self._times[number]

    def position_at(self, time: datetime) -> int:
        """How many events there are up to and including a time."""
        wanted = microseconds(time)
        low, high = 0, len(self._times)
        while low < high:
            middle = (low + high) // 2
            if self._times[middle] <= wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def between(self, start: int, stop: int) -> Iterator[tuple[bytes, Event]]:
        """Lines and events from one number up to another, read in blocks."""
        for begin in range(start, stop, _BLOCK):
            end = min(stop, begin + _BLOCK)
            base = self._offsets[begin]
            block = os.pread(self._file.fileno(), self._offsets[end] - base, base)
            for number in range(begin, end):
                line = block[self._offsets[number] - base : self._offsets[number + 1] - base - 1]
                yield line, _read(line)

    def close(self) -> None:
        """Give the file back."""
        self._file.close()


def _read(line: bytes) -> Event:
    try:
        return _decode(line)
    except msgspec.DecodeError:
        # What the reader takes and the plain decoder does not: blanks and marks around a line.
        return _decode(line.removeprefix(b"\xef\xbb\xbf").strip())


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0


def _no_room(error: OSError) -> JournalError:
    return JournalError(
        f"the log's lines cannot be kept in {tempfile.gettempdir()}: {error.strerror}"
    )
