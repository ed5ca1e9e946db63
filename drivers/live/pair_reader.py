"""Reads what the Image Streamer says at one pair's cluster address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from drivers.live.answer import NO_ANSWER, Answer
from drivers.live.budget import LARGEST_LIST, Budget
from drivers.live.client import LONGEST_PAUSE as LONGEST_ASKED_FOR
from drivers.live.client import Client
from drivers.live.lists import ListReader, TaskReader
from drivers.live.pace import Pace
from drivers.live.resources import IMAGE_STREAMER, name_of_list
from drivers.live.secret import Secret
from drivers.live.session import agree_on_version
from drivers.oneview.bodies import Body, Kind

AddressWord: TypeAlias = Literal["answers", "silent", "temporarily-unavailable", "untrusted"]
TokenWord: TypeAlias = Literal["accepted", "refused"]

LONGEST_PAUSE: Final = 60.0
"""Seconds; a takeover takes less than three minutes, and its end should be seen."""


@dataclass(slots=True)
class PairReading:
    """What came of one reading at a cluster address."""

    pair: str
    bodies: dict[Kind, list[Body]] = field(default_factory=dict)
    whole: set[Kind] = field(default_factory=set)
    lists: dict[str, bool] = field(default_factory=dict)
    """The lists that were asked for, and whether they were read whole, or are not known there."""
    changed: bool = False
    address: AddressWord | None = None
    """None: it was not asked this time."""
    acceptance: TokenWord | None = None
    offset: timedelta | None = None
    detail: str = ""

    @property
    def listened(self) -> bool:
        """Whether anything was read."""
        return bool(self.bodies)


class PairReader:
    """One cluster address."""

    def __init__(
        self, pair: str, address: str, client: Client, wall: Callable[[], datetime], pace: Pace
    ) -> None:
        self.pair = pair
        self.address = address
        self._client = client
        self._wall = wall
        self._pace = pace
        self._due: datetime | None = None
        self.tasks = TaskReader(pair)
        self._owed: set[str] = set()
        """Lists that were not read whole when they were due, and are asked for again."""
        self._not_reached: set[str] = set()
        self._lists = [
            (wanted, ListReader(wanted.path, wanted.kind, pair=pair)) for wanted in IMAGE_STREAMER
        ]

    async def close(self) -> None:
        """Let go of the connection. The session is HPE OneView's, which ends it."""
        await self._client.close()

    async def read(
        self,
        token: Secret | None,
        version: int | None,
        count: int,
        *,
        primary: bool,
        everything: bool,
    ) -> PairReading:
        """Read all lists that are due at the reading of this number."""
        reading = PairReading(self.pair)
        if self._due is not None:
            ahead = (self._due - self._wall()).total_seconds()
            # One that is further ahead than any pause was set before this clock went back.
            if 0 < ahead <= max(LONGEST_PAUSE, LONGEST_ASKED_FOR):
                return reading
        client = self._client
        client.token = token
        if client.version is None:
            client.version = version
        silent = 0
        asked_for: float | None = None
        tasks_due = True
        due = [
            (wanted, reader)
            for wanted, reader in self._lists
            if (everything or count % wanted.every == 0 or wanted.path in self._owed)
            and (wanted.at == "all" or primary)
        ]
        # What the last reading's budget did not reach comes first.
        due.sort(key=lambda one: one[0].path not in self._not_reached)
        self._not_reached.clear()
        budget = Budget(self._wall, LARGEST_LIST)
        while tasks_due or due:
            if budget.is_spent:
                self._not_reached = {wanted.path for wanted, _ in due}
                self._owed |= self._not_reached
                reading.lists |= {name_of_list(path): False for path in self._not_reached}
                reading.detail = "reading it takes too much memory or time"
                break
            if tasks_due:
                kind, part = Kind.TASK, await self.tasks.read(client, self._wall(), budget)
            else:
                kind, part = due[0][0].kind, await due[0][1].read(client, budget)
            answer = part.answer
            self._note(reading, answer)
            asked_for = answer.retry_after or asked_for
            if answer.outcome == "silent" and silent == 0 and reading.address == "silent":
                # A connection that was kept open may have been closed at the other end.
                silent = 1
                continue
            if answer.outcome == "wrong-version":
                await agree_on_version(client, None)
            if reading.address != "answers" or reading.acceptance == "refused":
                break
            if answer.outcome in NO_ANSWER or (answer.outcome == "busy" and answer.retry_after):
                break
            name = name_of_list("/rest/tasks" if tasks_due else due[0][0].path)
            reading.lists[name] = part.whole or answer.outcome == "not-found"
            if not tasks_due:
                settled = reading.lists[name]
                (self._owed.discard if settled else self._owed.add)(due[0][0].path)
            if part.whole:
                reading.whole.add(kind)
            if answer.is_read or part.bodies:
                reading.bodies.setdefault(kind, []).extend(part.bodies)
                reading.changed = reading.changed or part.changed
            if tasks_due:
                tasks_due = False
            else:
                del due[0]
        self._settle_pace(reading, asked_for)
        return reading

    def _note(self, reading: PairReading, answer: Answer) -> None:
        if answer.clock_offset is not None:
            reading.offset = answer.clock_offset
        if answer.detail:
            reading.detail = answer.detail
        if answer.outcome in NO_ANSWER:
            # What was answered before in this reading weighs more than one lost request.
            untrusted = answer.outcome == "untrusted"
            reading.address = reading.address or ("untrusted" if untrusted else "silent")
            return
        if answer.status == 503:
            if reading.address != "answers":
                reading.address = "temporarily-unavailable"
            return
        reading.address = "answers"
        # One list that is forbidden, after others were not, says nothing of the session.
        forbidden = answer.outcome == "forbidden" and reading.acceptance is None
        if answer.outcome == "unauthorized" or forbidden:
            reading.acceptance = "refused"
        elif answer.is_read and reading.acceptance is None:
            reading.acceptance = "accepted"

    def _settle_pace(self, reading: PairReading, asked_for: float | None) -> None:
        if reading.listened:
            self._pace.succeeded()
            self._due = None
        else:
            self._pace.failed()
        if not reading.listened or asked_for:
            wait = self._pace.next() if not reading.listened else 0.0
            wait = max(min(wait, LONGEST_PAUSE), asked_for or 0.0)
            # The reading after next may not come before; the next one would be too soon anyway.
            self._due = self._wall() + timedelta(seconds=wait * 0.9)
