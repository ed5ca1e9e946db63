"""Simulated appliances that are read over HTTPS on loopback, by the client that reads real ones,
while time passes only where it is let."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from live_watch import PATIENCE
from simulated import Simulated

from drivers.live.client import Client
from drivers.live.transport import HttpsTransport, Method, NoAnswer, RawAnswer
from drivers.live.trust import Trust
from drivers.simulator.server import SimulatedAppliances

_FOR_NOTHING: Final = 0.1
"""Seconds to wait for an answer that cannot come."""


class OverHttps:
    """Reaches simulated appliances as real ones are reached."""

    def __init__(self, appliances: SimulatedAppliances, simulated: Simulated) -> None:
        self._appliances = appliances
        self._simulated = simulated
        self.trust_what_is_shown()

    def __call__(self, address: str, port: int, pair: str) -> Client:
        """What asks at an address; `port` would be the one of a real installation."""
        served = self._appliances
        at = served.image_streamer_port if pair else served.port
        transport = _Unhurried(self._simulated, pair, address, at, self._trust)
        return Client(transport, self._simulated.clock.now)

    def trust_what_is_shown(self) -> None:
        """Believe the authority whose certificate is shown now."""
        self._trust = Trust(ca_file=str(self._appliances.authority_file))


class _Unhurried:
    """Waits for answers as the real client does, and briefly where it would wait in vain, so that
    a busy machine changes nothing."""

    def __init__(
        self, simulated: Simulated, pair: str, address: str, port: int, trust: Trust
    ) -> None:
        self._simulated = simulated
        self._pair = pair
        self._real = HttpsTransport(address, port, trust)
        self._in_vain = HttpsTransport(address, port, trust, patience=_FOR_NOTHING)

    async def send(
        self, method: Method, path: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> RawAnswer | NoAnswer:
        site = self._simulated.site
        self._simulated.wait("0s")
        pair = site.pairs.get(self._pair)
        hangs = (site.silence if pair is None else pair.silence) == "hangs"
        transport = self._in_vain if hangs else self._real
        return await transport.send(method, path, headers, body)

    async def close(self) -> None:
        await self._real.close()
        await self._in_vain.close()


@asynccontextmanager
async def over_https(simulated: Simulated) -> AsyncIterator[OverHttps]:
    """Serve a site while the block runs."""

    async def be_late(seconds: float) -> None:
        simulated.wait(min(timedelta(seconds=seconds), PATIENCE))

    async with SimulatedAppliances(
        simulated.site, clock=simulated.clock, delay=be_late
    ) as appliances:
        yield OverHttps(appliances, simulated)
