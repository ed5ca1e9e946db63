"""What is supposed, and what would follow."""

from __future__ import annotations

from tui.screen.lines import Look, Span
from tui.screen.texts.finding import plain
from tui.screen.texts.rows import EMPTY, Row, ToFact, ToFinding, heading
from tui.session.snapshot import WhatIf


def what_if_text(what_if: WhatIf, look: Look, columns: int) -> list[Row]:
    """What is supposed, and what would follow from it."""
    rows = [heading("Supposed (nothing is recorded)")]
    for one in what_if.suppositions:
        value = "unknown" if one.value is None else plain(one.value)
        rows.append(
            Row(
                (Span(f"  {one.subject} {one.fact} = {value}", "supposed"),),
                ToFact(one.subject, one.fact),
            )
        )
    if what_if.later_seconds:
        rows.append(Row((Span(f"  {what_if.later_seconds / 60:g} min later", "supposed"),)))
    if not what_if.suppositions and not what_if.later_seconds:
        rows.append(Row((Span("  nothing yet", "dim"),)))
    for title, findings in (("Would be raised", what_if.raised), ("Would end", what_if.resolved)):
        rows += [EMPTY, heading(title)]
        rows += [
            Row(
                (
                    Span(f"  {look.glyph(row.severity)} {row.severity} ", row.severity),
                    Span(row.title),
                    Span(f"  {row.key.subject}", "dim"),
                ),
                ToFinding(row.key),
            )
            for row in findings
        ] or [Row((Span("  nothing", "dim"),))]
    for title, prohibitions in (
        ("Would be forbidden as well", what_if.forbidden),
        ("Would no longer be forbidden", what_if.allowed),
    ):
        rows += [EMPTY, heading(title)]
        shown = dict.fromkeys((one.title or one.operation, one.subject) for one in prohibitions)
        rows += [Row((Span(f"  {name} on {subject}"),)) for name, subject in shown] or [
            Row((Span("  nothing", "dim"),))
        ]
    return rows
