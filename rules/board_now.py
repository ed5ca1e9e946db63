"""What the board of a rule base says of a subject now: each line's sign and text, and the note."""

from __future__ import annotations

from typing import Literal

import msgspec

from rules.board import Board, BoardLine, Sign, SignName
from rules.compiled import CompiledFact
from rules.evaluate import truth
from rules.finding import show_value
from rules.pattern import Pattern
from rules.read_rules import PLACEHOLDER
from rules.situation import value_now
from rules.subject import Subject
from rules.values import Value
from rules.vocabulary import Truth
from rules.words import Words


class LineNow(msgspec.Struct, frozen=True):
    """One line of a subject as it stands."""

    label: str
    sign: SignName | Literal[""]
    """Empty where the line never has one."""
    text: str
    """With a question mark behind what was last known of a fact, and is not known now."""


class SubjectNow(msgspec.Struct, frozen=True):
    """What the board says of a subject: its badge, its lines in order, and its note."""

    badge: str
    lines: tuple[LineNow, ...]
    note: str
    wide_note: str


def member_of(words: Words, subject: Subject, line: BoardLine) -> str:
    """The name of the subject that a line leads to; empty where it leads to none."""
    if not line.member_scope:
        return ""
    name = value_now(words, subject.name, line.member_named_by)
    return "" if name is None else f"{line.member_scope}/{name}"


def is_on_board(board: Board, subject: Subject) -> bool:
    """Whether the board has a row for a subject."""
    return not board.scope or subject.scope.name == board.scope


def sign_now(words: Words, subject: Subject, line: BoardLine) -> SignName | Literal[""]:
    """A line's sign, which is that of the first pattern that holds."""
    holding = _holding(_reader_of(words, subject, line), line)
    return holding.sign if holding else "unknown" if line.signs else ""


def line_now(words: Words, subject: Subject, line: BoardLine) -> LineNow:
    """A line's sign and text."""
    reader = _reader_of(words, subject, line)
    holding = _holding(reader, line)
    return LineNow(
        line.label,
        holding.sign if holding else "unknown" if line.signs else "",
        reader.fill(holding.show if holding and holding.show else line.text),
    )


def subject_now(words: Words, subject: Subject) -> SubjectNow:
    """All that the board says of a subject."""
    board = words.programs.rule_base.board
    reader = _Reader(words, subject, None)
    note = next((one for one in board.notes if reader.holds(one.when)), None)
    return SubjectNow(
        badge=reader.said(board.badge) if board.badge else "",
        lines=tuple(line_now(words, subject, line) for line in board.lines),
        note=reader.fill(note.text) if note else "",
        wide_note=reader.fill(note.wide or note.text) if note else "",
    )


def _reader_of(words: Words, subject: Subject, line: BoardLine) -> _Reader:
    return _Reader(words, subject, words.subjects.get(member_of(words, subject, line)))


def _holding(reader: _Reader, line: BoardLine) -> Sign | None:
    return next((sign for sign in line.signs if reader.holds(sign.when)), None)


class _Reader:
    """Reads facts as a subject sees them, or the member that a line leads to."""

    def __init__(self, words: Words, subject: Subject, member: Subject | None) -> None:
        self._words = words
        self._subject = subject
        self._member = member

    def _of(self, fact: CompiledFact) -> Subject:
        if self._member is not None and fact.level_scope == self._member.scope.name:
            return self._member
        return self._subject

    def _value(self, name: str) -> Value | None:
        fact = self._words.programs.facts[name]
        return value_now(self._words, self._of(fact).name, name)

    def holds(self, pattern: Pattern) -> bool:
        facts = self._words.programs.rule_base.facts
        return truth(pattern, self._value, self._words.now, facts) is Truth.TRUE

    def said(self, name: str) -> str:
        """What was last said of a fact; a question mark alone where nothing ever was."""
        fact = self._words.programs.facts[name]
        subject = self._of(fact)
        if fact.level_scope not in subject.scope.chain:
            return "?"
        around = subject.around(subject.scope.level(fact.level_scope))
        value: Value | None = None if around is None else around.raw[fact.slot]
        if around is None or value is None:
            return "?"
        said = show_value(value, fact.declared)
        if fact.declared.type == "version":
            said = said.partition("-")[0]
        if fact.declared.unit == "percent":
            said += "%"
        return said if self._words.known(around, fact) is not None else f"{said}?"

    def fill(self, template: str) -> str:
        return PLACEHOLDER.sub(lambda match: self.said(match[1]), template)
