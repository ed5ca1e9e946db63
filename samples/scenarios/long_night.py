"""One night at harbour: an update that fails, a failover, a change of the primary, a restore."""

from __future__ import annotations

from harbour import (
    A1,
    A2,
    B1,
    B2,
    DEPLOYMENT,
    FIRST,
    FOURTH,
    OLD,
    OLD_STORAGE,
    ONEVIEW,
    PAIR_A,
    PAIR_B,
    SECOND,
    STREAMER,
    THIRD,
    deployment_facts,
    open_watch,
    pair_facts,
)
from scenario import WATCH, Facts, Log, scenario
from updates import clusters, update_ends, update_goes_on, update_settles, update_starts

NEW_STREAMER = "image-streamer/le-rack-b"
BACKUP_MADE = "2026-11-21T16:30:00.000Z"
CHANGE = "/rest/tasks/7a90c2de-3b15-4f0e-9d44-6c1f8a5b2e33"
RESTORE = "/rest/tasks/c4410b7e-91d8-4a6f-8e02-d7135f60ab19"


@scenario("long-night")
def long_night(log: Log) -> None:
    """Half past midnight to half past five, told by the hour."""
    open_watch(log, "2026-11-22T00:30:00Z", streamer={"backup.artifact_created_at": BACKUP_MADE})
    update_fails(log)
    composer_goes_and_comes_back(log)
    active_appliance_fails(log)
    primary_is_changed(log)
    artifacts_come_back(log)
    pair_is_whole_again(log)


def update_fails(log: Log) -> None:
    """LE-rack-a is updated after all checks; its storage is not, and the update fails."""
    log.at("00:40:00")
    log.operator(PAIR_A, {"operator.update_planned": True}, "LE-rack-a to 5.20 tonight")
    log.at("00:52:00")
    log.confirm(PAIR_A, "update-planned", "links_checked", "All ports linked")
    log.confirm(PAIR_A, "update-planned", "compatibility_checked", "5.20 beside OneView 5.20")
    log.at("01:00:00")
    update_starts(log)
    log.at("01:02:00")
    log.operator(PAIR_A, {"operator.update_planned": False}, "It runs")
    log.at("01:04:00")
    update_goes_on(log, 11, "Installing on the active appliance")
    log.at("01:12:00")
    clusters(log, "degraded", "degraded", "LE-rack-a runs on one appliance while it is updated")
    log.at("01:12:20")
    log.facts(WATCH, PAIR_A, {"source.cluster_address": "silent"}, "192.0.2.40 is silent")
    log.at("01:14:00")
    log.facts(WATCH, PAIR_A, {"source.cluster_address": "answers"}, "192.0.2.40 answers")
    log.at("01:20:00")
    said: Facts = {
        "alert.module_fault": "redundant-communication",
        "alert.module_description": "Redundant communication with the appliance is lost.",
        "alert.module_corrective_action": "Check both frame link modules of the frame.",
    }
    log.facts(ONEVIEW, B1, said, "Frame4: CiManagerRedundantCommFault")
    log.at("01:26:00")
    update_goes_on(log, 34, "Updating the storage of the active appliance")
    log.at("01:32:00")
    said = {
        "alert.module_fault": "none",
        "alert.module_description": None,
        "alert.module_corrective_action": None,
    }
    log.facts(ONEVIEW, B1, said, "Frame4: CiManagerRedundantCommFaultCleared")
    log.at("01:41:30")
    update_ends(log, "error", "The storage update of the active appliance failed.")
    log.at("01:58:00")
    update_settles(log, OLD, OLD, OLD_STORAGE, names_storage=True)
    log.at("02:02:00")
    log.acknowledge(PAIR_A, "update-storage-failed", "Mine. Calling support")
    log.at("02:05:00")
    log.confirm(PAIR_A, "update-storage-failed", "support_contacted", "Case 4519 opened")
    log.at("02:10:00")
    clusters(log, "healthy", "degraded", "LE-rack-a is active and standby; storage is not whole")


def composer_goes_and_comes_back(log: Log) -> None:
    """The active Composer changes: ten minutes of blindness in which nothing is concluded."""
    log.at("02:20:00")
    log.silence(ONEVIEW)
    log.at("02:20:10")
    said: Facts = {"watch.oneview_reachable": False, "watch.message_bus": "reconnecting"}
    log.facts(WATCH, DEPLOYMENT, said, "HPE OneView is silent")
    log.at("02:31:00")
    said = {"watch.oneview_reachable": True, "watch.oneview_session": "expired"}
    log.facts(WATCH, DEPLOYMENT, said, "HPE OneView answers: the session is not known")
    log.at("02:31:03")
    log.facts(WATCH, DEPLOYMENT, {"watch.oneview_session": "valid"}, "Logged in again")
    log.at("02:31:08")
    well = deployment_facts(log, 2)
    said = {
        **well,
        "composer.cluster": "synchronizing",
        "composer.active_node": "Frame2, appliance bay 1",
        "composer.synchronized_percent": 71,
        "composer.role_changed_at": log.ago("8s"),
        "backup.oneview_created_at": "2026-11-21T18:30:01.300Z",
    }
    families = {name.partition(".")[0] for name in well}
    log.snapshot(ONEVIEW, DEPLOYMENT, said, families, "harbour read again: Frame2 is active")
    said = {
        **pair_facts("a", FIRST, SECOND, "primary"),
        "cluster.storage": "degraded",
        "cluster.reported": "Warning",
        "alert.storage_node_unavailable": True,
        "alert.storage_description": "One of the storage nodes in the cluster is not available.",
    }
    log.snapshot(ONEVIEW, PAIR_A, said, message="LE-rack-a read again")
    said = pair_facts("b", THIRD, FOURTH, "secondary")
    log.snapshot(ONEVIEW, PAIR_B, said, message="LE-rack-b read again")
    log.read_again(ONEVIEW, A1, A2, B1, B2)
    log.at("02:31:20")
    log.facts(WATCH, DEPLOYMENT, {"watch.message_bus": "connected"}, "The bus is back")
    log.at("02:50:00")
    said = {"composer.cluster": "healthy", "composer.synchronized_percent": 100}
    log.facts(ONEVIEW, DEPLOYMENT, said, "The Composers are synchronized")


def active_appliance_fails(log: Log) -> None:
    """The active appliance of the half-broken pair fails, too; its standby takes over."""
    log.at("02:55:10")
    log.silence(STREAMER)
    log.facts(WATCH, PAIR_A, {"source.cluster_address": "silent"}, "192.0.2.40 is silent")
    log.at("02:57:00")
    log.facts(WATCH, PAIR_A, {"source.cluster_address": "answers"}, "192.0.2.40 answers")
    log.heard(STREAMER)
    log.at("02:57:10")
    said: Facts = {
        "pair.lost": "active",
        "pair.active_serial": SECOND,
        "pair.standby_serial": FIRST,
        "pair.active_changed_at": log.ago("45s"),
        "cluster.management": "degraded",
        "alert.not_highly_available": True,
    }
    log.facts(ONEVIEW, PAIR_A, said, f"{SECOND} is active now; {FIRST} cannot be used")
    log.facts(ONEVIEW, A1, {"appliance.active": False, "appliance.status": "critical"})
    log.facts(ONEVIEW, A2, {"appliance.active": True})
    log.facts(ONEVIEW, DEPLOYMENT, {"primary.usable_members": 1})
    log.at("03:05:00")
    said = {
        "alert.module_fault": "fault",
        "alert.module_description": "The appliance in bay 2 reports a fault.",
        "alert.module_corrective_action": "Collect the appliance's logs and call support.",
    }
    log.facts(ONEVIEW, A1, said, "Frame1: CIManagerFault")
    log.at("03:12:00")
    doubt = "active-failed-over-volumes-in-doubt"
    log.confirm(PAIR_A, doubt, "servers_checked", "All 24 servers of LE-rack-a still run")
    log.confirm(PAIR_A, doubt, "cause_found", "Hardware fault in Frame1")
    log.note(PAIR_A, "Support advises to run the deployment from LE-rack-b for now")


def primary_is_changed(log: Log) -> None:
    """LE-rack-b becomes the primary; servers keep their OS volumes throughout."""
    log.at("03:22:00")
    said: Facts = {"operator.primary_change_planned": True}
    log.operator(DEPLOYMENT, said, "LE-rack-b is to be primary")
    log.at("03:26:00")
    said = {
        "primary.change_id": CHANGE,
        "primary.change_started_at": log.ago("3s"),
        "primary.change_result": "running",
        "primary.change_from": "LE-rack-a",
        "primary.change_to": "LE-rack-b",
    }
    log.facts(ONEVIEW, DEPLOYMENT, said, "The OS deployment server is being edited")
    log.at("03:27:00")
    log.operator(DEPLOYMENT, {"operator.primary_change_planned": False}, "It runs")
    log.at("03:44:00")
    said = {
        "primary.change_ended_at": log.ago("5s"),
        "primary.change_result": "completed",
        "primary.change_selected": "LE-rack-b",
        "primary.pair": "LE-rack-b",
        "primary.usable_members": 2,
        "primary.candidate_names": "LE-rack-a",
    }
    log.facts(ONEVIEW, DEPLOYMENT, said, "LE-rack-b is primary now")
    log.facts(ONEVIEW, PAIR_A, {"pair.role": "secondary"})
    log.facts(ONEVIEW, PAIR_B, {"pair.role": "primary"})
    log.at("03:47:00")
    said = {
        "artifacts.count": 15,
        "artifacts.modified_at": "2026-11-21T15:30:02.000Z",
        "artifacts.unusable": 0,
        "artifacts.missing": 2,
        "artifacts.missing_names": "RHEL-8.1-gold, rhel-personalize",
        "artifacts.plans_without_image": 0,
        "replication.bundles": 0,
        "replication.failed_bundles": 0,
        "backup.artifact_count": 0,
        "backup.pending_recovery": False,
    }
    families = ("artifacts", "backup", "replication")
    log.snapshot(NEW_STREAMER, DEPLOYMENT, said, families, "15 of 17 artifacts are on LE-rack-b")


def artifacts_come_back(log: Log) -> None:
    """What is missing comes from the downloaded backup; then both backups are made anew."""
    log.at("03:55:00")
    said: Facts = {"operator.artifact_restore_planned": True}
    log.operator(DEPLOYMENT, said, "Restoring from yesterday's bundle")
    log.at("04:02:00")
    said = {
        "backup.artifact_count": 1,
        "backup.artifact_name": "harbour-artifacts",
        "backup.artifact_created_at": BACKUP_MADE,
        "backup.artifact_status": "ok",
        "backup.artifact_downloaded": True,
    }
    log.facts(NEW_STREAMER, DEPLOYMENT, said, "The bundle is uploaded to LE-rack-b")
    log.at("04:05:00")
    said = {"restore.artifact_id": RESTORE, "restore.artifact_result": "running"}
    log.facts(NEW_STREAMER, DEPLOYMENT, said, "Artifacts are being restored")
    log.at("04:06:00")
    log.operator(DEPLOYMENT, {"operator.artifact_restore_planned": False}, "It runs")
    log.at("04:12:00")
    said = {"restore.artifact_result": "completed", "restore.artifact_ended_at": log.ago("4s")}
    log.facts(NEW_STREAMER, DEPLOYMENT, said, "Artifacts restored")
    log.at("04:13:00")
    said = {
        "artifacts.count": 17,
        "artifacts.modified_at": log.ago("64s"),
        "artifacts.missing": 0,
        "artifacts.missing_names": "",
    }
    log.facts(NEW_STREAMER, DEPLOYMENT, said, "17 of 17 artifacts are on LE-rack-b")
    log.at("04:15:00")
    log.confirm(DEPLOYMENT, "primary-changed", "artifacts_compared", "All 17 are there")
    log.at("04:20:00")
    said = {"backup.oneview_created_at": log.ago("50s")}
    log.facts(ONEVIEW, DEPLOYMENT, said, "HPE OneView backup created")
    log.at("04:30:00")
    said = {
        "backup.artifact_name": "harbour-artifacts-2",
        "backup.artifact_created_at": log.ago("20s"),
        "backup.artifact_downloaded": False,
    }
    log.facts(NEW_STREAMER, DEPLOYMENT, said, "Artifact backup created")
    log.at("04:36:00")
    said = {"backup.artifact_downloaded": True}
    log.facts(NEW_STREAMER, DEPLOYMENT, said, "Artifact backup downloaded")


def pair_is_whole_again(log: Log) -> None:
    """Support repairs the appliance and its storage; the update is planned for another night."""
    log.at("04:38:00")
    said: Facts = {
        "alert.module_fault": "none",
        "alert.module_description": None,
        "alert.module_corrective_action": None,
        "appliance.status": "ok",
    }
    log.facts(ONEVIEW, A1, said, "Frame1: CIManagerFaultCleared")
    log.at("04:40:00")
    log.facts(ONEVIEW, PAIR_A, {"pair.lost": "none"}, f"{FIRST} is back")
    log.at("05:08:00")
    clusters(log, "healthy", "degraded", "LE-rack-a is active and standby; storage synchronizes")
    log.at("05:21:00")
    clusters(log, "healthy", "healthy", "LE-rack-a is whole again")
    log.at("05:30:00")
    log.confirm(PAIR_A, "update-storage-failed", "fault_fixed", "Case 4519: storage node repaired")
    log.at("05:34:00")
    log.operator(PAIR_A, {"operator.update_planned": True}, "Again tomorrow night")
    log.at("05:36:00")
