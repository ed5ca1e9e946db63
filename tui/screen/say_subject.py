"""What the panes say of a subject: lines made from what the rule base's board shows of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Final

from tui.screen.lines import Line, Look, Role, Span, pad, pad_name
from tui.screen.say import CONDITION_ROLES, age_text, value_span

if TYPE_CHECKING:
    from rules.board import Board
    from tui.session.snapshot import BoardCell, BoardRow

_ROLES: Final[dict[str, Role]] = {
    "good": "good",
    "warning": "warning",
    "critical": "critical",
    "unknown": "dim",
}
_LABEL: Final = 7
_CELL: Final = 8


def subject_lines(row: BoardRow, look: Look, columns: int) -> list[Line]:
    """A subject in the narrow pane: itself, the lines of the board, and what is so at times."""
    glyph, role = _sign(row)
    lines: list[Line] = [(Span(look.glyph(glyph), role), Span(" "), *_name_spans(row, columns))]
    for together, cells in groupby(row.cells, key=lambda cell: cell.together):
        group = tuple(cells)
        if together and all(_is_good(cell) for cell in group):
            lines.append(_joined_line(group, look))
        else:
            lines += [_cell_line(cell, look, columns) for cell in group]
    if row.note:
        lines.append((Span(" "), Span(row.note, "warning")))
    if row.condition in {"stale", "lost"}:
        lines.append((Span(f" source {row.condition}", CONDITION_ROLES[row.condition]),))
    return lines


def _name_spans(row: BoardRow, columns: int) -> tuple[Span, ...]:
    badge = _badge(row)
    if badge and columns - len(row.name) < len(badge) + 3:
        badge = badge if len(badge) <= _LABEL else badge[: _LABEL - 1] + "."
    if not badge:
        return (Span(pad_name(row.name, max(4, columns - 2)), "strong"),)
    name = pad_name(row.name, max(4, columns - len(badge) - 3))
    return Span(name, "strong"), Span(f" {badge}")


def _badge(row: BoardRow) -> str:
    return row.badge.text or ("" if row.badge.standing == "known" else "?")


def _sign(row: BoardRow) -> tuple[str, Role]:
    if row.sign == "unknown":
        return "unknown", "critical" if row.condition == "lost" else "dim"
    return row.sign, row.sign


def _is_good(cell: BoardCell) -> bool:
    return cell.sign == "good" and cell.text.standing == "known"


def _joined_line(cells: Sequence[BoardCell], look: Look) -> Line:
    sign = Span(look.glyph("good"), "good")
    spans: list[Span] = []
    for cell in cells:
        spans += [Span(" "), sign, Span(f" {cell.label}")]
    return tuple(spans)


def _cell_line(cell: BoardCell, look: Look, columns: int) -> Line:
    value = _value(cell)
    label = pad(cell.label, _LABEL) if columns >= len(value.text) + 4 + _LABEL else cell.label
    glyph = Span(look.glyph(cell.sign), _ROLES[cell.sign]) if cell.sign else Span(" ")
    return Span(" "), glyph, Span(f" {label} "), value


def _value(cell: BoardCell) -> Span:
    """The line's text, in its sign's colour where that is not good."""
    if cell.instead:
        return Span(cell.instead, _ROLES.get(cell.sign, "plain"))
    value = value_span(cell.text)
    if value.role == "plain" and cell.sign in {"warning", "critical"}:
        return Span(value.text, _ROLES[cell.sign])
    return value


def _widths(row_cells: int, columns: int) -> tuple[int, int, int]:
    """Columns of a subject's name, of its note, and of how fresh it is."""
    fresh = 20 if columns >= 100 else 8
    taken = 12 + (_CELL + 1) * row_cells
    name = max(10, min(28, columns - taken - fresh - 22))
    return name, max(8, columns - taken - name - fresh - 2), fresh


def wide_subject_line(row: BoardRow, look: Look, columns: int, now: datetime | None) -> Line:
    """A subject in one line across the screen."""
    glyph, role = _sign(row)
    name, room, fresh = _widths(len(row.cells), columns)
    heard = row.condition
    said = (
        heard
        if fresh < 10 or not (now and row.heard_at)
        else f"{heard} {age_text(row.heard_at, now)}"
    )
    spans = [
        Span(look.glyph(glyph), role),
        Span(" " + pad_name(row.name, name), "strong"),
        Span(" " + pad(_badge(row), 9)),
    ]
    for cell in row.cells:
        value = _value(cell)
        spans += [Span(" "), Span(pad(value.text, _CELL), value.role)]
    spans.append(Span(" " + pad(row.wide_note, room)))
    spans.append(Span(" " + pad(said, fresh), CONDITION_ROLES[row.condition]))
    return tuple(spans)


def wide_subject_heading(board: Board, columns: int) -> Line:
    """The headings above `wide_subject_line`."""
    name, room, _ = _widths(len(board.lines), columns)
    badge = board.badge.rpartition(".")[2]
    labels = "".join(f" {pad(line.label, _CELL)}" for line in board.lines)
    title = pad(board.title.lower(), name)
    text = f"  {title} {pad(badge, 9)}{labels} {pad(board.note_heading, room)} heard"
    return (Span(text, "dim"),)
