"""The artifact backup and HPE OneView's: absent, old, replaced, failed, hanging: B1 to B9."""

from __future__ import annotations

from typing import Any

from harbour import DEPLOYMENT, ONEVIEW, PAIR_A, STREAMER, open_watch
from scenario import WATCH, Log, scenario


def start_backup(log: Log, number: int = 1) -> None:
    """An artifact backup is being created."""
    log.facts(
        STREAMER,
        DEPLOYMENT,
        {
            "backup.attempt_id": f"/rest/tasks/A3F1D0C4-66B2-4E10-8D37-0000000000{number:02d}",
            "backup.attempt_started_at": log.ago("2s"),
            "backup.attempt_ended_at": None,
            "backup.attempt_result": "running",
            "backup.attempt_error_text": None,
        },
        "An artifact backup is being created",
    )


def complete_backup(log: Log) -> None:
    """The artifact backup is there; nobody has downloaded it."""
    facts: dict[str, Any] = {
        "backup.attempt_ended_at": log.ago("2s"),
        "backup.attempt_result": "completed",
        "backup.artifact_count": 1,
        "backup.artifact_name": "harbour-artifacts-2",
        "backup.artifact_created_at": log.ago("10s"),
        "backup.artifact_status": "ok",
        "backup.artifact_downloaded": False,
    }
    log.facts(STREAMER, DEPLOYMENT, facts, "Artifact backup created")


def fail_backup(log: Log, text: str) -> None:
    """Creating the artifact backup ended in an error."""
    log.facts(
        STREAMER,
        DEPLOYMENT,
        {
            "backup.attempt_ended_at": log.ago("2s"),
            "backup.attempt_result": "error",
            "backup.attempt_error_text": text,
        },
        "The artifact backup ended in Error",
    )


def download_backup(log: Log) -> None:
    """Somebody downloads the bundle that is there."""
    log.facts(STREAMER, DEPLOYMENT, {"backup.artifact_downloaded": True}, "Bundle downloaded")


@scenario("B1-no-artifact-backup")
def no_artifact_backup(log: Log) -> None:
    """There never was an artifact backup; one is created and downloaded."""
    open_watch(
        log,
        "2026-11-22T12:00:00Z",
        streamer={
            "backup.artifact_count": 0,
            "backup.artifact_name": None,
            "backup.artifact_created_at": None,
            "backup.artifact_status": None,
            "backup.artifact_downloaded": None,
        },
    )
    log.at("12:30:00")
    start_backup(log)
    log.at("12:34:00")
    complete_backup(log)
    log.at("12:50:00")
    download_backup(log)
    log.wait("2m")


@scenario("B1-backup-is-critical")
def backup_is_critical(log: Log) -> None:
    """The bundle that is there turns Critical; a new one is well."""
    open_watch(log, "2026-11-22T12:00:00Z")
    log.at("12:10:00")
    log.facts(STREAMER, DEPLOYMENT, {"backup.artifact_status": "critical"})
    log.at("12:20:00")
    start_backup(log)
    log.at("12:24:00")
    complete_backup(log)
    log.at("12:30:00")
    download_backup(log)
    log.wait("2m")


@scenario("B2-backup-out-of-date")
def backup_out_of_date(log: Log) -> None:
    """An artifact changes after the backup, and nobody has downloaded the only bundle."""
    open_watch(log, "2026-11-22T14:00:00Z", streamer={"backup.artifact_downloaded": False})
    log.at("14:20:00")
    log.facts(
        STREAMER,
        DEPLOYMENT,
        {"artifacts.count": 18, "artifacts.modified_at": log.ago("12s")},
        "Golden image added",
    )
    log.at("14:35:00")
    download_backup(log)
    log.at("14:40:00")
    start_backup(log)
    log.at("14:44:00")
    complete_backup(log)
    log.at("15:00:00")
    download_backup(log)
    log.wait("2m")


@scenario("B6-oneview-backup-old")
def oneview_backup_old(log: Log) -> None:
    """HPE OneView's backup grows old, an alert is locked, a new backup ends both."""
    open_watch(
        log,
        "2026-11-22T05:00:00Z",
        deployment={"backup.oneview_created_at": "2026-11-21T04:30:00Z"},
    )
    log.at("06:02:00")
    log.facts(
        ONEVIEW,
        DEPLOYMENT,
        {
            "backup.oneview_alert": True,
            "backup.oneview_alert_description": "The backup has not been created for a day.",
        },
        "Alert Backup: Warning, Locked",
    )
    log.at("06:40:00")
    log.facts(ONEVIEW, DEPLOYMENT, {"backup.oneview_result": "running"})
    log.at("06:52:00")
    log.facts(
        ONEVIEW,
        DEPLOYMENT,
        {"backup.oneview_result": "succeeded", "backup.oneview_created_at": log.ago("30s")},
        "HPE OneView backup created",
    )
    log.at("06:55:00")
    log.facts(ONEVIEW, DEPLOYMENT, {"backup.oneview_alert": False}, "Alert Backup is gone")
    log.wait("2m")


@scenario("B6-oneview-backup-fails-then-blind")
def oneview_backup_fails_then_blind(log: Log) -> None:
    """HPE OneView's backup fails; then HPE OneView falls silent, which resolves nothing."""
    open_watch(log, "2026-11-22T01:00:00Z")
    log.at("01:30:00")
    log.facts(
        ONEVIEW,
        DEPLOYMENT,
        {
            "backup.oneview_result": "failed",
            "backup.oneview_alert": True,
            "backup.oneview_alert_description": "The backup has not been created.",
        },
        "HPE OneView backup failed",
    )
    log.at("01:50:00")
    log.silence(ONEVIEW)
    log.at("01:51:00")
    log.facts(WATCH, DEPLOYMENT, {"watch.oneview_reachable": False}, "HPE OneView does not answer")
    log.wait("14m")


@scenario("B7-backup-fails")
def backup_fails(log: Log) -> None:
    """Two attempts fail over a deployment plan without a golden image; the third succeeds."""
    text = "The artifact bundle could not be created: golden image URI is null."
    open_watch(
        log,
        "2026-11-22T11:00:00Z",
        streamer={
            "artifacts.plans_without_image": 1,
            "artifacts.plans_without_image_names": "ESXi-6.7-test",
        },
    )
    log.at("11:10:00")
    start_backup(log, 1)
    log.at("11:12:30")
    fail_backup(log, text)
    log.at("11:30:00")
    start_backup(log, 2)
    log.at("11:32:20")
    fail_backup(log, text)
    log.at("11:45:00")
    log.confirm(DEPLOYMENT, "artifact-backup-failed", "support_contacted")
    log.at("13:00:00")
    log.facts(STREAMER, DEPLOYMENT, {"artifacts.plans_without_image": 0})
    log.at("13:05:00")
    start_backup(log, 3)
    log.at("13:09:00")
    complete_backup(log)
    log.at("13:15:00")
    download_backup(log)
    log.wait("2m")


@scenario("B7-pending-bundle")
def pending_bundle(log: Log) -> None:
    """A bundle for recovery is pending for twenty minutes, later for more than an hour."""
    open_watch(log, "2026-11-22T11:00:00Z")
    log.at("11:05:00")
    log.facts(STREAMER, DEPLOYMENT, {"backup.pending_recovery": True})
    log.at("11:25:00")
    log.facts(STREAMER, DEPLOYMENT, {"backup.pending_recovery": False})
    log.at("12:00:00")
    log.facts(STREAMER, DEPLOYMENT, {"backup.pending_recovery": True})
    log.at("13:40:00")
    log.facts(STREAMER, DEPLOYMENT, {"backup.pending_recovery": False}, "Repaired by HPE Support")
    log.wait("2m")


@scenario("B8-backup-hangs")
def backup_hangs(log: Log) -> None:
    """Thousands of left-over bundles; creating a backup makes the appliance unavailable."""
    open_watch(
        log,
        "2026-11-22T22:00:00Z",
        streamer={"replication.bundles": 4512, "replication.failed_bundles": 4488},
    )
    log.at("22:02:00")
    log.facts(WATCH, PAIR_A, {"source.cluster_address": "temporarily-unavailable"})
    log.at("22:04:00")
    log.facts(WATCH, PAIR_A, {"source.cluster_address": "answers"})
    log.at("22:10:00")
    start_backup(log)
    log.at("22:13:00")
    log.facts(WATCH, PAIR_A, {"source.cluster_address": "temporarily-unavailable"}, "Answers 503")
    log.at("22:50:00")
    log.facts(WATCH, PAIR_A, {"source.cluster_address": "answers"})
    log.at("22:51:00")
    fail_backup(log, "The operation timed out.")
    log.at("23:30:00")
    log.facts(
        STREAMER,
        DEPLOYMENT,
        {"replication.bundles": 24, "replication.failed_bundles": 0},
        "Left-over bundles cleared by HPE Support",
    )
    log.wait("2m")


@scenario("B9-one-of-two")
def one_of_two(log: Log) -> None:
    """Both backups are old; one after the other is brought up to date."""
    open_watch(
        log,
        "2026-11-22T17:00:00Z",
        deployment={"backup.oneview_created_at": "2026-11-20T17:00:00Z"},
        streamer={"artifacts.modified_at": "2026-11-22T10:00:00Z"},
    )
    log.at("17:20:00")
    log.facts(
        ONEVIEW, DEPLOYMENT, {"backup.oneview_created_at": log.ago("1m")}, "HPE OneView backup made"
    )
    log.at("17:30:00")
    start_backup(log)
    log.at("17:34:00")
    complete_backup(log)
    log.at("17:40:00")
    download_backup(log)
    log.wait("2m")
