"""Bodies about the Image Streamer appliances and what holds them.

Synthetic, built from the published lists of members: nobody has recorded a whole body of a
deployment server or an Image Streamer appliance. Enclosures and logical enclosures are cut down to
what concerns Image Streamer; their members and words are those of recorded ones.
"""

from __future__ import annotations

from drivers.simulator.bodies import stamp, tagged
from drivers.simulator.consequences import cluster_status, server_state
from drivers.simulator.model import Appliance, Frame, Pair, Resource
from drivers.simulator.site import (
    DEPLOYMENT_NETWORK,
    MANAGEMENT_NETWORK,
    SERVER_CATEGORY,
    SERVER_ID,
    SERVER_URI,
    Site,
)


def deployment_servers(site: Site) -> list[Resource]:
    """Synthetic."""
    if site.server != "present":
        return []
    state, status = server_state(site)
    pair = site.pairs.get(site.primary)
    active = None
    if pair is not None:
        active = site.active(pair) or next(iter(site.listed(pair)), None)
    body: Resource = {
        "type": "DeploymentManager",
        "category": SERVER_CATEGORY,
        "id": SERVER_ID,
        "uri": SERVER_URI,
        "name": site.name,
        "description": f"OS deployment of the {site.name}",
        "deplManagersType": "Image Streamer",
        "status": status,
        "state": state,
        "mgmtNetworkUri": MANAGEMENT_NETWORK,
        "primaryActiveAppliance": active.own_uri if active else None,
        "primaryClusterName": pair.cluster_name if pair else None,
        "primaryClusterStatus": cluster_status(site, pair) if pair else None,
        "primaryIPV4": pair.address if pair else None,
        "primaryIP": None,
        "primaryUIUri": f"https://{pair.address}/" if pair else None,
        "primaryUUID": active.id if active else None,
        "checksum": None,
        "created": stamp(site.server_created),
        "modified": stamp(site.server_created),
    }
    return [tagged(body)]


def appliances(site: Site) -> list[Resource]:
    """Synthetic."""
    if site.server == "not-supported":
        return []
    return [
        _appliance(site, appliance) for appliance in site.appliances.values() if appliance.listed
    ]


def _appliance(site: Site, appliance: Appliance) -> Resource:
    pair = site.pairs.get(appliance.pair)
    peer = None
    if pair is not None:
        others = (item for item in site.listed(pair) if item is not appliance)
        peer = next(others, None)
    frame = site.frames[appliance.frame]
    body: Resource = {
        "type": None,
        "category": SERVER_CATEGORY,
        "id": appliance.id,
        "uri": appliance.uri,
        "name": appliance.name,
        "description": None,
        "status": appliance.status,
        "applianceSerialNumber": appliance.serial,
        "applianceUUID": appliance.id,
        "applianceUri": appliance.own_uri,
        "imageStreamerVersion": appliance.version,
        "atlasVersion": appliance.version,
        "vsaVersion": appliance.storage_version,
        "needUpgrade": appliance.needs_upgrade,
        "claimedByOV": appliance.claimed,
        "isActive": appliance.active,
        "isPrimary": bool(appliance.pair) and appliance.pair == site.primary,
        "peerApplianceUri": peer.own_uri if peer else None,
        "peerIpv6": None,
        "cimBay": 2,
        "cimEnclosureName": frame.name,
        "cimEnclosureUri": frame.uri,
        "clusterName": pair.cluster_name if pair else None,
        "clusterStatus": cluster_status(site, pair) if pair else None,
        "clusterUri": pair.cluster_uri if pair else None,
        "clusterIpv4Address": pair.address if pair else None,
        "clusterIpv6Address": None,
        "leName": pair.name if pair else None,
        "leUri": pair.uri if pair else None,
        "iltUri": None,
        "deploymentManagerUri": SERVER_URI if site.server == "present" else None,
        "managementNetworkUri": MANAGEMENT_NETWORK,
        "deploymentNetworkUri": DEPLOYMENT_NETWORK,
        "mgmtIpv4Address": appliance.address or None,
        "mgmtSubnetMask": "255.255.0.0",
        "mgmtGateway": "192.0.2.1",
        "mgmtDNSServer": "192.0.2.2",
        "alternateMgmtDNSServer": None,
        "dataIpv4Address": None,
        "domainName": f"{site.name}.example",
        "oneViewIpv4Address": site.address,
        "oneViewApplianceUUID": None,
        "certMd5": None,
        "quorumString": None,
        "serverHardwareUri": None,
        "vlanTagId": "0",
        "createStorageClusterExpectedTimeInSecs": 1500,
        "created": stamp(site.server_created),
        "modified": stamp(site.server_created),
    }
    return tagged(body)


def enclosures(site: Site) -> list[Resource]:
    """Cut down from recorded ones."""
    return [_enclosure(site, frame) for frame in site.frames.values()]


def _enclosure(site: Site, frame: Frame) -> Resource:
    body: Resource = {
        "type": "EnclosureV8",
        "category": "enclosures",
        "uri": frame.uri,
        "name": frame.name,
        "serialNumber": frame.name,
        "uuid": f"000000{frame.name}",
        "enclosureModel": "Synergy 12000 Frame",
        "enclosureType": "SY12000",
        "logicalEnclosureUri": site.pairs[frame.pair].uri,
        "state": "Configured",
        "stateReason": "None",
        "status": "OK",
        "refreshState": "NotRefreshing",
        "frameLinkModuleDomain": site.name,
        "applianceBayCount": 2,
        "applianceBays": [_composer_bay(site, frame), _streamer_bay(site, frame)],
        "managerBayCount": 2,
        "managerBays": [_manager_bay(frame, number) for number in (1, 2)],
        "created": stamp(site.server_created),
        "modified": stamp(site.server_created),
    }
    return tagged(body)


def _empty_bay(number: int) -> Resource:
    return {
        "bayNumber": number,
        "bayPowerState": "Unknown",
        "devicePresence": "Absent",
        "model": "",
        "partNumber": "",
        "poweredOn": False,
        "serialNumber": "",
        "sparePartNumber": "",
        "status": "",
    }


def _composer_bay(site: Site, frame: Frame) -> Resource:
    node = next((node for node in site.composers if node.serial == frame.composer), None)
    if node is None:
        return _empty_bay(1)
    return {
        **_empty_bay(1),
        "devicePresence": "Present",
        "model": "Synergy Composer",
        "partNumber": "804353-B21",
        "poweredOn": True,
        "serialNumber": node.serial,
        "status": node.status,
    }


def _streamer_bay(site: Site, frame: Frame) -> Resource:
    module = site.appliances.get(frame.module)
    if module is None or not module.present:
        return _empty_bay(2)
    return {
        **_empty_bay(2),
        "devicePresence": "Present",
        "model": "Synergy Image Streamer",
        "partNumber": "804354-B21",
        "poweredOn": module.powered,
        "serialNumber": module.serial,
        "sparePartNumber": "841450-001",
        "status": module.module_status,
    }


def _manager_bay(frame: Frame, number: int) -> Resource:
    return {
        "bayNumber": number,
        "changeState": "None",
        "devicePresence": "Present",
        "managerType": "EnclosureManager",
        "model": "Synergy Frame Link Module",
        "mgmtPortState": frame.management_port,
        "mgmtPortLinkState": frame.management_link,
        "mgmtPortStatus": "OK" if frame.management_link == "Linked" else "Critical",
        "linkPortState": "Linked",
        "linkPortStatus": "OK",
        "role": "Active" if number == 1 else "Standby",
        "status": "OK",
    }


def logical_enclosures(site: Site) -> list[Resource]:
    """Cut down from recorded ones."""
    return [_logical_enclosure(site, pair) for pair in site.pairs.values()]


def _logical_enclosure(site: Site, pair: Pair) -> Resource:
    managed = site.server == "present"
    body: Resource = {
        "type": "LogicalEnclosureV4",
        "category": "logical-enclosures",
        "uri": pair.uri,
        "name": pair.name,
        "description": "",
        "enclosureUris": [site.frames[frame].uri for frame in pair.frames],
        "enclosureGroupUri": "/rest/enclosure-groups/bf1d3a3e-3d67-4a6f-8a1e-7a0a3a2e6b10",
        "deploymentManagerSettings": {
            "deploymentClusterUri": pair.cluster_uri if managed else "",
            "osDeploymentSettings": {
                "manageOSDeployment": managed,
                "deploymentModeSettings": {
                    "deploymentMode": "Internal" if managed else "None",
                    "deploymentNetworkUri": DEPLOYMENT_NETWORK if managed else "",
                },
            },
        },
        "powerMode": "RedundantPowerFeed",
        "ipAddressingMode": "External",
        "scalingState": "NotScaling",
        "deleteFailed": False,
        "state": "Consistent",
        "status": "OK",
        "created": stamp(site.server_created),
        "modified": stamp(site.server_created),
    }
    return tagged(body)
