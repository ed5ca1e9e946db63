"""Appends to a journal: whole batches, in order, on disk before anybody is told."""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from drivers.journal.decoding import MAXIMUM_LINE, LineDecoder, decode_line
from drivers.journal.encoding import encode
from drivers.journal.faults import Faults, JournalError, printable
from drivers.journal.locks import MODE, is_held, locked, open_or_make, sign, unsign
from drivers.journal.streams import is_compressed
from rules.vocabulary import Event

_BLOCK: Final = 1 << 16
_GLANCE: Final = 0.25
"""Seconds; followers hold the recorder's lock for an instant to see whether anybody records."""


@dataclass(frozen=True, slots=True)
class Appended:
    """What one `append` put into the journal."""

    events: list[Event]
    """The events as every reader of the journal will decode them."""
    lines: list[bytes]
    """Their lines, without line ends."""
    set_aside: Path | None = None
    """Where the incomplete last line went that somebody's crash had left, if there was one."""


class Journal:
    """One journal that this process appends to; others may, at the same time."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Name the journal; nothing is opened or made yet."""
        # Two names of one journal must come to the same locks.
        self.path = Path(os.path.realpath(path))
        self._name = printable(str(self.path))
        # Device, inode, length and last time as this process left them: while they fit, nobody
        # else has appended, and the end need not be read again.
        self._known: tuple[int, int, int, datetime] | None = None

    @contextmanager
    def recording(self) -> Iterator[int]:
        """Be the one who records to this journal, for as long as the context lasts; gives the
        descriptor of the lock file, for `still_holds`.

        Raises:
            JournalError: somebody else records to it; the text names process and host.
        """
        refusal = f"{_braced(self._name)} is already being recorded by {{holder}}"
        with locked(self._beside(".recorder"), _GLANCE, refusal) as descriptor:
            try:
                sign(descriptor)
            except OSError as error:
                raise JournalError(f"{self._name} cannot be recorded: {error.strerror}") from None
            try:
                yield descriptor
            finally:
                unsign(descriptor)

    def is_recorded(self) -> bool | None:
        """Whether anybody on this machine records to this journal; None where it cannot be told."""
        return is_held(self._beside(".recorder"))

    def still_holds(self, descriptor: int) -> bool:
        """Whether the recorder's lock file is still the one that is held: on another that took
        its name, somebody else could hold a lock too."""
        try:
            return os.path.samestat(self._beside(".recorder").stat(), os.fstat(descriptor))
        except OSError:
            return False

    def append(self, events: Sequence[Event], *, patience: float = 10.0) -> Appended:
        """Write events at the end, all or none, and return once they are on disk.

        A time that is before the last one in the journal becomes that one, so that times never
        go back; the events given are left as they are. `patience` is how many seconds to wait
        for the journal's lock.

        Raises:
            JournalError: the journal cannot be written, or an event can have no line in it;
                nothing was appended then.
        """
        if not events:
            return Appended([], [])
        refusal = f"{_braced(self._name)} was kept locked for {patience:g} s by another process"
        with locked(self._beside(".lock"), patience, refusal):
            try:
                descriptor = open_or_make(self.path, os.O_RDWR | os.O_APPEND)
            except OSError as error:
                raise JournalError(f"{self._name} cannot be written: {error.strerror}") from None
            try:
                return self._append(descriptor, events)
            except OSError as error:
                raise JournalError(f"{self._name} cannot be written: {error.strerror}") from None
            finally:
                os.close(descriptor)

    def _append(self, descriptor: int, events: Sequence[Event]) -> Appended:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise JournalError(f"{self._name} is not a file; a journal is")
        size = status.st_size
        if is_compressed(os.pread(descriptor, 4, 0)):
            raise JournalError(f"{self._name} is compressed; it can only be read")
        place = (status.st_dev, status.st_ino)
        separator, set_aside = b"", None
        if self._known is not None and self._known[:3] == (*place, size):
            last: datetime | None = self._known[3]
        else:
            complete = _after_last_line_end(descriptor, size)
            if complete < size:
                separator, set_aside = self._mend(descriptor, complete, size)
                size = size if set_aside is None else complete
            last = _last_time(descriptor, size)
        appended = self._lines(events, last, set_aside)
        data = separator + b"\n".join(appended.lines) + b"\n"
        self._known = None
        _write(descriptor, data, size)
        if size == 0:
            _sync_directory(self.path.parent)
        self._known = (*place, size + len(data), appended.events[-1].time)
        return appended

    def _lines(
        self, events: Sequence[Event], last: datetime | None, set_aside: Path | None
    ) -> Appended:
        appended = Appended([], [], set_aside)
        for event in events:
            if last is not None and event.time.tzinfo is not None and event.time < last:
                event = msgspec.structs.replace(event, time=last)
            try:
                line = encode(event)
            except ValueError as error:
                raise _unwritable(str(error)) from None
            if len(line) > MAXIMUM_LINE:
                raise _unwritable(f"{len(line)} bytes are too long for a line")
            # What is given back is what any reader of the line will have.
            faults = Faults(keep=1)
            read = LineDecoder(self._name, faults).decode([line])
            if not read:
                raise _unwritable(faults.first[0].message)
            recorded = read.events[0]
            last = recorded.time
            appended.events.append(recorded)
            appended.lines.append(line)
        return appended

    def _mend(self, descriptor: int, start: int, size: int) -> tuple[bytes, Path | None]:
        """Deal with what stands after the last line end: an event that lacks nothing but its
        line end stays; anything else is kept beside the journal, and taken out of it."""
        if size - start <= MAXIMUM_LINE:
            tail = os.pread(descriptor, size - start, start)
            if not tail.strip() or decode_line(tail) is not None:
                return b"\n", None
        checksum = 0
        unfinished = self._beside(".torn-unfinished")
        copy = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, MODE)
        try:
            for offset in range(start, size, _BLOCK):
                block = os.pread(descriptor, min(_BLOCK, size - offset), offset)
                checksum = zlib.crc32(block, checksum)
                _write_all(copy, block)
            os.fsync(copy)
        finally:
            os.close(copy)
        # The name follows from place and content: to mend again after a crash changes nothing.
        kept = self._beside(f".torn-{start}-{checksum:08x}")
        unfinished.rename(kept)
        _sync_directory(kept.parent)
        os.ftruncate(descriptor, start)
        return b"", kept

    def _beside(self, suffix: str) -> Path:
        return self.path.with_name(self.path.name + suffix)


def _write(descriptor: int, data: bytes, size: int) -> None:
    try:
        _write_all(descriptor, data)
        os.fsync(descriptor)
    except OSError as error:
        try:
            os.ftruncate(descriptor, size)
            os.fsync(descriptor)
        except OSError:
            raise OSError(
                error.errno, f"{error.strerror}; part of an event may stand at the end"
            ) from None
        raise


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _after_last_line_end(descriptor: int, size: int) -> int:
    stop = size
    while stop:
        start = max(0, stop - _BLOCK)
        found = os.pread(descriptor, stop - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        stop = start
    return 0


def _last_time(descriptor: int, size: int) -> datetime | None:
    """Return the time of the last line that a reader would take, looking from the end."""
    held = b""
    stop = size
    while stop:
        start = max(0, stop - _BLOCK)
        lines = (os.pread(descriptor, stop - start, start) + held).split(b"\n")
        # The first of them may go on further to the left.
        held = lines[0] if start else b""
        for line in reversed(lines[1:] if start else lines):
            event = decode_line(line)
            if event is not None:
                return event.time
        if len(held) > MAXIMUM_LINE:
            held = b""
        stop = start
    return None


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unwritable(reason: str) -> JournalError:
    return JournalError(f"an event cannot be recorded: {printable(reason)}")


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
