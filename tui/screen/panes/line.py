"""A line without a border."""

from __future__ import annotations

from textual.strip import Strip

from tui.screen.lines import Line, Look
from tui.screen.panes.pane import Pane


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
