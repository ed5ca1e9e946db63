"""What there is at a simulated site, and how it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

Resource: TypeAlias = dict[str, Any]
"""A JSON object as an interface gives it."""

Health: TypeAlias = Literal["OK", "Warning", "Critical", "Disabled", "Unknown"]
Cluster: TypeAlias = Literal["healthy", "degraded", "failed"]
TaskState: TypeAlias = Literal[
    "New",
    "Starting",
    "Pending",
    "Running",
    "Suspended",
    "Stopping",
    "Completed",
    "Warning",
    "Error",
    "Terminated",
    "Killed",
    "Interrupted",
    "Cancelled",
]
Silence: TypeAlias = Literal["", "refuses", "hangs"]
"""How an address that gives no answer does that: it closes each connection, or says nothing."""


@dataclass
class Appliance:
    """One Image Streamer module."""

    serial: str
    frame: str
    """Name of the frame that it stands in, always in bay 2."""
    id: str
    address: str
    version: str
    storage_version: str
    pair: str = ""
    """Name of its logical enclosure; empty while it belongs to none."""
    active: bool = False
    status: Health = "OK"
    serves: bool = True
    """Whether its storage node serves."""
    present: bool = True
    powered: bool = True
    module_status: Health = "OK"
    claimed: bool = True
    listed: bool = True
    """Whether HPE OneView's list of appliances names it."""
    needs_upgrade: bool = False

    @property
    def usable(self) -> bool:
        """Whether it can do its work now."""
        there = self.listed and self.present and self.powered
        return there and self.status not in ("Critical", "Unknown")

    @property
    def uri(self) -> str:
        """Its address among HPE OneView's resources."""
        return f"/rest/deployment-servers/image-streamer-appliances/{self.id}"

    @property
    def own_uri(self) -> str:
        """What its peer and the deployment server call it."""
        return f"/rest/image-streamer-appliances/{self.id}"

    @property
    def name(self) -> str:
        """Its name at HPE OneView."""
        return f"{self.frame}, appliance 2"


@dataclass
class Artifact:
    """A golden image, plan or script. The list that it stands in says which."""

    kind: Literal["golden-images", "deployment-plans", "build-plans", "plan-scripts"]
    name: str
    id: str
    created: datetime
    modified: datetime
    status: Health = "OK"
    image: str = ""
    """Of a deployment plan: the address of its golden image."""

    @property
    def uri(self) -> str:
        """Its address on the Image Streamer."""
        return f"/rest/{self.kind}/{self.id}"


@dataclass
class Bundle:
    """An artifact bundle: the backup, one that replication left, or one for recovery."""

    name: str
    id: str
    created: datetime
    status: Health | Literal["Pending"] = "OK"
    backup: bool = False
    of_replication: bool = False
    recovery: bool = False
    downloaded: datetime | None = None
    contents: tuple[Artifact, ...] = ()


@dataclass
class Pair:
    """The one or two appliances of a logical enclosure, and what their cluster holds."""

    name: str
    id: str
    address: str
    """Of the cluster."""
    frames: tuple[str, ...]
    members: list[str]
    """Serial numbers, also of members that are gone and not yet replaced."""
    lone: bool = False
    formed: bool = True
    """Whether the management cluster has formed; with both members usable it forms in time."""
    storage_formed: bool = True
    planned: bool = False
    """Whether a storage node is away because an update has it so: that raises no alert."""
    silence: Silence = ""
    busy: bool = False
    """Whether its address answers that it is temporarily unavailable."""
    accepts_token: bool = True
    volumes: int = 24
    artifacts: dict[str, Artifact] = field(default_factory=dict)
    """By address."""
    bundles: list[Bundle] = field(default_factory=list)

    @property
    def uri(self) -> str:
        """Address of the logical enclosure."""
        return f"/rest/logical-enclosures/{self.id}"

    @property
    def cluster_uri(self) -> str:
        """Address of the cluster."""
        return f"/rest/deployment-clusters/{self.id}"

    @property
    def cluster_name(self) -> str:
        """Name of the cluster."""
        return f"{self.name}-cluster"


@dataclass
class Frame:
    """A Synergy frame; bay 1 may hold a Composer, bay 2 an Image Streamer."""

    name: str
    pair: str
    composer: str = ""
    """Serial number of the Composer in bay 1."""
    module: str = ""
    """Serial number of the Image Streamer that is, or last was, in bay 2."""
    management_port: str = "I3s"
    """What its management ports are for: an Image Streamer, or `Active` for the frame itself."""
    management_link: Literal["Linked", "Unlinked"] = "Linked"

    @property
    def uri(self) -> str:
        """Its address."""
        return f"/rest/enclosures/000000{self.name}"


@dataclass
class Composer:
    """One of HPE OneView's own appliances."""

    serial: str
    frame: str
    active: bool
    status: Health = "OK"
    percent: int = 100
    """How far it is synchronized."""
    listed: bool = True

    @property
    def name(self) -> str:
        """Its name."""
        return f"{self.frame}, appliance bay 1"


@dataclass
class Alert:
    """An alert of HPE OneView."""

    number: int
    type_id: str
    description: str
    corrective_action: str
    severity: Health
    created: datetime
    modified: datetime
    category: str
    resource_uri: str
    resource_name: str
    resource_id: str | None = None
    health_category: str = "Operational"
    state: Literal["Active", "Locked", "Cleared"] = "Active"
    lifecycle: bool = False

    @property
    def uri(self) -> str:
        """Its address."""
        return f"/rest/alerts/{self.number}"

    @property
    def open(self) -> bool:
        """Whether it stands."""
        return self.state != "Cleared"


@dataclass
class Task:
    """A task of HPE OneView, of an Image Streamer, or of both."""

    id: str
    name: str
    created: datetime
    modified: datetime
    category: str
    resource_uri: str
    resource_name: str
    seen_at: frozenset[str]
    """`oneview`, and the names of the pairs whose Activity shows it."""
    state: TaskState = "Running"
    reason: str | None = None
    status: str = ""
    percent: int = 0
    updates: list[tuple[datetime, str]] = field(default_factory=list)
    errors: list[tuple[str, str, str]] = field(default_factory=list)
    """Code, message and recommended action."""
    data: Resource = field(default_factory=dict)

    @property
    def uri(self) -> str:
        """Its address."""
        return f"/rest/tasks/{self.id}"

    @property
    def ended(self) -> bool:
        """Whether nothing more happens in it."""
        return self.state not in ("New", "Starting", "Pending", "Running", "Suspended", "Stopping")


@dataclass
class OneViewBackup:
    """The one backup of itself that HPE OneView keeps."""

    id: str
    created: datetime
    status: Literal["SUCCEEDED", "FAILED", "IN_PROGRESS"] = "SUCCEEDED"


@dataclass
class Restore:
    """A restore of HPE OneView."""

    id: str
    created: datetime
    modified: datetime
    status: Literal["IN_PROGRESS", "SUCCEEDED", "FAILED"] = "IN_PROGRESS"


@dataclass
class UpdateRecord:
    """What is true of a pair's latest update."""

    task: str
    """Address of its task; empty where it left none."""
    started: datetime
    target: str
    first: str
    second: str
    versions_before: tuple[str, str, str]
    """First, second, storage of the first."""
    result: str = "running"
    ended: datetime | None = None
    refused: bool = False
    cause: str | None = None
    interrupted: bool = False
    storage_named: bool = False
    after: tuple[str, str, str] | None = None


@dataclass
class PrimaryChange:
    """What is true of the latest change of the primary."""

    task: str
    started: datetime
    of: str
    to: str
    result: str = "running"
    ended: datetime | None = None
    selected: str = ""
    missing: tuple[str, ...] = ()
