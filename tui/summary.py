"""What a replay comes to: counted while it runs, put together at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from rules.finding import Change, Finding
from rules.situation import BlindSpot, Forbidden
from rules.vocabulary import Severity


class RuleChoice(msgspec.Struct):
    """Which rules judge, and who chose them."""

    title: str
    hash: str
    rules: int
    folders: tuple[str, ...] = ()
    """Folders given by hand instead of, or besides, the shipped rules."""
    shipped: bool = True
    """Whether the shipped rules are among them."""
    overrides: str = ""
    """The site's override file, if any."""
    by_hand: bool = False
    """Whether they judge the whole log, whatever the journal says was loaded (law 13)."""


class LoadedRules(msgspec.Struct):
    """Rules that the journal says were loaded, and what came of it."""

    time: datetime
    hash: str
    outcome: Literal["same", "taken", "by hand", "not kept", "damaged"]


class Situation(msgspec.Struct):
    """What stands at one time."""

    at: datetime
    newest: datetime | None
    """The time of the newest event that is known then; none where there is no event."""
    findings: list[Finding]
    forbidden: list[Forbidden]
    covered: Mapping[tuple[str, str], str]
    """By rule and subject, the open finding that a worse one covers, and that one's rule."""
    blind: int
    """How many rules cannot be judged, counted for each subject."""
    blind_spots: list[BlindSpot]
    """Which they are; none where they are too many to be named."""
    lost: list[tuple[str, datetime | None]]
    """Sources that are not heard, and when they were heard last."""
    hidden: Mapping[Severity, int] = {}
    """How many more are open that filters keep from sight; no severity of which there is none."""
    unknown: list[str] = []
    """Subjects that were asked for and that no event is about."""
    subjects: list[str] = []
    """Those that there are, where one was asked for that there is not."""
    refused: int = 0
    """Lines of the log that could not be read."""


class Refused(msgspec.Struct):
    """Something that was passed over, of one kind."""

    kind: str
    count: int
    examples: list[str]


class Summary(msgspec.Struct):
    """Everything that a replay says at its end."""

    logs: list[str]
    first: datetime | None
    last: datetime | None
    until: datetime | None
    """Where the replay was made to end; none: at the last event."""
    events: int
    subjects: int
    raised: Mapping[Severity, int]
    resolved: Mapping[Severity, int]
    """Closed by hand included."""
    closed: int
    recurred: int
    open: Mapping[Severity, int]
    rules: RuleChoice
    loaded: list[LoadedRules]
    refused_lines: int
    line_faults: list[str]
    """The first of them, each with file and line."""
    faults_by_kind: Mapping[str, int]
    refused_words: list[Refused]
    duplicates: int
    out_of_order: int
    conflicts: int
    filters: list[str]
    verified: bool
    statistics: Mapping[str, int]


class Tally:
    """Counts changes as they come, those that a filter hides as well."""

    def __init__(self) -> None:
        self.raised: Counter[Severity] = Counter()
        self.resolved: Counter[Severity] = Counter()
        self.closed = 0
        self.recurred = 0

    def count(self, change: Change) -> None:
        """Take one change into account."""
        severity = change.finding.rule.severity
        match change.kind:
            case "raised":
                self.raised[severity] += 1
            case "resolved":
                self.resolved[severity] += 1
            case "closed":
                self.resolved[severity] += 1
                self.closed += 1
            case "recurred":
                self.recurred += 1
            case _:
                pass
