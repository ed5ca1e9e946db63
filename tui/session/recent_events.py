"""The newest events of a journal that grows, within a bound."""

from __future__ import annotations

from collections import deque
from typing import Final

from rules.vocabulary import Event
from tui.session.heartbeats import Heartbeats, is_heartbeat
from tui.session.timeline import microseconds

MOST_BYTES: Final = 64 << 20
"""Of lines that are held; older ones stay in the journal, and are counted."""


class RecentEvents:
    """Events as they come, the oldest of them let go."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._held: deque[tuple[Event, bytes, int]] = deque()
        self._bytes = 0
        self._last = 0
        self.heartbeats = Heartbeats()
        self.first = 0
        """The number of the oldest event that is held; as many were let go."""

    def __len__(self) -> int:
        """How many events there have been, held or not."""
        return self.first + len(self._held)

    def append(self, event: Event, line: bytes) -> None:
        """Hold an event, and let older ones go where there is no room."""
        self._last = max(self._last, microseconds(event.time))
        if is_heartbeat(event):
            self.heartbeats.add(len(self))
        self._held.append((event, line, self._last))
        self._bytes += len(line)
        while self._bytes > self._most and len(self._held) > 1:
            self._bytes -= len(self._held[0][1])
            # In this order a reader between the two finds a newer event, never none.
            self._held.popleft()
            self.first += 1
        self.heartbeats.forget_before(self.first)

    def event(self, number: int) -> Event | None:
        """One event; None where it is not held."""
        found = self._at(number)
        return found[0] if found else None

    def line(self, number: int) -> bytes:
        """One event as the journal holds it; empty where it is not held."""
        found = self._at(number)
        return found[1] if found else b""

    def time(self, number: int) -> int:
        """When an event was, in microseconds since 1970, never before the one before it."""
        found = self._at(number)
        return found[2] if found else 0

    def _at(self, number: int) -> tuple[Event, bytes, int] | None:
        index = number - self.first
        try:
            return self._held[index] if index >= 0 else None
        except IndexError:
            return None
