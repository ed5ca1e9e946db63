"""The cluster addresses of one deployment: found in HPE OneView's list of appliances, read at the
same time, and let go of."""

from __future__ import annotations

import asyncio
import random
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import PurePath
from typing import Final

from drivers.live.cluster_addresses import why_not_asked
from drivers.live.oneview_reader import OneViewReading
from drivers.live.pace import Intervals, Pace
from drivers.live.pair_reader import PairReader, PairReading
from drivers.live.secret import Secret
from drivers.live.target import Connect, Target
from drivers.live.unread_lists import ALL_LISTS
from drivers.oneview.bodies import Kind
from drivers.oneview.fields import flag, word
from drivers.oneview.memory import Remembered

AT_ONCE: Final = 16
"""Image Streamers that are asked at the same time; each of them one request after another."""


class PairReaders:
    """A reader for each pair that can be asked."""

    def __init__(
        self,
        target: Target,
        connect: Connect,
        wall: Callable[[], datetime],
        intervals: Intervals,
        chance: random.Random,
    ) -> None:
        self._target = target
        self._connect = connect
        self._wall = wall
        self._intervals = intervals
        self._chance = chance
        self.readers: dict[str, PairReader] = {}
        self.primary: str | None = None
        self.not_asked: dict[str, str] = {}
        """Pairs whose cluster address is not asked, and why."""

    async def close(self) -> None:
        """Let go of all connections."""
        for reader in self.readers.values():
            await reader.close()

    async def place(
        self, read: OneViewReading, remembered: Remembered, forget: Callable[[str], None]
    ) -> None:
        """Find each pair's cluster address, and the primary pair; `forget` is told the pairs that
        have none any more, or another."""
        appliances = read.bodies.get(Kind.APPLIANCE)
        if appliances is None or Kind.APPLIANCE not in read.whole:
            return
        composition = remembered.composition
        directory = remembered.directory.copy()
        directory.learn(tuple(read.bodies.get(Kind.LOGICAL_ENCLOSURE, [])))
        directory.learn(tuple(appliances))
        places: dict[str, str] = {}
        self.not_asked.clear()
        listed: set[str] = set()
        was_primary, self.primary = self.primary, None
        for body in appliances:
            pair = directory.pair_of.get(word(body.resource, "applianceSerialNumber") or "")
            address = word(body.resource, "clusterIpv4Address")
            listed |= {pair} if pair is not None else set()
            if pair is not None and address is not None:
                reason = why_not_asked(address, self._target.networks)
                if reason:
                    self.not_asked[pair] = reason
                else:
                    places.setdefault(pair, address)
            if pair is not None and flag(body.resource, "isPrimary"):
                self.primary = pair
        if self.primary is None and was_primary in set(composition) - listed:
            self.primary = was_primary
        for pair, reader in list(self.readers.items()):
            # One that the list leaves out may be there all the same: it is asked as before.
            if pair not in listed and pair in composition:
                continue
            if places.get(pair) != reader.address:
                forget(pair)
                # Let go of only once it is closed: whoever ends the watch meanwhile closes it.
                await reader.close()
                del self.readers[pair]
        for pair, address in places.items():
            if pair not in self.readers:
                client = self._connect(address, self._target.image_streamer_port, pair)
                pace = Pace(self._intervals, self._chance)
                self.readers[pair] = PairReader(pair, address, client, self._wall, pace)
        for pair in places:
            self.not_asked.pop(pair, None)

    async def read(
        self, token: Secret | None, version: int | None, count: int, *, everything: bool
    ) -> tuple[list[PairReading], list[str]]:
        """Read all pairs; what a fault of this program keeps from one keeps nothing from others."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def read_one(reader: PairReader) -> PairReading:
            async with gate:
                return await reader.read(
                    token,
                    version,
                    count,
                    primary=reader.pair == self.primary,
                    everything=everything,
                )

        readers = list(self.readers.values())
        readings, faults = [], []
        for reader, made in zip(
            readers,
            await asyncio.gather(*map(read_one, readers), return_exceptions=True),
            strict=True,
        ):
            if isinstance(made, PairReading):
                readings.append(made)
            elif isinstance(made, Exception):
                faults.append(named(made))
                readings.append(PairReading(reader.pair, lists={ALL_LISTS: False}))
            else:
                raise made
        return readings, faults


def named(error: Exception) -> str:
    """A fault of this program by its kind and its place, and nothing of what it was about."""
    frame = traceback.extract_tb(error.__traceback__, limit=-1)
    place = f" at {PurePath(frame[0].filename).name}:{frame[0].lineno}" if frame else ""
    return type(error).__name__ + place
