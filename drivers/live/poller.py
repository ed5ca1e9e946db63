"""Reads one deployment again and again, and gives what is new as events."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from drivers.live.oneview_reader import OneViewReader, OneViewReading
from drivers.live.pace import Intervals, Pace
from drivers.live.pair_reader import PairReading
from drivers.live.pair_readers import PairReaders, named
from drivers.live.reachability import Reachability
from drivers.live.restating import restate_memory
from drivers.live.session import NoPasswordError
from drivers.live.subject_names import SubjectNames, name_apart
from drivers.live.target import Connect, Target
from drivers.oneview.bodies import Body, Kind, Reading
from drivers.oneview.memory import Remembered
from drivers.oneview.observe import concerns, observe
from drivers.oneview.pair_update import NOT_SEEN
from drivers.oneview.silence import LONGEST_SILENCE
from rules.values import read_instant
from rules.vocabulary import Event

FAREWELL: Final = 1.5
"""Seconds that logging out may take; a session that is left open expires by itself."""
UPDATE_IS_OVER: Final = timedelta(hours=3)
"""How long after its start an update keeps the readings close together at most."""

_OF_PRIMARY: Final = frozenset(
    {
        *(Kind.ARTIFACT_BUNDLE, Kind.ARTIFACT_BACKUP, Kind.GOLDEN_IMAGE),
        *(Kind.DEPLOYMENT_PLAN, Kind.BUILD_PLAN, Kind.PLAN_SCRIPT),
    }
)
_OF_BOTH: Final = frozenset({Kind.HA_NODE, Kind.TASK})


@dataclass(slots=True)
class Polled:
    """What one reading gave."""

    events: list[Event] = field(default_factory=list)
    heard: set[str] = field(default_factory=set)
    """The sources that answered, whether or not they had anything new to say."""
    wait: float = 0.0
    """Seconds until the next reading is due."""


class Poller:
    """The readings of one deployment, and what is remembered from one to the next."""

    def __init__(
        self,
        target: Target,
        connect: Connect,
        *,
        watch_source: str,
        wall: Callable[[], datetime],
        chance: random.Random,
        intervals: Intervals | None = None,
        remembered: Remembered | None = None,
        tell: Callable[[str], None] = lambda text: None,
        names: SubjectNames | None = None,
    ) -> None:
        """`wall` tells the time, `remembered` is what a journal remembers of the last watch, and
        `watch_source` is the watch's own name, such as `watch/jump-host`. `tell` is told what
        people must know at once: a fault of this program, or names that two deployments have.
        `names` are shared by all deployments of a journal."""
        self.target = target
        self.remembered = remembered or Remembered()
        self._wall = wall
        self._intervals = intervals or Intervals()
        self._pace = Pace(self._intervals, chance)
        self._reachability = Reachability(target, watch_source, wall)
        self._oneview = OneViewReader(target, connect, wall)
        self._pairs = PairReaders(target, connect, wall, self._intervals, chance)
        self._snapshot_due = True
        self._covered: frozenset[Kind] | None = None
        """What was read whole for the snapshots since the last connection; None: none was told."""
        self._restate = False
        self._heard_at: dict[str, datetime] = {}
        self._silent: set[str] = set()
        """Sources that were lost and whose facts have not been told again."""
        self._tell = tell
        self.names = names or SubjectNames()
        self._count = 0

    async def run(
        self,
        take: Callable[[Polled], Awaitable[None]],
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Read until cancelled, and log out at the end, however it comes."""
        try:
            while True:
                polled = await self.poll()
                await take(polled)
                await sleep(polled.wait)
        finally:
            await self.close()

    def say_everything_again(self) -> None:
        """What was said may have been lost: say all of it with the next reading."""
        self._unsettle()
        self._reachability.forget()

    def _unsettle(self) -> None:
        self._snapshot_due = self._restate = True
        self._heard_at.clear()
        self._covered = None

    async def close(self) -> None:
        """Log out, if that is to be had at once, and let go of all connections."""
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(FAREWELL):
                    await self._oneview.log_out()
        finally:
            await self._oneview.close()
            await self._pairs.close()

    async def poll(self) -> Polled:
        """Read everything that is due, once. A fault of this program, whatever it is, costs this
        deployment this reading and nothing else."""
        polled = Polled()
        try:
            faults = await self._read(polled)
        except Exception as error:  # noqa: BLE001  # whatever it is, every watch goes on
            faults = [named(error)]
            # What was heard is not told: to the rules it stays what it was, and grows old.
            polled.heard.clear()
            self._pace.failed()
            polled.wait = self._pace.next()
        polled.events += self._say_faults(faults)
        return polled

    async def _read(self, polled: Polled) -> list[str]:
        """Read everything that is due; the faults that one pair's reading alone came upon."""
        deployment, pairs, say = self.target.deployment, self._pairs, self._reachability
        everything = self._snapshot_due and self._covered is None
        everything = everything or self._is_lost(deployment.oneview)
        try:
            read = await self._oneview.read(self._count, everything=everything)
        except NoPasswordError as error:
            read = OneViewReading(
                refused=True, no_password=True, sessions=["refused"], detail=str(error)
            )
            polled.events += say.say_sessions(read)
        else:
            polled.events += say.say_sessions(read) + say.say_oneview(read)
        if read.connected:
            everything = self._snapshot_due = True
            self._covered = None
        readings: list[PairReading] = []
        faults: list[str] = []
        if read.listened:
            polled.heard.add(deployment.oneview)
            self._name_apart(read)
            await pairs.place(read, self.remembered, say.lists.forget_pair)
            everything = everything or self._is_lost(deployment.image_streamer)
            token, version = self._oneview.token, self._oneview.version
            readings, faults = await pairs.read(token, version, self._count, everything=everything)
            polled.events += say.say_pairs(
                read,
                readings,
                primary=pairs.primary,
                asked=pairs.readers,
                not_asked=pairs.not_asked,
            )
            doubted = self.remembered.doubted
            polled.events += say.say_unread(
                read, readings, not_asked=pairs.not_asked, doubted=doubted
            )
            if any(one.pair == pairs.primary and one.listened for one in readings):
                polled.heard.add(deployment.image_streamer)
            self._note_heard(polled.heard)
            polled.events += self._observe(read, readings)
            if read.complete:
                self._snapshot_due = False
            self._count += 1
        elif read.broken:
            polled.events += say.say_lists(dict.fromkeys(sorted(read.broken), False))
        if read.refused:
            self._pace.refused()
        elif read.listened:
            self._pace.succeeded()
        else:
            self._pace.failed()
        polled.wait = self._pace.next(updating=self.is_updating, asked_for=read.retry_after)
        return faults

    def _say_faults(self, faults: list[str]) -> list[Event]:
        """Tell faults of this program, by their kinds alone: their texts and frames could hold
        what was sent."""
        say = self._reachability
        fault = "; ".join(sorted(set(faults)))
        name = self.target.deployment.name
        if fault:
            # What the reading that broke off had made of its answers may be lost.
            self._unsettle()
        if fault and fault != say.fault:
            say.forget()
            self._tell(f"{name}: a fault of this program, at which a reading ended: {fault}")
        recovered = say.fault and not fault
        say.fault = fault
        events = say.say_lists({}) if fault or recovered else []
        if recovered:
            self._tell(f"{name}: readings come to their end again")
            self.say_everything_again()
        return events

    @property
    def is_updating(self) -> bool:
        """Whether an update runs, or what it left has not settled."""
        now = self._wall()
        for subject, facts in self.remembered.said.items():
            update = facts.get("update.id")
            if subject.startswith("pair/") and update and facts.get("update.after_id") != update:
                try:
                    started = read_instant(str(facts.get("update.started_at")))
                except ValueError:
                    continue
                if now - started < UPDATE_IS_OVER:
                    return True
        return False

    @property
    def _awaits_an_outcome(self) -> bool:
        """Whether an update has ended, however long ago, and what it left has not settled.

        One that nobody saw has no end that is known: what it left is read when something changes.
        """
        return any(
            subject.startswith("pair/")
            and facts.get("update.result") not in (None, "running", NOT_SEEN)
            and facts.get("update.after_id") != facts.get("update.id")
            for subject, facts in self.remembered.said.items()
        )

    def _is_lost(self, source: str) -> bool:
        """Whether the rules may count a source as lost, if it is not heard now."""
        heard_at = self._heard_at.get(source)
        return heard_at is None or self._wall() - heard_at >= LONGEST_SILENCE

    def _note_heard(self, sources: set[str]) -> None:
        self._silent |= {name for name in sources if self._is_lost(name)}
        self._heard_at.update(dict.fromkeys(sources, self._wall()))

    def _name_apart(self, read: OneViewReading) -> None:
        """Give subjects other names where another deployment has a pair or module of that name."""
        name = self.target.deployment.name
        others = name_apart(
            read.bodies, lambda subject, claim: self.names.name(name, subject, claim=claim)
        )
        self.remembered.directory.pair_by_name |= others
        news = self.names.news(name)
        if news:
            self._tell(f"{name}: names that another deployment has are shown apart: {news}")

    def _observe(self, read: OneViewReading, readings: list[PairReading]) -> list[Event]:
        changed = read.changed or any(one.changed for one in readings)
        whole = read.whole.union(*(one.whole for one in readings))
        # A list that cannot be read for now, or never, is waited for without repeating the rest.
        snapshot = self._snapshot_due and (self._covered is None or not whole <= self._covered)
        due = snapshot or self._restate or self._silent or self.remembered.wants_another_look
        if not (changed or due or self.is_updating or self._awaits_an_outcome):
            return []
        reading = self._gather(read, readings)
        now = self._wall()
        deployment = self.target.deployment
        events: list[Event] = []
        if self._restate:
            events += restate_memory(self.remembered, deployment, now)
            self._restate = False
        observed, self.remembered = observe(
            reading,
            self.remembered,
            deployment=deployment,
            time=now,
            settle=self.target.settle,
            snapshot=snapshot,
            silent=self._silent,
        )
        self._silent.clear()
        if snapshot:
            self._covered = (self._covered or frozenset()) | whole
        self._keep_tasks()
        return events + observed

    def _gather(self, read: OneViewReading, readings: list[PairReading]) -> Reading:
        """Everything that was read this time, and which kinds of it are whole."""
        bodies: list[Body] = [body for part in read.bodies.values() for body in part]
        bodies += [body for one in readings for part in one.bodies.values() for body in part]
        whole = read.whole - _OF_BOTH
        for kind in _OF_BOTH & read.whole:
            if all(kind in one.whole for one in readings):
                whole.add(kind)
        if readings and all(Kind.OS_VOLUME in one.whole for one in readings):
            whole.add(Kind.OS_VOLUME)
        for one in readings:
            if one.pair == self._pairs.primary:
                whole |= _OF_PRIMARY & one.whole
        return Reading(tuple(bodies), frozenset(whole))

    def _keep_tasks(self) -> None:
        directory = self.remembered.directory
        pairs = [reader.tasks for reader in self._pairs.readers.values()]
        for tasks in [self._oneview.tasks, *pairs]:
            tasks.keep({id(body) for body in tasks.bodies if concerns(body, directory)})
