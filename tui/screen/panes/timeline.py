"""Events and what became of findings, in one stream."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import UTC
from itertools import chain
from time import monotonic
from typing import TYPE_CHECKING, Final

from tui.screen.lines import Line, Look, Role, Span
from tui.screen.panes.pane import ListPane

if TYPE_CHECKING:
    from tui.session.timeline import Timeline, TimelineLine

_SLICE: Final = 2_000
"""Lines that are looked at between two looks at the keyboard."""
_TELL_EVERY: Final = 0.5
"""Seconds between two words about how far a search is."""


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
        self._again: Sequence[int] = ()
        """Line numbers that contained what was wanted before, to be looked at before all others."""
        self._looked_at = 0
        """How many lines have been looked at, whatever was wanted then."""
        self._told_at = 0.0
        """When it was last shown how far the search is."""
        self._looking = False

    def show(self, timeline: Timeline, length: int) -> None:
        """Show so many lines of a timeline."""
        same = timeline is self._timeline
        shrunk = length < self._length
        if same and length == self._length:
            return
        self._timeline, self._length = timeline, length
        if self._kept is not None and (shrunk or not same):
            self._kept, self._again, self._looked_at = array("q"), (), 0
        self._look_further()

    def narrow(self, wanted: str) -> None:
        """Show the lines that contain a text; words such as `raised`, `critical` or a subject
        are part of a line."""
        before, kept, self.wanted = self.wanted, self._kept, wanted
        if wanted and kept is not None and before.lower() in wanted.lower():
            # What contains more contains what it was before: the others need not be looked at.
            kept.extend(self._again)
            self._kept, self._again = array("q"), kept
        else:
            self._kept = array("q") if wanted else None
            self._again, self._looked_at = (), 0
        self._told_at = 0.0
        self._look_further()

    def _look_further(self) -> None:
        """Look at some more lines, and come back for the rest; how far that is, is shown now and
        then."""
        done = self._kept is None or self._looked_through(self._kept)
        if done or monotonic() - self._told_at >= _TELL_EVERY:
            self._told_at = monotonic()
            self._tell(done=done)
        if not done and not self._looking and self.is_attached:
            self._looking = True
            self.set_timer(0.01, self._come_back)

    def _come_back(self) -> None:
        self._looking = False
        self._look_further()

    def _looked_through(self, kept: array[int]) -> bool:
        """Whether the next slice was the last one."""
        if self._timeline is None:
            return True
        again, self._again = self._again[:_SLICE], self._again[_SLICE:]
        stop = min(self._length, self._looked_at + _SLICE - len(again))
        lowered = self.wanted.lower()
        for number in chain(again, range(self._looked_at, stop)):
            line = self._timeline.line(number)
            if line is not None and lowered in _searched(line):
                kept.append(number)
        self._looked_at = max(self._looked_at, stop)
        return not self._again and self._looked_at >= self._length

    def _tell(self, *, done: bool) -> None:
        if self.following:
            self.cursor = max(0, self.item_count() - 1)
        heading = "Timeline" + (f" /{self.wanted}" if self.wanted else "")
        aside = "" if self.following else "held: G follows"
        if self._kept is not None:
            through = max(0, self._looked_at - len(self._again))
            share = "" if done else f", {through * 100 // max(1, self._length)} %"
            aside = f"{len(self._kept)} of {self._length}{share}"
        self.head(heading, aside)
        self.changed()

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
