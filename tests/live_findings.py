"""Writes anew what each scenario raises when it is watched live: `drivers/live_findings.toml`.

To be run, and its difference to be read, when rules, driver or simulated appliances have changed.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

TESTS: Final = Path(__file__).resolve().parent
sys.path[:0] = [str(TESTS.parent), str(TESTS)]

from recorded_watch import RecordedWatch  # noqa: E402
from simulated import Simulated  # noqa: E402

from drivers.simulator import scenario  # noqa: E402

EXPECTED: Final = TESTS / "drivers" / "live_findings.toml"
AFTER_THE_LAST_STEP: Final = timedelta(minutes=90)
LONGER: Final = {
    "P6-replication-fails": timedelta(hours=6),
    "P6-replication-stale": timedelta(hours=5),
    "U7-management-stays-broken": timedelta(hours=3),
}
"""Scenarios that take their time."""
_HEAD: Final = """\
# What each scenario raises when it is watched live, in order: rule and subject. Written by
# tests/live_findings.py and read over; a difference is a change of what people are told.
"""


async def played(name: str, journal: Path) -> RecordedWatch:
    """A watch over a scenario that has come to its end."""
    chosen = scenario.load(name)
    watch = RecordedWatch(Simulated.of(chosen), journal)
    last = max((step.at for step in chosen.steps), default=timedelta(0))
    await watch.run(last + LONGER.get(name, AFTER_THE_LAST_STEP))
    return watch


async def _main() -> None:
    parts = [_HEAD]
    for name in scenario.names():
        with TemporaryDirectory() as folder:
            watch = await played(name, Path(folder) / "watch.jsonl")
            raised = "".join(f'    "{line}",\n' for line in watch.judge.raised)
            await watch.stop()
        parts.append(f"\n{name} = [\n{raised}]\n" if raised else f"\n{name} = []\n")
    EXPECTED.write_text("".join(parts), "utf-8")


if __name__ == "__main__":
    asyncio.run(_main())
