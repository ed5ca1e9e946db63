"""All deployments read and recorded at once: what `record` and `watch` run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

from drivers.live.poller import Polled, Poller
from drivers.recorder.recorder import Recorder
from rules.vocabulary import Event

LOOK_EVERY: Final = 5.0
"""Seconds between two looks at what waits, and at whether a part is to be closed."""


class Recording:
    """Pollers that tell, and the recorder that writes it down."""

    def __init__(
        self,
        recorder: Recorder,
        pollers: Sequence[Poller],
        told: Callable[[Sequence[Event]], None] | None = None,
    ) -> None:
        """`told` is given what pollers tell, once it has been recorded."""
        self._recorder = recorder
        self._pollers = pollers
        self._told = told
        self._tasks: list[asyncio.Task[None]] = []
        recorder.on_loss = self._say_everything_again

    def start(self) -> None:
        """Begin to read. The recorder must be open."""
        self._tasks = [
            asyncio.create_task(poller.run(partial(self._take, poller))) for poller in self._pollers
        ]
        self._tasks.append(asyncio.create_task(self._maintain()))

    async def wait(self) -> None:
        """Wait until something ends that should not, and raise what it ended with."""
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    def failure(self) -> BaseException | None:
        """What one of the readings ended with, if any has."""
        for task in self._tasks:
            if task.done() and not task.cancelled() and task.exception() is not None:
                return task.exception()
        return None

    async def close(self, message: str) -> None:
        """Log out everywhere, write what waits, and let go of the journal."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError, Exception):
                await task
        self._recorder.close(message)

    async def _take(self, poller: Poller, polled: Polled) -> None:
        events = poller.names.own_words(poller.target.deployment, polled.events)
        if len(events) < len(polled.events):
            self._recorder.refuse(event for event in polled.events if event not in events)
        self._recorder.record(events, polled.heard)
        if self._told is not None:
            self._told(events)

    async def _maintain(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            self._recorder.flush()
            self._recorder.maintain()
            await asyncio.to_thread(self._recorder.compress_parts)

    def _say_everything_again(self) -> None:
        for poller in self._pollers:
            poller.say_everything_again()

    def load_rules(self, rules_hash: str, texts: Mapping[str, bytes]) -> None:
        """From now on other rules judge."""
        self._recorder.load_rules(rules_hash, texts)
