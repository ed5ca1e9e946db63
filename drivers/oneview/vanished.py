"""Appliances that the list leaves out although they were there: one reading alone makes none lost.

A list can come empty, or short, for reasons of its own. What it leaves out is gone when a second
whole reading leaves it out as well and nothing else that is read says that it is there.
"""

from __future__ import annotations

from typing import Final

from drivers.oneview.bodies import Kind, Reading
from drivers.oneview.fields import Resource, path
from drivers.oneview.pairs import may_be_lost
from drivers.oneview.view import Bay, View

READINGS: Final = 2
"""How many whole readings must leave an appliance out before it counts as gone."""


def note_vanished(view: View, reading: Reading) -> None:
    """Count the whole readings that left a member, or a peer that a member names, out; and note
    which of them are doubted."""
    remembered = view.remembered
    if Kind.APPLIANCE in reading.whole:
        expected = {
            serial
            for pair, members in remembered.composition.items()
            # Two that are listed have taken the places of all that were there before.
            if len(view.listed_members(pair)) < 2
            for serial in members
        }
        gone = expected - set(view.appliances)
        gone |= _unlisted_peers(view)
        remembered.missing = {name: remembered.missing.get(name, 0) + 1 for name in gone}
    answering = {body.pair for body in reading.bodies if body.pair}
    remembered.doubted = {
        name for name in remembered.missing if not _is_believed(view, name, answering)
    }


def _unlisted_peers(view: View) -> set[str]:
    """What lone members name as their peers, where nobody knows whose address that is."""
    named = {
        path(resource, "peerApplianceUri")
        for serial, resource in view.appliances.items()
        if len(view.remembered.composition.get(view.directory.pair_of.get(serial, ""), ())) < 2
    }
    known = view.directory.serial_by_address
    return {name for name in named if name is not None and known.get(name) not in view.appliances}


def _is_believed(view: View, name: str, answering: set[str]) -> bool:
    """Whether what the list leaves out is gone."""
    serial = view.directory.serial_by_address.get(name, name)
    bay = view.bays.get(serial)
    if bay is not None and bay.present is False:
        return True
    if view.remembered.missing[name] < READINGS:
        return False
    pair = view.directory.pair_of.get(serial)
    partners = [view.appliances[one] for one in view.listed_members(pair)] if pair else []
    if not partners:
        if pair in answering:
            return False
        return not _is_well(bay) or (pair is not None and not may_be_lost(view, pair))
    said_so = view.fact(f"pair/{pair}", "alert.not_highly_available") is True
    return said_so or all(map(_names_no_peer, partners)) or not _is_well(bay)


def _is_well(bay: Bay | None) -> bool:
    """Whether a bay says that what stands in it is there, runs, and lacks nothing."""
    if bay is None or not bay.present or bay.powered is False:
        return False
    return bay.status in (None, "ok")


def _names_no_peer(resource: Resource) -> bool:
    return "peerApplianceUri" in resource and path(resource, "peerApplianceUri") is None
