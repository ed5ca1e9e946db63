"""The primary pair: none, changed, changed in vain, to be removed, and its artifacts: P1 to P7."""

from __future__ import annotations

from harbour import DEPLOYMENT, ONEVIEW, PAIR_A, PAIR_B, STREAMER, open_watch
from scenario import Log, scenario

NEW_STREAMER = "image-streamer/le-rack-b"


def start_change(log: Log, number: int = 1) -> None:
    """The edit of the deployment server that selects LE-rack-b has started."""
    log.facts(
        ONEVIEW,
        DEPLOYMENT,
        {
            "primary.change_id": f"/rest/tasks/5D0C41A2-7B1E-4C55-9C1F-0000000000{number:02d}",
            "primary.change_started_at": log.ago("3s"),
            "primary.change_ended_at": None,
            "primary.change_result": "running",
            "primary.change_error_text": None,
            "primary.change_from": "LE-rack-a",
            "primary.change_to": "LE-rack-b",
            "primary.change_selected": None,
        },
        "The OS deployment server is being edited: LE-rack-b is to be primary",
    )


def complete_change(log: Log, *, usable: int = 2, candidates: int = 1) -> None:
    """The edit is Completed and LE-rack-b is primary; a second later the pairs' roles say so."""
    log.facts(
        ONEVIEW,
        DEPLOYMENT,
        {
            "primary.change_ended_at": log.ago("5s"),
            "primary.change_result": "completed",
            "primary.change_selected": "LE-rack-b",
            "primary.selected": True,
            "primary.pair": "LE-rack-b",
            "primary.usable_members": usable,
            "primary.candidates": candidates,
            "primary.candidate_names": "LE-rack-a" if candidates else "",
        },
        "LE-rack-b is primary now",
    )
    log.wait("1s")
    log.facts(ONEVIEW, PAIR_A, {"pair.role": "secondary"})
    log.facts(ONEVIEW, PAIR_B, {"pair.role": "primary"})


@scenario("P1-no-usable-primary")
def no_usable_primary(log: Log) -> None:
    """A failover of 90 seconds passes; later the deployment server names no primary at all."""
    open_watch(log, "2026-11-22T01:00:00Z")
    log.at("01:03:00")
    log.facts(ONEVIEW, DEPLOYMENT, {"primary.usable_members": 0}, "Neither member is OK")
    log.at("01:04:30")
    log.facts(ONEVIEW, DEPLOYMENT, {"primary.usable_members": 2}, "Both members are OK again")
    log.at("01:10:00")
    log.facts(
        ONEVIEW,
        DEPLOYMENT,
        {
            "primary.selected": False,
            "primary.pair": "",
            "primary.usable_members": 0,
            "primary.candidates": 2,
            "primary.candidate_names": "LE-rack-a, LE-rack-b",
        },
        "The OS deployment server names no primary",
    )
    log.at("01:25:00")
    start_change(log)
    log.at("01:41:30")
    complete_change(log)
    log.at("01:43:00")
    log.facts(NEW_STREAMER, DEPLOYMENT, {"artifacts.missing": 0}, "17 of 17 artifacts are there")
    log.at("01:55:00")
    log.confirm(DEPLOYMENT, "primary-changed", "artifacts_compared")
    log.at("02:20:00")
    log.facts(
        ONEVIEW,
        DEPLOYMENT,
        {"backup.oneview_created_at": log.ago("40s"), "backup.oneview_result": "succeeded"},
        "HPE OneView backup created",
    )
    log.wait("5m")


@scenario("P2-primary-change-planned")
def primary_change_planned(log: Log) -> None:
    """A change of the primary is planned by day, and goes well."""
    open_watch(log, "2026-11-22T09:00:00Z")
    log.at("09:05:00")
    log.operator(DEPLOYMENT, {"operator.primary_change_planned": True})
    log.at("09:12:00")
    start_change(log)
    log.at("09:13:00")
    log.operator(DEPLOYMENT, {"operator.primary_change_planned": False})
    log.at("09:31:20")
    complete_change(log)
    log.wait("10m")


@scenario("P2-primary-change-fails")
def primary_change_fails(log: Log) -> None:
    """The first edit ends in an error, the second goes well."""
    open_watch(log, "2026-11-22T02:00:00Z")
    log.at("02:02:00")
    start_change(log)
    log.at("02:09:40")
    log.facts(
        ONEVIEW,
        DEPLOYMENT,
        {
            "primary.change_ended_at": log.ago("4s"),
            "primary.change_result": "error",
            "primary.change_error_text": "Unable to edit the OS deployment server.",
            "primary.change_selected": "LE-rack-a",
        },
        "The edit of the OS deployment server ended in Error",
    )
    log.at("02:30:00")
    start_change(log, 2)
    log.at("02:47:15")
    complete_change(log)
    log.wait("5m")


@scenario("P4-artifacts-missing")
def artifacts_missing(log: Log) -> None:
    """After a change of the primary three artifacts are missing; they come from the backup."""
    open_watch(log, "2026-11-22T03:00:00Z")
    log.at("03:05:00")
    start_change(log)
    log.at("03:21:00")
    complete_change(log)
    log.at("03:24:00")
    log.facts(
        NEW_STREAMER,
        DEPLOYMENT,
        {
            "artifacts.count": 14,
            "artifacts.missing": 3,
            "artifacts.missing_names": "RHEL-8.1-gold, rhel-personalize, rhel-network",
        },
        "14 of 17 artifacts are there",
    )
    log.at("03:30:00")
    log.confirm(DEPLOYMENT, "primary-changed", "artifacts_compared")
    log.at("03:50:00")
    log.facts(
        NEW_STREAMER,
        DEPLOYMENT,
        {
            "restore.artifact_id": "/rest/tasks/0E7B6C58-21F4-4B0A-A4C6-000000000007",
            "restore.artifact_result": "running",
        },
        "Artifacts are being restored from harbour-artifacts",
    )
    log.at("03:58:30")
    log.facts(
        NEW_STREAMER,
        DEPLOYMENT,
        {"restore.artifact_result": "completed", "restore.artifact_ended_at": log.ago("2s")},
        "Artifacts restored",
    )
    log.at("03:59:00")
    log.facts(
        NEW_STREAMER,
        DEPLOYMENT,
        {
            "artifacts.count": 17,
            "artifacts.modified_at": log.ago("45s"),
            "artifacts.missing": 0,
            "artifacts.missing_names": "",
        },
        "17 of 17 artifacts are there",
    )
    log.at("04:20:00")
    log.facts(
        NEW_STREAMER,
        DEPLOYMENT,
        {
            "backup.artifact_name": "harbour-artifacts-2",
            "backup.artifact_created_at": log.ago("20s"),
            "backup.artifact_downloaded": False,
        },
        "Artifact backup created",
    )
    log.at("04:30:00")
    log.facts(NEW_STREAMER, DEPLOYMENT, {"backup.artifact_downloaded": True})
    log.wait("2m")


@scenario("P5-primary-is-to-be-removed")
def primary_removal(log: Log) -> None:
    """Taking out the secondary needs no care for the primary; taking out the primary does."""
    open_watch(log, "2026-11-22T09:45:00Z")
    log.at("09:50:00")
    log.operator(PAIR_B, {"operator.removal_planned": True})
    log.at("09:55:00")
    log.operator(PAIR_B, {"operator.removal_planned": False})
    log.at("10:00:00")
    log.operator(PAIR_A, {"operator.removal_planned": True})
    log.at("10:20:00")
    start_change(log)
    log.at("10:38:00")
    complete_change(log)
    log.at("10:50:00")
    log.confirm(DEPLOYMENT, "primary-changed", "artifacts_compared")
    log.wait("2m")


@scenario("P5-only-pair-is-to-be-removed")
def only_pair_removal(log: Log) -> None:
    """The pair that is to be removed is the only one."""
    open_watch(log, "2026-11-22T10:00:00Z", pairs=1)
    log.at("10:06:00")
    log.operator(PAIR_A, {"operator.removal_planned": True})
    log.at("10:15:00")
    log.operator(PAIR_A, {"operator.removal_planned": False}, "Put off")
    log.wait("1m")


@scenario("P6-replication-stale")
def replication_stale(log: Log) -> None:
    """One change reaches the secondary within the hour; the next does not for more than three."""
    open_watch(log, "2026-11-22T06:00:00Z")
    log.wait("1s")
    log.facts(STREAMER, PAIR_B, {"replication.completed_at": log.ago("14m")})
    log.at("06:05:00")
    log.facts(STREAMER, DEPLOYMENT, {"artifacts.modified_at": log.ago("10s")}, "Plan script edited")
    log.at("06:45:00")
    log.facts(STREAMER, PAIR_B, {"replication.completed_at": log.ago("30s")}, "Artifacts arrived")
    log.at("06:50:00")
    log.facts(STREAMER, DEPLOYMENT, {"artifacts.modified_at": log.ago("15s")}, "Build plan edited")
    log.at("10:05:00")
    log.facts(STREAMER, PAIR_B, {"replication.completed_at": log.ago("30s")}, "Artifacts arrived")
    log.wait("2m")


@scenario("P6-replication-fails")
def replication_fails(log: Log) -> None:
    """Two failed rounds of replication may pass; the third is one too many."""
    open_watch(log, "2026-11-22T06:00:00Z", streamer={"replication.failed_bundles": 1})
    log.at("06:10:00")
    log.facts(STREAMER, DEPLOYMENT, {"replication.bundles": 25, "replication.failed_bundles": 2})
    log.at("07:10:00")
    log.facts(STREAMER, DEPLOYMENT, {"replication.bundles": 26, "replication.failed_bundles": 3})
    log.at("07:25:00")
    log.confirm(DEPLOYMENT, "replication-failing", "support_contacted")
    log.at("07:55:00")
    log.facts(STREAMER, DEPLOYMENT, {"replication.bundles": 23, "replication.failed_bundles": 0})
    log.wait("2m")
