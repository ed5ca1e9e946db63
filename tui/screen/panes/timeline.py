"""Events and what became of findings, in one stream."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import UTC
from typing import TYPE_CHECKING, Final

from tui.screen.lines import Line, Look, Role, Span
from tui.screen.panes.pane import ListPane

if TYPE_CHECKING:
    from tui.session.timeline import Timeline, TimelineLine


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
    name = line.subject.partition("/")[2]
    subject = Span(name + " " if name else "", "notice")
    if line.kind == "event":
        role: Role = "plain" if line.source.partition("/")[0] != "operator" else "strong"
        who = f"{line.source}: " if role == "strong" else ""
        return (time, subject, Span(who + line.text.removeprefix(f"{name}: "), role))
    if line.kind == "watch":
        word = line.text
        return (time, Span(f"{line.subject} ", "notice"), Span(word, "warning"))
    severity = line.severity or "information"
    resolved = line.kind == "resolved"
    role = "good" if resolved else severity if line.kind == "raised" else "dim"
    glyph = look.glyph("good" if resolved else severity)
    words = f"{_KIND_WORDS[line.kind]}{severity}: " if line.kind == "raised" else ""
    return (time, Span(f"{glyph} ", role), subject, Span(words + line.text, role))
