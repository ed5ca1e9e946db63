"""Texts and lists over the whole screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult

from tui.screen.keys import Action, Place
from tui.screen.lines import Line
from tui.screen.panes.pane import ListPane
from tui.screen.places.place import PlaceScreen
from tui.screen.texts.rows import Row, Target

if TYPE_CHECKING:
    from tui.screen.places.host import Host
    from tui.session.snapshot import FindingKey, Snapshot


class RowsPane(ListPane):
    """Rows of a text."""

    def __init__(self, watch_app: Host) -> None:
        super().__init__(watch_app.look, name="content")
        self._all: Sequence[Row] = ()
        self.rows: Sequence[Row] = ()
        self.wanted = ""

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows; the cursor stays where it is."""
        if rows != self._all:
            self._all = rows
            self.narrow(self.wanted)

    def narrow(self, wanted: str) -> None:
        """Show the rows that contain a text."""
        self.wanted = wanted
        lowered = wanted.lower()
        self.rows = (
            [row for row in self._all if lowered in row.text.lower()] if wanted else self._all
        )
        self.changed()

    @property
    def chosen(self) -> Row | None:
        """The row that the cursor is on."""
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    def item_count(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    def item(self, index: int) -> Sequence[Line]:
        """One row."""
        return (self.rows[index].line,)


class Reading(PlaceScreen):
    """A text or a list over the whole screen."""

    place: ClassVar[Place] = "list"

    def __init__(
        self,
        watch_app: Host,
        title: str,
        make: Callable[[Snapshot, int], Sequence[Row] | None],
        *,
        key: FindingKey | None = None,
        subject: str = "",
        leave: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(watch_app)
        self._heading = title
        self._make = make
        self._key = key
        self._subject = subject or (key.subject if key else "")
        self._when_left = leave
        self.pane = RowsPane(watch_app)

    @property
    def kind(self) -> str:
        """The first word of its title: the rest says of what it is."""
        return self._heading.partition(" ")[0]

    def let_go(self) -> None:
        """Ask no more for what stood here."""
        if self._when_left is not None:
            self._when_left()

    def content(self) -> ComposeResult:
        """The text."""
        yield self.pane

    @property
    def worked_in(self) -> ListPane:
        """The text."""
        return self.pane

    def finding_key(self) -> FindingKey | None:
        """The finding that the text is about."""
        return self._key

    def subject(self) -> str:
        """The subject that the text is about."""
        return self._subject

    def receive(self, snapshot: Snapshot) -> None:
        """Show the text as it is now."""
        rows = self._make(snapshot, max(16, self.app.size.width - 2))
        if rows is not None:
            self.pane.show(rows)
        wanted = f" /{self.pane.wanted}" if self.pane.wanted else ""
        self.pane.head(self._heading + wanted, self.aside(snapshot))
        self.show_frame()

    def aside(self, snapshot: Snapshot) -> str:
        """What stands at the right of the title."""
        return f"{self.pane.cursor + 1} of {len(self.pane.rows)}" if self.pane.rows else ""

    def act(self, action: Action) -> bool:
        """Do what an action says here."""
        match action.name:
            case "back":
                if self.pane.wanted:
                    self.pane.narrow("")
                    self.show_all()
                else:
                    self.leave()
            case "open":
                self.open(self.pane.chosen.target if self.pane.chosen else None)
            case _:
                known = super().act(action)
                if known and self.snapshot is not None:
                    self.pane.head(self.pane.heading, self.aside(self.snapshot))
                return known
        return True

    def open(self, target: Target) -> None:
        """Go to what the cursor is on."""
        self.watch_app.follow(target)

    def leave(self) -> None:
        """Go back."""
        self.watch_app.pop_screen()
        self.let_go()

    def ask_filter(self) -> None:
        """Filter the text at every key."""
        self.prompt.ask(
            "filter:", lambda _: self.show_all(), value=self.pane.wanted, typed=self.pane.narrow
        )


class FindingText(Reading):
    """A finding, or an explanation of one."""

    place: ClassVar[Place] = "text"
