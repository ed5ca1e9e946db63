"""What the screen writes on a terminal of 80x24 and 16 colours."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from terminal import Terminal

BURST = 10_000
"""Events."""
_TICKS = 5


@dataclass(frozen=True)
class Written:
    """Bytes."""

    first: int
    """All until a second of silence."""
    cell: int
    """For one changed cell."""
    idle: int
    """In three seconds in which nothing changes."""
    clock: int
    """For the clock, in the second that took most."""
    burst: int
    """For a burst of events."""


def written(log: Path, journal: Path) -> Written:
    """Look at a replay of a log, and follow a journal to which much is appended."""
    with Terminal(["replay", str(log)]) as terminal:
        terminal.shows("Replay paused 60x")
        terminal.take(1.0)
        first = len(terminal.written)
        idle = len(terminal.take(3.0))
        # From 60x to 30x.
        terminal.type("-")
        terminal.shows("Replay paused 30x")
        cell = len(terminal.written) - first - idle + len(terminal.take(0.5))
    with Terminal(["watch", "--from", str(journal)]) as terminal:
        terminal.shows("source lost")
        terminal.take(0.9)
        clock = max(len(terminal.take(0.5)) for _ in range(2 * _TICKS))
        before = len(terminal.written)
        with journal.open("ab") as file:
            file.write(b"".join(map(_heartbeat, range(BURST))))
        terminal.shows(f"line {BURST - 1}")
        burst = len(terminal.written) - before
    return Written(first, cell, idle, clock, burst)


def _heartbeat(number: int) -> bytes:
    event = {
        "specversion": "1.0",
        "id": f"burst-{number}",
        "source": "watch/bridge",
        "type": "watchkeeper.source.heard",
        "time": "2026-11-22T03:16:03Z",
        "data": {"source": "oneview/composer-1", "message": f"line {number}"},
    }
    return json.dumps(event).encode() + b"\n"
