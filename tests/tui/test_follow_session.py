"""Following a journal: what others append is shown, what operators do is appended."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from drivers.journal import Faults, Journal, read_events
from rules.loader import load_rule_base
from tui.session import commands
from tui.session.follow import FollowSession
from tui.session.rule_files import RuleFiles
from tui.session.snapshot import FindingKey, Snapshot

UPDATE = Path("samples/logs/U6-standby-fails.jsonl")
FAILED = FindingKey("update-standby-failed", "pair/LE-rack-a")
LINES = UPDATE.read_bytes().splitlines(keepends=True)
AFTER_THE_FAILURE = 105
"""Lines of the log up to where the failure is known."""


class Day:
    """The time of day, and seconds, that pass when they are told to."""

    def __init__(self, time: datetime) -> None:
        self.time = time

    def wall(self) -> datetime:
        return self.time

    def clock(self) -> float:
        return self.time.timestamp()

    def pass_seconds(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def events_of(path: Path) -> list[tuple[datetime, str, str]]:
    return [
        (event.time, event.type, event.source) for event, _ in read_events(path, faults=Faults())
    ]


@pytest.fixture
def day() -> Day:
    last = events_of(UPDATE)[AFTER_THE_FAILURE - 1][0]
    return Day(last + timedelta(seconds=1))


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b"".join(LINES[:AFTER_THE_FAILURE]))
    return path


def follow(journal: Path, day: Day, rules: str = "rules/image_streamer") -> FollowSession:
    return FollowSession(
        str(journal),
        load_rule_base(rules),
        clock=day.clock,
        wall=day.wall,
        rule_files=RuleFiles([rules]),
        operator="anna",
    )


def now(session: FollowSession) -> Snapshot:
    while session.work() == 0.0:
        pass
    return session.snapshot()


def append(journal: Path, lines: list[bytes]) -> None:
    with journal.open("ab") as file:
        file.write(b"".join(lines))


def test_shows_what_is_there_and_then_what_comes(journal: Path, day: Day) -> None:
    session = follow(journal, day)
    before = now(session)

    append(journal, LINES[AFTER_THE_FAILURE:])
    day.time = events_of(UPDATE)[-1][0]
    after = now(session)

    assert FAILED in {row.key for row in before.findings}
    assert FAILED not in {row.key for row in after.findings}
    assert after.timeline_length > before.timeline_length


def test_a_journal_that_is_not_there_yet_is_waited_for(tmp_path: Path, day: Day) -> None:
    journal = tmp_path / "later.jsonl"
    session = follow(journal, day)
    assert now(session).findings == ()

    append(journal, LINES[:AFTER_THE_FAILURE])

    assert FAILED in {row.key for row in now(session).findings}


def test_what_an_operator_does_is_on_the_journal_for_everybody(journal: Path, day: Day) -> None:
    mine, theirs = follow(journal, day), follow(journal, day)
    now(mine)
    now(theirs)

    mine.handle(commands.Acknowledge(FAILED, "called support"))
    here, there = now(mine), now(theirs)

    for snapshot in (here, there):
        row = next(row for row in snapshot.findings if row.key == FAILED)
        assert row.acknowledged is not None
        assert (row.acknowledged.by, row.acknowledged.text) == ("anna", "called support")
    assert events_of(journal)[-1][1:] == ("watchkeeper.finding.acknowledged", "operator/anna")


def test_a_confirmed_step_is_ticked(journal: Path, day: Day) -> None:
    session = follow(journal, day)
    now(session)
    session.handle(commands.OpenFinding(FAILED))
    detail = now(session).detail
    assert detail is not None
    step = next(step for step in detail.steps if step.confirm and step.status == "open")

    session.handle(commands.Confirm(FAILED, step.confirm))
    detail = now(session).detail

    assert detail is not None
    ticked = detail.steps[step.number - 1]
    assert (ticked.status, ticked.confirmed_by) == ("done", "anna")


def test_what_cannot_be_recorded_is_said(journal: Path, day: Day) -> None:
    session = follow(journal, day)
    now(session)
    journal.unlink()
    journal.mkdir()

    session.handle(commands.WriteNote(FAILED, "nobody will read this"))
    snapshot = session.snapshot()

    assert snapshot.said is not None
    assert snapshot.said.failed
    assert "Not recorded" in snapshot.said.text


def test_sources_are_lost_when_their_recorder_is_dead(journal: Path, day: Day) -> None:
    session = follow(journal, day)
    with Journal(journal).recording():
        assert {row.condition for row in now(session).sources} == {"live"}

    day.pass_seconds(100)
    stale = now(session)
    day.pass_seconds(200)
    lost = now(session)

    assert {row.condition for row in stale.sources} <= {"live", "stale"}
    assert {row.condition for row in lost.sources} == {"lost"}
    assert FAILED in {row.key for row in lost.findings}


def test_what_comes_late_is_judged_as_the_journal_tells_it(journal: Path, day: Day) -> None:
    session = follow(journal, day)
    now(session)
    day.pass_seconds(3600)
    now(session)

    append(journal, LINES[AFTER_THE_FAILURE:])
    day.time = events_of(UPDATE)[-1][0]

    assert FAILED not in {row.key for row in now(session).findings}


def test_rules_are_read_again_when_saved_and_a_broken_file_changes_nothing(
    journal: Path, day: Day, tmp_path: Path
) -> None:
    rules = tmp_path / "rules"
    for file in Path("rules/image_streamer").rglob("*.toml"):
        copy = rules / file.relative_to("rules/image_streamer")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    session = follow(journal, day, str(rules))
    before = now(session)
    file = rules / "rules" / "update.toml"
    sound = file.read_bytes()

    file.write_bytes(sound + b"\n[[rule]]\nid = 7\n")
    day.pass_seconds(2)
    broken = now(session)
    file.write_bytes(sound.replace(b"The standby", b"The poor standby"))
    day.pass_seconds(2)
    mended = now(session)

    assert broken.rule_faults
    assert "update.toml:" in broken.rule_faults[0]
    assert [row.key for row in broken.findings] == [row.key for row in before.findings]
    assert mended.rule_faults == ()
    assert mended.rule_base.hash != before.rule_base.hash
    assert FAILED in {row.key for row in mended.findings}


def test_unreadable_lines_are_counted_and_told(journal: Path, day: Day) -> None:
    session = follow(journal, day)
    append(journal, [b"not json\n", b'{"id": 5}\n'])

    snapshot = now(session)

    assert snapshot.log_fault_count == 2
    assert "journal.jsonl:106" in snapshot.log_faults[0]
