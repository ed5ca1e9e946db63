"""What the tests of the journal share: events, their lines, and what other processes do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier
from multiprocessing.synchronize import Event as Signal
from pathlib import Path

from drivers.journal import Batch, Faults, Journal, encode, read_batches
from rules.vocabulary import FACTS_CHANGED, Event, EventData

NIGHT = datetime(2026, 11, 22, 2, 14, 7, 120000, tzinfo=UTC)


def event(number: int, *, seconds: float | None = None, maker: str = "oneview/composer-1") -> Event:
    """Return the event of that number, as many seconds into the night as it says."""
    message = "Größe…" if number % 3 == 0 else "Update ended"
    later = timedelta(seconds=number if seconds is None else seconds)
    return Event(
        id=f"event-{number}",
        source=maker,
        type=FACTS_CHANGED,
        subject="pair/LE-rack-a",
        time=NIGHT + later,
        data=EventData(facts={"update.result": "error", "count": number}, message=message),
    )


def line(number: int, *, seconds: float | None = None) -> bytes:
    """Return the line of that event, without a line end."""
    return encode(event(number, seconds=seconds))


def write_lines(path: Path, lines: Iterable[bytes]) -> Path:
    """Write lines with their ends to a file."""
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def read_all(path: Path, latest: datetime | None = None) -> tuple[list[Batch], Faults]:
    """Read a log to its end."""
    faults = Faults()
    return list(read_batches(path, faults=faults, latest=latest)), faults


def numbers_and_ids(batches: Iterable[Batch]) -> list[tuple[int, str]]:
    """Return line number and id of each event."""
    return [
        (number, event.id)
        for batch in batches
        for number, event in zip(batch.numbers, batch.events, strict=True)
    ]


def append_batches(path: Path, maker: str, batches: int, size: int, start: Barrier) -> None:
    """Be one of several processes that append batches at the same time."""
    journal = Journal(path)
    start.wait()
    for batch in range(batches):
        journal.append([event(batch * size + index, maker=maker) for index in range(size)])


def hold_recording(path: Path, held: Signal, release: Signal) -> None:
    """Be a process that records to a journal until told otherwise."""
    with Journal(path).recording():
        held.set()
        release.wait()
