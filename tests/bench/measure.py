"""One contestant on one journal, in a process of its own: JSON on standard input says what to do,
JSON on standard output says what it cost."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from time import process_time
from typing import Any
from zlib import crc32

import msgspec
from contestants import CONTESTANTS, Task
from plain_python import Found
from shares import Shares, shares_of
from workload import catalogue, synthetic_rules

CHUNK = 5_000
"""Events between two looks at the clock; findings are compared outside the time taken."""


class Order(msgspec.Struct):
    """What to do. `marks` are the counts of events after which to take stock, ascending."""

    contestant: str
    task: Task
    marks: list[int]
    trace: str = ""
    """A file for every finding, to see where two contestants part."""
    shares_over: int = 0
    """Instead of measuring: the workload's shares over so many events."""


class Mark(msgspec.Struct):
    """The sums at a mark: CPU seconds since the first event, and what was found."""

    events: int
    cpu: float
    crc: int
    raised: int
    resolved: int
    resident: int
    """Kilobytes."""
    statistics: dict[str, Any] = {}


class Result(msgspec.Struct):
    """What one run gave."""

    contestant: str
    ready: float
    """CPU seconds to read the rules and make ready."""
    marks: list[Mark] = []
    shares: Shares | None = None


def measured(order: Order) -> Result:
    """Run the contestant through its journal."""
    began = process_time()
    contestant = CONTESTANTS[order.contestant](order.task)
    result = Result(order.contestant, process_time() - began)
    cpu, crc, raised, resolved, events = 0.0, 0, 0, 0, 0
    with ExitStack() as stack:
        trace = (
            stack.enter_context(Path(order.trace).open("w", encoding="utf-8"))
            if order.trace
            else None
        )
        for mark in order.marks:
            while events < mark:
                found: Found = []
                began = process_time()
                count = contestant.advance(events, min(CHUNK, mark - events), found)
                cpu += process_time() - began
                events += count
                found.sort()
                lines = _lines(found)
                crc = crc32(lines, crc)
                ups = sum(entry[1] for entry in found)
                raised, resolved = raised + ups, resolved + len(found) - ups
                if trace is not None:
                    trace.write(lines.decode())
                if not count:
                    break
            result.marks.append(
                Mark(events, cpu, crc, raised, resolved, resident(), {**contestant.statistics()})
            )
    return result


def _lines(found: Iterable[tuple[int, bool, str, str]]) -> bytes:
    return "".join(
        f"{index} {'+' if raised else '-'} {rule} {subject}\n"
        for index, raised, rule, subject in found
    ).encode()


def resident(process: int | str = "self") -> int:
    """A process's resident memory in kilobytes, this one's where no other is named."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def main() -> None:
    """Do as the order on standard input, or in the first argument, says."""
    text = sys.argv[1].encode() if len(sys.argv) > 1 else sys.stdin.buffer.read()
    order = msgspec.json.decode(text, type=Order)
    if order.shares_over:
        rules = synthetic_rules(catalogue(order.task.facts), order.task.rules)
        with Path(order.task.journal).open("rb") as lines:
            shares = shares_of(islice(lines, order.shares_over), rules)
        result = Result("shares", 0.0, shares=shares)
    else:
        result = measured(order)
    sys.stdout.buffer.write(msgspec.json.encode(result) + b"\n")


if __name__ == "__main__":
    main()
