"""The way back from the end of a long log, made ready while nothing else is to be done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from tui.session.keyframes import Keyframes

_COPIES: Final = 4


class WayBack:
    """Leaves copies shortly before the end, so that the first step back from there is as quick as
    those after it: the nearest of the even ones can be a hundred thousand events away."""

    def __init__(self, keyframes: Keyframes, end: int, before_end: datetime) -> None:
        """Begin at the last copy before so many events; `before_end` is the time of the event
        before the last."""
        self._keyframes = keyframes
        self._end = end
        self._run = keyframes.before(max(0, end - 1), before_end)
        self._spacing = keyframes.fine_spacing(self._run, self._run.position)
        self._next = max(self._run.position, end - _COPIES * self._spacing)

    @property
    def ready(self) -> bool:
        """Whether there is nothing more to do."""
        return self._next >= self._end

    def prepare(self, repeated: set[int], enough: Callable[[], bool]) -> None:
        """Go on until it is enough for now."""
        while not self.ready:
            self._run.forward(self._next, repeated=repeated, enough=enough)
            if self._run.position == self._next:
                if self._run.whole:
                    self._keyframes.add_fine(self._run)
                self._next += self._spacing
            if enough():
                return
