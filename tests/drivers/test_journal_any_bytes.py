from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from journal_lines import line, numbers_and_ids, read_all

from drivers.journal import Faults, Follower

PACKERS: list[Callable[[bytes], bytes]] = [bytes, gzip.compress, zstandard.compress]
one_path = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@some.composite
def mutated(draw: some.DrawFn) -> bytes:
    """Return an event's line with a few bytes changed, lost or put in."""
    text = bytearray(line(draw(some.integers(0, 9))))
    for _ in range(draw(some.integers(1, 3))):
        place = draw(some.integers(0, len(text) - 1))
        text[place : place + draw(some.integers(0, 3))] = draw(some.binary(max_size=3))
    return bytes(text)


foreign = some.one_of(
    some.binary(max_size=80),
    mutated(),
    some.sampled_from(
        [b"", b"null", b"[]", b'{"time":1}', b"\xef\xbb\xbf", b"\x1f\x8b", b"[" * 5000]
    ),
).map(lambda text: text.replace(b"\n", b" "))
contents = some.lists(some.one_of(some.integers(0, 10**6), foreign), max_size=12)


@one_path
@given(
    content=contents,
    ending=some.sampled_from([b"\n", b"\r\n"]),
    ended=some.booleans(),
    chunk=some.integers(1, 400),
    pack=some.sampled_from(PACKERS),
)
def test_every_good_line_is_found_and_every_other_is_named(
    tmp_path: Path,
    content: list[int | bytes],
    ending: bytes,
    ended: bool,
    chunk: int,
    pack: Callable[[bytes], bytes],
) -> None:
    # A first line that is good keeps plain junk from looking packed.
    lines = [line(0)] + [line(item) if isinstance(item, int) else item for item in content]
    good = {1: "event-0"} | {
        number: f"event-{item}" for number, item in enumerate(content, 2) if isinstance(item, int)
    }
    blank = {
        number
        for number, text in enumerate(lines, 1)
        if not text.removeprefix(b"\xef\xbb\xbf").strip()
    }
    path = tmp_path / "log"
    path.write_bytes(pack(ending.join(lines) + (ending if ended else b"")))
    with patch("drivers.journal.streams.CHUNK", chunk):
        batches, faults = read_all(path)
    found = dict(numbers_and_ids(batches))
    assert good.items() <= found.items()
    for batch in batches:
        assert batch.lines == [lines[number - 1] for number in batch.numbers]
    assert sum(len(batch) for batch in batches) == len(found)
    named = {fault.line for fault in faults.first if fault.kind != "out-of-order"}
    assert not named & found.keys()
    assert named | found.keys() == set(range(1, len(lines) + 1)) - blank
    assert all(str(fault).isprintable() for fault in faults.first)


@one_path
@given(
    beginning=some.sampled_from([b"", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\x50\x2a\x4d\x18"]),
    rest=some.binary(max_size=500),
)
def test_no_bytes_raise(tmp_path: Path, beginning: bytes, rest: bytes) -> None:
    path = tmp_path / "log"
    path.write_bytes(beginning + rest)
    read_all(path)


@one_path
@given(data=some.data(), pack=some.sampled_from(PACKERS[1:]))
def test_no_damage_to_a_packed_log_raises_or_goes_unnoticed(
    tmp_path: Path, data: some.DataObject, pack: Callable[[bytes], bytes]
) -> None:
    packed = bytearray(pack(b"".join(line(number) + b"\n" for number in range(20))))
    stop = data.draw(some.integers(5, len(packed) - 1))
    path = tmp_path / "log"
    path.write_bytes(packed[:stop])
    batches, faults = read_all(path)
    assert faults.counts["truncated"] == 1
    for batch in batches:
        for event, raw in batch:
            assert raw == line(int(event.id.removeprefix("event-")))


@one_path
@given(
    content=contents,
    cuts=some.lists(some.integers(0, 4000), max_size=6).map(sorted),
)
def test_a_follower_gives_what_a_reader_gives_however_the_bytes_arrive(
    tmp_path: Path, content: list[int | bytes], cuts: list[int]
) -> None:
    lines = [line(0)] + [line(item) if isinstance(item, int) else item for item in content]
    whole = b"".join(text + b"\n" for text in lines)
    path = tmp_path / "log"
    path.unlink(missing_ok=True)
    faults = Faults()
    found = []
    with Follower(path, faults=faults) as follower, path.open("wb", buffering=0) as file:
        start = 0
        for stop in [*cuts, len(whole)]:
            file.write(whole[start:stop])
            start = max(start, stop)
            while batch := follower.poll():
                found.append(batch)
    batches, expected = read_all(path)
    assert numbers_and_ids(found) == numbers_and_ids(batches)
    assert faults.counts == expected.counts
