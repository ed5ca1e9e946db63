"""Painting: after any sequence of pictures the terminal shows the last one, in few bytes."""

from __future__ import annotations

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style

from tui.screen.painting import Painter

COLUMNS, ROWS = 12, 3
PLAIN = Style()
STYLES = [PLAIN, Style(color="red", bold=True), Style(reverse=True), Style(dim=True)]
Picture = list[list[Segment]]

texts = st.text(st.sampled_from("ab  ─é宽│"), max_size=COLUMNS)
rows = st.lists(st.builds(Segment, texts, st.sampled_from(STYLES)), max_size=3)
pictures = st.lists(rows, min_size=ROWS, max_size=ROWS)


class Emulator:
    """A terminal of twelve columns."""

    def __init__(self) -> None:
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.Stream(self.screen)

    def cells(self) -> list[list[tuple[str, str, bool, bool]]]:
        return [
            [
                (cell.data, cell.fg, cell.bold, cell.reverse)
                for cell in (self.screen.buffer[y][x] for x in range(COLUMNS))
            ]
            for y in range(ROWS)
        ]


def painted(pictures: list[Picture]) -> Emulator:
    painter, emulator = Painter(ascii_only=False), Emulator()
    for picture in pictures:
        emulator.stream.feed(painter.paint(picture, COLUMNS, (0, 0)))
    return emulator


@given(st.lists(pictures, min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_only_the_last_picture_counts(pictures: list[Picture]) -> None:
    assert painted(pictures).cells() == painted(pictures[-1:]).cells()


def picture(*lines: str) -> Picture:
    return [[Segment(line, PLAIN)] for line in lines]


def test_the_same_picture_costs_nothing() -> None:
    painter = Painter(ascii_only=False)
    painter.paint(picture("abc", "def", ""), COLUMNS, (0, 0))

    assert painter.paint(picture("abc", "def", ""), COLUMNS, (0, 0)) == ""


def test_one_cell_costs_a_jump_and_itself() -> None:
    painter = Painter(ascii_only=False)
    painter.paint(picture("abc", "def", ""), COLUMNS, (0, 0))

    assert painter.paint(picture("abc", "dxf", ""), COLUMNS, (0, 0)) == "\x1b[2;2Hx\x1b[1;1H"


def test_the_rest_of_a_line_is_cleared_in_one_go() -> None:
    painter = Painter(ascii_only=False)
    painter.paint(picture("abcdefghijkl", "", ""), COLUMNS, (0, 0))

    assert painter.paint(picture("ab", "", ""), COLUMNS, (0, 0)) == "\x1b[1;3H\x1b[K\x1b[1;1H"


def test_without_colour_there_is_none() -> None:
    painter = Painter(colour=False, ascii_only=False)
    red = [[Segment("stop", Style(color="red", bgcolor="blue", bold=True))], [], []]

    assert painter.paint(red, COLUMNS, (0, 0)).count("\x1b[0;1m") == 1
    assert "3" not in painter.paint(picture("go"), 5, (0, 0)).replace("\x1b[2J", "")


def test_in_ascii_mode_nothing_else_is_written() -> None:
    painter = Painter(ascii_only=True)

    assert painter.paint(picture("┌─é宽┐✖", "", ""), COLUMNS, (0, 0)).isascii()


def test_a_terminal_of_another_size_is_painted_anew() -> None:
    painter = Painter(ascii_only=False)
    painter.paint(picture("abc", ""), COLUMNS, (0, 0))

    assert painter.paint(picture("abc", ""), COLUMNS + 1, (0, 0)).startswith("\x1b[m\x1b[2J")
