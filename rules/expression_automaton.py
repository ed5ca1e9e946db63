"""Regular expressions as automata, so that it can be told which texts there are that some of them
find and others do not.

Read are the expressions that rules mostly use: characters and classes of them, groups,
alternatives, repetitions, `^` and `$`. Of any other nothing is said.

Libraries that compare expressions take `^` and `$` for characters and know no bound: twenty
characters in a rule file would keep them for minutes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""Characters: the first and the last of each range, in order, apart from one another."""

LAST: Final = 0x10FFFF
_SURROGATES: Final = (0xD800, 0xDFFF)
"""Code points that are no characters."""

_MOST_STATES: Final = 2_000
_MOST_NESTED: Final = 50

_DIGITS: Final = ((0x30, 0x39),)
_WORD: Final = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_BLANKS: Final = ((0x09, 0x0A), (0x0C, 0x0D), (0x20, 0x20))
_CLASSES: Final[dict[str, Ranges]] = {"d": _DIGITS, "w": _WORD, "s": _BLANKS}
_ESCAPES: Final = {"n": 10, "t": 9, "r": 13, "f": 12, "v": 11, "a": 7}


class NotReadError(ValueError):
    """An expression that is not read here."""


class Automaton(NamedTuple):
    """States and what leads from one to another.

    An expression is found in a text where the last state can be reached from the first, which can
    be entered before any character of it."""

    characters: Sequence[Sequence[tuple[Ranges, int]]]
    """By state, the characters that lead to another."""
    free: Sequence[Sequence[tuple[str, int]]]
    """By state, what leads to another without one: always (empty), at the beginning (`^`), at the
    end (`$`)."""
    first: int
    last: int


@lru_cache(maxsize=256)
def automaton(expression: str) -> Automaton:
    """What finds the texts that an expression does.

    Raises:
        NotReadError: it is none of those that are read here.
    """
    reader = _Reader(expression)
    return reader.read()


def others(ranges: Ranges) -> Ranges:
    """All characters that are in none of some ranges."""
    found: list[tuple[int, int]] = []
    low = 0
    for first, last in joined((*ranges, _SURROGATES)):
        if low < first:
            found.append((low, first - 1))
        low = last + 1
    if low <= LAST:
        found.append((low, LAST))
    return tuple(found)


def joined(ranges: Sequence[tuple[int, int]]) -> Ranges:
    """Ranges in order, each apart from the next."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(last, found[-1][1])
        else:
            found.append((first, last))
    return tuple(found)


class _Part(NamedTuple):
    """A part of an automaton: where it is entered and left."""

    enter: int
    leave: int


class _Reader:
    """Reads an expression that RE2 has found to be one."""

    def __init__(self, expression: str) -> None:
        self._text = expression
        self._at = 0
        self._depth = 0
        self._characters: list[list[tuple[Ranges, int]]] = []
        self._free: list[list[tuple[str, int]]] = []

    def read(self) -> Automaton:
        part = self._alternatives()
        if self._at < len(self._text):
            raise NotReadError
        return Automaton(self._characters, self._free, part.enter, part.leave)

    # What states are made of

    def _state(self) -> int:
        if len(self._characters) >= _MOST_STATES:
            raise NotReadError
        self._characters.append([])
        self._free.append([])
        return len(self._characters) - 1

    def _empty(self, where: str = "") -> _Part:
        enter, leave = self._state(), self._state()
        self._free[enter].append((where, leave))
        return _Part(enter, leave)

    def _one_of(self, ranges: Ranges) -> _Part:
        enter, leave = self._state(), self._state()
        self._characters[enter].append((ranges, leave))
        return _Part(enter, leave)

    # What stands in the text

    def _next(self) -> str:
        return self._text[self._at] if self._at < len(self._text) else ""

    def _take(self) -> str:
        taken = self._next()
        if not taken:
            raise NotReadError
        self._at += 1
        return taken

    def _skip(self, what: str) -> bool:
        if self._text.startswith(what, self._at):
            self._at += len(what)
            return True
        return False

    def _alternatives(self) -> _Part:
        self._depth += 1
        if self._depth > _MOST_NESTED:
            raise NotReadError
        found = [self._row()]
        while self._skip("|"):
            found.append(self._row())
        self._depth -= 1
        if len(found) == 1:
            return found[0]
        enter, leave = self._state(), self._state()
        for part in found:
            self._free[enter].append(("", part.enter))
            self._free[part.leave].append(("", leave))
        return _Part(enter, leave)

    def _row(self) -> _Part:
        whole = self._empty()
        while self._next() not in ("", "|", ")"):
            part = self._repeated()
            self._free[whole.leave].append(("", part.enter))
            whole = _Part(whole.enter, part.leave)
        return whole

    def _repeated(self) -> _Part:
        begin = self._at
        part = self._piece()
        end = self._at
        bounds = self._bounds()
        if bounds is None:
            return part
        # Whether it takes much or little first makes no difference to what is found.
        self._skip("?")
        if self._next() in ("*", "+", "?") or self._is_count():
            raise NotReadError
        after = self._at
        least, most = bounds
        whole = self._empty()
        for number in range(max(least, 1) if most is None else most):
            if number:
                self._at = begin
                part = self._piece()
                assert self._at == end
            self._free[whole.leave].append(("", part.enter))
            if number >= least:
                self._free[part.enter].append(("", part.leave))
            whole = _Part(whole.enter, part.leave)
        self._at = after
        if most is None:
            self._free[part.leave].append(("", part.enter))
        return whole

    def _bounds(self) -> tuple[int, int | None] | None:
        """How often what stands before may be repeated; none where that is once."""
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._skip(sign):
                return bounds
        return self._count() if self._is_count() else None

    def _is_count(self) -> bool:
        before, found = self._at, False
        if self._next() == "{":
            try:
                self._count()
                found = True
            except NotReadError:
                found = False
        self._at = before
        return found

    def _count(self) -> tuple[int, int | None]:
        self._take()
        least = self._number()
        most: int | None = least
        if self._skip(","):
            most = None if self._next() == "}" else self._number()
        if not self._skip("}"):
            raise NotReadError
        return least, most

    def _number(self) -> int:
        begin = self._at
        while "0" <= self._next() <= "9" and self._at - begin < 4:
            self._at += 1
        if begin == self._at:
            raise NotReadError
        return int(self._text[begin : self._at])

    def _piece(self) -> _Part:
        taken = self._take()
        match taken:
            case "(":
                if self._skip("?") and not self._skip(":"):
                    raise NotReadError
                part = self._alternatives()
                if not self._skip(")"):
                    raise NotReadError
                return part
            case "^" | "$":
                return self._empty(taken)
            case ".":
                return self._one_of(others(((10, 10),)))
            case "[":
                return self._one_of(self._class())
            case "\\":
                return self._escaped()
            case "*" | "+" | "?":
                raise NotReadError
            case _:
                return self._one_of(((ord(taken), ord(taken)),))

    def _escaped(self) -> _Part:
        if self._skip("A"):
            return self._empty("^")
        if self._skip("z"):
            return self._empty("$")
        return self._one_of(self._escaped_characters())

    def _escaped_characters(self) -> Ranges:
        taken = self._take()
        if taken.lower() in _CLASSES:
            ranges = _CLASSES[taken.lower()]
            return ranges if taken.islower() else others(ranges)
        code = _ESCAPES.get(taken, ord(taken) if taken.isascii() else -1)
        if code < 0 or (taken.isalnum() and taken not in _ESCAPES) or taken == "_":
            raise NotReadError
        return ((code, code),)

    def _class(self) -> Ranges:
        refused = self._skip("^")
        found: list[tuple[int, int]] = []
        first = True
        while first or self._next() != "]":
            first = False
            if self._text.startswith(("[:", "[.", "[="), self._at):
                raise NotReadError
            ranges = self._member()
            single = len(ranges) == 1 and ranges[0][0] == ranges[0][1]
            if single and self._next() == "-" and not self._text.startswith("-]", self._at):
                self._take()
                to = self._member()
                if len(to) != 1 or to[0][0] != to[0][1] or to[0][0] < ranges[0][0]:
                    raise NotReadError
                ranges = ((ranges[0][0], to[0][0]),)
            found += ranges
        self._take()
        ranges = joined(found)
        return others(ranges) if refused else ranges

    def _member(self) -> Ranges:
        taken = self._take()
        return self._escaped_characters() if taken == "\\" else ((ord(taken), ord(taken)),)
