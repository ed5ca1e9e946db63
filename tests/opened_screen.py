"""The screen over a recorded log, driven without a terminal."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from drivers.journal import Faults
from rules.loader import load_rule_base
from rules.rule_base import RuleBase
from tui.screen.app import WatchApp
from tui.screen.options import ScreenOptions
from tui.session.recorded_log import RecordedLog
from tui.session.replay import ReplaySession

LOGS = Path("samples/logs")
UPDATE = LOGS / "U6-standby-fails.jsonl"


@cache
def shipped_rules() -> RuleBase:
    return load_rule_base("rules/image_streamer")


class Driver:
    """A pilot that waits for what it wants to see."""

    def __init__(self, app: WatchApp, pilot: Pilot[Any]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def text(self) -> str:
        screen = self.app.screen
        strips = screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips)

    async def until(self, holds: Callable[[], bool]) -> str:
        deadline = time.monotonic() + 60
        while not holds():
            assert time.monotonic() < deadline, self.text
            await self.pilot.pause(0.01)
        return self.text

    async def shows(self, *texts: str) -> str:
        return await self.until(lambda: all(text in self.text for text in texts))

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        await self.pilot.press(*("space" if one == " " else one for one in text))


Open = Callable[..., Any]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    logs: list[RecordedLog] = []

    @asynccontextmanager
    async def open_screen(
        *paths: Path,
        size: tuple[int, int] = (80, 24),
        keys: dict[str, list[str]] | None = None,
        ascii_only: bool = False,
        rules: RuleBase | None = None,
    ) -> AsyncIterator[Driver]:
        log = RecordedLog([str(path) for path in paths or (UPDATE,)], faults=Faults())
        logs.append(log)

        def make() -> ReplaySession:
            wall = datetime(2026, 11, 23, tzinfo=UTC)
            return ReplaySession(
                log,
                rules or shipped_rules(),
                clock=time.monotonic,
                wall=lambda: wall,
                operator="anna",
            )

        options = ScreenOptions(keys=keys or {}, export_to=str(tmp_path), ascii_only=ascii_only)
        app = WatchApp(make, options)
        async with app.run_test(size=size) as pilot:
            driver = Driver(app, pilot)
            await driver.until(
                lambda: (
                    app.snapshot is not None
                    and app.snapshot.replay is not None
                    and app.snapshot.replay.reading is None
                )
            )
            yield driver

    yield open_screen
    for log in logs:
        log.close()


async def at_the_failure(screen: Driver) -> None:
    await screen.press("0")
    await screen.shows("before the first event")
    await screen.press("n", "n", "n")
    await screen.shows("1 critical", "DO NOT")
