"""Faults at random, for a long time: nothing escapes, nothing is lost, and afterwards the facts are
the truth.

`make soak` lets it run for longer, with more seeds, and over HTTPS.
"""

from __future__ import annotations

import gc
import os
import random
import tracemalloc
from collections import Counter
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from live_https import over_https
from live_watch import Way
from recorded_watch import RecordedWatch, replayed, untrue
from simulated import Simulated

from drivers.journal import Faults, read_events
from drivers.journal.parts import closed_parts
from drivers.live.pace import Intervals
from drivers.recorder.rotation import Limits
from drivers.simulator.commands import CommandError

SEEDS = [int(seed) for seed in os.environ.get("SOAK_SEEDS", "1").split()]
OVER_HTTPS = [int(seed) for seed in os.environ.get("SOAK_HTTPS_SEEDS", "").split()]
ROUNDS = int(os.environ.get("SOAK_ROUNDS", "12"))
QUICK = Intervals(usual=60.0, during_update=30.0, longest=120.0)
GROWTH = 500_000
"""Bytes that driver, recorder and rules may hold more at the end than half-way."""
OURS = ("*/drivers/live/*", "*/drivers/oneview/*", "*/drivers/recorder/*", "*/drivers/journal/*")
ON_THE_WAY = ("reset", "unavailable", "too_many", "garbage", "half")


def minutes(chance: random.Random, most: int) -> str:
    return f"{chance.randrange(1, most)}m"


def mishaps(chance: random.Random) -> list[tuple[str, dict[str, Any]]]:
    """What can go wrong next: on the way, at HPE OneView, at the Image Streamers."""
    share = chance.choice([0.05, 0.2, 0.6])
    seed, pair = chance.randrange(1000), chance.choice(["LE-rack-a", "LE-rack-b"])
    fault, to = chance.choice(ON_THE_WAY), chance.choice(["oneview", "image-streamer", "both"])
    role = chance.choice(["active", "standby", "both"])
    how, fails = (
        chance.choice(["refuses", "hangs"]),
        chance.choice(["active", "storage", "standby"]),
    )
    retry_after = chance.choice([1, 30, 600])
    return [
        ("network", {fault: share, "to": to, "seed": seed, "retry_after": retry_after}),
        ("network", dict.fromkeys(ON_THE_WAY, 0.08) | {"latency": 30.0, "seed": seed}),
        ("network", {"latency": chance.choice([0.5, 10.0, 60.0]), "to": to, "seed": seed}),
        ("change_certificate", {}),
        ("expire_sessions", {}),
        ("change_password", {"password": "changed-by-somebody"}),
        ("refuse_token", {"pair": pair}),
        (
            "oneview_down",
            {"lasts": minutes(chance, 20), "how": how},
        ),
        ("composer_takeover", {"how": how}),
        ("silence_cluster", {"pair": pair, "how": "hangs", "lasts": minutes(chance, 15)}),
        ("set_clocks", {"oneview": f"{chance.randrange(400)}s", "image_streamer": "3m"}),
        ("api_versions", {"minimum": 120, "current": chance.choice([800, 1600, 5000])}),
        ("api_versions", {"minimum": 8000, "current": 9000}),
        ("deployment_server", {"how": chance.choice(["absent", "not-supported"])}),
        (
            "start_update",
            {"pair": pair, "fail_at": fails},
        ),
        ("start_update", {"pair": pair}),
        ("fail_appliance", {"pair": pair, "role": role}),
        ("storage_node_down", {"pair": pair, "lasts": minutes(chance, 40)}),
        ("change_primary", {"to": pair}),
        ("make_backup", {"downloaded": True}),
        ("change_artifact", {}),
        ("pull_cable", {}),
        ("crash", {}),
    ]


def put_right(watch: RecordedWatch) -> None:
    """All that is wrong on the way and at HPE OneView, and all appliances."""
    site = watch.simulated
    for command in ("network", "oneview_up", "set_clocks", "api_versions", "deployment_server"):
        site.do(command)
    site.do("change_password", password="simulated-harbour")
    site.do("plug_cable")
    for pair in ("LE-rack-a", "LE-rack-b"):
        for command in ("answer_again", "return_appliance", "storage_node_back"):
            try_to(site, command, {"pair": pair} | ROLE.get(command, {}))
        site.do("refuse_token", pair=pair, accepts=True)


ROLE = {"return_appliance": {"role": "both"}}


def try_to(site: Simulated, command: str, arguments: dict[str, Any]) -> bool:
    """Do what can be done now; what cannot is let be."""
    try:
        site.do(command, **arguments)
    except CommandError:
        return False
    return True


async def trust(watch: RecordedWatch) -> None:
    """People let the watch trust the certificate that is shown now, and start it again."""
    await watch.stop()
    watch.live.way.trust_what_is_shown()
    watch.start()


@pytest.mark.parametrize(
    ("seed", "https"), [(seed, False) for seed in SEEDS] + [(seed, True) for seed in OVER_HTTPS]
)
async def test_faults_at_random_lose_nothing_and_afterwards_the_facts_are_true(
    seed: int, https: bool, tmp_path: Path
) -> None:
    site = Simulated()
    async with AsyncExitStack() as stack:
        way = await stack.enter_async_context(over_https(site)) if https else None
        await soak(site, way, seed, tmp_path / "watch.jsonl")


async def soak(site: Simulated, way: Way | None, seed: int, journal: Path) -> None:
    """Let things go wrong, put them right, and look at what is left."""
    chance = random.Random(seed)
    limits = Limits(1 << 30, timedelta(hours=3))
    watch = RecordedWatch(site, journal, intervals=QUICK, limits=limits, seed=seed, way=way)
    done: Counter[str] = Counter()
    held = [0]
    tracemalloc.start()
    try:
        for number in range(ROUNDS):
            name, arguments = chance.choice(mishaps(chance))
            if name == "crash":
                watch.crash()
                watch.start()
            elif not try_to(site, name, arguments):
                continue
            done[name] += 1
            await watch.run(timedelta(minutes=chance.randrange(2, 40)))
            if chance.random() < 0.3:
                put_right(watch)
                await trust(watch)
            if number in (ROUNDS // 2, ROUNDS - 1):
                held.append(memory())
    finally:
        tracemalloc.stop()
    put_right(watch)
    await trust(watch)
    await watch.run("2h")
    for pair in ("LE-rack-a", "LE-rack-b"):
        site.do("repair_clusters", pair=pair)
    await watch.run("2h")
    assert not watch.recorder.trouble
    assert untrue(watch) == [], done
    assert held[-1] < held[-2] + GROWTH, (held, done)
    lost = [name for name, one in watch.judge.watch.words.sources.items() if one.lost]
    assert lost == []
    await watch.stop()
    parts = [*closed_parts(journal), journal]
    told, _ = replayed(*parts)
    # A watch that was started again knows what was before from the checkpoint of its part alone.
    since = watch.judge.told
    assert since
    assert told[-len(since) :] == since
    faults = Faults()
    recorded = [event.id for part in parts for event, _ in read_events(part, faults=faults)]
    given = dict.fromkeys(recorded)
    assert [one for one in watch.given if one not in given] == []
    assert [one for one, times in Counter(recorded).items() if times > 1] == []
    assert faults.total == 0


def memory() -> int:
    """Bytes that driver and recorder hold, not what tests and simulated appliances do."""
    gc.collect()
    wanted = [tracemalloc.Filter(True, one) for one in OURS]
    taken = tracemalloc.take_snapshot().filter_traces(wanted)
    return sum(one.size for one in taken.statistics("filename"))
