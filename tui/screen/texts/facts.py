"""The facts of a subject."""

from __future__ import annotations

from tui.screen.lines import Span, pad
from tui.screen.say import clock_of, value_span
from tui.screen.texts.rows import EMPTY, Row, ToFact, heading
from tui.session.snapshot import FactRow, Facts


def facts_text(facts: Facts, columns: int) -> list[Row]:
    """All facts of a subject: those that are known first."""
    known = [row for row in facts.rows if row.cell.text]
    unknown = [row for row in facts.rows if not row.cell.text]
    wide = min(34, max((len(row.name) for row in facts.rows), default=10), columns // 2)
    rows = [_fact_row(facts.subject, row, wide, columns) for row in known]
    if unknown:
        rows += [EMPTY, heading(f"Not known ({len(unknown)})")]
        rows += [_fact_row(facts.subject, row, wide, columns) for row in unknown]
    return rows


def _fact_row(subject: str, row: FactRow, wide: int, columns: int) -> Row:
    value = value_span(row.cell)
    if row.supposed:
        value = Span(f"{value.text} supposed", "supposed")
    by = " concluded" if row.derived else f" {row.said_by}" if row.said_by else ""
    if row.said_at is not None and columns >= 100:
        by += f" {clock_of(row.said_at)}"
    room = max(8, columns - wide - 2 - len(by))
    name = pad(row.name, wide)
    return Row(
        (Span(name + " "), Span(pad(value.text, room), value.role), Span(by, "dim")),
        ToFact(subject, row.name),
    )


def fact_meaning(row: FactRow) -> str:
    """What a fact means and what it can be, in one line."""
    allowed = {
        "bool": "true, false",
        "instant": "2026-11-22T02:14:07Z",
        "duration": "90s, 45m, 24h",
    }
    values = ", ".join(row.values) or allowed.get(row.type, "")
    return f"[{values}] {row.meaning}" if values else row.meaning
