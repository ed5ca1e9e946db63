"""What can be wrong with a journal: lines that are reported and passed over, and the one error
that stops the work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

FaultKind = Literal[
    "not-utf-8",
    "not-json",
    "too-deep",
    "not-an-object",
    "missing-member",
    "wrong-member",
    "naive-time",
    "bad-time",
    "year",
    "ahead",
    "specversion",
    "nul",
    "too-long",
    "torn",
    "truncated",
    "damaged",
    "unreadable",
    "out-of-order",
    "cut",
    "replaced",
]

HARMLESS: Final[frozenset[FaultKind]] = frozenset({"out-of-order", "cut", "replaced"})
"""Kinds after which no line is missing: what they tell of was delivered all the same."""


class JournalError(Exception):
    """A journal cannot be opened, written or locked. The text is one line, made for people."""


@dataclass(frozen=True, slots=True)
class LineFault:
    """One thing that was wrong in a journal, and where."""

    file: str
    line: int
    """Counted from one; 0 where the fault is the file's and no line's."""
    kind: FaultKind
    message: str
    """What is wrong and what would be right, without control characters."""

    def __str__(self) -> str:
        """`file:line: message`, on one line."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}"


class Faults:
    """Counts everything that was wrong, and keeps the first of it to be shown.

    What is kept is bounded, so that a file of nothing but bad lines takes no more memory than
    a good one.
    """

    def __init__(
        self, keep: int = 100, listener: Callable[[LineFault], None] | None = None
    ) -> None:
        """Keep the first `keep` faults; `listener`, if given, is told each of them at once."""
        self.counts: dict[FaultKind, int] = {}
        self.first: list[LineFault] = []
        self._keep = keep
        self._listener = listener

    def report(self, fault: LineFault) -> None:
        """Count a fault, and keep it while there is room."""
        self.counts[fault.kind] = self.counts.get(fault.kind, 0) + 1
        if len(self.first) < self._keep:
            self.first.append(fault)
        if self._listener is not None:
            self._listener(fault)

    @property
    def total(self) -> int:
        """How many faults were reported, of every kind."""
        return sum(self.counts.values())

    @property
    def rejected(self) -> int:
        """How many faults cost something that could not be read."""
        return sum(count for kind, count in self.counts.items() if kind not in HARMLESS)


def printable(text: str, limit: int = 200) -> str:
    """Return foreign text so that it can move no cursor: escaped, on one line, and cut short."""
    shown = text if len(text) <= limit else text[: limit - 1] + "…"
    if shown.isprintable():
        return shown
    return "".join(
        character
        if character.isprintable()
        else character.encode("unicode_escape", "backslashreplace").decode("ascii")
        for character in shown
    )
