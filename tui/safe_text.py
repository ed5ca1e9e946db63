"""Text from outside made harmless, measured, cut and wrapped for terminals.

Nothing that leaves here can move a cursor, change the direction of writing, or begin a new line.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterator
from typing import Final, TextIO

_SPACES: Final = {ord(character): " " for character in "\u00a0\u2002\u2003\u2009\u202f\u3000"}
_IN_ASCII: Final = str.maketrans(
    {
        "…": "...",
        "–": "-",
        "—": "-",
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "·": ".",
        "×": "x",
        "→": "->",
        "✖": "X",
        "▲": "!",
        "●": "*",
    }
)
_BOX_DRAWING: Final = "".join(map(chr, range(0x2500, 0x2580)))
_ONE_COLUMN: Final = str.maketrans("", "", "…–—‘’“”·×→✖▲●◆█" + _BOX_DRAWING)
_LATIN_END: Final = "\u0300"
"""From here on a character may take no column or two."""
_MARKS_KEPT: Final = 3
"""Marks that stand above one another on one letter; more of them would run over other lines."""


def harmless(text: str) -> str:
    r"""A text on one line with its control characters visible: `\x1b`, `\n`, `\u202e`."""
    if text.isascii():
        return text if text.isprintable() else "".join(map(_visible, text))
    text = text.translate(_SPACES)
    if text.isprintable() and _takes_a_column_each(text):
        return text
    return "".join(_few_marks(text))


def _takes_a_column_each(text: str) -> bool:
    rest = text.translate(_ONE_COLUMN)
    return not rest or max(rest) < _LATIN_END


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")


def _few_marks(text: str) -> Iterator[str]:
    marks = _MARKS_KEPT
    for character in text:
        if not character.isprintable():
            marks = 0
            yield _visible(character)
        elif character >= _LATIN_END and _is_of_uncertain_width(character):
            marks = 0
            yield character.encode("unicode_escape").decode("ascii")
        elif character >= _LATIN_END and _width_of_character(character) <= 0:
            marks += 1
            # A mark on nothing would stand on what is before the text.
            if marks > _MARKS_KEPT:
                yield character.encode("unicode_escape").decode("ascii")
            else:
                yield character
        else:
            marks = 0
            yield character


def _is_of_uncertain_width(character: str) -> bool:
    """Whether terminals disagree about the columns that it takes, or that what is before takes."""
    code = ord(character)
    # Half of a flag, a tone of skin, a filler that is wide and shows nothing.
    if 0x1F1E6 <= code <= 0x1F1FF or 0x1F3FB <= code <= 0x1F3FF or code == 0x115F:
        return True
    # Another form of what is before: as a picture, as a text, around it.
    if 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF or 0x20DD <= code <= 0x20E4:
        return True
    wide = _width_of_character(character)
    # Pictures that are narrow by the letter of Unicode alone.
    if wide == 1 and 0x1F000 <= code <= 0x1FAFF:
        return True
    # Letters that take no column unless they stand in a syllable, and fillers.
    return wide <= 0 and unicodedata.category(character)[0] != "M"


def in_ascii(text: str) -> str:
    """A text for terminals that know no more than ASCII; other characters are escaped."""
    if text.isascii():
        return text
    return text.translate(_IN_ASCII).encode("ascii", "backslashreplace").decode("ascii")


def harmless_json(text: str, *, ascii_only: bool = False) -> str:
    """JSON on one line that says the same to a program, and nothing to a terminal."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character
        if character.isprintable() and (character.isascii() or not ascii_only)
        else _json_escape(character)
        for character in text
    )


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[index : index + 4]}" for index in range(0, len(units), 4))


def width(text: str) -> int:
    """How many columns a harmless text takes."""
    if text.isascii():
        return len(text)
    if _takes_a_column_each(text):
        return len(text)
    return sum(max(0, _width_of_character(character)) for character in text)


def _width_of_character(character: str) -> int:
    # Imported late: most texts are ASCII, and a replay should begin at once.
    from wcwidth import wcwidth

    return wcwidth(character)


def cut(text: str, columns: int, *, mark: str = "…") -> str:
    """A harmless text in at most so many columns; the mark shows that something is left out, once
    also where the text has been cut before."""
    if len(text) <= columns and width(text) <= columns:
        return text
    kept = text[: _fitting(text, max(0, columns - width(mark)))]
    bare = kept.rstrip(" ")
    return bare if bare.endswith(mark) else kept + mark[:columns]


def cut_middle(text: str, columns: int, *, mark: str = "…") -> str:
    """A harmless text in at most so many columns, cut where names are alike: a third is left of
    its beginning, and the end, which tells them apart."""
    if len(text) <= columns and width(text) <= columns:
        return text
    room = max(0, columns - width(mark))
    front = text[: _fitting(text, room // 3)]
    rest = room - width(front)
    start = len(text)
    while start > len(front) and width(text[start - 1 :]) <= rest:
        start -= 1
    return front + mark[:columns] + text[start:]


def _fitting(text: str, columns: int) -> int:
    """How many characters of a text fit into so many columns."""
    if text.isascii():
        return min(len(text), columns)
    taken = 0
    for index, character in enumerate(text):
        taken += 1 if character < _LATIN_END else max(0, _width_of_character(character))
        if taken > columns:
            return index
    return len(text)


def wrap(text: str, columns: int, *, first: str = "", rest: str = "") -> list[str]:
    """A harmless text in lines of so many columns, broken at spaces where there are any.

    `first` begins the first line and `rest` the others; both are of known columns and count.
    """
    lines: list[str] = []
    line, room, empty = first, max(1, columns - width(first)), True
    for word in text.split(" "):
        wide = width(word)
        if not empty and wide + 1 <= room:
            line += " " + word
            room -= wide + 1
            continue
        if not empty:
            lines.append(line)
            line, room, empty = rest, max(1, columns - width(rest)), True
        while wide > room:
            place = max(1, _fitting(word, room))
            lines.append(line + word[:place])
            word = word[place:]
            wide = width(word)
            line, room = rest, max(1, columns - width(rest))
        line += word
        room -= wide
        empty = False
    lines.append(line)
    return lines


def wants_ascii(stream: TextIO) -> bool:
    """Whether a stream or the locale can show no more than ASCII."""
    encoding = (getattr(stream, "encoding", None) or "ascii").lower().replace("_", "-")
    if encoding not in {"utf-8", "utf8"}:
        return True
    environment = os.environ
    # In the C locale the interpreter speaks UTF-8 all the same, and says so in LC_CTYPE.
    chosen = "" if sys.flags.utf8_mode else environment.get("LC_CTYPE", "")
    locale = environment.get("LC_ALL") or chosen or environment.get("LANG", "")
    return "utf-8" not in locale.lower() and "utf8" not in locale.lower()
