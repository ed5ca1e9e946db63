"""What the functions that state facts see: the bodies that stand, and what was known before."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from drivers.oneview.bodies import Body, Kind
from drivers.oneview.directory import Directory
from drivers.oneview.fields import Resource, flag, listed, lowered, number, path, word
from drivers.oneview.memory import UNUSABLE, Remembered
from drivers.oneview.statement import Statement

ON_PRIMARY: Final = frozenset(
    {
        Kind.ARTIFACT_BUNDLE,
        Kind.ARTIFACT_BACKUP,
        Kind.GOLDEN_IMAGE,
        Kind.DEPLOYMENT_PLAN,
        Kind.BUILD_PLAN,
        Kind.PLAN_SCRIPT,
    }
)
"""Kinds of which the primary's own list tells all that facts are about."""


@dataclass(frozen=True, slots=True)
class Bay:
    """The bay that an Image Streamer module stands, or last stood, in."""

    frame: Resource
    number: int
    present: bool | None
    powered: bool | None
    status: str | None


@dataclass(slots=True)
class View:
    """One observation: state facts through `statement`, write memory to `remembered`."""

    time: datetime
    deployment: str
    settle: timedelta
    before: Remembered
    """As it was before this observation; not to be changed."""
    remembered: Remembered
    """With this observation's bodies."""
    read: frozenset[Kind]
    """Kinds that this observation brought bodies of, or read whole."""
    incoming: tuple[Body, ...] = ()
    """This observation's bodies."""
    statement: Statement = field(default_factory=Statement)
    appliances: dict[str, Resource] = field(default_factory=dict)
    """What the appliances' list says now, by serial number."""
    bays: dict[str, Bay] = field(default_factory=dict)
    """What the frames say now, by the serial number of the module."""

    _listed: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for resource in self.remembered.resources(Kind.APPLIANCE):
            serial = word(resource, "applianceSerialNumber")
            if serial is not None:
                self.appliances[serial] = resource
        self.bays = _bays(self.remembered)
        for serial in sorted(self.appliances):
            pair = self.directory.pair_of.get(serial)
            if pair is not None:
                self._listed.setdefault(pair, []).append(serial)

    @property
    def directory(self) -> Directory:
        """Who is who."""
        return self.remembered.directory

    @property
    def deployment_subject(self) -> str:
        """The subject of everything that is this OneView's."""
        return f"deployment/{self.deployment}"

    def is_whole(self, kind: Kind) -> bool:
        """Whether all resources of a kind are held, so that what is not held is not there."""
        return kind in self.remembered.whole

    def is_whole_at(self, pair: str, kind: Kind) -> bool:
        """Whether all resources of a kind that a pair's cluster address has are held."""
        return self.is_whole(kind) or (pair, kind) in self.remembered.whole_at

    def is_whole_on_primary(self, kind: Kind) -> bool:
        """Whether all resources of a kind that the primary has are held."""
        primary = self.primary_pair
        return self.is_whole(kind) or (primary is not None and self.is_whole_at(primary, kind))

    @property
    def primary_pair(self) -> str | None:
        """The pair that is primary, as this observation states it or else as it was last stated."""
        name, stated = "primary.pair", self.statement.facts.get(self.deployment_subject, {})
        pair = stated[name] if name in stated else self.said(self.deployment_subject, name)
        return pair if isinstance(pair, str) else None

    def listed_members(self, pair: str) -> list[str]:
        """Serial numbers of the pair's appliances that are listed now, in order."""
        return self._listed.get(pair, [])

    def is_usable(self, serial: str) -> bool:
        """Whether an appliance is listed, there, powered on, and neither Critical nor Unknown."""
        resource = self.appliances.get(serial)
        if resource is None or lowered(resource, "status") in UNUSABLE:
            return False
        bay = self.bays.get(serial)
        return bay is None or (bay.present is not False and bay.powered is not False)

    def is_judged(self, serial: str) -> bool:
        """Whether it is known if an appliance can be used.

        What a part of the list leaves out may stand in another part, and what the whole list
        leaves out is gone only once that is believed.
        """
        resource = self.appliances.get(serial)
        if resource is None:
            return self.is_whole(Kind.APPLIANCE) and serial not in self.remembered.doubted
        return word(resource, "status") is not None

    def is_doubted(self, serial: str) -> bool:
        """Whether the list leaves a member out, which is not believed yet."""
        return serial in self.remembered.doubted

    def fact(self, subject: str, fact: str) -> object:
        """A fact as this observation states it, or else as it was last stated."""
        facts = self.statement.facts.get(subject, {})
        return facts[fact] if fact in facts else self.said(subject, fact)

    def said(self, subject: str, fact: str) -> object:
        """A fact as it was last stated before this observation."""
        return self.before.fact(subject, fact)


def _bays(remembered: Remembered) -> dict[str, Bay]:
    found: dict[str, Bay] = {}
    absent: dict[str, Bay] = {}
    directory = remembered.directory
    for frame in remembered.resources(Kind.ENCLOSURE):
        names = [name for name in (path(frame, "uri"), word(frame, "name")) if name is not None]
        for entry in listed(frame, "applianceBays"):
            bay_number = number(entry, "bayNumber")
            if bay_number is None:
                continue
            presence = lowered(entry, "devicePresence")
            bay = Bay(
                frame,
                bay_number,
                None if presence is None else presence not in ("absent", "removed"),
                flag(entry, "poweredOn"),
                lowered(entry, "status"),
            )
            serial = word(entry, "serialNumber")
            last = {directory.in_bay(name, bay_number) for name in names} - {None}
            if serial is not None:
                if serial in last:
                    found[serial] = bay
            elif bay.present is False:
                absent.update({known: bay for known in last if known is not None})
    return absent | found
