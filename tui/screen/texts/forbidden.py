"""Everything that must not be done, and what open findings ask for."""

from __future__ import annotations

from tui.phrases import say_grade
from tui.screen.lines import Look, Span
from tui.screen.say import forbidden_line
from tui.screen.texts.rows import EMPTY, Row, ToFinding, heading, paragraph
from tui.session.snapshot import FindingRow, ProhibitionNow, Snapshot


def forbidden_text(snapshot: Snapshot, look: Look, columns: int) -> list[Row]:
    """All prohibitions by subject and operation, with each reason and how it is known; then the
    next step of every open finding, covered ones too. Enter goes to the finding."""
    by: dict[str, dict[str, list[ProhibitionNow]]] = {}
    for one in snapshot.forbidden:
        by.setdefault(one.subject, {}).setdefault(one.operation, []).append(one)
    titles = {row.key: row.title for row in snapshot.findings}
    rows: list[Row] = []
    for subject, operations in by.items():
        rows += [EMPTY] if rows else []
        rows.append(heading(f"Forbidden on {subject}"))
        for ones in operations.values():
            best = min(ones, key=_grade)
            rows.append(Row(forbidden_line(best, columns, subject), ToFinding(best.key)))
            for one in ones:
                title = titles.get(one.key, one.key.rule)
                said = f"{one.text or title} ({say_grade(one.source)})"
                if one.text:
                    said += f": {title}"
                rows += paragraph(said, columns, first="  ", rest="    ", target=ToFinding(one.key))
    if not rows:
        known = bool(snapshot.subjects)
        rows.append(Row((Span("nothing is forbidden" if known else "not known", "dim"),)))
    asking = [row for row in snapshot.findings if row.next_step or row.support is not None]
    if asking:
        rows += [EMPTY, heading("What open findings ask for next")]
    for row in asking:
        rows += _asked(row, look, columns)
    return rows


def _grade(one: ProhibitionNow) -> int:
    from rules.vocabulary import GRADES

    return GRADES.index(one.source.grade)


def _asked(row: FindingRow, look: Look, columns: int) -> list[Row]:
    target = ToFinding(row.key)
    lead = f"{look.glyph(row.severity)} {row.severity} "
    said = f"{row.title} on {row.key.subject}"
    rows = list(paragraph(lead + said, columns, row.severity, rest="  ", target=target))
    if row.next_step:
        source = row.next_step_source or row.source
        text = f"{row.next_step} ({say_grade(source)})"
        rows += paragraph(text, columns, first="  ", rest="    ", target=target)
    elif row.support is not None:
        text = f"Contact support ({say_grade(row.support)})"
        rows += paragraph(text, columns, first="  ", target=target)
    return rows
