"""Pictures of the main places; `pytest --snapshot-update` makes them anew."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from drivers.journal import Faults
from rules.loader import load_rule_base
from tui.screen.app import WatchApp
from tui.screen.options import ScreenOptions
from tui.session.recorded_log import RecordedLog
from tui.session.replay import ReplaySession

# Rules that the test owns: the shipped ones may change without the picture being wrong.
RULES = """
[rule_base]
id = "pictures"
title = "Pictures"
[scope.deployment]
[scope.pair]
within = "deployment"
member_by = "pair.deployment"
[source.oneview]
heartbeat = "1m"
[[operation]]
name = "update"
title = "Start an update"
"""
FACT = '[[fact]]\nname = "{}"\ntype = "{}"\nscope = "pair"\nsource = "oneview"\n{}\n'
FACTS = [
    ("pair.deployment", "text", ""),
    ("pair.role", "enum", 'values = ["primary", "secondary"]'),
    ("pair.active_version", "version", ""),
    ("pair.standby_version", "version", ""),
    ("pair.versions_match", "bool", ""),
    ("cluster.management", "enum", 'values = ["healthy", "degraded", "failed"]'),
    ("cluster.storage", "enum", 'values = ["healthy", "degraded", "failed"]'),
]
BOARD = """
[board]
scope = "pair"
title = "Pairs"
badge = "pair.role"
first = "primary"
operation = "update"
[[board.line]]
label = "active"
text = "{pair.active_version}"
signs = [{ sign = "good", when = { pair.versions_match = true } }]
[[board.line]]
label = "standby"
text = "{pair.standby_version}"
signs = [{ sign = "good", when = { pair.versions_match = true } }]
[[board.line]]
label = "mgmt"
text = "{cluster.management}"
together = true
signs = [{ sign = "good", when = { cluster.management = "healthy" } }]
[[board.line]]
label = "storage"
text = "{cluster.storage}"
together = true
signs = [
    { sign = "good", when = { cluster.storage = "healthy" } },
    { sign = "critical", when = { cluster.storage = "failed" } },
]
"""
RULE = """
[[rule]]
id = "storage-update-failed"
title = "Storage update failed"
severity = "critical"
source = { document = "User Guide", section = "Update scenarios", page = 53, grade = "guide" }
when = { cluster.storage = "failed", pair.versions_match = false }
until = { pair.versions_match = true }
[rule.then]
impact = "The pair runs {pair.active_version} and {pair.standby_version}."
contact_support = true
forbid = [{ operation = "update" }]
[[rule.then.step]]
do = "Contact your support representative"
confirm = "support_contacted"
[[rule.then.step]]
do = "Wait for the cluster to form"
done_when = { cluster.storage = "healthy" }
"""


def line(number: int, minute: int, subject: str, facts: str, message: str) -> str:
    return (
        f'{{"specversion":"1.0","id":"e{number}","source":"oneview/composer-1",'
        f'"type":"watchkeeper.facts.changed","subject":"{subject}",'
        f'"time":"2026-11-22T02:{minute:02}:07Z",'
        f'"data":{{"facts":{{{facts}}},"message":"{message}"}}}}\n'
    )


SOUND = (
    '"pair.deployment":"harbour","pair.role":"{}","pair.active_version":"5.00.02",'
    '"pair.standby_version":"5.00.02","pair.versions_match":true,'
    '"cluster.management":"healthy","cluster.storage":"healthy"'
)
BROKEN = '"pair.active_version":"5.20.01","pair.versions_match":false,"cluster.storage":"failed"'
LOG = "".join(
    [
        line(1, 10, "pair/LE-rack-a", SOUND.format("primary"), "LE-rack-a is well"),
        line(2, 10, "pair/LE-rack-b", SOUND.format("secondary"), "LE-rack-b is well"),
        line(3, 12, "pair/LE-rack-b", '"pair.role":"secondary"', "Nothing new"),
        line(4, 14, "pair/LE-rack-a", BROKEN, "Update of LE-rack-a ended in Error"),
    ]
)


@pytest.fixture
def app_of(tmp_path: Path) -> Iterator[Any]:
    rules = tmp_path / "rules"
    rules.mkdir()
    facts = "".join(FACT.format(*fact) for fact in FACTS)
    (rules / "all.toml").write_text(RULES + facts + BOARD + RULE)
    path = tmp_path / "night.jsonl"
    path.write_text(LOG)
    log = RecordedLog([str(path)], faults=Faults())

    def make_app(options: ScreenOptions) -> WatchApp:
        def make() -> ReplaySession:
            rule_base = load_rule_base(rules)
            wall = datetime(2026, 11, 23, tzinfo=UTC)
            return ReplaySession(
                log, rule_base, clock=time.monotonic, wall=lambda: wall, operator="anna"
            )

        return WatchApp(make, options)

    yield make_app
    log.close()


async def read(pilot: Pilot[Any]) -> None:
    app = pilot.app
    assert isinstance(app, WatchApp)
    deadline = time.monotonic() + 30
    while app.snapshot is None or app.snapshot.replay is None or app.snapshot.replay.reading:
        assert time.monotonic() < deadline
        await pilot.pause(0.01)
    while app.snapshot.timeline_length < 5:
        await pilot.pause(0.01)
    await pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_the_board(snap_compare: Any, app_of: Any, size: tuple[int, int]) -> None:
    assert snap_compare(app_of(ScreenOptions()), terminal_size=size, run_before=read)


def test_the_board_in_ascii_without_colour(snap_compare: Any, app_of: Any) -> None:
    options = ScreenOptions(ascii_only=True, colour=False)

    assert snap_compare(app_of(options), terminal_size=(80, 24), run_before=read)


PLACES = {
    "a finding": ("enter", "What it means"),
    "an explanation": ("e", "Why storage-update-failed"),
    "what if": ("w", "WHAT IF"),
    "the timeline": ("t", "Update of LE-rack-a ended"),
    "what is forbidden": ("D", "What is forbidden"),
    "the rules": ("r", "storage-update-failed"),
    "help": ("question_mark", "Everywhere"),
}


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
@pytest.mark.parametrize("place", PLACES)
def test_a_place(snap_compare: Any, app_of: Any, place: str, size: tuple[int, int]) -> None:
    key, shows = PLACES[place]

    async def opened(pilot: Pilot[Any]) -> None:
        await read(pilot)
        await pilot.press(key)
        deadline = time.monotonic() + 30
        before = ""
        while True:
            strips = pilot.app.screen._compositor.render_strips()
            text = "\n".join(strip.text for strip in strips)
            if shows in text and text == before:
                return
            assert time.monotonic() < deadline, text
            before = text
            await pilot.pause(0.2)

    assert snap_compare(app_of(ScreenOptions()), terminal_size=size, run_before=opened)
