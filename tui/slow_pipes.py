"""Named pipes among logs: to open one waits until somebody writes to it, and that is said."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Final

from tui.phrases import say_log

PATIENCE: Final = 1.0
"""Seconds before it is said."""


@contextmanager
def told_when_slow(logs: Sequence[str], patience: float = PATIENCE) -> Iterator[None]:
    """Say on standard error what is waited for, if opening logs takes longer than so many
    seconds and there are named pipes among them."""
    pipes = [log for log in logs if log != "-" and Path(log).is_fifo()]
    if not pipes:
        yield
        return
    names, verb = ", ".join(map(say_log, pipes)), "is a pipe" if len(pipes) == 1 else "are pipes"
    text = f"{names} {verb}: waiting until somebody writes to {'it' if len(pipes) == 1 else 'them'}"
    timer = Timer(patience, _tell, [text])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _tell(text: str) -> None:
    sys.stderr.write(f"watchkeeper replay: {text}\n")
    sys.stderr.flush()
