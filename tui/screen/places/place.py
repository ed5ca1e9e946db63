"""What all places have in common: header, content, prompt and foot."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.geometry import Offset
from textual.screen import Screen

from tui.screen.keys import Action, Place
from tui.screen.lines import Span
from tui.screen.panes.line import LineWidget
from tui.screen.panes.pane import ListPane
from tui.screen.places.frame import foot_line, header_line
from tui.screen.prompt import Prompt

if TYPE_CHECKING:
    from tui.screen.places.host import Host
    from tui.session.snapshot import FindingKey, Snapshot


NARROWEST = (60, 16)
TOO_LATE: Final = "Keys that had waited for long were not obeyed"
TYPED_AHEAD: Final = 4.0
"""Seconds after which a key that waits is not obeyed: whoever pressed it saw another screen."""


class PlaceScreen(Screen[None], inherit_bindings=False):
    """One place: header, content, prompt and foot."""

    DEFAULT_CSS = """
    PlaceScreen { layout: vertical; background: transparent; }
    PlaceScreen > #header { height: 1; }
    PlaceScreen > #foot { height: 1; }
    PlaceScreen > #content { height: 1fr; }
    PlaceScreen > #small { display: none; height: 1fr; }
    PlaceScreen.-small > * { display: none; }
    PlaceScreen.-small > #small { display: block; }
    """
    place: ClassVar[Place] = "list"
    AUTO_FOCUS = None
    lasting: ClassVar[bool] = False
    """Whether it stays below others however many they are."""

    def __init__(self, watch_app: Host) -> None:
        super().__init__()
        self.watch_app = watch_app
        look = watch_app.look
        self.header = LineWidget(look, "header")
        self.foot = LineWidget(look, "foot")
        self.small = LineWidget(look, "small")
        self.prompt = Prompt(look)

    @property
    def kind(self) -> str:
        """What sort of place it is; of two on one another the newer alone is kept."""
        return type(self).__name__

    def let_go(self) -> None:
        """Called when it is left or dropped, where no other place of its kind is open."""

    @property
    def snapshot(self) -> Snapshot | None:
        """What the screen shows now."""
        return self.watch_app.snapshot

    def compose(self) -> ComposeResult:
        """Header above, foot below."""
        yield self.header
        yield from self.content()
        yield self.prompt
        yield self.foot
        yield self.small

    def content(self) -> ComposeResult:
        """What stands between header and foot."""
        yield from ()

    @property
    def worked_in(self) -> ListPane | None:
        """The list in which keys move the cursor."""
        return None

    def receive(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""

    def act(self, action: Action) -> bool:
        """Do what an action says here; false where this place knows nothing of it."""
        pane = self.worked_in
        if pane is None:
            return False
        match action.name:
            case "up":
                pane.move(-1)
            case "down":
                pane.move(1)
            case "page-up":
                pane.turn(-1)
            case "page-down":
                pane.turn(1)
            case "top":
                pane.to_top()
            case "bottom":
                pane.move_to(pane.item_count() - 1)
            case "filter":
                self.ask_filter()
            case _:
                return False
        return True

    def ask_filter(self) -> None:
        """Ask for the text that what is shown must contain."""

    def finding_key(self) -> FindingKey | None:
        """The finding that keys are about here."""
        return None

    def subject(self) -> str:
        """The subject that keys are about here."""
        key = self.finding_key()
        return key.subject if key else ""

    def on_key(self, event: events.Key) -> None:
        """Turn a key into its action."""
        if self.prompt.asking:
            # Whoever has the focus: while something is asked for, keys are its answer.
            self.prompt.on_key(event)
            return
        action = self.watch_app.keys.action(self.place, event.key, event.character)
        event.stop()
        event.prevent_default()
        if self.watch_app.leaving:
            return
        if time.monotonic() - event.time > TYPED_AHEAD:
            self.watch_app.tell(TOO_LATE, failed=True)
            return
        self.watch_app.silence()
        if action is not None:
            self.watch_app.act(action)

    def on_prompt_closed(self) -> None:
        """Give the keys back to the list."""
        if self.worked_in is not None:
            self.worked_in.focus(scroll_visible=False)
        self.show_frame()

    def on_mount(self) -> None:
        """Begin with what is known."""
        if self.worked_in is not None:
            self.worked_in.focus(scroll_visible=False)
        self.show_all()

    def on_screen_resume(self) -> None:
        """Show what has come in the meantime."""
        self.show_all()

    def on_resize(self, event: events.Resize) -> None:
        """Arrange what there is in the room that there is."""
        wide, tall = event.size
        small = wide < NARROWEST[0] or tall < NARROWEST[1]
        self.set_class(small, "-small")
        self.small.say(
            (
                Span(
                    f"Watchkeeper needs {NARROWEST[0]}x{NARROWEST[1]}; this is {wide}x{tall}",
                    "warning",
                ),
            )
        )
        self.divide(wide, tall)
        self.show_all()

    def divide(self, wide: int, tall: int) -> None:
        """Divide the room."""

    def show_all(self) -> None:
        """Show everything anew."""
        if self.snapshot is not None and self.is_mounted:
            self.receive(self.snapshot)
        self.show_frame()

    def show_frame(self) -> None:
        """Show header and foot."""
        columns = self.app.size.width
        if columns < 2:
            return
        if self.snapshot is not None:
            self.header.say(header_line(self.watch_app, self.snapshot, columns))
        else:
            self.header.say((Span(" watchkeeper  reading…", "strong"),))
        self.foot.say(foot_line(self.watch_app, self.place, columns))

    def cursor_offset(self) -> Offset:
        """Where the terminal's cursor belongs."""
        if self.prompt.asking:
            return self.prompt.cursor_offset()
        return self.worked_in.cursor_offset() if self.worked_in is not None else Offset(0, 0)
