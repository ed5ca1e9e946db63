"""Names of pairs and modules where several deployments are watched: no two share a subject.

The names of logical enclosures are unique within one HPE OneView alone. The deployment that says
a name first keeps it; another that finds it taken names its own `LE-rack-a@south`, and keeps that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from drivers.oneview.bodies import Body, Kind
from drivers.oneview.directory import is_image_streamer
from drivers.oneview.fields import inner, listed, path, word
from drivers.oneview.observe import Deployment
from rules.vocabulary import Event

Naming: TypeAlias = Callable[[str, bool], str]
"""From a subject, and whether it is to be claimed, to the name that it goes by."""


class SubjectNames:
    """Whose each pair and each module is; one for all deployments of a journal."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}
        """Subject to deployment."""
        self._deployments: dict[str, str] = {}
        """Source to deployment."""
        self._own: dict[tuple[str, str], str] = {}
        """Deployment and subject, as its HPE OneView names it, to the name that it goes by."""
        self._news: dict[str, list[str]] = {}

    def own_words(self, deployment: Deployment, events: Iterable[Event]) -> list[Event]:
        """What a deployment may say: events about subjects that are not another one's.

        A subject that is nobody's is the deployment's from then on. Given what a journal holds,
        this is how its names are remembered.
        """
        self._deployments[deployment.oneview] = deployment.name
        self._deployments[deployment.image_streamer] = deployment.name
        return [event for event in events if self._may_say(event)]

    def _may_say(self, event: Event) -> bool:
        speaker = self._deployments.get(event.source)
        if speaker is None or not event.subject.startswith(("pair/", "appliance/")):
            return True
        if self._owners.setdefault(event.subject, speaker) != speaker:
            return False
        subject, _, of = event.subject.rpartition("@")
        if subject and of == speaker:
            self._own[speaker, subject] = event.subject.partition("/")[2]
        return True

    def name(self, deployment: str, subject: str, *, claim: bool = True) -> str:
        """The name that a subject of a deployment goes by; with `claim` it is the deployment's from
        then on."""
        name = subject.partition("/")[2]
        own = self._own.get((deployment, subject))
        if own is not None or not claim:
            return own or name
        owner = self._owners.setdefault(subject, deployment)
        if owner == deployment:
            return name
        own = f"{name}@{deployment}"
        self._own[deployment, subject] = own
        self._owners[f"{subject}@{deployment}"] = deployment
        self._news.setdefault(deployment, []).append(f"{name} is one of {owner}'s too: {own}")
        return own

    def news(self, deployment: str) -> str:
        """Which names of a deployment were found taken since this was asked last, for people."""
        return "; ".join(self._news.pop(deployment, ()))


def name_apart(bodies: dict[Kind, list[Body]], naming: Naming) -> dict[str, str]:
    """Put the names that subjects go by into what was read from one HPE OneView; gives the pairs'
    names there to the names that they go by, where they differ."""
    others: dict[str, str] = {}
    enclosures = {path(body.resource, "leUri") for body in bodies.get(Kind.APPLIANCE, ())}

    def of_pair(name: str, claim: bool) -> str:
        own = naming(f"pair/{name}", claim)
        if own != name:
            others[name] = own
        return own

    def appliance(body: Body) -> Body:
        pair, serial = word(body.resource, "leName"), word(body.resource, "applianceSerialNumber")
        said: dict[str, Any] = {}
        if pair is not None:
            said["leName"] = of_pair(pair, True)
        if serial is not None:
            said["applianceSerialNumber"] = naming(f"appliance/{serial}", True)
        return _with(body, said)

    def logical_enclosure(body: Body) -> Body:
        name = word(body.resource, "name")
        settings = inner(body.resource, "deploymentManagerSettings")
        is_pairs = path(body.resource, "uri") in enclosures
        is_pairs = is_pairs or path(settings, "deploymentClusterUri") is not None
        return body if name is None else _with(body, {"name": of_pair(name, is_pairs)})

    def enclosure(body: Body) -> Body:
        bays = []
        for bay in listed(body.resource, "applianceBays"):
            serial = word(bay, "serialNumber")
            if serial is not None and is_image_streamer(word(bay, "model") or ""):
                own = naming(f"appliance/{serial}", True)
                bays.append(bay if own == serial else {**bay, "serialNumber": own})
            else:
                bays.append(bay)
        if bays == listed(body.resource, "applianceBays"):
            return body
        return _with(body, {"applianceBays": bays})

    for kind, rename in (
        (Kind.APPLIANCE, appliance),
        (Kind.LOGICAL_ENCLOSURE, logical_enclosure),
        (Kind.ENCLOSURE, enclosure),
    ):
        if kind in bodies:
            bodies[kind] = [rename(body) for body in bodies[kind]]
    return others


def _with(body: Body, said: dict[str, Any]) -> Body:
    """The body, with other values where they differ."""
    if all(word(body.resource, name) == value for name, value in said.items()):
        return body
    return Body(body.kind, {**body.resource, **said}, body.pair, body.deleted)
