"""Every body that others recorded, read where it lies."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from oneview_bodies import NOT_THERE, RECORDED, fit

from drivers.oneview.files import read_files
from drivers.oneview.importing import ImportResult, Rejected, import_bodies
from drivers.oneview.memory import Remembered

pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason=NOT_THERE)

NOW = datetime(2026, 11, 22, 2, 14, tzinfo=UTC)
TOOLKIT = "HewlettPackard__oneview-redfish-toolkit"
CLI = "hjma29__proliant-cli"


def take(*names: str) -> ImportResult:
    unreadable: list[Rejected] = []
    files = list(read_files([RECORDED / name for name in names], unreadable))
    assert unreadable == []
    result = import_bodies(files, source="oneview/composer-1", deployment="site", time=NOW)
    fit(result.events)
    return result


def facts(result: ImportResult, subject: str) -> dict[str, object]:
    return result.remembered.said.get(subject, {})


def test_two_recorded_image_streamer_bays_are_two_appliances_whose_pairing_is_unknown() -> None:
    result = take(f"{TOOLKIT}/Enclosures.json", f"{TOOLKIT}/LogicalEnclosures.json")
    assert {event.subject for event in result.events} == {
        "appliance/IS341637YZ",
        "appliance/IS341647YZ",
    }
    for serial, frame in (("IS341637YZ", "0000A66102"), ("IS341647YZ", "0000A66103")):
        said = facts(result, f"appliance/{serial}")
        assert said["appliance.enclosure"] == frame
        assert said["appliance.bay"] == 2
        assert said["appliance.present"] is True
        assert said["appliance.powered"] is True
        assert said["appliance.module_status"] == "ok"
        assert said["link.management_port"] == "bay 1: I3s, Linked; bay 2: I3s, Linked"
        assert "appliance.pair" not in said
    assert result.recognised == {"enclosure": 2}
    # One frame holds a Composer alone, and the logical enclosure names no deployment cluster.
    assert result.silent == {"enclosure": 1, "logical-enclosure": 1}


def test_a_recorded_frame_of_composers_says_nothing_about_image_streamer() -> None:
    result = take(f"{TOOLKIT}/Enclosure.json")
    assert result.events == []
    assert result.silent == {"enclosure": 1}


def test_the_recorded_ha_nodes_show_the_composers_roles() -> None:
    said = facts(take(f"{CLI}/ha-nodes.json"), "deployment/site")
    assert said == {
        "composer.active_node": "Enclosure-01, appliance bay 2",
        "composer.cluster": "healthy",
        "composer.synchronized_percent": 100,
    }


def test_the_recorded_bus_message_is_recognised_as_none_of_ours() -> None:
    result = take(f"{TOOLKIT}/Alert.json")
    assert result.events == []
    assert result.silent == {"alert": 1}
    assert result.recognised == {}


def test_the_composers_own_recorded_update_is_no_update_of_a_pair() -> None:
    result = take(f"{CLI}/tasks_update_appliance.json", f"{CLI}/activity_task_and_alert.json")
    assert result.events == []
    assert result.silent == {"task": 2, "alert": 1}


def test_the_truncated_recorded_list_gives_one_appliance_and_claims_no_more() -> None:
    name = "HewlettPackard__image-streamer-tools/image-streamer-appliances_PARTIAL_api300.json"
    result = take(name)
    said = facts(result, "appliance/CN751704Z7")
    assert said["appliance.enclosure"] == "Frame3-CN754602DW"
    assert said["claim.state"] == "claimed"
    # Neither the pair nor the version is in what was transcribed, and the list is cut.
    assert said.keys().isdisjoint({"appliance.pair", "appliance.version", "appliance.active"})
    assert {event.subject for event in result.events} == {"appliance/CN751704Z7"}


def test_recorded_bodies_of_other_resources_are_counted_and_say_nothing() -> None:
    names = [
        "Rack.json",
        "ServerHardware.json",
        "ServerProfile.json",
        "ApplianceHealthStatus.json",
        "ApplianceState.json",
        "errors/EnclosuresNotFound.json",
    ]
    result = take(*(f"{TOOLKIT}/{name}" for name in names))
    assert result.events == []
    assert sum(result.silent.values()) == 8  # the health status is a list of three
    assert result.recognised == {}


def test_the_whole_recorded_folder_is_read_twice_alike_and_its_tables_are_named() -> None:
    first, second = take("."), take(".")
    assert first.events == second.events
    assert first.unreadable == []
    unreadable: list[Rejected] = []
    rows = RECORDED / "HewlettPackard__image-streamer-tools"
    table = rows / "artifact_bundle_rows_stale_backupservice.tsv"
    result = import_bodies(
        read_files([table], unreadable), source="oneview/c", deployment="site", time=NOW
    )
    assert unreadable == []
    assert len(result.unreadable) == 1
    assert "not JSON" in str(result.unreadable[0])


def test_an_import_of_recorded_bodies_remembers_nothing_that_it_was_not_given() -> None:
    remembered = Remembered()
    import_bodies(
        read_files([RECORDED], []),
        source="oneview/c",
        deployment="site",
        time=NOW,
        remembered=remembered,
    )
    assert remembered == Remembered()
