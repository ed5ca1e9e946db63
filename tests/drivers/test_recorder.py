"""The recorder: on disk first, in parts that can each be read alone, through every trouble."""

from __future__ import annotations

import errno
import os
import shutil
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import zstandard
from recorded_watch import SHIPPED, RecordedWatch, WritingJudge, replayed
from simulated import Simulated

from drivers.journal import Faults, Journal, JournalError, read_events
from drivers.journal.parts import closed_parts, journal_of, part_of
from drivers.recorder.recording import Recording
from drivers.recorder.rotation import Limits, compress, put_right
from drivers.recorder.waiting import Waiting
from drivers.simulator import scenario
from rules.vocabulary import CHECKPOINT, FACTS_CHANGED, SOURCE_HEARD, Event, EventData
from tui.recording.judge import JournalJudge, said_by

STANDBY_FAILS = "U6-standby-fails"


def types_of(journal: Path) -> list[str]:
    return [event.type.rpartition(".")[2] for event, _ in read_events(journal, faults=Faults())]


def a_watch(journal: Path, name: str = "calm", **options: Any) -> RecordedWatch:
    return RecordedWatch(Simulated.of(scenario.load(name)), journal, **options)


async def test_a_recording_begins_and_ends_in_words_of_its_own(tmp_path: Path) -> None:
    journal = tmp_path / "watch.jsonl"
    watch = a_watch(journal)
    await watch.run("1m")
    await watch.stop()
    assert types_of(journal)[:2] == ["started", "loaded"]
    assert types_of(journal)[-1] == "stopped"
    assert (tmp_path / "watch.jsonl.rules" / SHIPPED.hash).is_dir()


async def test_a_source_with_nothing_new_is_said_to_be_heard_once_a_minute(tmp_path: Path) -> None:
    journal = tmp_path / "watch.jsonl"
    watch = a_watch(journal)
    await watch.run("30m")
    heard: dict[str, list[Any]] = {}
    for event, _ in read_events(journal, faults=Faults()):
        if event.type == SOURCE_HEARD:
            heard.setdefault(event.data.source, []).append(event.time)
    assert sorted(heard) == ["image-streamer/composer-1", "oneview/composer-1"]
    for times in heard.values():
        pauses = [later - earlier for earlier, later in pairwise(times)]
        assert min(pauses) >= timedelta(minutes=1)
        assert len(times) >= 12
    assert not any(source.lost for source in watch.judge.watch.words.sources.values())


async def test_two_cannot_record_to_one_journal(tmp_path: Path) -> None:
    journal = tmp_path / "watch.jsonl"
    first = a_watch(journal)
    with pytest.raises(JournalError, match="already being recorded"):
        a_watch(journal)
    # Held until here: a recorder that nobody holds lets go of its lock.
    first.crash()


async def test_a_closed_part_and_the_next_replay_to_what_was_seen_live(tmp_path: Path) -> None:
    journal = tmp_path / "watch.jsonl"
    watch = a_watch(journal, STANDBY_FAILS, limits=Limits(size=1 << 30, age=timedelta(minutes=20)))
    await watch.run("4h")
    await watch.stop()
    parts = closed_parts(journal)
    assert len(parts) > 8
    told, whole = replayed(*parts, journal)
    assert told == watch.judge.told
    # The last part alone: the same end, and the same words of everything that it tells.
    alone_told, alone = replayed(journal)
    assert alone_told == told[len(told) - len(alone_told) :]
    for number in (2, len(parts) // 2):
        later_told, later = replayed(*parts[number:], journal)
        assert later_told == told[len(told) - len(later_told) :]
        assert findings_of(later) == findings_of(whole) == findings_of(alone)


def findings_of(watch: Any) -> list[Any]:
    return [
        (one.rule.id, one.subject, one.raised_at, one.title, one.impact, one.evidence())
        for one in watch.findings()
    ]


async def test_a_new_part_has_the_time_after_all_that_came_before(tmp_path: Path) -> None:
    journal = tmp_path / "watch.jsonl"
    watch = a_watch(journal, limits=Limits(size=1 << 16))
    await watch.run("6h")
    (first, *_) = closed_parts(journal)
    *_, (last, _) = read_events(first, faults=Faults())
    following = [*closed_parts(journal), journal][1]
    checkpoint, _ = next(iter(read_events(following, faults=Faults())))
    assert checkpoint.type == CHECKPOINT
    assert checkpoint.time == last.time + timedelta(microseconds=1)
    assert journal_of(first) == journal


async def test_closed_parts_are_compressed_and_read_as_they_are(tmp_path: Path) -> None:
    journal = tmp_path / "watch.jsonl"
    watch = a_watch(journal, STANDBY_FAILS, limits=Limits(size=1 << 30, age=timedelta(hours=1)))
    await watch.run("3h")
    watch.recorder.compress_parts()
    parts = closed_parts(journal)
    assert {part.suffix for part in parts} == {".zst"}
    told, _ = replayed(*parts, journal)
    assert told == watch.judge.told


async def test_a_watch_goes_on_from_a_checkpoint_after_a_crash(tmp_path: Path) -> None:
    journal = tmp_path / "watch.jsonl"
    watch = a_watch(journal, STANDBY_FAILS, limits=Limits(size=1 << 30, age=timedelta(minutes=10)))
    await watch.run("40m")
    before = dict(watch.live.poller.remembered.said["pair/LE-rack-a"])
    watch.crash()
    watch.start()
    remembered = watch.live.poller.remembered
    assert remembered.said["pair/LE-rack-a"] == before
    await watch.run("1h")
    assert "update-standby-failed pair/LE-rack-a" in watch.judge.raised
    assert "update-unobserved pair/LE-rack-a" not in watch.judge.raised


async def test_what_a_driver_has_to_remember_is_read_from_the_watch(tmp_path: Path) -> None:
    journal = tmp_path / "watch.jsonl"
    watch = a_watch(journal, STANDBY_FAILS)
    await watch.run("2h")
    said: dict[str, dict[str, Any]] = {}
    for event in said_by(watch.judge.watch, ["oneview/composer-1", "image-streamer/composer-1"]):
        for name, value in event.data.facts.items():
            if value is not None:
                said.setdefault(event.subject, {})[name] = value
    known = {name: facts for name, facts in watch.live.poller.remembered.said.items() if facts}
    assert said == known


async def test_an_event_that_a_crash_cut_short_is_set_aside_and_the_journal_goes_on(
    tmp_path: Path,
) -> None:
    journal = tmp_path / "watch.jsonl"
    watch = a_watch(journal)
    await watch.run("1m")
    watch.crash()
    with journal.open("ab") as file:
        file.write(b'{"specversion":"1.0","id":"torn')
    watch.start()
    assert any("set aside" in text for text, _ in watch.said)
    await watch.run("1m")
    faults = Faults()
    assert list(read_events(journal, faults=faults))
    assert faults.total == 0
    assert sum(name.startswith("watch.jsonl.torn-") for name in os.listdir(tmp_path)) == 1  # noqa: PTH208


class FullDisk:
    """Writing fails from some time on, as it does on a full or a read-only disk."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
        self.full = False
        write = os.write

        def guarded(descriptor: int, data: Any) -> int:
            if self.full:
                raise OSError(code, os.strerror(code))
            return write(descriptor, data)

        monkeypatch.setattr("drivers.journal.writer.os.write", guarded)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EIO])
async def test_what_cannot_be_written_is_said_loudly_held_and_written_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    journal = tmp_path / "watch.jsonl"
    disk = FullDisk(monkeypatch, code)
    watch = a_watch(journal, STANDBY_FAILS)
    await watch.run("2m")
    size = journal.stat().st_size
    disk.full = True
    await watch.run("30m")
    assert watch.recorder.trouble
    # Once at once, and then every ten minutes.
    assert [(text.partition(" recorded")[0], failed) for text, failed in watch.said] == [
        ("Not", True),
        ("Still not", True),
        ("Still not", True),
    ]
    assert "events wait in memory" in watch.said[-1][0]
    assert journal.stat().st_size == size
    disk.full = False
    await watch.run("1h")
    assert not watch.recorder.trouble
    assert [failed for _, failed in watch.said] == [True, True, True, False]
    await watch.stop()
    told, _ = replayed(journal)
    assert told == watch.judge.told
    assert "update-standby-failed pair/LE-rack-a" in watch.judge.raised


async def test_beyond_the_bound_the_oldest_go_the_gap_is_said_and_everything_is_said_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = tmp_path / "watch.jsonl"
    disk = FullDisk(monkeypatch, errno.ENOSPC)
    watch = a_watch(journal, STANDBY_FAILS, waiting=Waiting(most_events=10))
    await watch.run("2m")
    disk.full = True
    await watch.run("90m")
    disk.full = False
    await watch.run("30m")
    lost = [
        event
        for event, _ in read_events(journal, faults=Faults())
        if event.type == "watchkeeper.source.lost"
    ]
    assert lost
    assert "given up" in lost[0].data.message
    known = {name: facts for name, facts in watch.live.poller.remembered.said.items() if facts}
    for subject, facts in known.items():
        for name, value in facts.items():
            assert watch.judge.watch.value(subject, name) == value, (subject, name)
    assert "update-standby-failed pair/LE-rack-a" in watch.judge.raised


async def test_a_journal_that_is_removed_begins_anew_with_a_checkpoint(tmp_path: Path) -> None:
    journal = tmp_path / "watch.jsonl"
    watch = a_watch(journal, STANDBY_FAILS)
    await watch.run("90m")
    before = findings_of(watch.judge.watch)
    journal.unlink()
    await watch.run("5m")
    assert any(failed and "removed" in text for text, failed in watch.said)
    assert types_of(journal)[0] == "checkpoint"
    _, again = replayed(journal)
    assert findings_of(again) == before


def empty(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


async def test_what_was_removed_beside_the_journal_is_put_back(tmp_path: Path) -> None:
    journal = tmp_path / "watch.jsonl"
    watch = a_watch(journal)
    await watch.run("1m")
    empty(tmp_path)
    await watch.run("2m")
    assert (tmp_path / "watch.jsonl.rules" / SHIPPED.hash).is_dir()
    with (
        pytest.raises(JournalError, match="already being recorded by process"),
        Journal(journal).recording(),
    ):
        pass
    await watch.stop()
    assert not any("Not recorded" in text for text, _ in watch.said)


async def test_a_recorder_whose_lock_was_removed_writes_nothing_into_anothers_journal(
    tmp_path: Path,
) -> None:
    journal = tmp_path / "watch.jsonl"
    watch = a_watch(journal)
    await watch.run("1m")
    (tmp_path / "watch.jsonl.recorder").unlink()
    with Journal(journal).recording():
        size = journal.stat().st_size
        await watch.run("5m")
        assert journal.stat().st_size == size
    assert any("already being recorded by process" in text for text, _ in watch.said)
    await watch.run("1m")
    assert journal.stat().st_size > size
    await watch.stop()


async def test_a_clock_that_went_back_is_told_once_and_the_journals_time_stands_still(
    tmp_path: Path,
) -> None:
    journal = tmp_path / "watch.jsonl"
    watch = a_watch(journal)
    await watch.run("10m")
    clock = watch.simulated.clock
    # What has been judged may be a little later than what has been written.
    written = [event.time for event, _ in read_events(journal, faults=Faults())][-1]
    latest = clock.now()
    watch.recorder._wall = lambda: clock.now() - timedelta(minutes=5)
    await watch.run("4m")
    times = [event.time for event, _ in read_events(journal, faults=Faults())]
    assert times == sorted(times)
    (told,) = [text for text, failed in watch.said if failed]
    said = "This machine's clock went back: the journal's time stands still at "
    assert told.startswith(said)
    stands = told.removeprefix(said).partition("Z")[0]
    assert f"{written:%Y-%m-%d %H:%M:%S}" <= stands <= f"{latest:%Y-%m-%d %H:%M:%S}"


async def test_an_event_that_no_journal_can_hold_stops_nothing(tmp_path: Path) -> None:
    journal = tmp_path / "watch.jsonl"
    watch = a_watch(journal)
    now = watch.simulated.clock.now()
    data = EventData(facts={"a.b": "\ud800"})
    bad = Event("bad", "oneview/composer-1", FACTS_CHANGED, now, "pair/LE-rack-a", data)
    good = Event("good", "oneview/composer-1", FACTS_CHANGED, now, "pair/LE-rack-a")
    watch.recorder.record([bad, good])
    assert [text for text, failed in watch.said if failed] == [
        "1 events have no form in which a journal could hold them"
    ]
    assert "good" in [event.id for event, _ in read_events(journal, faults=Faults())]


# Crashes in the middle of a rotation


def interrupted(journal: Path, step: str) -> None:
    """Leave a journal as a crash at some step of its rotation would."""
    part = part_of(journal, WHEN)
    if step in ("next", "linked"):
        journal.with_name(journal.name + ".next").write_bytes(b"unfinished")
    if step == "linked":
        os.link(journal, part)
    if step == "unfinished":
        part.write_bytes(journal.read_bytes())
        part.with_name(part.name + ".zst.unfinished").write_bytes(b"half")
    if step == "compressed":
        part.write_bytes(journal.read_bytes())
        packed = zstandard.ZstdCompressor().compress(journal.read_bytes())
        part.with_name(part.name + ".zst").write_bytes(packed)


WHEN = Simulated().clock.now()


@pytest.mark.parametrize(
    ("step", "left"),
    [
        ("next", ["watch.jsonl"]),
        ("linked", ["watch.jsonl"]),
        ("unfinished", [part_of(Path("watch.jsonl"), WHEN).name, "watch.jsonl"]),
        ("compressed", [part_of(Path("watch.jsonl"), WHEN).name + ".zst", "watch.jsonl"]),
    ],
)
def test_what_a_crash_left_of_a_rotation_is_put_right(
    tmp_path: Path, step: str, left: list[str]
) -> None:
    journal = tmp_path / "watch.jsonl"
    journal.write_bytes(b"line\n")
    interrupted(journal, step)
    put_right(journal)
    put_right(journal)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(left)
    assert journal.read_bytes() == b"line\n"


def test_a_part_that_cannot_be_compressed_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = part_of(tmp_path / "watch.jsonl", WHEN)
    part.write_bytes(b"line\n")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("drivers.recorder.rotation.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        compress(part)
    assert [path.name for path in tmp_path.iterdir()] == [part.name]


async def test_an_operator_who_acknowledges_between_two_parts_is_heard(tmp_path: Path) -> None:
    from drivers.journal import Journal
    from rules.vocabulary import FINDING_ACKNOWLEDGED

    journal = tmp_path / "watch.jsonl"
    watch = a_watch(journal, STANDBY_FAILS, limits=Limits(size=1 << 30, age=timedelta(minutes=30)))
    await watch.run("90m")
    open_now = watch.judge.watch.findings()
    finding = next(one for one in open_now if one.rule.id == "update-standby-failed")
    Journal(journal).append(
        [
            Event(
                "seen",
                "operator/anna",
                FINDING_ACKNOWLEDGED,
                watch.simulated.clock.now(),
                finding.subject,
                EventData(rule=finding.rule.id),
            )
        ]
    )
    await watch.run("1h")
    again = JournalJudge(journal, SHIPPED)
    again.catch_up()
    noted = {(one.rule.id, one.subject): one.acknowledged for one in again.watch.findings()}
    by = noted[finding.rule.id, finding.subject]
    assert by is not None
    assert by.by == "anna"
    assert isinstance(watch.judge, WritingJudge)


async def test_what_a_source_says_of_another_deployment_s_subject_is_refused_aloud_once(
    tmp_path: Path,
) -> None:
    watch = a_watch(tmp_path / "watch.jsonl")

    class Names:
        def own_words(self, deployment: object, events: list[Event]) -> list[Event]:
            return [event for event in events if event.subject != "pair/LE-rack-b"]

    polled = await watch.live.poller.poll()
    watch.live.poller.names = Names()  # type: ignore[assignment]
    recording = Recording(watch.recorder, [watch.live.poller])
    for _ in range(2):
        await recording._take(watch.live.poller, polled)
    refused = [text for text, failed in watch.said if failed and "Not recorded" in text]
    assert all(
        "speaks of pair/LE-rack-b, which is another deployment's" in text for text in refused
    )
    assert len(refused) == len(set(refused)) > 0
    await watch.stop()
    told = [event.subject for event, _ in read_events(watch.journal, faults=Faults())]
    assert "pair/LE-rack-a" in told
    assert "pair/LE-rack-b" not in told
