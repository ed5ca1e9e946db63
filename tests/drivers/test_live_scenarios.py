"""Each scenario, from the simulated appliances through driver, recorder and rules: exactly the
findings that were written down by hand, in their order; and the journal replays to the same bytes.

Some are read over HTTPS, by `make soak` all of them are; the others without a network.
"""

from __future__ import annotations

import os
from contextlib import AsyncExitStack
from difflib import unified_diff
from pathlib import Path

import pytest
from live_https import over_https
from live_stories import Story, changes_of, play, stories
from recorded_watch import replayed, untrue
from simulated import Simulated

from drivers.simulator import scenario

STORIES = stories()
OVER_HTTPS = [
    "R11b-update-from-group-fails",
    "W1-session-expired",
    "W4-oneview-lost",
    "W5-cluster-address-silent",
    "certificate-changes",
    "network-trouble",
]
"""Every way in which the network itself can fail, and one in which it does not."""
WITHIN = sorted(set(STORIES) - set(OVER_HTTPS))
if os.environ.get("WATCHKEEPER_SOAK"):
    OVER_HTTPS = WITHIN = sorted(STORIES)


@pytest.mark.parametrize("name", WITHIN)
async def test_a_scenario_raises_exactly_its_findings_live_and_replayed(
    name: str, tmp_path: Path
) -> None:
    await check(STORIES[name], tmp_path / "watch.jsonl", https=False)


@pytest.mark.parametrize("name", OVER_HTTPS)
async def test_a_scenario_that_is_read_over_https_raises_the_same(
    name: str, tmp_path: Path
) -> None:
    await check(STORIES[name], tmp_path / "watch.jsonl", https=True)


async def check(story: Story, journal: Path, *, https: bool) -> None:
    """Play a story, and hold it against what was written down and what is true."""
    simulated = Simulated.of(scenario.load(story.name))
    start = simulated.clock.now()
    async with AsyncExitStack() as stack:
        way = await stack.enter_async_context(over_https(simulated)) if https else None
        watch = await play(story, journal, way, simulated)
        assert simulated.site.mishaps == []
        assert untrue(watch) == []
        changes = changes_of(watch, start)
        differs = list(unified_diff(story.as_expected(), story.as_found(changes), lineterm=""))
        assert not differs, "\n".join([story.name, *differs])
        assert story.loud(changes) == []
        open_now = [one for one in watch.judge.watch.findings() if one.open]
        assert sorted(f"{one.rule.id} {one.subject}" for one in open_now) == sorted(story.left_open)
        blind = {f"{spot.rule} {spot.subject}" for spot in watch.judge.watch.blind_spots()}
        assert set(story.blind) <= blind
        await watch.stop()
    told, _ = replayed(journal)
    assert told == watch.judge.told
    assert watch.said == []


def test_every_scenario_has_its_story_written_down() -> None:
    assert sorted(STORIES) == scenario.names()
