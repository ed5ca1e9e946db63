"""What the board of a rule base says of each subject as it stands; facts are named there alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from rules.board import Board, BoardLine
from rules.evaluate import truth
from rules.finding import Finding, show_value
from rules.pattern import Pattern
from rules.read_rules import PLACEHOLDER
from rules.situation import Forbidden, value_now
from rules.subject import Subject
from rules.values import Value
from rules.vocabulary import SEVERITIES, Severity, Truth
from rules.words import Words
from tui.session.snapshot import BoardCell, BoardRow, Cell, SourceCondition, Standing
from tui.session.sources import CONDITIONS

_UNKNOWN: Final = Cell()
_STANDINGS: Final[tuple[Standing, ...]] = ("known", "last known", "unknown")


def cell(words: Words, subject: Subject, name: str) -> Cell:
    """A fact's value as a subject sees it, for people."""
    compiled = words.programs.facts.get(name)
    if compiled is None or compiled.level_scope not in subject.scope.chain:
        return _UNKNOWN
    around = subject.around(subject.scope.level(compiled.level_scope))
    if around is None:
        return _UNKNOWN
    value = around.raw[compiled.slot]
    if value is None:
        return _UNKNOWN
    unit = "%" if compiled.declared.unit == "percent" else ""
    known = words.known(around, compiled) is not None
    return Cell(show_value(value) + unit, "known" if known else "last known")


def board_rows(
    words: Words,
    findings: Sequence[Finding],
    forbidden: Sequence[Forbidden],
    conditions: Mapping[str, tuple[SourceCondition, datetime | None]],
    now: datetime,
) -> tuple[BoardRow, ...]:
    """All subjects of the board: those with the worst open finding first, then by the one around
    and by name."""
    board = words.programs.rule_base.board
    open_on: dict[str, list[Severity]] = {}
    for finding in findings:
        subject = words.subjects.get(finding.subject)
        for one in subject.lineage() if subject else ():
            if not board.scope or one.scope.name == board.scope:
                open_on.setdefault(one.name, []).append(finding.rule.severity)
    bound: dict[str, set[str]] = {}
    for one_forbidden in forbidden:
        bound.setdefault(one_forbidden.subject, set()).add(one_forbidden.operation)
    rows = [
        _Reader(words, board, subject, now).row(
            open_on.get(subject.name, []), bound, _condition(subject, conditions)
        )
        for subject in words.subjects.values()
        if not board.scope or subject.scope.name == board.scope
    ]
    rows.sort(
        key=lambda row: (
            SEVERITIES.index(row.worst) if row.worst else len(SEVERITIES),
            -CONDITIONS.index(row.condition),
            bool(board.first) and row.badge.text != board.first,
            row.around,
            row.name,
        )
    )
    return tuple(rows)


class _Reader:
    """Reads what the board says of one subject, and of those that its lines lead to."""

    def __init__(self, words: Words, board: Board, subject: Subject, now: datetime) -> None:
        self._words = words
        self._board = board
        self._subject = subject
        self._now = now
        self._member: Subject | None = None

    def row(
        self,
        severities: list[Severity],
        bound: Mapping[str, set[str]],
        heard: tuple[SourceCondition, datetime | None],
    ) -> BoardRow:
        subject, board = self._subject, self._board
        forbidden: set[str] = set()
        for one in subject.lineage():
            forbidden |= bound.get(one.name, set())
        cells = tuple(self._cell(line) for line in board.lines)
        self._member = None
        note = next((one for one in board.notes if self._holds(one.when)), None)
        return BoardRow(
            subject=subject.name,
            name=subject.name.partition("/")[2] if board.scope else subject.name,
            around=subject.parent.name.partition("/")[2] if subject.parent else "",
            badge=cell(self._words, subject, board.badge) if board.badge else Cell("", "known"),
            cells=cells,
            note=self._fill(note.text).text if note else "",
            wide_note=self._fill(note.wide or note.text).text if note else "",
            condition=heard[0],
            heard_at=heard[1],
            worst=min(severities, key=SEVERITIES.index) if severities else None,
            open_findings=len(severities),
            forbidden=tuple(sorted(forbidden)),
        )

    def _cell(self, line: BoardLine) -> BoardCell:
        self._member = None
        if line.member_scope:
            name = value_now(self._words, self._subject.name, line.member_named_by)
            self._member = self._words.subjects.get(f"{line.member_scope}/{name}")
        holding = next((sign for sign in line.signs if self._holds(sign.when)), None)
        return BoardCell(
            label=line.label,
            text=self._fill(line.text),
            sign=holding.sign if holding else "unknown" if line.signs else "",
            instead=self._fill(holding.show).text if holding and holding.show else "",
            together=line.together,
        )

    def _of(self, name: str) -> Subject:
        """Whose fact is meant: the member's, where it is of the member's scope."""
        compiled = self._words.programs.facts[name]
        if self._member is not None and compiled.level_scope == self._member.scope.name:
            return self._member
        return self._subject

    def _value(self, name: str) -> Value | None:
        return value_now(self._words, self._of(name).name, name)

    def _holds(self, pattern: Pattern) -> bool:
        catalogue = self._words.programs.rule_base.facts
        return truth(pattern, self._value, self._now, catalogue) is Truth.TRUE

    def _fill(self, template: str) -> Cell:
        """A text with its facts filled in; it can be trusted as far as each of them."""
        standing: Standing = "known"

        def value(name: str) -> str:
            nonlocal standing
            found = cell(self._words, self._of(name), name)
            standing = max(standing, found.standing, key=_STANDINGS.index)
            declared = self._words.programs.facts[name].declared
            # A version's build takes the room of everything else.
            text = found.text.partition("-")[0] if declared.type == "version" else found.text
            return text or "?"

        text = PLACEHOLDER.sub(lambda match: value(match[1]), template)
        return _UNKNOWN if standing == "unknown" else Cell(text, standing)


def _condition(
    subject: Subject, conditions: Mapping[str, tuple[SourceCondition, datetime | None]]
) -> tuple[SourceCondition, datetime | None]:
    """How those who speak of a subject stand: the worst of them, and the longest silence."""
    spoken_by = {
        origin.source
        for slot in range(len(subject.scope.facts))
        if (origin := subject.origins[slot]) is not None
    }
    heard = [conditions[name] for name in spoken_by if name in conditions]
    if not heard:
        return "lost", None
    worst = max((condition for condition, _ in heard), key=CONDITIONS.index)
    return worst, min((at for _, at in heard if at is not None), default=None)
