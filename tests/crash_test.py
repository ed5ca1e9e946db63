"""Kills a recorder at random points, and holds what a follower had seen against what is left.

A recorder that appends as fast as it can, with small parts, is killed with SIGKILL again and again;
a follower in this process takes in what comes. At the end every event that the follower had seen
must stand in the journal's parts, once and in the same order.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

TESTS: Final = Path(__file__).resolve().parent
sys.path[:0] = [str(TESTS.parent), str(TESTS)]

from drivers.journal import Faults, Follower, read_events  # noqa: E402
from drivers.journal.parts import closed_parts  # noqa: E402

POINTS: Final = 100
_LONGEST: Final = 0.25
_STARTING: Final = 30.0
_BATCH: Final = 7
_PART: Final = 30_000


def main() -> int:
    """Run the test, and return 1 where anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--points", type=int, default=POINTS)
    parser.add_argument("--record", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.record is not None:
        record(arguments.record)
        return 0
    with TemporaryDirectory(prefix="watchkeeper-crash-") as folder:
        problem = crash(Path(folder) / "watch.jsonl", arguments.seed, arguments.points)
    print(problem or f"seed {arguments.seed}: {arguments.points} crashes, and nothing was lost")
    return 1 if problem else 0


def record(journal: Path) -> None:
    """Record until killed: what the recorder does, without anything to wait for."""
    from oracle.timeline import fact, load, rule

    from drivers.recorder.recorder import Recorder
    from drivers.recorder.rotation import Limits
    from rules.vocabulary import FACTS_CHANGED, Event, EventData
    from tui.recording.judge import JournalJudge

    rule_base = load(
        fact("state.health", "enum", values=["ok", "failed"]),
        rule("health-failed", 'state.health = "failed"'),
    )
    recorder = Recorder(
        journal,
        JournalJudge(journal, rule_base),
        host="crash-test",
        wall=lambda: datetime.now(UTC),
        tell=lambda text, failed: print(text, file=sys.stderr) if failed else None,
        limits=Limits(size=_PART, age=timedelta(days=1)),
    )
    recorder.open(rule_base.hash, rule_base.texts, "started")
    print("recording", flush=True)
    number = 0
    while True:
        number += 1
        now = datetime.now(UTC)
        health = "failed" if number % 3 else "ok"
        recorder.record(
            Event(
                f"{os.getpid()}-{number}-{place}",
                "oneview/one",
                FACTS_CHANGED,
                now,
                f"pair/{place}",
                EventData(facts={"state.health": health}, message=f"number {number}"),
            )
            for place in range(_BATCH)
        )
        recorder.maintain()
        if number % 10 == 0:
            recorder.compress_parts()


def crash(journal: Path, seed: int, points: int) -> str:
    """Kill a recorder at so many points; what is wrong afterwards, or nothing."""
    chance = random.Random(seed)
    faults = Faults()
    seen: list[str] = []
    follower = Follower(journal, faults=faults)
    for point in range(1, points + 1):
        pause = chance.uniform(0, _LONGEST)
        _run_and_kill(journal, pause, follower, seen)
        last = seen[-1] if seen else "nothing"
        print(f"point {point:3}: killed after {pause * 1000:5.1f} ms; last id seen: {last}")
    # Whoever starts next puts right what the last crash left.
    _run_and_kill(journal, 0.0, follower, seen)
    follower.close()
    left = [
        event.id
        for part in [*closed_parts(journal), journal]
        for event, _ in read_events(part, faults=Faults())
    ]
    print(f"{len(seen)} events seen, {len(left)} left, {len(closed_parts(journal))} closed parts")
    return _compare(seen, left)


def _run_and_kill(journal: Path, pause: float, follower: Follower, seen: list[str]) -> None:
    command = [sys.executable, str(Path(__file__).resolve()), "--record", str(journal)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        if process.stdout.readline() != b"recording\n":
            raise AssertionError("the recorder did not start")
        ends = time.monotonic() + pause
        while time.monotonic() < ends:
            _look(follower, seen)
            time.sleep(0.002)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(_STARTING)
        if process.stdout is not None:
            process.stdout.close()
    _look(follower, seen)


def _look(follower: Follower, seen: list[str]) -> None:
    while batch := follower.poll():
        seen += [event.id for event in batch.events]


def _compare(seen: list[str], left: list[str]) -> str:
    if len(set(left)) != len(left):
        return "events stand twice in the journal"
    standing = {identity: place for place, identity in enumerate(left)}
    lost = [identity for identity in seen if identity not in standing]
    if lost:
        return f"{len(lost)} events that were seen are lost, such as {lost[0]}"
    places = [standing[identity] for identity in dict.fromkeys(seen)]
    return "" if places == sorted(places) else "events stand in another order than they were seen"


if __name__ == "__main__":
    sys.exit(main())
