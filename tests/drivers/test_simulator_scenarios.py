"""The shipped scenarios: there is one for each failure case, and each can be played to its end."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from simulated import Simulated

from drivers.oneview.bodies import Reading
from drivers.oneview.memory import Remembered
from drivers.oneview.observe import Deployment, observe
from drivers.oneview.recognise import read_document
from drivers.simulator import scenario
from drivers.simulator.scenario import ScenarioError

CASES = [
    *(f"U{number}" for number in range(10)),
    *(f"H{number}" for number in range(1, 15)),
    *(f"P{number}" for number in range(1, 8)),
    *(f"B{number}" for number in range(1, 10)),
    *(f"R{number}" for number in range(1, 10)),
    *("R11", "R11b", "R12", "R13", "W1", "W2", "W4", "W5", "W6", "W7"),
]
ONEVIEW = """
    deployment-servers deployment-servers/image-streamer-appliances enclosures logical-enclosures
    alerts tasks backups restores appliance/ha-nodes appliance/nodeinfo/version
    appliance/nodeinfo/status ethernet-networks id-pools/ipv4/ranges
"""
STREAMER = """
    tasks golden-images deployment-plans build-plans plan-scripts artifact-bundles
    artifact-bundles/backups os-volumes
"""
HARBOUR = Deployment.of("harbour", "oneview/composer-1")


def test_every_failure_case_has_a_scenario() -> None:
    told = {scenario.load(name).case for name in scenario.names()}
    assert [case for case in CASES if case not in told] == []


@pytest.mark.parametrize("name", scenario.names())
def test_a_scenario_begins_calmly_and_can_be_played_to_its_end(name: str) -> None:
    chosen = scenario.load(name)
    site = Simulated.of(chosen)
    last = max((step.at for step in chosen.steps), default=timedelta(0))
    site.wait(last + timedelta(hours=4))
    assert site.site.mishaps == []
    assert site.truth()
    assert all(step.at == timedelta(0) or step.at >= timedelta(minutes=5) for step in chosen.steps)


@pytest.mark.parametrize("name", scenario.names())
def test_what_a_driver_concludes_is_the_truth_or_is_not_known(name: str) -> None:
    chosen = scenario.load(name)
    site = Simulated.of(chosen)
    last = max((step.at for step in chosen.steps), default=timedelta(0))
    remembered, wrong = Remembered(), []
    end = site.clock.now() + last + timedelta(hours=2)
    pause = "1m"
    while site.clock.now() < end:
        site.wait(pause)
        pause = "13m"
        if site.site.silence or site.site.api_minimum > 1600:
            continue
        if site.site.sessions.password != "simulated-harbour":
            continue
        _, remembered = observe(read(site), remembered, deployment=HARBOUR, time=site.site.now)
        for subject, facts in site.truth().items():
            wrong += [
                f"{site.site.now:%H:%M} {subject} {fact}: {said!r}, and true is {true!r}"
                for fact, true in facts.items()
                if (said := remembered.fact(subject, fact)) != true
                and not may_be_unknown(site, subject, fact, said)
            ]
    assert wrong == []


DOUBTED = {
    "pair.lost",
    "pair.members",
    "cluster.storage",
    "deployment.versions_match",
    "primary.candidates",
}
"""What is unknown for one reading after a member has vanished from its list."""


def may_be_unknown(site: Simulated, subject: str, fact: str, said: object) -> bool:
    """Whether a driver cannot know the fact, or only as it was when it could last be read."""
    vanished = any(facts.get("pair.members") in (0, 1) for facts in site.truth().values())
    if vanished and fact in DOUBTED:
        # Meanwhile an alert that a storage node is missing says the least that is so.
        return said is None or (fact, said) == ("cluster.storage", "degraded")
    if fact == "cluster.management":
        return said is None
    family = fact.partition(".")[0]
    if family in ("artifacts", "replication", "backup", "volumes"):
        return any(not can_be_read(site, name) for name in site.site.pairs)
    return False


def can_be_read(site: Simulated, name: str) -> bool:
    pair = site.site.pairs[name]
    return not pair.silence and not pair.busy and pair.accepts_token and site.site.trusted


def read(site: Simulated) -> Reading:
    """Everything that can be read now."""
    bodies, whole = [], set()
    for path in ONEVIEW.split():
        answer = site.get(f"/rest/{path}")
        if answer.status == 200:
            document = read_document(answer.body)
            bodies += document.bodies
            whole |= document.whole
    by_path = dict.fromkeys(STREAMER.split(), True)
    for name in site.site.pairs:
        for path in STREAMER.split():
            if not can_be_read(site, name):
                by_path[path] = False
                continue
            body = site.get(f"/rest/{path}", pair=name).body
            kept = {"read_at": "2026-11-22T00:00:00Z", "uri": f"/rest/{path}", "pair": name}
            document = read_document({**kept, "body": body})
            bodies += document.bodies
            whole |= document.whole
    for path, complete in by_path.items():
        if not complete and path != "tasks":
            whole -= read_document({"uri": f"/rest/{path}", "members": [], "count": 0}).whole
    return Reading(tuple(bodies), frozenset(whole))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("title = ", "Invalid"),
        ("", "it has no title"),
        ("titel = 'x'", "'title' is the nearest"),
        ("title = 'x'\npairs = 'two'", "pairs must be of the type int"),
        ("title = 'x'\n[[do]]\nat = '5m'", "step 1: it names no command"),
        ("title = 'x'\n[[do]]\ncommand = 'clear_primary'", "at must be a duration"),
        ("title = 'x'\n[[do]]\nat = '5m'\ncommand = 'explode'", "step 1: there is no command"),
    ],
)
def test_a_scenario_that_cannot_be_read_says_where_and_why(text: str, complaint: str) -> None:
    with pytest.raises(ScenarioError, match=complaint):
        scenario.read(text, "mine")


def test_a_scenario_of_ones_own_is_read_from_its_file(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('title = "Mine"\n[[do]]\nat = "1m"\ncommand = "clear_primary"\n')
    site = Simulated.of(scenario.load(str(mine)))
    site.wait("2m")
    assert site.site.primary == ""
    with pytest.raises(ScenarioError, match="cannot be read"):
        scenario.load(str(tmp_path / "none.toml"))
    with pytest.raises(ScenarioError, match="U6-standby-fails is the nearest"):
        scenario.load("U6-standby")
