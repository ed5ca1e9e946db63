"""Synthetic bodies of HPE OneView, built from the known field lists: nobody recorded these.

What was recorded lies beside the checkout and is read where it lies (`RECORDED`).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from drivers.oneview.bodies import Body, Kind, Reading
from drivers.oneview.memory import Remembered
from drivers.oneview.observe import Deployment, observe
from drivers.oneview.recognise import recognise
from rules.loader import load_rule_base
from rules.rule_base import Fact, RuleBase
from rules.values import read_value
from rules.vocabulary import Event

ROOT = Path(__file__).resolve().parents[1]
RECORDED = ROOT.parent / "shared" / "recorded"
NOT_THERE = "recorded bodies are not beside the checkout"

START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SITE = Deployment.of("site", "oneview/composer-1")
SITE_SUBJECT = "deployment/site"
A, B, C, D = "CN7517040A", "CN7517040B", "CN7517040C", "CN7517040D"
OLD, NEW = "5.00.02-0312345", "5.20.01-0345678"
OLD_STORAGE, NEW_STORAGE = "12.6.00.0155", "12.7.00.0226"
LISTS = "/rest/deployment-servers/image-streamer-appliances"

Json = dict[str, Any]


def at(seconds: float = 0) -> str:
    """An instant so many seconds after the start, as OneView writes it."""
    time = START + timedelta(seconds=seconds)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def appliance(serial: str, **changes: Any) -> Json:
    """Synthetic: a member of the appliances' list; A is active in LE-rack-a, B its standby."""
    first = serial in (A, C)
    rack = "a" if serial in (A, B) else "b"
    peer = {A: B, B: A, C: D, D: C}.get(serial)
    body = {
        "category": "deployment-managers",
        "uri": f"{LISTS}/{serial.lower()}",
        "name": f"0000A6610{serial[-1]}, appliance 2",
        "applianceSerialNumber": serial,
        "applianceUri": f"/rest/image-streamer-appliances/{serial.lower()}",
        "peerApplianceUri": f"/rest/image-streamer-appliances/{peer.lower()}" if peer else None,
        "imageStreamerVersion": OLD,
        "vsaVersion": OLD_STORAGE,
        "needUpgrade": False,
        "claimedByOV": True,
        "isActive": first,
        "isPrimary": rack == "a",
        "clusterName": f"cluster-{rack}",
        "clusterStatus": "OK",
        "clusterUri": f"/rest/deployment-clusters/{rack}",
        "clusterIpv4Address": f"192.0.2.{1 if rack == 'a' else 2}",
        "leName": f"LE-rack-{rack}",
        "leUri": f"/rest/logical-enclosures/{rack}",
        "cimBay": 2,
        "cimEnclosureName": f"frame-{serial[-1]}",
        "cimEnclosureUri": f"/rest/enclosures/frame-{serial[-1].lower()}",
        "status": "OK",
    }
    return body | changes


def enclosure(serial: str, model: str = "Synergy Image Streamer", **bay: Any) -> Json:
    """Synthetic: the frame that holds this module in its second appliance bay."""
    entry = {
        "bayNumber": 2,
        "model": model,
        "serialNumber": serial,
        "devicePresence": "Present",
        "poweredOn": True,
        "status": "OK",
    }
    return {
        "type": "EnclosureV7",
        "category": "enclosures",
        "uri": f"/rest/enclosures/frame-{serial[-1].lower()}",
        "name": f"frame-{serial[-1]}",
        "applianceBays": [
            {"bayNumber": 1, "model": "HPE Synergy Composer", "serialNumber": f"CD{serial[2:]}"},
            entry | bay,
        ],
        "managerBays": [{"bayNumber": 1, "mgmtPortState": "I3s", "mgmtPortLinkState": "Linked"}],
    }


def alert(kind: str = "", **changes: Any) -> Json:
    """Synthetic: an open alert, on the frame of A unless it says otherwise."""
    body = {
        "type": "AlertResourceV3",
        "category": "alerts",
        "uri": "/rest/alerts/7",
        "alertTypeID": kind,
        "description": f"{kind} happened.",
        "correctiveAction": "Do as the manual says.",
        "severity": "Critical",
        "alertState": "Active",
        "healthCategory": "Operational",
        "lifeCycle": False,
        "resourceUri": "/rest/enclosures/frame-a",
        "resourceID": "2",
        "physicalResourceType": "enclosures",
        "created": at(),
        "modified": at(),
    }
    return body | changes


def on_appliance(serial: str, **changes: Any) -> Json:
    """Synthetic: an open alert on an appliance of the list."""
    place = {
        "resourceUri": f"{LISTS}/{serial.lower()}",
        "resourceID": None,
        "physicalResourceType": "deployment-managers",
    }
    return alert(changes.pop("kind", "i3s.something"), **(place | changes))


def task(name: str, resource: str, category: str, **changes: Any) -> Json:
    """Synthetic: a running task."""
    body: Json = {
        "type": "TaskResourceV2",
        "category": "tasks",
        "uri": "/rest/tasks/t1",
        "name": name,
        "taskState": "Running",
        "taskStatus": None,
        "stateReason": None,
        "percentComplete": 0,
        "computedPercentComplete": 12,
        "parentTaskUri": None,
        "taskErrors": [],
        "progressUpdates": [],
        "associatedResource": {"resourceUri": resource, "resourceCategory": category},
        "created": at(),
        "modified": at(),
    }
    return body | changes


def update_task(**changes: Any) -> Json:
    """Synthetic: nobody recorded an update's task; this one is on the active one of rack a."""
    resource = f"{LISTS}/{A.lower()}"
    return task("Update Image Streamer", resource, "deployment-managers") | changes


def server(primary: str = A, **changes: Any) -> Json:
    """Synthetic: the deployment server."""
    body = {
        "type": "DeploymentManager",
        "category": "deployment-managers",
        "uri": "/rest/deployment-servers/1",
        "name": "is",
        "state": "Connected",
        "status": "OK",
        "deplManagersType": "Image Streamer",
        "primaryClusterName": f"cluster-{'a' if primary in (A, B) else 'b'}",
        "primaryActiveAppliance": f"{LISTS}/{primary.lower()}",
    }
    return body | changes


PAIR = (A, B)


def reading(
    *bodies: Json, whole: tuple[Kind, ...] = (), pair: str = "", kind: Kind | None = None
) -> Reading:
    """The bodies as one reading, of the kinds that they are recognised as."""
    made = tuple(Body(kind or recognise(body), body, pair) for body in bodies)
    return Reading(made, frozenset(whole))


class Site:
    """One deployment that is observed again and again; knows the facts as they stand."""

    def __init__(self, remembered: Remembered | None = None) -> None:
        self.remembered = remembered or Remembered()
        self.events: list[Event] = []
        """Of the last observation."""
        self.journal: list[Event] = []
        self.settle = 60.0
        """Seconds that two equal readings after an update must lie apart."""

    def see(
        self,
        *bodies: Json,
        seconds: float = 0,
        whole: tuple[Kind, ...] = (),
        pair: str = "",
        kind: Kind | None = None,
        settle: float | None = None,
        snapshot: bool = False,
        answers: tuple[Body, ...] = (),
    ) -> Site:
        """Observe bodies so many seconds after the start."""
        read = reading(*bodies, whole=whole, pair=pair, kind=kind)
        self.events, self.remembered = observe(
            Reading(read.bodies + answers, read.whole),
            self.remembered,
            deployment=SITE,
            time=START + timedelta(seconds=seconds),
            settle=timedelta(seconds=self.settle if settle is None else settle),
            snapshot=snapshot,
        )
        fit(self.events)
        self.journal += self.events
        return self

    def poll(
        self,
        *bodies: Json,
        seconds: float = 0,
        settle: float | None = None,
        members: dict[str, Json] | None = None,
        bays: dict[str, Json] | None = None,
        answers: tuple[Body, ...] = (),
        snapshot: bool = False,
    ) -> Site:
        """Observe a whole round of reads: rack a, its frames, and what else is given; `answers`
        are bodies of which it is known what they are and whose cluster address gave them."""
        changes, places = members or {}, bays or {}
        listed = [appliance(s, **changes.get(s, {})) for s in PAIR if changes.get(s) != {"gone": 1}]
        frames = [enclosure(serial, **places.get(serial, {})) for serial in PAIR]
        kinds = (Kind.APPLIANCE, Kind.ENCLOSURE, Kind.ALERT, Kind.TASK, Kind.LOGICAL_ENCLOSURE)
        return self.see(
            *listed,
            *frames,
            {
                "type": "LogicalEnclosureV4",
                "uri": "/rest/logical-enclosures/a",
                "name": "LE-rack-a",
            },
            *bodies,
            seconds=seconds,
            whole=kinds,
            settle=settle,
            snapshot=snapshot,
            answers=answers,
        )

    def facts(self, subject: str) -> dict[str, Any]:
        """What stands about a subject."""
        return self.remembered.said.get(subject, {})

    def pair(self, fact: str) -> Any:
        """A fact of rack a's pair."""
        return self.facts("pair/LE-rack-a").get(fact)

    def site(self, fact: str) -> Any:
        """A fact of the deployment."""
        return self.facts(SITE_SUBJECT).get(fact)

    def module(self, serial: str, fact: str) -> Any:
        """A fact of an appliance."""
        return self.facts(f"appliance/{serial}").get(fact)

    def said(self, subject: str) -> list[dict[str, Any]]:
        """The facts of the last observation's events about a subject, one table an event."""
        return [event.data.facts for event in self.events if event.subject == subject]


@cache
def rule_base() -> RuleBase:
    """The shipped rule base."""
    return load_rule_base(ROOT / "rules" / "image_streamer")


@cache
def catalogue() -> dict[str, Fact]:
    """Its facts by name."""

    return dict(rule_base().facts)


def fit(events: list[Event]) -> None:
    """Hold events against the catalogue: every fact is declared, with scope, source and type."""
    for event in events:
        for name, value in event.data.facts.items():
            fact = catalogue()[name]
            assert not fact.derived, name
            assert fact.scope == event.subject.partition("/")[0], name
            assert fact.source == event.source.partition("/")[0], name
            if value is not None:
                read_value(fact.type, value)
