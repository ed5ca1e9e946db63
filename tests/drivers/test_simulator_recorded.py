"""Bodies of the simulated appliances beside recorded ones: the same members, of the same types."""

from __future__ import annotations

import json
from typing import Any

import pytest
from oneview_bodies import NOT_THERE, RECORDED
from simulated import Simulated

pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason=NOT_THERE)

TOOLKIT = "HewlettPackard__oneview-redfish-toolkit"
COMPOSER = "hjma29__proliant-cli"


def recorded(folder: str, name: str) -> Any:
    return json.loads((RECORDED / folder / name).read_text(encoding="utf-8"))


def shape(body: dict[str, Any]) -> dict[str, type]:
    return {name: type(value) for name, value in body.items() if value not in (None, "")}


def differences(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """Members of ours that theirs has with another type."""
    known = shape(theirs)
    return [name for name, kind in shape(ours).items() if known.get(name, kind) is not kind]


def frame(site: Simulated) -> dict[str, Any]:
    return site.members("/rest/enclosures")[1]


def test_appliance_bays_have_the_members_of_recorded_ones() -> None:
    ours = frame(Simulated())
    theirs = next(
        item
        for item in recorded(TOOLKIT, "Enclosures.json")
        if any(bay["model"] == "Synergy Image Streamer" for bay in item["applianceBays"])
    )
    assert set(ours) - set(theirs) == set()
    assert differences(ours, theirs) == []
    our_bay, their_bay = ours["applianceBays"][1], theirs["applianceBays"][1]
    assert (set(our_bay), differences(our_bay, their_bay)) == (set(their_bay), [])
    assert (our_bay["model"], our_bay["partNumber"]) == (
        their_bay["model"],
        their_bay["partNumber"],
    )
    ports = theirs["managerBays"][0]
    assert set(ours["managerBays"][0]) - set(ports) == set()


def test_logical_enclosures_have_the_members_of_recorded_ones() -> None:
    (ours, *_), theirs = (
        Simulated().members("/rest/logical-enclosures"),
        recorded(TOOLKIT, "LogicalEnclosure.json"),
    )
    assert set(ours) - set(theirs) == set()
    assert differences(ours, theirs) == []
    assert set(ours["deploymentManagerSettings"]) == set(theirs["deploymentManagerSettings"])


def test_alerts_have_the_members_of_a_recorded_one() -> None:
    site = Simulated()
    site.do("module_fault")
    (ours,) = site.members("/rest/alerts")
    theirs = recorded(TOOLKIT, "Alert.json")["resource"]
    assert set(ours) == set(theirs)
    assert differences(ours, theirs) == []
    assert set(ours["associatedResource"]) == set(theirs["associatedResource"])


def test_composers_and_node_information_have_the_members_of_recorded_ones() -> None:
    site = Simulated()
    ours = site.members("/rest/appliance/ha-nodes")[0]
    theirs = recorded(COMPOSER, "ha-nodes.json")["members"][0]
    assert set(theirs) - set(ours) == set()
    assert differences(ours, theirs) == []
    for path, name in (("version", "nodeinfo-version.json"), ("status", "nodeinfo-status.json")):
        answer = site.get(f"/rest/appliance/nodeinfo/{path}").body
        assert set(recorded(COMPOSER, name)) - set(answer) == set()
        assert differences(answer, recorded(COMPOSER, name)) == []


def test_an_image_streamers_lists_have_the_members_that_were_recorded_for_them() -> None:
    site = Simulated()
    amvm = recorded("HewlettPackard__image-streamer-tools", "i3s_amvm.json")
    assert set(site.get("/rest/appliance/i3s/amvm", pair="LE-rack-a").body) == set(amvm)
    listed = site.members("/rest/deployment-servers/image-streamer-appliances")[0]
    known = recorded(
        "HewlettPackard__image-streamer-tools", "image-streamer-appliances_PARTIAL_api300.json"
    )["members"][0]
    assert differences(listed, known) == []
