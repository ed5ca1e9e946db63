"""Contestants run in turn, each in a process of its own, so that a ratio compares runs that were
neighbours in time; and their findings are held against one another."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import msgspec
from contestants import DECODING, Task
from measure import Mark, Order, Result

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


class Disagreement(Exception):
    """Two contestants have told different findings."""


@dataclass(frozen=True)
class Entry:
    """One contestant on one journal; `group` names those that must tell the same findings."""

    label: str
    contestant: str
    task: Task
    marks: tuple[int, ...]
    group: str = ""


@dataclass
class Race:
    """What all rounds gave, by entry."""

    entries: Sequence[Entry]
    rounds: list[dict[str, Result]] = field(default_factory=list)

    def cost(self, label: str, *, since: int = 0, until: int = 0) -> float:
        """The median microseconds of CPU for an event between two marks, given as counts of
        events (0: the beginning, or the last mark)."""
        return median(_cost(results[label], since, until) for results in self.rounds)

    def ratio(self, over: str, under: str, *, since: int = 0, until: int = 0) -> float:
        """The median over rounds of one entry's cost divided by another's."""
        return median(
            _cost(results[over], since, until) / _cost(results[under], since, until)
            for results in self.rounds
        )

    def ready(self, label: str) -> float:
        """The median milliseconds of CPU to make ready."""
        return 1000 * median(results[label].ready for results in self.rounds)

    def last(self, label: str) -> Mark:
        """The last mark of the last round."""
        return self.rounds[-1][label].marks[-1]


def _cost(result: Result, since: int, until: int) -> float:
    first = next((mark for mark in result.marks if since and mark.events == since), None)
    last = next((mark for mark in result.marks if until and mark.events == until), result.marks[-1])
    if first is None:
        return last.cpu / last.events * 1e6
    return (last.cpu - first.cpu) / (last.events - first.events) * 1e6


def run_race(entries: Sequence[Entry], rounds: int) -> Race:
    """Every entry once a round, each round beginning with another.

    Raises:
        Disagreement: the findings of a group differ.
    """
    race = Race(entries)
    for number in range(rounds):
        turn = number % len(entries)
        results = {}
        for entry in (*entries[turn:], *entries[:turn]):
            order = Order(entry.contestant, entry.task, list(entry.marks))
            results[entry.label] = run(order)
        race.rounds.append(results)
        if number == 0:
            _compare(entries, results)
    return race


def run(order: Order) -> Result:
    """One contestant in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(HERE / "measure.py")],
        input=msgspec.json.encode(order),
        stdout=subprocess.PIPE,
        env=environment(),
        check=True,
    )
    return msgspec.json.decode(done.stdout, type=Result)


def environment() -> dict[str, str]:
    """The environment of the processes: the checkout can be imported, hashes are the same."""
    paths = (str(ROOT), os.environ.get("PYTHONPATH", ""))
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONHASHSEED": "0"}


def _compare(entries: Iterable[Entry], results: dict[str, Result]) -> None:
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.contestant != DECODING and entry.group:
            groups.setdefault(entry.group, []).append(entry)
    for group in groups.values():
        first = group[0]
        sums = {mark.events: mark for mark in results[first.label].marks}
        for other in group[1:]:
            for mark in results[other.label].marks:
                if mark.events in sums and mark.crc != sums[mark.events].crc:
                    raise Disagreement(_where(first, other, mark.events))


def _where(first: Entry, second: Entry, until: int) -> str:
    """The first finding in which two contestants differ."""
    with TemporaryDirectory() as folder:
        traces = []
        for number, entry in enumerate((first, second)):
            traces.append(Path(folder) / f"{number}")
            run(Order(entry.contestant, entry.task, [until], trace=str(traces[-1])))
        with traces[0].open(encoding="utf-8") as one, traces[1].open(encoding="utf-8") as other:
            for left, right in zip_longest(one, other, fillvalue="(nothing more)"):
                if left != right:
                    return (
                        f"{first.label} and {second.label} part: "
                        f"{left.strip()!r} against {right.strip()!r} (event, finding, subject)"
                    )
    return f"{first.label} and {second.label} differ, and not when run again"
