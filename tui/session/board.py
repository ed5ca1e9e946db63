"""What the board of a rule base says of each subject as it stands; facts are named there alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeAlias, TypeVar

from rules.board import Board, BoardLine
from rules.compiled import CompiledFact
from rules.evaluate import truth
from rules.finding import Finding, show_value
from rules.pattern import Pattern, conditions, facts_named
from rules.program import Programs
from rules.read_rules import PLACEHOLDER
from rules.situation import Forbidden, value_now
from rules.subject import Subject
from rules.values import Value
from rules.vocabulary import SEVERITIES, Severity, Truth
from rules.words import Words
from tui.session.snapshot import (
    BoardCell,
    BoardRow,
    Cell,
    SourceCondition,
    Standing,
    SubjectSign,
)
from tui.session.sources import CONDITIONS

T = TypeVar("T")
Make: TypeAlias = Callable[[], T]

_MOST_REMEMBERED: Final = 100_000
_UNKNOWN: Final = Cell()
_SIGNS: Final[tuple[SubjectSign, ...]] = (
    "critical",
    "warning",
    "unknown",
    "notice",
    "information",
    "good",
)
"""The worst first."""
_STANDINGS: Final[tuple[Standing, ...]] = ("known", "last known", "unknown")


def last_said(words: Words, subject: Subject, name: str) -> tuple[Value | None, Standing]:
    """A fact's value as a subject sees it, and how far it can be trusted; None where unknown."""
    compiled = words.programs.facts.get(name)
    if compiled is None or compiled.level_scope not in subject.scope.chain:
        return None, "unknown"
    around = subject.around(subject.scope.level(compiled.level_scope))
    value: Value | None = None if around is None else around.raw[compiled.slot]
    if around is None or value is None:
        return None, "unknown"
    return value, "known" if words.known(around, compiled) is not None else "last known"


def cell(words: Words, subject: Subject, name: str) -> Cell:
    """A fact's value as a subject sees it, for people."""
    value, standing = last_said(words, subject, name)
    if value is None:
        return _UNKNOWN
    fact = words.programs.rule_base.facts.get(name)
    return Cell(show_value(value, fact) + unit_mark(words, name), standing)


def unit_mark(words: Words, name: str) -> str:
    """What stands directly behind a fact's value: a sign for its unit, where there is one."""
    fact = words.programs.facts.get(name)
    return "%" if fact is not None and fact.declared.unit == "percent" else ""


class BoardMemory:
    """What the parts of a board came to for the same values: most subjects have not changed since
    the last picture, and many are alike."""

    def __init__(self) -> None:
        self._programs: Programs | None = None
        self._said: dict[tuple[Any, ...], Any] = {}
        self._facts: list[tuple[CompiledFact, ...] | None] = []

    def use(self, programs: Programs) -> None:
        """Remember for these rules; what was remembered for others goes."""
        if programs is self._programs and len(self._said) < _MOST_REMEMBERED:
            return
        self._programs, self._said = programs, {}
        board = programs.rule_base.board
        parts = [
            ([line.text, *(sign.show for sign in line.signs)], [one.when for one in line.signs])
            for line in board.lines
        ]
        notes = board.notes
        parts.append(
            ([text for one in notes for text in (one.text, one.wide)], [one.when for one in notes])
        )
        self._facts = [_facts_of(texts, patterns, programs) for texts, patterns in parts]

    def recall(
        self, part: int, state: Callable[[CompiledFact], tuple[Value | None, bool]], make: Make[T]
    ) -> T:
        """What a part came to for these values, made where that is not known."""
        facts = self._facts[part]
        if facts is None:
            return make()
        key = (part, *(value for fact in facts for value in state(fact)))
        found: T | None = self._said.get(key)
        if found is None:
            found = self._said[key] = make()
        return found


def _facts_of(
    texts: Sequence[str], patterns: Sequence[Pattern], programs: Programs
) -> tuple[CompiledFact, ...] | None:
    """The facts that decide what is said; None where time decides as well."""
    names = {name for text in texts for name in PLACEHOLDER.findall(text)}
    for pattern in patterns:
        names.update(facts_named(pattern))
        if any(programs.facts[one.fact].declared.type == "instant" for one in conditions(pattern)):
            return None
    return tuple(programs.facts[name] for name in sorted(names))


def board_rows(
    words: Words,
    findings: Sequence[Finding],
    forbidden: Sequence[Forbidden],
    heard: Mapping[str, tuple[SourceCondition, datetime | None]],
    now: datetime,
    memory: BoardMemory,
) -> tuple[BoardRow, ...]:
    """All subjects of the board: those with the worst sign first, then by the one around and by
    name."""
    board = words.programs.rule_base.board
    memory.use(words.programs)
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
        _Reader(words, board, subject, now, memory).row(
            open_on.get(subject.name, []), bound, _condition(subject, heard)
        )
        for subject in words.subjects.values()
        if not board.scope or subject.scope.name == board.scope
    ]
    rows.sort(
        key=lambda row: (
            _SIGNS.index(row.sign),
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

    def __init__(
        self, words: Words, board: Board, subject: Subject, now: datetime, memory: BoardMemory
    ) -> None:
        self._words = words
        self._memory = memory
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
        cells = tuple(self._cell(number, line) for number, line in enumerate(board.lines))
        self._member = None
        worst = min(severities, key=SEVERITIES.index) if severities else None
        note, wide_note = self._memory.recall(len(board.lines), self._state, self._notes)
        return BoardRow(
            subject=subject.name,
            name=subject.name.partition("/")[2] if board.scope else subject.name,
            around=subject.parent.name.partition("/")[2] if subject.parent else "",
            badge=cell(self._words, subject, board.badge) if board.badge else Cell("", "known"),
            cells=cells,
            note=note,
            wide_note=wide_note,
            condition=heard[0],
            heard_at=heard[1],
            worst=worst,
            sign=_sign(worst, cells, heard[0]),
            open_findings=len(severities),
            forbidden=tuple(sorted(forbidden)),
        )

    def _notes(self) -> tuple[str, str]:
        note = next((one for one in self._board.notes if self._holds(one.when)), None)
        if note is None:
            return "", ""
        return self._fill(note.text).text, self._fill(note.wide or note.text).text

    def _cell(self, number: int, line: BoardLine) -> BoardCell:
        self._member = None
        if line.member_scope:
            name = value_now(self._words, self._subject.name, line.member_named_by)
            self._member = self._words.subjects.get(f"{line.member_scope}/{name}")
        return self._memory.recall(number, self._state, partial(self._said, line))

    def _said(self, line: BoardLine) -> BoardCell:
        holding = next((sign for sign in line.signs if self._holds(sign.when)), None)
        return BoardCell(
            label=line.label,
            text=self._fill(line.text),
            sign=holding.sign if holding else "unknown" if line.signs else "",
            instead=self._fill(holding.show).text if holding and holding.show else "",
            together=line.together,
        )

    def _of(self, fact: CompiledFact) -> Subject:
        """Whose fact is meant: the member's, where it is of the member's scope."""
        if self._member is not None and fact.level_scope == self._member.scope.name:
            return self._member
        return self._subject

    def _state(self, fact: CompiledFact) -> tuple[Value | None, bool]:
        """What was last said of a fact, and whether that still counts."""
        subject = self._of(fact)
        if fact.level_scope != subject.scope.name:
            if fact.level_scope not in subject.scope.chain:
                return None, False
            around = subject.around(subject.scope.level(fact.level_scope))
            if around is None:
                return None, False
            subject = around
        value: Value | None = subject.raw[fact.slot]
        return value, value is not None and self._words.known(subject, fact) is not None

    def _value(self, name: str) -> Value | None:
        fact = self._words.programs.facts[name]
        return value_now(self._words, self._of(fact).name, name)

    def _holds(self, pattern: Pattern) -> bool:
        catalogue = self._words.programs.rule_base.facts
        return truth(pattern, self._value, self._now, catalogue) is Truth.TRUE

    def _fill(self, template: str) -> Cell:
        """A text with its facts filled in; it can be trusted as far as each of them."""
        standing: Standing = "known"

        def value(name: str) -> str:
            nonlocal standing
            fact = self._words.programs.facts[name]
            found = cell(self._words, self._of(fact), name)
            standing = max(standing, found.standing, key=_STANDINGS.index)
            # A version's build takes the room of everything else.
            text = found.text.partition("-")[0] if fact.declared.type == "version" else found.text
            return text or "?"

        text = PLACEHOLDER.sub(lambda match: value(match[1]), template)
        return _UNKNOWN if standing == "unknown" else Cell(text, standing)


def _sign(
    worst: Severity | None, cells: Sequence[BoardCell], condition: SourceCondition
) -> SubjectSign:
    """The worst of what is open, of what the lines show, and of what is not known."""
    signs: list[SubjectSign] = [one.sign for one in cells if one.sign]
    if worst is not None:
        signs.append(worst)
    if condition == "lost" or (cells and cells[0].text.standing != "known"):
        signs.append("unknown")
    return min(signs, key=_SIGNS.index, default="good")


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
