"""Which events only say that a source is there: the timeline leaves them out.

One a minute from every source would push what happens out of sight. That a source is lost, and
heard again, has lines of its own.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from typing import Final

from rules.vocabulary import SOURCE_HEARD, Event

_ENOUGH: Final = 4096
"""So many are forgotten at once, since each time what is left is copied."""


def is_heartbeat(event: Event) -> bool:
    """Whether an event says nothing but that a source is heard."""
    return event.type == SOURCE_HEARD and not event.data.message and not event.data.facts


class Heartbeats:
    """The numbers of the heartbeats among a log's events, and the ordinals of all the others.

    One thread adds and forgets, another may ask: each change takes effect at once or not yet.
    """

    def __init__(self) -> None:
        self._held = (0, array("q"), array("q"))
        """How many were forgotten; for each of the others its number, and how many events that
        are none stand before it."""

    def add(self, number: int) -> None:
        """Take in the number of a heartbeat, greater than all before it."""
        forgotten, numbers, others = self._held
        others.append(number - forgotten - len(numbers))
        numbers.append(number)

    def forget_before(self, number: int) -> None:
        """Let go of those before an event that is the first still held."""
        forgotten, numbers, others = self._held
        gone = bisect_left(numbers, number)
        if gone >= _ENOUGH:
            self._held = (forgotten + gone, numbers[gone:], others[gone:])

    def before(self, number: int) -> int:
        """How many there are before an event."""
        forgotten, numbers, _ = self._held
        return forgotten + bisect_left(numbers, number)

    def are(self, number: int) -> bool:
        """Whether an event is one."""
        _, numbers, _ = self._held
        index = bisect_left(numbers, number)
        return index < len(numbers) and numbers[index] == number

    def other(self, ordinal: int) -> int:
        """The number of the event before which so many stand that are no heartbeats, and which is
        none itself."""
        forgotten, _, others = self._held
        return ordinal + forgotten + bisect_right(others, ordinal)
