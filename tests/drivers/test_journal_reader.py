from __future__ import annotations

import gzip
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import zstandard
from journal_lines import NIGHT, event, line, numbers_and_ids, read_all, write_lines

from drivers.journal import (
    Batch,
    Faults,
    JournalError,
    LineFault,
    encode,
    read_batches,
    read_events,
)
from drivers.journal.decoding import MAXIMUM_LINE, Latest, LineDecoder

GOOD = [line(number) for number in range(1, 4)]
PLAIN = b"".join(good + b"\n" for good in GOOD)


def with_member(member: bytes) -> bytes:
    return b'{"id":"a","source":"oneview/c","type":"t",' + member + b"}"


def with_time(time: str) -> bytes:
    return with_member(f'"time":"{time}"'.encode())


@pytest.mark.parametrize(
    ("bad", "kind", "said"),
    [
        (b'{"id":"\xff"}', "not-utf-8", "byte 0xff at column 8"),
        (line(7)[:-1] + b',"unread":"\xff"}', "not-utf-8", "UTF-8"),
        (b"\xff\xfe{\x00}\x00", "not-utf-8", "UTF-16"),
        (b"hello", "not-json", "one JSON object"),
        (line(7)[:-9], "not-json", "truncated"),
        (b"[" * 200_000, "too-deep", "nested"),
        (b'["id"]', "not-an-object", "CloudEvents object"),
        (b"{}", "missing-member", '"id", "source", "type", "time"'),
        (b'{"id":"a","source":"s","type":"t"}', "missing-member", '"time" is missing'),
        (with_time("2026-11-22T02:14:07"), "naive-time", '"2026-11-22T02:14:07Z"'),
        (with_time("yesterday"), "bad-time", "2026-11-22T02:14:07.120Z"),
        (with_time("2026-06-30T23:59:60Z"), "bad-time", "RFC 3339"),
        (with_member(b'"time":1700000000'), "bad-time", "RFC 3339"),
        (with_time("9999-12-31T23:59:59-10:00"), "year", "9999"),
        (with_time("0001-01-01T00:00:00+10:00"), "year", "1970"),
        (with_time("1969-12-31T23:59:59Z"), "year", "1969"),
        (with_time("2200-01-01T00:00:00Z"), "year", "2200"),
        (with_time("2026-11-22T03:00:00Z"), "ahead", "five minutes ahead"),
        (line(7).replace(b'"1.0"', b'"2.0"'), "specversion", '"2.0" is unknown'),
        (line(7)[:-1] + b',"data":null}', "wrong-member", "$.data"),
        (line(7).replace(b'"id":"event-7"', b'"id":7'), "wrong-member", "$.id"),
        (line(7).replace(b'"count":7', b'"count":1e999'), "wrong-member", "2^53"),
        (
            with_member(
                b'"time":"2026-11-22T02:14:07Z","data":{"observed_at":"2026-11-22T02:14:07"}'
            ),
            "naive-time",
            "data.observed_at",
        ),
        (b"\0\0\0\0", "nul", "power cut"),
        (line(7).replace(b"event-7", b"event\0"), "nul", "NUL"),
        (b'{"id":"' + b"x" * MAXIMUM_LINE + b'"}', "too-long", "4 MiB"),
    ],
)
def test_a_bad_line_is_named_and_passed_over(
    tmp_path: Path, bad: bytes, kind: str, said: str
) -> None:
    path = write_lines(tmp_path / "log", [GOOD[0], bad, GOOD[1]])
    batches, faults = read_all(path, NIGHT + timedelta(minutes=1))
    assert numbers_and_ids(batches) == [(1, "event-1"), (3, "event-2")]
    (fault,) = faults.first
    assert (fault.file, fault.line, fault.kind) == (str(path), 2, kind)
    assert said in fault.message
    assert str(fault).isprintable()
    assert str(fault).startswith(f"{path}:2: ")
    assert faults.rejected == 1


def test_five_minutes_ahead_is_the_last_time_that_is_taken(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "log", [line(1, seconds=300), line(2, seconds=300.001)])
    batches, faults = read_all(path, NIGHT)
    assert numbers_and_ids(batches) == [(1, "event-1")]
    assert faults.counts == {"ahead": 1}


def test_now_can_be_a_clock_that_goes_on(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "log", [line(1)])
    taken = list(read_events(path, faults=Faults(), latest=lambda: NIGHT))
    assert [event.id for event, _ in taken] == ["event-1"]


def test_without_a_now_nothing_is_ahead(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "log", [line(1, seconds=10**9)])
    assert len(list(read_events(path, faults=Faults()))) == 1


def test_times_come_in_utc_whatever_their_offset(tmp_path: Path) -> None:
    written = [
        with_time("2026-11-22T03:44:07+01:30"),
        with_member(
            b'"time":"2026-11-22T02:14:07Z","data":{"observed_at":"2026-11-21T16:14:07-10:00"}'
        ),
    ]
    for text in written:
        ((event, raw),) = read_events(write_lines(tmp_path / "log", [text]), faults=Faults())
        for time in (event.time, event.data.observed_at or event.time):
            assert time.isoformat() == "2026-11-22T02:14:07+00:00"
            assert time.tzinfo is UTC
        assert raw == text


@pytest.mark.parametrize("chunk", [1, 7, 90, 4096])
def test_where_a_read_ends_makes_no_difference(
    tmp_path: Path, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drivers.journal.streams.CHUNK", chunk)
    unread = [
        line(8)[:-1] + b',"unread":"' + byte + b'","more":"' + b"x" * 100 + b'"}'
        for byte in (b"\xff", b"\0")
    ]
    lines = [line(9), unread[0], line(1), unread[1], line(10)]
    path = tmp_path / "log"
    path.write_bytes(b"\r\n".join(lines) + b"\r\n")
    batches, faults = read_all(path)
    assert [raw for batch in batches for raw in batch.lines] == lines[::2]
    assert [(fault.line, fault.kind) for fault in faults.first] == [
        (2, "not-utf-8"),
        (3, "out-of-order"),
        (4, "nul"),
    ]


def test_windows_line_ends_a_byte_order_mark_and_empty_lines_are_no_faults(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD[0] + b"\r\n\r\n  \n\n" + GOOD[1] + b"\r\n")
    batches, faults = read_all(path)
    assert numbers_and_ids(batches) == [(1, "event-1"), (5, "event-2")]
    assert faults.total == 0


def test_a_line_is_given_without_the_end_that_windows_gives_it(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(GOOD[0] + b"\r\n")
    assert [raw for _, raw in read_events(path, faults=Faults())] == GOOD[:1]


def test_a_torn_last_line_is_told_from_a_bad_one(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(PLAIN + line(4)[:-20])
    batches, faults = read_all(path)
    assert len(numbers_and_ids(batches)) == 3
    assert [(fault.line, fault.kind) for fault in faults.first] == [(4, "torn")]
    assert "normal after a crash" in faults.first[0].message


def test_a_last_line_that_lacks_nothing_but_its_end_is_read(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(PLAIN + line(4))
    batches, faults = read_all(path)
    assert numbers_and_ids(batches)[-1] == (4, "event-4")
    assert faults.total == 0


@pytest.mark.parametrize(("tail", "kind"), [(b'{"id":5}', "missing-member"), (b"junk", "not-json")])
def test_a_bad_last_line_that_is_whole_is_not_called_torn(
    tmp_path: Path, tail: bytes, kind: str
) -> None:
    path = tmp_path / "log"
    path.write_bytes(PLAIN + tail)
    _, faults = read_all(path)
    assert [fault.kind for fault in faults.first] == [kind]


def test_a_time_that_goes_back_is_counted_and_the_event_delivered(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "log", [line(1), line(5), line(3), line(4), line(6)])
    batches, faults = read_all(path)
    assert [number for number, _ in numbers_and_ids(batches)] == [1, 2, 3, 4, 5]
    assert [(fault.line, fault.kind) for fault in faults.first] == [
        (3, "out-of-order"),
        (4, "out-of-order"),
    ]
    assert faults.rejected == 0


ZSTD = zstandard.ZstdCompressor()
SKIPPABLE = b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc"


@pytest.mark.parametrize(
    "packed",
    [
        PLAIN,
        gzip.compress(PLAIN),
        gzip.compress(PLAIN[:100]) + gzip.compress(PLAIN[100:]) + b"\0" * 512,
        ZSTD.compress(PLAIN),
        ZSTD.compress(PLAIN[:100]) + SKIPPABLE + ZSTD.compress(PLAIN[100:]),
        SKIPPABLE + ZSTD.compress(PLAIN),
    ],
    ids=["plain", "gzip", "gzip-members", "zstd", "zstd-frames", "zstd-skippable"],
)
def test_how_a_log_is_packed_is_told_by_its_bytes(tmp_path: Path, packed: bytes) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(packed)
    batches, faults = read_all(path)
    assert [raw for batch in batches for raw in batch.lines] == GOOD
    assert faults.total == 0


MANY = [line(number) for number in range(2000)]


@pytest.mark.parametrize("pack", [gzip.compress, ZSTD.compress], ids=["gzip", "zstd"])
def test_a_packed_log_that_ends_too_early_gives_what_it_has_and_says_so(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    whole = pack(b"".join(good + b"\n" for good in MANY))
    path = tmp_path / "log"
    path.write_bytes(whole[: len(whole) - 20])
    batches, faults = read_all(path)
    found = [raw for batch in batches for raw in batch.lines]
    assert found == MANY[: len(found)]
    assert faults.counts["truncated"] == 1
    assert faults.first[-1].line == 0


@pytest.mark.parametrize("pack", [gzip.compress, ZSTD.compress], ids=["gzip", "zstd"])
def test_damage_behind_a_packed_log_costs_nothing_before_it(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "log"
    path.write_bytes(pack(PLAIN) + b"not packed at all")
    batches, faults = read_all(path)
    assert [raw for batch in batches for raw in batch.lines] == GOOD
    assert faults.counts == {"damaged": 1}


def test_an_empty_log_has_no_events_and_no_faults(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.touch()
    batches, faults = read_all(path)
    assert (batches, faults.total) == ([], 0)


@pytest.mark.parametrize("name", ["missing", ".", "nul\0byte", "x" * 5000])
def test_a_log_that_cannot_be_opened_is_one_line_at_once(tmp_path: Path, name: str) -> None:
    with pytest.raises(JournalError) as caught:
        read_events(f"{tmp_path}/{name}", faults=Faults())
    assert str(caught.value).isprintable()


def test_a_name_can_move_no_cursor(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "log\x1b[2J\n", [b"bad"])
    _, faults = read_all(path)
    assert str(faults.first[0]).isprintable()


def test_standard_input_is_a_log() -> None:
    program = (
        "from drivers.journal import *\n"
        "faults = Faults()\n"
        "print([event.id for event, _ in read_events('-', faults=faults)], faults.first[0])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program],
        input=gzip.compress(PLAIN + b"bad\n"),
        capture_output=True,
        check=True,
    )
    assert answer.stdout.startswith(b"['event-1', 'event-2', 'event-3'] standard input:4: ")


def test_what_comes_through_a_pipe_is_delivered_as_it_comes() -> None:
    reading, writing = os.pipe()
    try:
        events = read_events(f"/dev/fd/{reading}", faults=Faults())
        for number in (1, 2):
            os.write(writing, line(number) + b"\n")
            assert next(events)[0].id == f"event-{number}"
        os.close(writing)
        assert list(events) == []
    finally:
        os.close(reading)


def test_a_line_without_an_end_takes_no_more_memory_than_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with path.open("wb") as file:
        file.truncate(64 << 20)
    with path.open("ab") as file:
        file.write(b"\n" + GOOD[0] + b"\n")
    tracemalloc.start()
    batches, faults = read_all(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert numbers_and_ids(batches) == [(2, "event-1")]
    assert [(fault.line, fault.kind) for fault in faults.first] == [(1, "too-long")]
    assert peak < 16 << 20


def test_a_long_line_may_not_hide_in_what_unpacks_to_much(tmp_path: Path) -> None:
    path = tmp_path / "log"
    long = b"x" * (MAXIMUM_LINE + 1)
    path.write_bytes(ZSTD.compress(GOOD[0] + b"\n" + long + b"\n" + GOOD[1] + b"\n"))
    batches, faults = read_all(path)
    assert numbers_and_ids(batches) == [(1, "event-1"), (3, "event-2")]
    assert faults.counts == {"too-long": 1}


def test_no_more_faults_are_kept_than_asked_for_and_all_are_counted() -> None:
    told: list[int] = []
    faults = Faults(keep=2, listener=lambda fault: told.append(fault.line))
    for number in range(5):
        faults.report(LineFault("log", number, "not-json", "bad"))
    assert [fault.line for fault in faults.first] == [0, 1]
    assert (faults.counts, told) == ({"not-json": 5}, [0, 1, 2, 3, 4])


def test_events_are_what_their_lines_say(tmp_path: Path) -> None:
    zone = timezone(timedelta(hours=2))
    wanted = event(1)
    wanted.data.observed_at = datetime(2026, 11, 22, 4, 13, 58, tzinfo=zone)
    path = write_lines(tmp_path / "log", [encode(wanted)])
    ((found, _),) = read_events(path, faults=Faults())
    assert found == wanted


def test_empty_lines_are_counted_in_blocks_and_whoever_waits_is_told_of_them(
    tmp_path: Path,
) -> None:
    log = tmp_path / "log.jsonl.gz"
    blank = b"\n" * 1_000_000
    log.write_bytes(gzip.compress(blank + GOOD[0] + b"\n" + blank + b" \n" * 70_000 + GOOD[1]))
    told: list[int] = []
    looked_at: list[int] = []
    faults = Faults()

    class Counting(LineDecoder):
        def decode(
            self, lines: list[bytes], latest: Latest = None, *, clean: bool = False
        ) -> Batch:
            looked_at.append(len(lines))
            return super().decode(lines, latest, clean=clean)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("drivers.journal.reader.LineDecoder", Counting)
        batches = list(read_batches(log, faults=faults, reading=told.append))
    assert [number for batch in batches for number in batch.numbers] == [1_000_001, 2_070_002]
    assert sum(told) == 2_070_001
    assert len(told) > 30
    assert sum(looked_at) < 300_000
    assert faults.total == 0
