"""What places ask of the app that shows them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tui.screen.keys import Action, Keys
    from tui.screen.lines import Look
    from tui.screen.texts.rows import Target
    from tui.session import commands
    from tui.session.snapshot import Snapshot
    from tui.session.timeline import TimelineLine


class Host(Protocol):
    """The app, as far as a place has to do with it."""

    look: Look
    keys: Keys
    snapshot: Snapshot | None
    message: tuple[str, bool] | None
    """What is said at the foot, and whether it tells of a failure."""
    leaving: bool
    """Whether the end has been asked for; keys that still wait are not obeyed then."""

    def shown_time(self, snapshot: Snapshot) -> datetime | None:
        """The time that ages are counted to."""
        ...

    def send(self, command: commands.Command) -> None:
        """Ask the session for something."""
        ...

    def tell(self, text: str, *, failed: bool = False) -> None:
        """Show a message at the foot."""
        ...

    def silence(self) -> None:
        """Take the message away, and what an earlier key still waits for."""
        ...

    def ask(
        self, label: str, done: Callable[[str], None], *, value: str = "", gives_way: bool = False
    ) -> None:
        """Ask for a line at the foot."""
        ...

    def act(self, action: Action) -> None:
        """Do what an action says, in the place that is shown."""
        ...

    def follow(self, target: Target) -> None:
        """Go to what a row leads to."""
        ...

    def open_finding(self) -> None:
        """The finding that the cursor is on, in full."""
        ...

    def open_line(self, line: TimelineLine | None) -> None:
        """What a line of the timeline is about."""
        ...

    def pop_screen(self) -> object:
        """Leave the place that is shown."""
        ...
