"""What happened in each part of a replay's time, for the time bar."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Final

from rules.vocabulary import SEVERITIES
from tui.session.timeline import Entry, microseconds

MARKS: Final = 600
"""Parts of the time bar; no terminal is wider."""


class Marks:
    """By equal parts of the time, the worst that was raised there, or that something was
    resolved."""

    def __init__(self) -> None:
        self._marks = array("b", bytes(MARKS))
        self._marked = (0, 0, 0)

    def between(self, start: int, stop: int, entries: Sequence[Entry]) -> tuple[int, ...]:
        """The marks of a timeline's entries between two instants in microseconds; what was marked
        before for the same instants is not looked at again."""
        first, last, done = self._marked
        if (first, last) != (start, stop) or done > len(entries):
            self._marks = array("b", bytes(MARKS))
            done = 0
        span = max(1, stop - start)
        for entry in entries[done:]:
            if entry.kind not in {"raised", "resolved"} or entry.severity is None:
                continue
            part = (microseconds(entry.time) - start) * (MARKS - 1) // span
            weight = 5 - SEVERITIES.index(entry.severity) if entry.kind == "raised" else 1
            part = max(0, min(MARKS - 1, part))
            self._marks[part] = max(self._marks[part], weight)
        self._marked = (start, stop, len(entries))
        return tuple(self._marks)
