"""A Textual app whose output is the difference to what the terminal shows, written only while the
terminal takes it.

This is the one place that uses private names of Textual: `App._display`, which hands what changed
to the driver, `App._driver`, `App._background_screens`, `App._screen_stack`,
`App._set_pointer_shape`, and `Screen._compositor`. A test notices when they change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from rich.color import ColorSystem
from textual import events
from textual.app import App, ReturnType
from textual.geometry import Offset

from tui.screen.driver import PatientDriver
from tui.screen.painting import Painter

if TYPE_CHECKING:
    from textual.screen import Screen

_COLOUR_SYSTEMS: Final = {
    "standard": ColorSystem.STANDARD,
    "256": ColorSystem.EIGHT_BIT,
    "truecolor": ColorSystem.TRUECOLOR,
}


class PaintedApp(App[ReturnType], inherit_bindings=False):
    """Paints sparingly. A terminal that has not taken the last picture gets no other one before;
    then it gets the newest, and none of those between."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, *, colour: bool, ascii_only: bool, own_colours: bool) -> None:
        super().__init__(driver_class=PatientDriver, ansi_color=True if own_colours else None)
        self._painter = Painter(
            colours=ColorSystem.STANDARD
            if own_colours
            else _COLOUR_SYSTEMS.get(self.console.color_system or "", ColorSystem.STANDARD),
            colour=colour,
            ascii_only=ascii_only,
        )
        self._owed = False
        self._begun = False
        self.leaving = False
        """Whether the end has been asked for; keys that still wait are not obeyed then."""

    def cursor_place(self) -> Offset:
        """Where the terminal's cursor belongs: on what is being worked on."""
        return Offset(0, 0)

    def first_picture_painted(self) -> None:
        """Called once, when the first picture is on its way to the terminal."""

    def redraw(self) -> None:
        """Paint everything anew: something else may have written on the terminal."""
        self._painter.forget()
        self.refresh()

    def send_to_terminal(self, text: str) -> None:
        """Write something that is no picture, such as a text for the clipboard."""
        if self._driver is not None:
            self._driver.write(text)

    def exit(
        self,
        result: ReturnType | None = None,
        return_code: int = 0,
        message: Any | None = None,
    ) -> None:
        """End, whatever keys still wait."""
        self.leaving = True
        super().exit(result, return_code, message)

    async def on_event(self, event: events.Event) -> None:
        """Take in what comes from the terminal, until the end has been asked for."""
        if not (self.leaving and isinstance(event, events.InputEvent | events.Resize)):
            await super().on_event(event)

    def drop_screen(self, screen: Screen[Any]) -> None:
        """Take away a screen that another one covers."""
        self._screen_stack.remove(screen)
        screen.remove()

    @property
    def _background_screens(self) -> list[Screen[Any]]:
        """None: each covers the whole terminal, and painting those below takes ever longer."""
        return []

    def _set_pointer_shape(self, shape: str) -> None:
        """Nothing: the mouse looks the same everywhere, and few terminals know the sequence."""

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        driver = self._driver
        if not isinstance(driver, PatientDriver):
            super()._display(screen, renderable)
        elif renderable is None or self._batch_count or not self._running or self._closed:
            return
        else:
            try:
                self._paint(driver)
            finally:
                self.post_display_hook()
        if not self._begun:
            self._begun = True
            self.call_later(self.first_picture_painted)

    def _paint(self, driver: PatientDriver) -> None:
        if driver.outbox.busy:
            if not self._owed:
                self._owed = True
                driver.outbox.when_taken(self._terminal_is_ready)
            return
        screen = self.screen
        compositor = screen._compositor  # noqa: SLF001 (the picture as a whole has no public name)
        update = compositor.render_update(full=True, screen_stack=self._background_screens)
        strips = cast(Any, update).strips
        place = screen.outer_size.clamp_offset(self.cursor_place())
        rows = [[segment for strip in row for segment in strip] for row in strips]
        text = self._painter.paint(rows, screen.size.width, (place.x, place.y))
        if text:
            driver.write(text)

    def _terminal_is_ready(self) -> None:
        """Called in the writer's thread: the terminal has taken everything."""
        self.call_later(self._paint_what_is_owed)

    def _paint_what_is_owed(self) -> None:
        self._owed = False
        if isinstance(self._driver, PatientDriver) and self._running and not self._closed:
            self._paint(self._driver)
