"""Who is who: which module stands in which bay, belongs to which pair, and goes by which address.

Learned from the bodies alone, and kept while bodies come and go: a module that is no longer listed
keeps its name. Pairs are named by their logical enclosure; nothing else names one.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from drivers.oneview.bodies import Body, Kind
from drivers.oneview.fields import Resource, inner, listed, number, path, word

_IMAGE_STREAMER: Final = re.compile(r"image\s*streamer", re.IGNORECASE)
_TIES: Final = ("leUri", "clusterUri", "peerApplianceUri")
"""What ties an appliance to others; with none of them it belongs to no pair."""


class Directory(msgspec.Struct):
    """Names and addresses. Serial numbers name appliances, logical enclosures name pairs."""

    pair_of: dict[str, str] = {}
    """Serial number to pair."""
    serial_by_address: dict[str, str] = {}
    serial_by_name: dict[str, str] = {}
    frames: dict[str, dict[int, str]] = {}
    """Frame, by address and by name, to the Image Streamer that was last in each bay."""
    foreign: dict[str, frozenset[int]] = {}
    """Frame, likewise, to the bays that hold a module which is no Image Streamer."""
    pair_by_address: dict[str, str] = {}
    """Logical enclosure or cluster to pair."""
    pair_by_name: dict[str, str] = {}
    enclosure_names: dict[str, str] = {}
    """Logical enclosure's address to the name that its pair goes by."""
    frame_names: dict[str, str] = {}
    """Frame's address to its name."""
    unnamed: dict[str, Resource] = {}
    """Appliances whose pair nobody has named yet, by serial number."""

    def copy(self) -> Directory:
        """A directory that can learn without this one changing."""
        return Directory(
            dict(self.pair_of),
            dict(self.serial_by_address),
            dict(self.serial_by_name),
            {frame: dict(bays) for frame, bays in self.frames.items()},
            dict(self.foreign),
            dict(self.pair_by_address),
            dict(self.pair_by_name),
            dict(self.enclosure_names),
            dict(self.frame_names),
            dict(self.unnamed),
        )

    def learn(self, bodies: tuple[Body, ...]) -> None:
        """Take in what bodies say about names and places."""
        for body in bodies:
            if body.kind is Kind.LOGICAL_ENCLOSURE and not body.deleted:
                self._learn_logical_enclosure(body.resource)
        for body in bodies:
            if body.kind is Kind.APPLIANCE and not body.deleted:
                self._learn_appliance(body.resource)
        # The frames come last: what is in a bay, the frame knows better than the list.
        for body in bodies:
            if body.kind is Kind.ENCLOSURE and not body.deleted:
                self._learn_frame(body.resource)
        self._name_peers()

    def pairs(self) -> list[str]:
        """Names of all pairs, in order."""
        return sorted(set(self.pair_of.values()))

    def in_frame(self, frame: str) -> list[str]:
        """Serial numbers of the Image Streamers in a frame, given by address or name."""
        return sorted(set(self.frames.get(frame, {}).values()))

    def in_bay(self, frame: str, bay: int) -> str | None:
        """The Image Streamer that is, or last was, in a bay of a frame."""
        return self.frames.get(frame, {}).get(bay)

    def is_foreign(self, frame: str, bay: int) -> bool:
        """Whether a bay holds a module that is known to be no Image Streamer."""
        return bay in self.foreign.get(frame, ())

    def put(self, frame: str, bay: int, serial: str) -> None:
        """Note that an Image Streamer is in a bay."""
        self.frames.setdefault(frame, {})[bay] = serial
        if self.is_foreign(frame, bay):
            self.foreign[frame] -= {bay}

    def _put_foreign(self, frame: str, bay: int) -> None:
        self.frames.get(frame, {}).pop(bay, None)
        self.foreign[frame] = self.foreign.get(frame, frozenset()) | {bay}

    def _learn_logical_enclosure(self, resource: Resource) -> None:
        address, name = path(resource, "uri"), word(resource, "name")
        if address is None or name is None:
            return
        name = self.enclosure_names.setdefault(address, name)
        cluster = path(inner(resource, "deploymentManagerSettings"), "deploymentClusterUri")
        if cluster is not None:
            self.pair_by_address[cluster] = name
            self.pair_by_address[address] = name
            self.pair_by_name[name] = name

    def _learn_frame(self, resource: Resource) -> None:
        frames = [frame for frame in (path(resource, "uri"), word(resource, "name")) if frame]
        if len(frames) == 2:
            self.frame_names[frames[0]] = frames[1]
        for bay in listed(resource, "applianceBays"):
            bay_number, model = number(bay, "bayNumber"), word(bay, "model")
            serial = word(bay, "serialNumber")
            if bay_number is None or model is None:
                continue
            for frame in frames:
                if not is_image_streamer(model):
                    self._put_foreign(frame, bay_number)
                elif serial is not None:
                    self.put(frame, bay_number, serial)

    def _learn_appliance(self, resource: Resource) -> None:
        serial = word(resource, "applianceSerialNumber")
        if serial is None:
            return
        for address in appliance_addresses(resource):
            self.serial_by_address[address] = serial
        name = word(resource, "name")
        if name is not None:
            self.serial_by_name[name] = serial
        bay = number(resource, "cimBay")
        for frame in (path(resource, "cimEnclosureUri"), word(resource, "cimEnclosureName")):
            if frame is not None and bay is not None:
                self.put(frame, bay, serial)
        pair = self._named_pair(resource)
        if pair is not None:
            self._join(serial, pair, resource)
            return
        self.unnamed[serial] = resource
        if "leUri" in resource and not any(path(resource, name) for name in _TIES):
            self.pair_of.pop(serial, None)

    def _named_pair(self, resource: Resource) -> str | None:
        enclosure, name = path(resource, "leUri"), word(resource, "leName")
        if enclosure is not None:
            if name is None:
                return self.enclosure_names.get(enclosure)
            return self.enclosure_names.setdefault(enclosure, name)
        if name is not None:
            return name
        cluster = path(resource, "clusterUri")
        return None if cluster is None else self.pair_by_address.get(cluster)

    def _join(self, serial: str, pair: str, resource: Resource) -> None:
        self.unnamed.pop(serial, None)
        self.pair_of[serial] = pair
        self.pair_by_name[pair] = pair
        for address in (path(resource, "leUri"), path(resource, "clusterUri")):
            if address is not None:
                self.pair_by_address[address] = pair
        cluster_name = word(resource, "clusterName")
        if cluster_name is not None:
            self.pair_by_name[cluster_name] = pair

    def _name_peers(self) -> None:
        """Name what shares a cluster with a named appliance, or is its peer by its own word."""
        for serial, resource in list(self.unnamed.items()):
            cluster = path(resource, "clusterUri")
            pair = self._named_pair(resource)
            if pair is None and cluster is not None:
                pair = self.pair_by_address.get(cluster)
            if pair is None:
                peer = self.serial_by_address.get(path(resource, "peerApplianceUri") or "")
                pair = self.pair_of.get(peer) if peer is not None else None
            if pair is not None and self._has_no_enclosure(resource):
                self._join(serial, pair, resource)

    def _has_no_enclosure(self, resource: Resource) -> bool:
        """An enclosure that is named by address alone must be the pair's, not the peer's."""
        enclosure = path(resource, "leUri")
        return enclosure is None or enclosure in self.enclosure_names


def is_image_streamer(model: str) -> bool:
    """Whether a module's model is the Image Streamer's."""
    return _IMAGE_STREAMER.search(model) is not None


def appliance_addresses(resource: Resource) -> list[str]:
    """Every address that stands for this appliance in other resources."""
    names = ("uri", "applianceUri", "serverHardwareUri")
    return [address for name in names if (address := path(resource, name)) is not None]
