"""The screen's part of the benchmark: all figures and their targets."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
from fleet import Fleet
from races import ROOT
from screen_bytes import BURST, written
from screen_large import large
from screen_start import first_paint
from stalled_screen import LAST, Delays, stalled
from targets import Target
from workload import write_journal

_LOG = ROOT / "samples" / "logs" / "U6-standby-fails.jsonl"
_UNTIL_THE_FAILURE = 120
"""Lines of that log, at the end of which a finding forbids something."""
_STALL = 10.0
"""Seconds."""


def screen_targets(
    folder: Path, figures: dict[str, Any], *, rounds: int, pairs: int, events: int
) -> Iterator[Target]:
    """Measure on a pty of 80x24 and 16 colours."""
    night = folder / "screen.jsonl"
    with _LOG.open("rb") as lines:
        night.write_bytes(b"".join(islice(lines, _UNTIL_THE_FAILURE)))
    figures["screen"] = {}
    yield from _start(night, figures["screen"], rounds)
    yield from _bytes(night, figures["screen"])
    yield from _stalled(night, folder, figures["screen"])
    yield from _large(folder, figures["screen"], pairs, events)
    night.unlink()


def _start(log: Path, figures: dict[str, Any], rounds: int) -> Iterator[Target]:
    paint = figures["start"] = first_paint(log, rounds)
    print(
        f"\nThe screen: {paint.minimal:.0f} ms to the first picture of a minimal app, "
        f"{paint.board:.0f} to the board, {paint.finding:.0f} to the worst finding"
    )
    yield Target(
        "first picture against a minimal app of the same widgets", paint.board_clock, 1.25,
        at_least=False,
        note=f"of CPU {paint.board_cpu:.2f}; to the worst finding {paint.finding_clock:.2f}, "
        f"of CPU {paint.finding_cpu:.2f}",
    )  # fmt: skip


def _bytes(log: Path, figures: dict[str, Any]) -> Iterator[Target]:
    journal = log.with_name("screen-journal.jsonl")
    journal.write_bytes(log.read_bytes())
    sizes = figures["bytes"] = written(log, journal)
    journal.unlink()
    for name, value, most in (
        ("bytes of the first picture, until a second of silence", sizes.first, 8192),
        ("bytes for one changed cell", sizes.cell, 120),
        ("bytes in three seconds in which nothing changes", sizes.idle, 0),
        ("bytes a second for the clock", sizes.clock, 60),
        (f"bytes for a burst of {BURST:,} events", sizes.burst, 60_000),
    ):
        yield Target(name, value, most, at_least=False)


def _stalled(log: Path, folder: Path, figures: dict[str, Any]) -> Iterator[Target]:
    journal, result = folder / "stalled.jsonl", folder / "stalled.json"
    journal.write_bytes(log.read_bytes())
    with stalled(journal, result, _STALL) as terminal:
        terminal.shows(LAST)
    delays = msgspec.json.decode(result.read_bytes(), type=dict[str, Delays])
    figures["stall"] = delays
    before, during, after = delays["before"], delays["during"], delays["after"]
    print(
        f"A terminal that takes nothing for {_STALL:.0f} s: median milliseconds before and during "
        f"it until an event is on disk {median(before.recording):.1f} and "
        f"{median(during.recording):.1f}, until it is judged {median(before.evaluation):.1f} and "
        f"{median(during.evaluation):.1f}; {during.pictures} pictures were handed to it meanwhile"
    )
    yield Target(
        "ms that the screen's loop is late at worst, during and after a stall",
        max(during.loop + after.loop), 100, at_least=False,
        note=f"before it {max(before.loop):.1f}",
    )  # fmt: skip
    # The disk's moods, and the fifth of a second between two looks at the journal.
    for name, now, then, most in (
        ("recording", during.recording, before.recording, 10),
        ("evaluation", during.evaluation, before.evaluation, 50),
    ):
        yield Target(
            f"ms by which {name} takes longer during a stall (medians)",
            median(now) - median(then), most, at_least=False,
            note=f"at worst {max(now):.0f} ms, before it {max(then):.0f}",
        )  # fmt: skip


def _large(folder: Path, figures: dict[str, Any], pairs: int, events: int) -> Iterator[Target]:
    log = folder / "screen-large.jsonl"
    write_journal(log, Fleet(pairs).lines(events))
    found = figures["large"] = large(log)
    log.unlink()
    print(
        f"{pairs:,} pairs and {events:,} events at once: the board after {found.board:.2f} s, a "
        f"finding after {found.finding:.2f}, all judged after {found.judged:.0f}; "
        f"{found.resident:.0f} MB; the timeline opens in {1000 * found.timeline:.0f} ms; a step "
        f"forward {found.forward:.0f} ms, back {found.back:.0f}, the first {found.first_back:.0f}"
    )
    name = f"{pairs:,} pairs, {events:,} events"
    yield Target(f"{name}: a step back against one forward", found.back_to_forward, 1.5,
                 at_least=False)  # fmt: skip
    yield Target(f"{name}: ms until a key is answered at worst", found.slowest_key, 100,
                 at_least=False, note=f"at most {found.key_bytes:,} bytes")  # fmt: skip
    yield Target(f"{name}: MB", found.resident, 500, at_least=False)
