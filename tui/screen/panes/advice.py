"""What must not be done, and what must."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from tui.phrases import say_grade, say_source
from tui.safe_text import harmless, width, wrap
from tui.screen.lines import Line, Look, Role, Span, pad
from tui.screen.panes.pane import Pane
from tui.screen.say import forbidden_line, forbidden_lines, step_spans

if TYPE_CHECKING:
    from tui.session.snapshot import FindingDetail

_LONGEST_LINE: Final = 110
"""Columns of text that eyes can follow from one line to the next."""
NOTHING: Final = "nothing to do"


class AdvicePane(Pane):
    """What the chosen finding forbids, and its steps."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, "What to do now", name="advice", first=False)
        self._detail: FindingDetail | None = None
        self._now: datetime | None = None
        self._key = ""
        self._nothing = NOTHING
        self._lines: list[Line] | None = None

    def show(
        self,
        detail: FindingDetail | None,
        now: datetime | None,
        key: str,
        nothing: str = NOTHING,
    ) -> None:
        """Show the advice of a finding; `key` confirms a step. Without one, `nothing` is shown."""
        self._detail, self._now, self._key, self._nothing = detail, now, key, nothing
        self._lines = None
        where = detail.row.key.subject.partition("/")[2] if detail else ""
        self.head("What to do now", where)
        self.refresh()

    def on_resize(self) -> None:
        """Other widths break lines elsewhere."""
        self._lines = None

    def row(self, y: int) -> tuple[Line, bool]:
        """A row of the advice."""
        if self._lines is None:
            self._lines = advice_lines(
                self._detail,
                self._now,
                self._key,
                self.inner_columns,
                self.inner_rows,
                self._nothing,
            )
        return (self._lines[y] if y < len(self._lines) else ()), False


def advice_lines(
    detail: FindingDetail | None,
    now: datetime | None,
    key: str,
    columns: int,
    rows: int,
    nothing: str = NOTHING,
) -> list[Line]:
    """Prohibitions first, then the steps; where there is little room, the steps that are done
    give way, and nothing that is still to be done does."""
    if detail is None:
        return [(Span(line, "dim"),) for line in wrap(harmless(nothing), columns)]
    full = [forbidden_line(one, columns, detail.row.key.subject) for one in detail.forbids]
    short = forbidden_lines(detail.forbids, columns)
    lines = _advice(detail, now, key, columns, rows, full)
    return lines if lines is not None else _advice(detail, now, key, columns, rows, short) or []


def _advice(
    detail: FindingDetail,
    now: datetime | None,
    key: str,
    columns: int,
    rows: int,
    prohibitions: list[Line],
) -> list[Line] | None:
    """The advice with one form of the prohibitions; None where the shorter one should be tried."""
    lines = list(prohibitions)
    columns = min(columns, _LONGEST_LINE)
    support = detail.rule.support
    if support is not None and not any(step.confirm for step in detail.steps):
        lines.append((Span("Contact support", "warning"), Span(f"  ({say_grade(support)})", "dim")))
    blocks: list[tuple[bool, list[Line]]] = []
    for step in detail.steps:
        text, right = step_spans(step, now, key)
        role: Role = "dim" if step.status == "done" else "plain"
        room = columns - (width(harmless(right)) + 2 if right else 0)
        wrapped = wrap(harmless(text), max(16, room), rest="      ")
        if step.status == "done":
            wrapped = wrapped[:1]
        block: list[Line] = []
        for number, piece in enumerate(wrapped):
            if number == 0 and right:
                block.append((Span(pad(piece, max(16, room)), role), Span("  " + right, "focus")))
            else:
                block.append((Span(piece, role),))
        blocks.append((step.status == "done", block))
    room = rows - len(lines)
    while sum(len(block) for _, block in blocks) > room:
        place = next((i for i, (done, _) in enumerate(blocks) if done), None)
        if place is None:
            break
        del blocks[place]
    flat = [line for _, block in blocks for line in block]
    if len(flat) > room and len(prohibitions) > len(forbidden_lines(detail.forbids, columns)):
        return None
    if len(flat) > room > 0:
        left = len(flat) - room + 1
        flat = [*flat[: room - 1], (Span(f"  {left} more lines: Enter", "dim"),)]
    shown = [*lines, *flat]
    more = _meaning(detail, columns)
    return [*shown, *more] if len(shown) + len(more) <= rows else shown


def _meaning(detail: FindingDetail, columns: int) -> list[Line]:
    """What the finding means and where that is written, where there is room for all of it."""
    lines: list[Line] = [()]
    if detail.impact:
        lines += [(Span(line),) for line in wrap(harmless(detail.impact), columns)]
    lines += [(Span(line, "dim"),) for line in wrap(say_source(detail.rule.source), columns)]
    return lines
