"""Framed parts of the screen, drawn line by line; nothing is made that is not seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from textual.geometry import Offset
from textual.strip import Strip
from textual.widget import Widget

from tui.safe_text import cut, harmless, width
from tui.screen.lines import Line, Look, Role, Span

T = TypeVar("T")


class Pane(Widget):
    """A part with a border above and at the sides; what stands below closes it."""

    DEFAULT_CSS = "Pane { background: transparent; }"

    def __init__(self, look: Look, title: str = "", *, name: str = "", first: bool = True) -> None:
        super().__init__(id=name or None)
        self.look = look
        self.heading = title
        self.aside = ""
        """What stands at the right of the heading."""
        self.aside_role: Role = "dim"
        self.corners = "┌┐" if first else "├┤"
        self.joints: tuple[int, ...] = ()
        """Columns at which the borders of panes above end in this one's."""

    @property
    def inner_columns(self) -> int:
        """Columns between the side borders."""
        return max(0, self.size.width - 2)

    @property
    def inner_rows(self) -> int:
        """Rows below the border."""
        return max(0, self.size.height - 1)

    def head(self, heading: str, aside: str = "", role: Role = "dim") -> None:
        """Say what the pane shows."""
        if (heading, aside, role) != (self.heading, self.aside, self.aside_role):
            self.heading, self.aside, self.aside_role = heading, aside, role
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One row of the pane."""
        if y == 0:
            return self._border()
        look, columns = self.look, self.inner_columns
        line, chosen = self.row(y - 1)
        side = Span("│", "border")
        inner = look.strip(line, columns, chosen=chosen)
        edge = look.strip((side,), 1)
        return Strip.join([edge, inner, edge])

    def row(self, y: int) -> tuple[Line, bool]:
        """A row of the content, and whether the cursor stands on it."""
        return (), False

    def _border(self) -> Strip:
        columns = self.size.width
        focused = self.has_focus
        heading = f" {harmless(self.heading)} " if self.heading else ""
        aside = f" {harmless(self.aside)} " if self.aside else ""
        room = max(0, columns - 2)
        heading = cut(heading, room)
        if width(heading) + width(aside) + 2 > room:
            aside = ""
        fill = list("─" * (room - width(heading) - width(aside)))
        for joint in self.joints:
            place = joint - 1 - width(heading)
            if 0 <= place < len(fill):
                fill[place] = "┴"
        return self.look.strip(
            (
                Span(self.corners[0], "border"),
                Span(heading, "focus" if focused else "strong"),
                Span("".join(fill), "border"),
                Span(aside, self.aside_role),
                Span(self.corners[1], "border"),
            ),
            columns,
        )


class ListPane(Pane, can_focus=True):
    """Items of one or more lines each, with a cursor on one of them."""

    def __init__(self, look: Look, title: str = "", *, name: str = "", first: bool = True) -> None:
        super().__init__(look, title, name=name, first=first)
        self.cursor = 0
        self.first_item = 0
        self.always_chosen = False
        """Whether the cursor shows also while another pane is worked in."""
        self._drawn: list[tuple[Line, int]] | None = None

    def item_count(self) -> int:
        """How many items there are."""
        return 0

    def item(self, index: int) -> Sequence[Line]:
        """The lines of one item."""
        raise NotImplementedError

    def moved(self) -> None:
        """The cursor stands on another item."""

    def changed(self) -> None:
        """The items are others; the cursor stays within them."""
        self.cursor = max(0, min(self.cursor, self.item_count() - 1))
        self._settle()

    def move(self, by: int) -> None:
        """Move the cursor by so many items."""
        self.move_to(self.cursor + by)

    def move_to(self, index: int) -> None:
        """Put the cursor on an item."""
        index = max(0, min(index, self.item_count() - 1))
        if index != self.cursor:
            self.cursor = index
            self.moved()
        self._settle()

    def to_top(self) -> None:
        """Put the cursor on the first item."""
        self.move_to(0)

    def turn(self, pages: int) -> None:
        """Move what is seen by so many pages, and the cursor with it."""
        by = pages * self.page()
        self.first_item = max(0, min(self.first_item + by, self.item_count() - 1))
        self.move_to(self.cursor + by)

    def page(self) -> int:
        """How many items make a page."""
        rows = self.inner_rows
        count = self.item_count()
        tall = len(self.item(self.cursor)) if 0 <= self.cursor < count else 1
        return max(1, rows // max(1, tall) - 1)

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._settle()

    def on_focus(self) -> None:
        """The border says where one works."""
        self.refresh()

    def on_blur(self) -> None:
        """The border says where one works."""
        self.refresh()

    def _settle(self) -> None:
        """Scroll as little as brings the cursor's item into sight."""
        self._drawn = None
        rows, count = self.inner_rows, self.item_count()
        if self.cursor < self.first_item:
            self.first_item = self.cursor
        elif rows and count:
            needed = 0
            first = self.cursor
            while first >= 0:
                needed += len(self.item(first))
                if needed > rows:
                    break
                first -= 1
            self.first_item = max(self.first_item, min(first + 1, self.cursor))
        if rows and count:
            # What has become shorter leaves no empty rows below.
            while self.first_item > 0 and self._rows_from(self.first_item - 1) <= rows:
                self.first_item -= 1
        self.refresh()

    def _rows_from(self, first: int) -> int:
        """Rows from an item to the last, or one more than there is room for."""
        total = 0
        for index in range(first, self.item_count()):
            total += len(self.item(index))
            if total > self.inner_rows:
                break
        return total

    def row(self, y: int) -> tuple[Line, bool]:
        """A row of the content."""
        drawn = self._drawn
        if drawn is None:
            drawn = self._drawn = self._draw()
        if y >= len(drawn):
            return (), False
        line, index = drawn[y]
        return line, index == self.cursor and (self.has_focus or self.always_chosen)

    def _draw(self) -> list[tuple[Line, int]]:
        drawn: list[tuple[Line, int]] = []
        index = self.first_item
        while len(drawn) < self.inner_rows and index < self.item_count():
            drawn += [(line, index) for line in self.item(index)]
            index += 1
        return drawn

    def cursor_offset(self) -> Offset:
        """Where on the screen the cursor's item begins."""
        above = 0
        for index in range(self.first_item, self.cursor):
            above += len(self.item(index))
            if above > self.inner_rows:
                # Not yet scrolled to: a list may be a million items long.
                break
        region = self.region
        y = min(region.y + 1 + above, max(region.y, region.bottom - 1))
        return Offset(region.x + 1, y)
