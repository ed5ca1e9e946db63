"""What the panes say of findings, steps and sources: lines made from a snapshot alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from tui.phrases import BOXES, say_count, say_grade, say_span, say_time_near
from tui.safe_text import cut, cut_middle, harmless, wrap
from tui.screen.lines import Line, Look, Role, Span, pad

# The board stands there before rules and sessions are loaded.
if TYPE_CHECKING:
    from rules.situation import StepNow
    from tui.session.snapshot import (
        Cell,
        FindingDetail,
        FindingRow,
        ProhibitionNow,
        Snapshot,
        SourceCondition,
    )

CONDITION_ROLES: Final[dict[SourceCondition, Role]] = {
    "live": "good",
    "replayed": "plain",
    "stale": "warning",
    "lost": "critical",
}


def clock_of(time: datetime, *, day: bool = False) -> str:
    """The time of day to the second, in UTC and marked so."""
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ" if day else "%H:%M:%SZ")


def value_span(cell: Cell, text: str | None = None) -> Span:
    """A fact's value: unknown as such, and what a lost source said greyed and marked."""
    if not cell.text:
        return Span("unknown", "dim")
    shown = cell.text if text is None else text
    return Span(shown, "plain") if cell.standing == "known" else Span(f"{shown}?", "dim")


# Findings


_NARROW: Final = 64
_SUBJECT: Final = 14


def finding_line(
    row: FindingRow, look: Look, columns: int, *, indent: bool = False, named: bool = False
) -> Line:
    """A finding in one line: severity, title, whose it is, since when, and how it is known. Where
    there is no room for both, `named` shows whose it is and not how it is known."""
    word = pad(row.severity, 8 if columns < 70 else 11)
    state = ""
    if row.acknowledged is not None:
        state = f" ack {row.acknowledged.by}"
    elif row.unconfirmed_since is not None:
        state = " unconfirmed"
    tail = f" {row.raised_at.astimezone(UTC):%H:%M} {row.source.grade}"
    subject = ""
    if columns >= _NARROW:
        subject = f" {row.key.subject.partition('/')[2]}"
    elif named:
        subject = f" {cut_middle(harmless(row.key.subject.partition('/')[2]), _SUBJECT)}"
        tail = f" {row.raised_at.astimezone(UTC):%H:%M}"
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


def _do_not(what: str, grade: str, columns: int) -> Line:
    if len(grade) > columns // 3:
        # Where a section has a long name, what must not be done is worth more than it.
        grade = grade.partition(",")[0]
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


def said_since(detail: FindingDetail, now: datetime | None) -> tuple[str, str] | None:
    """That a finding's texts are of the moment at which it was raised, and what has changed since;
    None where nothing has (law 14)."""
    if not detail.since:
        return None
    from tui.session.since_raised import say_as_it_was, say_since

    raised_at = detail.row.raised_at
    now = now or raised_at
    return say_as_it_was(raised_at, now), say_since(detail.since, now)


# The whole watch


def calm_lines(snapshot: Snapshot, columns: int) -> list[Line]:
    """What there is to do where no finding is open: nothing, unless a subject is not well or
    something is not known."""
    said: list[tuple[str, Role]] = []
    if snapshot.unrecorded is not None:
        said.append((snapshot.unrecorded.text, "warning"))
    if snapshot.being_read:
        said.append(("not known yet: the log is still being read", "warning"))
    lost_lines = say_count(snapshot.lines_lost, "line")
    if snapshot.nothing_readable:
        said.append((f"not known: none of {lost_lines} could be read (L)", "warning"))
    elif snapshot.lines_lost:
        said.append(
            (f"not known: what stood in {lost_lines} that could not be read (L)", "warning")
        )
    if not snapshot.subjects and not said:
        said.append(("not known: nothing has been heard yet", "warning"))
    for row in snapshot.board:
        if row.sign in {"critical", "warning"}:
            what = [
                f"{one.label} {one.instead or one.text.text or 'unknown'}"
                for one in row.cells
                if one.sign in {"critical", "warning"}
            ]
            why = f": {', '.join(what)}" if what else ""
            said.append((f"no finding is open, yet {row.name} is not well{why}", "warning"))
    lost = sum(one.condition == "lost" for one in snapshot.sources)
    if lost:
        of = len(snapshot.sources)
        said.append((f"not known: {lost} of {say_count(of, 'source')} lost", "warning"))
    unknown = [row.name for row in snapshot.board if row.sign == "unknown"]
    if unknown:
        said.append(
            (
                f"not known: how {', '.join(unknown[:50])} stand{'s' * (len(unknown) == 1)}",
                "warning",
            )
        )
    if not said and snapshot.blind_spots:
        rules = say_count(snapshot.blind_spots, "rule")
        said.append((f"nothing to do as far as is known; {rules} cannot be judged (b)", "dim"))
    if not said:
        return [(Span("nothing to do", "dim"),)]
    return [(Span(line, role),) for text, role in said for line in wrap(harmless(text), columns)]


def is_calm(snapshot: Snapshot) -> bool:
    """Whether all is known to be well, as far as the board and the sources tell."""
    if not snapshot.subjects or snapshot.unrecorded is not None:
        return False
    if snapshot.being_read or snapshot.lines_lost:
        return False
    if any(one.condition == "lost" for one in snapshot.sources):
        return False
    return not any(row.sign in {"critical", "warning", "unknown"} for row in snapshot.board)


def freshness(snapshot: Snapshot) -> tuple[str, Role]:
    """One word for how the news stands, and its role."""
    conditions = [row.condition for row in snapshot.sources]
    if snapshot.unrecorded is not None:
        since = snapshot.unrecorded.since
        return snapshot.unrecorded.word + (f" since {clock_of(since)}" if since else ""), "critical"
    if snapshot.replay is not None and snapshot.replay.going is not None:
        return f"going {snapshot.replay.going * 100:.0f} %", "warning"
    if snapshot.being_read:
        return "still reading", "warning"
    if snapshot.nothing_readable:
        return "NO LINE READ", "critical"
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


def none_open(snapshot: Snapshot) -> str:
    """That no finding is open, said no more surely than it is known."""
    if snapshot.being_read:
        return "not all read"
    if not snapshot.subjects:
        return "nothing known"
    return "none known open" if snapshot.lines_lost else "nothing open"


def severity_counts(findings: Sequence[FindingRow]) -> list[Span]:
    """How many findings of each severity are open."""
    from rules.vocabulary import SEVERITIES

    spans: list[Span] = []
    for severity in SEVERITIES:
        count = sum(row.severity == severity for row in findings)
        if count and severity != "information":
            spans.append(Span(f" {count} {severity} ", severity))
    return spans


def forbidden_words(snapshot: Snapshot) -> str:
    """What is forbidden anywhere, in capitals; first what the rule base says is asked first."""
    names = {one.operation for one in snapshot.forbidden}
    if not names:
        return ""
    asked = snapshot.rule_base.board.operation
    first = asked if asked in names else min(names)
    return f"{first.upper()} FORBIDDEN" + (f" +{len(names) - 1}" if len(names) > 1 else "")
