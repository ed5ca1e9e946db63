"""Instants as people give them on the command line."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, time, timedelta


class GivenInstant:
    """An instant, or a time of day that means the first such in a log."""

    def __init__(self, text: str, instant: datetime | None, of_day: time | None) -> None:
        self.text = text
        self._instant = instant
        self._of_day = of_day

    def is_after(self, other: GivenInstant) -> bool:
        """Whether both are whole instants and this one is the later; times of day depend on the
        log."""
        if self._instant is None or other._instant is None:
            return False
        return self._instant > other._instant

    def within(self, first: datetime) -> datetime:
        """The instant that is meant in a log that begins at `first`."""
        if self._instant is not None:
            return self._instant
        assert self._of_day is not None
        begin = first.astimezone(UTC)
        meant = datetime.combine(begin.date(), self._of_day, UTC)
        # A time to the minute includes the minute in which the log begins.
        earliest = begin.replace(microsecond=0)
        if self._of_day.second == 0:
            earliest = earliest.replace(second=0)
        return meant if meant >= earliest else meant + timedelta(days=1)


def given_instant(text: str) -> GivenInstant:
    """Read `2026-11-22T02:14:07Z`, `2026-11-22 02:14` (UTC) or `02:14` (UTC, the log's first).

    Raises:
        ArgumentTypeError: it is none of these.
    """
    try:
        return GivenInstant(text, None, _time_of_day(text))
    except ValueError:
        pass
    try:
        # What lies at the end of the calendar has no form in UTC.
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=UTC)
        instant = instant.astimezone(UTC)
        if not 1 < instant.year < 9999:
            raise ValueError
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time; right is 2026-11-22T02:14:07Z, or 02:14 for the first in the log"
        ) from None
    return GivenInstant(text, instant, None)


def _time_of_day(text: str) -> time:
    bare = text.removesuffix("Z")
    if ":" not in bare or len(bare) > 8:
        raise ValueError(text)
    parts = bare.split(":")
    if len(parts) > 3 or not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError(text)
    hour, minute, second = [int(part) for part in [*parts, "0"][:3]]
    return time(hour, minute, second)
