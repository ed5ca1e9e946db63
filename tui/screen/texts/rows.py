"""Rows of text, and what each leads to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from tui.safe_text import harmless, wrap
from tui.screen.lines import Line, Role, Span

if TYPE_CHECKING:
    from tui.session.snapshot import FindingKey


class ToEvent(NamedTuple):
    """Leads to the line of an event."""

    event: str
    time: datetime


class ToFinding(NamedTuple):
    """Leads to a finding."""

    key: FindingKey


class ToRule(NamedTuple):
    """Leads to a rule, explained on a subject."""

    rule: str
    subject: str


class ToFact(NamedTuple):
    """Leads to a fact, to suppose another value."""

    subject: str
    fact: str


class ToAction(NamedTuple):
    """Leads to an action."""

    name: str


class ToSubject(NamedTuple):
    """Leads to a subject's facts."""

    subject: str


Target: TypeAlias = ToEvent | ToFinding | ToRule | ToFact | ToAction | ToSubject | None


class Row(NamedTuple):
    """A line of a text, and what Enter leads to from it."""

    line: Line
    target: Target = None

    @property
    def text(self) -> str:
        """What a filter looks at."""
        return "".join(span.text for span in self.line)


def heading(text: str) -> Row:
    """The title of a section."""
    return Row((Span(text, "focus"),))


EMPTY: Final = Row(())


def paragraph(
    text: str,
    columns: int,
    role: Role = "plain",
    *,
    first: str = "",
    rest: str = "",
    target: Target = None,
) -> Iterator[Row]:
    """A text broken into lines."""
    for line in wrap(harmless(text), max(16, columns), first=first, rest=rest):
        yield Row((Span(line, role),), target)
