"""What the functions that answer actions ask of the app, beyond what its places do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from tui.screen.places.host import Host

if TYPE_CHECKING:
    from textual.geometry import Size
    from textual.screen import Screen

    from tui.screen.options import ScreenOptions
    from tui.screen.places.place import PlaceScreen
    from tui.session.snapshot import FindingDetail, FindingKey


class ActionHost(Host, Protocol):
    """The app, as far as what keys lead to has to do with it."""

    options: ScreenOptions
    written: dict[str, tuple[Path, str]]
    """By name, the file that was written last, and what stands in it."""

    @property
    def screen(self) -> Screen[Any]:
        """The place that is shown."""
        ...

    @property
    def screen_stack(self) -> Sequence[Screen[Any]]:
        """All places that are open, the one that is shown last."""
        ...

    @property
    def size(self) -> Size:
        """Columns and rows of the terminal."""
        ...

    def enter(self, place: PlaceScreen) -> None:
        """Go to a place."""
        ...

    def with_detail(self, key: FindingKey, act: Callable[[FindingDetail], None]) -> None:
        """Do something with a finding's detail: now, or as soon as it has come."""
        ...

    def exit(self, result: int | None = None) -> None:
        """End, whatever keys still wait."""
        ...

    def redraw(self) -> None:
        """Paint everything anew."""
        ...

    def action_suspend_process(self) -> None:
        """Give the terminal back to the shell for a while."""
        ...

    def export_screenshot(self) -> str:
        """The screen as SVG."""
        ...

    def send_to_terminal(self, text: str) -> None:
        """Write something that is no picture."""
        ...
