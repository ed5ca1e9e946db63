"""Backups, artifacts, restores, claims and what happens to modules. All bodies synthetic."""

from __future__ import annotations

from datetime import timedelta

import pytest
from oneview_bodies import (
    SITE,
    SITE_SUBJECT,
    START,
    A,
    B,
    C,
    Json,
    Site,
    alert,
    appliance,
    at,
    enclosure,
    fit,
    server,
    task,
)

from drivers.oneview.bodies import Body, Kind, Reading
from drivers.oneview.observe import observe
from drivers.oneview.recognise import recognise
from rules.vocabulary import Event

LISTS = (Kind.GOLDEN_IMAGE, Kind.DEPLOYMENT_PLAN, Kind.BUILD_PLAN, Kind.PLAN_SCRIPT)


def artifact(kind: str, name: str, **changes: object) -> Json:
    body = {"uri": f"/rest/{kind}/{name}", "name": name, "status": "OK", "modified": at()}
    return body | changes


def bundle(name: str, place: str = "artifact-bundles", **changes: object) -> Json:
    body: Json = {"type": "ArtifactsBundle", "uri": f"/rest/{place}/{name}", "name": name}
    return body | {"status": "OK", "created": at(), "backupService": False} | changes


def test_the_artifact_backup_that_is_there() -> None:
    # Compact times are the Image Streamer's own manner.
    backup = bundle("b1", "artifact-bundles/backups", created="20261122T014835.250Z")
    site = Site().see(backup | {"lastBackUpDownload": ""}, whole=(Kind.ARTIFACT_BACKUP,))
    assert site.facts(SITE_SUBJECT) == {
        "backup.artifact_count": 1,
        "backup.artifact_name": "b1",
        "backup.artifact_created_at": "2026-11-22T01:48:35.250Z",
        "backup.artifact_status": "ok",
        "backup.artifact_downloaded": False,
    }
    assert {event.source for event in site.events} == {"image-streamer/composer-1"}
    site.see(backup | {"lastBackUpDownloadTime": at(5)}, seconds=15)
    assert site.site("backup.artifact_downloaded") is True
    site.see(whole=(Kind.ARTIFACT_BACKUP,), seconds=30)
    assert site.site("backup.artifact_count") == 0
    assert site.site("backup.artifact_created_at") is None


def lists_of(pair: str, *bodies: Json) -> Reading:
    """What one cluster address answered: all of its artifacts and volumes."""
    kinds = {*LISTS, Kind.ARTIFACT_BUNDLE, Kind.ARTIFACT_BACKUP, Kind.OS_VOLUME}
    whole = frozenset((pair, kind) for kind in kinds)
    return Reading(tuple(Body(recognise(body), body, pair) for body in bodies), whole_at=whole)


def test_what_one_cluster_address_lists_whole_says_nothing_about_the_others() -> None:
    site = Site().see(
        *(appliance(serial) for serial in (A, B, C)), server(), whole=(Kind.APPLIANCE,)
    )
    image = artifact("golden-images", "g")
    volume = {"uri": "/rest/os-volumes/1", "name": "v"}

    def take(given: Reading, seconds: float, *, snapshot: bool = False) -> list[Event]:
        time = START + timedelta(seconds=seconds)
        events, site.remembered = observe(
            given, site.remembered, deployment=SITE, time=time, snapshot=snapshot
        )
        fit(events)
        return events

    def volumes() -> list[object]:
        pairs = ("LE-rack-a", "LE-rack-b")
        return [site.facts(f"pair/{pair}").get("volumes.count") for pair in pairs]

    take(lists_of("LE-rack-b", image, artifact("golden-images", "h"), volume), 15)
    assert site.site("artifacts.count") is None, "the primary has not been asked"
    assert volumes() == [None, 1]
    take(lists_of("LE-rack-a", image, volume, volume | {"uri": "/rest/os-volumes/2"}), 30)
    assert site.site("artifacts.count") == 1
    assert site.site("backup.artifact_count") == 0
    assert volumes() == [2, 1]
    events = take(lists_of("LE-rack-a"), 45, snapshot=True)
    assert site.site("artifacts.count") == 0
    assert volumes() == [0, 1]
    families = {family for event in events for family in event.data.families}
    assert families == {"artifacts", "replication"}, "volumes are every pair's"


def test_nobody_asked_is_not_nothing_there() -> None:
    site = Site().see(appliance(A))
    assert site.site("backup.artifact_count") is None
    assert site.site("backup.oneview_present") is None


@pytest.mark.parametrize(
    ("status", "result"),
    [
        ("SUCCEEDED", "succeeded"),
        ("FAILED", "failed"),
        ("IN_PROGRESS", "running"),
        ("FAILOVER_DONE", "failover_done"),
    ],
)
def test_oneviews_own_backup(status: str, result: str) -> None:
    body = {"type": "BACKUP", "uri": "/rest/backups/1", "status": status, "created": at()}
    site = Site().see(body)
    assert site.site("backup.oneview_present") is True
    assert site.site("backup.oneview_result") == result
    assert site.site("backup.oneview_created_at") == at()
    site.see(whole=(Kind.ONEVIEW_BACKUP,), seconds=15)
    assert site.site("backup.oneview_present") is False


def test_artifacts_are_counted_once_every_list_was_read() -> None:
    plan = artifact("deployment-plans", "p1", goldenImageURI="", modified=at(60))
    image = artifact("golden-images", "g1", status="Critical")
    service = bundle("s1", backupService=True, status="Critical")
    waiting = bundle("r1", recoverBundle=True, status="Pending")
    site = Site().see(plan, image, service, waiting)
    assert site.site("artifacts.count") is None
    assert site.site("artifacts.plans_without_image_names") == "p1"
    site.see(plan, image, service, waiting, seconds=1, whole=(*LISTS, Kind.ARTIFACT_BUNDLE))
    assert site.site("artifacts.count") == 2
    assert site.site("artifacts.modified_at") == at(60)
    assert site.site("artifacts.unusable_names") == "g1"
    assert site.site("replication.bundles") == 1
    assert site.site("replication.failed_bundles") == 1
    assert site.site("backup.pending_recovery") is True


def test_artifacts_that_the_new_primary_lacks_are_named() -> None:
    racks = [appliance(serial) for serial in (A, B, C)]
    whole = (Kind.APPLIANCE, Kind.DEPLOYMENT_SERVER, *LISTS)
    old = [artifact("golden-images", name) for name in ("g1", "g2")]
    site = Site().see(*racks, server(), *old, whole=whole)
    site.see(*racks, server(C), old[0], seconds=60, whole=whole)
    site.see(*racks, server(C), old[0], seconds=75, whole=whole)
    assert site.site("artifacts.missing") == 1
    assert site.site("artifacts.missing_names") == "g2"
    site.see(*racks, server(C), *old, seconds=90, whole=whole)
    assert site.site("artifacts.missing") == 0
    assert site.site("artifacts.missing_names") is None


def test_os_volumes_belong_to_the_pair_of_their_cluster() -> None:
    volume = {"uri": "/rest/os-volumes/1", "deploymentClusterUri": "/rest/deployment-clusters/a"}
    site = Site().see(appliance(A), volume, whole=(Kind.OS_VOLUME,))
    assert site.pair("volumes.count") == 1


@pytest.mark.parametrize(
    ("name", "prefix"),
    [("Create backup", "backup.attempt"), ("Restore backup", "restore.artifact")],
)
def test_an_attempt_on_artifacts_and_how_it_ended(name: str, prefix: str) -> None:
    place, kind = "/rest/artifact-bundles/backups/1", "artifact-bundles"
    site = Site().see(task(name, place, kind))
    assert site.site(f"{prefix}_id") == "/rest/tasks/t1"
    assert site.site(f"{prefix}_result") == "running"
    errors = [{"message": "A plan has no golden image."}]
    end = task(name, place, kind, taskState="Error", modified=at(50), taskErrors=errors)
    site.see(end, seconds=60)
    assert (
        site.said(SITE_SUBJECT)[0]
        | {
            f"{prefix}_id": "/rest/tasks/t1",
            f"{prefix}_result": "error",
            f"{prefix}_error_text": "A plan has no golden image.",
            f"{prefix}_ended_at": at(50),
        }
        == site.said(SITE_SUBJECT)[0]
    )
    site.see(end, seconds=75)
    assert site.events == []


def test_a_restore_of_oneview() -> None:
    body = {"uri": "/rest/restores/1", "status": "IN_PROGRESS"}
    site = Site().see(body)
    assert site.site("restore.oneview_result") == "running"
    site.see(body | {"status": "SUCCEEDED"}, seconds=600)
    assert site.site("restore.oneview_result") == "completed"
    assert site.site("restore.oneview_ended_at") == at(600)


def test_a_claim_from_unclaimed_to_claimed() -> None:
    body = appliance(A, claimedByOV=False)
    site = Site().see(body)
    assert site.module(A, "claim.state") == "unclaimed"
    claim = task("Claim appliance", body["uri"], "deployment-managers")
    site.see(body, claim, seconds=15)
    assert site.module(A, "claim.state") == "claiming"
    failed = claim | {
        "taskState": "Error",
        "taskStatus": "It belongs to others.",
        "modified": at(20),
    }
    site.see(body, failed, seconds=30)
    assert site.module(A, "claim.state") == "failed"
    assert site.module(A, "claim.obstacle") == "other"
    assert site.module(A, "claim.description") == "It belongs to others."
    site.see(body | {"claimedByOV": True}, seconds=45)
    assert site.module(A, "claim.state") == "claimed"
    assert site.module(A, "claim.description") is None


def test_an_alert_that_offers_a_factory_reset_holds_the_claim_up() -> None:
    text = "The Image Streamer in bay 2 belongs to another domain. Factory reset and claim it."
    site = Site().see(appliance(A, claimedByOV=False), enclosure(A))
    site.see(alert("hpris.x.1.1.Foreign", description=text), seconds=15)
    assert site.module(A, "claim.state") == "failed"
    assert site.module(A, "claim.obstacle") == "foreign-configuration"
    assert site.module(A, "alert.unrecognised_count") is None


def test_a_module_is_inserted_when_it_appears_in_a_bay_and_when_it_comes_back() -> None:
    site = Site().see(enclosure(A)).see(enclosure(A), enclosure(B), seconds=10)
    assert site.module(A, "claim.inserted_at") is None, "it was there before the watch began"
    assert site.module(B, "claim.inserted_at") == at(10)
    away = enclosure(A, model="", devicePresence="Absent", poweredOn=False)
    away["applianceBays"][1]["serialNumber"] = ""
    site.see(away, seconds=15).see(enclosure(A), seconds=900)
    assert site.module(A, "claim.inserted_at") == at(900)
    notice = alert("hpris.cim.1.1.CIManagerInserted", created=at(1000), lifeCycle=True)
    site.see(notice, seconds=1010)
    assert site.module(A, "claim.inserted_at") == at(1000)


def test_modules_that_wait_for_a_pair_are_counted_when_all_is_read() -> None:
    site = Site().see(enclosure(A), appliance(B))
    assert site.site("claim.waiting") is None
    whole = (Kind.ENCLOSURE, Kind.APPLIANCE)
    site.see(enclosure(A), enclosure(B), appliance(B), seconds=15, whole=whole)
    assert site.site("claim.waiting") == 1
    assert site.module(A, "claim.in_pair") is False


@pytest.mark.parametrize(
    ("name", "prefix"),
    [("Insert Image Streamer", "claim.insertion"), ("Remove", "removal.module")],
)
def test_insertion_and_removal_of_a_module(name: str, prefix: str) -> None:
    place = appliance(A)["uri"]
    site = Site().see(appliance(A), task(name, place, "deployment-managers"))
    assert site.module(A, f"{prefix}_result") == "running"
    end = task(name, place, "deployment-managers", taskState="Error", taskStatus="No address left.")
    site.see(end, seconds=60)
    assert site.module(A, f"{prefix}_result") == "error"
    assert site.module(A, f"{prefix}_error_text") == "No address left."


def test_update_from_group_is_no_update_of_the_pair() -> None:
    place = "/rest/logical-enclosures/a"
    site = Site().see(appliance(A), task("Update from group", place, "logical-enclosures"))
    assert site.pair("removal.group_update_result") == "running"
    assert site.pair("update.id") is None


def test_free_addresses_of_the_two_networks() -> None:
    networks = [
        {
            "uri": f"/rest/ethernet-networks/{name}",
            "subnetUri": f"/rest/id-pools/ipv4/subnets/{name}",
        }
        for name in ("m", "d", "other")
    ]
    ranges = [
        {
            "uri": f"/rest/id-pools/ipv4/ranges/{name}",
            "subnetUri": f"/rest/id-pools/ipv4/subnets/{name}",
            "freeIdCount": count,
        }
        for name, count in (("m", 0), ("d", 7), ("other", 99))
    ]
    body = appliance(A, deploymentNetworkUri="/rest/ethernet-networks/d")
    manager = server(mgmtNetworkUri="/rest/ethernet-networks/m")
    site = Site().see(body, manager, *networks, *ranges, whole=(Kind.ADDRESS_RANGE,))
    assert site.site("claim.free_management_addresses") == 0
    assert site.site("claim.free_deployment_addresses") == 7


def test_what_a_secondary_pair_answers_is_not_the_primarys() -> None:
    whole = (Kind.APPLIANCE, Kind.DEPLOYMENT_SERVER)
    site = Site().see(appliance(A), appliance(C), server(), whole=whole)
    site.see(bundle("b", "artifact-bundles/backups"), seconds=15, pair="LE-rack-b")
    assert site.site("backup.artifact_count") is None
    site.see(bundle("b", "artifact-bundles/backups"), seconds=30, pair="LE-rack-a")
    assert site.site("backup.artifact_count") == 1
