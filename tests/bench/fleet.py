"""A journal about many Image Streamer pairs under their OneViews: steady polling, now and then a
backup, an update, a failover, a fault, an address that is silent, a OneView that is away."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import msgspec
from incidents import INCIDENTS, Said, snapshots_of_deployment, snapshots_of_pair
from workload import SEED, event_line, instant

PAIRS_OF_A_DEPLOYMENT: Final = 5
MINUTE: Final = 60_000
_AWAY_MINUTES: Final = 7
_INCIDENT: Final = 0.004
"""How likely something begins in a deployment within a minute."""
_AWAY: Final = 0.0002
_FACTS: Final = "watchkeeper.facts.changed"
_HEARD: Final = "watchkeeper.source.heard"

Timed: TypeAlias = tuple["Deployment", Said]


@dataclass
class Pair:
    """Two appliances; `serials` holds the active one first."""

    name: str
    deployment: str
    number: int
    primary: bool
    serials: list[str]
    version: str = "5.00.02-0312345"
    storage: str = "12.6.00.0155"
    volumes: int = 24
    busy: bool = False

    @property
    def subject(self) -> str:
        """How events name it."""
        return f"pair/{self.name}"


@dataclass
class Deployment:
    """One OneView and its pairs."""

    name: str
    number: int
    pairs: list[Pair] = field(default_factory=list)
    artifacts: int = 17
    back_at: int = 0
    """The minute from which its OneView answers again."""

    @property
    def subject(self) -> str:
        """How events name it."""
        return f"deployment/{self.name}"

    @property
    def oneview(self) -> str:
        """The source that reads its OneView."""
        return f"oneview/composer-{self.number}"

    @property
    def image_streamer(self) -> str:
        """The source that reads its primary's cluster address."""
        return f"image-streamer/{self.pairs[0].name.lower()}"


class Fleet:
    """So many pairs, five to a deployment, and what is heard of them minute by minute."""

    def __init__(self, pairs: int, seed: int = SEED, incident: float = _INCIDENT) -> None:
        self._incident = incident
        self._choose = random.Random(seed + 2)
        self._deployments: list[Deployment] = []
        self._due: dict[int, list[Timed]] = defaultdict(list)
        self._number = 0
        for number in range(pairs):
            if number % PAIRS_OF_A_DEPLOYMENT == 0:
                place = len(self._deployments)
                self._deployments.append(Deployment(f"site-{place:04d}", place))
            deployment = self._deployments[-1]
            serials = [f"CN75{number * 2 + bay:06d}" for bay in (0, 1)]
            primary = not deployment.pairs
            pair = Pair(f"LE-rack-{number:05d}", deployment.name, number, primary, serials)
            deployment.pairs.append(pair)

    def lines(self, events: int) -> Iterator[str]:
        """So many events, first the snapshots of everything."""
        for line in self._all_lines():
            yield line
            if self._number >= events:
                return

    @property
    def snapshots(self) -> int:
        """How many events the first readings take."""
        return sum(4 + 3 * len(deployment.pairs) for deployment in self._deployments)

    def _all_lines(self) -> Iterator[str]:
        for place, deployment in enumerate(self._deployments):
            at = place * MINUTE // len(self._deployments)
            for said in self._readings(deployment, at):
                yield self._line(at, said)
        minute = 1
        while True:
            for deployment, said in self._due.pop(minute, ()):
                yield self._line(minute * MINUTE, self._renamed(deployment, said))
            for place, deployment in enumerate(self._deployments):
                at = minute * MINUTE + 1 + place * (MINUTE - 1) // len(self._deployments)
                yield from self._minute(deployment, minute, at)
            minute += 1

    def _readings(self, deployment: Deployment, at: int) -> Iterator[Said]:
        """What the first reading says, or one after its OneView was away."""
        yield Said(
            "watch/bridge",
            _FACTS,
            deployment.subject,
            {
                "facts": {
                    "watch.oneview_reachable": True,
                    "watch.oneview_session": "valid",
                    "watch.api_support": "supported",
                    "watch.api_range": "120 to 1600",
                    "watch.message_bus": "connected",
                    "watch.deployment_servers": "present",
                    "watch.clock_offset": 0.4,
                    "watch.appliances_clock_offset": 0.9,
                },
                "message": "HPE OneView answers",
            },
        )
        yield from snapshots_of_deployment(deployment, at)
        for pair in deployment.pairs:
            yield from snapshots_of_pair(pair, deployment)

    def _minute(self, deployment: Deployment, minute: int, at: int) -> Iterator[str]:
        choose = self._choose
        if minute < deployment.back_at:
            yield self._line(at, self._poll_artifacts(deployment, at))
            return
        if minute == deployment.back_at:
            for said in self._readings(deployment, at):
                yield self._line(at, said)
            return
        if choose.random() < _AWAY:
            deployment.back_at = minute + _AWAY_MINUTES
            facts = {"watch.oneview_reachable": False, "watch.oneview_session": "expired"}
            data = {"facts": facts, "message": f"HPE OneView of {deployment.name} is silent"}
            yield self._line(at, Said("watch/bridge", _FACTS, deployment.subject, data))
            return
        if choose.random() < self._incident:
            pair = choose.choice(deployment.pairs)
            if not pair.busy:
                pair.busy = True
                self._schedule(deployment, pair, minute, at)
        heard = choose.random() < 0.45
        yield self._line(
            at,
            self._heard(deployment.oneview) if heard else self._poll_oneview(deployment, minute),
        )
        heard = choose.random() < 0.5
        yield self._line(
            at,
            self._heard(deployment.image_streamer)
            if heard
            else self._poll_artifacts(deployment, at),
        )

    def _schedule(self, deployment: Deployment, pair: Pair, minute: int, at: int) -> None:
        names, weights = zip(*((one, one.weight) for one in INCIDENTS), strict=True)
        incident = self._choose.choices(names, weights)[0]
        last = 0
        for delay, said in incident.script(pair, deployment, at, self._choose):
            self._due[minute + 1 + delay].append((deployment, said))
            last = max(last, delay)
        self._due[minute + 2 + last].append((deployment, Said("", "", pair.name, {})))

    def _renamed(self, deployment: Deployment, said: Said) -> Said:
        """The mark at the end of an incident frees its pair, and is a reading like others."""
        if said.type:
            return said
        for pair in deployment.pairs:
            pair.busy = pair.busy and pair.name != said.subject
        return self._heard(deployment.image_streamer)

    def _heard(self, source: str) -> Said:
        return Said("watch/bridge", _HEARD, "", {"source": source})

    def _poll_oneview(self, deployment: Deployment, minute: int) -> Said:
        choose = self._choose
        pair = choose.choice(deployment.pairs)
        kind = choose.random()
        facts: dict[str, Any]
        if kind < 0.4:
            addresses = choose.randrange(8, 13)
            facts = {"claim.free_deployment_addresses": addresses}
            said = f"{addresses} deployment addresses are free"
            subject = deployment.subject
        elif kind < 0.7:
            facts = {"cluster.reported": "OK" if choose.random() < 0.9 else "Warning"}
            said, subject = f"{pair.name} reports {facts['cluster.reported']}", pair.subject
        elif kind < 0.98:
            serial = choose.choice(pair.serials)
            status = "ok" if choose.random() < 0.97 else "warning"
            facts = {"appliance.status": status, "appliance.module_status": "ok"}
            said, subject = f"Appliance {serial} is {status}", f"appliance/{serial}"
        else:
            facts = {
                "backup.oneview_created_at": instant(minute * MINUTE - 20_000),
                "backup.oneview_result": "succeeded",
            }
            said, subject = "HPE OneView was backed up", deployment.subject
        return Said(deployment.oneview, _FACTS, subject, {"facts": facts, "message": said})

    def _poll_artifacts(self, deployment: Deployment, at: int) -> Said:
        choose = self._choose
        kind = choose.random()
        facts: dict[str, Any]
        if kind < 0.75:
            pair = choose.choice(deployment.pairs)
            pair.volumes = max(0, pair.volumes + choose.choice((-1, 1, 1, 2)))
            facts = {"volumes.count": pair.volumes}
            said, subject = f"{pair.volumes} OS volumes on {pair.name}", pair.subject
        elif kind < 0.94:
            pair = choose.choice(deployment.pairs)
            facts = {"replication.completed_at": instant(at - 90_000)}
            said, subject = f"Replicated to {pair.name}", pair.subject
        else:
            deployment.artifacts += choose.choice((-1, 1))
            facts = {
                "artifacts.count": deployment.artifacts,
                "artifacts.modified_at": instant(at - 45_000),
            }
            said, subject = f"{deployment.artifacts} artifacts", deployment.subject
        return Said(deployment.image_streamer, _FACTS, subject, {"facts": facts, "message": said})

    def _line(self, at: int, said: Said) -> str:
        data = msgspec.json.encode(said.data).decode()
        number, self._number = self._number, self._number + 1
        return event_line(
            self._choose, number, at, said.type, said.subject, data[1:-1], said.source
        )
