"""A finding for a ticket or a chat."""

from __future__ import annotations

from tui.phrases import say_grade, say_source
from tui.safe_text import harmless
from tui.screen.say import clock_of, said_since
from tui.screen.texts.finding import plain
from tui.session.snapshot import FindingDetail


def markdown_of(detail: FindingDetail) -> str:
    """A finding as Markdown for a ticket or a chat; texts from outside are made plain."""
    row, rule = detail.row, detail.rule
    lines = [
        f"# {_md(row.title)}",
        "",
        f"**{row.severity}** on `{_code(row.key.subject)}`, "
        f"raised {clock_of(row.raised_at, day=True)}",
        "",
    ]
    since = said_since(detail, None)
    if detail.impact:
        lines += [_md(f"{since[0]} {detail.impact}" if since else detail.impact), ""]
    if since:
        lines += [_md(f"Since then: {since[1]}"), ""]
    if (note := row.acknowledged) is not None:
        said = f": {note.text}" if note.text else ""
        lines += [_md(f"Acknowledged {clock_of(note.at, day=True)} by {note.by}{said}"), ""]
    if detail.bound:
        lines += ["## Do not", ""]
        lines += [
            f"- {_md(one.title or one.operation)} ({_md(say_grade(one.source))})"
            for one in detail.bound
        ]
        lines.append("")
    lines += ["## Do", ""]
    for step in detail.steps:
        box = "x" if step.status == "done" else " "
        lines.append(f"{step.number}. [{box}] {_md(step.text)} ({_md(say_grade(step.source))})")
    if detail.awaits:
        lines += ["", _md("All steps are done. It stands until: " + "; ".join(detail.awaits))]
    if detail.notes:
        lines += ["", "## Notes", ""]
        lines += [
            f"- {_md(f'{clock_of(one.at, day=True)} {one.by}: {one.text}')}" for one in detail.notes
        ]
    lines += ["", "## Evidence", ""]
    for one in detail.evidence:
        value = "unknown" if one.then.value is None else plain(one.then.value)
        at = f", {clock_of(one.then.time, day=True)} {one.then.source}" if one.then.time else ""
        lines.append(f"- `{one.then.fact}` = `{_code(one.then.said or value)}`{_md(at)}")
    lines += ["", "## Source", "", _md(say_source(rule.source)), ""]
    return "\n".join(lines)


def _md(text: str) -> str:
    return "".join("\\" + one if one in "\\`*_{}[]<>#|" else one for one in harmless(text))


def _code(text: str) -> str:
    return harmless(text).replace("`", "'")
