"""Where a replay stands, and what happened when."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from tui.screen.lines import Line, Look, Role, Span
from tui.screen.panes.pane import Pane
from tui.screen.say import clock_of

if TYPE_CHECKING:
    from tui.session.snapshot import ReplayState

_MARK_ROLES: Final[tuple[Role, ...]] = (
    "dim",
    "good",
    "information",
    "notice",
    "warning",
    "critical",
)


_MARK_GLYPHS: Final = ("", "good", "information", "notice", "warning", "critical")


class ReplayBar(Pane):
    """Where the replay stands: time, event, speed, and a bar with what happened when."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, "Replay", name="replay", first=False)
        self._state: ReplayState | None = None

    def show(self, state: ReplayState) -> None:
        """Show where the replay stands."""
        if state == self._state:
            return
        self._state = state
        pace = "as fast as it goes" if state.speed == 0 else f"{state.speed:g}x"
        doing = "playing" if state.playing else "paused"
        if state.reading is not None:
            doing = f"reading {state.reading * 100:.0f} %"
        if state.going is not None:
            doing = f"going {state.going * 100:.0f} %"
        time = clock_of(state.time, day=True) if state.time else "before the first event"
        self.head(f"Replay {doing} {pace}", f"event {state.position:,} of {state.events:,}  {time}")
        self.refresh()

    def row(self, y: int) -> tuple[Line, bool]:
        """The bar."""
        state = self._state
        if state is None or y > 0:
            return (), False
        return bar_line(state, self.look, self.inner_columns), False


def bar_line(state: ReplayState, look: Look, columns: int) -> Line:
    """The time from first to last event: what is past drawn strong, marks where findings were
    raised and resolved, the worst of those that fall together."""
    if state.start is None or state.end is None or columns < 4:
        return (Span("no events", "dim"),)
    span = max(timedelta(microseconds=1), state.end - state.start)
    here = 0
    if state.time is not None:
        here = int((state.time - state.start) / span * (columns - 1) + 0.5)
        here = max(0, min(columns - 1, here))
    worst = [0] * columns
    for part, weight in enumerate(state.marks):
        column = part * (columns - 1) // max(1, len(state.marks) - 1)
        worst[column] = max(worst[column], weight)
    spans = []
    for column, weight in enumerate(worst):
        if column == here:
            spans.append(Span("#" if look.ascii_only else "█", "focus"))
        elif weight:
            spans.append(Span(look.glyph(_MARK_GLYPHS[weight]), _MARK_ROLES[weight]))
        else:
            past = column < here
            spans.append(Span("━" if past else "─", "plain" if past else "dim"))
    return tuple(spans)
