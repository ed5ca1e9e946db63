"""Who has spoken, and when: sources as the watch keeps them, and where a fact's value came from."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec


class Hearing:
    """One time of hearing a source, from when it is heard until it is lost. Its words count while
    it lasts: what was said in an earlier one counts again only when it has been said again."""

    __slots__ = ()


class SourceState:
    """One source: when it was last heard, and the events of it that could come twice."""

    __slots__ = (
        "about",
        "followed",
        "hearing",
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
        self.hearing = Hearing()
        """The present one, or, while the source is lost, the one that begins when it is heard."""
        self.seen: dict[str, int] = {}
        """By event id, the fingerprint of its line (law 12)."""
        self.about: set[str] = set()
        """The subjects that it has spoken about."""

    def copy(self) -> SourceState:
        """The same state, for a copy of a watch."""
        copy = SourceState(self.name, self.kind, self.heartbeat)
        copy.last_heard, copy.lost, copy.followed = self.last_heard, self.lost, self.followed
        copy.hearing = self.hearing
        copy.seen = self.seen.copy()
        copy.about = set(self.about)
        return copy


class Origin(msgspec.Struct, frozen=True, gc=False):
    """The event that set a fact to its value."""

    id: str
    time: datetime
    message: str
    source: str
    """The source's name."""
    hearing: Hearing
    """When the source last said so: the value may have been set long before and said again."""

    def said_again(self, hearing: Hearing) -> Origin:
        """The same event, whose word its source has repeated since it is heard again."""
        return Origin(self.id, self.time, self.message, self.source, hearing)
