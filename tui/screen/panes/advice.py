"""What must not be done, and what must."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from tui.phrases import say_count, say_grade, say_source
from tui.safe_text import cut, harmless, width, wrap
from tui.screen.lines import Line, Look, Role, Span, pad
from tui.screen.panes.pane import Pane
from tui.screen.say import calm_lines, forbidden_line, said_since, step_spans

if TYPE_CHECKING:
    from tui.session.snapshot import FindingDetail, Snapshot

_LONGEST_LINE: Final = 110
"""Columns of text that eyes can follow from one line to the next."""


class AdvicePane(Pane):
    """What is forbidden on the chosen finding's subject, and the finding's steps."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, "What to do now", name="advice", first=False)
        self._snapshot: Snapshot | None = None
        self._now: datetime | None = None
        self._key = ""
        self._all = ""
        self._lines: list[Line] | None = None

    def show(self, snapshot: Snapshot, now: datetime | None, key: str, all_key: str) -> None:
        """Show the advice of the snapshot's finding; `key` confirms a step, `all_key` leads to
        everything that is forbidden."""
        self._snapshot, self._now, self._key, self._all = snapshot, now, key, all_key
        self._lines = None
        detail = snapshot.detail
        self.head("What to do now", detail.row.key.subject.partition("/")[2] if detail else "")
        self.refresh()

    def on_resize(self) -> None:
        """Other widths break lines elsewhere."""
        self._lines = None

    def row(self, y: int) -> tuple[Line, bool]:
        """A row of the advice."""
        if self._lines is None:
            self._lines = self._all_lines()
        return (self._lines[y] if y < len(self._lines) else ()), False

    def _all_lines(self) -> list[Line]:
        snapshot, columns = self._snapshot, self.inner_columns
        if snapshot is None:
            return []
        if snapshot.detail is None:
            return calm_lines(snapshot, columns)
        covered = sum(
            row.suppressed_by == snapshot.detail.row.key.rule and bool(row.next_step)
            for row in snapshot.findings
        )
        return advice_lines(
            snapshot.detail,
            self._now,
            self._key,
            columns,
            self.inner_rows,
            all_key=self._all,
            covered=covered,
        )


def advice_lines(
    detail: FindingDetail,
    now: datetime | None,
    key: str,
    columns: int,
    rows: int,
    *,
    all_key: str = "",
    covered: int = 0,
) -> list[Line]:
    """Prohibitions first, then what has changed since, then the steps; where there is little
    room, the steps that are done give way, then prohibitions, and it is said how many.

    `covered` findings that this one covers ask for something too."""
    columns = min(columns, _LONGEST_LINE)
    head: list[Line] = []
    since = said_since(detail, now)
    if since:
        lead, rest = since
        head.append((Span(lead, "warning"), Span(f" {cut(rest, max(8, columns - len(lead) - 1))}")))
    support = detail.rule.support
    if support is not None and not any(step.confirm for step in detail.steps):
        head.append((Span("Contact support", "warning"), Span(f"  ({say_grade(support)})", "dim")))
    blocks = _steps(detail, now, key, columns)
    number = len(detail.bound)
    tail = 1 if covered else 0

    def needed() -> int:
        return number + len(head) + sum(len(block) for _, block in blocks) + tail

    while needed() > rows:
        place = next((i for i, (done, _) in enumerate(blocks) if done), None)
        if place is None:
            break
        del blocks[place]
    shown = number
    over = needed() - rows
    if over > 0:
        room = max(number + tail - over, rows // 2 - len(head))
        shown = number if room >= number + tail else max(1, room - 1)
    lines = [forbidden_line(one, columns, detail.row.key.subject) for one in detail.bound[:shown]]
    if shown < number or covered:
        lines.append((Span(cut(_more(number - shown, covered, all_key), columns), "warning"),))
    flat = [line for _, block in blocks for line in block]
    lines += head
    room = rows - len(lines)
    if len(flat) > room > 0:
        left = len(flat) - room + 1
        flat = [*flat[: room - 1], (Span(f"  {left} more lines: Enter", "dim"),)]
    lines += flat
    meaning = _meaning(detail, columns, now)
    return [*lines, *meaning] if len(lines) + len(meaning) <= rows else lines


def _more(prohibitions: int, covered: int, key: str) -> str:
    parts = [f"{prohibitions} more"] if prohibitions else []
    if covered:
        parts.append(f"what {say_count(covered, 'covered finding')} {_ask(covered)} for")
    return f"and {' and '.join(parts)} ({key or 'forbidden'})"


def _ask(number: int) -> str:
    return "asks" if number == 1 else "ask"


def _steps(
    detail: FindingDetail, now: datetime | None, key: str, columns: int
) -> list[tuple[bool, list[Line]]]:
    """Each step's lines, and whether it is done; last what a finding without open steps awaits."""
    blocks: list[tuple[bool, list[Line]]] = []
    for step in detail.steps:
        text, right = step_spans(step, now, key)
        done = step.status == "done"
        role: Role = "dim" if done else "plain"
        room = max(16, columns - (width(harmless(right)) + 2 if right else 0))
        wrapped = wrap(harmless(text), room, rest="      ")
        if done and len(wrapped) > 1:
            wrapped = [cut(f"{wrapped[0]} {wrapped[1].strip()}", room)]
        block: list[Line] = []
        for number, piece in enumerate(wrapped):
            if number == 0 and right:
                block.append((Span(pad(piece, room), role), Span("  " + right, "focus")))
            else:
                block.append((Span(piece, role),))
        blocks.append((done, block))
    if detail.awaits:
        said: Sequence[str] = wrap(
            harmless("All steps are done. It stands until: " + "; ".join(detail.awaits)),
            columns,
            rest="  ",
        )
        blocks.append((False, [(Span(line, "warning"),) for line in said]))
    return blocks


def _meaning(detail: FindingDetail, columns: int, now: datetime | None) -> list[Line]:
    """What the finding means and where that is written, where there is room for all of it."""
    lines: list[Line] = [()]
    if detail.impact:
        since = said_since(detail, now)
        lead = f"{since[0]} " if since else ""
        lines += [(Span(line),) for line in wrap(lead + harmless(detail.impact), columns)]
    lines += [(Span(line, "dim"),) for line in wrap(say_source(detail.rule.source), columns)]
    return lines
