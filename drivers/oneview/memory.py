"""What the watch remembers between readings, and how it is read again from the journal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import msgspec

from drivers.oneview.bodies import Body, Kind, Reading
from drivers.oneview.directory import Directory
from drivers.oneview.fields import Resource, path, word
from rules.vocabulary import FACTS_CHANGED, FACTS_SNAPSHOT, Event

UNUSABLE: Final = ("critical", "unknown")
"""Health with which an appliance counts as lost."""

_NOT_HELD: Final = frozenset({Kind.ALERT, Kind.EVENT, Kind.OTHER, Kind.UNRECOGNISED})


class Versions(msgspec.Struct, frozen=True):
    """What was read of a pair after an update ended, until it is read again."""

    update: str
    read_at: datetime
    first: str
    second: str
    storage: str
    standstill: str = ""
    """How the update's task stood then, where its state is none that is known as an end."""
    second_storage: str = ""
    """Version of the second member's storage software; empty where it did not tell."""


class Remembered(msgspec.Struct):
    """Everything that one deployment's readings left behind. Treated as a value: `copy` first."""

    said: dict[str, dict[str, Any]] = {}
    """Subject to its facts as events last stated them; unknown ones are left out."""
    to_say_again: dict[str, set[str]] = {}
    """Subject to the facts that do not count until they are stated again: their source was lost."""
    held: dict[Kind, dict[str, Body]] = {}
    """The bodies that stand, by what identifies them."""
    whole: set[Kind] = set()
    """Kinds that were read whole in this run."""
    whole_at: set[tuple[str, Kind]] = set()
    """Pair and kind that were read whole at the pair's cluster address in this run."""
    directory: Directory = msgspec.field(default_factory=Directory)
    roles: dict[str, str] = {}
    """Serial number to `active` or `standby`: the role it had when it last could have one."""
    composition: dict[str, tuple[str, ...]] = {}
    """Pair to the serial numbers of its members, one that is not listed any more included."""
    versions: dict[str, tuple[str | None, str | None]] = {}
    """Serial number to the versions of the appliance and of its storage software when it was last
    listed."""
    missing: dict[str, int] = {}
    """Serial number of a member, or address of a peer that a member names, to how many whole
    readings in a row the appliances' list has left it out."""
    doubted: set[str] = set()
    """Those of them that do not count as gone yet."""
    storage_before_doubt: dict[str, bool] = {}
    """Pair to whether its storage was whole when the list first left a member out."""
    healthy_words: dict[str, str] = {}
    """Pair to the clusterStatus that was read when everything else was in health."""
    unproven_words: dict[str, tuple[str, datetime]] = {}
    """Pair to the clusterStatus that is read in full health, and since when it is."""
    reading_after: dict[str, Versions] = {}
    unseen_at: dict[str, datetime] = {}
    """Pair to when versions were first seen to have changed without a task."""
    appliances_read_at: datetime | None = None
    tasks_read_at: datetime | None = None
    """When all tasks were last read in this run."""
    storage_alarms: dict[str, str] = {}
    """Pair to the update during which an alert spoke of the storage."""
    inventory: dict[str, tuple[str, ...]] = {}
    """Primary pair to the artifacts that were last read on it."""

    def copy(self) -> Remembered:
        """One that can be changed without this one changing."""
        return Remembered(
            {subject: dict(facts) for subject, facts in self.said.items()},
            {subject: set(names) for subject, names in self.to_say_again.items()},
            {kind: dict(bodies) for kind, bodies in self.held.items()},
            set(self.whole),
            set(self.whole_at),
            self.directory.copy(),
            dict(self.roles),
            dict(self.composition),
            dict(self.versions),
            dict(self.missing),
            set(self.doubted),
            dict(self.storage_before_doubt),
            dict(self.healthy_words),
            dict(self.unproven_words),
            dict(self.reading_after),
            dict(self.unseen_at),
            self.appliances_read_at,
            self.tasks_read_at,
            dict(self.storage_alarms),
            dict(self.inventory),
        )

    def take(self, reading: Reading) -> None:
        """Let a reading's bodies take the place of what was held, alerts excepted."""
        for kind in reading.whole - {Kind.ALERT}:
            self.held[kind] = {}
        for pair, kind in reading.whole_at:
            held = self.held.get(kind, {})
            self.held[kind] = {key: body for key, body in held.items() if body.pair != pair}
        self.whole |= reading.whole
        self.whole_at |= reading.whole_at
        for body in reading.bodies:
            if body.kind in _NOT_HELD:
                continue
            held = self.held.setdefault(body.kind, {})
            key = identity(body)
            if body.deleted:
                held.pop(key, None)
            else:
                held[key] = body

    @property
    def wants_another_look(self) -> bool:
        """Whether something counts only once it is read again, though nothing changes."""
        return bool(self.doubted or self.unproven_words)

    def resources(self, kind: Kind) -> list[Resource]:
        """The resources that are held of a kind."""
        return [body.resource for body in self.held.get(kind, {}).values()]

    def fact(self, subject: str, name: str) -> Any:
        """The fact as it was last stated; None while it is unknown."""
        return self.said.get(subject, {}).get(name)


def identity(body: Body) -> str:
    """What tells a resource from others of its kind, also where it names no address."""
    resource = body.resource
    address = path(resource, "uri")
    if body.kind is Kind.APPLIANCE:
        return word(resource, "applianceSerialNumber") or address or ""
    if address is not None:
        # Addresses are unique on one host alone.
        return address + ("#" + body.pair if body.pair else "")
    names = ("id", "serialNumber", "name", "alertTypeID", "created", "resourceUri", "role")
    return "|".join(word(resource, name) or "" for name in names)


def recall(events: Iterable[Event], sources: Iterable[str]) -> Remembered:
    """Read the memory again from a journal: what these sources had said when it ended.

    Bodies are not in a journal; the next whole reading brings them.
    """
    ours = frozenset(sources)
    remembered = Remembered()
    for event in events:
        if event.source in ours and event.type in (FACTS_CHANGED, FACTS_SNAPSHOT):
            _recall_event(remembered, event)
    return remembered


def _recall_event(remembered: Remembered, event: Event) -> None:
    said = remembered.said.setdefault(event.subject, {})
    if event.type == FACTS_SNAPSHOT:
        from_families = frozenset(event.data.families)
        for name in [name for name in said if name.partition(".")[0] in from_families]:
            if name not in MEMORY:
                del said[name]
    for name, value in event.data.facts.items():
        if value is None:
            said.pop(name, None)
        else:
            said[name] = value
    scope, _, name = event.subject.partition("/")
    if scope == "appliance":
        remembered.appliances_read_at = event.time
        _recall_appliance(remembered, name, said)
    elif scope == "pair":
        remembered.appliances_read_at = event.time
        remembered.directory.pair_by_name[name] = name
        serials = (said.get("pair.active_serial"), said.get("pair.standby_serial"))
        remembered.composition[name] = tuple(text for text in serials if isinstance(text, str))
        if said.get("cluster.storage") == "healthy" and "cluster.reported" in said:
            remembered.healthy_words.setdefault(name, said["cluster.reported"])
        if said.get("update.result") == "not-seen" and "update.id" in event.data.facts:
            remembered.unseen_at[name] = event.time


def _recall_appliance(remembered: Remembered, serial: str, said: dict[str, Any]) -> None:
    directory = remembered.directory
    installed = (said.get("appliance.version"), said.get("appliance.storage_version"))
    if installed != (None, None):
        remembered.versions[serial] = installed
    remembered.missing.pop(serial, None)
    if isinstance(pair := said.get("appliance.pair"), str):
        directory.pair_of[serial] = pair
        if not {"appliance.status", "appliance.name", "appliance.version"} & said.keys():
            remembered.missing[serial] = 1
    if isinstance(name := said.get("appliance.name"), str):
        directory.serial_by_name[name] = serial
    frame, bay = said.get("appliance.enclosure"), said.get("appliance.bay")
    if isinstance(frame, str) and isinstance(bay, int):
        directory.put(frame, bay, serial)
    usable = (
        said.get("appliance.status") not in UNUSABLE
        and said.get("appliance.present") is not False
        and said.get("appliance.powered") is not False
    )
    if usable and isinstance(active := said.get("appliance.active"), bool):
        remembered.roles[serial] = "active" if active else "standby"


MEMORY: Final = frozenset(
    {
        "update.id",
        "update.after_id",
        "update.started_at",
        "update.ended_at",
        "update.result",
        "update.target_version",
        "update.first.serial",
        "update.first.before",
        "update.first.after",
        "update.second.serial",
        "update.second.before",
        "update.second.after",
        "update.storage.before",
        "update.storage.after",
        "update.storage.members_match",
        "update.validation_error",
        "update.validation_cause",
        "update.error_names_storage",
        "update.interrupted_by_oneview",
        "update.error_text",
        "update.state_reason",
        "update.overtaken_id",
        "update.overtaken_result",
        "update.overtaken_error_text",
        "update.overtaken_names_storage",
        "pair.active_changed_at",
        "pair.storage_lost_with_member",
        "composer.role_changed_at",
        "primary.change_id",
        "primary.change_started_at",
        "primary.change_ended_at",
        "primary.change_result",
        "primary.change_error_text",
        "primary.change_from",
        "primary.change_to",
        "primary.change_selected",
        "artifacts.missing",
        "artifacts.missing_names",
        "backup.attempt_id",
        "backup.attempt_started_at",
        "backup.attempt_ended_at",
        "backup.attempt_result",
        "backup.attempt_error_text",
        "restore.artifact_id",
        "restore.artifact_ended_at",
        "restore.artifact_result",
        "restore.artifact_error_text",
        "restore.oneview_id",
        "restore.oneview_ended_at",
        "restore.oneview_result",
        "claim.inserted_at",
        "claim.insertion_id",
        "claim.insertion_result",
        "claim.insertion_error_text",
        "removal.module_id",
        "removal.module_result",
        "removal.module_error_text",
        "removal.group_update_id",
        "removal.group_update_result",
        "removal.group_update_error_text",
    }
)
"""Facts that are the watch's own memory: no snapshot touches them."""
