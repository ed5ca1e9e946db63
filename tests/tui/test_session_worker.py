"""The worker's thread: the newest snapshot, and never in the screen's way."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

from drivers.journal import Faults
from rules.loader import load_rule_base
from tui.session import commands
from tui.session.recorded_log import RecordedLog
from tui.session.replay import ReplaySession
from tui.session.session import Session
from tui.session.snapshot import Snapshot
from tui.session.worker import CannotBeginError, Worker

UPDATE = Path("samples/logs/U6-standby-fails.jsonl")


class Screen:
    """Waits for snapshots as a screen does."""

    def __init__(self) -> None:
        self.announced = threading.Event()
        self.announcements = 0

    def announce(self) -> None:
        self.announcements += 1
        self.announced.set()

    def next(self, worker: Worker) -> Snapshot:
        assert self.announced.wait(30)
        self.announced.clear()
        snapshot = worker.take()
        assert snapshot is not None
        return snapshot


def make() -> ReplaySession:
    log = RecordedLog([str(UPDATE)], faults=Faults())
    seconds = iter(range(1_000_000))
    return ReplaySession(
        log,
        load_rule_base("rules/image_streamer"),
        clock=lambda: float(next(seconds)),
        wall=lambda: datetime(2026, 11, 23, tzinfo=UTC),
        operator="anna",
    )


def test_hands_over_what_was_asked_for() -> None:
    screen = Screen()
    worker = Worker(make, screen.announce)
    worker.start()
    worker.send(commands.BrowseFacts("pair/LE-rack-a"))
    snapshot = screen.next(worker)
    while snapshot.facts is None:
        snapshot = screen.next(worker)

    assert snapshot.facts.subject == "pair/LE-rack-a"
    assert worker.stop(30)


def test_a_screen_that_takes_nothing_is_told_once() -> None:
    screen = Screen()
    done = threading.Event()

    class Counted(ReplaySession):
        def snapshot(self) -> Snapshot:
            snapshot = super().snapshot()
            if snapshot.number >= 4:
                done.set()
            self.changed = not done.is_set()
            return snapshot

    def counted() -> Session:
        log = RecordedLog([str(UPDATE)], faults=Faults())
        rules = load_rule_base("rules/image_streamer")
        wall = datetime(2026, 11, 23, tzinfo=UTC)
        return Counted(log, rules, clock=lambda: 0.0, wall=lambda: wall, operator="anna")

    worker = Worker(counted, screen.announce)
    worker.start()
    assert done.wait(30)
    assert worker.stop(30)

    newest = worker.take()
    assert newest is not None
    assert (screen.announcements, newest.number >= 4) == (1, True)


def test_a_session_that_fails_is_not_taken_for_calm() -> None:
    screen = Screen()

    def broken() -> Session:
        raise ValueError("no such thing")

    worker = Worker(broken, screen.announce)
    worker.start()

    assert screen.announced.wait(30)
    assert "no such thing" in worker.failure
    assert worker.stop(30)


def test_the_thread_gets_no_signals() -> None:
    screen = Screen()
    blocked: list[set[int]] = []

    def look() -> Session:
        import signal

        blocked.append({int(one) for one in signal.pthread_sigmask(signal.SIG_BLOCK, ())})
        return make()

    worker = Worker(look, screen.announce)
    worker.start()
    screen.next(worker)

    assert {1, 2, 15, 28} <= blocked[0]
    assert worker.stop(30)


def test_what_the_operator_can_mend_is_said_in_lines_and_is_no_failure_of_ours() -> None:
    def refuse() -> Session:
        raise CannotBeginError(["the first reason", "the second"])

    screen = Screen()
    worker = Worker(refuse, screen.announce)
    worker.start()
    assert screen.announced.wait(30)

    assert (worker.failure, worker.code) == ("the first reason\nthe second\n", 2)
