"""Follows a journal that others append to, rotate, or cut."""

from __future__ import annotations

import os
import stat
from collections import deque
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

from drivers.journal.decoding import MAXIMUM_LINE, Batch, Latest, LineDecoder
from drivers.journal.faults import Faults, JournalError, printable
from drivers.journal.streams import is_compressed
from rules.vocabulary import CHECKPOINT

_BLOCK: Final = 1 << 18
_REMEMBERED: Final = 64
_MARKS: Final = 16


class _Mark(NamedTuple):
    """A place that was reached, and how to know it again."""

    offset: int
    line_number: int
    last_time: datetime | None
    before: bytes
    """The last bytes before the place."""


_BEGINNING: Final = _Mark(0, 0, None, b"")


class Follower:
    """Gives the events of a journal as they are appended; also of one that is not there yet.

    A line is given once it is complete, never before. When another file has the journal's name,
    the old one is finished first, and the new one is followed from its beginning; that is reported
    unless a checkpoint stands first in it, as after every rotation. When the journal is cut, that
    is reported too, and reading goes on at the last place that is still as it was; events may come
    twice then, with the same ids.
    """

    def __init__(self, path: str | os.PathLike[str], *, faults: Faults) -> None:
        """Follow `path` from its beginning; bad lines are reported to `faults`."""
        self.path = Path(path)
        self._name = printable(str(path))
        self._decoder = LineDecoder(self._name, faults)
        self._descriptor: int | None = None
        self._seen = 0
        self._in_long_line = False
        self._another = False
        """Whether it is not known yet what has taken the place of the file before."""
        self._marks: deque[_Mark] = deque([_BEGINNING], maxlen=_MARKS)

    def poll(self, latest: Latest = None) -> Batch:
        """Return the next complete events, up to some thousand; none when there are no more now.

        Raises:
            JournalError: the journal cannot be opened or read, is a directory, or is compressed.
        """
        try:
            while True:
                if self._descriptor is None and not self._open():
                    return self._nothing()
                batch = self._more(latest)
                if batch is None:
                    if not self._replaced():
                        return self._nothing()
                    # Between the last read and the rotation, more may have been written.
                    batch = self._more(latest)
                    if batch is None:
                        batch = self._finish(latest)
                if batch:
                    return batch
        except OSError as error:
            raise JournalError(f"{self._name} cannot be followed: {error.strerror}") from None

    def close(self) -> None:
        """Let go of the file; the next poll would begin anew."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        """Follow for as long as the context lasts."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the file."""
        self.close()

    def _nothing(self) -> Batch:
        return Batch(self._name, range(0), [], [])

    def _open(self) -> bool:
        try:
            # Opened so that a pipe of that name cannot stop the watch.
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)
        except FileNotFoundError:
            return False
        status = os.fstat(descriptor)
        regular = stat.S_ISREG(status.st_mode)
        if not regular or is_compressed(os.pread(descriptor, 4, 0)):
            os.close(descriptor)
            what = "is compressed; it can only be replayed" if regular else "is not a file"
            raise JournalError(f"{self._name} {what}")
        self._descriptor = descriptor
        self._marks = deque([_BEGINNING], maxlen=_MARKS)
        self._go_on_at(_BEGINNING)
        if self._another and not status.st_size:
            # A recorder gives the name to nothing that has no beginning.
            self._report_another()
        return True

    def _replaced(self) -> bool:
        """Tell whether another file has the journal's name now."""
        assert self._descriptor is not None
        try:
            named = self.path.stat()
        except FileNotFoundError:
            return False
        return not os.path.samestat(named, os.fstat(self._descriptor))

    def _more(self, latest: Latest) -> Batch | None:
        """Return the events of the next block, or None if no line has been completed since."""
        assert self._descriptor is not None
        size = os.fstat(self._descriptor).st_size
        self._look_for_cut(self._descriptor, size)
        offset = self._marks[-1].offset
        if size in (offset, self._seen):
            return None
        block = os.pread(self._descriptor, _BLOCK, offset)
        if b"\n" not in block and len(block) == _BLOCK:
            block = os.pread(self._descriptor, MAXIMUM_LINE + 1, offset)
        block = block[: block.rfind(b"\n") + 1] or block
        batch = self._nothing()
        if block.endswith(b"\n"):
            lines = [line.removesuffix(b"\r") for line in block[:-1].split(b"\n")]
            if self._in_long_line:
                self._in_long_line = False
                del lines[0]
            batch = self._decoder.decode(lines, latest)
            if self._another and not (batch and batch.events[0].type == CHECKPOINT):
                self._report_another()
            self._another = False
        elif len(block) <= MAXIMUM_LINE:
            self._seen = size
            return None
        elif not self._in_long_line:
            self._in_long_line = True
            self._decoder.pass_over()
        self._marks.append(
            _Mark(
                offset + len(block),
                self._decoder.line_number,
                self._decoder.last_time,
                block[-_REMEMBERED:],
            )
        )
        return batch

    def _finish(self, latest: Latest) -> Batch:
        """Deal with what has no line end in a file that nobody appends to any more."""
        assert self._descriptor is not None
        tail = os.pread(self._descriptor, MAXIMUM_LINE, self._marks[-1].offset)
        self.close()
        self._another = True
        if not tail or self._in_long_line:
            return self._nothing()
        return self._decoder.decode_tail(tail, latest)

    def _report_another(self) -> None:
        self._another = False
        self._decoder.report(
            "replaced",
            "another file stands in the journal's place and does not go on where it ended; the old "
            "one was read to its end, this one is read from its beginning",
            0,
        )

    def _look_for_cut(self, descriptor: int, size: int) -> None:
        reached = self._marks[-1]
        mark = reached
        while mark.offset and (size < mark.offset or not _stands(descriptor, mark)):
            self._marks.pop()
            mark = self._marks[-1] if self._marks else _BEGINNING
        if mark is reached:
            return
        if not self._marks:
            self._marks.append(mark)
        self._decoder.report(
            "cut",
            f"the journal was cut or written anew before byte {reached.offset}; reading goes on "
            f"at byte {mark.offset}",
            0,
        )
        self._go_on_at(mark)

    def _go_on_at(self, mark: _Mark) -> None:
        self._decoder.restart(mark.line_number, mark.last_time)
        self._seen = 0
        self._in_long_line = False


def _stands(descriptor: int, mark: _Mark) -> bool:
    return os.pread(descriptor, len(mark.before), mark.offset - len(mark.before)) == mark.before
