"""The subjects of the rule base's board, the worst first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from tui.screen.lines import Line, Look, Span
from tui.screen.panes.pane import ListPane
from tui.screen.say_subject import subject_lines, wide_subject_heading, wide_subject_line

if TYPE_CHECKING:
    from rules.board import Board
    from tui.session.snapshot import BoardRow, Snapshot

_WIDE_FROM: Final = 70


class SubjectsPane(ListPane):
    """Every subject of the board, the worst first. The cursor stays at the top until the reader
    moves it, then on its subject; at the top again it stays there."""

    def __init__(self, look: Look, *, name: str = "subjects") -> None:
        super().__init__(look, name=name)
        self._board: Board | None = None
        self.wanted = ""
        self._held = False
        """Whether the reader has moved the cursor: until then it stays at the top."""
        self._all: Sequence[BoardRow] = ()
        self.rows: list[BoardRow] = []
        self._now: datetime | None = None

    def show(self, snapshot: Snapshot) -> None:
        """Show the subjects as they stand."""
        chosen = self.chosen if self._held else None
        self._all, self._now = snapshot.board, snapshot.time
        self._board = snapshot.rule_base.board
        self.narrow(self.wanted, chosen.subject if chosen else "")

    def narrow(self, wanted: str, stay_on: str = "") -> None:
        """Show the subjects that contain a text."""
        self.wanted = wanted
        lowered = wanted.lower()
        self.rows = [
            row
            for row in self._all
            if lowered in f"{row.name} {row.around} {row.badge.text} {row.worst}".lower()
        ]
        place = next((i for i, row in enumerate(self.rows) if row.subject == stay_on), None)
        if place is not None:
            self.cursor = place
        elif not self._held:
            self.cursor = 0
        self.head(
            (self._board.title if self._board else "") + (f" /{wanted}" if wanted else ""),
            self._count(),
        )
        self.changed()

    def moved(self) -> None:
        """The reader has moved the cursor."""
        self._held = True

    def to_top(self) -> None:
        """Put the cursor on the worst, and leave it there."""
        super().to_top()
        self._held = False

    def _count(self) -> str:
        if len(self.rows) == len(self._all):
            return str(len(self._all)) if len(self._all) > 3 else ""
        return f"{len(self.rows)} of {len(self._all)}"

    @property
    def chosen(self) -> BoardRow | None:
        """The subject that the cursor is on."""
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    def item_count(self) -> int:
        """As many as there are subjects; one line says that there are none."""
        return max(1, len(self.rows))

    def item(self, index: int) -> Sequence[Line]:
        """One subject."""
        if index >= len(self.rows):
            return ((Span("none" if self._all else "none is known yet", "dim"),),)
        row, columns = self.rows[index], self.inner_columns
        if columns < _WIDE_FROM or self._board is None:
            return subject_lines(row, self.look, columns)
        line = wide_subject_line(row, self.look, columns, self._now)
        return (wide_subject_heading(self._board, columns), line) if index == 0 else (line,)
