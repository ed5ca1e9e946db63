"""The line at the foot in which one types: a filter, a note, a value, a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from textual import events
from textual.geometry import Offset
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.safe_text import harmless, width
from tui.screen.lines import Look, Span


class Prompt(Widget, can_focus=True):
    """One line of input. Enter gives what was typed, Escape gives nothing."""

    DEFAULT_CSS = "Prompt { height: 1; display: none; background: transparent; }"

    class Closed(Message):
        """The prompt is done with."""

    def __init__(self, look: Look) -> None:
        super().__init__(id="prompt")
        self.look = look
        self.value = ""
        self._at = 0
        self._label = ""
        self._done: Callable[[str], None] | None = None
        self._typed: Callable[[str], None] | None = None
        self._before = ""
        self._beside: Mapping[str, Callable[[], None]] = {}
        self._gives_way = False

    @property
    def asking(self) -> bool:
        """Whether something is asked for now."""
        return self._done is not None

    def ask(
        self,
        label: str,
        done: Callable[[str], None],
        *,
        value: str = "",
        typed: Callable[[str], None] | None = None,
        gives_way: bool = False,
        beside: Mapping[str, Callable[[], None]] | None = None,
    ) -> None:
        """Ask for a line. `typed` is told at every key; after Escape, of what stood there first.
        What stands there `gives_way` to what is typed, unless the cursor is moved before. `beside`
        are keys that do something else meanwhile."""
        self._label, self._done, self._typed = label, done, typed
        self._beside = beside or {}
        self.value = self._before = value
        self._at = len(value)
        self._gives_way = gives_way
        self.display = True
        self.focus()
        self.refresh()

    def close_with(self, value: str | None) -> None:
        """End it, with what was typed or with nothing."""
        done, typed = self._done, self._typed
        self._done = self._typed = None
        self.display = False
        self.post_message(self.Closed())
        if value is None:
            if typed is not None:
                typed(self._before)
        elif done is not None:
            done(value)

    def on_key(self, event: events.Key) -> None:
        """Edit the line."""
        if self._done is None:
            return
        event.stop()
        event.prevent_default()
        if event.key in self._beside:
            self._beside[event.key]()
            return
        before = self.value
        gives_way, self._gives_way = self._gives_way, False
        match event.key:
            case "enter":
                self.close_with(self.value)
                return
            case "escape" | "ctrl+c":
                self.close_with(None)
                return
            case "left" | "ctrl+b":
                self._at = max(0, self._at - 1)
            case "right" | "ctrl+f":
                self._at = min(len(self.value), self._at + 1)
            case "home" | "ctrl+a":
                self._at = 0
            case "end" | "ctrl+e":
                self._at = len(self.value)
            case "backspace" | "ctrl+h":
                if self._at:
                    self.value = self.value[: self._at - 1] + self.value[self._at :]
                    self._at -= 1
            case "delete":
                self.value = self.value[: self._at] + self.value[self._at + 1 :]
            case "ctrl+u":
                self.value, self._at = self.value[self._at :], 0
            case "ctrl+w":
                kept = self.value[: self._at].rstrip().rpartition(" ")[0]
                self.value, self._at = kept + self.value[self._at :], len(kept)
            case _:
                if event.character and event.character.isprintable():
                    if gives_way:
                        self.value, self._at = "", 0
                    self._insert(event.character)
        self._changed(before)

    def on_paste(self, event: events.Paste) -> None:
        """Take the first line of what is pasted."""
        event.stop()
        before = self.value
        self._insert(harmless(event.text.strip().splitlines()[0] if event.text.strip() else ""))
        self._changed(before)

    def _insert(self, text: str) -> None:
        text = text[: max(0, 1000 - len(self.value))]
        self.value = self.value[: self._at] + text + self.value[self._at :]
        self._at += len(text)

    def _changed(self, before: str) -> None:
        if self._typed is not None and self.value != before:
            self._typed(self.value)
        self.refresh()

    def cursor_offset(self) -> Offset:
        """Where the next character will stand."""
        column = (
            width(harmless(self._label))
            + 1
            + width(harmless(self.value[self._shown_from() : self._at]))
        )
        return Offset(min(self.region.x + column, self.region.right - 1), self.region.y)

    def _shown_from(self) -> int:
        room = max(4, self.size.width - width(harmless(self._label)) - 3)
        return max(0, self._at - room)

    def render_line(self, y: int) -> Strip:
        """The label and what has been typed."""
        spans = (Span(self._label + " ", "focus"), Span(self.value[self._shown_from() :], "strong"))
        return self.look.strip(spans, self.size.width)
