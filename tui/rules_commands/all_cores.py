"""Work that is shared among processes, one for each core, and told of while it lasts."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from time import monotonic
from typing import Final, TypeVar

T = TypeVar("T")
R = TypeVar("R")

_TOLD_AFTER: Final = 0.5
"""Seconds before a terminal is told how far the work has come."""
_TOLD_EVERY: Final = 0.1
_MOST_PROCESSES: Final = 256


def add_jobs(parser: argparse.ArgumentParser, purpose: str = "") -> None:
    """The option that says how many processes share the work."""
    parser.add_argument(
        "--jobs",
        metavar="NUMBER",
        type=_processes,
        help=f"processes{purpose} (default: one for each core)",
    )


def _processes(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_PROCESSES:
        raise argparse.ArgumentTypeError(
            f"{text!r} must be a number of processes, from 1 to {_MOST_PROCESSES}"
        )
    return int(text)


def on_all_cores(
    work: Callable[[T], R],
    items: Sequence[T],
    processes: int | None,
    while_waiting: Callable[[], None] = lambda: None,
) -> Iterator[R]:
    """What `work` makes of each item, in the order in which it is done; a few times a second
    `while_waiting` is called.

    Workers inherit what is in memory; `work` must be a function of a module."""
    count = min(processes or os.cpu_count() or 1, len(items))
    if count > 1 and "fork" in multiprocessing.get_all_start_methods():
        # A worker that is interrupted as it is born could take a lock with it.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            pool = multiprocessing.get_context("fork").Pool(count, _leave_interrupts)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        with pool:
            done = pool.imap_unordered(work, items)
            for _ in items:
                while True:
                    try:
                        found = done.next(_TOLD_EVERY)
                        break
                    except multiprocessing.TimeoutError:
                        while_waiting()
                yield found
    else:
        yield from map(work, items)


def _leave_interrupts() -> None:
    """An interrupt is for the process that has begun the work: it ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class Progress:
    """One line on a waiting terminal that says how far some work has come."""

    def __init__(self) -> None:
        self._due = monotonic() + _TOLD_AFTER if sys.stderr.isatty() else None
        self._shown = False

    def tell(self, text: str) -> None:
        """Write the line anew, where one is due; the text must be harmless."""
        if self._due is None or monotonic() < self._due:
            return
        self._due = monotonic() + _TOLD_EVERY
        sys.stderr.write(f"\r{text} ...\033[K")
        sys.stderr.flush()
        self._shown = True

    def clear(self) -> None:
        """Take the line away before anything else is written."""
        if self._shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
            self._shown = False
