"""When to ask again: at a measured interval, less often where nobody answers, as asked for."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

JITTER: Final = 0.1
"""The part of an interval by which it may be shorter or longer, so that watches do not march."""


@dataclass(frozen=True, slots=True)
class Intervals:
    """Seconds between two readings."""

    usual: float = 15.0
    during_update: float = 5.0
    longest: float = 120.0
    """The ceiling of what is waited while nobody answers."""
    after_refusal: float = 60.0
    """What is waited at first after a refused login, so that no account is locked by us."""
    longest_refusal: float = 900.0


class Pace:
    """How long to wait before a host is asked again."""

    def __init__(self, intervals: Intervals, chance: random.Random) -> None:
        self._intervals = intervals
        self._chance = chance
        self._failures = 0
        self._refusals = 0

    def succeeded(self) -> None:
        """The host has answered as it should."""
        self._failures = self._refusals = 0

    def failed(self) -> None:
        """It has not, or has asked to be left alone."""
        self._failures += 1

    def refused(self) -> None:
        """It has refused the login."""
        self._refusals += 1

    @property
    def failures(self) -> int:
        """How often in a row it has not answered."""
        return self._failures

    def next(self, *, updating: bool = False, asked_for: float | None = None) -> float:
        """Seconds to wait now; `asked_for` is what the host wants at least."""
        kept = self._intervals
        usual = kept.during_update if updating else kept.usual
        wait = usual
        if self._refusals:
            doubled = kept.after_refusal * 2.0 ** min(self._refusals - 1, 20)
            wait = max(usual, min(doubled, kept.longest_refusal))
        elif self._failures:
            doubled = usual * 2.0 ** min(self._failures - 1, 20)
            wait = max(usual, min(doubled, kept.longest))
        wait *= self._chance.uniform(1 - JITTER, 1 + JITTER)
        return max(wait, asked_for or 0.0)
