"""Reads one deployment again and again, and gives what is new as events."""

from __future__ import annotations

import asyncio
import random
import traceback
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Final

from drivers.live.cluster_addresses import why_not_asked
from drivers.live.oneview_reader import OneViewReader, OneViewReading
from drivers.live.pace import Intervals, Pace
from drivers.live.pair_reader import PairReader, PairReading
from drivers.live.restating import restate_memory
from drivers.live.session import NoPasswordError
from drivers.live.source_facts import SourceFacts
from drivers.live.subject_names import SubjectNames, name_apart
from drivers.live.target import Connect, Target
from drivers.live.unread_lists import ALL_LISTS, UnreadLists
from drivers.oneview.bodies import Body, Kind, Reading
from drivers.oneview.fields import LONGEST_TEXT, bounded, flag, word
from drivers.oneview.memory import Remembered
from drivers.oneview.observe import concerns, observe
from drivers.oneview.silence import LONGEST_SILENCE
from drivers.oneview.updates import NOT_SEEN
from rules.values import read_instant
from rules.vocabulary import Event

AT_ONCE: Final = 16
"""Image Streamers that are asked at the same time; each of them one request after another."""
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
        self._chance = chance
        self._pace = Pace(self._intervals, chance)
        self._facts = SourceFacts(watch_source, target.deployment.name)
        self._oneview = OneViewReader(target, connect, wall)
        self._connect = connect
        self._pairs: dict[str, PairReader] = {}
        self._primary: str | None = None
        self._snapshot_due = True
        self._covered: frozenset[Kind] | None = None
        """What was read whole for the snapshots since the last connection; None: none was told."""
        self._restate = False
        self._heard_at: dict[str, datetime] = {}
        self._silent: set[str] = set()
        """Sources that were lost and whose facts have not been told again."""
        self._unread = UnreadLists()
        self._not_asked: dict[str, str] = {}
        """Pairs whose cluster address is not asked, and why."""
        self._doubts: set[str] = set()
        """What is told of appliances that are left out of their list and not taken for gone."""
        self._fault = ""
        """The fault of this program that the last reading came upon."""
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
        self._facts.forget()

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
            for reader in self._pairs.values():
                await reader.close()

    async def poll(self) -> Polled:
        """Read everything that is due, once. A fault of this program, whatever it is, costs this
        deployment this reading and nothing else."""
        polled = Polled()
        try:
            faults = await self._read(polled)
        except Exception as error:  # noqa: BLE001  # whatever it is, every watch goes on
            faults = [_named(error)]
            # What was heard is not told: to the rules it stays what it was, and grows old.
            polled.heard.clear()
            self._pace.failed()
            polled.wait = self._pace.next()
        polled.events += self._say_faults(faults)
        return polled

    async def _read(self, polled: Polled) -> list[str]:
        """Read everything that is due; the faults that one pair's reading alone came upon."""
        deployment = self.target.deployment
        everything = self._snapshot_due and self._covered is None
        everything = everything or self._is_lost(deployment.oneview)
        try:
            read = await self._oneview.read(self._count, everything=everything)
        except NoPasswordError as error:
            read = OneViewReading(
                refused=True, no_password=True, sessions=["refused"], detail=str(error)
            )
            polled.events += self._say_sessions(read)
        else:
            polled.events += self._say_sessions(read) + self._say_oneview(read)
        if read.connected:
            everything = self._snapshot_due = True
            self._covered = None
        readings: list[PairReading] = []
        faults: list[str] = []
        if read.listened:
            polled.heard.add(deployment.oneview)
            self._name_apart(read)
            await self._place_pairs(read)
            everything = everything or self._is_lost(deployment.image_streamer)
            readings, faults = await self._read_pairs(everything)
            polled.events += self._say_pairs(read, readings)
            polled.events += self._say_unread(read, readings)
            if any(one.pair == self._primary and one.listened for one in readings):
                polled.heard.add(deployment.image_streamer)
            self._note_heard(polled.heard)
            polled.events += self._observe(read, readings)
            if read.complete:
                self._snapshot_due = False
            self._count += 1
        elif read.broken:
            polled.events += self._say_unread_of(dict.fromkeys(sorted(read.broken), False))
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
        fault = "; ".join(sorted(set(faults)))
        name = self.target.deployment.name
        if fault:
            # What the reading that broke off had made of its answers may be lost.
            self._unsettle()
        if fault and fault != self._fault:
            self._facts.forget()
            self._tell(f"{name}: a fault of this program, at which a reading ended: {fault}")
        recovered = self._fault and not fault
        self._fault = fault
        events = self._say_unread_of({}) if fault or recovered else []
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

    # The pairs

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

    async def _place_pairs(self, read: OneViewReading) -> None:
        """Find each pair's cluster address, and the primary pair."""
        appliances = read.bodies.get(Kind.APPLIANCE)
        if appliances is None or Kind.APPLIANCE not in read.whole:
            return
        composition = self.remembered.composition
        directory = self.remembered.directory.copy()
        directory.learn(tuple(read.bodies.get(Kind.LOGICAL_ENCLOSURE, [])))
        directory.learn(tuple(appliances))
        places: dict[str, str] = {}
        self._not_asked.clear()
        listed: set[str] = set()
        was_primary, self._primary = self._primary, None
        for body in appliances:
            pair = directory.pair_of.get(word(body.resource, "applianceSerialNumber") or "")
            address = word(body.resource, "clusterIpv4Address")
            listed |= {pair} if pair is not None else set()
            if pair is not None and address is not None:
                reason = why_not_asked(address, self.target.networks)
                if reason:
                    self._not_asked[pair] = reason
                else:
                    places.setdefault(pair, address)
            if pair is not None and flag(body.resource, "isPrimary"):
                self._primary = pair
        if self._primary is None and was_primary in set(composition) - listed:
            self._primary = was_primary
        for pair, reader in list(self._pairs.items()):
            # One that the list leaves out may be there all the same: it is asked as before.
            if pair not in listed and pair in composition:
                continue
            if places.get(pair) != reader.address:
                self._unread.forget_pair(pair)
                # Let go of only once it is closed: whoever ends the watch meanwhile closes it.
                await reader.close()
                del self._pairs[pair]
        for pair, address in places.items():
            if pair not in self._pairs:
                client = self._connect(address, self.target.image_streamer_port, pair)
                pace = Pace(self._intervals, self._chance)
                self._pairs[pair] = PairReader(pair, address, client, self._wall, pace)
        for pair in places:
            self._not_asked.pop(pair, None)

    async def _read_pairs(self, everything: bool) -> tuple[list[PairReading], list[str]]:
        """Read all pairs; what a fault of this program keeps from one keeps nothing from others."""
        gate = asyncio.Semaphore(AT_ONCE)
        token, version = self._oneview.token, self._oneview.version

        async def read(reader: PairReader) -> PairReading:
            async with gate:
                return await reader.read(
                    token,
                    version,
                    self._count,
                    primary=reader.pair == self._primary,
                    everything=everything,
                )

        readers = list(self._pairs.values())
        readings, faults = [], []
        for reader, made in zip(
            readers,
            await asyncio.gather(*map(read, readers), return_exceptions=True),
            strict=True,
        ):
            if isinstance(made, PairReading):
                readings.append(made)
            elif isinstance(made, Exception):
                faults.append(_named(made))
                readings.append(PairReading(reader.pair, lists={ALL_LISTS: False}))
            else:
                raise made
        return readings, faults

    # What is new

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
            if one.pair == self._primary:
                whole |= _OF_PRIMARY & one.whole
        return Reading(tuple(bodies), frozenset(whole))

    def _keep_tasks(self) -> None:
        directory = self.remembered.directory
        pairs = [reader.tasks for reader in self._pairs.values()]
        for tasks in [self._oneview.tasks, *pairs]:
            tasks.keep({id(body) for body in tasks.bodies if concerns(body, directory)})

    # How well it goes

    def _say_sessions(self, read: OneViewReading) -> list[Event]:
        said = {
            "valid": "The watch has logged in at HPE OneView",
            "expired": "HPE OneView does not accept the watch's session any more",
            "refused": f"HPE OneView refuses the watch's login: {read.detail}",
        }
        if read.no_password:
            said["refused"] = f"The watch has no password to log in with: {read.detail}"
        now = self._wall()
        return [
            event
            for word_said in read.sessions
            for event in self._facts.of_deployment(
                now, said[word_said], watch__oneview_session=word_said
            )
        ]

    def _say_oneview(self, read: OneViewReading) -> list[Event]:
        say, now = self._facts.of_deployment, self._wall()
        if not read.answered and read.untrusted:
            message = f"Whoever answers for HPE OneView is not trusted: {read.detail}"
            # Somebody does answer; whether that is HPE OneView, nobody can tell.
            return say(now, message, watch__oneview_reachable=None, watch__certificates="refused")
        if not read.answered:
            message = f"HPE OneView does not answer: {read.detail}"
            return say(now, message, watch__oneview_reachable=False)
        verifies = self.target.verifies
        events = say(
            now,
            "HPE OneView answers"
            if verifies
            else "Somebody answers, whose certificate is not verified",
            watch__oneview_reachable=True,
            watch__certificates="verified" if verifies else "not-verified",
            watch__message_bus="not-used",
        )
        if read.spoken is not None:
            events += say(
                now,
                f"HPE OneView speaks the interface versions {read.spoken.range}",
                watch__api_support=read.spoken.support,
                watch__api_range=read.spoken.range,
            )
        if read.servers is not None:
            message = f"The list of OS deployment servers is {read.servers}"
            events += say(now, message, watch__deployment_servers=read.servers)
        if read.offset is not None:
            message = "HPE OneView's clock beside this machine's"
            events += self._facts.offset(now, "watch.clock_offset", read.offset, message)
        return events

    def _say_unread(self, read: OneViewReading, readings: list[PairReading]) -> list[Event]:
        """Name the lists whose facts grow old although their source is heard."""
        asked = dict(read.lists)
        for one in readings:
            lists = {ALL_LISTS: True} | one.lists if one.lists else {}
            asked |= {f"{name} of {one.pair}": was_read for name, was_read in lists.items()}
        asked |= {f"{ALL_LISTS} of {pair}": False for pair in self._not_asked}
        # As they were doubted when the list was looked at last.
        doubts = {_doubt(name): False for name in self.remembered.doubted}
        asked |= {doubt: True for doubt in self._doubts if doubt not in doubts} | doubts
        self._doubts = set(doubts)
        return self._say_unread_of(asked)

    def _say_unread_of(self, asked: dict[str, bool]) -> list[Event]:
        now = self._wall()
        self._unread.note(asked, now)
        late = self._unread.late(now)
        if self._fault:
            late.insert(0, f"{ALL_LISTS}: a fault of the watch itself ({self._fault})")
        names = bounded(", ".join(late), LONGEST_TEXT) or None
        if names is None and not self._facts.has_said("watch.unread_lists"):
            return []
        message = f"Lists that cannot be read: {names}" if names else "All lists are read again"
        return self._facts.of_deployment(now, message, watch__unread_lists=names)

    def _say_pairs(self, read: OneViewReading, readings: list[PairReading]) -> list[Event]:
        now = self._wall()
        events: list[Event] = []
        for one in readings:
            if one.address is None:
                continue
            facts: dict[str, object] = {"source__cluster_address": one.address}
            if one.acceptance is not None:
                facts["source__token"] = one.acceptance
            message = f"The Image Streamer at the cluster address of {one.pair}: {one.address}"
            if one.address == "untrusted":
                message = f"Whoever answers at the cluster address of {one.pair} is not trusted"
            if one.detail and one.address != "answers":
                message += f" ({one.detail})"
            events += self._facts.of_pair(one.pair, now, message, **facts)
            if one.pair == self._primary and None not in (one.offset, read.offset):
                assert one.offset is not None
                assert read.offset is not None
                message = "The Image Streamer's clock beside HPE OneView's"
                between = one.offset - read.offset
                fact = "watch.appliances_clock_offset"
                events += self._facts.offset(now, fact, between, message)
        for pair in sorted({*self._facts.pairs(), *self._not_asked}):
            if pair not in self._pairs:
                message = f"{pair} has no cluster address that could be asked"
                if pair in self._not_asked:
                    message = f"The cluster address of {pair} is not asked: {self._not_asked[pair]}"
                events += self._facts.of_pair(
                    pair, now, message, source__cluster_address=None, source__token=None
                )
        return events


def _named(error: Exception) -> str:
    """A fault of this program by its kind and its place, and nothing of what it was about."""
    frame = traceback.extract_tb(error.__traceback__, limit=-1)
    place = f" at {PurePath(frame[0].filename).name}:{frame[0].lineno}" if frame else ""
    return type(error).__name__ + place


def _doubt(name: str) -> str:
    return f"image-streamer-appliances (without {name}, though other signs say that it is there)"
