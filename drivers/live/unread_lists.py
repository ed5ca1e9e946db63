"""The lists whose facts grow old although their host answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

ALL_LISTS: Final = "all lists"

UNREAD_AFTER: Final = timedelta(minutes=3)
UNREAD_ATTEMPTS: Final = 10
"""How long, and how often in a row, a list must have been unreadable, while others were read,
before that is told: a bad network alone is no reason."""


class UnreadLists:
    """Since when, and how often, each list could not be read."""

    def __init__(self) -> None:
        self._failing: dict[str, tuple[datetime, int]] = {}

    def note(self, asked: Mapping[str, bool], now: datetime) -> None:
        """Take in which lists were asked for, and whether they were read."""
        for name, was_read in asked.items():
            if was_read:
                self._failing.pop(name, None)
            else:
                since, attempts = self._failing.get(name, (now, 0))
                self._failing[name] = (since, attempts + 1)

    def forget_pair(self, pair: str) -> None:
        """Another address is asked for this pair, or none any more."""
        for name in [name for name in self._failing if name.endswith(f" of {pair}")]:
            del self._failing[name]

    def late(self, now: datetime) -> list[str]:
        """Those of which it is to be told, in order."""
        return sorted(
            name
            for name, (since, attempts) in self._failing.items()
            if now - since >= UNREAD_AFTER and attempts >= UNREAD_ATTEMPTS
        )
