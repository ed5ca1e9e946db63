"""How soon the board is on the terminal, beside a minimal app of the same widgets, and how soon
the worst finding is."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from minimal_screen import LAST_WORD
from terminal import PATIENCE, Terminal

from tui.screen.start import TEXTUAL_SETTINGS

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Times:
    """Seconds from the start of a process until something was written: on the clock, and of CPU."""

    clock: float
    cpu: float


@dataclass(frozen=True)
class FirstPaint:
    """Milliseconds on the clock until the minimal app, the board and the worst finding stand on
    the terminal, and the ratios to the minimal app in the same round: medians."""

    minimal: float
    board: float
    finding: float
    board_clock: float
    board_cpu: float
    finding_clock: float
    finding_cpu: float


def first_paint(log: Path, rounds: int) -> FirstPaint:
    """Start them in turn; the log must end with something forbidden."""
    rows = []
    for _ in range(rounds):
        minimal = _until([], LAST_WORD, program=[str(HERE / "minimal_screen.py")])
        board = _until(["replay", str(log)], " quit")
        finding = _until(["replay", str(log)], "DO NOT")
        rows.append((minimal, board, finding))
    return FirstPaint(
        minimal=1000 * median(minimal.clock for minimal, _, _ in rows),
        board=1000 * median(board.clock for _, board, _ in rows),
        finding=1000 * median(finding.clock for _, _, finding in rows),
        board_clock=median(board.clock / minimal.clock for minimal, board, _ in rows),
        board_cpu=median(board.cpu / minimal.cpu for minimal, board, _ in rows),
        finding_clock=median(finding.clock / minimal.clock for minimal, _, finding in rows),
        finding_cpu=median(finding.cpu / minimal.cpu for minimal, _, finding in rows),
    )


def _until(
    arguments: Sequence[str], wanted: str, program: Sequence[str] = ("-m", "tui.command_line")
) -> Times:
    """Start a program, and end it once it has written a text."""
    began = time.perf_counter()
    with Terminal(arguments, environment=TEXTUAL_SETTINGS, program=program) as terminal:
        written = b""
        while wanted.encode() not in written:
            if not select.select([terminal.master], [], [], PATIENCE)[0]:
                raise RuntimeError(f"{wanted!r} was not written")
            written += os.read(terminal.master, 65536)
        clock = time.perf_counter() - began
        os.kill(terminal.pid, signal.SIGKILL)
        _, status, usage = os.wait4(terminal.pid, 0)
        terminal.code = os.waitstatus_to_exitcode(status)
    return Times(clock, usage.ru_utime + usage.ru_stime)
