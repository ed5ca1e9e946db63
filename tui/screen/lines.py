"""Lines of text for the screen: spans of one meaning each, from which everything is drawn.

Whatever is drawn passes `Look.strip`, and is harmless from there on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.safe_text import cut, cut_middle, harmless, in_ascii, width

if TYPE_CHECKING:
    from rules.vocabulary import Severity

Role = Literal[
    "plain",
    "dim",
    "strong",
    "border",
    "focus",
    "critical",
    "warning",
    "notice",
    "information",
    "good",
    "forbidden",
    "supposed",
]
"""What a piece of text means, from which follows how it looks."""


class Span(NamedTuple):
    """A piece of text of one meaning."""

    text: str
    role: Role = "plain"


Line: TypeAlias = tuple[Span, ...]

_IN_16_COLOURS: Final[Mapping[Role, Style]] = {
    "plain": Style(),
    "dim": Style(dim=True),
    "strong": Style(bold=True),
    "border": Style(dim=True),
    "focus": Style(color="cyan", bold=True),
    "critical": Style(color="red", bold=True),
    "warning": Style(color="yellow"),
    "notice": Style(color="cyan"),
    "information": Style(),
    "good": Style(color="green"),
    "forbidden": Style(color="red", bold=True, reverse=True),
    "supposed": Style(color="magenta", bold=True, reverse=True),
}
GLYPHS: Final[Mapping[str, str]] = {
    "critical": "✖",
    "warning": "▲",
    "notice": "◆",
    "information": "·",
    "good": "●",
    "unknown": "?",
    "down": "└",
}
_ASCII_GLYPHS: Final[Mapping[str, str]] = {
    "critical": "X",
    "warning": "!",
    "notice": "#",
    "information": ".",
    "good": "*",
    "unknown": "?",
    "down": "`",
}
_ASCII_BORDERS: Final = str.maketrans("─│┌┐└┘├┤┬┴┼━┃◆█", "-|+++++++++=|##")


class Look:
    """How roles look on this terminal, and whether it knows more than ASCII."""

    def __init__(self, *, ascii_only: bool = False, colour: bool = True) -> None:
        self.ascii_only = ascii_only
        self.colour = colour
        self._styles = {
            role: style if colour else style.without_color for role, style in _IN_16_COLOURS.items()
        }

    def glyph(self, name: str) -> str:
        """The sign for a severity or a condition; a word always stands beside it."""
        return (_ASCII_GLYPHS if self.ascii_only else GLYPHS)[name]

    def style(self, role: Role, *, chosen: bool = False) -> Style:
        """How a role looks, and how in the row that is chosen."""
        style = self._styles[role]
        return style + Style(reverse=not style.reverse, dim=False) if chosen else style

    def text(self, text: str) -> str:
        """A text made harmless, in the characters that this terminal knows."""
        shown = harmless(text)
        if self.ascii_only and not shown.isascii():
            return in_ascii(shown.translate(_ASCII_BORDERS))
        return shown

    def strip(self, line: Sequence[Span], columns: int, *, chosen: bool = False) -> Strip:
        """A line in exactly so many columns, cut where it is longer."""
        segments: list[Segment] = []
        room = columns
        mark = "..." if self.ascii_only else "…"
        for position, span in enumerate(line):
            text = self.text(span.text)
            wide = width(text)
            last = position == len(line) - 1
            if wide > room or (
                wide == room and not last and any(one.text for one in line[position + 1 :])
            ):
                text = cut(text + " ", room, mark=mark)
                wide = width(text)
            if text:
                segments.append(Segment(text, self.style(span.role, chosen=chosen)))
            room -= wide
            if room <= 0:
                break
        if room > 0:
            segments.append(Segment(" " * room, self.style("plain", chosen=chosen)))
        return Strip(segments, columns)


def columns_of(line: Sequence[Span]) -> int:
    """How many columns a line takes."""
    return sum(width(harmless(span.text)) for span in line)


def pad(text: str, columns: int) -> str:
    """A text cut or filled up to so many columns."""
    shown = cut(harmless(text), columns)
    return shown + " " * (columns - width(shown))


def pad_name(text: str, columns: int) -> str:
    """A name filled up to so many columns, or cut where it is like others."""
    shown = cut_middle(harmless(text), columns)
    return shown + " " * (columns - width(shown))


def severity_role(severity: Severity | None) -> Role:
    """The role of what is so severe."""
    return severity or "plain"
