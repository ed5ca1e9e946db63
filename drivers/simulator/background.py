"""Simulated appliances in a thread of their own, for programs that do something else meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from drivers.simulator.scenario import Scenario
from drivers.simulator.server import SimulatedAppliances


class _Serving(threading.Thread):
    def __init__(self, appliances: SimulatedAppliances, scenario: Scenario | None) -> None:
        super().__init__(name="simulated-appliances", daemon=True)
        self.ready = threading.Event()
        self.failure: BaseException | None = None
        self._appliances = appliances
        self._scenario = scenario
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped: asyncio.Event | None = None

    def run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:  # noqa: BLE001  # told to whoever started the thread
            self.failure = error
        finally:
            self.ready.set()

    def stop(self) -> None:
        """End the thread, and wait for its end."""
        if self._loop is not None and self._stopped is not None and self.is_alive():
            self._loop.call_soon_threadsafe(self._stopped.set)
        self.join()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        async with self._appliances:
            if self._scenario is not None:
                self._appliances.let_time_pass()
                self._scenario.plan(self._appliances.site)
            self.ready.set()
            await self._stopped.wait()


@contextmanager
def in_background(
    appliances: SimulatedAppliances, scenario: Scenario | None = None
) -> Iterator[SimulatedAppliances]:
    """Serve appliances while the block runs, with a scenario that begins once they are served.

    They belong to their thread: from outside, commands are done over HTTPS at `/simulator/do`.

    Raises:
        AddressError: an address or port cannot be had.
    """
    serving = _Serving(appliances, scenario)
    serving.start()
    serving.ready.wait()
    if serving.failure is not None:
        serving.join()
        raise serving.failure
    try:
        yield appliances
    finally:
        serving.stop()
