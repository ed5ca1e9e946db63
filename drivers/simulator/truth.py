"""What is true of a simulated site, as facts in the rule base's names, by subject.

A driver that reads the site must come to these values, or for some of them not yet know. Facts of
which the site knows nothing that is true are left out: texts of one's own wording, the watch's own
state, what only time after a reading can tell.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from drivers.simulator.consequences import (
    NOT_AVAILABLE,
    STORAGE_NODE,
    TRUST_FAILED,
    cluster_status,
    management,
    server_state,
    storage,
)
from drivers.simulator.model import Appliance, Artifact, Pair
from drivers.simulator.site import SERVER_URI, Site

Fact: TypeAlias = bool | int | str | None
Truth: TypeAlias = dict[str, dict[str, Fact]]
"""Facts by subject; None is that there is nothing which the fact could tell."""

_RESULTS = {"SUCCEEDED": "succeeded", "FAILED": "failed", "IN_PROGRESS": "running"}
_ENDINGS = ("completed", "warning", "error", "terminated", "killed", "interrupted")
_LINKS = {
    "link.image_manager_disconnected": ("EmImageManagerLinkDisconnected",),
    "link.image_manager_misconnected": ("EmMgmtPortConnectedIncorrectlyImageManager",),
    "link.ring_without_management_port": ("RingNoActiveMgmtPort",),
    "link.frame_link_fault": ("EmLinkDisconnected",),
}


def tell_truth(site: Site) -> Truth:
    """All that is true now."""
    truth: Truth = {f"deployment/{site.name}": _deployment(site)}
    for pair in site.pairs.values():
        if pair.members:
            truth[f"pair/{pair.name}"] = _pair(site, pair) | _update(site, pair)
    for appliance in site.appliances.values():
        truth[f"appliance/{appliance.serial}"] = _appliance(site, appliance)
    return truth


def instant(time: datetime | None) -> str | None:
    """An instant as facts hold it, in milliseconds."""
    if time is None:
        return None
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03d}Z"


def _deployment(site: Site) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    listed = [item for item in site.appliances.values() if item.listed]
    pair = site.pairs.get(site.primary)
    if site.server == "present":
        state, status = server_state(site)
        facts |= {
            "deployment.connected": state == "Connected",
            "deployment.state": state,
            "deployment.status": status.lower(),
            "primary.selected": bool(site.primary),
            "primary.pair": site.primary or None,
        }
        if pair is not None:
            others = [other for other in site.pairs.values() if other is not pair]
            fit = [other for other in others if any(m.usable for m in site.members(other))]
            facts |= {
                "primary.usable_members": sum(m.usable for m in site.members(pair)),
                "primary.candidates": len(fit),
            }
    facts |= _composers(site) | _oneview_backup(site)
    facts |= {
        "alert.trust_failed": bool(site.open_alerts(TRUST_FAILED, SERVER_URI)),
        "claim.waiting": sum(item.present and not item.pair for item in site.appliances.values()),
    }
    if listed:
        facts |= {
            "deployment.versions_match": len({item.version for item in listed}) == 1,
            "claim.free_management_addresses": site.free_management_addresses,
            "claim.free_deployment_addresses": site.free_deployment_addresses,
        }
    if pair is not None and site.server == "present":
        facts |= _artifacts(pair)
        facts |= _primary_change(site)
    return facts


def _composers(site: Site) -> dict[str, Fact]:
    active = next((node for node in site.composers if node.active), None)
    standby = next((node for node in site.composers if not node.active and node.listed), None)
    if standby is None:
        state = "single"
    elif standby.status != "OK":
        state = "degraded"
    else:
        state = "healthy" if standby.percent >= 100 else "synchronizing"
    return {
        "composer.version": site.oneview_version,
        "composer.cluster": state,
        "composer.active_node": active.name if active else None,
        "composer.synchronized_percent": standby.percent if standby else None,
    }


def _oneview_backup(site: Site) -> dict[str, Fact]:
    backup = site.backup
    return {
        "backup.oneview_present": backup is not None,
        "backup.oneview_created_at": instant(backup.created) if backup else None,
        "backup.oneview_result": _RESULTS[backup.status] if backup else None,
        "backup.oneview_alert": bool(site.open_alerts("Backup", "/rest/backups")),
    }


def _artifacts(pair: Pair) -> dict[str, Fact]:
    held: list[Artifact] = list(pair.artifacts.values())
    replicated = [bundle for bundle in pair.bundles if bundle.of_replication]
    backup = next((bundle for bundle in pair.bundles if bundle.backup), None)
    return {
        "artifacts.count": len(held),
        "artifacts.modified_at": instant(max((item.modified for item in held), default=None)),
        "artifacts.unusable": sum(item.status == "Critical" for item in held),
        "artifacts.plans_without_image": sum(
            item.kind == "deployment-plans" and not item.image for item in held
        ),
        "replication.bundles": len(replicated),
        "replication.failed_bundles": sum(bundle.status == "Critical" for bundle in replicated),
        "backup.artifact_count": int(backup is not None),
        "backup.artifact_name": backup.name if backup else None,
        "backup.artifact_created_at": instant(backup.created) if backup else None,
        "backup.artifact_status": backup.status.lower() if backup else None,
        "backup.artifact_downloaded": backup.downloaded is not None if backup else None,
        "backup.pending_recovery": any(bundle.recovery for bundle in pair.bundles),
    }


def _primary_change(site: Site) -> dict[str, Fact]:
    change = site.primary_change
    if change is None:
        return {}
    return {
        "primary.change_id": change.task,
        "primary.change_started_at": instant(change.started),
        "primary.change_ended_at": instant(change.ended),
        "primary.change_result": change.result,
        "primary.change_from": change.of or None,
        "primary.change_to": change.to,
        "primary.change_selected": (change.selected or None) if change.ended else None,
    }


def _pair(site: Site, pair: Pair) -> dict[str, Fact]:
    members, listed = site.members(pair), site.listed(pair)
    lost = [member for member in members if not member.usable]
    active = site.active(pair)
    facts: dict[str, Fact] = {
        "pair.deployment": site.name,
        "pair.members": len(listed),
        "cluster.management": management(site, pair),
        "alert.not_highly_available": bool(site.open_alerts(NOT_AVAILABLE, pair.cluster_uri)),
        "alert.storage_node_unavailable": bool(site.open_alerts(STORAGE_NODE, pair.cluster_uri)),
        "volumes.count": pair.volumes,
    }
    if listed:
        facts |= {
            "pair.role": "primary" if pair.name == site.primary else "secondary",
            "pair.cluster_address": pair.address,
            "cluster.reported": cluster_status(site, pair),
        }
    if not pair.lone:
        facts["cluster.storage"] = storage(site, pair)
    if len(lost) == len(members):
        facts["pair.lost"] = "both"
    elif not lost:
        facts["pair.lost"] = "none"
    if active is not None:
        facts |= {
            "pair.active_serial": active.serial,
            "pair.active_version": active.version,
            "storage.installed_version": active.storage_version,
        }
    if len(listed) == 2:
        facts |= {
            "pair.versions_match": len({member.version for member in listed}) == 1,
            "storage.versions_match": len({member.storage_version for member in listed}) == 1,
        }
    return facts


def _update(site: Site, pair: Pair) -> dict[str, Fact]:
    record = site.updates.get(pair.name)
    if record is None or not record.task:
        return {}
    known = record.result in _ENDINGS
    return {
        "update.id": record.task,
        "update.started_at": instant(record.started),
        "update.ended_at": instant(record.ended) if known else None,
        "update.result": record.result,
        "update.target_version": record.target,
        "update.first.serial": record.first,
        "update.second.serial": record.second,
        "update.first.before": record.versions_before[0],
        "update.second.before": record.versions_before[1],
        "update.storage.before": record.versions_before[2],
    }


def _appliance(site: Site, appliance: Appliance) -> dict[str, Fact]:
    frame = site.frames[appliance.frame]
    here = frame.module == appliance.serial
    facts: dict[str, Fact] = {}
    if here:
        facts |= {
            "appliance.enclosure": frame.name,
            "appliance.bay": 2,
            "appliance.present": appliance.present,
            "alert.module_fault": _module_fault(site, appliance),
        }
        if appliance.present:
            facts["appliance.powered"] = appliance.powered
            facts["appliance.module_status"] = appliance.module_status.lower()
        for fact, types in _LINKS.items():
            facts[fact] = any(
                alert.open
                and alert.resource_uri == frame.uri
                and alert.type_id.rpartition(".")[2] in types
                for alert in site.alerts
            )
    if appliance.listed:
        facts |= {
            "appliance.pair": appliance.pair or None,
            "appliance.name": appliance.name,
            "appliance.status": appliance.status.lower(),
            "appliance.active": appliance.active,
            "appliance.primary": bool(appliance.pair) and appliance.pair == site.primary,
            "appliance.version": appliance.version,
            "appliance.storage_version": appliance.storage_version,
            "appliance.needs_upgrade": appliance.needs_upgrade,
            "claim.in_pair": bool(appliance.pair),
        }
        if appliance.claimed:
            facts["claim.state"] = "claimed"
    return facts


_FAULTS = {
    "CIManagerWarning": "warning",
    "CIManagerRedundantCommFault": "redundant-communication",
    "CIManagerCommFault": "communication",
    "CIManagerInsertFault": "insertion",
    "CIManagerFruFault": "fru",
    "CIManagerIloFault": "ilo",
    "CIManagerEfusePGoodFault": "power",
    "CIManagerFault": "fault",
    "CIManagerCritical": "critical",
}
_FROM_BEST = ("none", *_FAULTS.values())


def _module_fault(site: Site, appliance: Appliance) -> str:
    frame = site.frames[appliance.frame]
    kinds = [
        _FAULTS[name]
        for alert in site.alerts
        if alert.open
        and alert.resource_uri == frame.uri
        and (name := alert.type_id.rpartition(".")[2]) in _FAULTS
    ]
    return max(kinds, key=_FROM_BEST.index, default="none")
