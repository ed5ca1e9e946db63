"""The pairs, the worst first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from tui.screen.lines import Line, Look, Span
from tui.screen.panes.pane import ListPane
from tui.screen.say import pair_lines, wide_pair_heading, wide_pair_line
from tui.session.snapshot import PairRow, Snapshot

_WIDE_FROM: Final = 70


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
