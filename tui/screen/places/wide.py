"""The timeline and the subjects over the whole screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult

from tui.screen.keys import Action, Place
from tui.screen.panes.pane import ListPane
from tui.screen.panes.subjects import SubjectsPane
from tui.screen.panes.timeline import TimelinePane
from tui.screen.places.place import PlaceScreen
from tui.screen.texts.rows import ToSubject
from tui.session.snapshot import Snapshot

if TYPE_CHECKING:
    from tui.screen.places.host import Host


class _Wide(PlaceScreen):
    """One list of the board over the whole screen."""

    place: ClassVar[Place] = "list"
    pane: TimelinePane | SubjectsPane

    def content(self) -> ComposeResult:
        """The list."""
        yield self.pane

    @property
    def worked_in(self) -> ListPane:
        """The list."""
        return self.pane

    @property
    def filtered(self) -> str:
        """What is filtered, as the question calls it."""
        raise NotImplementedError

    def open_chosen(self) -> None:
        """Go to what the cursor is on."""

    def act(self, action: Action) -> bool:
        """Do what an action says here."""
        match action.name:
            case "back":
                if self.pane.wanted:
                    self.pane.narrow("")
                else:
                    self.watch_app.pop_screen()
            case "open":
                self.open_chosen()
            case _:
                return super().act(action)
        return True

    def ask_filter(self) -> None:
        """Filter at every key."""
        self.prompt.ask(
            f"filter {self.filtered}:",
            lambda _: None,
            value=self.pane.wanted,
            typed=self.pane.narrow,
        )


class WideTimeline(_Wide):
    """The timeline over the whole screen."""

    pane: TimelinePane

    def __init__(self, watch_app: Host, line: int | None = None) -> None:
        super().__init__(watch_app)
        self.pane = TimelinePane(watch_app.look, first=True, name="content")
        self._line = line

    @property
    def filtered(self) -> str:
        """The timeline."""
        return "timeline"

    def receive(self, snapshot: Snapshot) -> None:
        """Show the timeline as it is now."""
        self.pane.show(snapshot.timeline, snapshot.timeline_length)
        if self._line is not None:
            self.pane.go_to_line(self._line)
            self._line = None
        self.show_frame()

    def open_chosen(self) -> None:
        """Go to what the line is about."""
        self.watch_app.open_line(self.pane.chosen)


class WideSubjects(_Wide):
    """The subjects over the whole screen, one line each."""

    pane: SubjectsPane

    def __init__(self, watch_app: Host) -> None:
        super().__init__(watch_app)
        self.pane = SubjectsPane(watch_app.look, name="content")

    @property
    def filtered(self) -> str:
        """As the board calls its subjects."""
        return self.pane.heading.partition(" /")[0].lower()

    def subject(self) -> str:
        """The subject that the cursor is on."""
        return self.pane.chosen.subject if self.pane.chosen else ""

    def receive(self, snapshot: Snapshot) -> None:
        """Show the subjects as they are now."""
        self.pane.show(snapshot)
        self.show_frame()

    def open_chosen(self) -> None:
        """Go to the subject's facts."""
        if self.pane.chosen is not None:
            self.watch_app.follow(ToSubject(self.pane.chosen.subject))
