"""What is read of a deployment, in which order, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from drivers.oneview.bodies import Kind

SELDOM: Final = 20
"""Every so many times what hardly ever changes is read."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One list, or one single resource."""

    path: str
    kind: Kind
    single: bool = False
    every: int = 1
    at: Literal["all", "primary"] = "all"
    """Of the Image Streamers: at every pair's address, or at the primary's alone."""


SERVERS: Final = "/rest/deployment-servers"

# An update's end must be seen before the versions that it left are: tasks are read before this.
ONEVIEW: Final[tuple[Wanted, ...]] = (
    Wanted(SERVERS, Kind.DEPLOYMENT_SERVER),
    Wanted(f"{SERVERS}/image-streamer-appliances", Kind.APPLIANCE),
    Wanted("/rest/enclosures", Kind.ENCLOSURE),
    Wanted("/rest/logical-enclosures", Kind.LOGICAL_ENCLOSURE),
    Wanted("/rest/alerts?filter=\"alertState='Active'\"", Kind.ALERT),
    Wanted("/rest/alerts?filter=\"alertState='Locked'\"", Kind.ALERT),
    Wanted("/rest/backups", Kind.ONEVIEW_BACKUP),
    Wanted("/rest/restores", Kind.RESTORE),
    Wanted("/rest/appliance/ha-nodes", Kind.HA_NODE),
    Wanted("/rest/appliance/nodeinfo/version", Kind.NODE_VERSION, single=True),
    Wanted("/rest/appliance/nodeinfo/status", Kind.NODE_STATUS, single=True, every=SELDOM),
    Wanted("/rest/ethernet-networks", Kind.NETWORK, every=SELDOM),
    Wanted("/rest/id-pools/ipv4/ranges", Kind.ADDRESS_RANGE, every=SELDOM),
)

IMAGE_STREAMER: Final[tuple[Wanted, ...]] = (
    Wanted("/rest/appliance/ha-nodes", Kind.HA_NODE),
    Wanted("/rest/artifact-bundles", Kind.ARTIFACT_BUNDLE, at="primary"),
    Wanted("/rest/artifact-bundles/backups", Kind.ARTIFACT_BACKUP, at="primary"),
    Wanted("/rest/golden-images", Kind.GOLDEN_IMAGE, at="primary"),
    Wanted("/rest/deployment-plans", Kind.DEPLOYMENT_PLAN, at="primary"),
    Wanted("/rest/build-plans", Kind.BUILD_PLAN, at="primary"),
    Wanted("/rest/plan-scripts", Kind.PLAN_SCRIPT, at="primary"),
    Wanted("/rest/os-volumes", Kind.OS_VOLUME, every=SELDOM),
)


def name_of_list(path: str) -> str:
    """What people are told that a list is called."""
    where, _, query = path.removeprefix("/rest/").partition("?")
    state = query.partition("'")[2].partition("'")[0]
    return f"{where} ({state})" if state else where
