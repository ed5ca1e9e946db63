"""The instants at which time alone can change something, in order."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from heapq import heappop, heappush
from typing import Final

NEVER: Final = datetime.max.replace(tzinfo=UTC)

LOSS: Final = 0
"""At one instant sources are lost first,"""
BOUND: Final = 1
"""then ages pass their bounds,"""
HOLD: Final = 2
"""and once facts have settled, `for`s end."""


class Deadlines:
    """One deadline at most for each key: the earliest that was asked for. What it runs looks
    again and asks for the next, so that a deadline that has moved later costs nothing."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, int, Hashable, Callable[[], None]]] = []
        self._pending: dict[Hashable, datetime] = {}
        self._number = 0
        self.next: datetime = NEVER

    def schedule(
        self, key: Hashable, time: datetime, order: int, action: Callable[[], None]
    ) -> None:
        """Run `action` at a time that still lies ahead, unless the key's turn comes before."""
        pending = self._pending.get(key)
        if pending is not None and pending <= time:
            return
        self._pending[key] = time
        self._number += 1
        heappush(self._heap, (time, order, self._number, key, action))
        self.next = self._heap[0][0]

    def take(self, time: datetime, last_order: int) -> bool:
        """Run the deadlines of exactly this time up to an order; whether there were any."""
        heap = self._heap
        ran = False
        while heap and heap[0][0] <= time and heap[0][1] <= last_order:
            due, _, _, key, action = heappop(heap)
            if self._pending.get(key) == due:
                del self._pending[key]
                action()
                ran = True
        self.next = heap[0][0] if heap else NEVER
        return ran
