"""What changed on the screen, in as few bytes as a terminal needs.

Textual draws whole widgets; this compares the cells with those that the terminal has, and writes
the difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style

from tui.safe_text import in_ascii, width

Cell: TypeAlias = tuple[str, str]
"""A character, with marks that stand on it, and the codes of how it looks. The right half of a
wide character is an empty text."""

_BLANK: Final[Cell] = (" ", "")
_BRIDGED: Final = 5
"""Unchanged cells that are written again rather than jumped over: a jump costs more bytes."""
_BORDERS: Final = str.maketrans("─│┌┐└┘├┤┬┴┼━┃╭╮╰╯▔▁▏▎▕", "-|+++++++++=|++++-_|||")
_DEFAULTS: Final = frozenset({"39", "49", ""})


class Painter:
    """Knows what stands on the terminal."""

    def __init__(
        self, *, colours: ColorSystem = ColorSystem.STANDARD, colour: bool = True, ascii_only: bool
    ) -> None:
        self._colours = colours
        self._colour = colour
        self._ascii = ascii_only
        self._shown: list[list[Cell]] = []
        self._cursor: tuple[int, int] | None = None
        self._codes: dict[Style, str] = {}

    def forget(self) -> None:
        """The terminal no longer shows what was painted: paint all of it next time."""
        self._shown = []
        self._cursor = None

    def paint(
        self, rows: Sequence[Iterable[Segment]], columns: int, cursor: tuple[int, int]
    ) -> str:
        """What must be written so that the terminal shows these rows, with its cursor in a column
        and row; empty where it does already."""
        wanted = [self._cells(row, columns) for row in rows]
        out: list[str] = []
        if len(self._shown) != len(wanted) or (wanted and len(self._shown[0]) != columns):
            out.append("\x1b[m\x1b[2J")
            self._shown = [[_BLANK] * columns for _ in wanted]
            self._cursor = None
        pen = ""
        place: tuple[int, int] | None = self._cursor
        for y, (before, after) in enumerate(zip(self._shown, wanted, strict=True)):
            if before != after:
                pen, place = self._row(before, after, y, pen, place, out)
        if pen:
            out.append("\x1b[m")
        if place != cursor:
            out.append(f"\x1b[{cursor[1] + 1};{cursor[0] + 1}H")
        self._shown = wanted
        self._cursor = cursor
        return "".join(out)

    def _row(
        self,
        before: list[Cell],
        after: list[Cell],
        y: int,
        pen: str,
        place: tuple[int, int] | None,
        out: list[str],
    ) -> tuple[str, tuple[int, int] | None]:
        columns = len(after)
        end = columns
        while end and after[end - 1] == _BLANK:
            end -= 1
        # What follows the last cell that is not blank can be cleared in one go.
        clears = columns - end > _BRIDGED and any(cell != _BLANK for cell in before[end:])
        if not clears:
            end = columns
        x = 0
        while x < end:
            if before[x] == after[x]:
                x += 1
                continue
            stop = self._changed_until(before, after, x, end)
            while x > 0 and after[x][0] == "":
                x -= 1
            if place != (x, y):
                out.append(f"\x1b[{y + 1};{x + 1}H")
            for text, codes in after[x:stop]:
                if codes != pen:
                    out.append(f"\x1b[0;{codes}m" if codes else "\x1b[m")
                    pen = codes
                out.append(text)
            # In the last column terminals differ about where the cursor is.
            place = (stop, y) if stop < columns else None
            x = stop
        if clears:
            if pen:
                out.append("\x1b[m")
                pen = ""
            if place != (end, y):
                out.append(f"\x1b[{y + 1};{end + 1}H")
            out.append("\x1b[K")
            place = (end, y)
        return pen, place

    def _changed_until(self, before: list[Cell], after: list[Cell], start: int, end: int) -> int:
        """Where a run of changed cells ends, short gaps of unchanged ones included."""
        stop, x = start + 1, start + 1
        while x < end and x - stop <= _BRIDGED:
            if before[x] != after[x] or after[x][0] == "":
                stop = x + 1
            x += 1
        return stop

    def _cells(self, row: Iterable[Segment], columns: int) -> list[Cell]:
        cells: list[Cell] = []
        for text, style, control in row:
            if control or not text:
                continue
            codes = self._code(style) if style else ""
            if self._ascii and not text.isascii():
                text = _same_width_ascii(text)
            if text.isascii():
                cells += [(character, codes) for character in text]
                continue
            for character in text:
                wide = width(character)
                if wide == 0 and cells:
                    cells[-1] = (cells[-1][0] + character, cells[-1][1])
                elif wide:
                    cells.append((character, codes))
                    if wide == 2:
                        cells.append(("", codes))
        del cells[columns:]
        return cells + [_BLANK] * (columns - len(cells))

    def _code(self, style: Style) -> str:
        known = self._codes.get(style)
        if known is None:
            shown = style if self._colour else style.without_color
            rendered = shown.render("\0", color_system=self._colours)
            codes, found, _ = rendered.removeprefix("\x1b[").partition("m\0")
            parts = [part for part in codes.split(";") if part not in _DEFAULTS] if found else []
            known = self._codes[style] = ";".join(parts)
        return known


def _same_width_ascii(text: str) -> str:
    """Every character of a text by one of ASCII, or by two where it is wide."""
    shown = text.translate(_BORDERS)
    return "".join(
        one if one.isascii() else in_ascii(one)[0].replace("\\", "?") * max(0, width(one))
        for one in shown
    )
