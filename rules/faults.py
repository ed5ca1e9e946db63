"""What is wrong with a rule base: every fault names its file and line and what would be right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import Final

import msgspec

from rules.fault_codes import WARNINGS, Code

type_names = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "a table",
}

_FEW: Final = 64
"""So many words are compared one by one; of more, only those that share pairs of letters."""

_LONGEST_WORD: Final = 80

_LONGEST_MESSAGE: Final = 600
"""Characters; of longer ones, which quote what is absurdly long, the middle is left out."""


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong. `line` and `column` count from 1; 0 where none can be named.
    `length` is how many characters of the line it is about, 0 where that is not known."""

    file: str
    line: int
    column: int
    message: str
    code: Code = Code.NOT_TOML
    length: int = 0

    @property
    def is_warning(self) -> bool:
        """Whether the rule base can be used all the same."""
        return self.code in WARNINGS

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.message}"


class RuleBaseError(Exception):
    """A rule base that cannot be used; `faults` holds everything that is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint at the known words that look most like one that is not known; may be empty."""
    return _nearest(word, tuple(known))


@lru_cache(maxsize=4096)
def _nearest(word: str, words: tuple[str, ...]) -> str:
    if not 0 < len(word) <= _LONGEST_WORD:
        return ""
    if len(words) > _FEW:
        words = _sharing_most(word, words)
    matches = get_close_matches(word, words, n=3, cutoff=0.6)
    return f"; did you mean {' or '.join(matches)}?" if matches else ""


def _sharing_most(word: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """The words that have most pairs of letters in common with one."""
    index = _pairs_of(words)
    shared: Counter[str] = Counter()
    for pair in {word[at : at + 2] for at in range(len(word) - 1)}:
        found = index.get(pair, ())
        if len(found) * 4 <= len(words) or len(words) < 1000:
            shared.update(found)
    return tuple(name for name, _ in shared.most_common(_FEW))


@lru_cache(maxsize=8)
def _pairs_of(words: tuple[str, ...]) -> dict[str, list[str]]:
    index: dict[str, list[str]] = {}
    for word in words:
        for pair in {word[at : at + 2] for at in range(min(len(word), _LONGEST_WORD) - 1)}:
            index.setdefault(pair, []).append(word)
    return index


def shortened(message: str) -> str:
    """A message without the middle of what is absurdly long."""
    if len(message) <= _LONGEST_MESSAGE:
        return message
    half = _LONGEST_MESSAGE // 2
    left_out = len(message) - 2 * half
    return f"{message[:half]}… ({left_out:,} characters) …{message[-half:]}"


def name_type(value: object) -> str:
    """What a value from a TOML file is called in messages."""
    return type_names.get(type(value), "a date or time")
