"""Bodies of resources once it is known what they are, and the readings that they come in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from drivers.oneview.fields import Resource


class Kind(StrEnum):
    """What a body is about. The values are names for people."""

    APPLIANCE = "image-streamer-appliance"
    DEPLOYMENT_SERVER = "deployment-server"
    ENCLOSURE = "enclosure"
    LOGICAL_ENCLOSURE = "logical-enclosure"
    ALERT = "alert"
    EVENT = "event"
    TASK = "task"
    ONEVIEW_BACKUP = "oneview-backup"
    RESTORE = "oneview-restore"
    HA_NODE = "ha-node"
    NODE_VERSION = "node-version"
    NODE_STATUS = "node-status"
    ARTIFACT_BUNDLE = "artifact-bundle"
    ARTIFACT_BACKUP = "artifact-backup"
    GOLDEN_IMAGE = "golden-image"
    DEPLOYMENT_PLAN = "deployment-plan"
    BUILD_PLAN = "build-plan"
    PLAN_SCRIPT = "plan-script"
    OS_VOLUME = "os-volume"
    NETWORK = "ethernet-network"
    ADDRESS_RANGE = "ipv4-range"
    OTHER = "other"
    """A resource of OneView that no fact comes from."""
    UNRECOGNISED = "unrecognised"
    """JSON that is no resource known here."""


@dataclass(frozen=True, slots=True)
class Body:
    """One resource as one interface gave it."""

    kind: Kind
    resource: Resource
    pair: str = ""
    """The pair whose cluster address gave it; empty: OneView did, or nobody knows."""
    deleted: bool = False
    """The message bus said that the resource is gone."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Bodies that were read together."""

    bodies: tuple[Body, ...]
    whole: frozenset[Kind] = frozenset()
    """The kinds of which the bodies are all that there is, none included, whoever gave them."""
    whole_at: frozenset[tuple[str, Kind]] = frozenset()
    """Pair and kind: of that kind the bodies are all that the pair's cluster address has."""
