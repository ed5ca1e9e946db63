"""Each scenario, from the simulated appliances through driver, recorder and rules: exactly the
findings that were written down, in their order; and the journal replays to the same bytes."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from live_findings import EXPECTED, played
from recorded_watch import RecordedWatch, replayed

from drivers.simulator import scenario

FINDINGS: dict[str, list[str]] = tomllib.loads(EXPECTED.read_text("utf-8"))


@pytest.mark.parametrize("name", scenario.names())
async def test_a_scenario_raises_exactly_its_findings_live_and_replayed(
    name: str, tmp_path: Path
) -> None:
    journal = tmp_path / "watch.jsonl"
    watch = await played(name, journal)
    truth = watch.simulated.truth()
    said = watch.live.poller.remembered.said
    wrong = [
        f"{subject} {fact}: said {said.get(subject, {}).get(fact)!r}, and true is {true!r}"
        for subject, facts in truth.items()
        for fact, true in facts.items()
        if (heard := said.get(subject, {}).get(fact)) != true and not may_be_old(watch, fact, heard)
    ]
    assert wrong == []
    assert watch.judge.raised == FINDINGS[name]
    await watch.stop()
    told, _ = replayed(journal)
    assert told == watch.judge.told
    assert watch.said == []


def may_be_old(watch: RecordedWatch, fact: str, heard: object) -> bool:
    """Whether the fact cannot be known, or only as it was when it could last be read."""
    if fact == "cluster.management" and heard is None:
        return True
    site = watch.simulated.site
    blind = site.silence or site.api_minimum > 4600 or site.sessions.password != "simulated-harbour"
    if blind:
        return True
    if fact.partition(".")[0] in ("artifacts", "replication", "backup", "volumes"):
        pairs = site.pairs.values()
        return any(pair.silence or pair.busy or not pair.accepts_token for pair in pairs)
    return False


def test_every_scenario_has_its_findings_written_down() -> None:
    assert sorted(FINDINGS) == scenario.names()
