"""What came of asking an appliance: always an answer of one of a few kinds, never an exception."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal, TypeAlias

Outcome: TypeAlias = Literal[
    "ok",
    "unchanged",
    "unauthorized",
    "forbidden",
    "not-found",
    "wrong-version",
    "busy",
    "other",
    "broken",
    "silent",
    "untrusted",
]
"""`unchanged`: as it was when last read. `busy`: 429 or 503. `other`: any other status. `broken`:
an answer that broke off, is too large or is no JSON. `silent`: none at all. `untrusted`: whoever
answered could not show the right certificate."""

NO_ANSWER: Final[frozenset[Outcome]] = frozenset({"silent", "untrusted"})
READ: Final[frozenset[Outcome]] = frozenset({"ok", "unchanged"})


@dataclass(frozen=True, slots=True)
class Known:
    """An answer that was read before, to tell one that is the same."""

    body: Any
    digest: bytes
    tag: str = ""
    size: int = 0
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host answered to one request."""

    outcome: Outcome
    status: int = 0
    known: Known | None = None
    """The body, for `ok` and `unchanged`."""
    clock_offset: timedelta | None = None
    """How far the host's clock is ahead of this machine's, to about a second."""
    retry_after: float | None = None
    """Seconds for which the host asked to be left alone."""
    detail: str = ""
    """One line for people, without control characters."""

    @property
    def body(self) -> Any:
        """What the JSON decoded to; None without a body."""
        return None if self.known is None else self.known.body

    @property
    def is_read(self) -> bool:
        """Whether there is a body to go by."""
        return self.outcome in READ
