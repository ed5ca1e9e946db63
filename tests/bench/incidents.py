"""What can happen to a pair in the benchmark's journal, as delays in minutes and what is said."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from workload import instant

if TYPE_CHECKING:
    from fleet import Deployment, Pair

_CHANGED: Final = "watchkeeper.facts.changed"
_SNAPSHOT: Final = "watchkeeper.facts.snapshot"
_MINUTE: Final = 60_000
_HEALTHY: Final = {
    "cluster.management": "healthy",
    "cluster.storage": "healthy",
    "cluster.reported": "OK",
    "alert.not_highly_available": False,
    "alert.storage_node_unavailable": False,
    "alert.storage_description": None,
}


@dataclass(frozen=True)
class Said:
    """An event but for its time and id."""

    source: str
    type: str
    subject: str
    data: dict[str, Any]


Script: TypeAlias = Iterator[tuple[int, Said]]


def snapshots_of_deployment(deployment: Deployment, at: int) -> Iterator[Said]:
    """Both sources' readings of a deployment."""
    facts: dict[str, Any] = {
        "deployment.connected": True,
        "deployment.state": "Connected",
        "deployment.status": "ok",
        "deployment.pairs": len(deployment.pairs),
        "deployment.versions_match": True,
        "deployment.versions_text": f"5.00.02-0312345 on {2 * len(deployment.pairs)}",
        "composer.version": "5.20.00-0419043",
        "composer.cluster": "healthy",
        "composer.active_node": "Frame1, appliance bay 1",
        "composer.synchronized_percent": 100,
        "alert.trust_failed": False,
        "alert.deployment_unrecognised_count": 0,
        "primary.selected": True,
        "primary.pair": deployment.pairs[0].name,
        "primary.usable_members": 2,
        "primary.candidates": len(deployment.pairs) - 1,
        "primary.candidate_names": ", ".join(pair.name for pair in deployment.pairs[1:]),
        "backup.oneview_present": True,
        "backup.oneview_created_at": instant(at - 6 * 60 * _MINUTE),
        "backup.oneview_result": "succeeded",
        "backup.oneview_alert": False,
        "claim.waiting": 0,
        "claim.free_management_addresses": 12,
        "claim.free_deployment_addresses": 9,
    }
    yield _snapshot(deployment.oneview, deployment.subject, facts, deployment.name)
    facts = {
        "artifacts.count": deployment.artifacts,
        "artifacts.modified_at": instant(at - 9 * 60 * _MINUTE),
        "artifacts.unusable": 0,
        "artifacts.plans_without_image": 0,
        "replication.bundles": 24,
        "replication.failed_bundles": 0,
        "backup.artifact_count": 1,
        "backup.artifact_name": f"{deployment.name}-artifacts",
        "backup.artifact_created_at": instant(at - 8 * 60 * _MINUTE),
        "backup.artifact_status": "ok",
        "backup.artifact_downloaded": True,
        "backup.pending_recovery": False,
    }
    yield _snapshot(deployment.image_streamer, deployment.subject, facts, deployment.name)
    yield _say(
        "watch/bridge",
        deployment.pairs[0].subject,
        {"source.cluster_address": "answers", "source.token": "accepted"},
        "The cluster address answers",
    )


def snapshots_of_pair(pair: Pair, deployment: Deployment) -> Iterator[Said]:
    """A reading of a pair and of its two appliances."""
    facts = {
        "pair.deployment": deployment.name,
        "pair.role": "primary" if pair.primary else "secondary",
        "pair.members": 2,
        "pair.lost": "none",
        **_roles(pair),
        "pair.active_version": pair.version,
        "pair.standby_version": pair.version,
        "pair.versions_match": True,
        "pair.cluster_address": f"192.0.2.{pair.number % 250 + 1}",
        "storage.installed_version": pair.storage,
        "storage.versions_match": True,
        **{name: value for name, value in _HEALTHY.items() if value is not None},
    }
    yield _snapshot(deployment.oneview, pair.subject, facts, pair.name)
    for bay, serial in enumerate(pair.serials):
        facts = {
            "appliance.pair": pair.name,
            "appliance.name": f"Frame{2 * pair.number + bay}, appliance 2",
            "appliance.status": "ok",
            "appliance.active": bay == 0,
            "appliance.primary": pair.primary,
            "appliance.version": pair.version,
            "appliance.storage_version": pair.storage,
            "appliance.needs_upgrade": False,
            "appliance.enclosure": f"Frame{2 * pair.number + bay}",
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
        yield _snapshot(deployment.oneview, f"appliance/{serial}", facts, serial)


def _snapshot(source: str, subject: str, facts: dict[str, Any], name: str) -> Said:
    families = list(dict.fromkeys(fact.partition(".")[0] for fact in facts))
    message = f"Reading of {name}"
    return Said(
        source, _SNAPSHOT, subject, {"families": families, "facts": facts, "message": message}
    )


def _say(source: str, subject: str, facts: dict[str, Any], message: str) -> Said:
    return Said(source, _CHANGED, subject, {"facts": facts, "message": message})


def _operator(kind: str, subject: str, data: dict[str, Any]) -> Said:
    return Said("operator/mara", f"watchkeeper.{kind}", subject, data)


def _roles(pair: Pair) -> dict[str, Any]:
    return {"pair.active_serial": pair.serials[0], "pair.standby_serial": pair.serials[1]}


def _update(pair: Pair, deployment: Deployment, at: int, choose: random.Random) -> Script:
    """An update, which one in three times fails in one of three ways."""
    outcome = choose.choices(("done", "storage", "standby", "active"), (66, 12, 12, 10))[0]
    task = f"/rest/tasks/{choose.getrandbits(64):016x}"
    before, storage = pair.version, pair.storage
    after, newer = f"5.20.01-0{choose.randrange(300000, 399999)}", "12.7.00.0226"
    subject, source = pair.subject, deployment.oneview
    yield (
        0,
        _say(
            source,
            subject,
            {
                "update.id": task,
                "update.started_at": instant(at),
                "update.ended_at": None,
                "update.result": "running",
                "update.target_version": after,
                "update.first.serial": pair.serials[0],
                "update.first.before": before,
                "update.second.serial": pair.serials[1],
                "update.second.before": before,
                "update.storage.before": storage,
                "update.error_text": None,
                "update.percent": 0,
                "update.step_text": "Validating the update file",
            },
            f"Update of {pair.name} to {after} started",
        ),
    )
    for delay, percent in ((4, 12), (12, 27), (22, 48), (34, 74)):
        facts: dict[str, Any] = {"update.percent": percent, "update.step_text": f"Step {percent}"}
        yield delay, _say(source, subject, facts, f"Update of {pair.name}: {percent} %")
    degraded = {
        "cluster.management": "degraded",
        "cluster.storage": "degraded",
        "cluster.reported": "Warning",
        "alert.not_highly_available": True,
        "alert.storage_node_unavailable": True,
    }
    yield 12, _say(source, subject, degraded, f"{pair.name} runs on one appliance")
    facts = {
        "update.result": "completed" if outcome == "done" else "error",
        "update.ended_at": instant(at + 45 * _MINUTE),
        "update.percent": 100,
        "update.step_text": None,
    }
    if outcome != "done":
        facts["update.error_text"] = f"The update of the {outcome} part failed."
    yield 46, _say(source, subject, facts, f"Update of {pair.name} ended")
    first = after if outcome in ("done", "standby", "storage") else before
    second = after if outcome == "done" else before
    facts = {
        "update.after_id": task,
        "update.first.after": before if outcome == "storage" else first,
        "update.second.after": second,
        "update.storage.after": storage if outcome == "storage" else newer,
        "update.validation_error": False,
        "update.validation_cause": None,
        "update.error_names_storage": outcome == "storage",
        "update.interrupted_by_oneview": False,
    }
    yield 53, _say(source, subject, facts, f"What the update of {pair.name} left has settled")
    if outcome != "done":
        rule = f"update-{outcome}-failed"
        data = {"rule": rule, "note": "Looking into it"}
        yield 58, _operator("finding.acknowledged", subject, data)
        for delay, confirm in ((62, "support_contacted"), (112, "fault_fixed")):
            data = {"rule": rule, "confirm": confirm}
            yield delay, _operator("step.confirmed", subject, data)
        yield 125, _operator("finding.closed", subject, {"rule": rule, "reason": "Repaired"})
    yield 105, _say(source, subject, _HEALTHY, f"{pair.name} is active and standby again")
    facts = {
        "pair.active_version": first,
        "pair.standby_version": first,
        "pair.versions_match": True,
        "storage.installed_version": newer,
    }
    yield 106, _say(source, subject, facts, f"{pair.name} reports {first}")
    pair.version, pair.storage = first, newer


def _failover(pair: Pair, deployment: Deployment, at: int, choose: random.Random) -> Script:
    pair.serials.reverse()
    facts = {
        **_roles(pair),
        "pair.active_changed_at": instant(at),
        "cluster.management": "degraded",
        "alert.not_highly_available": True,
    }
    yield 0, _say(deployment.oneview, pair.subject, facts, f"{pair.serials[0]} is active now")
    for delay, (serial, active) in enumerate(zip(pair.serials, (True, False), strict=True)):
        facts = {"appliance.active": active}
        yield delay, _say(deployment.oneview, f"appliance/{serial}", facts, f"{serial} changed")
    healthy = choose.randrange(8, 40)
    yield healthy, _say(deployment.oneview, pair.subject, _HEALTHY, f"{pair.name} is healthy")


def _module_fault(pair: Pair, deployment: Deployment, _: int, choose: random.Random) -> Script:
    subject = f"appliance/{choose.choice(pair.serials)}"
    fault = choose.choice(("power", "ilo", "communication", "critical"))
    for delay, status, module_fault in ((0, "critical", fault), (35, "ok", "none")):
        facts = {
            "appliance.status": status,
            "appliance.module_status": status,
            "alert.module_fault": module_fault,
        }
        yield delay, _say(deployment.oneview, subject, facts, f"{subject[10:]} is {status}")


def _link(pair: Pair, deployment: Deployment, _: int, choose: random.Random) -> Script:
    subject = f"appliance/{choose.choice(pair.serials)}"
    name = choose.choice(("link.image_manager_disconnected", "link.frame_link_fault"))
    for delay, down in ((0, True), (choose.randrange(3, 20), False)):
        word = "down" if down else "up"
        yield delay, _say(deployment.oneview, subject, {name: down}, f"A link is {word}")


def _silence(pair: Pair, _: Deployment, __: int, choose: random.Random) -> Script:
    for delay, word in ((0, "silent"), (choose.randrange(1, 12), "answers")):
        facts = {"source.cluster_address": word}
        yield delay, _say("watch/bridge", pair.subject, facts, f"Address of {pair.name}: {word}")


def _backup(_: Pair, deployment: Deployment, at: int, choose: random.Random) -> Script:
    failed = choose.random() < 0.15
    facts: dict[str, Any] = {
        "backup.attempt_id": f"/rest/tasks/{choose.getrandbits(64):016x}",
        "backup.attempt_started_at": instant(at),
        "backup.attempt_ended_at": None,
        "backup.attempt_result": "running",
    }
    source, subject = deployment.image_streamer, deployment.subject
    yield 0, _say(source, subject, facts, "A backup of the artifacts started")
    ended = at + 14 * _MINUTE
    facts = {
        "backup.attempt_ended_at": instant(ended),
        "backup.attempt_result": "error" if failed else "completed",
    }
    if not failed:
        facts["backup.artifact_created_at"] = instant(ended)
        facts["backup.artifact_downloaded"] = True
    yield 15, _say(source, subject, facts, "The backup of the artifacts ended")


@dataclass(frozen=True)
class Incident:
    """Something that happens, and how often beside the others."""

    script: Callable[[Pair, Deployment, int, random.Random], Script]
    weight: int


INCIDENTS: Final = (
    Incident(_update, 12),
    Incident(_failover, 10),
    Incident(_module_fault, 18),
    Incident(_link, 20),
    Incident(_silence, 20),
    Incident(_backup, 20),
)
