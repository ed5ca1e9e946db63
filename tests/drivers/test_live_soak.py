"""Faults at random, for a long time: nothing escapes, nothing is lost, and afterwards the facts are
the truth."""

from __future__ import annotations

import gc
import os
import random
import tracemalloc
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from recorded_watch import RecordedWatch, replayed
from simulated import Simulated

from drivers.live.pace import Intervals
from drivers.recorder.rotation import Limits
from drivers.simulator.commands import CommandError

SEEDS = [int(seed) for seed in os.environ.get("SOAK_SEEDS", "1 2").split()]
ROUNDS = int(os.environ.get("SOAK_ROUNDS", "12"))
QUICK = Intervals(usual=60.0, during_update=30.0, longest=120.0)


def mishap(site: Simulated, chance: random.Random) -> None:
    """One thing that goes wrong at random; one that cannot be now is let be."""
    share = chance.choice([0.05, 0.2, 0.6])
    fault = chance.choice(["reset", "unavailable", "too_many", "garbage", "half"])
    mishaps: list[tuple[str, dict[str, Any]]] = [
        ("network", {fault: share, "seed": chance.randrange(1000)}),
        ("network", {fault: share, "to": "image-streamer", "seed": chance.randrange(1000)}),
        ("network", {}),
        ("expire_sessions", {}),
        ("oneview_down", {"lasts": timedelta(minutes=chance.randrange(1, 20))}),
        ("composer_takeover", {}),
        ("start_update", {"fail_at": chance.choice(["active", "storage", "standby"])}),
        ("repair_clusters", {}),
        ("set_clocks", {"oneview": timedelta(seconds=chance.randrange(400))}),
        ("set_clocks", {}),
        ("api_versions", {"minimum": 120, "current": chance.choice([800, 1600, 5000])}),
    ]
    name, arguments = chance.choice(mishaps)
    given = {
        key: f"{int(value.total_seconds())}s" if isinstance(value, timedelta) else value
        for key, value in arguments.items()
    }
    try:
        site.do(name, **given)
    except CommandError:
        return


@pytest.mark.parametrize("seed", SEEDS)
async def test_faults_at_random_lose_nothing_and_afterwards_the_facts_are_true(
    seed: int, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    site = Simulated()
    journal = tmp_path / "watch.jsonl"
    watch = RecordedWatch(
        site, journal, intervals=QUICK, limits=Limits(1 << 30, timedelta(hours=3)), seed=seed
    )
    sizes = []
    tracemalloc.start()
    try:
        for _ in range(ROUNDS):
            mishap(site, chance)
            await watch.run(timedelta(minutes=chance.randrange(2, 40)))
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    for command in ("network", "oneview_up", "set_clocks", "api_versions"):
        site.do(command)
    await watch.run("3h")
    site.do("repair_clusters")
    await watch.run("3h")
    assert not watch.recorder.trouble
    said = watch.live.poller.remembered.said
    wrong = [
        f"{subject} {fact}: said {said.get(subject, {}).get(fact)!r}, and true is {true!r}"
        for subject, facts in site.truth().items()
        for fact, true in facts.items()
        if said.get(subject, {}).get(fact) != true
        and fact not in ("cluster.management", "composer.role_changed_at")
        and not fact.startswith("update.")
    ]
    assert wrong == []
    # After a while only what is recorded of the past may grow, and that is bounded.
    half = sizes[len(sizes) // 2]
    assert sizes[-1] < 2 * half + 4_000_000, sizes
    lost = [name for name, one in watch.judge.watch.words.sources.items() if one.lost]
    assert lost == []
    await watch.stop()
    told, _ = replayed(*sorted(tmp_path.glob("watch-*.jsonl")), journal)  # noqa: ASYNC240
    assert told == watch.judge.told
