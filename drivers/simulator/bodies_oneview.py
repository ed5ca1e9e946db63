"""Bodies of HPE OneView's own: alerts, tasks, events, backups, Composers, networks.

Alerts, tasks, ha-nodes and node information have the members of recorded ones. Backups, restores,
events, networks and ranges are synthetic, built from published lists of members.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from drivers.simulator.bodies import stamp, tagged, whole_seconds
from drivers.simulator.model import Alert, Composer, Resource, Task
from drivers.simulator.site import DEPLOYMENT_NETWORK, MANAGEMENT_NETWORK, ONEVIEW, Site

_MANAGEMENT_SUBNET = "/rest/id-pools/ipv4/subnets/0b6f2f64-5a3f-4c61-a6b9-0e0f1d1d2b01"
_DEPLOYMENT_SUBNET = "/rest/id-pools/ipv4/subnets/9c27a5ce-1e7a-4a4e-9c8a-2f6f3b7c4e02"


def alerts(site: Site) -> list[Resource]:
    """As recorded."""
    return [_alert(alert) for alert in site.alerts]


def _alert(alert: Alert) -> Resource:
    cleared = not alert.open
    body: Resource = {
        "type": "AlertResourceV3",
        "category": "alerts",
        "uri": alert.uri,
        "alertTypeID": alert.type_id,
        "description": alert.description,
        "correctiveAction": alert.corrective_action or None,
        "severity": alert.severity,
        "alertState": alert.state,
        "urgency": {"Critical": "High", "Warning": "Medium"}.get(alert.severity, "None"),
        "healthCategory": alert.health_category,
        "lifeCycle": alert.lifecycle,
        "resourceUri": alert.resource_uri,
        "resourceID": alert.resource_id,
        "physicalResourceType": alert.category,
        "associatedResource": {
            "resourceCategory": alert.category,
            "resourceUri": alert.resource_uri,
            "resourceName": alert.resource_name,
            "associationType": "HAS_A",
        },
        "associatedEventUris": [f"/rest/events/{alert.number}"],
        "changeLog": [],
        "clearedByUser": "System" if cleared else None,
        "clearedTime": stamp(alert.modified) if cleared else None,
        "assignedToUser": None,
        "activityUri": None,
        "parentAlert": None,
        "childAlerts": [],
        "serviceEventSource": False,
        "serviceEventDetails": None,
        "created": stamp(alert.created),
        "modified": stamp(alert.modified),
    }
    return tagged(body)


def events(site: Site) -> list[Resource]:
    """Synthetic: the event behind each alert."""
    return [
        tagged(
            {
                "type": "EventResourceV3",
                "category": "events",
                "uri": f"/rest/events/{alert.number}",
                "eventTypeID": alert.type_id,
                "description": alert.description,
                "severity": alert.severity,
                "healthCategory": alert.health_category,
                "resourceUri": alert.resource_uri,
                "resourceID": alert.resource_id,
                "eventDetails": [],
                "processed": True,
                "rxTime": stamp(alert.created),
                "created": stamp(alert.created),
                "modified": stamp(alert.created),
            }
        )
        for alert in site.alerts
    ]


def tasks(site: Site, place: str = ONEVIEW) -> list[Resource]:
    """As recorded; the tasks that a place shows: `oneview`, or a pair by its name."""
    return [_task(task) for task in site.tasks if place in task.seen_at]


def _task(task: Task) -> Resource:
    body: Resource = {
        "type": "TaskResourceV2",
        "category": "tasks",
        "uri": task.uri,
        "name": task.name,
        "owner": "Administrator",
        "taskType": "Appliance",
        "taskState": task.state,
        "stateReason": task.reason,
        "taskStatus": task.status,
        "percentComplete": task.percent,
        "computedPercentComplete": task.percent,
        "totalSteps": 0,
        "completedSteps": 0,
        "expectedDuration": 0,
        "hidden": False,
        "userInitiated": True,
        "isCancellable": False,
        "associatedResource": {
            "resourceUri": task.resource_uri,
            "resourceName": task.resource_name,
            "resourceCategory": task.category,
            "associationType": "MANAGED_BY",
        },
        "associatedTaskUri": None,
        "parentTaskUri": None,
        "progressUpdates": [
            {"id": number, "timestamp": stamp(time), "statusUpdate": text}
            for number, (time, text) in enumerate(task.updates, 1)
        ],
        "taskOutput": [],
        "taskErrors": [
            {
                "errorCode": code,
                "message": message,
                "details": "",
                "recommendedActions": [action],
                "errorSource": None,
                "nestedErrors": [],
                "data": {},
            }
            for code, message, action in task.errors
        ],
        "data": task.data or None,
        "created": stamp(task.created),
        "modified": stamp(task.modified),
    }
    return tagged(body)


def backups(site: Site) -> list[Resource]:
    """Synthetic."""
    backup = site.backup
    if backup is None:
        return []
    done = backup.status != "IN_PROGRESS"
    body: Resource = {
        "type": "BACKUP",
        "category": "backups",
        "id": backup.id,
        "uri": f"/rest/backups/{backup.id}",
        "hostName": f"oneview.{site.name}.example",
        "status": backup.status,
        "percentComplete": 100 if done else 40,
        "progressStep": "COMPLETED" if done else "BACKUP_DATA",
        "backupSize": 734_003_200 if backup.status == "SUCCEEDED" else 0,
        "downloadUri": f"/rest/backups/archive/{backup.id}",
        "taskUri": None,
        "created": stamp(backup.created),
        "modified": stamp(backup.created),
    }
    return [tagged(body)]


def restores(site: Site) -> list[Resource]:
    """Synthetic."""
    return [
        tagged(
            {
                "type": "RESTORE",
                "category": "restores",
                "id": restore.id,
                "uri": f"/rest/restores/{restore.id}",
                "hostName": f"oneview.{site.name}.example",
                "status": restore.status,
                "percentComplete": 30 if restore.status == "IN_PROGRESS" else 100,
                "progressStep": "",
                "created": stamp(restore.created),
                "modified": stamp(restore.modified),
            }
        )
        for restore in site.restores
    ]


def ha_nodes(site: Site) -> list[Resource]:
    """As recorded."""
    return [_ha_node(site, node) for node in site.composers if node.listed]


def _ha_node(site: Site, node: Composer) -> Resource:
    frame = site.frames[node.frame]
    return tagged(
        {
            "type": "HANode",
            "category": "ha_node",
            "uri": f"/rest/appliance/ha-nodes/{node.serial}",
            "name": node.name,
            "role": "Active" if node.active else "Standby",
            "state": "OK" if node.status == "OK" else "Error",
            "status": node.status,
            "version": site.oneview_version,
            "modelNumber": "Synergy Composer",
            "synchronizationPercentComplete": node.percent,
            "appIpv4Addr": None,
            "location": {
                "bay": 1,
                "description": node.name,
                "enclosure": {"resourceName": frame.name, "resourceUri": frame.uri},
            },
            "created": stamp(site.server_created),
            "modified": stamp(site.server_created),
        }
    )


def node_version(site: Site) -> Resource:
    """As recorded."""
    active = next((node for node in site.composers if node.active), None)
    return {
        "type": "NodeVersionDto4",
        "category": "appliance",
        "uri": "/rest/appliance/nodeinfo/version",
        "softwareVersion": site.oneview_version,
        "modelNumber": "Synergy Composer",
        "family": "Synergy Composer",
        "platformType": "hardware",
        "serialNumber": active.serial if active else None,
        "date": "2026-05-04T09:12:36+0000",
    }


def node_status(site: Site) -> Resource:
    """As recorded."""
    return {
        "memory": 64,
        "memoryUnits": "GB",
        "activeStartTime": whole_seconds(site.started),
        "activeUptime": _uptime(site.now, site.started),
        "standbyStartTime": whole_seconds(site.standby_started),
        "standbyUptime": _uptime(site.now, site.standby_started),
    }


def _uptime(now: datetime, started: datetime | None) -> Resource:
    span = now - started if started is not None else timedelta(0)
    hours, rest = divmod(span.seconds, 3600)
    return {"days": span.days, "hours": hours, "minutes": rest // 60}


def networks(site: Site) -> list[Resource]:
    """Synthetic."""
    return [
        tagged(
            {
                "type": "ethernet-networkV4",
                "category": "ethernet-networks",
                "uri": uri,
                "name": name,
                "subnetUri": subnet,
                "status": "OK",
                "state": "Active",
                "created": stamp(site.server_created),
                "modified": stamp(site.server_created),
            }
        )
        for uri, name, subnet in (
            (MANAGEMENT_NETWORK, "management", _MANAGEMENT_SUBNET),
            (DEPLOYMENT_NETWORK, "deployment", _DEPLOYMENT_SUBNET),
        )
    ]


def address_ranges(site: Site) -> list[Resource]:
    """Synthetic."""
    found = []
    for name, subnet, free in (
        ("management", _MANAGEMENT_SUBNET, site.free_management_addresses),
        ("deployment", _DEPLOYMENT_SUBNET, site.free_deployment_addresses),
    ):
        body: Resource = {
            "type": "Range",
            "category": "id-range-IPV4",
            "uri": f"/rest/id-pools/ipv4/ranges/{subnet.rpartition('/')[2]}",
            "name": name,
            "subnetUri": subnet,
            "enabled": True,
            "totalCount": 64,
            "allocatedIdCount": 64 - free,
            "freeIdCount": free,
        }
        found.append(tagged(body))
    return found


def deployment_plans_seen(site: Site) -> list[Resource]:
    """Synthetic: the primary's deployment plans as HPE OneView sees them."""
    pair = site.pairs.get(site.primary)
    if pair is None or site.server != "present":
        return []
    return [
        tagged(
            {
                "type": "Osdp",
                "category": "os-deployment-plans",
                "id": plan.id,
                "uri": f"/rest/os-deployment-plans/{plan.id}",
                "name": plan.name,
                "description": "",
                "deploymentType": "I3S",
                "deploymentApplianceIpv4": pair.address,
                "nativePlanUri": plan.uri,
                "osdpSize": "40GB",
                "status": plan.status,
                "state": "Normal",
                "created": stamp(plan.created),
                "modified": stamp(plan.modified),
            }
        )
        for plan in pair.artifacts.values()
        if plan.kind == "deployment-plans"
    ]
