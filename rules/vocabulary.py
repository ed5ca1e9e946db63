"""The words of the watch: events as journals hold them, and the values that grades, severities
and truths can take."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum
from typing import Any, Final, Literal

import msgspec

FACTS_CHANGED: Final = "watchkeeper.facts.changed"
FACTS_SNAPSHOT: Final = "watchkeeper.facts.snapshot"
WATCH_STARTED: Final = "watchkeeper.watch.started"
WATCH_STOPPED: Final = "watchkeeper.watch.stopped"
SOURCE_HEARD: Final = "watchkeeper.source.heard"
SOURCE_LOST: Final = "watchkeeper.source.lost"
RULES_LOADED: Final = "watchkeeper.rules.loaded"
FINDING_ACKNOWLEDGED: Final = "watchkeeper.finding.acknowledged"
FINDING_CLOSED: Final = "watchkeeper.finding.closed"
STEP_CONFIRMED: Final = "watchkeeper.step.confirmed"
NOTE_WRITTEN: Final = "watchkeeper.note.written"
CHECKPOINT: Final = "watchkeeper.checkpoint"

Severity = Literal["critical", "warning", "notice", "information"]
SEVERITIES: Final[tuple[Severity, ...]] = ("critical", "warning", "notice", "information")
"""Worst first."""

Grade = Literal["guide", "help", "support", "inferred"]
"""How a piece of advice is known: read in the vendor's guide, in its online help, in its support
engineers' notes, or concluded by us."""
GRADES: Final[tuple[Grade, ...]] = ("guide", "help", "support", "inferred")
"""What is known best first."""

FactType = Literal["bool", "int", "float", "text", "enum", "version", "instant", "duration"]

UNRECOGNISED: Final = "unrecognised"
"""The known value of an enumeration whose source said a word outside it (law 7)."""


class Truth(IntEnum):
    """Kleene's three values (law 1)."""

    FALSE = 0
    TRUE = 1
    UNKNOWN = 2


class EventData(msgspec.Struct, omit_defaults=True, gc=False):
    """What an event carries; which members matter depends on the event's type."""

    facts: dict[str, Any] = {}
    """Fact name to its new value; null makes it unknown."""
    message: str = ""
    """One line for people."""
    families: list[str] = []
    """The families of facts that a snapshot replaces."""
    observed_at: datetime | None = None
    """The appliance's own time, where it names one."""
    source: str = ""
    rule: str = ""
    confirm: str = ""
    reason: str = ""
    note: str = ""
    hash: str = ""
    state: dict[str, Any] = {}
    """What a checkpoint holds of the watch that stood where it stands."""


class Event(msgspec.Struct, omit_defaults=True, gc=False):
    """One CloudEvents 1.0 object: what a source said at a time about a subject."""

    id: str
    source: str
    """`kind/name`, such as `oneview/composer-1`."""
    type: str
    time: datetime
    """The journal's time, with an offset; never going back within a journal."""
    subject: str = ""
    """`scope/name`, such as `pair/LE-rack-a`."""
    data: EventData = msgspec.field(default_factory=EventData)
    specversion: str = "1.0"
