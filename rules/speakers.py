"""Who can send what: events of the watch and of operators are obeyed from them alone."""

from __future__ import annotations

from typing import Final

from rules.vocabulary import (
    CHECKPOINT,
    FINDING_ACKNOWLEDGED,
    FINDING_CLOSED,
    NOTE_WRITTEN,
    RULES_LOADED,
    SOURCE_HEARD,
    SOURCE_LOST,
    STEP_CONFIRMED,
    WATCH_STARTED,
    WATCH_STOPPED,
)

WATCH: Final = "watch"
OPERATOR: Final = "operator"
SPEAKERS: Final = {
    SOURCE_HEARD: WATCH,
    SOURCE_LOST: WATCH,
    WATCH_STARTED: WATCH,
    WATCH_STOPPED: WATCH,
    RULES_LOADED: WATCH,
    CHECKPOINT: WATCH,
    FINDING_ACKNOWLEDGED: OPERATOR,
    FINDING_CLOSED: OPERATOR,
    STEP_CONFIRMED: OPERATOR,
    NOTE_WRITTEN: OPERATOR,
}
"""Who alone can send events of a type: an appliance confirms nothing."""
ALWAYS_HEARD: Final = frozenset(SPEAKERS.values())
"""The kinds of source that no rule base has to declare, because it says nothing of their facts."""
