"""What follows at a pair from how its appliances are: its clusters' health, and its alerts.

The types and texts of these alerts are synthetic: nobody has recorded one that an Image Streamer
raised. The vendor's help and notes say what they are about.
"""

from __future__ import annotations

from typing import Final

from drivers.simulator.model import Cluster, Health, Pair
from drivers.simulator.site import SERVER_CATEGORY, SERVER_URI, Site

NOT_AVAILABLE: Final = "I3S.ApplianceNotHighlyAvailable"
STORAGE_NODE: Final = "I3S.StorageNodeNotAvailable"
TRUST_FAILED: Final = "I3S.TrustEstablishmentFailed"


def management(site: Site, pair: Pair) -> Cluster:
    """How the management cluster is."""
    usable = [member for member in site.members(pair) if member.usable]
    if not any(member.active for member in usable):
        return "failed"
    return "healthy" if len(usable) == 2 and pair.formed else "degraded"


def storage(site: Site, pair: Pair) -> Cluster:
    """How the storage cluster is. A lone appliance's is healthy while it serves."""
    serving = [member for member in site.members(pair) if member.serves and member.usable]
    if not serving:
        return "failed"
    wanted = 1 if pair.lone else 2
    return "healthy" if len(serving) == wanted and pair.storage_formed else "degraded"


def cluster_status(site: Site, pair: Pair) -> Health:
    """What the appliances' list says of the cluster: here, how its storage is.

    The values are documented nowhere; these are OneView's words for health.
    """
    states: dict[Cluster, Health] = {"healthy": "OK", "degraded": "Warning", "failed": "Critical"}
    return states[storage(site, pair)]


def server_state(site: Site) -> tuple[str, Health]:
    """State and status of the deployment server."""
    pair = site.pairs.get(site.primary)
    if pair is None or not site.trusted or site.active(pair) is None:
        return "Disconnected", "Critical"
    return "Connected", "OK"


def settle(site: Site, pair: Pair) -> None:
    """Raise and clear the pair's own alerts as its clusters are now."""
    place = (SERVER_CATEGORY, pair.cluster_uri, pair.cluster_name)
    if management(site, pair) == "healthy" or pair.lone or not pair.members:
        site.clear_alerts(NOT_AVAILABLE, pair.cluster_uri)
    else:
        site.raise_alert(
            NOT_AVAILABLE,
            f"The Image Streamer appliances of {pair.name} are not highly available.",
            place,
            action="Check both appliances of the logical enclosure.",
        )
    if storage(site, pair) == "healthy" or not pair.members:
        site.clear_alerts(STORAGE_NODE, pair.cluster_uri)
    elif not pair.planned:
        site.raise_alert(
            STORAGE_NODE,
            "One of the storage nodes in the cluster is not available.",
            place,
            severity="Critical",
            action="Check the links of the frame link modules and the appliances.",
        )
    if site.trusted:
        site.clear_alerts(TRUST_FAILED, SERVER_URI)
