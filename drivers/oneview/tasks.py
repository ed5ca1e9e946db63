"""What a task does and to what, and how it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from drivers.oneview.alerts import about, is_ours
from drivers.oneview.bodies import Body, Kind
from drivers.oneview.directory import Directory
from drivers.oneview.fields import (
    LONGEST_TEXT,
    Resource,
    bounded,
    inner,
    listed,
    lowered,
    moment,
    number,
    path,
    prose,
    word,
)

Purpose = Literal[
    "update",
    "server-edit",
    "artifact-backup",
    "artifact-restore",
    "insertion",
    "removal",
    "claim",
    "group-update",
    "composer-takeover",
    "deployment-server",
]

RUNNING: Final = frozenset({"new", "starting", "pending", "running", "suspended", "stopping"})
ENDED: Final = frozenset({"completed", "warning", "error", "terminated", "killed", "interrupted"})
"""Words of taskState, in lower case, after which nothing more happens. 100 percent is none."""

WELL_ENDED_IS_NEWS: Final = timedelta(minutes=60)
BADLY_ENDED_IS_NEWS: Final = timedelta(days=7)
"""How long after its end a task that the watch never saw before is still told."""

_UPDATE: Final = re.compile(r"\b(?:update|upgrade|updating|upgrading)\b", re.IGNORECASE)
_EDIT: Final = re.compile(r"\b(?:update|edit|change|modify)\b", re.IGNORECASE)
_INSERT: Final = re.compile(r"\binsert", re.IGNORECASE)
_REMOVE: Final = re.compile(r"\b(?:remove|removal|delete)\b", re.IGNORECASE)
_CLAIM: Final = re.compile(r"\b(?:re-?)?claim", re.IGNORECASE)
_FROM_GROUP: Final = re.compile(r"\bupdate\b.{0,20}\bfrom group\b", re.IGNORECASE)
_RESTORE: Final = re.compile(r"\b(?:restore|extract)\b", re.IGNORECASE)
_BACKUP: Final = re.compile(r"\bback\s?up\b", re.IGNORECASE)
_TAKEOVER: Final = re.compile(r"\bactivate standby appliance\b", re.IGNORECASE)
_IMAGE_STREAMER: Final = re.compile(r"image\s*streamer", re.IGNORECASE)

_BACKUPS: Final = "/rest/artifact-bundles/backups"
_SERVERS: Final = "/rest/deployment-servers"
_APPLIANCES: Final = "/rest/deployment-servers/image-streamer-appliances"
_ARTIFACTS: Final = (
    "/rest/artifact-bundles",
    "/rest/golden-images",
    "/rest/deployment-plans",
    "/rest/build-plans",
    "/rest/plan-scripts",
    "/rest/os-volumes",
    "/rest/deployment-groups",
)
_ARTIFACT_CATEGORIES: Final = re.compile(
    r"artifacts?-bundle|golden-?image|deployment-plan|build-?plan|plan-?script|os-?volume|"
    r"deployment-group",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Task:
    """A task that concerns Image Streamer."""

    id: str
    purpose: Purpose
    resource: Resource
    pair: str = ""
    serial: str = ""

    @property
    def result(self) -> str | None:
        """How it stands: `running`, or the word of its state in lower case."""
        state = lowered(self.resource, "taskState")
        return "running" if state in RUNNING else state

    @property
    def has_ended(self) -> bool:
        """Whether its state is one after which nothing more happens."""
        return self.result in ENDED

    @property
    def is_strange(self) -> bool:
        """Whether its state is a word that neither runs nor ends by what is known."""
        return self.result is not None and self.result != "running" and not self.has_ended

    @property
    def standstill(self) -> str:
        """Differs as soon as anything goes on in a task whose state is strange."""
        if not self.is_strange:
            return ""
        told = (self.result, word(self.resource, "modified"), str(self.percent), self.step)
        return "|".join(part or "" for part in told)

    @property
    def created(self) -> datetime | None:
        """When it started."""
        return moment(self.resource, "created")

    @property
    def ended_at(self) -> datetime | None:
        """When it ended; None while it runs."""
        return moment(self.resource, "modified") if self.has_ended else None

    @property
    def newness(self) -> tuple[str, str]:
        """What tasks are ordered by."""
        created = moment(self.resource, "created", "modified")
        return (created.isoformat() if created else "", self.id)

    @property
    def percent(self) -> int | None:
        """Progress, as far as it says so."""
        value = number(self.resource, "computedPercentComplete")
        value = number(self.resource, "percentComplete") if value is None else value
        return value if value is not None and 0 <= value <= 100 else None

    @property
    def step(self) -> str | None:
        """What it says it is doing."""
        for update in reversed(listed(self.resource, "progressUpdates")):
            text = prose(update, "statusUpdate")
            if text is not None:
                return text
        return prose(self.resource, "taskStatus")

    @property
    def words(self) -> str | None:
        """What it said of its failure."""
        parts = [prose(self.resource, "taskStatus")]
        for error in listed(self.resource, "taskErrors"):
            parts += [prose(error, "message"), prose(error, "details")]
        said = list(dict.fromkeys(part for part in parts if part is not None))
        return bounded(" ".join(said), LONGEST_TEXT) if said else None

    def is_news(self, time: datetime) -> bool:
        """Whether a task that the watch sees for the first time is still worth telling."""
        if not self.has_ended:
            return True
        ended = self.ended_at or self.created
        limit = WELL_ENDED_IS_NEWS if self.result == "completed" else BADLY_ENDED_IS_NEWS
        return ended is not None and time - ended <= limit


def task_id(resource: Resource) -> str:
    """What names a task: its address, or where it has none its name and start."""
    address = path(resource, "uri")
    if address is not None:
        return address
    return f"{word(resource, 'name') or 'task'}@{word(resource, 'created') or ''}"


def read_task(body: Body, directory: Directory) -> Task | None:
    """The task that a body is, or None when it does nothing to Image Streamer.

    Parts of other tasks are left to those.
    """
    resource = body.resource
    if body.kind is not Kind.TASK or path(resource, "parentTaskUri") is not None:
        return None
    name = word(resource, "name") or ""
    address, category, resource_name = about(resource)
    identity = task_id(resource)
    if _TAKEOVER.search(name):
        return Task(identity, "composer-takeover", resource)
    if _is_artifact(address, category):
        purpose = _artifact_purpose(name, address)
        return Task(identity, purpose, resource) if purpose else None
    if _FROM_GROUP.search(name):
        pair = directory.pair_by_address.get(address) or directory.pair_by_name.get(resource_name)
        return Task(identity, "group-update", resource, pair=pair) if pair else None
    serial = _serial(resource, address, resource_name, directory)
    for pattern, purpose in _MODULE_PURPOSES:
        if serial and pattern.search(name) and not _is_server(address):
            return Task(identity, purpose, resource, serial=serial)
    if _EDIT.search(name) and _is_server(address):
        return Task(identity, "server-edit", resource)
    if _UPDATE.search(name):
        pair = _updated_pair(body, address, category, resource_name, name, directory)
        if pair:
            return Task(identity, "update", resource, pair=pair)
    return Task(identity, "deployment-server", resource) if _is_server(address) else None


_MODULE_PURPOSES: Final[tuple[tuple[re.Pattern[str], Purpose], ...]] = (
    (_INSERT, "insertion"),
    (_REMOVE, "removal"),
    (_CLAIM, "claim"),
)


def _is_server(address: str) -> bool:
    return address.startswith(_SERVERS + "/") and not address.startswith(_APPLIANCES)


def _is_artifact(address: str, category: str) -> bool:
    return address.startswith(_ARTIFACTS) or _ARTIFACT_CATEGORIES.search(category) is not None


def _artifact_purpose(name: str, address: str) -> Purpose | None:
    of_backups = address.startswith(_BACKUPS) or _BACKUP.search(name) is not None
    if not of_backups or _REMOVE.search(name):
        return None
    return "artifact-restore" if _RESTORE.search(name) else "artifact-backup"


def _updated_pair(
    body: Body, address: str, category: str, resource_name: str, name: str, directory: Directory
) -> str | None:
    """The pair that an update task updates; its word for it, never the only one there is."""
    if body.pair:
        return body.pair
    serial = directory.serial_by_address.get(address) or directory.serial_by_name.get(resource_name)
    if serial is not None:
        return directory.pair_of.get(serial)
    if is_ours(address, category) or _IMAGE_STREAMER.search(name):
        return directory.pair_by_address.get(address) or directory.pair_by_name.get(resource_name)
    return None


def _serial(
    resource: Resource, address: str, resource_name: str, directory: Directory
) -> str | None:
    serial = directory.serial_by_address.get(address) or directory.serial_by_name.get(resource_name)
    if serial is not None:
        return serial
    told = f"{resource_name} {word(resource, 'name') or ''} {prose(resource, 'taskStatus') or ''}"
    known = {serial for bays in directory.frames.values() for serial in bays.values()}
    named = [serial for serial in sorted(known) if re.search(rf"\b{re.escape(serial)}\b", told)]
    if len(named) == 1:
        return named[0]
    in_frame = directory.in_frame(address) if address.startswith("/rest/enclosures/") else []
    speaks = _IMAGE_STREAMER.search(told) is not None
    return in_frame[0] if speaks and len(in_frame) == 1 else None


def is_interrupted(resource: Resource) -> bool:
    """Whether HPE OneView says itself that it went down under the task."""
    return lowered(resource, "taskState") == "interrupted"


def chosen_primary(resource: Resource) -> str | None:
    """Address of the appliance whose pair an edit of the deployment server makes primary."""
    return path(inner(resource, "data"), "primaryActiveAppliance")
