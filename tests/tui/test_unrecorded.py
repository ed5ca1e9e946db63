"""Nobody records: whoever follows a journal is told so at once, in one word in the header."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from drivers.journal import Journal
from drivers.recorder.words import WatchWords
from rules.engine import Watch
from rules.loader import load_rule_base
from rules.vocabulary import FACTS_CHANGED, Event, EventData
from tui.plain import PlainWatch
from tui.screen.places.frame import header_line
from tui.session.follow import FollowSession
from tui.session.snapshot import Snapshot

SHIPPED = load_rule_base("rules/image_streamer")
BEGIN = datetime(2026, 11, 22, 2, tzinfo=UTC)


class Day:
    """A time of day that passes when it is told to."""

    def __init__(self) -> None:
        self.time = BEGIN + timedelta(seconds=1)

    def session(self, journal: Path) -> FollowSession:
        return FollowSession(
            str(journal),
            SHIPPED,
            clock=lambda: self.time.timestamp(),
            wall=lambda: self.time,
            operator="anna",
        )

    def look(self, session: FollowSession) -> Snapshot:
        self.time += timedelta(seconds=2)
        while session.work() == 0.0:
            pass
        return session.snapshot()


@pytest.fixture
def day() -> Day:
    return Day()


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    path = tmp_path / "watch.jsonl"
    words = WatchWords("jump-host")
    said = {
        "watch.oneview_reachable": True,
        "watch.certificates": "not-verified",
    }
    heard = Event(
        id="1",
        source="oneview/harbour",
        type=FACTS_CHANGED,
        time=BEGIN,
        subject="deployment/harbour",
        data=EventData(facts={"backup.configured": True}),
    )
    told = Event(
        id="2",
        source="watch/jump-host",
        type=FACTS_CHANGED,
        time=BEGIN,
        subject="deployment/harbour",
        data=EventData(facts=said),
    )
    Journal(path).append([words.started(BEGIN, "The recorder has started"), heard, told])
    return path


def header(snapshot: Snapshot, columns: int) -> str:
    app: Any = SimpleNamespace(
        shown_time=lambda _: snapshot.time, keys=SimpleNamespace(problems=())
    )
    return "".join(span.text for span in header_line(app, snapshot, columns))


def test_a_stopped_recorder_is_told_at_once_and_so_is_the_next(journal: Path, day: Day) -> None:
    session = day.session(journal)
    with Journal(journal).recording():
        assert "following" in header(day.look(session), 100)
        Journal(journal).append([WatchWords("here").stopped(BEGIN, "The recorder was stopped")])
        stopped = day.look(session)
    assert "NOBODY RECORDS since 02:00:00Z" in header(stopped, 80)
    assert "live" not in {row.condition for row in stopped.sources}
    assert stopped.said is not None
    assert (stopped.said.text, stopped.said.failed) == (
        "Nobody records any more: The recorder was stopped",
        True,
    )
    with Journal(journal).recording():
        Journal(journal).append([WatchWords("here").started(BEGIN, "The recorder has started")])
        again = day.look(session)
    assert "NOBODY" not in header(again, 100)
    assert again.said is not None
    assert again.said.text == "The journal is recorded again"


def test_a_killed_recorder_leaves_its_lock_free(journal: Path, day: Day) -> None:
    session = day.session(journal)
    with Journal(journal).recording():
        assert day.look(session).unrecorded is None
    killed = day.look(session)
    assert "NOBODY RECORDS since 02:00:00Z" in header(killed, 80)
    # The sources' own law is another: they are lost after three heartbeats, and not before.
    assert {row.condition for row in killed.sources} == {"stale"}


def test_followers_that_look_do_not_keep_a_recorder_out(journal: Path, day: Day) -> None:
    session = day.session(journal)
    day.look(session)
    with Journal(journal).recording():
        assert Journal(journal).is_recorded() is True
    assert Journal(journal).is_recorded() is False


def test_a_file_that_is_not_there_is_said_and_waited_for(tmp_path: Path, day: Day) -> None:
    path = tmp_path / "wacht.jsonl"
    session = day.session(path)
    nothing = day.look(session)
    assert "NO SUCH FILE" in header(nothing, 80)
    assert nothing.said is not None
    assert f"{path} does not exist; it is waited for" in nothing.said.text
    with Journal(path).recording():
        Journal(path).append([WatchWords("here").started(BEGIN, "The recorder has started")])
        assert day.look(session).unrecorded is None


def test_a_file_that_is_no_journal_is_said_once_on_screen_and_in_lines(
    tmp_path: Path, day: Day
) -> None:
    path = tmp_path / "good.toml"
    path.write_text("[screen]\nascii = true\n")
    session = day.session(path)
    snapshot = day.look(session)
    assert "NO JOURNAL" in header(snapshot, 80)
    assert snapshot.said is not None
    assert snapshot.said.text == f"{path} is no journal: 2 lines, and none is an event"
    written: list[str] = []
    plain = PlainWatch(written.append, 80, ascii_only=True)
    for _ in range(3):
        plain.look_at_session(session, day.time)
    (line,) = written
    assert f"2 lines of the journal cannot be read: {path}:1: " in line


@pytest.mark.parametrize(("columns", "said"), [(120, "CERTIFICATES NOT VERIFIED"), (60, "UNVERIF")])
def test_certificates_that_nobody_verifies_stand_in_every_followers_header(
    journal: Path, day: Day, columns: int, said: str
) -> None:
    session = day.session(journal)
    with Journal(journal).recording():
        snapshot = day.look(session)
    assert snapshot.unverified == ("harbour",)
    assert snapshot.title == "harbour"
    assert said in header(snapshot, columns)


def test_lines_say_every_ten_minutes_that_certificates_are_not_verified(
    journal: Path, day: Day
) -> None:
    session = day.session(journal)
    day.look(session)
    written: list[str] = []
    plain = PlainWatch(written.append, 80, ascii_only=True)
    for minutes in (0, 5, 9, 10, 15, 20):
        plain.look_at_session(session, day.time + timedelta(minutes=minutes))
    assert len(written) == 3
    assert "harbour: CERTIFICATES ARE NOT VERIFIED" in written[-1]


def test_a_journal_that_vanishes_is_missed(journal: Path, day: Day) -> None:
    session = day.session(journal)
    day.look(session)
    journal.unlink()
    assert "FILE IS GONE since 02:00:00Z" in header(day.look(session), 80)


def test_a_compressed_journal_is_told_to_be_one(tmp_path: Path, day: Day) -> None:
    path = tmp_path / "watch.jsonl.gz"
    path.write_bytes(gzip.compress(b"{}\n"))
    snapshot = day.look(day.session(path))
    assert "NOT READABLE" in header(snapshot, 80)
    assert snapshot.unrecorded is not None
    assert "is compressed; it can only be replayed" in snapshot.unrecorded.text


@pytest.mark.parametrize("how", ["another file", "an empty file", "written anew"])
def test_a_journal_that_is_replaced_is_told_and_the_new_one_followed(
    journal: Path, day: Day, how: str
) -> None:
    def event(number: int) -> Event:
        data = EventData(facts={"backup.configured": False}, message=f"Word {number}")
        later = BEGIN + timedelta(seconds=number)
        return Event(f"n{number}", "oneview/harbour", FACTS_CHANGED, later, "deployment/bay", data)

    session = day.session(journal)
    day.look(session)
    Journal(journal).append([event(1)])
    if how == "written anew":
        day.look(session)
        journal.write_bytes(b"")
    else:
        journal.rename(journal.with_name("old.jsonl"))
    if how != "an empty file":
        Journal(journal).append([event(2)])
    else:
        journal.touch()
    day.look(session)
    Journal(journal).append([event(3)])
    snapshot = day.look(session)

    lines = [line.text for line in snapshot.timeline.lines(0, snapshot.timeline_length)]
    told = [text for text in lines if "anew" in text or "another file" in text]
    assert len(told) == 1
    assert lines.index("Word 1") < lines.index(told[0]) < lines.index("Word 3")
    assert ("Word 2" in lines) == (how != "an empty file")
    assert [one.text for one in session.said_after(0) if told[0] in one.text and one.failed]
    assert any(told[0] in fault for fault in snapshot.log_faults)
    assert snapshot.lines_lost == 0


def test_a_checkpoint_of_another_watch_is_told_as_a_gap(journal: Path, day: Day) -> None:
    other = Watch(SHIPPED)
    words = WatchWords("elsewhere")
    other.apply(words.started(BEGIN, "Another recorder has started"))
    parts = other.checkpoint(("watch/elsewhere", "not known here"))
    session = day.session(journal)
    day.look(session)

    journal.unlink()
    Journal(journal).append([words.checkpoint(BEGIN + timedelta(seconds=1), one) for one in parts])
    snapshot = day.look(session)

    lines = [line.text for line in snapshot.timeline.lines(0, snapshot.timeline_length)]
    assert any("events are missing before a checkpoint" in text for text in lines)
    assert any("events are missing" in one.text for one in session.said_after(0))
