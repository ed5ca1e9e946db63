"""What is wrong with a rule base: every fault names its file and line and what would be right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

import msgspec

type_names = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "a table",
}


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong. `line` and `column` count from 1; 0 where none can be named."""

    file: str
    line: int
    column: int
    message: str

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
    matches = get_close_matches(word, list(known), n=3, cutoff=0.6)
    return f"; did you mean {' or '.join(matches)}?" if matches else ""


def name_type(value: object) -> str:
    """What a value from a TOML file is called in messages."""
    return type_names.get(type(value), "a date or time")
