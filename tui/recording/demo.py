"""Simulated appliances for a demonstration: served over real HTTPS by a thread of their own."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from drivers.configuration import Configuration, DeploymentSettings, JournalSettings, Polling
from drivers.live.secret import Secret
from drivers.oneview.observe import SETTLED_AFTER
from drivers.simulator.build import PASSWORD, USER, build_site
from drivers.simulator.clock import WallClock
from drivers.simulator.scenario import Scenario
from drivers.simulator.server import AddressError, SimulatedAppliances
from tui.recording.build import Plan
from tui.recording.start import host_name
from tui.screen_command import wall

SCENARIO: Final = "U6-standby-fails"
SPEED: Final = 90.0
"""At this speed a standby's update has failed after less than a minute."""
_ADDRESS: Final = "127.0.0.1"
_PATIENCE: Final = 10.0
_POLLING: Final = Polling(
    timedelta(seconds=1), timedelta(seconds=1), timedelta(seconds=2), timedelta(seconds=5)
)


class Demo:
    """The appliances, from entering the context to leaving it."""

    def __init__(self, scenario: Scenario, speed: float) -> None:
        self._scenario = scenario
        self._speed = speed
        self._ready = threading.Event()
        self._stop: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failed: OSError | None = None
        self._port = 0
        self._image_streamer_port = 0
        self._authority = ""
        self._thread = threading.Thread(target=self._serve, name="simulated", daemon=True)

    def __enter__(self) -> Self:
        """Begin to serve.

        Raises:
            AddressError: an address cannot be had here.
        """
        self._thread.start()
        self._ready.wait(_PATIENCE)
        if self._failed is not None:
            raise self._failed
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Serve no more."""
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(_PATIENCE)

    def plan(self, journal: Path, raw: Path | None) -> Plan:
        """How these appliances are watched."""
        settings = DeploymentSettings(
            name="harbour",
            addresses=(_ADDRESS,),
            user=USER,
            port=self._port,
            image_streamer_port=self._image_streamer_port,
            ca_file=self._authority,
            networks=(ip_network("127.0.0.0/8"),),
        )

        async def password() -> Secret:
            return Secret(PASSWORD)

        return Plan(
            Configuration((settings,), JournalSettings(journal), _POLLING),
            (password,),
            wall,
            host_name(),
            raw=raw,
            settle=SETTLED_AFTER / self._speed,
        )

    def _serve(self) -> None:
        try:
            asyncio.run(self._run())
        except AddressError as error:
            self._failed = error
        finally:
            self._ready.set()

    async def _run(self) -> None:
        clock = WallClock()
        chosen = self._scenario
        site = build_site(
            clock.now(),
            pairs=chosen.pairs,
            lone=chosen.lone,
            page_size=chosen.page_size,
            speed=self._speed,
            address=_ADDRESS,
        )
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with SimulatedAppliances(site, clock=clock) as simulated:
            self._port = simulated.port
            self._image_streamer_port = simulated.image_streamer_port
            self._authority = str(simulated.authority_file)
            chosen.plan(site)
            self._ready.set()
            await self._stop.wait()
