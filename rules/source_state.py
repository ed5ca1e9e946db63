"""Who has spoken, and when: sources as the watch keeps them, and where a fact's value came from."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec


class SourceState:
    """One source: when it was last heard, and the events of it that could come twice."""

    __slots__ = (
        "about",
        "followed",
        "heartbeat",
        "kind",
        "last_heard",
        "lost",
        "name",
        "seen",
    )

    def __init__(self, name: str, kind: str, heartbeat: timedelta | None) -> None:
        self.name = name
        self.kind = kind
        self.heartbeat = heartbeat
        """Three of them missed make the source lost; none never does."""
        self.last_heard: datetime | None = None
        self.lost = False
        self.followed = False
        """Whether a deadline waits for the source to be missed."""
        self.seen: dict[str, int] = {}
        """By event id, the fingerprint of its line (law 12)."""
        self.about: set[str] = set()
        """The subjects that it has spoken about."""

    def copy(self) -> SourceState:
        """The same state, for a copy of a watch."""
        copy = SourceState(self.name, self.kind, self.heartbeat)
        copy.last_heard, copy.lost, copy.followed = self.last_heard, self.lost, self.followed
        copy.seen = self.seen.copy()
        copy.about = set(self.about)
        return copy


class Origin(msgspec.Struct, frozen=True, gc=False):
    """The event that set a fact to its value."""

    id: str
    time: datetime
    message: str
    source: str
    """The source's name; the very text that its state is called by."""
