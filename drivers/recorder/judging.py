"""What a recorder asks of whoever applies the rules to the same journal."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol


class Judging(Protocol):
    """A watch over the journal that is being recorded."""

    def catch_up(self) -> None:
        """Take in everything that stands in the journal now.

        Raises:
            JournalError: it cannot be read.
        """
        ...

    @property
    def now(self) -> datetime | None:
        """The time of the last event that was taken in; None before the first."""
        ...

    def checkpoint(self, at: datetime) -> list[dict[str, Any]]:
        """Let time pass to an instant, and give the whole state as parts, each for one line."""
        ...
