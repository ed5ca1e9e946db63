"""A finding in full, and the rule behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rules.rule_base import Rule
from tui.phrases import say_grade, say_source
from tui.screen.lines import Role, Span
from tui.screen.say import forbidden_line, near, said_since, step_spans, value_span
from tui.screen.texts.rows import EMPTY, Row, ToEvent, heading, paragraph
from tui.session.snapshot import FindingDetail


def finding_text(detail: FindingDetail, now: datetime | None, columns: int, key: str) -> list[Row]:
    """Everything about a finding: what it means, what to do and not to do, and whence it comes."""
    row, rule = detail.row, detail.rule
    rows = [Row((Span(f"{row.severity.upper()}  ", row.severity), Span(row.title, "strong")))]
    rows += paragraph(
        f"{row.key.subject}, raised {near(row.raised_at, now)}{_state(detail, now)}", columns, "dim"
    )
    since = said_since(detail, now)
    if detail.impact:
        rows += [EMPTY, heading("What it means")]
        rows += paragraph(f"{since[0]} {detail.impact}" if since else detail.impact, columns)
    if since:
        rows += paragraph(f"Since then: {since[1]}", columns, "warning", rest="  ")
    if detail.bound:
        rows += [EMPTY, heading("What must not be done")]
        for one in detail.bound:
            rows.append(Row(forbidden_line(one, columns, row.key.subject)))
            if one.text:
                rows += paragraph(one.text, columns, first="  ", rest="  ")
    rows += [EMPTY, heading("What to do")]
    if rule.support is not None:
        said = f"Contact support ({say_grade(rule.support)})"
        rows.append(Row((Span(said, "warning"),)))
    for step in detail.steps:
        text, right = step_spans(step, now, f"press {key}")
        role: Role = "dim" if step.status == "done" else "plain"
        rows += paragraph(text, columns, role, rest="      ")
        asides = [right] if right else []
        if step.source != rule.source:
            asides.append(say_grade(step.source))
        if asides:
            rows.append(Row((Span("      " + ", ".join(asides), "focus"),)))
    if detail.awaits:
        said = "All steps are done. It stands until: " + "; ".join(detail.awaits)
        rows += paragraph(said, columns, "warning", rest="  ")
    if not detail.steps:
        rows.append(Row((Span("no steps are known", "dim"),)))
    rows += [
        EMPTY,
        heading("Evidence: what made it hold, and how that stands now (Enter: the event)"),
    ]
    rows += _evidence(detail, now, columns)
    for note in detail.notes:
        rows += paragraph(
            f"{near(note.at, now)} {note.by}: {note.text}", columns, first="note ", rest="     "
        )
    rows += [EMPTY, heading("Where this is written")]
    rows += paragraph(say_source(rule.source), columns)
    if rule.overridden:
        rows += paragraph("changed by this site: " + ", ".join(rule.overridden), columns, "warning")
    if rule.cases:
        rows += paragraph("cases: " + ", ".join(rule.cases), columns, "dim")
    rows += [EMPTY, *rule_text(rule, columns)]
    return rows


def _state(detail: FindingDetail, now: datetime | None) -> str:
    row = detail.row
    said = ""
    if row.unconfirmed_since is not None:
        said += f"; not confirmed since {near(row.unconfirmed_since, now)}"
    if detail.recurred_at:
        said += f"; happened again {near(detail.recurred_at[-1], now)}"
    if (note := row.acknowledged) is not None:
        said += f"; acknowledged {near(note.at, now)} by {note.by}"
        said += f": {note.text}" if note.text else ""
    if row.suppressed_by:
        said += f"; arranged beneath {row.suppressed_by}"
    return said


def _evidence(detail: FindingDetail, now: datetime | None, columns: int) -> Iterator[Row]:
    for one in detail.evidence:
        then = one.then
        value = then.said or ("not known" if then.value is None else plain(then.value))
        target = ToEvent(then.event, then.time) if then.event and then.time else None
        spans = [Span(f"{then.fact} = {value}")]
        if one.changed:
            spans += [Span("  now "), value_span(one.now)]
        elif one.now.standing == "last known":
            spans.append(Span("  (last known)", "dim"))
        yield Row(tuple(spans), target)
        if then.time is not None:
            said = f"{near(then.time, now)} {then.source}" + (
                f": {then.message}" if then.message else ""
            )
            yield from paragraph(said, columns, "dim", first="  ", rest="  ", target=target)


def plain(value: object) -> str:
    """A fact's value as rules write it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def rule_text(rule: Rule, columns: int) -> list[Row]:
    """A rule as its file has it."""
    rows = [heading(f"The rule: {rule.id} ({rule.place.file}:{rule.place.line})")]
    for line in rule.text.rstrip().splitlines():
        rows += paragraph(line, columns, "dim", rest="        ")
    return rows
