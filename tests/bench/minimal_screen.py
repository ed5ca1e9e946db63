"""The least that can stand where the board does: a Textual app of as many widgets, arranged in the
same way, that shows a border and knows nothing. What the board takes longer than this to be on the
terminal is the product's own doing."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

LAST_WORD = "nothing more"
"""What stands in the last line that is painted."""


class Part(Widget):
    """A heading, and a border below it."""

    DEFAULT_CSS = "Part { background: transparent; }"

    def __init__(self, name: str, heading: str = "") -> None:
        super().__init__(id=name)
        self._heading = heading

    def render_line(self, y: int) -> Strip:
        """One row."""
        columns = self.size.width
        text = self._heading if y == 0 else "│"
        return Strip([Segment(text.ljust(columns)[:columns], Style(dim=True))], columns)


class ListPart(Part, can_focus=True):
    """A part that can have the focus."""


class Place(Screen[None]):
    """The same parts as the board's."""

    DEFAULT_CSS = """
    Place { layout: vertical; background: transparent; }
    Place > #header { height: 1; }
    Place > #foot { height: 1; }
    Place > #content { height: 1fr; }
    Place > #small { display: none; height: 1fr; }
    Place > #prompt { display: none; height: 1; }
    Place > #content > #subjects { height: 100%; width: 22; }
    Place > #content > #right { height: 100%; width: 1fr; }
    Place #findings { height: 5; }
    Place #advice { height: 1fr; }
    Place > #timeline { height: 6; }
    Place > #replay { height: 2; display: none; }
    """

    def compose(self) -> ComposeResult:
        """Header, content, timeline, foot, and what is not shown."""
        yield Part("header", "header")
        with Horizontal(id="content"):
            yield ListPart("subjects", "Pairs")
            with Vertical(id="right"):
                yield ListPart("findings", "Findings")
                yield Part("advice", "What to do now")
        yield ListPart("timeline", "Timeline")
        yield Part("replay")
        yield ListPart("prompt")
        yield Part("foot", LAST_WORD)
        yield Part("small")


class MinimalApp(App[None]):
    """Opens the place."""

    CSS: ClassVar[str] = (
        "Screen { background: transparent; } MinimalApp { background: transparent; }"
    )
    ENABLE_COMMAND_PALETTE = False

    def __init__(self) -> None:
        super().__init__(ansi_color=True)
        self.theme = "ansi-dark"

    def on_mount(self) -> None:
        """Show it."""
        self.push_screen(Place())


if __name__ == "__main__":
    MinimalApp().run(mouse=False)
