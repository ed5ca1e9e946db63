"""Appliances are inserted, claimed, replaced and removed, and OS volumes are at stake: A1 to A4, R7
to R13, V1 to V6."""

from __future__ import annotations

from typing import Any

from harbour import A1, A2, B2, DEPLOYMENT, FIRST, ONEVIEW, PAIR_A, PAIR_B, SECOND, open_watch
from scenario import WATCH, Log, scenario

SERIAL = "CN7518011W"
MODULE = f"appliance/{SERIAL}"
"""A module that comes new into Frame3, bay 2."""


def insert_module(log: Log) -> None:
    """The module is in its bay; HPE OneView has not claimed it."""
    log.facts(
        ONEVIEW,
        MODULE,
        {
            "appliance.name": "Frame3, appliance 2",
            "appliance.enclosure": "Frame3",
            "appliance.bay": 2,
            "appliance.present": True,
            "appliance.powered": True,
            "claim.inserted_at": log.ago("5s"),
            "claim.state": "unclaimed",
            "claim.obstacle": "none",
            "claim.in_pair": False,
        },
        "Image Streamer module inserted in Frame3, bay 2",
    )


def claim(log: Log, state: str, obstacle: str = "none", description: str | None = None) -> None:
    """HPE OneView's claim of the module goes on."""
    log.facts(
        ONEVIEW,
        MODULE,
        {"claim.state": state, "claim.obstacle": obstacle, "claim.description": description},
        f"Claim of {SERIAL}: {state}",
    )


def insertion(log: Log, number: int, result: str, text: str | None = None) -> None:
    """The task Insert Image Streamer of the module goes on."""
    facts: dict[str, Any] = {
        "claim.insertion_id": f"/rest/tasks/C2D9A1B3-5A07-4B88-93E0-0000000000{number:02d}",
        "claim.insertion_result": result,
        "claim.insertion_error_text": text,
    }
    log.facts(ONEVIEW, MODULE, facts, f"Insert Image Streamer: {result}")


@scenario("A3-claim-fails")
def claim_fails(log: Log) -> None:
    """A claim fails for another reason than a foreign configuration, and succeeds later."""
    open_watch(log, "2026-11-22T08:00:00Z")
    log.at("08:10:00")
    insert_module(log)
    log.at("08:28:00")
    claim(log, "claiming")
    log.at("08:33:00")
    claim(log, "failed", "other", "The appliance did not answer.")
    log.at("08:50:00")
    claim(log, "claiming")
    log.at("08:56:00")
    claim(log, "claimed")
    log.at("09:20:00")
    log.facts(
        ONEVIEW,
        MODULE,
        {"claim.in_pair": True, "appliance.pair": "LE-rack-c"},
        "Logical enclosure LE-rack-c created",
    )
    log.wait("2m")


@scenario("R7-foreign-configuration")
def foreign_configuration(log: Log) -> None:
    """The module comes from another domain; the alert offers a factory reset."""
    open_watch(log, "2026-11-22T08:00:00Z")
    log.at("08:10:00")
    insert_module(log)
    log.at("08:30:00")
    claim(log, "failed", "foreign-configuration", "Managed by another system. Reset to claim it.")
    log.at("08:35:00")
    log.confirm(MODULE, "claim-needs-factory-reset", "volumes_not_needed")
    log.at("08:40:00")
    claim(log, "claiming")
    log.at("08:58:00")
    claim(log, "claimed")
    log.wait("2m")


@scenario("R8-credentials-unknown")
def credentials_unknown(log: Log) -> None:
    """Nobody knows the former credentials: the module is reimaged."""
    open_watch(log, "2026-11-22T08:00:00Z")
    log.at("08:10:00")
    insert_module(log)
    log.at("08:30:00")
    claim(log, "failed", "foreign-configuration", "Managed by another system. Reset to claim it.")
    log.at("08:45:00")
    log.operator(MODULE, {"operator.reset_credentials_unknown": True})
    log.at("10:00:00")
    claim(log, "unclaimed")
    log.at("10:20:00")
    claim(log, "claimed")
    log.wait("2m")


@scenario("R9-reset-from-console")
def reset_from_console(log: Log) -> None:
    """The module was reset from its console: the claim must be initiated through REST."""
    open_watch(log, "2026-11-22T08:00:00Z")
    log.at("08:10:00")
    insert_module(log)
    log.at("08:40:00")
    log.operator(MODULE, {"operator.reset_from_console": True})
    log.at("08:50:00")
    claim(log, "claiming")
    log.at("08:56:00")
    claim(log, "claimed")
    log.wait("2m")


@scenario("R10-older-version")
def older_version(log: Log) -> None:
    """Somebody wants an earlier version back on LE-rack-b."""
    open_watch(log, "2026-11-22T08:00:00Z")
    log.at("08:05:00")
    log.operator(PAIR_B, {"operator.older_version_needed": True})
    log.at("08:30:00")
    log.operator(PAIR_B, {"operator.older_version_needed": False})
    log.wait("2m")


@scenario("R11-decommission")
def decommission(log: Log) -> None:
    """Both pairs go: the secondary first, which must be healthy, then the deployment server."""
    open_watch(log, "2026-11-22T08:00:00Z")
    log.at("08:05:00")
    log.operator(DEPLOYMENT, {"operator.decommission_planned": True})
    log.at("08:20:00")
    log.facts(
        ONEVIEW,
        PAIR_B,
        {"cluster.storage": "degraded", "alert.storage_node_unavailable": True},
        "A storage node of LE-rack-b is not available",
    )
    log.at("08:50:00")
    log.facts(
        ONEVIEW,
        PAIR_B,
        {"cluster.storage": "healthy", "alert.storage_node_unavailable": False},
        "Both storage nodes of LE-rack-b serve",
    )
    log.at("09:30:00")
    log.facts(
        ONEVIEW,
        DEPLOYMENT,
        {"deployment.pairs": 1, "primary.candidates": 0, "primary.candidate_names": ""},
        "LE-rack-b is out of service",
    )
    log.at("10:30:00")
    gone = ("primary.selected", "primary.pair", "primary.usable_members", "primary.candidates")
    server = ("deployment.connected", "deployment.state", "deployment.status", "deployment.pairs")
    log.facts(ONEVIEW, DEPLOYMENT, dict.fromkeys((*gone, *server)), "OS deployment server removed")
    log.facts(WATCH, DEPLOYMENT, {"watch.deployment_servers": "absent"}, "No deployment server")
    log.at("11:00:00")
    log.operator(DEPLOYMENT, {"operator.decommission_planned": False}, "Done")
    log.wait("2m")


@scenario("R11b-update-from-group-fails")
def update_from_group_fails(log: Log) -> None:
    """The known defect of HPE OneView before 6.2, met without and within a decommissioning."""
    task = "/rest/tasks/71B0C9D4-0E1A-4F6C-8A55-0000000000"
    open_watch(log, "2026-11-22T08:00:00Z")
    log.at("08:05:00")
    log.facts(
        ONEVIEW,
        PAIR_B,
        {"removal.group_update_id": f"{task}01", "removal.group_update_result": "error"},
        "Update from group of LE-rack-b ended in Error",
    )
    log.at("08:15:00")
    log.facts(
        ONEVIEW,
        PAIR_B,
        {"removal.group_update_id": f"{task}02", "removal.group_update_result": "completed"},
        "Update from group of LE-rack-b Completed",
    )
    log.at("08:30:00")
    log.operator(DEPLOYMENT, {"operator.decommission_planned": True})
    log.at("09:00:00")
    log.facts(
        ONEVIEW,
        PAIR_B,
        {"removal.group_update_id": f"{task}03", "removal.group_update_result": "running"},
        "Update from group of LE-rack-b started",
    )
    log.at("09:12:00")
    log.facts(
        ONEVIEW,
        PAIR_B,
        {
            "removal.group_update_result": "error",
            "removal.group_update_error_text": "Unable to remove the deployment settings.",
        },
        "Update from group of LE-rack-b ended in Error",
    )
    log.at("11:30:00")
    log.facts(ONEVIEW, DEPLOYMENT, {"composer.version": "6.20.00-0433321"}, "HPE OneView updated")
    log.wait("2m")


@scenario("R12-active-replaced")
def active_replaced(log: Log) -> None:
    """The active appliance's system board is to be replaced: failover first, then it goes dark."""
    open_watch(log, "2026-11-22T14:00:00Z")
    log.at("14:05:00")
    log.operator(A1, {"operator.replacement_planned": True})
    log.at("14:30:00")
    log.facts(ONEVIEW, A1, {"appliance.active": False})
    log.facts(ONEVIEW, A2, {"appliance.active": True})
    log.facts(
        ONEVIEW,
        PAIR_A,
        {
            "pair.active_serial": SECOND,
            "pair.standby_serial": FIRST,
            "pair.active_changed_at": log.ago("20s"),
        },
        f"{SECOND} is active now",
    )
    log.at("15:00:00")
    log.facts(ONEVIEW, A1, {"appliance.status": "unknown", "appliance.powered": False})
    log.wait("1s")
    log.facts(
        ONEVIEW,
        PAIR_A,
        {
            "pair.lost": "standby",
            "cluster.management": "degraded",
            "cluster.storage": "degraded",
            "alert.not_highly_available": True,
        },
        "LE-rack-a runs on one appliance",
    )
    log.facts(ONEVIEW, DEPLOYMENT, {"primary.usable_members": 1})
    log.wait("4m")


@scenario("R13-insertion-fails")
def insertion_fails(log: Log) -> None:
    """A module cannot be inserted while the management network has no free address."""
    open_watch(log, "2026-11-22T08:00:00Z", deployment={"claim.free_management_addresses": 0})
    log.at("08:10:00")
    insert_module(log)
    log.facts(ONEVIEW, DEPLOYMENT, {"claim.waiting": 1})
    log.at("08:28:00")
    claim(log, "claiming")
    log.at("08:34:00")
    claim(log, "claimed")
    log.at("08:36:00")
    insertion(log, 1, "running")
    log.at("08:41:00")
    insertion(log, 1, "error", "Not enough IPv4 addresses.")
    log.at("09:00:00")
    log.facts(ONEVIEW, DEPLOYMENT, {"claim.free_management_addresses": 16}, "Addresses added")
    log.at("09:10:00")
    insertion(log, 2, "running")
    log.at("09:34:00")
    insertion(log, 2, "completed")
    log.facts(ONEVIEW, MODULE, {"claim.in_pair": True, "appliance.pair": "LE-rack-c"})
    log.facts(ONEVIEW, DEPLOYMENT, {"claim.waiting": 0})
    log.wait("2m")


@scenario("R13-insertion-planned")
def insertion_planned(log: Log) -> None:
    """Empty pools matter once somebody means to insert a module."""
    open_watch(log, "2026-11-22T08:00:00Z", deployment={"claim.free_deployment_addresses": 0})
    log.at("08:10:00")
    log.operator(DEPLOYMENT, {"operator.insertion_planned": True})
    log.at("08:30:00")
    log.facts(ONEVIEW, DEPLOYMENT, {"claim.free_deployment_addresses": 8}, "Addresses added")
    log.wait("2m")


@scenario("R13-removal-fails")
def removal_fails(log: Log) -> None:
    """The task that removes an appliance fails, HPE Support clears up, and it is run again."""
    task = "/rest/tasks/D4E8F011-93C5-47AA-B0B2-0000000000"
    open_watch(log, "2026-11-22T08:00:00Z")
    log.at("08:10:00")
    log.facts(ONEVIEW, B2, {"removal.module_id": f"{task}01", "removal.module_result": "running"})
    log.at("08:31:00")
    log.facts(
        ONEVIEW,
        B2,
        {
            "removal.module_result": "error",
            "removal.module_error_text": "Unable to remove the appliance.",
        },
        "Removal ended in Error",
    )
    log.at("09:00:00")
    log.confirm(B2, "removal-failed", "support_contacted")
    log.at("10:00:00")
    log.facts(ONEVIEW, B2, {"removal.module_id": f"{task}02", "removal.module_result": "running"})
    log.at("10:22:00")
    log.facts(ONEVIEW, B2, {"removal.module_result": "completed"}, "Removal Completed")
    log.wait("2m")


@scenario("V1-os-volumes")
def os_volumes(log: Log) -> None:
    """One after the other somebody means to do what keeps, deletes or endangers OS volumes."""
    open_watch(log, "2026-11-22T08:00:00Z")
    plans = (
        "operator.profile_unassignment_planned",
        "operator.group_change_planned",
        "operator.enclosure_deletion_planned",
        "operator.profile_move_planned",
        "operator.hardware_type_change_planned",
        "operator.iscsi_timeout_change_planned",
    )
    log.at("08:10:00")
    for plan in plans:
        log.operator(PAIR_A, {plan: True})
        log.wait("4m")
        log.operator(PAIR_A, {plan: False})
        log.wait("1m")
    log.wait("2m")
