"""What a screen shows of each subject in a line or a few: declared by the rule base, so that no
screen knows a fact by its name."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from rules.pattern import Pattern

SignName: TypeAlias = Literal["good", "warning", "critical", "unknown"]


class Sign(msgspec.Struct, frozen=True):
    """The sign of a line while a pattern holds. `show` stands in place of the line's own text."""

    sign: SignName
    when: Pattern
    show: str = ""


class BoardLine(msgspec.Struct, frozen=True):
    """One line of a subject: a label, a text with facts in braces, and the first sign that holds;
    with signs of which none holds, the sign is `unknown`.

    With `member_scope`, patterns and text may also name facts of the subject of that scope whose
    name is the value of the fact `member_named_by`."""

    label: str
    text: str
    signs: tuple[Sign, ...] = ()
    member_scope: str = ""
    member_named_by: str = ""
    together: bool = False
    """Whether it shares its line with its neighbours while all of them are good."""


class BoardNote(msgspec.Struct, frozen=True):
    """A line that is shown while its pattern holds; of several, the first. `wide` says the same
    in a table's column; without a `text` it stands there alone."""

    when: Pattern
    text: str = ""
    wide: str = ""


class Board(msgspec.Struct, frozen=True):
    """Which subjects are shown, and what of them. Without a scope each subject is shown, by its
    name alone."""

    scope: str = ""
    title: str = "Subjects"
    badge: str = ""
    """The fact that is shown beside a subject's name."""
    first: str = ""
    """Of subjects that are equally well, those with this badge come first."""
    operation: str = ""
    """The operation that is named first where several are forbidden."""
    note_heading: str = ""
    """The heading of the notes' column."""
    lines: tuple[BoardLine, ...] = ()
    notes: tuple[BoardNote, ...] = ()
