"""What the simulated appliances take the time from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

from rules.values import read_duration, read_instant


class Clock(Protocol):
    """Whatever tells the time."""

    def now(self) -> datetime:
        """The present instant, in UTC; it never goes back."""
        ...


class WallClock:
    """The machine's own clock, held back where that jumps back."""

    def __init__(self) -> None:
        self._last = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """The machine's time, or the last one told where the machine's lies before it."""
        self._last = max(self._last, datetime.now(UTC))
        return self._last


class ManualClock:
    """A clock that stands until it is moved: for tests."""

    def __init__(self, now: str | datetime = "2026-11-22T01:50:00Z") -> None:
        self._now = read_instant(now) if isinstance(now, str) else now

    def now(self) -> datetime:
        """Where it was moved to."""
        return self._now

    def advance(self, duration: str | timedelta) -> None:
        """Move it on, by `"90s"`, `"1h30m"` or a time span.

        Raises:
            ValueError: the text is no duration, or the span is negative.
        """
        span = read_duration(duration) if isinstance(duration, str) else duration
        if span < timedelta(0):
            raise ValueError("a clock does not go back")
        self._now += span
