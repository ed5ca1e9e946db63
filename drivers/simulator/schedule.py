"""What is to happen at a simulated site later, in order of time."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

Action: TypeAlias = Callable[[], None]


@dataclass
class Schedule:
    """Actions that wait for their time. Time passes only when `run_until` lets it."""

    now: datetime
    speed: float = 1.0
    """What durations at real appliances are divided by."""
    _waiting: list[tuple[datetime, int, str, Action]] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def after(self, duration: timedelta, action: Action, of: str = "") -> None:
        """Let something happen once a duration at a real appliance has passed.

        `of` names what it belongs to, so that it can be given up together with that.
        """
        due = self.now + duration / self.speed
        heapq.heappush(self._waiting, (due, next(self._numbers), of, action))

    def give_up(self, of: str) -> None:
        """Forget everything that was to happen as a part of something."""
        self._waiting = [entry for entry in self._waiting if entry[2] != of]
        heapq.heapify(self._waiting)

    def run_until(self, instant: datetime) -> None:
        """Let time pass up to an instant, and everything happen that is due by then."""
        while self._waiting and self._waiting[0][0] <= instant:
            due, _, _, action = heapq.heappop(self._waiting)
            self.now = max(self.now, due)
            action()
        self.now = max(self.now, instant)

    @property
    def next_due(self) -> datetime | None:
        """When the next thing happens."""
        return self._waiting[0][0] if self._waiting else None
