"""Which alerts stand, and which Image Streamer, pair or frame each of them is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from drivers.oneview.alert_kinds import (
    LINK_KINDS,
    AlertKind,
    ends_type,
    is_locked,
    is_module_alert,
    is_open,
    kind_of,
    names_image_streamer,
    spoken,
    type_name,
)
from drivers.oneview.bodies import Body, Kind, Reading
from drivers.oneview.directory import Directory
from drivers.oneview.fields import Resource, flag, inner, lowered, moment, path, word
from drivers.oneview.memory import identity

OUR_PREFIXES: Final = (
    "/rest/deployment-servers",
    "/rest/deployment-managers",
    "/rest/deployment-clusters",
    "/rest/image-streamer-appliances",
)
"""Addresses of Image Streamer's resources."""
OUR_CATEGORIES: Final = frozenset(
    {
        "deployment-managers",
        "deployment-servers",
        "deployment-clusters",
        "image-streamer-appliances",
    }
)
"""Categories of Image Streamer's resources."""

_BAY: Final = re.compile(r"(\d{1,3})\s*$")
_OPEN_LINKS: Final[frozenset[AlertKind]] = frozenset(
    {"image-manager-disconnected", "image-manager-misconnected"}
)


@dataclass(frozen=True, slots=True)
class Place:
    """What an alert is about: appliances, or a pair; with neither, the whole deployment."""

    serials: tuple[str, ...] = ()
    pair: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """An open alert with its kind and its place."""

    alert: Resource
    kind: AlertKind
    place: Place

    @property
    def newness(self) -> tuple[str, str]:
        """What alerts are ordered by: when they were created, then their address."""
        created = moment(self.alert, "created", "modified")
        return (created.isoformat() if created else "", path(self.alert, "uri") or "")


def about(alert: Resource) -> tuple[str, str, str]:
    """Address, category and name of the resource that an alert or a task is about."""
    associated = inner(alert, "associatedResource")
    address = path(alert, "resourceUri") or path(associated, "resourceUri") or ""
    category = word(associated, "resourceCategory") or word(alert, "physicalResourceType") or ""
    return address, category.lower(), word(associated, "resourceName") or ""


def component_of(alert: Resource) -> str:
    """The part of the resource that an alert names, such as a bay; empty where it names none."""
    told = word(alert, "resourceID")
    return "" if told is None else f"bay {told}" if told.isdecimal() else told


def is_ours(address: str, category: str) -> bool:
    """Whether a resource is one of Image Streamer's, by its address or category."""
    return address.startswith(OUR_PREFIXES) or category in OUR_CATEGORIES


def place_of(alert: Resource, directory: Directory, answered_by: str = "") -> Place | None:
    """What an alert is about; None when that is nothing of Image Streamer's.

    `answered_by` is the pair whose cluster address gave the alert.
    """
    address, category, name = about(alert)
    serial = directory.serial_by_address.get(address)
    if serial is not None:
        return Place((serial,))
    if answered_by:
        return Place(pair=answered_by)
    if is_ours(address, category):
        return _place_by_name(name, address, directory)
    text = spoken(alert)
    if address.startswith("/rest/enclosures/") or category == "enclosures":
        return _place_in_frame(alert, address or name, text, directory)
    if _is_backup(alert, address, category):
        return Place()
    if names_image_streamer(text):
        pair = directory.pair_by_address.get(address)
        return Place(pair=pair) if pair else _place_by_name(name, address, directory)
    return None


def _place_by_name(name: str, address: str, directory: Directory) -> Place:
    if name in directory.serial_by_name:
        return Place((directory.serial_by_name[name],))
    pair = directory.pair_by_address.get(address) or directory.pair_by_name.get(name)
    return Place(pair=pair) if pair else Place()


def _is_backup(alert: Resource, address: str, category: str) -> bool:
    return kind_of(alert) == "oneview-backup" and (
        address.startswith("/rest/backups") or category == "backups" or not (address or category)
    )


def _place_in_frame(alert: Resource, frame: str, text: str, directory: Directory) -> Place | None:
    """Place an alert on a frame: modules by their bay, links with every Image Streamer there."""
    bay = _BAY.search(word(alert, "resourceID") or "")
    in_frame = tuple(directory.in_frame(frame))
    if is_module_alert(alert):
        if bay is None:
            return None if frame in directory.frame_names and not in_frame else Place()
        if directory.is_foreign(frame, int(bay[1])):
            return None
        serial = directory.in_bay(frame, int(bay[1]))
        return Place((serial,)) if serial is not None else Place()
    kind = kind_of(alert)
    if kind in LINK_KINDS:
        if in_frame:
            return Place(in_frame)
        return Place() if kind in _OPEN_LINKS else None
    if names_image_streamer(text):
        serial = directory.in_bay(frame, int(bay[1])) if bay else None
        if serial is not None:
            return Place((serial,))
        return Place(in_frame) if len(in_frame) == 1 else Place()
    return None


def standing(held: dict[str, Body], reading: Reading) -> dict[str, Body]:
    """The open alerts once a reading's alerts and events have been taken in.

    An alert's own state counts. Where no whole list tells it, an alert that was not read again is
    over when its counterpart (`XCleared`) or a clearing of the same resource, health category and
    type came after it; a Locked one never by such a word.
    """
    whole = Kind.ALERT in reading.whole
    result = {} if whole else dict(held)
    endings: list[Body] = []
    for body in reading.bodies:
        if body.kind is Kind.ALERT:
            if is_open(body.resource) and not body.deleted:
                result[identity(body)] = body
            else:
                result.pop(identity(body), None)
                endings.append(body)
        elif body.kind is Kind.EVENT and flag(body.resource, "clearPriorEvents"):
            endings.append(body)
    for ending in endings:
        if ending.deleted:
            continue
        for key in [key for key, body in result.items() if _ends(ending, body.resource, whole)]:
            del result[key]
    return result


def _ends(ending: Body, alert: Resource, whole: bool) -> bool:
    told, began = ending.resource, moment(alert, "created")
    if is_locked(alert) or about(told)[0] != about(alert)[0]:
        return False
    components = (word(told, "resourceID"), word(alert, "resourceID"))
    if None not in components and components[0] != components[1]:
        return False
    if ends_type(type_name(told), type_name(alert)):
        return _not_before(moment(told, "created"), began)
    if whole or lowered(told, "healthCategory") != lowered(alert, "healthCategory"):
        return False
    if ending.kind is Kind.EVENT:
        same = word(told, "eventTypeID") == word(alert, "alertTypeID")
        return same and _not_before(moment(told, "created"), began)
    by_the_system = (word(told, "clearedByUser") or "System").lower() == "system"
    return (
        by_the_system
        and lowered(told, "alertState") == "cleared"
        and word(told, "alertTypeID") == word(alert, "alertTypeID")
        and _not_before(moment(told, "clearedTime", "modified", "created"), began)
    )


def _not_before(later: datetime | None, earlier: datetime | None) -> bool:
    return later is not None and (earlier is None or later >= earlier)


def place_all(bodies: Iterable[Body], directory: Directory) -> list[Placed]:
    """Every open alert that is about something of Image Streamer's, oldest first."""
    placed = []
    for body in bodies:
        place = place_of(body.resource, directory, body.pair)
        if place is not None:
            placed.append(Placed(body.resource, kind_of(body.resource), place))
    return sorted(placed, key=lambda item: item.newness)
