"""What concerns a whole process: how its memory grows over ten million events, and how soon a
headless replay says its first line."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import msgspec
from contestants import PRODUCT, Task
from fleet import Fleet
from measure import Order, Result
from races import HERE, ROOT, environment

IMPORTS = "import msgspec, tomli, durable.engine"


def growth(rule_base: Path, pairs: int, marks: tuple[int, ...]) -> Result:
    """The product over a journal that is made while it is read, through a pipe."""
    order = Order(PRODUCT, Task("-", str(rule_base)), list(marks))
    with (
        subprocess.Popen(
            [sys.executable, str(HERE / "process_figures.py"), str(pairs), str(marks[-1])],
            stdout=subprocess.PIPE,
            env=environment(),
        ) as maker,
        subprocess.Popen(
            [sys.executable, str(HERE / "measure.py"), msgspec.json.encode(order).decode()],
            stdin=maker.stdout,
            stdout=subprocess.PIPE,
            env=environment(),
        ) as reader,
    ):
        assert maker.stdout is not None
        maker.stdout.close()
        output, _ = reader.communicate()
    return msgspec.json.decode(output, type=Result)


@dataclass(frozen=True)
class Start:
    """Medians: CPU milliseconds of the bare imports, of a replay up to its first line and up to
    its first finding; and the ratios to the bare imports, of CPU time and on the clock."""

    bare: float
    line: float
    finding: float
    line_cpu: float
    line_clock: float
    finding_cpu: float


def start(journal: Path, rounds: int) -> Start:
    """How soon a headless replay says something."""
    replay = [
        sys.executable,
        "-c",
        "from tui.command_line import main; raise SystemExit(main())",
        *("replay", str(journal), "--headless"),
    ]
    rows = []
    for _ in range(rounds):
        bare = _until([sys.executable, "-c", IMPORTS], b"")
        rows.append((bare, _until(replay, b"\n"), _until(replay, b"RAISED")))
    return Start(
        bare=1000 * median(bare[0] for bare, _, _ in rows),
        line=1000 * median(line[0] for _, line, _ in rows),
        finding=1000 * median(finding[0] for _, _, finding in rows),
        line_cpu=median(line[0] / bare[0] for bare, line, _ in rows),
        line_clock=median(line[1] / bare[1] for bare, line, _ in rows),
        finding_cpu=median(finding[0] / bare[0] for bare, _, finding in rows),
    )


def _until(command: list[str], wanted: bytes) -> tuple[float, float]:
    """CPU and clock seconds until a process has said a line with these bytes in it, or, where
    none are wanted, until it has ended."""
    began = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=ROOT, env=environment(), bufsize=0
    ) as process:
        assert process.stdout is not None
        said = any(wanted and wanted in line for line in process.stdout)
        clock = time.perf_counter() - began
        if said:
            process.kill()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if bool(wanted) != said:
        raise RuntimeError(f"{' '.join(command)} ended without {wanted!r}")
    return usage.ru_utime + usage.ru_stime, clock


def main() -> None:
    """Write a journal to standard output."""
    pairs, events = map(int, sys.argv[1:])
    try:
        with open(1, "w", encoding="utf-8", buffering=1 << 20) as output:
            output.writelines(Fleet(pairs).lines(events))
    except BrokenPipeError:
        pass


if __name__ == "__main__":
    main()
