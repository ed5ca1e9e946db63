"""The tutorial is true: a reader who types what it says sees what it shows."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ship import Ship
from tutorial import TUTORIAL, walk

import rules.authoring
from drivers.journal import Faults
from rules.loader import load_rule_base
from tui.screen.app import WatchApp
from tui.screen.options import ScreenOptions
from tui.session.recorded_log import RecordedLog
from tui.session.replay import ReplaySession

TEXT = TUTORIAL.read_text("utf-8")


def test_every_command_prints_what_the_tutorial_shows(
    ship: Ship, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`python tests/tutorial.py` brings the outputs up to date."""
    monkeypatch.setenv("COLUMNS", "80")
    folder = tmp_path / "reader"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def run(words: list[str]) -> tuple[int, str]:
        ended = ship.run(*words)
        return ended.code, ended.out + ended.err

    walked = list(walk(TEXT, run))

    assert len(walked) > 20
    for one in walked:
        assert one.printed == one.shown, one.command
    assert (folder / "manual.html").is_file()


async def test_the_screen_shows_what_the_tutorial_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(Path(rules.authoring.__file__).parent / "skeleton", "orders")
    for _ in walk(TEXT, lambda _: (0, "")):
        pass
    shown = re.search(r"^```screen\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    assert shown is not None
    log = RecordedLog(["night.jsonl"], faults=Faults())

    def make() -> ReplaySession:
        wall = datetime(2026, 11, 23, tzinfo=UTC)
        rule_base = load_rule_base("orders")
        return ReplaySession(log, rule_base, clock=time.monotonic, wall=lambda: wall)

    app = WatchApp(make, ScreenOptions())

    def lines() -> list[str]:
        return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]

    async def until(holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not holds() and time.monotonic() < deadline:
            await pilot.pause(0.01)

    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: "event 8 of 8" in "\n".join(lines()))
        await pilot.press("0")
        await until(lambda: "before the first event" in "\n".join(lines()))
        await pilot.press("n")
        await until(lambda: "1 critical" in lines()[0] and "1 [ ]" in "\n".join(lines()))
        found = lines()
    log.close()
    assert "\n".join(found) == shown[1].rstrip("\n")
