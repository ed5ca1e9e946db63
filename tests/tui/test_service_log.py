"""What a recorder without a screen tells whoever reads its log, and how it is ended."""

from __future__ import annotations

import asyncio
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drivers.journal import Faults, read_events
from rules.engine import Watch
from rules.loader import load_rule_base
from tui.recording.judge import JournalJudge
from tui.recording.service_log import ServiceLog
from tui.recording.stopping import Stopping

SHIPPED = load_rule_base("rules/image_streamer")
UPDATE = Path("samples/logs/U6-standby-fails.jsonl")
LOST = Path("samples/logs/W4-oneview-lost.jsonl")


class Log:
    """The lines that were told, and a time of day that stands."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.now = datetime(2026, 11, 22, 2, tzinfo=UTC)

    def tell(self, text: str, failed: bool) -> None:
        self.lines.append(("FAILED " if failed else "") + text)

    def wall(self) -> datetime:
        return self.now

    def take(self) -> list[str]:
        told, self.lines = self.lines, []
        return told


def test_findings_and_what_they_forbid_are_lines_as_they_come_and_go() -> None:
    log = Log()
    watch = Watch(SHIPPED)
    told = ServiceLog(log.tell, log.wall)
    told.begin(watch)
    assert log.take() == ["No finding is open"]
    for event, line in read_events(UPDATE, faults=Faults()):
        watch.apply(event, line)
        told.look(watch)
    lines = log.take()
    raised = next(
        number
        for number, line in enumerate(lines)
        if line.startswith("critical RAISED pair/LE-rack-a: ")
    )
    assert any(line.startswith("FORBIDDEN update on pair/LE-rack-a: ") for line in lines)
    title = lines[raised].partition(": ")[2]
    assert f"critical RESOLVED pair/LE-rack-a: {title}" in lines[raised:]
    assert lines.count(lines[raised]) == 1


def test_a_source_that_is_lost_is_a_line_and_so_is_that_it_is_heard_again() -> None:
    log = Log()
    watch = Watch(SHIPPED)
    told = ServiceLog(log.tell, log.wall)
    told.begin(watch)
    for event, line in read_events(LOST, faults=Faults()):
        watch.advance(event.time)
        told.look(watch)
        watch.apply(event, line)
        told.look(watch)
    words = [line.partition(";")[0] for line in log.take() if line.startswith("Source ")]
    lost = words.index("Source lost: oneview/composer-1")
    assert "Source heard: oneview/composer-1" in words[lost:]


def test_what_stood_open_before_a_start_is_told_as_such() -> None:
    log = Log()
    watch = Watch(SHIPPED)
    for event, line in list(read_events(UPDATE, faults=Faults()))[:105]:
        watch.apply(event, line)
    ServiceLog(log.tell, log.wall).begin(watch)
    assert any(
        line.startswith("critical OPEN pair/LE-rack-a: ") and ", since 2026-" in line
        for line in log.lines
    )
    assert any(line.startswith("FORBIDDEN update on ") for line in log.lines)


def test_what_time_alone_brings_is_told_and_the_journal_is_not_run_ahead_of(
    tmp_path: Path,
) -> None:
    journal = tmp_path / "watch.jsonl"
    journal.write_bytes(b"".join(UPDATE.read_bytes().splitlines(keepends=True)[:105]))
    judge = JournalJudge(journal, SHIPPED)
    judge.catch_up()
    log = Log()
    told = ServiceLog(log.tell, log.wall)
    told.begin(judge.watch)
    log.take()
    reached = judge.watch.now
    told.look(judge.at(reached + timedelta(minutes=10)))
    assert any(line.startswith("Source lost: ") for line in log.take())
    told.look(judge.at(reached + timedelta(minutes=10)))
    assert log.take() == []
    assert judge.watch.now == reached
    judge.close()


def test_certificates_that_nobody_verifies_are_told_every_ten_minutes() -> None:
    log = Log()
    told = ServiceLog(log.tell, log.wall, ["harbour"])
    told.begin(Watch(SHIPPED))
    line = "FAILED harbour: CERTIFICATES ARE NOT VERIFIED, by its configuration"
    assert log.take()[-1] == line
    for _ in range(21):
        log.now += timedelta(minutes=1)
        told.remind()
    assert log.take() == [line, line]


@pytest.mark.parametrize(
    ("number", "code", "as_service"),
    [
        (signal.SIGINT, 130, False),
        (signal.SIGTERM, 143, False),
        (signal.SIGHUP, 129, False),
        (signal.SIGINT, 130, True),
        (signal.SIGTERM, 0, True),
    ],
)
async def test_a_signal_that_comes_twice_at_once_is_one(
    number: signal.Signals, code: int, as_service: bool
) -> None:
    with Stopping(as_service=as_service) as stopping:
        signal.raise_signal(number)
        signal.raise_signal(number)
        await asyncio.wait_for(stopping.event.wait(), 10)
        # Whatever is still to be closed is closed in peace.
        await asyncio.sleep(0)
    assert stopping.code == code
