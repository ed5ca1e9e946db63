"""The site that the stories happen at: one HPE OneView, a primary pair and a secondary one.

`open_watch` begins a log with everything well: each source's first snapshots say so. Stories then
tell what changes. All names, serial numbers and addresses are invented.
"""

from __future__ import annotations

from typing import Any, Final

from scenario import WATCH, Log

ONEVIEW: Final = "oneview/composer-1"
STREAMER: Final = "image-streamer/le-rack-a"
DEPLOYMENT: Final = "deployment/harbour"
PAIR_A: Final = "pair/LE-rack-a"
PAIR_B: Final = "pair/LE-rack-b"
FIRST: Final = "CN7517044K"
"""Serial number of the appliance of LE-rack-a that is active when a story begins."""
SECOND: Final = "CN7517045M"
"""Serial number of its standby."""
THIRD: Final = "CN75170527"
FOURTH: Final = "CN7517060P"
A1: Final = f"appliance/{FIRST}"
A2: Final = f"appliance/{SECOND}"
B1: Final = f"appliance/{THIRD}"
B2: Final = f"appliance/{FOURTH}"
OLD: Final = "5.00.02-0312345"
NEW: Final = "5.20.01-0338871"
OLD_STORAGE: Final = "12.6.00.0155"
NEW_STORAGE: Final = "12.7.00.0226"


def open_watch(
    log: Log,
    time: str,
    *,
    deployment: dict[str, Any] | None = None,
    pair_a: dict[str, Any] | None = None,
    pair_b: dict[str, Any] | None = None,
    first: dict[str, Any] | None = None,
    second: dict[str, Any] | None = None,
    third: dict[str, Any] | None = None,
    fourth: dict[str, Any] | None = None,
    streamer: dict[str, Any] | None = None,
    streamer_pair: dict[str, Any] | None = None,
    watch: dict[str, Any] | None = None,
    pairs: int = 2,
    lone: bool = False,
) -> None:
    """Start the watch and let every source say its first snapshots.

    Each argument changes facts of one subject from what is well; `pairs=1` leaves LE-rack-b out,
    `lone` the standby of LE-rack-a with it.
    None as a fact's value leaves it unsaid.
    """
    log.begin(time)
    log.wait("400ms")
    log.facts(WATCH, DEPLOYMENT, {**watch_facts(), **(watch or {})}, "HPE OneView answers")
    for subject in (PAIR_A, PAIR_B)[:pairs]:
        log.facts(WATCH, subject, {"source.cluster_address": "answers", "source.token": "accepted"})
    log.wait("900ms")
    members = [
        (A1, FIRST, "LE-rack-a", 1, True, first),
        (A2, SECOND, "LE-rack-a", 2, False, second),
        (B1, THIRD, "LE-rack-b", 1, True, third),
        (B2, FOURTH, "LE-rack-b", 2, False, fourth),
    ]
    _snapshot(log, DEPLOYMENT, deployment_facts(log, pairs), deployment, "First reading of harbour")
    _snapshot(log, PAIR_A, pair_facts("a", FIRST, SECOND, "primary"), pair_a)
    if pairs > 1:
        _snapshot(log, PAIR_B, pair_facts("b", THIRD, FOURTH, "secondary"), pair_b)
    for subject, _, pair, place, active, changes in members[: 1 if lone else 2 * pairs]:
        _snapshot(log, subject, appliance_facts(pair, place, active=active), changes)
    log.wait("700ms")
    _snapshot(log, DEPLOYMENT, streamer_facts(log), streamer, source=STREAMER)
    _snapshot(log, PAIR_A, {"volumes.count": 24}, streamer_pair, source=STREAMER)


def _snapshot(
    log: Log,
    subject: str,
    well: dict[str, Any],
    changes: dict[str, Any] | None,
    message: str = "",
    source: str = ONEVIEW,
) -> None:
    families = {name.partition(".")[0] for name in well}
    facts = {
        name: value for name, value in {**well, **(changes or {})}.items() if value is not None
    }
    log.snapshot(source, subject, facts, families, message)


def watch_facts() -> dict[str, Any]:
    """The watch sees well."""
    return {
        "watch.oneview_reachable": True,
        "watch.oneview_session": "valid",
        "watch.api_support": "supported",
        "watch.api_range": "120 to 1600",
        "watch.message_bus": "connected",
        "watch.deployment_servers": "present",
        "watch.clock_offset": 0.4,
        "watch.appliances_clock_offset": 0.9,
    }


def deployment_facts(log: Log, pairs: int) -> dict[str, Any]:
    """The deployment server and the Composers are well; HPE OneView's backup is six hours old."""
    return {
        "deployment.connected": True,
        "deployment.state": "Connected",
        "deployment.status": "ok",
        "deployment.pairs": pairs,
        "deployment.versions_match": True,
        "deployment.versions_text": f"{OLD} on {2 * pairs}",
        "composer.version": "5.20.00-0419043",
        "composer.cluster": "healthy",
        "composer.active_node": "Frame1, appliance bay 1",
        "composer.synchronized_percent": 100,
        "alert.trust_failed": False,
        "alert.deployment_unrecognised_count": 0,
        "primary.selected": True,
        "primary.pair": "LE-rack-a",
        "primary.usable_members": 2,
        "primary.candidates": pairs - 1,
        "primary.candidate_names": "LE-rack-b" if pairs > 1 else "",
        "backup.oneview_present": True,
        "backup.oneview_created_at": log.ago("6h"),
        "backup.oneview_result": "succeeded",
        "backup.oneview_alert": False,
        "claim.waiting": 0,
        "claim.free_management_addresses": 12,
        "claim.free_deployment_addresses": 9,
    }


def pair_facts(letter: str, active: str, standby: str, role: str) -> dict[str, Any]:
    """A pair that is whole."""
    return {
        "pair.deployment": "harbour",
        "pair.role": role,
        "pair.members": 2,
        "pair.active_members": 1,
        "pair.lost": "none",
        "pair.active_serial": active,
        "pair.standby_serial": standby,
        "pair.active_version": OLD,
        "pair.standby_version": OLD,
        "pair.versions_match": True,
        "pair.cluster_address": f"192.0.2.{40 if letter == 'a' else 60}",
        "cluster.management": "healthy",
        "cluster.storage": "healthy",
        "cluster.reported": "OK",
        "storage.installed_version": OLD_STORAGE,
        "storage.versions_match": True,
        "alert.not_highly_available": False,
        "alert.storage_node_unavailable": False,
    }


def appliance_facts(pair: str, place: int, *, active: bool) -> dict[str, Any]:
    """An appliance that is well."""
    frame = f"Frame{place + (0 if pair == 'LE-rack-a' else 3)}"
    return {
        "appliance.pair": pair,
        "appliance.name": f"{frame}, appliance 2",
        "appliance.status": "ok",
        "appliance.active": active,
        "appliance.primary": pair == "LE-rack-a",
        "appliance.version": OLD,
        "appliance.storage_version": OLD_STORAGE,
        "appliance.needs_upgrade": False,
        "appliance.enclosure": frame,
        "appliance.bay": 2,
        "appliance.present": True,
        "appliance.powered": True,
        "appliance.module_status": "ok",
        "alert.module_fault": "none",
        "alert.unrecognised_count": 0,
        "link.image_manager_disconnected": False,
        "link.image_manager_misconnected": False,
        "link.ring_without_management_port": False,
        "link.frame_link_fault": False,
        "link.management_port": "ImageStreamer/Linked",
        "claim.state": "claimed",
        "claim.obstacle": "none",
        "claim.in_pair": True,
    }


def streamer_facts(log: Log) -> dict[str, Any]:
    """The primary's artifacts are backed up, and the backup is downloaded."""
    return {
        "artifacts.count": 17,
        "artifacts.modified_at": log.ago("9h"),
        "artifacts.unusable": 0,
        "artifacts.plans_without_image": 0,
        "replication.bundles": 24,
        "replication.failed_bundles": 0,
        "backup.artifact_count": 1,
        "backup.artifact_name": "harbour-artifacts",
        "backup.artifact_created_at": log.ago("8h"),
        "backup.artifact_status": "ok",
        "backup.artifact_downloaded": True,
        "backup.pending_recovery": False,
    }
