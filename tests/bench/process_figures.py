"""What concerns a whole process: how its memory grows over ten million events, and how soon a
headless replay says its first line."""

from __future__ import annotations

import os
import subprocess
import sys
import time
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


def first_line_ratios(journal: Path, rounds: int) -> tuple[float, float, float, float]:
    """The medians of CPU milliseconds of the bare imports and of a replay up to its first line,
    then of their ratio, then of the ratio of the times on the clock."""
    replay = [
        sys.executable,
        "-c",
        "from tui.command_line import main; raise SystemExit(main())",
        *("replay", str(journal), "--headless"),
    ]
    rows = []
    for _ in range(rounds):
        bare = _until_first_line([sys.executable, "-c", IMPORTS])
        rows.append((bare, _until_first_line(replay)))
    return (
        1000 * median(bare[0] for bare, _ in rows),
        1000 * median(ours[0] for _, ours in rows),
        median(ours[0] / bare[0] for bare, ours in rows),
        median(ours[1] / bare[1] for bare, ours in rows),
    )


def _until_first_line(command: list[str]) -> tuple[float, float]:
    """CPU and clock seconds until a process has said a line, or has ended."""
    began = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=ROOT, env=environment(), bufsize=0
    ) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        clock = time.perf_counter() - began
        if said:
            process.kill()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if not said and process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
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
