"""Places along a recorded log at which a copy of the watch is kept, to go back to."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from typing import Final

from tui.session.run import Run

MOST_SUBJECTS: Final = 24_000
"""In all copies together; a subject takes some eight kilobytes."""
_MOST_COPIES: Final = 256
_FEWEST_COPIES: Final = 8
_NARROWEST: Final = 128
_MOST_FINE: Final = 12


class Keyframes:
    """Copies at even distances over the whole log, and finer ones around where one went back to.

    When there are too many, every other one is let go and the distance doubles: so memory is
    bounded, and however long the log is, no place is far from a copy.
    """

    def __init__(self, beginning: Run) -> None:
        self._runs: list[Run] = [beginning]
        self._fine: list[Run] = []
        self._spacing = _NARROWEST

    def __len__(self) -> int:
        """How many copies are kept."""
        return len(self._runs) + len(self._fine)

    @property
    def next_position(self) -> int:
        """Where the next copy is due."""
        return self._runs[-1].position + self._spacing

    def add(self, run: Run) -> None:
        """Keep a copy of a run that has just applied an event where one is due."""
        self._runs.append(run.copy())
        subjects = len(run.watch.words.subjects)
        most = max(_FEWEST_COPIES, min(_MOST_COPIES, MOST_SUBJECTS // max(1, subjects)))
        if len(self._runs) > most:
            del self._runs[1::2]
            self._spacing *= 2

    def add_fine(self, run: Run) -> None:
        """Keep a copy near where the reader is; those furthest away are let go."""
        self._fine.append(run.copy())
        if len(self._fine) > _MOST_FINE:
            furthest = max(self._fine, key=lambda one: abs(one.position - run.position))
            self._fine.remove(furthest)

    def fine_spacing(self, run: Run, stop: int) -> int:
        """How far apart fine copies on the way to a place should be: where there are many
        subjects a copy costs as much as many events."""
        subjects = len(run.watch.words.subjects)
        return max(_NARROWEST // 4, (stop - run.position) // 8, subjects)

    def before(self, position: int, time: datetime) -> Run:
        """A copy of the nearest place that is not behind the wanted one."""
        candidates = [one for one in self._fine if one.place <= (position, time)]
        index = bisect_right(self._runs, (position, time), key=lambda one: one.place)
        candidates.append(self._runs[max(0, index - 1)])
        return max(candidates, key=lambda one: one.place).copy()

    def forget_behind(self, position: int, time: datetime) -> None:
        """Let all copies go that stand behind a place: the log goes on otherwise from there."""
        self._runs = [one for one in self._runs if one.place <= (position, time)] or self._runs[:1]
        self._fine = [one for one in self._fine if one.place <= (position, time)]
