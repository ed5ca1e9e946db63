"""Which events have been seen of late, so that one that comes again is known (law 12)."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Final

from rules.source_state import SourceState

DUPLICATE_WINDOW: Final = 65_536


class RecentEvents:
    """The latest events: who spoke and the id, the oldest first. What was seen of a source stands
    with it, so that one look tells whether an event is new."""

    def __init__(self) -> None:
        self.sources: deque[SourceState] = deque()
        self.ids: deque[str] = deque()

    def remember(self, source: SourceState, identity: str, fingerprint: int) -> None:
        """Note that an event has been seen, in place of the oldest of a full window."""
        if identity not in source.seen:
            source.seen[identity] = fingerprint
            self.sources.append(source)
            self.ids.append(identity)
            if len(self.ids) > DUPLICATE_WINDOW:
                del self.sources.popleft().seen[self.ids.popleft()]

    def forget(self) -> None:
        """Forget which events have been seen, where their numbers tell repeated ones."""
        for source in set(self.sources):
            source.seen.clear()
        self.sources.clear()
        self.ids.clear()

    def copy(self, sources: Mapping[str, SourceState]) -> RecentEvents:
        """The same events, for a copy of a watch that has these sources."""
        copy = RecentEvents()
        copy.sources = deque(sources[one.name] for one in self.sources)
        copy.ids = self.ids.copy()
        return copy
