"""How much a list, and a whole reading, may take: a host may give without end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

LARGEST_LIST: Final = 64 << 20
"""Bytes of all pages of one list together, and of all that one Image Streamer is asked for."""
LONGEST_LIST: Final = timedelta(minutes=2)
LARGEST_READING: Final = 192 << 20
"""Bytes of all lists that HPE OneView is asked for in one reading."""
LONGEST_READING: Final = timedelta(minutes=5)


class Budget:
    """What is left of the bytes and the time for something that is read."""

    def __init__(
        self,
        wall: Callable[[], datetime],
        size: int = LARGEST_READING,
        duration: timedelta = LONGEST_READING,
        *,
        within: Budget | None = None,
    ) -> None:
        """`within` is what this is a part of, and pays for it too."""
        self._wall = wall
        self._left = size
        self._duration = duration
        self._began = wall()
        self._within = within

    def for_list(self) -> Budget:
        """What one list may take of this."""
        return Budget(self._wall, LARGEST_LIST, LONGEST_LIST, within=self)

    def spend(self, size: int) -> None:
        """Take in that so many bytes were read."""
        self._left -= size
        if self._within is not None:
            self._within.spend(size)

    @property
    def is_spent(self) -> bool:
        """Whether nothing more is to be asked for."""
        over = self._left < 0 or self._wall() - self._began > self._duration
        return over or (self._within is not None and self._within.is_spent)
