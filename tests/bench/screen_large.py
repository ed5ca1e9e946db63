"""A long log of many pairs on the screen: how soon it is there, what a key costs, and whether going
back is as quick as going forward."""

from __future__ import annotations

import os
import select
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from measure import resident
from terminal import Terminal

_UP_AND_DOWN = 10
_KEYS = ("G", "k", "g", "j", "\x1b[6~")
_NOTHING = 1.0
"""Seconds after which a key has changed nothing."""


@dataclass(frozen=True)
class Large:
    """Figures of one run."""

    board: float
    """Seconds until the board stands there."""
    finding: float
    """Seconds until the first finding does."""
    judged: float
    """Seconds until the whole log has been judged."""
    resident: float
    """Megabytes when it has been."""
    timeline: float
    """Seconds until the whole timeline is open at its end."""
    slowest_key: float
    """Milliseconds until a key among pairs, findings and the timeline was answered."""
    key_bytes: int
    """The most bytes that such a key has cost."""
    forward: float
    """Milliseconds of a step forward until it stands on the screen."""
    back: float
    back_to_forward: float
    """The median of neighbours' ratios."""
    first_back: float
    """Milliseconds of the first step back from the end of the log."""


def large(log: Path) -> Large:
    """Open a log, wait until it is judged, and press keys."""
    began = time.perf_counter()

    def since() -> float:
        return time.perf_counter() - began

    with Terminal(["replay", str(log)], patience=3600.0) as screen:
        screen.shows(" quit")
        board = since()
        screen.until(lambda text: "DO NOT" in text or "critical" in text or "warning" in text)
        finding = since()
        screen.until(lambda text: "paused" in text and "reading" not in text)
        judged, megabytes = since(), resident(screen.pid) / 1024
        screen.take(1.0)
        answers = []
        for _ in range(3):
            answers += [_answer(screen, key) for key in _KEYS]
            _answer(screen, "\t")
        # The first step back leaves the end, where all that follows is still to be prepared.
        first, _ = _answer(screen, ",", patience=60.0)
        _answer(screen, ".", patience=60.0)
        steps = [
            (_answer(screen, ",", patience=60.0)[0], _answer(screen, ".", patience=60.0)[0])
            for _ in range(_UP_AND_DOWN)
        ]
        back, forward = zip(*steps, strict=True)
        before = time.perf_counter()
        screen.type("t")
        screen.until(lambda text: text.splitlines()[1].startswith("┌ Timeline"))
        timeline = time.perf_counter() - before
        answers += [_answer(screen, key) for key in _KEYS]
    return Large(
        board=board,
        finding=finding,
        judged=judged,
        resident=megabytes,
        timeline=timeline,
        slowest_key=1000 * max(seconds for seconds, size in answers if size),
        key_bytes=max(size for _, size in answers),
        forward=1000 * median(forward),
        back=1000 * median(back),
        back_to_forward=median(one / other for one, other in steps),
        first_back=1000 * first,
    )


def _answer(screen: Terminal, key: str, *, patience: float = _NOTHING) -> tuple[float, int]:
    """Seconds until a key was answered, and the bytes of all that came of it; none where it has
    changed nothing."""
    began = time.perf_counter()
    os.write(screen.master, key.encode())
    select.select([screen.master], [], [], patience)
    seconds = time.perf_counter() - began
    return seconds, len(screen.take(0.3))
