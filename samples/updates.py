"""How an update of LE-rack-a shows itself: its start, its progress, its end, and what it left."""

from __future__ import annotations

from typing import Any

from harbour import (
    A1,
    A2,
    DEPLOYMENT,
    FIRST,
    NEW,
    NEW_STORAGE,
    OLD,
    OLD_STORAGE,
    ONEVIEW,
    PAIR_A,
    SECOND,
)
from scenario import Log

TASK = "/rest/tasks/5f0c7d1e-8a42-4c55-9b1f-20d3a6e4b901"
SECOND_TASK = "/rest/tasks/b83e9a60-17f4-4d0b-8c37-91c2f05d6a22"


def update_starts(
    log: Log,
    task: str = TASK,
    *,
    before: str = OLD,
    storage: str = OLD_STORAGE,
    target: str = NEW,
    overtaken: dict[str, Any] | None = None,
) -> None:
    """An update starts, and everything before it is set down in one event."""
    facts = {
        "update.id": task,
        "update.started_at": log.ago("2s"),
        "update.ended_at": None,
        "update.result": "running",
        "update.target_version": target,
        "update.first.serial": FIRST,
        "update.first.before": before,
        "update.second.serial": SECOND,
        "update.second.before": before,
        "update.storage.before": storage,
        "update.error_text": None,
        "update.percent": 0,
        "update.step_text": "Validating the update file",
        **(overtaken or {}),
    }
    log.facts(ONEVIEW, PAIR_A, facts, f"Update of LE-rack-a to {target} started")


def update_goes_on(log: Log, percent: int, step: str) -> None:
    """The running update says how far it is."""
    facts = {"update.percent": percent, "update.step_text": step}
    log.facts(ONEVIEW, PAIR_A, facts, f"Update of LE-rack-a: {step}, {percent} %")


def clusters(log: Log, management: str, storage: str, message: str = "") -> None:
    """Both clusters of LE-rack-a change, and their alerts with them."""
    facts = {
        "cluster.management": management,
        "cluster.storage": storage,
        "cluster.reported": "OK" if (management, storage) == ("healthy", "healthy") else "Warning",
        "alert.not_highly_available": management != "healthy",
        "alert.storage_node_unavailable": storage != "healthy",
        "alert.storage_description": "One of the storage nodes in the cluster is not available."
        if storage != "healthy"
        else None,
    }
    log.facts(ONEVIEW, PAIR_A, facts, message)


def versions(log: Log, first: str, second: str, *, storage: str, active: str = FIRST) -> None:
    """The versions that HPE OneView reads on the members of LE-rack-a."""
    by_serial = {FIRST: first, SECOND: second}
    standby = SECOND if active == FIRST else FIRST
    facts = {
        "pair.active_serial": active,
        "pair.standby_serial": standby,
        "pair.active_version": by_serial[active],
        "pair.standby_version": by_serial[standby],
        "pair.versions_match": first == second,
        "storage.installed_version": storage,
    }
    log.facts(ONEVIEW, PAIR_A, facts, f"LE-rack-a reports {first} and {second}, storage {storage}")
    for subject, serial in ((A1, FIRST), (A2, SECOND)):
        said = {"appliance.version": by_serial[serial], "appliance.active": serial == active}
        log.facts(ONEVIEW, subject, said)
    kinds = sorted({first, second, OLD})
    said = {
        "deployment.versions_match": len(kinds) == 1,
        "deployment.versions_text": ", ".join(
            f"{kind} on {[first, second, OLD, OLD].count(kind)}" for kind in kinds
        ),
    }
    log.facts(ONEVIEW, DEPLOYMENT, said)


def update_ends(log: Log, result: str, error: str = "") -> None:
    """The update's task ends, nine seconds before the watch reads it."""
    facts: dict[str, Any] = {
        "update.result": result,
        "update.ended_at": log.ago("9s"),
        "update.percent": 100,
        "update.step_text": None,
    }
    if error:
        facts["update.error_text"] = error
    log.facts(ONEVIEW, PAIR_A, facts, f"Update of LE-rack-a ended: {result}")


def update_settles(
    log: Log,
    first: str,
    second: str,
    storage: str,
    *,
    task: str = TASK,
    refused: bool = False,
    cause: str | None = None,
    names_storage: bool = False,
    interrupted: bool = False,
) -> None:
    """What the update left has been read and has settled: everything after, in one event."""
    facts = {
        "update.after_id": task,
        "update.first.after": first,
        "update.second.after": second,
        "update.storage.after": storage,
        "update.validation_error": refused,
        "update.validation_cause": cause,
        "update.error_names_storage": names_storage,
        "update.interrupted_by_oneview": interrupted,
    }
    log.facts(ONEVIEW, PAIR_A, facts, "What the update of LE-rack-a left has settled")


def first_member_is_new(log: Log) -> None:
    """The usual way up to the standby's turn: the active member and its storage are updated."""
    log.wait("4m")
    update_goes_on(log, 12, "Installing on the active appliance")
    log.wait("8m")
    clusters(log, "degraded", "degraded", "LE-rack-a runs on one appliance while it is updated")
    log.wait("14m")
    update_goes_on(log, 48, "Active appliance and storage updated")
    versions(log, NEW, OLD, storage=NEW_STORAGE)
