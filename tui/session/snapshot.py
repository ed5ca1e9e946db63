"""What a session hands to the screen: immutable, and complete in itself.

All texts are as they came: whoever shows them makes them harmless first.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from rules.board import SignName
from rules.explain import Explanation
from rules.finding import Confirmation, Evidence, Note
from rules.rule_base import Prohibition, Rule, RuleBase, Source
from rules.situation import StepNow
from rules.values import Value
from rules.vocabulary import Severity, Truth
from tui.session.timeline import Timeline

SessionKind = Literal["live", "following", "replay"]
SourceCondition = Literal["live", "stale", "lost", "replayed"]
SubjectSign = SignName | Severity
"""How a subject stands, the worst of what is known of it."""
Standing = Literal["known", "last known", "unknown"]
"""How far a value can be trusted: said by a source that is heard, by one that is lost, or by
nobody."""
Speed = float
"""Seconds of the journal's time in a second; 0 stands for as fast as it goes."""


class FindingKey(NamedTuple):
    """Which finding is meant; one open finding at most has a key."""

    rule: str
    subject: str


class Cell(msgspec.Struct, frozen=True):
    """A fact's value for people, and how far it can be trusted; empty where it is unknown."""

    text: str = ""
    standing: Standing = "unknown"


class BoardCell(msgspec.Struct, frozen=True):
    """One line of a subject, as its rule base's board says it."""

    label: str
    text: Cell
    sign: SignName | Literal[""]
    """Empty where the line never has one."""
    instead: str
    """What stands in place of the text while this sign holds; empty for most."""
    together: bool
    """Whether it shares its line with its neighbours while all of them are good."""


class BoardRow(msgspec.Struct, frozen=True):
    """One subject of the board, and what is open on it."""

    subject: str
    name: str
    around: str
    """The name of the subject that it is within."""
    badge: Cell
    cells: tuple[BoardCell, ...]
    note: str
    wide_note: str
    condition: SourceCondition
    """How its sources stand, the worst of them."""
    heard_at: datetime | None
    """When the one of its sources that has been silent longest was last heard."""
    worst: Severity | None
    """The worst open finding on the subject or on those within it."""
    sign: SubjectSign
    """Never better than that finding, nor than any of its lines."""
    open_findings: int
    forbidden: tuple[str, ...]
    """Operations that are forbidden on the subject, or on what it is within."""


class FindingRow(msgspec.Struct, frozen=True):
    """An open finding in one line."""

    key: FindingKey
    severity: Severity
    title: str
    raised_at: datetime
    recurred_at: datetime | None
    unconfirmed_since: datetime | None
    acknowledged: Note | None
    source: Source
    forbids: tuple[str, ...]
    steps_done: int
    steps: int
    overridden: bool
    suppressed_by: str
    """The open finding's rule beneath which this one is arranged; empty for most."""
    support: Source | None = None
    """How it is known that support must be called; None where it need not be."""
    next_step: str = ""
    """The first step that is not done; empty where there is none."""
    next_step_source: Source | None = None


class ProhibitionNow(msgspec.Struct, frozen=True):
    """An operation that is forbidden on a subject, and by which finding."""

    operation: str
    title: str
    subject: str
    text: str
    source: Source
    key: FindingKey
    severity: Severity


class EvidenceNow(msgspec.Struct, frozen=True):
    """A fact as it was when the finding was raised, and as it is now."""

    then: Evidence
    was: str
    """Its value then, for people."""
    now: Cell
    value: Value | None = None
    """Its value now, as it was said last."""
    changed: bool = False
    """Whether another value has been said since, or none any more."""


class FindingDetail(msgspec.Struct, frozen=True):
    """Everything about one finding."""

    row: FindingRow
    rule: Rule
    impact: str
    steps: tuple[StepNow, ...]
    forbids: tuple[ProhibitionNow, ...]
    """What the finding itself forbids."""
    bound: tuple[ProhibitionNow, ...]
    """What any open finding forbids on its subject: each operation once, as it is known best."""
    evidence: tuple[EvidenceNow, ...]
    since: tuple[EvidenceNow, ...]
    """Of its evidence and of what its texts name, which are frozen, the facts that have changed."""
    awaits: tuple[str, ...]
    """What it still waits for, where all of its steps are done; empty where a step is open."""
    confirmations: tuple[tuple[str, Confirmation], ...]
    notes: tuple[Note, ...]
    recurred_at: tuple[datetime, ...]
    occurrence: str


class Explained(msgspec.Struct, frozen=True):
    """Why a rule holds on a subject, or why it does not, or why that cannot be told."""

    rule: Rule
    subject: str
    truth: Truth
    when: Explanation
    until: Explanation | None
    """Of an open finding that a latch holds: what would end it."""


class FactRow(msgspec.Struct, frozen=True):
    """A fact of a subject as it stands."""

    name: str
    cell: Cell
    type: str
    unit: str
    derived: bool
    meaning: str
    values: tuple[str, ...]
    said_by: str
    said_at: datetime | None
    event: str
    supposed: bool = False
    """Whether somebody only supposes it (what-if)."""


class Facts(msgspec.Struct, frozen=True):
    """All facts of one subject, in the order of their names."""

    subject: str
    rows: tuple[FactRow, ...]


class SourceRow(msgspec.Struct, frozen=True):
    """One source, and how fresh its words are."""

    name: str
    condition: SourceCondition
    heard_at: datetime | None


class ReplayState(msgspec.Struct, frozen=True):
    """Where a replay stands."""

    position: int
    """Events applied."""
    events: int
    """Events read so far."""
    reading: float | None
    """The share of the logs that has been read or judged, while that is going on."""
    start: datetime | None
    end: datetime | None
    time: datetime | None
    speed: Speed
    playing: bool
    marks: tuple[int, ...]
    """By equal parts of the time from start to end: 0 nothing; 1 something resolved; else a
    finding raised there, 2 information to 5 critical, the worst of them."""
    going: float | None = None
    """The share of the way to another place that has been gone, while that takes time."""
    writable: bool = False


class Supposition(msgspec.Struct, frozen=True):
    """A fact that is supposed to have another value; None makes it unknown."""

    subject: str
    fact: str
    value: bool | int | float | str | None


class WhatIf(msgspec.Struct, frozen=True):
    """What would be: suppositions on a copy, and what they would change."""

    suppositions: tuple[Supposition, ...]
    later_seconds: float
    raised: tuple[FindingRow, ...]
    resolved: tuple[FindingRow, ...]
    forbidden: tuple[ProhibitionNow, ...]
    """What would be forbidden that is not now."""
    allowed: tuple[ProhibitionNow, ...]
    """What would no longer be forbidden."""


class Said(msgspec.Struct, frozen=True):
    """What came of a command, for the status line. Numbers rise, so that none is shown twice."""

    number: int
    text: str
    failed: bool = False


class Unrecorded(msgspec.Struct, frozen=True):
    """That nothing new can come, because nobody writes it into the journal."""

    word: str
    """For the header."""
    text: str
    """The same as a sentence."""
    since: datetime | None = None
    """When the last came; None where none ever did."""


class Snapshot(msgspec.Struct, frozen=True):
    """The watch as it stands at one moment."""

    number: int
    kind: SessionKind
    title: str
    time: datetime | None
    board: tuple[BoardRow, ...]
    findings: tuple[FindingRow, ...]
    forbidden: tuple[ProhibitionNow, ...]
    detail: FindingDetail | None
    """Of the finding that was asked for, or else of the worst."""
    explained: Explained | None
    facts: Facts | None
    sources: tuple[SourceRow, ...]
    subjects: tuple[str, ...]
    blind_spots: int
    blind_rules: tuple[tuple[str, int], ...]
    """Each rule that cannot be judged, and on how many subjects."""
    counts: tuple[tuple[str, int], ...]
    """What the engine refused, by what was wrong with it."""
    log_faults: tuple[str, ...]
    log_fault_count: int
    lines_lost: int
    """Lines of the log that could not be read; what they say is not known."""
    rule_faults: tuple[str, ...]
    """What is wrong with rule files that were saved; the last good rules are in force."""
    rule_base: RuleBase
    timeline: Timeline
    timeline_length: int
    operator: str
    read_only: str
    """Why what operators do is not recorded; empty where it is."""
    said: Said | None
    unverified: tuple[str, ...] = ()
    """Deployments whose certificates nobody verifies."""
    unrecorded: Unrecorded | None = None
    replay: ReplayState | None = None
    what_if: WhatIf | None = None

    @property
    def being_read(self) -> bool:
        """Whether a replay has not been read to its end yet."""
        return self.replay is not None and self.replay.reading is not None

    @property
    def nothing_readable(self) -> bool:
        """Whether there were lines, and none of them was an event."""
        return bool(self.lines_lost) and not self.subjects and not self.timeline_length


__all__ = [
    "BoardCell",
    "BoardRow",
    "Cell",
    "EvidenceNow",
    "Explained",
    "FactRow",
    "Facts",
    "FindingDetail",
    "FindingKey",
    "FindingRow",
    "Prohibition",
    "ProhibitionNow",
    "ReplayState",
    "Said",
    "SessionKind",
    "Snapshot",
    "SourceCondition",
    "SourceRow",
    "Speed",
    "Standing",
    "Supposition",
    "Unrecorded",
    "WhatIf",
]
