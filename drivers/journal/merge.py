"""Several recorded logs as one, in the order of their times."""

from __future__ import annotations

import os
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import heapify, heappop, heappush
from itertools import accumulate

from drivers.journal.decoding import Batch, Latest
from drivers.journal.faults import Faults, JournalError
from drivers.journal.reader import Reading, read_batches
from drivers.journal.streams import STANDARD_INPUT


def merge_journals(
    paths: Sequence[str | os.PathLike[str]],
    *,
    faults: Faults,
    latest: Latest = None,
    reading: Reading | None = None,
) -> Iterator[Batch]:
    """Open logs at once, and return their events by time, then file (as given), then line.

    Each file is taken to be in order. An event whose time goes back within its file is reported
    as out of order and keeps its place in the file, as if it had happened with the one before it.
    Memory is bounded by one batch for each file; batches are as long as the files do not overlap.

    Raises:
        JournalError: a log cannot be opened, or standard input is named twice.
    """
    if sum(os.fspath(path) == STANDARD_INPUT for path in paths) > 1:
        raise JournalError("standard input can be read only once")
    streams = [read_batches(path, faults=faults, latest=latest, reading=reading) for path in paths]
    return streams[0] if len(streams) == 1 else _merged(streams)


@dataclass(slots=True)
class _Cursor:
    stream: Iterator[Batch]
    batch: Batch
    times: list[datetime]
    """The batch's times, made never to go back, also against the file's earlier batches."""
    position: int = 0


def _merged(streams: list[Iterator[Batch]]) -> Iterator[Batch]:
    cursors: list[_Cursor] = []
    heads: list[tuple[datetime, int]] = []
    for stream in streams:
        batch = next(stream, None)
        if batch is not None:
            times = _rising(batch, None)
            heads.append((times[0], len(cursors)))
            cursors.append(_Cursor(stream, batch, times))
    heapify(heads)
    while heads:
        _, file = heappop(heads)
        cursor = cursors[file]
        start, stop = cursor.position, len(cursor.times)
        if heads:
            time, other = heads[0]
            bisect = bisect_right if file < other else bisect_left
            stop = bisect(cursor.times, time, start)
        yield cursor.batch if stop - start == len(cursor.batch) else cursor.batch.part(start, stop)
        cursor.position = stop
        if stop == len(cursor.times):
            batch = next(cursor.stream, None)
            if batch is None:
                continue
            cursor.times = _rising(batch, cursor.times[-1])
            cursor.batch = batch
            cursor.position = 0
        heappush(heads, (cursor.times[cursor.position], file))


def _rising(batch: Batch, last: datetime | None) -> list[datetime]:
    times = [event.time for event in batch.events]
    if last is None:
        return list(accumulate(times, max))
    return list(accumulate(times, max, initial=last))[1:]
