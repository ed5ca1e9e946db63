"""Artifacts, appliances, pairs and HPE OneView are recovered: R1 to R6."""

from __future__ import annotations

from typing import Any

from harbour import (
    A1,
    A2,
    B1,
    B2,
    DEPLOYMENT,
    ONEVIEW,
    PAIR_A,
    PAIR_B,
    SECOND,
    STREAMER,
    deployment_facts,
    open_watch,
    streamer_facts,
)
from scenario import WATCH, Log, scenario
from scenarios.changes_of_the_primary import NEW_STREAMER, complete_change, start_change

REPLACEMENT = "CN7518003R"
"""Serial number of the module that comes for a failed one."""
NEW_APPLIANCE = f"appliance/{REPLACEMENT}"


def start_restore(log: Log, number: int = 1) -> None:
    """Artifacts are being restored from the bundle."""
    log.facts(
        STREAMER,
        DEPLOYMENT,
        {
            "restore.artifact_id": f"/rest/tasks/0E7B6C58-21F4-4B0A-A4C6-0000000000{number:02d}",
            "restore.artifact_ended_at": None,
            "restore.artifact_result": "running",
            "restore.artifact_error_text": None,
        },
        "Artifacts are being restored from harbour-artifacts",
    )


def end_restore(log: Log, result: str, text: str | None = None) -> None:
    """The restore of artifacts has ended."""
    log.facts(
        STREAMER,
        DEPLOYMENT,
        {
            "restore.artifact_ended_at": log.ago("2s"),
            "restore.artifact_result": result,
            "restore.artifact_error_text": text,
        },
        f"The restore of artifacts ended in {result.capitalize()}",
    )


def lose_both(log: Log, pair: str, members: tuple[str, str]) -> None:
    """Both appliances of a pair go dark, and its address with them."""
    for member in members:
        log.facts(
            ONEVIEW,
            member,
            {"appliance.status": "critical", "appliance.powered": False},
            "No power",
        )
    log.wait("1s")
    log.facts(
        ONEVIEW,
        pair,
        {
            "pair.lost": "both",
            "cluster.management": "failed",
            "cluster.storage": "failed",
            "cluster.reported": "Critical",
            "alert.not_highly_available": True,
            "alert.storage_node_unavailable": True,
        },
        "Neither appliance of the pair can be used",
    )
    log.facts(WATCH, pair, {"source.cluster_address": "silent"}, "No answer at the cluster address")


def lose_deployment_server(log: Log) -> None:
    """With its primary pair dark, the deployment server is no longer Connected."""
    facts: dict[str, Any] = {
        "deployment.connected": False,
        "deployment.state": "Disconnected",
        "deployment.status": "critical",
        "primary.usable_members": 0,
    }
    log.facts(ONEVIEW, DEPLOYMENT, facts, "The OS deployment server is not Connected")


@scenario("R1-artifacts-deleted")
def artifacts_deleted(log: Log) -> None:
    """Somebody deleted artifacts that are needed; the bundle brings them back."""
    open_watch(log, "2026-11-22T15:50:00Z")
    log.at("16:00:00")
    log.operator(DEPLOYMENT, {"operator.artifacts_lost": True}, "Two golden images are gone")
    log.at("16:05:00")
    log.operator(DEPLOYMENT, {"operator.artifact_restore_planned": True})
    log.at("16:20:00")
    start_restore(log)
    log.at("16:21:00")
    log.operator(DEPLOYMENT, {"operator.artifact_restore_planned": False})
    log.at("16:27:00")
    end_restore(log, "completed")
    log.at("16:28:00")
    log.facts(
        STREAMER, DEPLOYMENT, {"artifacts.count": 19, "artifacts.modified_at": log.ago("90s")}
    )
    log.at("16:40:00")
    log.operator(DEPLOYMENT, {"operator.artifacts_lost": False}, "Both images are back")
    log.wait("2m")


@scenario("R1-restore-fails")
def restore_fails(log: Log) -> None:
    """Damaged artifacts; the first restore fails, the second helps."""
    open_watch(log, "2026-11-22T20:00:00Z")
    log.at("20:10:00")
    log.facts(
        STREAMER,
        DEPLOYMENT,
        {"artifacts.unusable": 2, "artifacts.unusable_names": "RHEL-8.1-gold, SLES-15-gold"},
        "Two artifacts are Critical",
    )
    log.at("20:30:00")
    start_restore(log, 1)
    log.at("20:36:00")
    end_restore(log, "error", "The bundle could not be extracted.")
    log.at("21:00:00")
    start_restore(log, 2)
    log.at("21:08:00")
    end_restore(log, "completed")
    log.at("21:09:00")
    log.facts(
        STREAMER,
        DEPLOYMENT,
        {
            "artifacts.unusable": 0,
            "artifacts.unusable_names": "",
            "artifacts.modified_at": log.ago("80s"),
        },
    )
    log.wait("2m")


@scenario("R2-appliance-replaced")
def appliance_replaced(log: Log) -> None:
    """The standby dies; a new module is claimed, inserted, and forms the pair again."""
    open_watch(log, "2026-11-22T01:00:00Z")
    log.at("01:10:00")
    log.facts(
        ONEVIEW, A2, {"appliance.status": "critical", "appliance.powered": False}, "Standby is dark"
    )
    log.wait("1s")
    log.facts(
        ONEVIEW,
        PAIR_A,
        {
            "pair.lost": "standby",
            "cluster.management": "degraded",
            "cluster.storage": "degraded",
            "cluster.reported": "Warning",
            "alert.not_highly_available": True,
            "alert.storage_node_unavailable": True,
        },
        "LE-rack-a has lost its standby",
    )
    log.facts(ONEVIEW, DEPLOYMENT, {"primary.usable_members": 1})
    log.at("01:45:00")
    log.operator(PAIR_A, {"operator.appliance_lost": True}, f"{SECOND} will not come back")
    log.at("01:50:00")
    log.confirm(PAIR_A, "appliance-replacement", "support_contacted")
    log.at("02:40:00")
    log.facts(
        ONEVIEW,
        NEW_APPLIANCE,
        {
            "appliance.name": "Frame2, appliance 2",
            "appliance.enclosure": "Frame2",
            "appliance.bay": 2,
            "appliance.present": True,
            "appliance.powered": True,
            "claim.inserted_at": log.ago("5s"),
            "claim.state": "unclaimed",
            "claim.obstacle": "none",
            "claim.in_pair": False,
        },
        "Image Streamer module inserted in Frame2, bay 2",
    )
    log.facts(ONEVIEW, DEPLOYMENT, {"claim.waiting": 1})
    log.at("02:58:00")
    log.facts(ONEVIEW, NEW_APPLIANCE, {"claim.state": "claiming"}, "Claim started")
    log.at("03:04:00")
    log.facts(ONEVIEW, NEW_APPLIANCE, {"claim.state": "claimed"}, "Claim Completed")
    log.at("03:06:00")
    log.facts(
        ONEVIEW,
        NEW_APPLIANCE,
        {
            "claim.insertion_id": "/rest/tasks/C2D9A1B3-5A07-4B88-93E0-000000000001",
            "claim.insertion_result": "running",
        },
        "Insert Image Streamer started",
    )
    log.at("03:31:00")
    log.facts(
        ONEVIEW,
        NEW_APPLIANCE,
        {
            "claim.insertion_result": "completed",
            "claim.in_pair": True,
            "appliance.pair": "LE-rack-a",
            "appliance.active": False,
            "appliance.primary": True,
            "appliance.status": "ok",
        },
        "Insert Image Streamer Completed",
    )
    log.wait("1s")
    log.facts(
        ONEVIEW,
        PAIR_A,
        {"pair.lost": "none", "pair.standby_serial": REPLACEMENT},
        f"{REPLACEMENT} is the standby of LE-rack-a",
    )
    log.facts(ONEVIEW, DEPLOYMENT, {"primary.usable_members": 2, "claim.waiting": 0})
    log.at("04:10:00")
    log.facts(
        ONEVIEW,
        PAIR_A,
        {
            "cluster.management": "healthy",
            "cluster.storage": "healthy",
            "cluster.reported": "OK",
            "alert.not_highly_available": False,
            "alert.storage_node_unavailable": False,
        },
        "Both clusters of LE-rack-a are healthy",
    )
    log.at("04:15:00")
    log.operator(PAIR_A, {"operator.appliance_lost": False})
    log.wait("2m")


@scenario("R3-primary-pair-lost")
def primary_pair_lost(log: Log) -> None:
    """Water comes down on the primary pair; the secondary becomes primary."""
    open_watch(log, "2026-11-22T00:20:00Z")
    log.at("00:30:00")
    lose_both(log, PAIR_A, (A1, A2))
    lose_deployment_server(log)
    log.silence(STREAMER)
    log.at("01:00:00")
    log.operator(PAIR_A, {"operator.pair_lost": True}, "Water damage: neither will come back")
    log.at("01:05:00")
    start_change(log)
    log.at("01:24:00")
    complete_change(log, candidates=0)
    log.at("01:25:00")
    log.facts(
        ONEVIEW,
        DEPLOYMENT,
        {
            "deployment.connected": True,
            "deployment.state": "Connected",
            "deployment.status": "ok",
        },
        "The OS deployment server is Connected",
    )
    log.at("01:27:00")
    held = streamer_facts(log)
    log.snapshot(NEW_STREAMER, DEPLOYMENT, held, message="First reading of the new primary")
    log.facts(NEW_STREAMER, DEPLOYMENT, {"artifacts.missing": 0}, "17 of 17 artifacts are there")
    log.at("01:40:00")
    log.confirm(DEPLOYMENT, "primary-changed", "artifacts_compared")
    log.wait("20m")


@scenario("R4-only-pair-lost")
def only_pair_lost(log: Log) -> None:
    """The only pair is lost, rebuilt, and gets its artifacts from a downloaded bundle."""
    open_watch(log, "2026-11-22T00:20:00Z", pairs=1)
    log.at("00:30:00")
    lose_both(log, PAIR_A, (A1, A2))
    lose_deployment_server(log)
    log.silence(STREAMER)
    log.at("01:00:00")
    log.operator(PAIR_A, {"operator.pair_lost": True}, "Neither will come back")
    log.at("03:40:00")
    for member in (A1, A2):
        log.facts(
            ONEVIEW, member, {"appliance.status": "ok", "appliance.powered": True}, "Reimaged"
        )
    log.wait("1s")
    log.facts(
        ONEVIEW,
        PAIR_A,
        {
            "pair.lost": "none",
            "cluster.management": "healthy",
            "cluster.storage": "healthy",
            "cluster.reported": "OK",
            "alert.not_highly_available": False,
            "alert.storage_node_unavailable": False,
        },
        "LE-rack-a is whole",
    )
    log.facts(WATCH, PAIR_A, {"source.cluster_address": "answers"})
    log.facts(
        ONEVIEW,
        DEPLOYMENT,
        {
            "deployment.connected": True,
            "deployment.state": "Connected",
            "deployment.status": "ok",
            "primary.usable_members": 2,
        },
        "The OS deployment server is Connected",
    )
    log.at("03:41:00")
    empty: dict[str, Any] = {
        "artifacts.count": 0,
        "artifacts.unusable": 0,
        "artifacts.plans_without_image": 0,
        "replication.bundles": 0,
        "replication.failed_bundles": 0,
        "backup.artifact_count": 0,
        "backup.pending_recovery": False,
    }
    log.snapshot(STREAMER, DEPLOYMENT, empty, message="The Image Streamer is empty")
    log.at("04:10:00")
    log.facts(
        STREAMER,
        DEPLOYMENT,
        {
            "backup.artifact_count": 1,
            "backup.artifact_name": "harbour-artifacts",
            "backup.artifact_created_at": "2026-11-21T16:20:02Z",
            "backup.artifact_status": "ok",
            "backup.artifact_downloaded": True,
        },
        "Bundle uploaded",
    )
    log.at("04:20:00")
    start_restore(log)
    log.at("04:26:00")
    end_restore(log, "completed")
    log.at("04:27:00")
    log.facts(
        STREAMER, DEPLOYMENT, {"artifacts.count": 17, "artifacts.modified_at": log.ago("65s")}
    )
    log.at("04:30:00")
    log.confirm(PAIR_A, "only-pair-recovery", "artifacts_restored")
    log.at("04:31:00")
    log.operator(PAIR_A, {"operator.pair_lost": False})
    log.wait("2m")


@scenario("R5-secondary-pair-lost")
def secondary_pair_lost(log: Log) -> None:
    """The secondary pair is lost; the primary is not concerned."""
    open_watch(log, "2026-11-22T00:20:00Z")
    log.at("00:30:00")
    lose_both(log, PAIR_B, (B1, B2))
    log.facts(ONEVIEW, DEPLOYMENT, {"primary.candidates": 0, "primary.candidate_names": ""})
    log.at("01:00:00")
    log.operator(PAIR_B, {"operator.pair_lost": True}, "Neither will come back")
    log.at("01:10:00")
    log.confirm(PAIR_B, "secondary-pair-recovery", "support_contacted")
    log.wait("5m")


@scenario("R6-oneview-restored")
def oneview_restored(log: Log) -> None:
    """HPE OneView is restored from its backup; the watch is blind while it restarts."""
    open_watch(log, "2026-11-22T19:50:00Z")
    created = log.ago("6h")
    log.at("20:00:00")
    log.operator(DEPLOYMENT, {"operator.oneview_restore_planned": True})
    log.at("20:15:00")
    log.facts(
        ONEVIEW,
        DEPLOYMENT,
        {"restore.oneview_id": "/rest/restores/3b1f6c2a", "restore.oneview_result": "running"},
        "HPE OneView is being restored",
    )
    log.at("20:16:00")
    log.operator(DEPLOYMENT, {"operator.oneview_restore_planned": False})
    log.at("20:17:00")
    log.silence(ONEVIEW)
    log.at("20:17:30")
    log.facts(WATCH, DEPLOYMENT, {"watch.oneview_reachable": False}, "HPE OneView does not answer")
    log.at("20:41:00")
    log.facts(WATCH, DEPLOYMENT, {"watch.oneview_reachable": True}, "HPE OneView answers again")
    log.wait("2s")
    well = deployment_facts(log, 2)
    changes: dict[str, Any] = {
        "deployment.connected": False,
        "deployment.state": "Connecting",
        "deployment.status": "warning",
        "backup.oneview_created_at": created,
    }
    log.snapshot(ONEVIEW, DEPLOYMENT, {**well, **changes}, message="Read again after the restart")
    log.wait("1s")
    log.facts(
        ONEVIEW,
        DEPLOYMENT,
        {"restore.oneview_result": "completed", "restore.oneview_ended_at": log.time},
        "HPE OneView was restored",
    )
    log.at("20:52:00")
    log.facts(
        ONEVIEW,
        DEPLOYMENT,
        {
            "deployment.connected": True,
            "deployment.state": "Connected",
            "deployment.status": "ok",
        },
        "The OS deployment server is Connected",
    )
    log.at("21:00:00")
    log.confirm(DEPLOYMENT, "oneview-restored", "roles_compared")
    log.at("21:20:00")
    log.confirm(DEPLOYMENT, "oneview-restored", "conflicts_settled")
    log.at("21:40:00")
    log.confirm(DEPLOYMENT, "oneview-restored", "ranges_replaced")
    log.wait("2m")


@scenario("R6-oneview-restore-fails")
def oneview_restore_fails(log: Log) -> None:
    """The first restore of HPE OneView fails, a second one is started."""
    open_watch(log, "2026-11-22T19:50:00Z")
    log.at("20:15:00")
    log.facts(
        ONEVIEW,
        DEPLOYMENT,
        {"restore.oneview_id": "/rest/restores/3b1f6c2a", "restore.oneview_result": "running"},
        "HPE OneView is being restored",
    )
    log.at("20:28:00")
    log.facts(
        ONEVIEW,
        DEPLOYMENT,
        {"restore.oneview_result": "failed", "restore.oneview_ended_at": log.time},
        "The restore of HPE OneView failed",
    )
    log.at("20:50:00")
    log.facts(
        ONEVIEW,
        DEPLOYMENT,
        {
            "restore.oneview_id": "/rest/restores/77aa0c19",
            "restore.oneview_result": "running",
            "restore.oneview_ended_at": None,
        },
        "HPE OneView is being restored",
    )
    log.wait("5m")
