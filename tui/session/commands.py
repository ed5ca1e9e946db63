"""What the screen asks of a session."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tui.session.snapshot import FindingKey, Supposition


class OpenFinding(msgspec.Struct, frozen=True):
    """Show a finding's detail; None: always that of the worst."""

    key: FindingKey | None


class Explain(msgspec.Struct, frozen=True):
    """Explain a rule on a subject; an empty rule ends it."""

    rule: str = ""
    subject: str = ""


class BrowseFacts(msgspec.Struct, frozen=True):
    """Show the facts of a subject; an empty one ends it."""

    subject: str = ""


class Suppose(msgspec.Struct, frozen=True):
    """Suppose a fact to have another value, on a copy; `text` is read as the fact's type, and an
    empty one makes it unknown."""

    subject: str
    fact: str
    text: str


class SupposeLater(msgspec.Struct, frozen=True):
    """Suppose that so much more time has passed and nothing else has happened."""

    seconds: float


class EndWhatIf(msgspec.Struct, frozen=True):
    """Go back to what is."""


class TakeBack(msgspec.Struct, frozen=True):
    """Take one supposition back."""

    supposition: Supposition


class Acknowledge(msgspec.Struct, frozen=True):
    """The operator has taken note of a finding."""

    key: FindingKey
    note: str = ""


class Confirm(msgspec.Struct, frozen=True):
    """The operator has done a step."""

    key: FindingKey
    confirm: str


class WriteNote(msgspec.Struct, frozen=True):
    """The operator writes about a finding; with an empty rule, about the subject."""

    key: FindingKey
    note: str


class CloseFinding(msgspec.Struct, frozen=True):
    """The operator closes a finding by hand, with a reason."""

    key: FindingKey
    reason: str


class SetOperator(msgspec.Struct, frozen=True):
    """Write events in another name from now on."""

    name: str


class Play(msgspec.Struct, frozen=True):
    """Let the replay run, from the beginning if it stands at the end."""


class Pause(msgspec.Struct, frozen=True):
    """Let the replay stand."""


class PlayOrPause(msgspec.Struct, frozen=True):
    """Let a replay that stands run, and one that runs stand."""


class ChangeSpeed(msgspec.Struct, frozen=True):
    """Play so many steps faster, or slower."""

    by: int


class SetSpeed(msgspec.Struct, frozen=True):
    """Seconds of the journal in a second; 0: as fast as it goes."""

    speed: float


class StepEvents(msgspec.Struct, frozen=True):
    """Go so many events on, or back."""

    count: int


class SeekTime(msgspec.Struct, frozen=True):
    """Go to a time of the journal."""

    time: datetime


class SeekEvent(msgspec.Struct, frozen=True):
    """Go to where so many events have been applied."""

    position: int


class SeekFinding(msgspec.Struct, frozen=True):
    """Go to where the next finding is raised, or the previous one (`forward` false)."""

    forward: bool = True


class ReloadRules(msgspec.Struct, frozen=True):
    """Read the rule files now, changed or not."""


Pace = (
    Play
    | Pause
    | PlayOrPause
    | ChangeSpeed
    | SetSpeed
    | StepEvents
    | SeekTime
    | SeekEvent
    | SeekFinding
)
"""What only a replay can do."""

Command = (
    OpenFinding
    | Explain
    | BrowseFacts
    | Suppose
    | SupposeLater
    | EndWhatIf
    | TakeBack
    | Acknowledge
    | Confirm
    | WriteNote
    | CloseFinding
    | SetOperator
    | ReloadRules
    | Pace
)
