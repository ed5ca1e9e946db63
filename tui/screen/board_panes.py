"""The parts of the board: pairs, findings, what to do now, the timeline, and the replay's bar."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from textual.strip import Strip

from rules.vocabulary import SEVERITIES
from tui.phrases import say_grade, say_source
from tui.safe_text import harmless, width, wrap
from tui.screen.lines import Line, Look, Role, Span, pad
from tui.screen.panes import ListPane, Pane
from tui.screen.say import (
    clock_of,
    finding_line,
    forbidden_line,
    forbidden_lines,
    pair_lines,
    step_spans,
    wide_pair_heading,
    wide_pair_line,
)
from tui.session.snapshot import (
    FindingDetail,
    FindingKey,
    FindingRow,
    PairRow,
    ReplayState,
    Snapshot,
)
from tui.session.timeline import Timeline, TimelineLine

_WIDE_FROM: Final = 70
_LONGEST_LINE: Final = 110
"""Columns of text that eyes can follow from one line to the next."""


class PairsPane(ListPane):
    """Every pair, the worst first."""

    def __init__(self, look: Look, *, name: str = "pairs") -> None:
        super().__init__(look, "Pairs", name=name)
        self.wanted = ""
        self._all: Sequence[PairRow] = ()
        self.rows: list[PairRow] = []
        self._now: datetime | None = None

    def show(self, snapshot: Snapshot) -> None:
        """Show the pairs as they stand; the cursor stays on its pair."""
        chosen = self.chosen
        self._all, self._now = snapshot.pairs, snapshot.time
        self.narrow(self.wanted, chosen.subject if chosen else "")

    def narrow(self, wanted: str, stay_on: str = "") -> None:
        """Show the pairs that contain a text."""
        self.wanted = wanted
        lowered = wanted.lower()
        self.rows = [
            row
            for row in self._all
            if lowered in f"{row.name} {row.deployment} {row.role.text} {row.worst}".lower()
        ]
        place = next((i for i, row in enumerate(self.rows) if row.subject == stay_on), None)
        if place is not None:
            self.cursor = place
        self.head("Pairs" + (f" /{wanted}" if wanted else ""), self._count())
        self.changed()

    def _count(self) -> str:
        if len(self.rows) == len(self._all):
            return str(len(self._all)) if len(self._all) > 3 else ""
        return f"{len(self.rows)} of {len(self._all)}"

    @property
    def chosen(self) -> PairRow | None:
        """The pair that the cursor is on."""
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    def item_count(self) -> int:
        """As many as there are pairs; one line says that there are none."""
        return max(1, len(self.rows))

    def item(self, index: int) -> Sequence[Line]:
        """One pair."""
        if index >= len(self.rows):
            return ((Span("none" if self._all else "no pair is known yet", "dim"),),)
        if self.inner_columns >= _WIDE_FROM:
            line = wide_pair_line(self.rows[index], self.look, self.inner_columns, self._now)
            return (wide_pair_heading(self.inner_columns), line) if index == 0 else (line,)
        return pair_lines(self.rows[index], self.look, self.inner_columns)


SORTS: Final = ("severity", "newest", "subject")


class FindingsPane(ListPane):
    """Every open finding."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, "Findings", name="findings")
        self.always_chosen = True
        self.wanted = ""
        self.sort = SORTS[0]
        self.rows: list[FindingRow] = []
        self._all: Sequence[FindingRow] = ()
        self._key: FindingKey | None = None
        self._blind = 0
        self._heard = False

    def show(self, snapshot: Snapshot) -> None:
        """Show the findings as they stand; the cursor stays on its finding."""
        self._all, self._blind = snapshot.findings, snapshot.blind_spots
        self._heard = bool(snapshot.subjects)
        self.narrow(self.wanted)

    def narrow(self, wanted: str) -> None:
        """Show the findings that contain a text."""
        self.wanted = wanted
        lowered = wanted.lower()
        rows = [
            row
            for row in self._all
            if lowered in f"{row.severity} {row.title} {row.key.rule} {row.key.subject}".lower()
        ]
        if self.sort == "newest":
            rows.sort(key=lambda row: row.raised_at, reverse=True)
        elif self.sort == "subject":
            rows.sort(key=lambda row: (row.key.subject, SEVERITIES.index(row.severity)))
        self.rows = rows
        place = next((i for i, row in enumerate(rows) if row.key == self._key), None)
        self.cursor = 0 if place is None else place
        self.head("Findings" + (f" /{wanted}" if wanted else ""), self._count())
        self.changed()

    def _count(self) -> str:
        parts = []
        if len(self.rows) != len(self._all):
            parts.append(f"{len(self.rows)} of {len(self._all)}")
        elif len(self.rows) > 3:
            parts.append(str(len(self.rows)))
        if self.sort != SORTS[0]:
            parts.append(f"by {self.sort}")
        if self._blind:
            parts.append(f"{self._blind} cannot be judged")
        return ", ".join(parts)

    def moved(self) -> None:
        """Remember which finding is looked at."""
        self._key = self.rows[self.cursor].key if self.rows else None

    def choose(self, key: FindingKey) -> None:
        """Put the cursor on a finding."""
        self._key = key
        self.narrow(self.wanted)

    @property
    def chosen(self) -> FindingRow | None:
        """The finding that the cursor is on."""
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    def item_count(self) -> int:
        """As many as there are findings; one line says that there are none."""
        return max(1, len(self.rows))

    def item(self, index: int) -> Sequence[Line]:
        """One finding."""
        if index >= len(self.rows):
            if self._all:
                return ((Span("none contains that", "dim"),),)
            calm = "no finding is open" if self._heard else "nothing is known yet"
            if self._blind:
                calm += f"; {self._blind} cannot be judged (b)"
            return ((Span(calm, "dim"),),)
        row = self.rows[index]
        return (finding_line(row, self.look, self.inner_columns, indent=bool(row.suppressed_by)),)


class AdvicePane(Pane):
    """What the chosen finding forbids, and its steps."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, "What to do now", name="advice", first=False)
        self._detail: FindingDetail | None = None
        self._now: datetime | None = None
        self._key = ""
        self._lines: list[Line] | None = None

    def show(self, detail: FindingDetail | None, now: datetime | None, key: str) -> None:
        """Show the advice of a finding; `key` confirms a step."""
        self._detail, self._now, self._key = detail, now, key
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
                self._detail, self._now, self._key, self.inner_columns, self.inner_rows
            )
        return (self._lines[y] if y < len(self._lines) else ()), False


def advice_lines(
    detail: FindingDetail | None, now: datetime | None, key: str, columns: int, rows: int
) -> list[Line]:
    """Prohibitions first, then the steps; where there is little room, the steps that are done
    give way, and nothing that is still to be done does."""
    if detail is None:
        return [(Span("nothing to do", "dim"),)]
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


class TimelinePane(ListPane):
    """Events and what became of findings, in one stream. It follows what comes until the reader
    moves up, and again once he is back at the end."""

    def __init__(self, look: Look, *, first: bool = False, name: str = "timeline") -> None:
        super().__init__(look, "Timeline", name=name, first=first)
        self.following = True
        self.wanted = ""
        self._timeline: Timeline | None = None
        self._length = 0
        self._kept: array[int] | None = None
        """Line numbers that contain what is wanted; None: all."""
        self._looked_at = 0

    def show(self, timeline: Timeline, length: int) -> None:
        """Show so many lines of a timeline."""
        same = timeline is self._timeline
        shrunk = length < self._length
        if same and length == self._length:
            return
        self._timeline, self._length = timeline, length
        if self._kept is not None and (shrunk or not same):
            self._kept, self._looked_at = array("q"), 0
        self.look_further()

    def narrow(self, wanted: str) -> None:
        """Show the lines that contain a text; words such as `raised`, `critical` or a subject
        are part of a line."""
        self.wanted = wanted
        self._kept = array("q") if wanted else None
        self._looked_at = 0
        self.look_further()

    def look_further(self, most: int = 20_000) -> bool:
        """Look for wanted lines among so many more; return whether all have been looked at."""
        if self._kept is not None and self._timeline is not None:
            stop = min(self._length, self._looked_at + most)
            lowered = self.wanted.lower()
            for number in range(self._looked_at, stop):
                line = self._timeline.line(number)
                if line is not None and lowered in _searched(line):
                    self._kept.append(number)
            self._looked_at = stop
        done = self._kept is None or self._looked_at >= self._length
        if self.following:
            self.cursor = max(0, self.item_count() - 1)
        heading = "Timeline" + (f" /{self.wanted}" if self.wanted else "")
        aside = "" if self.following else "held: G follows"
        if self._kept is not None:
            share = "" if done else f", {self._looked_at * 100 // max(1, self._length)} %"
            aside = f"{len(self._kept)} of {self._length}{share}"
        self.head(heading, aside)
        self.changed()
        return done

    def move_to(self, index: int) -> None:
        """Move, and hold still unless at the end."""
        super().move_to(index)
        self.following = self.cursor >= self.item_count() - 1
        if self._kept is None:
            self.head(self.heading, "" if self.following else "held: G follows")

    def go_to_line(self, number: int) -> None:
        """Put the cursor on a line of the whole timeline."""
        self.narrow("")
        self.move_to(number - self._first)

    @property
    def _first(self) -> int:
        return self._timeline.first if self._timeline is not None else 0

    @property
    def chosen(self) -> TimelineLine | None:
        """The line that the cursor is on."""
        return self._line(self.cursor) if self.item_count() else None

    def _line(self, index: int) -> TimelineLine | None:
        if self._timeline is None:
            return None
        if self._kept is not None:
            return self._timeline.line(self._kept[index]) if index < len(self._kept) else None
        return self._timeline.line(index + self._first)

    def item_count(self) -> int:
        """How many lines there are to show."""
        if self._kept is not None:
            return len(self._kept)
        return max(0, self._length - self._first)

    def item(self, index: int) -> Sequence[Line]:
        """One line."""
        line = self._line(index)
        return (timeline_line(line, self.look),) if line else ((),)


def _searched(line: TimelineLine) -> str:
    return f"{line.subject} {line.kind} {line.severity or ''} {line.source} {line.text}".lower()


_KIND_WORDS: Final = {"raised": "RAISED ", "resolved": "", "changed": "", "watch": "", "event": ""}


def timeline_line(line: TimelineLine, look: Look) -> Line:
    """An event or a change in one line."""
    time = Span(f"{line.time.astimezone(UTC):%H:%M:%S} ", "dim")
    subject = Span(line.subject.partition("/")[2] + " " if line.subject else "", "notice")
    if line.kind == "event":
        role: Role = "plain" if line.source.partition("/")[0] != "operator" else "strong"
        who = f"{line.source}: " if role == "strong" else ""
        return (time, subject, Span(who + line.text, role))
    if line.kind == "watch":
        word = line.text
        return (time, Span(f"{line.subject} ", "notice"), Span(word, "warning"))
    severity = line.severity or "information"
    resolved = line.kind == "resolved"
    role = "good" if resolved else severity if line.kind == "raised" else "dim"
    glyph = look.glyph("good" if resolved else severity)
    words = f"{_KIND_WORDS[line.kind]}{severity}: " if line.kind == "raised" else ""
    return (time, Span(f"{glyph} ", role), subject, Span(words + line.text, role))


_MARK_ROLES: Final[tuple[Role, ...]] = (
    "dim",
    "good",
    "information",
    "notice",
    "warning",
    "critical",
)
_MARK_GLYPHS: Final = ("", "good", "information", "notice", "warning", "critical")


class ReplayBar(Pane):
    """Where the replay stands: time, event, speed, and a bar with what happened when."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, "Replay", name="replay", first=False)
        self._state: ReplayState | None = None

    def show(self, state: ReplayState) -> None:
        """Show where the replay stands."""
        if state == self._state:
            return
        self._state = state
        pace = "as fast as it goes" if state.speed == 0 else f"{state.speed:g}x"
        doing = "playing" if state.playing else "paused"
        if state.reading is not None:
            doing = f"reading {state.reading * 100:.0f} %"
        time = clock_of(state.time, day=True) if state.time else "before the first event"
        self.head(f"Replay {doing} {pace}", f"event {state.position:,} of {state.events:,}  {time}")
        self.refresh()

    def row(self, y: int) -> tuple[Line, bool]:
        """The bar."""
        state = self._state
        if state is None or y > 0:
            return (), False
        return bar_line(state, self.look, self.inner_columns), False


def bar_line(state: ReplayState, look: Look, columns: int) -> Line:
    """The time from first to last event: what is past drawn strong, marks where findings were
    raised and resolved, the worst of those that fall together."""
    if state.start is None or state.end is None or columns < 4:
        return (Span("no events", "dim"),)
    span = max(timedelta(microseconds=1), state.end - state.start)
    here = 0
    if state.time is not None:
        here = int((state.time - state.start) / span * (columns - 1) + 0.5)
        here = max(0, min(columns - 1, here))
    worst = [0] * columns
    for part, weight in enumerate(state.marks):
        column = part * (columns - 1) // max(1, len(state.marks) - 1)
        worst[column] = max(worst[column], weight)
    spans = []
    for column, weight in enumerate(worst):
        if column == here:
            spans.append(Span("#" if look.ascii_only else "█", "focus"))
        elif weight:
            spans.append(Span(look.glyph(_MARK_GLYPHS[weight]), _MARK_ROLES[weight]))
        else:
            past = column < here
            spans.append(Span("━" if past else "─", "plain" if past else "dim"))
    return tuple(spans)


class LineWidget(Pane):
    """A line of its own: header, foot, clock."""

    def __init__(self, look: Look, name: str) -> None:
        super().__init__(look, name=name)
        self._line: Line = ()

    def say(self, line: Line) -> None:
        """Show a line."""
        if line != self._line:
            self._line = line
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line itself, without a border."""
        return self.look.strip(self._line if y == 0 else (), self.size.width)
