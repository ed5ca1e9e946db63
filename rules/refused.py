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

    def count(self, kind: str, name: str, *, first: str = "") -> None:
        """Count something that was refused, and what it was; `first` is the event that it came
        with, which is kept of the first of its name."""
        self.counts[kind] += 1
        names = self.names.setdefault(kind, Counter())
        if first:
            begin = f"{name} (first in the event "
            name = next((one for one in names if one.startswith(begin)), f"{begin}{first})")
        if name in names or len(names) < _MOST_NAMES:
            names[name] += 1

    def copy(self) -> Refused:
        """The same counts, for a copy of a watch."""
        copy = Refused()
        copy.counts = self.counts.copy()
        copy.names = {kind: names.copy() for kind, names in self.names.items()}
        return copy
