"""A simulated site: everything that is true of it now, and the ways in which that is changed."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from drivers.simulator.model import (
    Alert,
    Appliance,
    Composer,
    Frame,
    Health,
    OneViewBackup,
    Pair,
    PrimaryChange,
    Restore,
    Silence,
    Task,
    TaskState,
    UpdateRecord,
)
from drivers.simulator.network import Network
from drivers.simulator.schedule import Schedule
from drivers.simulator.sessions import Sessions

ONEVIEW = "oneview"
SERVER_ID = "d5a2b2b2-6c39-4f43-9d4e-1f0f1b9c7a51"
SERVER_URI = f"/rest/deployment-servers/{SERVER_ID}"
SERVER_CATEGORY = "deployment-managers"
MANAGEMENT_NETWORK = "/rest/ethernet-networks/6f1c7b1e-0b5c-4f7c-8f3d-2f7b8f5a9c10"
DEPLOYMENT_NETWORK = "/rest/ethernet-networks/a3d94c02-57ab-4b0e-9a4e-6c0f0d2be711"


@dataclass
class Site:
    """One HPE OneView and its Image Streamer pairs."""

    schedule: Schedule
    random: random.Random
    sessions: Sessions
    name: str = "harbour"
    address: str = "127.0.0.1"
    api_minimum: int = 120
    api_current: int = 1600
    oneview_version: str = "5.20.00-0419043"
    frames: dict[str, Frame] = field(default_factory=dict)
    """By name."""
    composers: list[Composer] = field(default_factory=list)
    pairs: dict[str, Pair] = field(default_factory=dict)
    """By name of the logical enclosure."""
    appliances: dict[str, Appliance] = field(default_factory=dict)
    """By serial number."""
    primary: str = ""
    """Name of the primary pair; empty while none is selected."""
    trusted: bool = True
    """Whether HPE OneView and the Image Streamer trust each other."""
    server: str = "present"
    """The deployment server: present, absent, or not-supported."""
    server_created: datetime | None = None
    alerts: list[Alert] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    backup: OneViewBackup | None = None
    restores: list[Restore] = field(default_factory=list)
    started: datetime | None = None
    """When HPE OneView's active node started."""
    standby_started: datetime | None = None
    silence: Silence = ""
    """How HPE OneView gives no answer."""
    streamer_clock: timedelta = timedelta(0)
    """How far the Image Streamers' clocks are ahead of HPE OneView's."""
    oneview_clock: timedelta = timedelta(0)
    """How far HPE OneView's clock is ahead of the right time."""
    replicates: bool = True
    replication_fails: bool = False
    free_management_addresses: int = 12
    free_deployment_addresses: int = 9
    updates: dict[str, UpdateRecord] = field(default_factory=dict)
    """The latest update of each pair."""
    primary_change: PrimaryChange | None = None
    network: dict[str, Network] = field(default_factory=dict)
    """Faults on the way to `oneview` and to `image-streamer`."""
    certificates: int = 0
    """How often the certificate was changed."""
    mishaps: list[str] = field(default_factory=list)
    """What a scenario asked for at a time when it could not be done."""
    page_size: int = 256
    """The most members that one page of a list holds."""

    @property
    def now(self) -> datetime:
        """The present instant at the site."""
        return self.schedule.now

    def new_id(self) -> str:
        """A name for something new: random, and the same in each run."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    # --- who is who ---

    def members(self, pair: Pair) -> list[Appliance]:
        """The pair's appliances, those that are gone included."""
        return [self.appliances[serial] for serial in pair.members]

    def listed(self, pair: Pair) -> list[Appliance]:
        """Those of them that HPE OneView lists."""
        return [member for member in self.members(pair) if member.listed]

    def active(self, pair: Pair) -> Appliance | None:
        """The member that is active and can work."""
        found = [member for member in self.members(pair) if member.active and member.usable]
        return found[0] if len(found) == 1 else None

    def by_role(self, pair: Pair, role: str) -> list[Appliance]:
        """The members in a role: `active`, `standby` or `both`; the first is the active one."""
        members = sorted(self.members(pair), key=lambda member: not member.active)
        return members if role == "both" else members[:1] if role == "active" else members[1:]

    def pair_at(self, address: str) -> Pair | None:
        """The pair whose cluster has an address."""
        return next((pair for pair in self.pairs.values() if pair.address == address), None)

    # --- tasks ---

    def begin_task(
        self,
        name: str,
        resource: tuple[str, str, str],
        seen_at: Iterable[str] = (ONEVIEW,),
        status: str = "",
    ) -> Task:
        """Start a task on a resource, which is named by category, address and name."""
        task = Task(
            id=self.new_id(),
            name=name,
            created=self.now,
            modified=self.now,
            category=resource[0],
            resource_uri=resource[1],
            resource_name=resource[2],
            seen_at=frozenset(seen_at),
            status=status,
        )
        self.tasks.append(task)
        return task

    def progress(self, task: Task, percent: int, text: str) -> None:
        """Let a running task say how far it is."""
        task.percent = percent
        task.updates.append((self.now, text))
        task.modified = self.now

    def end_task(
        self,
        task: Task,
        state: TaskState = "Completed",
        status: str = "",
        *,
        reason: str | None = None,
        error: tuple[str, str, str] | None = None,
    ) -> None:
        """End a task. However it ended, it then says 100 percent."""
        task.state = state
        task.reason = reason
        task.percent = 100
        task.status = status or task.status
        task.modified = self.now
        if error is not None:
            task.errors.append(error)

    # --- alerts ---

    def raise_alert(
        self,
        type_id: str,
        description: str,
        resource: tuple[str, str, str],
        *,
        severity: Health = "Warning",
        action: str = "",
        resource_id: str | None = None,
        health_category: str = "Operational",
        locked: bool = False,
        lifecycle: bool = False,
    ) -> Alert:
        """Raise an alert on a resource; one that stands already is left as it is."""
        for alert in self.alerts:
            same = (alert.type_id, alert.resource_uri, alert.resource_id)
            if alert.open and same == (type_id, resource[1], resource_id) and not lifecycle:
                return alert
        alert = Alert(
            number=101 + len(self.alerts),
            type_id=type_id,
            description=description,
            corrective_action=action,
            severity=severity,
            created=self.now,
            modified=self.now,
            category=resource[0],
            resource_uri=resource[1],
            resource_name=resource[2],
            resource_id=resource_id,
            health_category=health_category,
            state="Cleared" if lifecycle else "Locked" if locked else "Active",
            lifecycle=lifecycle,
        )
        self.alerts.append(alert)
        return alert

    def clear_alerts(
        self, type_id: str, resource_uri: str, resource_id: str | None = None
    ) -> list[Alert]:
        """Clear the alerts of a type on a resource, and return those that stood."""
        cleared = []
        for alert in self.alerts:
            place = (alert.type_id, alert.resource_uri, alert.resource_id)
            if alert.open and place == (type_id, resource_uri, resource_id):
                alert.state = "Cleared"
                alert.modified = self.now
                cleared.append(alert)
        return cleared

    def open_alerts(self, type_id: str, resource_uri: str) -> list[Alert]:
        """The alerts of a type that stand on a resource."""
        return [
            alert
            for alert in self.alerts
            if alert.open and (alert.type_id, alert.resource_uri) == (type_id, resource_uri)
        ]
