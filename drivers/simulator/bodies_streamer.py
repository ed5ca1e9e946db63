"""Bodies that an Image Streamer gives at its cluster's address.

Bundles, images, plans and volumes are synthetic, built from published lists of members; what an
Image Streamer's own ha-nodes say nobody has recorded either.
"""

from __future__ import annotations

from drivers.simulator.bodies import compact, stamp, tagged
from drivers.simulator.model import Artifact, Bundle, Pair, Resource
from drivers.simulator.site import Site

_GROUP = "/rest/deployment-groups/c1067955-1fe9-4cc2-9077-4a1b9a39a1b3"
_TYPES = {
    "golden-images": ("GoldenImage", "golden-images"),
    "deployment-plans": ("OEDeploymentPlan", "oe-deployment-plan"),
    "build-plans": ("OeBuildPlan", "build-plans"),
    "plan-scripts": ("PlanScript", "plan-scripts"),
}


def ha_nodes(site: Site, pair: Pair) -> list[Resource]:
    """Synthetic, after those of the Composers."""
    return [
        tagged(
            {
                "type": "HANode",
                "category": "ha_node",
                "uri": f"/rest/appliance/ha-nodes/{member.serial}",
                "name": member.name,
                "role": "Active" if member.active else "Standby",
                "state": "OK" if member.status == "OK" else "Error",
                "status": member.status,
                "version": member.version,
                "modelNumber": "Synergy Image Streamer",
                "synchronizationPercentComplete": 100 if pair.formed else 40,
                "location": {
                    "bay": 2,
                    "description": f"{member.frame}, appliance bay 2",
                    "enclosure": {"resourceName": member.frame},
                },
            }
        )
        for member in site.listed(pair)
        if member.present
    ]


def artifacts(pair: Pair, kind: str) -> list[Resource]:
    """Synthetic: the artifacts of a kind, which is their list's last name."""
    return [_artifact(item) for item in pair.artifacts.values() if item.kind == kind]


def _artifact(artifact: Artifact) -> Resource:
    type_name, category = _TYPES[artifact.kind]
    body: Resource = {
        "type": type_name,
        "category": category,
        "id": artifact.id,
        "uri": artifact.uri,
        "name": artifact.name,
        "description": "",
        "status": artifact.status,
        "state": "Normal",
        "readOnly": False,
        "dependentArtifacts": [],
        "created": stamp(artifact.created),
        "modified": stamp(artifact.modified),
    }
    if artifact.kind == "deployment-plans":
        body |= {"goldenImageURI": artifact.image or None, "hpProvided": False}
    return tagged(body)


def bundles(pair: Pair) -> list[Resource]:
    """Synthetic: the bundles besides the backup."""
    return [_bundle(bundle) for bundle in pair.bundles if not bundle.backup]


def backups(pair: Pair) -> list[Resource]:
    """Synthetic: the backup, of which there is one at most."""
    return [_bundle(bundle) for bundle in pair.bundles if bundle.backup]


def _bundle(bundle: Bundle) -> Resource:
    place = "artifact-bundles/backups" if bundle.backup else "artifact-bundles"
    kinds = {
        key: [
            {"name": item.name, "readOnly": False} for item in bundle.contents if item.kind == kind
        ]
        for key, kind in (
            ("goldenimage", "golden-images"),
            ("deploymentPlans", "deployment-plans"),
            ("buildPlans", "build-plans"),
            ("planScripts", "plan-scripts"),
        )
    }
    return tagged(
        {
            "type": "ArtifactsBundle",
            "category": "artifacts-bundle",
            "artifactsbundleID": bundle.id,
            "uri": f"/rest/{place}/{bundle.id}",
            "name": bundle.name,
            "description": "",
            "status": bundle.status,
            "state": "Normal" if bundle.status == "OK" else bundle.status,
            "artifactsCount": len(bundle.contents),
            "size": 2048 * len(bundle.contents),
            "backupService": bundle.of_replication,
            "recoverBundle": bundle.recovery,
            "importbundle": False,
            "readOnly": False,
            "checkSum": "0",
            "downloadURI": f"/rest/{place}/archive/{bundle.id}" if bundle.backup else "",
            "lastBackUpDownload": compact(bundle.downloaded) or "",
            "created": compact(bundle.created),
            "modified": compact(bundle.created),
            **kinds,
        }
    )


def volumes(site: Site, pair: Pair) -> list[Resource]:
    """Synthetic."""
    return [
        tagged(
            {
                "type": "OSVolume",
                "category": "os-volumes",
                "uri": f"/rest/os-volumes/{pair.id[:24]}{number:012d}",
                "name": f"OSVolume-{number}",
                "description": "",
                "deploymentClusterUri": pair.cluster_uri,
                "size": 40960,
                "status": "OK",
                "state": "Normal",
                "created": stamp(site.server_created),
                "modified": stamp(site.server_created),
            }
        )
        for number in range(1, pair.volumes + 1)
    ]


def groups(site: Site) -> list[Resource]:
    """Synthetic."""
    return [
        tagged(
            {
                "type": "DeploymentGroup",
                "category": "deployment-groups",
                "id": _GROUP.rpartition("/")[2],
                "uri": _GROUP,
                "name": site.name,
                "status": "OK",
                "state": "Normal",
            }
        )
    ]


def amvm(pair: Pair) -> Resource:
    """As transcribed from the vendor's paper."""
    return {
        "amvmstate": "running",
        "dataipv4address": "198.51.100.103",
        "dataipv4subnet": "255.255.255.0",
        "managementipv4address": pair.address,
        "managementipv4gateway": "255.255.255.128",
        "managementipv4subnet": "255.255.255.128",
    }
