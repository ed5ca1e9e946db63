from __future__ import annotations

import heapq
from itertools import accumulate
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from journal_lines import line, write_lines

from drivers.journal import Faults, JournalError, merge_journals


def merged(paths: list[Path], faults: Faults | None = None) -> list[str]:
    batches = merge_journals(paths, faults=Faults() if faults is None else faults)
    return [f"{Path(batch.file).name}:{number}" for batch in batches for number in batch.numbers]


def test_events_come_by_time_then_file_then_line(tmp_path: Path) -> None:
    first = write_lines(tmp_path / "a", [line(1, seconds=t) for t in (1, 3, 3, 5)])
    second = write_lines(tmp_path / "b", [line(2, seconds=t) for t in (0, 3, 4, 9)])
    by_time = ["b:1", "a:1", "a:2", "a:3", "b:2", "b:3", "a:4", "b:4"]
    assert merged([first, second]) == by_time
    by_time[2:5] = ["b:2", "a:2", "a:3"]
    assert merged([second, first]) == by_time


def test_an_event_out_of_order_keeps_its_place_in_its_file(tmp_path: Path) -> None:
    first = write_lines(tmp_path / "a", [line(1, seconds=t) for t in (1, 7, 2, 8)])
    second = write_lines(tmp_path / "b", [line(2, seconds=t) for t in (3, 7, 9)])
    faults = Faults()
    assert merged([first, second], faults) == ["a:1", "b:1", "a:2", "a:3", "b:2", "a:4", "b:3"]
    assert [(Path(fault.file).name, fault.line) for fault in faults.first] == [("a", 3)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    logs=some.lists(some.lists(some.integers(0, 12), max_size=12), max_size=4),
    chunk=some.integers(100, 1000),
)
def test_logs_merge_as_if_no_time_ever_went_back_within_one(
    tmp_path: Path, logs: list[list[int]], chunk: int
) -> None:
    paths = [
        write_lines(tmp_path / str(file), [line(1, seconds=t) for t in times])
        for file, times in enumerate(logs)
    ]
    expected = heapq.merge(
        *(
            [(t, file, n) for n, t in enumerate(accumulate(times, max), 1)]
            for file, times in enumerate(logs)
        )
    )
    with patch("drivers.journal.streams.CHUNK", chunk):
        found = merged(paths)
    assert found == [f"{file}:{number}" for _, file, number in expected]


def test_one_missing_log_is_an_error_before_anything_is_read(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a", [line(1)])
    with pytest.raises(JournalError, match="does not exist"):
        merge_journals([path, tmp_path / "b"], faults=Faults())


def test_standard_input_can_be_read_only_once() -> None:
    with pytest.raises(JournalError, match="only once"):
        merge_journals(["-", "-"], faults=Faults())
