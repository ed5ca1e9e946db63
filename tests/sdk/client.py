"""The vendor's own client reads the simulated appliances, and says as JSON what it has read.

Run by `run.py` with the client on the path: host and port of HPE OneView, of an Image Streamer, the
authority's file, user and password.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import Any


def main(oneview: str, streamer: str, authority: str, user: str, password: str) -> None:
    """Log in, read everything, log out."""
    client_module: Any = import_module("hpeOneView.oneview_client")
    exceptions: Any = import_module("hpeOneView.exceptions")
    credentials = {"userName": user, "password": password, "authLoginDomain": "LOCAL"}
    config = {
        "ip": oneview,
        "image_streamer_ip": streamer,
        "api_version": 1600,
        "ssl_certificate": authority,
        "timeout": 30,
        "credentials": dict(credentials),
    }
    refused = []
    for change in ({"credentials": {**credentials, "password": "wrong"}}, {"api_version": 9000}):
        try:
            client_module.OneViewClient({**config, **change})
        except exceptions.HPEOneViewException as error:
            refused.append(str(error))
    client = client_module.OneViewClient(config)
    read = {"refused": len(refused), **read_oneview(client)}
    # Later releases have no word of Image Streamer left.
    if hasattr(client, "os_deployment_servers"):
        read["image_streamer"] = read_image_streamer(client)
    client.connection.logout()
    try:
        client.connection.get("/rest/alerts")
    except (exceptions.HPEOneViewException, KeyError):
        read["refused"] += 1
    sys.stdout.write(json.dumps(read))


def read_oneview(client: Any) -> dict[str, Any]:
    """What every release of the client can read."""
    alerts = client.alerts.get_all(filter="\"alertState='Active'\"", sort="created:descending")
    tasks = client.tasks.get_all(sort="created:descending")
    frames = client.enclosures.get_all()
    first = client.enclosures.get_by_name(frames[0]["name"])
    backups = client.backups.get_all()
    return {
        "alerts": sorted(alert["description"] for alert in alerts),
        "one_alert": client.alerts.get(alerts[0]["uri"])["alertTypeID"],
        "tasks": [[task["name"], task["taskState"], task["percentComplete"]] for task in tasks],
        "task": client.tasks.get_by_uri(tasks[0]["uri"]).data["associatedResource"]["resourceName"],
        "frames": [frame["name"] for frame in frames],
        "bays": [bay["model"] for bay in first.data["applianceBays"]],
        "pairs": [item["name"] for item in client.logical_enclosures.get_all()],
        "nodes": {node["name"]: node["role"] for node in client.ha_nodes.get_all()},
        "backups": [client.backups.get(item["uri"])["status"] for item in backups],
        "version": client.appliance_node_information.get_version().data["softwareVersion"],
        "api": client.versions.get_version(),
        "events": len(client.events.get_all()),
    }


def read_image_streamer(client: Any) -> dict[str, Any]:
    """What releases that know Image Streamer can read besides."""
    servers = client.os_deployment_servers
    appliances = servers.get_appliances()
    wanted = f"\"applianceSerialNumber eq '{appliances[0]['applianceSerialNumber']}'\""
    (filtered,) = servers.get_appliances(filter=wanted)
    streamer = client.create_image_streamer_client()
    plan = streamer.deployment_plans.get_by_name("Deploy-RHEL-8.6").data
    return {
        "server": servers.get_by_name("harbour")["state"],
        "appliances": {item["applianceSerialNumber"]: item["status"] for item in appliances},
        "by_filter": filtered["name"],
        "by_address": servers.get_appliance(appliances[0]["uri"])["name"],
        "networks": len(servers.get_networks()["members"]),
        "plans_seen": len(client.os_deployment_plans.get_all()),
        "golden_image": streamer.golden_images.get(plan["goldenImageURI"])["name"],
        "artifacts": sum(
            len(kind.get_all())
            for kind in (
                streamer.golden_images,
                streamer.deployment_plans,
                streamer.build_plans,
                streamer.plan_scripts,
            )
        ),
        "bundles": len(streamer.artifact_bundles.get_all()),
        "backups": [item["name"] for item in streamer.artifact_bundles.get_all_backups()],
        "volumes": len(streamer.os_volumes.get_all()),
        "groups": [item["name"] for item in streamer.deployment_groups.get_all()],
    }


if __name__ == "__main__":
    main(*sys.argv[1:6])
