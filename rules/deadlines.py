"""The instants at which time alone can change something, in order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from heapq import heappop, heappush
from typing import Final, TypeAlias

NEVER: Final = datetime.max.replace(tzinfo=UTC)

Key: TypeAlias = tuple[str, str, str | int]
"""What a deadline is for: its kind (`source`, `skew`, `test`, `for`), the source or subject, and
the fact, the test or the rule."""

LOSS: Final = 0
"""At one instant sources are lost first,"""
BOUND: Final = 1
"""then ages pass their bounds,"""
HOLD: Final = 2
"""and once facts have settled, `for`s end."""


class Deadlines:
    """One deadline at most for each key: the earliest that was asked for. Whatever it is for
    looks again then and asks for the next, so that a deadline that has moved later costs
    nothing."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, int, Key]] = []
        self._pending: dict[Key, datetime] = {}
        self._number = 0
        self.next: datetime = NEVER

    def copy(self) -> Deadlines:
        """The same deadlines, for a copy of a watch."""
        copy = Deadlines()
        copy._heap, copy._pending = self._heap.copy(), self._pending.copy()
        copy._number, copy.next = self._number, self.next
        return copy

    def schedule(self, key: Key, time: datetime, order: int) -> None:
        """Look at a key again at a time that still lies ahead, unless its turn comes before."""
        pending = self._pending.get(key)
        if pending is not None and pending <= time:
            return
        self._pending[key] = time
        self._number += 1
        heappush(self._heap, (time, order, self._number, key))
        self.next = self._heap[0][0]

    def run(self, time: datetime, last_order: int, look: Callable[[Key], None]) -> None:
        """Look at all whose time has come, up to an order."""
        heap = self._heap
        while heap and heap[0][0] <= time and heap[0][1] <= last_order:
            due, _, _, key = heappop(heap)
            if self._pending.get(key) == due:
                del self._pending[key]
                look(key)
        self.next = heap[0][0] if heap else NEVER
