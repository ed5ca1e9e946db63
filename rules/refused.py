"""What the watch could not take from the events, and how often."""

from __future__ import annotations

from collections import Counter
from typing import Final

_MOST_NAMES: Final = 200


class Refused:
    """Counts of what was refused, by what was wrong with it."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.names: dict[str, Counter[str]] = {}
        """By kind of count, what it was about; at most 200 names for each kind."""

    def count(self, kind: str, name: str) -> None:
        """Count something that was refused, and what it was."""
        self.counts[kind] += 1
        names = self.names.setdefault(kind, Counter())
        if name in names or len(names) < _MOST_NAMES:
            names[name] += 1

    def copy(self) -> Refused:
        """The same counts, for a copy of a watch."""
        copy = Refused()
        copy.counts = self.counts.copy()
        copy.names = {kind: names.copy() for kind, names in self.names.items()}
        return copy
