"""What a JSON document is: which resources it holds, and of which kinds it is the whole list.

Recognised by its address, then by its type, then by its shape: releases differ in all three.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from drivers.oneview.bodies import Body, Kind
from drivers.oneview.bus_messages import read_message
from drivers.oneview.fields import Resource, inner, moment, number, path, word

_PATHS: Final[tuple[tuple[str, Kind], ...]] = (
    ("/rest/deployment-servers/image-streamer-appliances", Kind.APPLIANCE),
    ("/rest/deployment-servers/network", Kind.OTHER),
    ("/rest/deployment-servers", Kind.DEPLOYMENT_SERVER),
    ("/rest/enclosures", Kind.ENCLOSURE),
    ("/rest/logical-enclosures", Kind.LOGICAL_ENCLOSURE),
    ("/rest/alerts", Kind.ALERT),
    ("/rest/events", Kind.EVENT),
    ("/rest/tasks", Kind.TASK),
    ("/rest/backups/config", Kind.OTHER),
    ("/rest/backups", Kind.ONEVIEW_BACKUP),
    ("/rest/restores", Kind.RESTORE),
    ("/rest/appliance/ha-nodes", Kind.HA_NODE),
    ("/rest/appliance/nodeinfo/version", Kind.NODE_VERSION),
    ("/rest/appliance/nodeinfo/status", Kind.NODE_STATUS),
    ("/rest/artifact-bundles/backups", Kind.ARTIFACT_BACKUP),
    ("/rest/artifact-bundles", Kind.ARTIFACT_BUNDLE),
    ("/rest/golden-images", Kind.GOLDEN_IMAGE),
    ("/rest/deployment-plans", Kind.DEPLOYMENT_PLAN),
    ("/rest/build-plans", Kind.BUILD_PLAN),
    ("/rest/plan-scripts", Kind.PLAN_SCRIPT),
    ("/rest/os-volumes", Kind.OS_VOLUME),
    ("/rest/ethernet-networks", Kind.NETWORK),
    ("/rest/id-pools/ipv4/ranges", Kind.ADDRESS_RANGE),
)

# Beginnings of `type`, whose number at the end grows with the release.
_TYPES: Final[tuple[tuple[str, Kind], ...]] = (
    ("AlertResource", Kind.ALERT),
    ("EventResource", Kind.EVENT),
    ("TaskResource", Kind.TASK),
    ("EnclosureV", Kind.ENCLOSURE),
    ("EnclosureListV", Kind.ENCLOSURE),
    ("LogicalEnclosureV", Kind.LOGICAL_ENCLOSURE),
    ("DeploymentManager", Kind.DEPLOYMENT_SERVER),
    ("BACKUP", Kind.ONEVIEW_BACKUP),
    ("RESTORE", Kind.RESTORE),
    ("NodeVersion", Kind.NODE_VERSION),
    ("ArtifactsBundle", Kind.ARTIFACT_BUNDLE),
    ("GoldenImage", Kind.GOLDEN_IMAGE),
    ("OEDeploymentPlan", Kind.DEPLOYMENT_PLAN),
    ("OeBuildPlan", Kind.BUILD_PLAN),
    ("PlanScript", Kind.PLAN_SCRIPT),
    ("OSVolume", Kind.OS_VOLUME),
    ("ethernet-network", Kind.NETWORK),
)

# A body is of the kind when it has one of these groups of members.
_SHAPES: Final[tuple[tuple[Kind, tuple[frozenset[str], ...]], ...]] = (
    (Kind.APPLIANCE, (frozenset({"applianceSerialNumber"}),)),
    (
        Kind.DEPLOYMENT_SERVER,
        (frozenset({"deplManagersType"}), frozenset({"primaryClusterName"})),
    ),
    (Kind.ENCLOSURE, (frozenset({"applianceBays"}),)),
    (Kind.LOGICAL_ENCLOSURE, (frozenset({"deploymentManagerSettings"}),)),
    (Kind.ALERT, (frozenset({"alertState"}),)),
    (Kind.TASK, (frozenset({"taskState"}),)),
    (Kind.EVENT, (frozenset({"eventTypeID"}),)),
    (Kind.HA_NODE, (frozenset({"role", "synchronizationPercentComplete"}),)),
    (Kind.NODE_VERSION, (frozenset({"softwareVersion", "modelNumber"}),)),
    (Kind.NODE_STATUS, (frozenset({"activeStartTime"}), frozenset({"activeUptime"}))),
    (Kind.ARTIFACT_BUNDLE, (frozenset({"artifactsbundleID"}), frozenset({"backupService"}))),
)

_ADDRESS_PARTS: Final = ("filter=", "query=")


@dataclass(slots=True)
class Document:
    """What one JSON value holds."""

    bodies: list[Body] = field(default_factory=list)
    whole: set[Kind] = field(default_factory=set)
    """The kinds of which it is the whole list, as whoever answered has it."""
    pair: str = ""
    """The pair whose cluster address answered, where a kept answer says so."""
    read_at: datetime | None = None
    """When it was read or sent, where it says so itself."""


def recognise(resource: Resource, hint: Kind | None = None) -> Kind:
    """The kind of one resource; `hint` is that of the list which it stands in."""
    kind = _by_path(path(resource, "uri")) or _by_type(resource) or hint
    if kind in (None, Kind.OTHER):
        return _by_shape(resource) or kind or _foreign(resource)
    if kind is Kind.ARTIFACT_BUNDLE and hint is Kind.ARTIFACT_BACKUP:
        return Kind.ARTIFACT_BACKUP
    return kind


def read_document(value: Any) -> Document:
    """Take a JSON value apart: a resource, a list of them, a message of the bus, a kept answer.

    A kept answer is an object with `read_at`, `body`, and where known `uri` (what was asked for)
    and `pair` (whose cluster address answered).
    """
    document = Document()
    if isinstance(value, dict) and {"read_at", "body"} <= value.keys():
        document.read_at = moment(value, "read_at")
        document.pair = word(value, "pair") or ""
        _take(value["body"], path(value, "uri"), document.pair, document)
    else:
        _take(value, None, "", document)
    return document


def _take(value: Any, asked: str | None, pair: str, document: Document) -> None:
    if isinstance(value, list):
        resources = [item for item in value if isinstance(item, dict)]
        for item in resources:
            _take_item(item, _by_path(asked), pair, document)
        if not resources:
            document.bodies.append(Body(Kind.UNRECOGNISED, {}))
        return
    if not isinstance(value, dict):
        document.bodies.append(Body(Kind.UNRECOGNISED, {}))
        return
    if isinstance(value.get("members"), list):
        _take_list(value, asked, pair, document)
        return
    message = read_message(value)
    if message is not None:
        resource = message.resource
        kind = recognise(resource, _by_path(path(value, "resourceUri")))
        document.bodies.append(Body(kind, resource, pair, message.deleted))
        document.read_at = document.read_at or message.sent_at
        return
    document.bodies.append(Body(recognise(value, _by_path(asked)), value, pair))


def _take_list(value: Resource, asked: str | None, pair: str, document: Document) -> None:
    hint = _by_path(path(value, "uri")) or _by_path(asked) or _by_type(value)
    kinds: set[Kind] = set()
    for item in value["members"]:
        kinds.add(_take_item(item, hint, pair, document))
    if not kinds and hint is None:
        document.bodies.append(Body(Kind.UNRECOGNISED, {}))
    kind = next(iter(kinds)) if len(kinds) == 1 else hint if not kinds else None
    if kind is not None and _is_whole(value):
        document.whole.add(kind)


def _take_item(item: Any, hint: Kind | None, pair: str, document: Document) -> Kind:
    body = (
        Body(recognise(item, hint), item, pair)
        if isinstance(item, dict)
        else Body(Kind.UNRECOGNISED, {})
    )
    document.bodies.append(body)
    return body.kind


def _is_whole(value: Resource) -> bool:
    """Whether a list says of itself that nothing stands before, after or outside it.

    One that does not say how long it is may have been cut.
    """
    members = len(value["members"])
    address = value.get("uri")
    if isinstance(address, str) and any(part in address for part in _ADDRESS_PARTS):
        return False
    if word(value, "nextPageUri") or word(value, "prevPageUri") or number(value, "start"):
        return False
    counts = [number(value, name) for name in ("count", "total")]
    return members in counts and all(count in (None, members) for count in counts)


def _by_path(address: str | None) -> Kind | None:
    if address is None:
        return None
    for prefix, kind in _PATHS:
        if address == prefix or address.startswith(prefix + "/"):
            return kind
    return Kind.OTHER


def _by_type(resource: Resource) -> Kind | None:
    type_name = word(resource, "type")
    if type_name is None:
        return None
    for prefix, kind in _TYPES:
        if type_name.startswith(prefix):
            return kind
    return None


def _by_shape(resource: Resource) -> Kind | None:
    for kind, groups in _SHAPES:
        if any(_has(resource, group) for group in groups):
            return kind
    return None


def _has(resource: Resource, group: frozenset[str]) -> bool:
    """Whether a body has these members; lists of words are a description of bodies, not one."""
    return group <= resource.keys() and not any(
        isinstance(resource[name], list) and name != "applianceBays" for name in group
    )


def _foreign(resource: Resource) -> Kind:
    """A body that no fact comes from: OneView's own by its marks, or anything at all."""
    if word(resource, "category", "type") or inner(resource, "error"):
        return Kind.OTHER
    return Kind.UNRECOGNISED
