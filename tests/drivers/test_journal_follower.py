from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
from journal_lines import event, line, numbers_and_ids, write_lines

from drivers.journal import Faults, Follower, Journal, JournalError
from drivers.journal.decoding import MAXIMUM_LINE

CHECKPOINT_4 = line(4).replace(b"watchkeeper.facts.changed", b"watchkeeper.checkpoint")


class Watcher:
    """A follower, and what it found since it was last asked."""

    def __init__(self, path: Path) -> None:
        self.faults = Faults()
        self.follower = Follower(path, faults=self.faults)

    def news(self) -> list[tuple[int, str]]:
        found = []
        while batch := self.follower.poll():
            found.append(batch)
        return numbers_and_ids(found)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def watcher(path: Path) -> Watcher:
    return Watcher(path)


def add(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def test_a_journal_that_is_not_there_yet_is_waited_for(path: Path, watcher: Watcher) -> None:
    assert watcher.news() == []
    Journal(path).append([event(1), event(2)])
    assert watcher.news() == [(1, "event-1"), (2, "event-2")]
    assert watcher.news() == []
    Journal(path).append([event(3)])
    assert watcher.news() == [(3, "event-3")]


def test_a_line_is_given_once_it_is_complete(path: Path, watcher: Watcher) -> None:
    add(path, line(1)[:30])
    assert watcher.news() == []
    add(path, line(1)[30:])
    assert watcher.news() == []
    add(path, b"\n" + line(2)[:1])
    assert watcher.news() == [(1, "event-1")]
    add(path, line(2)[1:] + b"\r\n")
    assert watcher.news() == [(2, "event-2")]
    assert watcher.faults.total == 0


def test_a_mended_torn_line_is_never_seen(path: Path, watcher: Watcher) -> None:
    add(path, line(1) + b"\n" + line(2)[:-5])
    assert watcher.news() == [(1, "event-1")]
    Journal(path).append([event(3)])
    assert watcher.news() == [(2, "event-3")]
    assert watcher.faults.total == 0


def test_bad_lines_are_named_and_passed_over(path: Path, watcher: Watcher) -> None:
    write_lines(path, [line(1), b"junk", line(2)])
    assert watcher.news() == [(1, "event-1"), (3, "event-2")]
    add(path, b"\xff\n")
    assert watcher.news() == []
    assert [(fault.line, fault.kind) for fault in watcher.faults.first] == [
        (2, "not-json"),
        (4, "not-utf-8"),
    ]


def test_a_rotated_journal_is_finished_before_the_next_begins(path: Path, watcher: Watcher) -> None:
    write_lines(path, [line(1)])
    assert watcher.news() == [(1, "event-1")]
    add(path, line(2) + b"\n")
    path.rename(path.with_name("journal.1"))
    assert watcher.news() == [(2, "event-2")]
    add(path.with_name("journal.1"), line(3) + b"\n")
    write_lines(path, [CHECKPOINT_4, line(5)])
    assert watcher.news() == [(3, "event-3"), (1, "event-4"), (2, "event-5")]
    assert watcher.faults.total == 0


@pytest.mark.parametrize("content", [[line(3)], [b"{", line(3)], []], ids=["log", "torn", "empty"])
def test_a_file_in_the_journals_place_that_does_not_go_on_from_it_is_reported_and_followed(
    path: Path, watcher: Watcher, content: list[bytes]
) -> None:
    write_lines(path, [line(1)])
    watcher.news()
    add(path, line(2) + b"\n")
    path.rename(path.with_name("journal.1"))
    write_lines(path, content)

    assert [name for _, name in watcher.news()] == ["event-2", *["event-3"] * bool(content)]
    add(path, line(4) + b"\n")
    assert [name for _, name in watcher.news()] == ["event-4"]
    assert watcher.faults.counts["replaced"] == 1
    assert "read from its beginning" in str(watcher.faults.first[-1])


def test_what_is_written_while_the_journal_is_rotated_is_not_lost(
    path: Path, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_lines(path, [line(1)])
    watcher.news()
    replaced = watcher.follower._replaced

    def rotated_just_now() -> bool:
        if not path.with_name("journal.1").exists():
            path.rename(path.with_name("journal.1"))
            add(path.with_name("journal.1"), line(2) + b"\n")
            write_lines(path, [line(3)])
        return replaced()

    monkeypatch.setattr(watcher.follower, "_replaced", rotated_just_now)
    assert watcher.news() == [(2, "event-2"), (1, "event-3")]


def test_a_torn_line_in_a_closed_part_is_named(path: Path, watcher: Watcher) -> None:
    add(path, line(1) + b"\n" + line(2)[:-5])
    assert watcher.news() == [(1, "event-1")]
    path.rename(path.with_name("journal.1"))
    write_lines(path, [CHECKPOINT_4])
    assert watcher.news() == [(1, "event-4")]
    assert [(fault.line, fault.kind) for fault in watcher.faults.first] == [(2, "torn")]


def test_a_part_that_was_closed_without_a_line_end_loses_nothing(
    path: Path, watcher: Watcher
) -> None:
    add(path, line(1))
    assert watcher.news() == []
    path.rename(path.with_name("journal.1"))
    write_lines(path, [line(2)])
    assert watcher.news() == [(1, "event-1"), (1, "event-2")]


def test_an_emptied_journal_is_read_anew(path: Path, watcher: Watcher) -> None:
    write_lines(path, [line(1), line(2)])
    watcher.news()
    write_lines(path, [line(3)])
    assert watcher.news() == [(1, "event-3")]
    assert watcher.faults.counts == {"cut": 1}
    assert watcher.faults.rejected == 0


def test_a_journal_written_anew_and_longer_is_noticed(path: Path, watcher: Watcher) -> None:
    write_lines(path, [line(1)])
    watcher.news()
    write_lines(path, [line(number) for number in range(2, 6)])
    assert [name for _, name in watcher.news()] == ["event-2", "event-3", "event-4", "event-5"]
    assert watcher.faults.counts == {"cut": 1}


def test_a_batch_that_was_taken_back_costs_no_more_than_itself(
    path: Path, watcher: Watcher
) -> None:
    write_lines(path, [line(1)])
    watcher.news()
    size = path.stat().st_size
    add(path, line(2) + b"\n")
    watcher.news()
    os.truncate(path, size)
    add(path, line(3) + b"\n" + line(4) + b"\n")
    assert watcher.news() == [(2, "event-3"), (3, "event-4")]
    assert f"goes on at byte {size}" in watcher.faults.first[0].message


def test_a_removed_journal_is_followed_when_it_comes_again(path: Path, watcher: Watcher) -> None:
    write_lines(path, [line(1)])
    watcher.news()
    path.unlink()
    assert watcher.news() == []
    write_lines(path, [line(2)])
    assert watcher.news() == [(1, "event-2")]


def test_a_line_that_is_too_long_is_passed_over_before_it_ends(
    path: Path, watcher: Watcher
) -> None:
    add(path, b"x" * (MAXIMUM_LINE * 2 + 5))
    assert watcher.news() == []
    assert watcher.faults.counts == {"too-long": 1}
    add(path, b"xxx\n" + line(1) + b"\n")
    assert watcher.news() == [(2, "event-1")]
    assert watcher.faults.counts == {"too-long": 1}


def test_a_long_journal_comes_in_parts(path: Path, watcher: Watcher) -> None:
    write_lines(path, [line(number) for number in range(5000)])
    first = watcher.follower.poll()
    assert 0 < len(first) < 5000
    assert len(first) + len(watcher.news()) == 5000


def test_what_cannot_be_followed_is_one_line(tmp_path: Path, path: Path, watcher: Watcher) -> None:
    path.write_bytes(gzip.compress(line(1)))
    os.mkfifo(tmp_path / "pipe")
    for bad in (watcher, Watcher(tmp_path), Watcher(tmp_path / "pipe")):
        with pytest.raises(JournalError) as caught:
            bad.news()
        assert str(caught.value).isprintable()
