"""Who speaks, and how fresh that is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from rules.source_state import SourceState
from rules.words import Words
from tui.session.snapshot import SourceCondition, SourceRow

CONDITIONS: Final[tuple[SourceCondition, ...]] = ("replayed", "live", "stale", "lost")
"""The freshest first."""
_STALE_AFTER: Final = 2.0
"""Heartbeats: one that comes a little late is no news, and the journal holds one a minute."""


def source_rows(
    words: Words, now: datetime, *, replayed: bool, ended: bool = False
) -> tuple[SourceRow, ...]:
    """Every source that must be heard from time to time, by name. Where what they say is recorded
    no more, because that has `ended`, none is as fresh as it was."""
    rows = []
    for name, source in sorted(words.sources.items()):
        if source.heartbeat is not None:
            condition = _condition(source, now, replayed=replayed)
            condition = "stale" if ended and condition == "live" else condition
            rows.append(SourceRow(name, condition, source.last_heard))
    return tuple(rows)


def _condition(source: SourceState, now: datetime, *, replayed: bool) -> SourceCondition:
    if source.lost or source.last_heard is None or source.heartbeat is None:
        return "lost"
    silent: timedelta = now - source.last_heard
    if silent > source.heartbeat * _STALE_AFTER:
        return "stale"
    return "replayed" if replayed else "live"
