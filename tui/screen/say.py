"""What the panes say of pairs, findings, steps and sources: lines made from a snapshot alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from rules.situation import StepNow
from rules.vocabulary import SEVERITIES
from tui.phrases import BOXES, say_grade, say_span, say_time_near
from tui.safe_text import cut, harmless
from tui.screen.lines import Line, Look, Role, Span, pad
from tui.session.snapshot import (
    Cell,
    FindingRow,
    Member,
    PairRow,
    ProhibitionNow,
    Snapshot,
    SourceCondition,
)

_MEMBER: Final[dict[str, tuple[Role, str]]] = {
    "ok": ("good", "good"),
    "warning": ("warning", "warning"),
    "critical": ("critical", "critical"),
    "lost": ("critical", "critical"),
    "unknown": ("dim", "unknown"),
}
_CLUSTER: Final[dict[str, tuple[Role, str]]] = {
    "healthy": ("good", "good"),
    "degraded": ("warning", "warning"),
    "failed": ("critical", "critical"),
}
CONDITION_ROLES: Final[dict[SourceCondition, Role]] = {
    "live": "good",
    "replayed": "plain",
    "stale": "warning",
    "lost": "critical",
}


def clock_of(time: datetime, *, day: bool = False) -> str:
    """The time of day to the second, in UTC and marked so."""
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ" if day else "%H:%M:%SZ")


def short_version(cell: Cell) -> str:
    """A version without its build, which takes the room of everything else."""
    return cell.text.partition("-")[0]


def value_span(cell: Cell, text: str | None = None) -> Span:
    """A fact's value: unknown as such, and what a lost source said greyed and marked."""
    if not cell.text:
        return Span("unknown", "dim")
    shown = cell.text if text is None else text
    return Span(shown, "plain") if cell.standing == "known" else Span(f"{shown}?", "dim")


# Pairs


def pair_lines(row: PairRow, look: Look, columns: int) -> list[Line]:
    """A pair in the narrow pane: itself, both members, both clusters, and an update that runs."""
    glyph, role = _pair_sign(row)
    part = row.role.text or "role?"
    if part == "secondary" and columns - len(row.name) < 12:
        part = "second."
    name = pad(row.name, max(4, columns - len(part) - 3))
    lines: list[Line] = [
        (Span(look.glyph(glyph), role), Span(" "), Span(name, "strong"), Span(f" {part}")),
        _member_line(row.active, row, look),
        _member_line(row.standby, row, look),
        *_cluster_lines(row, look, columns),
    ]
    if row.update.running:
        percent = row.update.percent.text or "?"
        lines.append((Span(" "), Span(f"update {percent}", "warning"), _target(row)))
    elif row.update.outcome.text not in {"", "none", "succeeded"}:
        lines.append((Span(" "), Span(f"update {row.update.outcome.text}", "warning")))
    if row.condition in {"stale", "lost"}:
        lines.append((Span(f" source {row.condition}", CONDITION_ROLES[row.condition]),))
    return lines


def _target(row: PairRow) -> Span:
    return Span(f" to {short_version(row.update.target)}" if row.update.target.text else "")


def _pair_sign(row: PairRow) -> tuple[str, Role]:
    if row.worst in {"critical", "warning"}:
        assert row.worst is not None
        return row.worst, row.worst
    if row.condition == "lost":
        return "unknown", "critical"
    if not row.active.version.text or row.active.version.standing != "known":
        return "unknown", "dim"
    return (row.worst, row.worst) if row.worst else ("good", "good")


def _member_line(member: Member, row: PairRow, look: Look) -> Line:
    role, glyph = _MEMBER[member.condition]
    if member.condition == "ok" and member.role == "standby" and row.versions_match.text == "false":
        role, glyph = "warning", "warning"
    word = {"lost": "lost", "critical": "critical", "unknown": ""}.get(member.condition, "")
    version = value_span(member.version, short_version(member.version))
    return (
        Span(" "),
        Span(look.glyph(glyph), role),
        Span(f" {pad(member.role, 7)} "),
        Span(word, role) if word == "lost" else version,
    )


def _cluster_lines(row: PairRow, look: Look, columns: int) -> list[Line]:
    """Both clusters in one line while both are healthy, else a line for each, with its word."""
    clusters = (("mgmt", row.management), ("storage", row.storage))
    if all(cell.text == "healthy" and cell.standing == "known" for _, cell in clusters):
        sign = Span(look.glyph("good"), "good")
        return [(Span(" "), sign, Span(" mgmt "), sign, Span(" storage"))]
    lines: list[Line] = []
    for name, cell in clusters:
        role, glyph = _CLUSTER.get(cell.text, ("dim", "unknown"))
        if cell.standing == "last known":
            role = "dim"
        word = value_span(cell)
        label = pad(name, 7) if columns >= len(word.text) + 11 else name
        said = Span(f" {label} {word.text}", role if cell.text else "dim")
        lines.append((Span(" "), Span(look.glyph(glyph), role), said))
    return lines


def _widths(columns: int) -> tuple[int, int, int]:
    """Columns of a pair's name, of its update, and of how fresh it is."""
    fresh = 20 if columns >= 100 else 8
    name = max(10, min(28, columns - 58 - fresh - 12))
    return name, max(8, columns - 48 - name - fresh - 2), fresh


def wide_pair_line(row: PairRow, look: Look, columns: int, now: datetime | None) -> Line:
    """A pair in one line across the screen."""
    glyph, role = _pair_sign(row)
    name, room, fresh = _widths(columns)
    update = row.update.outcome.text or "unknown"
    if row.update.running:
        update = f"running {row.update.percent.text or '?'} {short_version(row.update.target)}"
    heard = row.condition
    said = (
        heard
        if fresh < 10 or not (now and row.heard_at)
        else f"{heard} {age_text(row.heard_at, now)}"
    )
    return (
        Span(look.glyph(glyph), role),
        Span(" " + pad(row.name, name), "strong"),
        Span(" " + pad(row.role.text or "role?", 9) + " "),
        _padded(value_span(row.active.version, short_version(row.active.version)), 8),
        Span(" "),
        _padded(value_span(row.standby.version, short_version(row.standby.version)), 8),
        Span(" "),
        _cluster_span(row.management, 8),
        Span(" "),
        _cluster_span(row.storage, 8),
        Span(" " + pad("no update" if update == "none" else update, room)),
        Span(" " + pad(said, fresh), CONDITION_ROLES[row.condition]),
    )


def wide_pair_heading(columns: int) -> Line:
    """The headings above `wide_pair_line`."""
    name, room, _ = _widths(columns)
    text = f"  {pad('pair', name)} {pad('role', 9)} {pad('active', 8)} {pad('standby', 8)}"
    text += f" {pad('mgmt', 8)} {pad('storage', 8)} {pad('update', room)} heard"
    return (Span(text, "dim"),)


def _padded(span: Span, columns: int) -> Span:
    return Span(pad(span.text, columns), span.role)


def _cluster_span(cell: Cell, columns: int) -> Span:
    if not cell.text:
        return Span(pad("unknown", columns), "dim")
    role = _CLUSTER.get(cell.text, ("plain", ""))[0]
    return Span(pad(cell.text, columns), role if cell.standing == "known" else "dim")


# Findings


def finding_line(row: FindingRow, look: Look, columns: int, *, indent: bool = False) -> Line:
    """A finding in one line: severity, title, whose it is, since when, and how it is known."""
    word = pad(row.severity, 8 if columns < 70 else 11)
    state = ""
    if row.acknowledged is not None:
        state = f" ack {row.acknowledged.by}"
    elif row.unconfirmed_since is not None:
        state = " unconfirmed"
    tail = f" {row.raised_at.astimezone(UTC):%H:%M} {row.source.grade}"
    subject = f" {row.key.subject.partition('/')[2]}" if columns >= 64 else ""
    if row.overridden:
        tail += " overridden"
    lead = (look.glyph("down") + " ") if indent else ""
    room = max(8, columns - 3 - len(word) - len(tail) - len(state) - len(subject) - len(lead))
    return (
        Span(look.glyph(row.severity), row.severity),
        Span(f" {word} ", row.severity),
        Span(lead, "dim"),
        Span(pad(row.title, room), "dim" if row.unconfirmed_since or indent else "plain"),
        Span(subject, "dim"),
        Span(state, "notice"),
        Span(tail, "dim"),
    )


def forbidden_line(one: ProhibitionNow, columns: int, subject: str = "") -> Line:
    """What must not be done, and how that is known; other subjects than one's own are named."""
    title = one.title or one.operation
    lowered = title[0].lower() + title[1:] if title[1:2].islower() else title
    where = f" on {one.subject.partition('/')[2]}" if one.subject != subject else ""
    return _do_not(lowered + where, say_grade(one.source), columns)


def forbidden_lines(prohibitions: Sequence[ProhibitionNow], columns: int) -> list[Line]:
    """All that must not be done by the operations' names alone, a line for each grade."""
    by_grade: dict[str, dict[str, None]] = {}
    for one in prohibitions:
        by_grade.setdefault(say_grade(one.source), {})[one.operation] = None
    return [_do_not(", ".join(names), grade, columns) for grade, names in by_grade.items()]


def _do_not(what: str, grade: str, columns: int) -> Line:
    room = max(8, columns - 6 - len(grade) - 5)
    return (
        Span("DO NOT", "forbidden"),
        Span(f" {cut(harmless(what), room)}", "critical"),
        Span(f"  ({grade})", "dim"),
    )


def wait_text(step: StepNow, now: datetime | None) -> str:
    """A step's wait as a countdown: a range while it is one."""
    window = step.window
    if not step.waits or step.status == "done":
        return ""
    if window is None or now is None:
        return "not started"
    least = window.earliest - now if window.earliest else None
    most = window.latest - now if window.latest else None
    zero = timedelta(0)
    if most is not None and most <= zero:
        return "time is up"
    if least is not None and least > zero:
        if most is None:
            return f"at least {say_span(least)}"
        low, _, unit = say_span(least).partition(" ")
        high, _, other = say_span(most).partition(" ")
        if unit == other and " " not in unit:
            return f"{low} to {high} {unit}"
        return f"{say_span(least)} to {say_span(most)}"
    return f"up to {say_span(most)}" if most is not None else "waited long enough"


def step_spans(step: StepNow, now: datetime | None, key: str) -> tuple[str, str]:
    """A step's box with its text, and what stands at its right."""
    right = wait_text(step, now)
    if step.status == "not sure":
        right = f"{right} not sure".strip()
    if step.confirm:
        right = f"{right} {step.confirmed_by}" if step.status == "done" else f"{right} {key}"
    return f"{step.number} {BOXES[step.status]} {step.text}", right.strip()


def age_text(time: datetime, now: datetime | None) -> str:
    """How long ago an instant was."""
    return say_span(now - time) if now is not None and now >= time else "0 s"


def near(time: datetime, now: datetime | None) -> str:
    """An instant, without its day where that is today's."""
    return say_time_near(time, now or time)


# The whole watch


def freshness(snapshot: Snapshot) -> tuple[str, Role]:
    """One word for how the news stands, and its role."""
    conditions = [row.condition for row in snapshot.sources]
    if not snapshot.subjects:
        return "nothing heard yet", "warning"
    if snapshot.kind == "replay":
        lost = conditions.count("lost")
        return (f"replay, {lost} lost", "warning") if lost else ("replay", "strong")
    if not conditions:
        return "no source heard", "critical"
    lost, stale = conditions.count("lost"), conditions.count("stale")
    if lost:
        return f"{lost} of {len(conditions)} sources LOST", "critical"
    if stale:
        return f"{stale} of {len(conditions)} sources stale", "warning"
    return ("live" if snapshot.kind == "live" else "following"), "good"


def severity_counts(findings: Sequence[FindingRow]) -> list[Span]:
    """How many findings of each severity are open."""
    spans: list[Span] = []
    for severity in SEVERITIES:
        count = sum(row.severity == severity for row in findings)
        if count and severity != "information":
            spans.append(Span(f" {count} {severity} ", severity))
    return spans


def forbidden_words(snapshot: Snapshot) -> str:
    """What is forbidden anywhere, in capitals: updates first, since that is what is asked."""
    names = {one.operation for one in snapshot.forbidden}
    if not names:
        return ""
    if "update" in names:
        more = len(names) - 1
        return "UPDATE FORBIDDEN" + (f" +{more}" if more else "")
    first = min(names).upper()
    return f"{first} FORBIDDEN" + (f" +{len(names) - 1}" if len(names) > 1 else "")
