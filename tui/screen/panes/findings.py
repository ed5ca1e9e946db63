"""The open findings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from tui.screen.lines import Line, Look, Span
from tui.screen.panes.pane import ListPane
from tui.screen.say import finding_line

if TYPE_CHECKING:
    from tui.session.snapshot import FindingKey, FindingRow, Snapshot

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
        self._none = "nothing is known yet"
        self._several = False
        """Whether more than one subject has findings."""

    def show(self, snapshot: Snapshot) -> None:
        """Show the findings as they stand; the cursor stays on its finding."""
        self._all, self._blind = snapshot.findings, snapshot.blind_spots
        self._none = _none_open(snapshot)
        self._several = len({row.key.subject for row in snapshot.findings}) > 1
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
            from rules.vocabulary import SEVERITIES

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

    def hold(self) -> None:
        """Keep the cursor on its finding, whatever comes: somebody does something about it."""
        self.moved()

    def to_top(self) -> None:
        """Put the cursor on the first, and leave it there."""
        super().to_top()
        self._key = None

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
            calm = self._none
            if self._blind:
                calm += f"; {self._blind} cannot be judged (b)"
            return ((Span(calm, "dim"),),)
        row = self.rows[index]
        line = finding_line(
            row,
            self.look,
            self.inner_columns,
            indent=bool(row.suppressed_by),
            named=self._several,
        )
        return (line,)


def _none_open(snapshot: Snapshot) -> str:
    if snapshot.being_read:
        return "none yet, and the log is still being read"
    if snapshot.nothing_readable:
        return "no line could be read"
    if not snapshot.subjects:
        return "nothing is known yet"
    return "none known open" if snapshot.lines_lost else "no finding is open"
