"""Makes the pictures of README and tour from the real program: `python samples/tour.py`, with
`--check` to see whether they are current.

The screen is opened over a recorded log and led from place to place by its own keys.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from textual.pilot import Pilot

from drivers.journal import Faults
from rules.loader import load_rule_base
from tui.screen.app import WatchApp
from tui.screen.options import ScreenOptions
from tui.session.recorded_log import RecordedLog
from tui.session.replay import ReplaySession

ROOT: Final = Path(__file__).resolve().parent.parent
PICTURES: Final = ROOT / "samples" / "pictures"
TOUR: Final = ROOT / "samples" / "TOUR.md"
LOG: Final = "samples/logs/U4-storage-fails.jsonl"
PATIENCE: Final = 60.0
"""Seconds after which a place that does not come up is given up."""


class Step(NamedTuple):
    """A place of the tour."""

    picture: str
    """The name of its picture, without the ending."""
    keys: Sequence[str]
    """What leads there from the place before."""
    shows: Sequence[str]
    """What stands on the screen once it is there."""
    title: str
    said: str
    """What the reader is told about it."""


STEPS: Final = (
    Step(
        "board",
        ("T", *"02:31", "enter"),
        ("UPDATE FORBIDDEN", "guide, page 53", "step 1 done"),
        "The answer first",
        "A storage update has failed. Without a key pressed the board says what is worst, what "
        "must not be done, which step is open, and how every pair stands: both roles, both "
        "clusters, both versions. Each piece of advice carries where it is from. The bar at the "
        "foot is the recorded night, with a mark where each finding was raised or resolved.",
    ),
    Step(
        "finding",
        ("enter",),
        ("What it means", "What must not be done"),
        "A finding",
        "`Enter` opens it: what it means, what is forbidden and why, the steps with those that "
        "are done, the facts that it rests on beside what they are now, its source, and the rule "
        "itself. `c` confirms a step, `a` acknowledges, `m` writes a note: each is an event on "
        "the journal.",
    ),
    Step(
        "explain",
        ("e",),
        ("update-storage-failed",),
        "Why",
        "`e` explains: each condition with its value and the event that set it. For a rule that "
        "does not hold (`r` lists them all) it says why not, and the smallest change that would "
        "raise it.",
    ),
    Step(
        "what-if",
        (
            "escape",
            "escape",
            "w",
            "enter",
            "slash",
            *"cluster.storage",
            "enter",
            "enter",
            *(["backspace"] * 20),
            *"failed",
            "enter",
            "escape",
            "escape",
        ),
        ("WHAT IF", "cluster.storage = failed", "Would be raised"),
        "What if",
        "`w` supposes other facts on a copy: here that the storage fails altogether. What would "
        "be raised, resolved and forbidden is seen at once; nothing is recorded, and the top line "
        "says so as long as it lasts.",
    ),
    Step(
        "timeline",
        ("escape", "escape", "t"),
        ("Timeline",),
        "The timeline",
        "`t` is the timeline over the whole screen: what the appliances reported, what the "
        "operators did, and what became of the findings, in one stream. `/` filters it.",
    ),
    Step(
        "help",
        ("escape", "question_mark"),
        ("Here", "Everywhere"),
        "Help",
        "`?` shows the keys of the place you are in, and `:` finds every action, pair, finding "
        "and rule by name. No key changes anything on an appliance.",
    ),
)


class Guide:
    """Leads the screen from place to place."""

    def __init__(self, app: WatchApp, pilot: Pilot[Any]) -> None:
        self._app = app
        self._pilot = pilot

    def _text(self) -> str:
        picture = self._app.export_screenshot()
        shown = re.findall(r"<text[^>]*>([^<]*)</text>", picture)
        return "".join(shown).replace("&#160;", " ")

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for something; give up in the end, saying what the screen shows."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > deadline:
                raise TimeoutError(self._text())
            await self._pilot.pause(0.02)

    async def go(self, step: Step) -> str:
        """Go to a place, and return the picture of it."""
        for key in step.keys:
            await self._pilot.press(key)
            await self._pilot.pause()
        await self.until(lambda: all(text in self._text() for text in step.shows))
        title = f"watchkeeper replay {LOG}"
        before = ""
        # What the session still works out may come a moment later.
        while before != (before := self._app.export_screenshot(title=title)):
            await self._pilot.pause(0.5)
        return _named(before)


def _named(picture: str) -> str:
    """A picture whose inner names are always the same."""
    return re.sub(r"terminal-\d+", "terminal", picture)


async def pictures() -> dict[str, str]:
    """The picture of each place, by its file's name."""
    log = RecordedLog([str(ROOT / LOG)], faults=Faults())
    rule_base = load_rule_base(ROOT / "rules" / "image_streamer")
    day = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def make() -> ReplaySession:
        return ReplaySession(
            log, rule_base, clock=time.monotonic, wall=lambda: day, operator="mara"
        )

    app = WatchApp(make, ScreenOptions())
    drawn = {}
    async with app.run_test(size=(80, 24)) as pilot:
        guide = Guide(app, pilot)
        await guide.until(
            lambda: (
                app.snapshot is not None
                and app.snapshot.replay is not None
                and app.snapshot.replay.reading is None
            )
        )
        for step in STEPS:
            drawn[f"{step.picture}.svg"] = await guide.go(step)
    log.close()
    return drawn


def tour() -> str:
    """The tour's text."""
    parts = [
        "# A tour of the screen",
        f"The pictures are made from the real program by `python samples/tour.py`, over a recorded "
        f"log: `.venv/bin/watchkeeper replay {LOG}` shows the same. `make demo` shows it live, on "
        "simulated appliances.",
    ]
    for number, step in enumerate(STEPS, 1):
        parts += [
            f"## {number}. {step.title}",
            step.said,
            f"![{step.title}](pictures/{step.picture}.svg)",
        ]
    return "\n\n".join(parts) + "\n"


def main() -> int:
    """Write pictures and tour, or say which of them are not current."""
    made = {PICTURES / name: picture for name, picture in asyncio.run(pictures()).items()}
    made[TOUR] = tour()
    if "--check" not in sys.argv[1:]:
        PICTURES.mkdir(exist_ok=True)
        for path, text in made.items():
            path.write_text(text, encoding="utf-8")
        return 0
    stale = [
        path
        for path, text in made.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        sys.stderr.write(f"{path.name} is not current: run python samples/tour.py\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
