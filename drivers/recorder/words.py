"""What a recorder itself has to say: events of the watch."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from rules.vocabulary import (
    CHECKPOINT,
    RULES_LOADED,
    SOURCE_HEARD,
    SOURCE_LOST,
    WATCH_STARTED,
    WATCH_STOPPED,
    Event,
    EventData,
)

HEARD_EVERY: Final = timedelta(minutes=1)
"""A source that has nothing new to say is said to have been heard at most that often."""


class WatchWords:
    """Makes the watch's own events, in the name of `watch/HOST`."""

    def __init__(self, host: str) -> None:
        self.source = f"watch/{host}"
        self._heard: dict[str, datetime] = {}

    def started(self, time: datetime, message: str) -> Event:
        """The watch begins."""
        return self._make(WATCH_STARTED, time, EventData(message=message))

    def stopped(self, time: datetime, message: str) -> Event:
        """The watch ends as it should."""
        return self._make(WATCH_STOPPED, time, EventData(message=message))

    def rules_loaded(self, time: datetime, rules_hash: str, message: str) -> Event:
        """From now on these rules judge."""
        return self._make(RULES_LOADED, time, EventData(hash=rules_hash, message=message))

    def lost(self, time: datetime, source: str, message: str) -> Event:
        """What a source has said may be missing from here on."""
        return self._make(SOURCE_LOST, time, EventData(source=source, message=message))

    def checkpoint(self, time: datetime, state: dict[str, Any]) -> Event:
        """One part of a checkpoint."""
        return self._make(CHECKPOINT, time, EventData(state=state))

    def heard(self, time: datetime, sources: Iterable[str], events: Iterable[Event]) -> list[Event]:
        """That sources answered, where neither an event of theirs nor such a word has said so
        within a minute."""
        for event in events:
            self._heard[event.source] = time
        told = []
        for source in sorted(sources):
            last = self._heard.get(source)
            if last is None or time - last >= HEARD_EVERY or time < last:
                self._heard[source] = time
                told.append(self._make(SOURCE_HEARD, time, EventData(source=source)))
        return told

    def _make(self, kind: str, time: datetime, data: EventData) -> Event:
        name = kind.rpartition(".")[2]
        return Event(
            id=f"{name}-{secrets.token_hex(8)}", source=self.source, type=kind, time=time, data=data
        )
