"""A poller beside simulated appliances, in one process: no network, and time only where it is
let."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec
from simulated import Simulated

from drivers.journal import encode
from drivers.live.client import Client
from drivers.live.pace import Intervals
from drivers.live.poller import Polled, Poller
from drivers.live.secret import Secret
from drivers.live.session import Credentials
from drivers.live.target import Target
from drivers.live.transport import Method, NoAnswer, RawAnswer, check_allowed
from drivers.oneview.memory import Remembered
from drivers.oneview.observe import Deployment
from drivers.simulator.answers import Answer, Request, too_many, unavailable
from drivers.simulator.build import PASSWORD, USER
from rules.vocabulary import Event

DEPLOYMENT = Deployment.of("harbour", "oneview/composer-1")
WATCH = "watch/test"


PATIENCE = timedelta(seconds=20)
"""How long a reading waits for an answer; here it is simulated time that passes meanwhile."""


class InProcess:
    """Sends requests to a simulated site without a network, with its faults all the same."""

    def __init__(self, simulated: Simulated, pair: str, certificate: int | None = None) -> None:
        """Trust one certificate of the site, by its number; None: whatever it shows."""
        self._simulated = simulated
        self._pair = pair
        self._certificate = certificate

    async def send(
        self, method: Method, path: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> RawAnswer | NoAnswer:
        check_allowed(method, path)
        site = self._simulated.site
        pair = site.pairs.get(self._pair)
        silence = pair.silence if pair is not None else site.silence
        if self._certificate not in (None, site.certificates):
            return NoAnswer("untrusted", "another certificate")
        if silence:
            return NoAnswer("silent", silence)
        network = site.network["image-streamer" if self._pair else "oneview"]
        delay = timedelta(seconds=network.delay(self._pair))
        if delay:
            self._simulated.wait(min(delay, PATIENCE))
            if delay >= PATIENCE:
                return NoAnswer("silent", "no answer in time")
        match network.draw(self._pair) if network.faulty else "none":
            case "reset":
                return NoAnswer("silent", "reset")
            case "unavailable":
                return self._raw(unavailable(network.retry_after))
            case "too-many":
                return self._raw(too_many(network.retry_after))
            case "garbage":
                return RawAnswer(200, {}, network.nonsense(self._pair))
            case "half":
                return NoAnswer("broken", "half")
        where, _, query = path.partition("?")
        named = {name.lower(): value for name, value in headers.items()}
        request = Request(method, where, query, named, body or b"")
        answers = self._simulated.answers
        answer = answers.of_pair(pair, request) if pair else answers.of_oneview(request)
        return self._raw(answer)

    def _raw(self, answer: Answer) -> RawAnswer:
        site = self._simulated.site
        time = site.now + site.oneview_clock + (site.streamer_clock if self._pair else timedelta())
        headers = {name.lower(): value for name, value in answer.headers.items()}
        headers["date"] = time.strftime("%a, %d %b %Y %H:%M:%S GMT")
        return RawAnswer(answer.status, headers, answer.encoded())

    async def close(self) -> None:
        """There is nothing to let go of."""


class Way(Protocol):
    """How hosts are reached, and which certificate is believed there."""

    def __call__(self, address: str, port: int, pair: str) -> Client:
        """What asks at an address; an empty pair is HPE OneView."""
        ...

    def trust_what_is_shown(self) -> None:
        """Believe the certificate that is shown now, from the next client on."""
        ...


class WithinProcess:
    """Asks a simulated site directly."""

    def __init__(self, simulated: Simulated) -> None:
        self._simulated = simulated
        self.trust_what_is_shown()

    def __call__(self, address: str, port: int, pair: str) -> Client:
        """What asks one of the site's hosts."""
        way = InProcess(self._simulated, pair, self._trusted)
        return Client(way, self._simulated.clock.now)

    def trust_what_is_shown(self) -> None:
        """Believe the certificate that is shown now."""
        self._trusted = self._simulated.site.certificates


class LiveWatch:
    """Polls a simulated site, and holds what came of it as lines of a journal."""

    def __init__(
        self,
        simulated: Simulated,
        *,
        seed: int = 1,
        password: str = PASSWORD,
        intervals: Intervals | None = None,
        way: Way | None = None,
        **target: Any,
    ) -> None:
        """`way` is how hosts are reached, where that is not within this process; `target` says
        what else is known of the deployment."""
        self.simulated = simulated
        self.way: Way = way or WithinProcess(simulated)
        self._intervals = intervals or Intervals()
        self.lines: list[bytes] = []
        self.events: list[Event] = []
        self.last = Polled()
        self._password = password
        self._seed = seed
        self._target = target
        self.told: list[str] = []
        """What people were told at once."""
        self.poller = self.new_poller(None)

    def new_poller(self, remembered: Remembered | None) -> Poller:
        async def password() -> Secret:
            return Secret(self._password)

        addresses = (self.simulated.site.address,)
        return Poller(
            Target(DEPLOYMENT, addresses, Credentials(USER, password), **self._target),
            self.way,
            watch_source=WATCH,
            wall=self.simulated.clock.now,
            chance=random.Random(self._seed),
            intervals=self._intervals,
            remembered=remembered,
            tell=self.told.append,
        )

    async def poll(self) -> list[Event]:
        """Read once."""
        self.last = await self.poller.poll()
        for event in self.last.events:
            line = encode(event)
            self.lines.append(line)
            self.events.append(msgspec.json.decode(line, type=Event))
        return self.events[len(self.events) - len(self.last.events) :]

    async def run(self, duration: str | timedelta) -> None:
        """Poll as it would by itself for so long, with the pauses that it asks for."""
        from rules.values import read_duration

        span = read_duration(duration) if isinstance(duration, str) else duration
        until: datetime = self.simulated.clock.now() + span
        while self.simulated.clock.now() < until:
            await self.poll()
            self.simulated.wait(timedelta(seconds=max(self.last.wait, 0.1)))

    def facts(self) -> dict[str, dict[str, object]]:
        """What the poller believes to have said."""
        return self.poller.remembered.said
