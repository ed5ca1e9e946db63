"""Closes a part of a journal and begins the next with a checkpoint; puts right what a crash left.

The journal's name always stands for a whole journal: the new part takes it in one step.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from drivers.journal.encoding import encode
from drivers.journal.faults import JournalError, printable
from drivers.journal.locks import MODE, locked
from drivers.journal.parts import COMPRESSED, closed_parts, part_of
from drivers.recorder.judging import Judging
from rules.vocabulary import Event

MICROSECOND: Final = timedelta(microseconds=1)
_NEXT: Final = ".next"
_UNFINISHED: Final = ".unfinished"
_PATIENCE: Final = 2.0
_LEVEL: Final = 6

MakeEvent = Callable[[datetime, dict[str, Any]], Event]
"""From a time and one part of a checkpoint to the event that carries it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When a part is closed."""

    size: int = 64 << 20
    """Bytes."""
    age: timedelta = timedelta(days=7)


def rotate(journal: Path, judging: Judging, make: MakeEvent) -> Path | None:
    """Close the part that stands, and return its new name; None where there is nothing in it.

    Nobody can append meanwhile, so that the checkpoint stands for all that the part holds.

    Raises:
        JournalError: it cannot be done now; the journal is as it was.
    """
    with _alone(journal):
        judging.catch_up()
        last = judging.now
        if last is None:
            return None
        closed = part_of(journal, last)
        lines = _head(judging, make, last)
        try:
            _write_next(journal, lines)
            os.link(journal, closed)
            _next_of(journal).rename(journal)
            _sync(journal.parent)
        except OSError as error:
            raise JournalError(
                f"{printable(str(journal))} cannot be rotated: {error.strerror}"
            ) from None
        return closed


def begin_again(journal: Path, judging: Judging, make: MakeEvent) -> None:
    """Put a journal that was removed back in its place, with a checkpoint of what it held.

    Raises:
        JournalError: it cannot be written.
    """
    with _alone(journal):
        if journal.exists() and journal.stat().st_size:
            return
        if judging.now is None:
            return
        try:
            _write_next(journal, _head(judging, make, judging.now))
            _next_of(journal).rename(journal)
            _sync(journal.parent)
        except OSError as error:
            raise JournalError(
                f"{printable(str(journal))} cannot be written: {error.strerror}"
            ) from None


def put_right(journal: Path) -> None:
    """Finish or undo what a crash interrupted; with the recorder's lock held.

    Raises:
        OSError: it cannot be done.
    """
    _next_of(journal).unlink(missing_ok=True)
    for part in closed_parts(journal):
        if part.name.endswith(COMPRESSED):
            part.with_name(part.name.removesuffix(COMPRESSED)).unlink(missing_ok=True)
        elif journal.exists() and part.samefile(journal):
            # The part had its new name, and the journal not yet its new beginning.
            part.unlink(missing_ok=True)
    for path in journal.parent.glob(f"{journal.stem}-*{_UNFINISHED}"):
        path.unlink(missing_ok=True)


def compress(part: Path) -> Path:
    """Compress a closed part; the plain one goes once the other is on disk.

    Raises:
        OSError: it cannot be written; the plain one stays.
    """
    # Imported late: few journals are ever rotated.
    import zstandard

    compressed = part.with_name(part.name + COMPRESSED)
    unfinished = part.with_name(compressed.name + _UNFINISHED)
    try:
        with part.open("rb") as source:
            status = os.fstat(source.fileno())
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, MODE)
            with os.fdopen(descriptor, "wb") as target:
                writer = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
                writer.copy_stream(source, target, size=status.st_size)
                target.flush()
                os.fchmod(target.fileno(), status.st_mode & 0o777)
                os.fsync(target.fileno())
        unfinished.rename(compressed)
        _sync(part.parent)
        part.unlink()
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    return compressed


def uncompressed(journal: Path) -> list[Path]:
    """The closed parts that have not been compressed yet."""
    return [part for part in closed_parts(journal) if not part.name.endswith(COMPRESSED)]


def _alone(journal: Path) -> Any:
    name = printable(str(journal)).replace("{", "{{").replace("}", "}}")
    refusal = f"{name} was kept locked by another process"
    return locked(journal.with_name(journal.name + ".lock"), _PATIENCE, refusal)


def _next_of(journal: Path) -> Path:
    return journal.with_name(journal.name + _NEXT)


def _head(judging: Judging, make: MakeEvent, last: datetime) -> list[bytes]:
    """The lines of a checkpoint, a moment later than anything before, so that parts that are
    merged keep their order."""
    at = last + MICROSECOND
    try:
        return [encode(make(at, part)) for part in judging.checkpoint(at)]
    except ValueError as error:
        raise JournalError(f"a checkpoint cannot be written: {printable(str(error))}") from None


def _write_next(journal: Path, lines: Sequence[bytes]) -> None:
    path = _next_of(journal)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if journal.exists():
                _take_owner(journal, file.fileno())
            file.write(b"\n".join(lines) + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _take_owner(journal: Path, descriptor: int) -> None:
    """Let the same people read and write the new part as the old one."""
    status = journal.stat()
    os.fchmod(descriptor, status.st_mode & 0o777)
    if os.fstat(descriptor).st_gid != status.st_gid:
        try:
            os.fchown(descriptor, -1, status.st_gid)
        except PermissionError:
            return


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
