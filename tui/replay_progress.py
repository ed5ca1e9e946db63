"""How far a replay has come, for a terminal that waits for it."""

from __future__ import annotations

import sys
from datetime import datetime
from time import monotonic
from typing import Final

from tui.phrases import say_time

_PROGRESS_AFTER: Final = 1.0
"""Seconds before a terminal is told how far the replay has come, and between two such lines."""


class Progress:
    """Tells a waiting terminal how far the replay has come."""

    def __init__(self) -> None:
        self._due = monotonic() + _PROGRESS_AFTER if sys.stderr.isatty() else None
        self._shown = False
        self.lines = 0
        """How many lines have been read, whatever they gave."""

    def tell(self, events: int, time: datetime | None) -> None:
        """Write the line anew, where one is due."""
        if self._due is None or monotonic() < self._due:
            return
        self._due = monotonic() + _PROGRESS_AFTER
        until = f", {say_time(time)}" if time else f" in {self.lines:,} lines"
        sys.stderr.write(f"\r{events:,} events{until} ...\033[K")
        sys.stderr.flush()
        self._shown = True

    def clear(self) -> None:
        """Take the line away before anything else is written."""
        if self._shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
            self._shown = False
