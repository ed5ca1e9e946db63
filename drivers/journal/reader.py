"""Reads recorded logs from beginning to end, in constant memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import chain
from typing import TypeAlias

from drivers.journal.decoding import MAXIMUM_LINE, Batch, Latest, LineDecoder
from drivers.journal.faults import Faults
from drivers.journal.streams import StreamBroken, open_stream, stream_name
from rules.vocabulary import Event

Reading: TypeAlias = Callable[[int], None]
"""Told as reading goes on, events or none: how many lines have been read since it was told last."""


def read_events(
    path: str | os.PathLike[str], *, faults: Faults, latest: Latest = None
) -> Iterator[tuple[Event, bytes]]:
    """Return the events of a log, each with the line that it was read from.

    A flat view of `read_batches`, and as fast: `for event, line in read_events(...)`.
    """
    return chain.from_iterable(read_batches(path, faults=faults, latest=latest))


def read_batches(
    path: str | os.PathLike[str],
    *,
    faults: Faults,
    latest: Latest = None,
    reading: Reading | None = None,
) -> Iterator[Batch]:
    """Open a log (`-`: standard input) at once, and return its events in batches.

    The log is plain, gzip or zstd. Lines that cannot be read are reported to `faults` and passed
    over; nothing in a log's bytes raises. A batch is what one read gave, a few hundred events, so
    a log that comes through a pipe is delivered as it comes.

    Raises:
        JournalError: the log is missing, a directory, or may not be opened.
    """
    return _batches(open_stream(path), LineDecoder(stream_name(path), faults), latest, reading)


def _batches(
    chunks: Iterator[bytes], decoder: LineDecoder, latest: Latest, reading: Reading | None
) -> Iterator[Batch]:
    carried = bytearray()
    too_long = False
    broken: StreamBroken | None = None
    try:
        for chunk in chunks:
            if not carried and not too_long and not chunk.strip(b"\n"):
                decoder.skip(len(chunk))
                if reading is not None:
                    reading(len(chunk))
                continue
            lines = chunk.split(b"\n")
            if reading is not None:
                reading(len(lines) - 1)
            rest = lines.pop()
            if lines:
                if too_long:
                    too_long = False
                    del lines[0]
                elif carried:
                    lines[0] = bytes(carried + lines[0])
                    carried.clear()
                    if len(lines[0]) > MAXIMUM_LINE:
                        decoder.pass_over()
                        del lines[0]
                if b"\r" in chunk or (lines and lines[0].endswith(b"\r")):
                    lines = [line.removesuffix(b"\r") for line in lines]
                clean = chunk.isascii() and b"\0" not in chunk
                if lines and (batch := decoder.decode(lines, latest, clean=clean)):
                    yield batch
            if not too_long:
                carried += rest
                if len(carried) > MAXIMUM_LINE:
                    decoder.pass_over()
                    carried.clear()
                    too_long = True
    except StreamBroken as fault:
        broken = fault
    if carried and (batch := decoder.decode_tail(bytes(carried), latest)):
        yield batch
    if broken is not None:
        decoder.report(broken.kind, broken.message, 0)
