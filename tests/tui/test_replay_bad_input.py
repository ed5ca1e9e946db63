from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ship import Ship

EVIL = "\x1b]0;x\x07\x9b2J\r\n\u202e<b>`|\u2028\x00\ufeff高"
FORMS = ["text", "json", "markdown"]


@pytest.mark.parametrize("form", FORMS)
def test_text_from_outside_acts_on_no_terminal(form: str, ship: Ship) -> None:
    log = ship.log(
        ship.facts("01:00:00", EVIL[:-3], water__level=5, subject=f"boiler/{EVIL[:-3]}"),
        ship.event("01:00:01", facts={"leak.id": EVIL, EVIL: 1}),
        ship.event(
            "01:00:02", "finding.acknowledged", source=f"operator/{EVIL}", rule="leak", note=EVIL
        ),
        ship.event(
            "01:00:03", "finding.closed", source=f"operator/{EVIL}", rule="leak", reason=EVIL
        ),
        ship.event("01:00:04", f"new.{EVIL}", id=EVIL),
        ship.event("01:00:05", "rules.loaded", source=f"watch/{EVIL}", hash=EVIL),
        ship.event("01:00:06", "source.lost", source="watch/x", data={"source": EVIL}),
        name="log\x1b[1m.jsonl",
    )
    ended = ship.replay(log.name, "--format", form)
    assert all(line.isprintable() for line in ended.out.split("\n"))
    assert ended.code == 1
    assert ended.err == ""
    if form == "json":
        closed = next(one for one in ended.objects if one["kind"] == "closed")
        assert closed["note"]["text"].startswith("\x1b]0;x\x07")


def test_lines_that_cannot_be_read_are_counted_and_named(ship: Ship) -> None:
    log = ship.log(
        ship.facts("01:00:00", water__level=80),
        b"not json",
        b'{"id": 1}',
        b"\xff\xfe",
        b'{"specversion":"1.0","id":"x","source":"gauge/1","type":"t","time":"2026-03-01"}',
        ship.facts("01:00:01", water__level=5),
        b'{"torn',
    )
    ended = ship.replay(log.name)
    assert "✖ critical RAISED" in ended.out
    assert "refused       5 lines could not be read\n" in ended.out
    assert "log.jsonl:2: not JSON" in ended.out
    assert ended.code == 1
    summary = ship.replay(log.name, "--format", "json").objects[-1]
    assert summary["refused_lines"] == 5
    assert summary["first_faults"][0].startswith("log.jsonl:2: not JSON")


def test_words_that_cannot_be_right_are_counted_and_named(ship: Ship) -> None:
    log = ship.log(
        ship.facts("01:00:00", water__level="full", no__such=1),
        ship.event("01:00:01", subject="kettle/1", facts={}),
        ship.event("01:00:01", id="e2", subject="kettle/1", facts={}),
        ship.event("01:00:01", id="e2", subject="kettle/2", facts={}),
        ship.facts("00:59:00", water__level=80),
        ship.event("01:00:02", "tea.made"),
    )
    out = ship.replay(log.name).out
    assert "refused       1 unknown facts: no.such\n" in out
    assert "1 events about no subject: kettle/1\n" in out
    assert "1 unknown types of event: watchkeeper.tea.made\n" in out
    assert "duplicates    1 event dropped\n" in out
    assert "conflicts     1 event dropped that came under an id used before\n" in out
    assert "out of order  1 event, taken at the time of the one before\n" in out
    summary = ship.replay(log.name, "--format", "json").objects[-1]
    assert summary["refused_words"]["unknown facts"] == {"count": 1, "examples": ["no.such"]}
    assert (summary["conflicting_duplicates"], summary["out_of_order"]) == (1, 1)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\x00" * 5000, id="nul"),
        pytest.param(b"\x1f\x8b\x08 no gzip", id="gzip"),
        pytest.param(b"{}\n", id="no event"),
        pytest.param(b"[" * 9999, id="deep"),
    ],
)
def test_a_log_of_which_nothing_can_be_read_is_no_calm_night(content: bytes, ship: Ship) -> None:
    (ship.folder / "log").write_bytes(content)
    ended = ship.replay("log")
    assert ended.code == 2
    assert ended.err.startswith("watchkeeper replay: no line could be read: log")
    assert len(ended.err.splitlines()) == 1
    assert "finding" not in ended.out


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_log_is_no_calm_night(form: str, ship: Ship) -> None:
    ship.log()
    ended = ship.replay("log.jsonl", "--format", form)
    assert ended.err == "watchkeeper replay: log.jsonl: no event in it; it is empty\n"
    assert ended.code == 2
    assert "finding" not in ended.out


def test_lines_that_could_not_be_read_stand_beside_the_situation(ship: Ship) -> None:
    log = ship.log(ship.facts("01:00:00", water__level=80), b"not json")
    situation = ship.replay(log.name).out.partition("SITUATION")[2].partition("SUMMARY")[0]
    assert "\n  1 line of the log could not be read, see the summary\n" in situation


def test_a_pipe_to_which_nobody_writes_is_told_to_be_waited_for(
    ship: Ship, dry_boiler: Path
) -> None:
    os.mkfifo(ship.folder / "pipe")
    words = ["replay", "--headless", "--rules", str(ship.rules), str(ship.folder / "pipe")]
    with subprocess.Popen(
        [sys.executable, "-m", "tui.command_line", *words],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as replay:
        assert replay.stderr is not None
        assert "is a pipe: waiting until somebody writes to it" in replay.stderr.readline()
        (ship.folder / "pipe").write_bytes(dry_boiler.read_bytes())
        out, err = replay.communicate()
    assert (replay.returncode, err) == (0, "")
    assert "raised        1 critical, 1 warning" in out


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="there is no such file here")
def test_a_file_that_opens_and_cannot_be_read_is_one_line(ship: Ship) -> None:
    ended = ship.replay("/proc/self/mem")
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "/proc/self/mem cannot be read: Input/output error" in ended.err


def test_a_packed_log_that_ends_early_says_so(ship: Ship, dry_boiler: Path) -> None:
    packed = gzip.compress(dry_boiler.read_bytes(), mtime=0)
    (ship.folder / "log.gz").write_bytes(packed[:-9])
    ended = ship.replay("log.gz")
    assert "log.gz: the gzip data ends too early" in ended.out
    assert ended.code in {0, 1}


def test_a_text_of_a_megabyte_is_refused_and_not_printed(ship: Ship) -> None:
    long = "x" * (1 << 20)
    log = ship.log(
        ship.facts("01:00:00", long, leak__id=long), ship.facts("01:00:01", leak__id="y" * 5000)
    )
    ended = ship.replay(log.name)
    assert len(ended.out) < 20_000


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.binary(max_size=300), st.sampled_from(FORMS))
def test_any_bytes_as_a_log_end_without_a_traceback(ship: Ship, content: bytes, form: str) -> None:
    good = json.dumps(ship.facts("01:00:00", water__level=5)).encode()
    (ship.folder / "log").write_bytes(content + b"\n" + good)
    ended = ship.replay("log", "--format", form)
    assert ended.code in {1, 2}
    assert all(line.isprintable() for line in ended.out.split("\n"))
