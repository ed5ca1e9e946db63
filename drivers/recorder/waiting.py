"""Events that wait for the disk, up to a bound."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

from drivers.journal.decoding import MAXIMUM_LINE, decode_line
from drivers.journal.encoding import encode
from rules.vocabulary import Event

MOST_EVENTS: Final = 50_000
MOST_BYTES: Final = 64 << 20
"""What is held in memory at most; beyond it the oldest go."""
BATCH: Final = 2_000
"""Events that are written with one fsync at most."""


class Waiting:
    """A queue of events that have not been written yet."""

    def __init__(self, most_events: int = MOST_EVENTS, most_bytes: int = MOST_BYTES) -> None:
        self._events: deque[tuple[Event, int]] = deque()
        self._most_events = most_events
        self._most_bytes = most_bytes
        self._bytes = 0
        self.dropped = 0
        """How many were given up for want of room since `forgive`."""
        self.dropped_sources: set[str] = set()
        self.unwritable = 0
        """How many could have no line in any journal."""

    def __len__(self) -> int:
        return len(self._events)

    def add(self, events: Iterable[Event]) -> None:
        """Put events at the end; those that no journal could hold are counted and left out."""
        for event in events:
            size = _size(event)
            if size is None:
                self.unwritable += 1
                continue
            self._events.append((event, size))
            self._bytes += size

    def trim(self) -> None:
        """Give up the oldest events that there is no room for."""
        while len(self._events) > self._most_events or self._bytes > self._most_bytes:
            oldest, size = self._events.popleft()
            self._bytes -= size
            self.dropped += 1
            self.dropped_sources.add(oldest.source)

    def first(self) -> list[Event]:
        """The events that are to be written next."""
        return [event for event, _ in list(self._events)[:BATCH]]

    def written(self, count: int) -> None:
        """So many have been written, and wait no more."""
        for _ in range(count):
            _, size = self._events.popleft()
            self._bytes -= size

    def forgive(self) -> set[str]:
        """The sources of which events were given up; from here on counting begins anew."""
        sources, self.dropped_sources = self.dropped_sources, set()
        self.dropped = 0
        return sources


def _size(event: Event) -> int | None:
    try:
        line = encode(event)
    except ValueError:
        return None
    return len(line) if len(line) <= MAXIMUM_LINE and decode_line(line) is not None else None
