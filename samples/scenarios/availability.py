"""H1 to H10: appliances, pairs, storage and links that fail, outside updates."""

from __future__ import annotations

from typing import Any

from harbour import (
    A1,
    A2,
    B1,
    B2,
    DEPLOYMENT,
    FIRST,
    FOURTH,
    OLD,
    ONEVIEW,
    PAIR_A,
    PAIR_B,
    SECOND,
    STREAMER,
    THIRD,
    open_watch,
)
from scenario import WATCH, Log, scenario

NODE = "One of the storage nodes in the cluster is not available."


def health(management: str, storage: str, lost: str = "none") -> dict[str, Any]:
    """A pair's clusters and alerts."""
    return {
        "pair.lost": lost,
        "cluster.management": management,
        "cluster.storage": storage,
        "cluster.reported": "OK" if management == storage == "healthy" else "Critical",
        "alert.not_highly_available": management != "healthy",
        "alert.storage_node_unavailable": storage != "healthy",
        "alert.storage_description": None if storage == "healthy" else NODE,
    }


@scenario("H1-active-fails")
def active_fails(log: Log) -> None:
    """The active appliance loses power; the standby takes over within two minutes."""
    open_watch(log, "2026-11-21T22:00:00Z")
    log.at("22:10:00")
    log.facts(WATCH, PAIR_A, {"source.cluster_address": "silent"}, "192.0.2.40 is silent")
    log.at("22:11:50")
    log.facts(WATCH, PAIR_A, {"source.cluster_address": "answers"}, "192.0.2.40 answers")
    log.at("22:12:05")
    roles = {
        "pair.active_serial": SECOND,
        "pair.standby_serial": FIRST,
        "pair.active_changed_at": log.ago("40s"),
        "pair.storage_lost_with_member": True,
    }
    said = {**health("degraded", "degraded", "active"), **roles}
    log.facts(ONEVIEW, PAIR_A, said, f"{SECOND} is active now; {FIRST} cannot be used")
    log.facts(ONEVIEW, A1, {"appliance.active": False, "appliance.status": "critical"})
    log.facts(ONEVIEW, A2, {"appliance.active": True})
    log.facts(ONEVIEW, DEPLOYMENT, {"primary.usable_members": 1})
    log.at("22:20:00")
    log.acknowledge(PAIR_A, "active-failed-over", "Looking at Frame1")
    log.at("22:40:00")
    log.facts(ONEVIEW, A1, {"appliance.status": "ok"}, f"{FIRST} is back")
    log.facts(ONEVIEW, PAIR_A, {"pair.lost": "none"})
    log.facts(ONEVIEW, DEPLOYMENT, {"primary.usable_members": 2})
    log.at("23:28:00")
    log.facts(ONEVIEW, PAIR_A, health("healthy", "healthy"), "LE-rack-a is whole again")
    log.at("23:32:00")


@scenario("H1-storage-stays-whole")
def storage_stays_whole(log: Log) -> None:
    """The active appliance loses its management; its storage serves on, until that goes too."""
    open_watch(log, "2026-11-21T22:00:00Z")
    log.at("22:12:05")
    roles: dict[str, Any] = {
        "pair.active_serial": SECOND,
        "pair.standby_serial": FIRST,
        "pair.active_changed_at": log.ago("40s"),
    }
    roles["pair.storage_lost_with_member"] = False
    said = {**health("degraded", "healthy", "active"), **roles}
    log.facts(ONEVIEW, PAIR_A, said, f"{SECOND} is active now; {FIRST} is Critical")
    log.facts(ONEVIEW, A1, {"appliance.active": False, "appliance.status": "critical"})
    log.facts(ONEVIEW, A2, {"appliance.active": True})
    log.facts(ONEVIEW, DEPLOYMENT, {"primary.usable_members": 1})
    log.at("22:20:00")
    log.confirm(PAIR_A, "active-failed-over", "cause_found", "Its management hangs")
    log.at("22:31:00")
    said = health("degraded", "degraded", "active")
    log.facts(ONEVIEW, PAIR_A, said, "A storage node of LE-rack-a is not available")
    log.at("22:36:00")


@scenario("H1-no-takeover")
def no_takeover(log: Log) -> None:
    """The active appliance fails and nobody takes over for twenty minutes."""
    open_watch(log, "2026-11-21T22:00:00Z")
    log.at("22:10:00")
    log.facts(WATCH, PAIR_A, {"source.cluster_address": "silent"}, "192.0.2.40 is silent")
    log.silence(STREAMER)
    log.at("22:10:30")
    said = health("failed", "degraded", "active")
    said["pair.storage_lost_with_member"] = True
    log.facts(ONEVIEW, PAIR_A, said, f"{FIRST} cannot be used, and no member is active")
    log.facts(ONEVIEW, A1, {"appliance.status": "critical"})
    log.at("22:10:40")
    said = {"deployment.connected": False, "deployment.state": "Disconnected"}
    log.facts(ONEVIEW, DEPLOYMENT, {**said, "primary.usable_members": 1})
    log.at("22:31:00")
    roles = {
        "pair.active_serial": SECOND,
        "pair.standby_serial": FIRST,
        "pair.active_changed_at": log.ago("40s"),
    }
    said = {**health("degraded", "degraded", "active"), **roles}
    log.facts(ONEVIEW, PAIR_A, said, f"{SECOND} is active now")
    log.facts(WATCH, PAIR_A, {"source.cluster_address": "answers"}, "192.0.2.40 answers")
    log.heard(STREAMER)
    said = {"deployment.connected": True, "deployment.state": "Connected"}
    log.facts(ONEVIEW, DEPLOYMENT, said, "The deployment server is Connected")
    log.at("22:36:00")


@scenario("H2-standby-lost")
def standby_lost(log: Log) -> None:
    """The standby of LE-rack-b is Unknown for a while; then the cluster forms again."""
    open_watch(log, "2026-11-20T14:00:00Z")
    log.at("14:20:00")
    log.facts(ONEVIEW, B2, {"appliance.status": "unknown"}, f"{FOURTH} is Unknown")
    log.facts(ONEVIEW, PAIR_B, health("degraded", "degraded", "standby"))
    log.at("14:45:00")
    log.facts(ONEVIEW, B2, {"appliance.status": "ok"}, f"{FOURTH} is back")
    log.facts(ONEVIEW, PAIR_B, {"pair.lost": "none"})
    log.at("15:31:00")
    log.facts(ONEVIEW, PAIR_B, health("healthy", "healthy"), "LE-rack-b is whole again")
    log.at("15:35:00")


@scenario("H3-primary-pair-lost")
def primary_pair_lost(log: Log) -> None:
    """Both appliances of the primary pair fail; LE-rack-b is made the primary."""
    open_watch(log, "2026-11-21T03:00:00Z")
    log.at("03:10:00")
    log.silence(STREAMER)
    log.facts(WATCH, PAIR_A, {"source.cluster_address": "silent"}, "192.0.2.40 is silent")
    log.at("03:10:20")
    log.facts(ONEVIEW, PAIR_A, health("failed", "failed", "both"), "LE-rack-a cannot be used")
    log.facts(ONEVIEW, A1, {"appliance.status": "critical"})
    log.facts(ONEVIEW, A2, {"appliance.status": "critical"})
    said = {
        "deployment.connected": False,
        "deployment.state": "Disconnected",
        "deployment.status": "critical",
        "primary.usable_members": 0,
    }
    log.facts(ONEVIEW, DEPLOYMENT, said, "The deployment server is Disconnected")
    log.at("03:25:00")
    said = {
        "primary.change_id": "/rest/tasks/0d1f6c55-72a9-4b36-8c0e-5e2b7f3c9a10",
        "primary.change_started_at": log.ago("3s"),
        "primary.change_from": "LE-rack-a",
        "primary.change_to": "LE-rack-b",
        "primary.change_result": "running",
    }
    log.facts(ONEVIEW, DEPLOYMENT, said, "The deployment server is edited: LE-rack-b")
    log.at("03:41:00")
    said = {
        "primary.change_result": "completed",
        "primary.change_ended_at": log.ago("5s"),
        "primary.change_selected": "LE-rack-b",
        "primary.pair": "LE-rack-b",
        "primary.usable_members": 2,
        "primary.candidates": 0,
        "primary.candidate_names": "",
        "deployment.connected": True,
        "deployment.state": "Connected",
        "deployment.status": "ok",
    }
    log.facts(ONEVIEW, DEPLOYMENT, said, "LE-rack-b is primary")
    log.facts(ONEVIEW, PAIR_A, {"pair.role": "secondary"})
    log.facts(ONEVIEW, PAIR_B, {"pair.role": "primary"})
    log.at("03:45:00")


@scenario("H3-role-not-known")
def pair_lost_role_not_known(log: Log) -> None:
    """Both appliances of a pair are lost before anybody has read whether it is the primary."""
    open_watch(log, "2026-11-20T14:00:00Z", pair_b={"pair.role": None})
    log.at("14:12:00")
    log.facts(ONEVIEW, B1, {"appliance.status": "critical"}, f"{THIRD} is Critical")
    log.facts(ONEVIEW, B2, {"appliance.status": "unknown"}, f"{FOURTH} is Unknown")
    log.facts(ONEVIEW, PAIR_B, health("failed", "failed", "both"), "LE-rack-b does not serve")
    log.at("14:20:00")
    log.confirm(PAIR_B, "pair-lost", "frames_checked", "Both frames have power")
    log.at("14:31:00")
    log.facts(ONEVIEW, PAIR_B, {"pair.role": "secondary"}, "LE-rack-b is a secondary pair")
    log.at("14:35:00")


@scenario("H3-only-pair-lost")
def only_pair_lost(log: Log) -> None:
    """Both appliances of the only pair fail: there is nothing to make primary."""
    open_watch(log, "2026-11-21T03:00:00Z", pairs=1)
    log.at("03:10:20")
    log.facts(ONEVIEW, PAIR_A, health("failed", "failed", "both"), "LE-rack-a cannot be used")
    log.facts(ONEVIEW, DEPLOYMENT, {"primary.usable_members": 0})
    log.at("03:12:00")


@scenario("H4-secondary-pair-lost")
def secondary_pair_lost(log: Log) -> None:
    """Both appliances of LE-rack-b fail; the primary is not concerned."""
    open_watch(log, "2026-11-21T03:00:00Z")
    log.at("03:10:20")
    log.facts(ONEVIEW, PAIR_B, health("failed", "failed", "both"), "LE-rack-b cannot be used")
    log.facts(ONEVIEW, DEPLOYMENT, {"primary.candidates": 0, "primary.candidate_names": ""})
    log.at("03:50:00")
    log.facts(ONEVIEW, PAIR_B, health("healthy", "healthy"), "LE-rack-b is whole again")
    said = {"primary.candidates": 1, "primary.candidate_names": "LE-rack-b"}
    log.facts(ONEVIEW, DEPLOYMENT, said)
    log.at("03:54:00")


@scenario("H5-storage-degraded")
def storage_degraded(log: Log) -> None:
    """Management is green, storage is red."""
    open_watch(log, "2026-11-20T14:00:00Z")
    log.at("14:20:00")
    log.facts(ONEVIEW, PAIR_A, health("healthy", "degraded"), "A storage node is not available")
    log.at("14:32:00")
    log.confirm(PAIR_A, "storage-degraded", "links_checked", "All ports linked")
    log.at("15:10:00")
    log.facts(ONEVIEW, PAIR_A, health("healthy", "healthy"), "The storage cluster is healthy")
    log.at("15:14:00")


@scenario("H6-servers-cannot-boot")
def servers_cannot_boot(log: Log) -> None:
    """The storage is degraded, and servers do not boot: people say so."""
    open_watch(log, "2026-11-20T14:00:00Z")
    log.at("14:20:00")
    log.facts(ONEVIEW, PAIR_A, health("healthy", "degraded"), "A storage node is not available")
    log.at("14:35:00")
    said = {"operator.servers_cannot_boot": True}
    log.operator(PAIR_A, said, "Three servers stand at the boot prompt")
    log.at("15:25:00")
    log.facts(ONEVIEW, PAIR_A, health("healthy", "healthy"), "The storage cluster is healthy")
    log.at("15:30:00")
    log.operator(PAIR_A, {"operator.servers_cannot_boot": False}, "All servers boot")
    log.at("15:34:00")


@scenario("H6-storage-serves-nothing")
def storage_serves_nothing(log: Log) -> None:
    """The storage cluster serves no OS volumes at all."""
    open_watch(log, "2026-11-20T14:00:00Z")
    log.at("14:20:00")
    log.facts(ONEVIEW, PAIR_B, health("healthy", "failed"), "No storage node serves")
    log.at("14:50:00")
    log.facts(ONEVIEW, PAIR_B, health("healthy", "degraded"), "One storage node serves")
    log.at("14:54:00")


@scenario("H7-single-appliance")
def single_appliance(log: Log) -> None:
    """A logical enclosure with one appliance; it is meant for test, as people say later."""
    lone = {**health("degraded", "degraded"), "pair.members": 1, "pair.standby_serial": None}
    alone = {
        "alert.not_highly_available": False,
        "alert.storage_node_unavailable": False,
        "alert.storage_description": None,
        "pair.standby_version": None,
        "pair.versions_match": None,
        "storage.versions_match": None,
    }
    pair = {**lone, **alone, "cluster.reported": "OK"}
    site = {"primary.usable_members": 1, "deployment.versions_text": f"{OLD} on 1"}
    open_watch(log, "2026-11-20T14:00:00Z", pairs=1, lone=True, pair_a=pair, deployment=site)
    log.at("14:20:00")
    log.operator(PAIR_A, {"operator.single_for_testing": True}, "Test rack")
    log.at("14:24:00")


@scenario("H8-link-disconnected")
def link_disconnected(log: Log) -> None:
    """A cable to the Image Streamer is pulled, then the ring is cut; both are put right."""
    open_watch(log, "2026-11-20T14:00:00Z")
    log.at("14:20:00")
    said = {
        "link.image_manager_disconnected": True,
        "link.management_port": "ImageStreamer/Unlinked",
        "link.description": "The link to the Image Streamer appliance is disconnected.",
        "link.corrective_action": "Reconnect the cable of the frame link module's MGMT port.",
    }
    log.facts(ONEVIEW, A1, said, "Frame1: EmImageManagerLinkDisconnected")
    log.at("14:24:00")
    said = {
        "link.frame_link_fault": True,
        "link.description": "A link between two frame link modules is disconnected.",
        "link.corrective_action": "Check the cables between the frames.",
    }
    log.facts(ONEVIEW, B1, said, "Frame4: EmLinkDisconnected")
    log.at("14:50:00")
    cleared = {"link.description": None, "link.corrective_action": None}
    said = {
        "link.image_manager_disconnected": False,
        "link.management_port": "ImageStreamer/Linked",
    }
    log.facts(ONEVIEW, A1, {**said, **cleared}, "Frame1: cleared, the port is connected")
    log.at("14:55:00")
    log.facts(ONEVIEW, B1, {"link.frame_link_fault": False, **cleared}, "Frame4: cleared")
    log.at("14:59:00")


@scenario("H9-module-fault")
def module_fault(log: Log) -> None:
    """A warning that goes by itself; then a hardware fault, first on the active appliance, which
    is the standby after a failover."""
    open_watch(log, "2026-11-20T14:00:00Z")
    log.at("14:05:00")
    said = {
        "alert.module_fault": "redundant-communication",
        "alert.module_description": "Redundant communication with the appliance is lost.",
        "alert.module_corrective_action": "Check both frame link modules of the frame.",
    }
    cleared = {
        "alert.module_fault": "none",
        "alert.module_description": None,
        "alert.module_corrective_action": None,
    }
    log.facts(ONEVIEW, B1, said, "Frame4: CiManagerRedundantCommFault")
    log.at("14:15:00")
    log.facts(ONEVIEW, B1, cleared, "Frame4: CiManagerRedundantCommFaultCleared")
    log.at("14:20:00")
    said = {
        "alert.module_fault": "critical",
        "alert.module_description": "The appliance in bay 2 reports a critical fault.",
        "alert.module_corrective_action": "Collect the appliance's logs and replace the module.",
        "appliance.module_status": "critical",
    }
    log.facts(ONEVIEW, A1, said, "Frame1: CIManagerCritical")
    log.at("14:40:00")
    roles = {
        "pair.active_serial": SECOND,
        "pair.standby_serial": FIRST,
        "pair.active_changed_at": log.ago("30s"),
    }
    log.facts(ONEVIEW, PAIR_A, roles, f"{SECOND} is active now")
    log.facts(ONEVIEW, A1, {"appliance.active": False})
    log.facts(ONEVIEW, A2, {"appliance.active": True})
    log.at("15:20:00")
    log.facts(ONEVIEW, A1, {**cleared, "appliance.module_status": "ok"}, "Frame1: CIManagerOk")
    log.at("15:24:00")


@scenario("H10-module-removed")
def module_removed(log: Log) -> None:
    """The standby of LE-rack-b is pulled and inserted again."""
    open_watch(log, "2026-11-20T14:00:00Z")
    log.at("14:20:00")
    gone = {"appliance.present": False, "appliance.powered": False, "appliance.status": "unknown"}
    log.facts(ONEVIEW, B2, gone, "Frame5: CIManagerRemoved")
    log.facts(ONEVIEW, PAIR_B, health("degraded", "degraded", "standby"))
    log.at("14:38:00")
    said = {"appliance.present": True, "appliance.powered": True}
    log.facts(ONEVIEW, B2, said, "Frame5: CIManagerInserted")
    log.at("14:58:00")
    log.facts(ONEVIEW, B2, {"appliance.status": "ok"}, f"{FOURTH} is discovered")
    log.facts(ONEVIEW, PAIR_B, {"pair.lost": "none"})
    log.at("15:45:00")
    log.facts(ONEVIEW, PAIR_B, health("healthy", "healthy"), "LE-rack-b is whole again")
    log.at("15:49:00")


@scenario("H10-powered-off")
def powered_off(log: Log) -> None:
    """The standby of LE-rack-a is powered off."""
    open_watch(log, "2026-11-20T14:00:00Z")
    log.at("14:20:00")
    said = {"appliance.powered": False, "appliance.status": "unknown"}
    log.facts(ONEVIEW, A2, said, "Frame2, bay 2 is off")
    log.facts(ONEVIEW, PAIR_A, health("degraded", "degraded", "standby"))
    log.facts(ONEVIEW, DEPLOYMENT, {"primary.usable_members": 1})
    log.at("14:26:00")


@scenario("H-two-active")
def two_active(log: Log) -> None:
    """A takeover lists both members as active for half a minute; later both stay active."""
    open_watch(log, "2026-11-20T14:00:00Z")
    log.at("14:05:00")
    both = {"pair.active_members": 2, "cluster.management": None}
    one = {"pair.active_members": 1, "cluster.management": "healthy"}
    log.facts(ONEVIEW, PAIR_A, both, "Both members of LE-rack-a are listed as active")
    log.at("14:05:30")
    log.facts(ONEVIEW, PAIR_A, one, "LE-rack-a has one active member")
    log.at("14:20:00")
    log.facts(ONEVIEW, PAIR_A, both, "Both members of LE-rack-a are listed as active")
    log.at("14:50:00")
    log.facts(ONEVIEW, PAIR_A, one, "LE-rack-a has one active member")
    log.at("14:55:00")


@scenario("H-unrecognised-state")
def unrecognised_state(log: Log) -> None:
    """The storage cluster is in a state that no catalogue names, then the management cluster."""
    open_watch(log, "2026-11-20T14:00:00Z")
    log.at("14:05:00")
    log.facts(ONEVIEW, PAIR_A, {"cluster.storage": "resyncing"}, "LE-rack-a: Resyncing")
    log.at("14:25:00")
    log.facts(ONEVIEW, PAIR_A, {"cluster.storage": "healthy"}, "LE-rack-a: OK")
    log.at("14:40:00")
    log.facts(ONEVIEW, PAIR_B, {"cluster.management": "splitting"}, "LE-rack-b: Splitting")
    log.at("14:55:00")


@scenario("H9-role-not-known")
def fault_of_an_unknown_role(log: Log) -> None:
    """A module reports a critical fault while the list does not say which one is active."""
    open_watch(log, "2026-11-20T14:00:00Z")
    log.at("14:05:00")
    said = {
        "appliance.active": None,
        "alert.module_fault": "critical",
        "alert.module_description": "The appliance in bay 2 reports a critical fault.",
        "alert.module_corrective_action": "Collect the appliance's logs and replace the module.",
    }
    log.facts(ONEVIEW, A1, said, "Frame1: CIManagerCritical")
    log.at("14:35:00")
    log.facts(ONEVIEW, A1, {"appliance.active": True}, f"{FIRST} is active")
    log.at("14:40:00")


@scenario("H9-not-well")
def not_well(log: Log) -> None:
    """An appliance is Disabled, and no alert tells why."""
    open_watch(log, "2026-11-20T14:00:00Z")
    log.at("14:05:00")
    log.facts(ONEVIEW, A2, {"appliance.status": "disabled"}, f"{SECOND} is Disabled")
    log.at("14:35:00")
    log.facts(ONEVIEW, A2, {"appliance.status": "ok"}, f"{SECOND} is OK")
    log.at("14:40:00")
