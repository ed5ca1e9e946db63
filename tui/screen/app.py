"""The app: takes snapshots from the worker, shows them in places, and turns actions into commands.

It knows nothing of where events come from.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual.geometry import Offset
from textual.message import Message

from tui.screen.keys import Keys
from tui.screen.lines import Look
from tui.screen.options import ScreenOptions
from tui.screen.painted_app import PaintedApp
from tui.screen.places.board import Board
from tui.screen.places.place import PlaceScreen
from tui.session.worker import Worker

# What keys lead to is imported when it is asked for, so that the board is there at once.
if TYPE_CHECKING:
    from tui.screen.keys import Action
    from tui.screen.texts.rows import Target
    from tui.session import commands
    from tui.session.session import Session
    from tui.session.snapshot import FindingDetail, FindingKey, Snapshot
    from tui.session.timeline import TimelineLine


_MESSAGE_STANDS: Final = 15
"""Seconds after which a message gives the foot back to the keys."""
DEEPEST: Final = 8
"""Places open above the board; whoever opens more goes back over the newest of them."""


class WatchApp(PaintedApp[int]):
    """The screen of one session."""

    CSS: ClassVar[str] = "Screen { background: transparent; } WatchApp { background: transparent; }"

    TITLE = "Watchkeeper"

    class News(Message):
        """There is a snapshot to take."""

    def __init__(self, make: Callable[[], Session], options: ScreenOptions) -> None:
        super().__init__(
            colour=options.colour, ascii_only=options.ascii_only, own_colours=not options.theme
        )
        self.options = options
        self.theme = options.theme or ("ansi-light" if options.light else "ansi-dark")
        self.look = Look(ascii_only=options.ascii_only, colour=options.colour)
        self.keys = Keys(options.keys)
        self.snapshot: Snapshot | None = None
        self.message: tuple[str, bool] | None = None
        self.written: dict[str, tuple[Path, str]] = {}
        """By name, the file that was written last, and what stands in it."""
        self._said = 0
        self._told_for = 0
        """Seconds for which the message has stood."""
        self._waiting: tuple[FindingKey, Callable[[FindingDetail], None]] | None = None
        self._worker = Worker(make, self._announce)

    @property
    def failure(self) -> str:
        """What ended the session, if anything did."""
        return self._worker.failure

    def first_picture_painted(self) -> None:
        """Load rules and events, now that the board stands on the terminal."""
        self._worker.start()

    # Snapshots

    def _announce(self) -> None:
        self.post_message(self.News())

    def on_mount(self) -> None:
        """Open the board and begin."""
        self.push_screen(Board(self))
        self.app_resume_signal.subscribe(self, lambda _: self.redraw())
        self.set_interval(1.0, self._tick)
        if self.keys.problems:
            more = len(self.keys.problems) - 1
            rest = f" (and {more} more: L)" if more else ""
            self.tell(f"Keys: {self.keys.problems[0]}{rest}", failed=True)

    def on_watch_app_news(self, _: News) -> None:
        """Show the newest snapshot."""
        snapshot = self._worker.take()
        if self._worker.failure:
            self.exit(self._worker.code, return_code=self._worker.code)
            return
        if snapshot is None:
            return
        self.snapshot = snapshot
        if snapshot.said is not None and snapshot.said.number > self._said:
            self._said = snapshot.said.number
            self.message, self._told_for = (snapshot.said.text, snapshot.said.failed), 0
        if isinstance(self.screen, PlaceScreen):
            self.screen.receive(snapshot)
        self._serve()

    def with_detail(self, key: FindingKey, act: Callable[[FindingDetail], None]) -> None:
        """Do something with a finding's detail: now, or as soon as it has come."""
        self._waiting = (key, act)
        self._serve()

    def _serve(self) -> None:
        detail = self.snapshot.detail if self.snapshot is not None else None
        if self._waiting is not None and detail is not None and detail.row.key == self._waiting[0]:
            (_, act), self._waiting = self._waiting, None
            act(detail)

    def _tick(self) -> None:
        """Let the clock in the header go, where time goes by itself; let a message go in time."""
        if self.message is not None and isinstance(self.screen, PlaceScreen):
            self._told_for += 1
            if self._told_for > _MESSAGE_STANDS and not self.screen.prompt.asking:
                self.message = None
                self.screen.show_frame()
        if (
            self.snapshot is not None
            and self.snapshot.kind != "replay"
            and isinstance(self.screen, PlaceScreen)
        ):
            self.screen.show_frame()

    def shown_time(self, snapshot: Snapshot) -> datetime | None:
        """The time that ages are counted to: the replay's, or the time of day."""
        if snapshot.kind == "replay" or snapshot.what_if is not None:
            return snapshot.time
        if self.options.own_clock is not None:
            return self.options.own_clock()
        return datetime.now(UTC)

    def send(self, command: commands.Command) -> None:
        """Ask the session for something."""
        self._worker.send(command)

    def on_unmount(self) -> None:
        """Let the session end."""
        self._worker.stop()

    # What is said at the foot

    def tell(self, text: str, *, failed: bool = False) -> None:
        """Show a message at the foot until the next key, or for some seconds."""
        self._told_for = 0
        if self.message == (text, failed):
            return
        self.message = (text, failed)
        if isinstance(self.screen, PlaceScreen):
            self.screen.show_frame()

    def silence(self) -> None:
        """Take the message away, and what an earlier key still waits for."""
        self._waiting = None
        if self.message is not None:
            self.message = None
            if isinstance(self.screen, PlaceScreen):
                self.screen.show_frame()

    def cursor_place(self) -> Offset:
        """On what is being worked on."""
        screen = self.screen
        return screen.cursor_offset() if isinstance(screen, PlaceScreen) else Offset(0, 0)

    # Actions

    def act(self, action: Action) -> None:
        """Do what an action says, in the place that is shown."""
        screen = self.screen
        if not isinstance(screen, PlaceScreen):
            return
        if action.replay:
            from tui.screen.pacing import pace

            pace(self, action.name)
        elif not screen.act(action):
            from tui.screen.handlers import HANDLERS

            handler = HANDLERS.get(action.name)
            if handler is not None:
                handler(self, screen)

    def enter(self, place: PlaceScreen) -> None:
        """Go to a place. It replaces one of its kind that is shown, and the oldest of too many."""
        screen = self.screen
        if isinstance(screen, PlaceScreen) and screen.kind == place.kind:
            self.switch_screen(place)
            return
        self.push_screen(place)
        above = [one for one in self.screen_stack if isinstance(one, PlaceScreen)][1:]
        if len(above) > DEEPEST:
            oldest = next(one for one in above if not one.lasting)
            self.drop_screen(oldest)
            if all(one.kind != oldest.kind for one in above if one is not oldest):
                oldest.let_go()

    def follow(self, target: Target) -> None:
        """Go to what a row leads to."""
        from tui.screen import going

        going.follow(self, target)

    def open_finding(self) -> None:
        """The finding that the cursor is on, in full."""
        from tui.screen import going

        going.open_finding(self)

    def open_line(self, line: TimelineLine | None) -> None:
        """What a line of the timeline is about."""
        from tui.screen import going

        going.open_line(self, line)

    def ask(
        self, label: str, done: Callable[[str], None], *, value: str = "", gives_way: bool = False
    ) -> None:
        """Ask for a line at the foot."""
        if isinstance(self.screen, PlaceScreen):

            def answered(text: str) -> None:
                # What was said while it was asked for is about the asking.
                self.silence()
                done(text)

            self.screen.prompt.ask(label, answered, value=value, gives_way=gives_way)
