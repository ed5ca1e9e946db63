from __future__ import annotations

import fcntl
import gzip
import multiprocessing
import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from journal_lines import (
    NIGHT,
    append_batches,
    event,
    hold_recording,
    line,
    numbers_and_ids,
    read_all,
    write_lines,
)

from drivers.journal import Journal, JournalError, encode

PROCESSES = multiprocessing.get_context("spawn")
PATIENCE = 30.0


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines()


def test_what_was_appended_is_what_is_read(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    first = journal.append([event(1), event(2)])
    second = journal.append([event(3)])
    batches, faults = read_all(journal.path)
    assert [found for batch in batches for found in batch.events] == first.events + second.events
    assert lines_of(journal.path) == first.lines + second.lines
    assert faults.total == 0


def test_times_never_go_back_whoever_appended_last(tmp_path: Path) -> None:
    mine, theirs = Journal(tmp_path / "journal"), Journal(tmp_path / "journal")
    mine.append([event(5)])
    theirs.append([event(9)])
    given = event(7)
    appended = mine.append([given, event(8), event(10)])
    assert [found.time - NIGHT for found in appended.events] == [
        timedelta(seconds=seconds) for seconds in (9, 9, 10)
    ]
    assert given.time == event(7).time
    assert read_all(mine.path)[1].total == 0


def test_the_last_time_is_found_behind_lines_that_cannot_be_read(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "journal", [line(9), b"x" * 200_000, b"", b"junk"])
    assert Journal(path).append([event(1)]).events[0].time == event(9).time


def test_the_last_time_is_found_in_a_long_line(tmp_path: Path) -> None:
    last = event(9)
    last.data.message = "x" * 200_000
    path = write_lines(tmp_path / "journal", [line(1), encode(last), b"y" * 100_000])
    assert Journal(path).append([event(5)]).events[0].time == last.time


def test_an_event_that_lacks_its_line_end_gets_it(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(line(1) + b"\n" + line(2))
    assert Journal(path).append([event(3)]).set_aside is None
    assert lines_of(path) == [line(1), line(2), line(3)]


@pytest.mark.parametrize("torn", [line(2)[:-9], b"\0" * 100_000, b'{"' + b"x" * (5 << 20)])
def test_a_torn_last_line_is_kept_aside(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "journal"
    path.write_bytes(line(1) + b"\n" + torn)
    aside = Journal(path).append([event(3)]).set_aside
    assert lines_of(path) == [line(1), line(3)]
    assert aside is not None
    assert aside.name.startswith("journal.torn-")
    assert aside.read_bytes() == torn
    assert sorted(found.name for found in tmp_path.iterdir()) == sorted(
        ["journal", "journal.lock", aside.name]
    )


def test_a_journal_that_is_torn_from_its_first_byte_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(b'{"spec')
    assert Journal(path).append([event(1)]).set_aside is not None
    assert lines_of(path) == [line(1)]


@contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """Stand in for a full disk."""
    before, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, hard))


def test_a_batch_that_the_disk_has_no_room_for_leaves_nothing_behind(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.append([event(1)])
    before = journal.path.read_bytes()
    batch = [event(number) for number in range(2, 50)]
    with (
        files_end_at(len(before) + 1000),
        pytest.raises(JournalError, match="cannot be written"),
    ):
        journal.append(batch)
    assert journal.path.read_bytes() == before
    journal.append(batch)
    assert len(numbers_and_ids(read_all(journal.path)[0])) == 49


def test_a_journal_stays_mended_when_the_disk_has_no_room(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(line(1) + b"\n" + line(2)[:-9])
    with files_end_at(path.stat().st_size + 100), pytest.raises(JournalError):
        Journal(path).append([event(number) for number in range(2, 9)])
    assert path.read_bytes() == line(1) + b"\n"
    (aside,) = tmp_path.glob("journal.torn-*")
    assert aside.read_bytes() == line(2)[:-9]


def test_a_batch_with_one_impossible_event_is_refused_whole(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.append([event(1)])
    before = journal.path.read_bytes()
    impossible = [event(2), event(2), event(2), event(2)]
    impossible[0].time = impossible[0].time.replace(tzinfo=None)
    impossible[1].data.message = "\ud800"
    impossible[2].specversion = "2.0"
    impossible[3].data.message = "x" * (4 << 20)
    for bad in impossible:
        with pytest.raises(JournalError, match="cannot be recorded"):
            journal.append([event(3), bad])
    assert journal.path.read_bytes() == before


def test_nothing_to_append_makes_no_file(tmp_path: Path) -> None:
    assert Journal(tmp_path / "journal").append([]).events == []
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_appended_to_is_one_line(tmp_path: Path) -> None:
    packed = tmp_path / "packed"
    packed.write_bytes(gzip.compress(line(1) + b"\n"))
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (packed, pipe, tmp_path, tmp_path / "missing" / "journal"):
        with pytest.raises(JournalError) as caught:
            Journal(path).append([event(1)])
        assert str(caught.value).isprintable()
    assert gzip.decompress(packed.read_bytes()) == line(1) + b"\n"


def test_a_journal_is_for_its_owner_and_its_group_as_far_as_the_umask_goes(tmp_path: Path) -> None:
    before = os.umask(0o002)
    try:
        Journal(tmp_path / "shared").append([event(1)])
        os.umask(0o077)
        Journal(tmp_path / "own").append([event(1)])
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"shared": 0o660, "shared.lock": 0o660, "own": 0o600, "own.lock": 0o600}


def test_two_names_of_one_journal_share_its_locks(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "journal")
    with (
        Journal(tmp_path / "journal").recording(),
        pytest.raises(JournalError),
        Journal(tmp_path / "link").recording(),
    ):
        pass


def test_a_lock_that_is_held_too_long_is_an_error(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "{journal}")
    journal.append([event(1)])
    with journal.path.with_name("{journal}.lock").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(JournalError, match=r"\{journal\} was kept locked for 0 s"):
            journal.append([event(2)], patience=0)
    journal.append([event(2)], patience=0)
    assert lines_of(journal.path) == [line(1), line(2)]


def test_processes_that_append_at_the_same_time_lose_and_mix_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    makers, batches, size = ["oneview/a", "operator/b"], 40, 3
    start = PROCESSES.Barrier(len(makers))
    workers = [
        PROCESSES.Process(target=append_batches, args=(path, maker, batches, size, start))
        for maker in makers
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(PATIENCE)
    assert [worker.exitcode for worker in workers] == [0, 0]
    found, faults = read_all(path)
    assert faults.total == 0
    events = [event for batch in found for event in batch.events]
    for maker in makers:
        ids = [event.id for event in events if event.source == maker]
        assert ids == [f"event-{number}" for number in range(batches * size)]
    for place in range(0, len(events), size):
        assert len({event.source for event in events[place : place + size]}) == 1


def test_one_alone_records_and_a_dead_recorder_stands_in_nobodys_way(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    held, release = PROCESSES.Event(), PROCESSES.Event()
    recorder = PROCESSES.Process(target=hold_recording, args=(journal.path, held, release))
    recorder.start()
    assert held.wait(PATIENCE)
    with (
        pytest.raises(JournalError, match=f"process {recorder.pid} on {os.uname().nodename}"),
        journal.recording(),
    ):
        pass
    journal.append([event(1)])
    recorder.kill()
    recorder.join(PATIENCE)
    with journal.recording():
        pass
    recorder.close()
