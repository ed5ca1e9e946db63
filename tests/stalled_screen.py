"""The real screen over a journal that grows, on a terminal that takes nothing for some seconds.

Run on a pty: `stalled_screen.py JOURNAL RESULT SECONDS`. The journal is written and followed as a
live watch does it, in threads of the screen's own process; what all of them had to wait for is
measured before, during and after the stall, and left in RESULT as JSON.
"""

from __future__ import annotations

import asyncio
import sys
import termios
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

import msgspec
from terminal import Terminal

from drivers.journal import Journal
from rules.engine import Watch
from rules.finding import Change
from rules.loader import load_rule_base
from rules.vocabulary import SOURCE_HEARD, Event, EventData
from tui.rule_choice import SHIPPED
from tui.screen.app import WatchApp
from tui.screen.driver import PatientDriver
from tui.screen.options import ScreenOptions
from tui.screen.start import TEXTUAL_SETTINGS
from tui.session.follow import FollowSession

Phase = Literal["before", "during", "after"]
BEFORE: Final = 1.0
AFTER: Final = 2.0
"""Seconds of each."""
LAST: Final = "the very last"
"""The message of the event that is written behind all others."""
_EVERY: Final = 0.05
"""Seconds between two events."""
_BLINK: Final = 0.01
"""Seconds for which the screen's loop wants to sleep."""


class Delays(msgspec.Struct):
    """How long everybody had to wait in a phase, in milliseconds."""

    loop: list[float] = []
    """The screen's loop, beyond the time that it wanted to sleep."""
    recording: list[float] = []
    """The recorder, until an event was on disk."""
    evaluation: list[float] = []
    """An event, from the disk until it was judged."""
    pictures: int = 0
    """How many pictures were handed to the terminal's writer."""


class Probe:
    """Where all delays are gathered."""

    def __init__(self, journal: Path) -> None:
        self.delays: dict[Phase, Delays] = {
            name: Delays() for name in ("before", "during", "after")
        }
        self.phase: Phase | None = None
        self.loaded = threading.Event()
        """The first event has been judged."""
        self._journal = Journal(journal)
        self._on_disk: dict[str, float] = {}
        self._number = 0

    def _now(self) -> Delays | None:
        return self.delays[self.phase] if self.phase else None

    def append(self, text: str = "") -> None:
        """Write one event as the recorder does."""
        self._number += 1
        event = Event(
            id=f"probe-{self._number}",
            source="watch/bridge",
            type=SOURCE_HEARD,
            time=datetime.now(UTC),
            data=EventData(source="oneview/composer-1", message=text or f"line {self._number}"),
        )
        began = time.perf_counter()
        self._journal.append([event])
        self._on_disk[event.id] = time.perf_counter()
        if (delays := self._now()) is not None:
            delays.recording.append((self._on_disk[event.id] - began) * 1000)

    def judged(self, _: Watch, event: Event, __: Sequence[Change]) -> None:
        """The session's thread has judged an event."""
        self.loaded.set()
        on_disk, delays = self._on_disk.get(event.id), self._now()
        if on_disk is not None and delays is not None:
            delays.evaluation.append((time.perf_counter() - on_disk) * 1000)

    async def watch_the_loop(self) -> None:
        """See how late the screen's loop is."""
        while True:
            began = time.perf_counter()
            await asyncio.sleep(_BLINK)
            if (delays := self._now()) is not None:
                delays.loop.append((time.perf_counter() - began - _BLINK) * 1000)

    def painted(self) -> None:
        """A picture was handed to the terminal's writer."""
        if (delays := self._now()) is not None:
            delays.pictures += 1


def stalled(journal: Path, result: Path, seconds: float) -> Terminal:
    """This program on a terminal."""
    return Terminal(
        [str(journal), str(result), str(seconds)],
        environment=TEXTUAL_SETTINGS,
        program=[str(Path(__file__))],
    )


def main() -> None:
    """Run the screen, stop the terminal, let it go on, and leave the result."""
    journal, result, seconds = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
    probe = Probe(journal)

    def make() -> FollowSession:
        return FollowSession(
            str(journal),
            load_rule_base(SHIPPED),
            clock=time.monotonic,
            wall=lambda: datetime.now(UTC),
            listener=probe.judged,
        )

    def story() -> None:
        ended = threading.Event()

        def record() -> None:
            while not ended.wait(_EVERY):
                probe.append()

        probe.loaded.wait()
        recorder = threading.Thread(target=record)
        recorder.start()
        probe.phase = "before"
        time.sleep(BEFORE)
        probe.phase = None
        termios.tcflow(1, termios.TCOOFF)
        probe.phase = "during"
        time.sleep(seconds)
        probe.phase = "after"
        termios.tcflow(1, termios.TCOON)
        time.sleep(AFTER)
        probe.phase = None
        ended.set()
        recorder.join()
        probe.append(LAST)
        part = result.with_suffix(".part")
        part.write_bytes(msgspec.json.encode(probe.delays))
        part.rename(result)

    class CountedDriver(PatientDriver):
        """The screen's driver, with a look at what goes through it."""

        def write(self, data: str) -> None:
            probe.painted()
            super().write(data)

    class Screen(WatchApp):
        """Begins the story as soon as the board stands there."""

        def first_picture_painted(self) -> None:
            super().first_picture_painted()
            threading.Thread(target=story, daemon=True).start()

    async def show() -> None:
        watcher = asyncio.create_task(probe.watch_the_loop())
        screen = Screen(make, ScreenOptions())
        screen.driver_class = CountedDriver
        await screen.run_async(mouse=False)
        watcher.cancel()

    asyncio.run(show())


if __name__ == "__main__":
    main()
