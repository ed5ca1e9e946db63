"""Reads everything that one HPE OneView says, at whichever of its addresses answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from drivers.live.answer import NO_ANSWER, Answer
from drivers.live.budget import Budget
from drivers.live.client import Client
from drivers.live.lists import ListReader, ListReading, TaskReader
from drivers.live.resources import ONEVIEW, SERVERS, Wanted, name_of_list
from drivers.live.secret import Secret
from drivers.live.session import Spoken, agree_on_version, log_in
from drivers.live.target import Connect, Target
from drivers.oneview.bodies import Body, Kind

SessionWord: TypeAlias = Literal["valid", "expired", "refused"]
Servers: TypeAlias = Literal["present", "absent", "not-supported"]

_GIVE_UP_AFTER: Final = 2
"""Requests in a row without an answer, after which no more are sent this time."""


@dataclass(slots=True)
class OneViewReading:
    """What came of one reading of HPE OneView."""

    bodies: dict[Kind, list[Body]] = field(default_factory=dict)
    whole: set[Kind] = field(default_factory=set)
    complete: bool = False
    """Whether all that was to be read this time was read whole."""
    changed: bool = False
    answered: bool = False
    """Whether anything at all was answered."""
    listened: bool = False
    """Whether something was read, so that HPE OneView has been heard."""
    connected: bool = False
    """Whether a new session was opened."""
    refused: bool = False
    """Whether the login was refused."""
    no_password: bool = False
    """Whether there was no password to log in with."""
    untrusted: bool = False
    """Whether somebody answered who could not show the right certificate."""
    lists: dict[str, bool] = field(default_factory=dict)
    """The lists that were asked for, and whether they were read whole, or are not known there."""
    broken: set[str] = field(default_factory=set)
    """The lists that were answered with what is no list."""
    sessions: list[SessionWord] = field(default_factory=list)
    """What became of the session, in order."""
    spoken: Spoken | None = None
    servers: Servers | None = None
    offset: timedelta | None = None
    retry_after: float | None = None
    detail: str = ""
    """What went wrong last, for people."""


class OneViewReader:
    """The session and the lists of one HPE OneView."""

    def __init__(self, target: Target, connect: Connect, wall: Callable[[], datetime]) -> None:
        self._target = target
        self._wall = wall
        self._clients = [connect(address, target.port, "") for address in target.addresses]
        self._at = 0
        self.tasks = TaskReader()
        self._lists = [
            (wanted, ListReader(wanted.path, wanted.kind, single=wanted.single))
            for wanted in ONEVIEW
        ]
        self._owed: set[str] = set()
        """Lists that were not read whole when they were due, and are asked for again."""
        self._not_reached: set[str] = set()
        """Lists that the budget of the last reading did not reach."""
        self._spoken: Spoken | None = None

    @property
    def token(self) -> Secret | None:
        """The session's token, which the Image Streamers accept too."""
        return self._clients[self._at].token

    @property
    def version(self) -> int | None:
        """The interface version that is spoken."""
        return self._clients[self._at].version

    async def close(self) -> None:
        """Let go of the connections."""
        for client in self._clients:
            await client.close()

    async def log_out(self) -> None:
        """End the sessions that are open."""
        for client in self._clients:
            await client.log_out()

    async def read(self, count: int, *, everything: bool) -> OneViewReading:
        """Read all lists that are due at the reading of this number.

        Raises:
            NoPasswordError: there is no password to log in with.
        """
        reading = OneViewReading()
        for _ in self._clients:
            await self._read_here(reading, count, everything=everything)
            if reading.answered:
                break
            # The other Composer may have taken over, at another address.
            self._clients[self._at].version = None
            self._at = (self._at + 1) % len(self._clients)
        reading.spoken = self._spoken
        return reading

    async def _read_here(self, reading: OneViewReading, count: int, *, everything: bool) -> None:
        client = self._clients[self._at]
        for _ in range(2):
            if not await self._prepare(client, reading):
                return
            again = await self._read_lists(client, reading, count, everything or reading.connected)
            if not again:
                return
            reading.bodies, reading.whole, reading.lists = {}, set(), {}

    async def _prepare(self, client: Client, reading: OneViewReading) -> bool:
        """Agree on a version and open a session, where there is none."""
        if client.version is None:
            answer, spoken = await agree_on_version(client, self._target.api_version)
            self._note(reading, answer)
            if answer.outcome == "silent":
                answer, spoken = await agree_on_version(client, self._target.api_version)
                self._note(reading, answer)
            if spoken is None:
                return False
            self._spoken = spoken
        if client.token is None:
            answer, refused = await log_in(client, self._target.credentials)
            self._note(reading, answer)
            if answer.outcome != "ok":
                reading.refused = refused
                if refused:
                    reading.sessions.append("refused")
                if answer.outcome == "wrong-version":
                    client.version = None
                return False
            reading.connected = True
            reading.sessions.append("valid")
            self.tasks.forget()
            for _, reader in self._lists:
                reader.forget()
        return True

    async def _read_lists(
        self, client: Client, reading: OneViewReading, count: int, everything: bool
    ) -> bool:
        """Read the lists; whether to begin again, with another session or version."""
        silent = 0
        complete = True
        partly: set[Kind] = set()
        if everything:
            self._owed = {wanted.path for wanted, _ in self._lists}
        due = [
            (wanted, reader)
            for wanted, reader in self._lists
            if count % wanted.every == 0 or wanted.path in self._owed
        ]
        # What the last reading's budget did not reach comes first.
        due.sort(key=lambda one: one[0].path not in self._not_reached)
        self._not_reached.clear()
        budget = Budget(self._wall)
        for wanted, reader in [(None, None), *due]:
            if budget.is_spent and wanted is not None:
                self._not_reached.add(wanted.path)
                self._owed.add(wanted.path)
                partly.add(wanted.kind)
                reading.whole.discard(wanted.kind)
                reading.lists[name_of_list(wanted.path)] = complete = False
                continue
            if wanted is None or reader is None:
                kind, part = Kind.TASK, await self.tasks.read(client, self._wall(), budget)
            else:
                kind, part = wanted.kind, await reader.read(client, budget)
            answer = part.answer
            self._note(reading, answer)
            if answer.outcome == "unauthorized":
                client.token = None
                reading.sessions.append("expired")
                return True
            if answer.outcome == "wrong-version":
                client.version = None
                return True
            self._look_at_servers(reading, wanted, part)
            silent = silent + 1 if answer.outcome in NO_ANSWER else 0
            settled = part.whole or answer.outcome == "not-found"
            complete = complete and settled
            name = name_of_list("/rest/tasks" if wanted is None else wanted.path)
            reading.lists[name] = settled
            if answer.outcome == "broken":
                reading.broken.add(name)
            if wanted is not None:
                (self._owed.discard if settled else self._owed.add)(wanted.path)
            if not part.whole:
                partly.add(kind)
            elif not partly & {kind}:
                reading.whole.add(kind)
            reading.whole -= partly
            if answer.is_read or part.bodies:
                reading.bodies.setdefault(kind, []).extend(part.bodies)
                reading.listened = True
                reading.changed = reading.changed or part.changed
            if silent >= _GIVE_UP_AFTER or (answer.outcome == "busy" and answer.retry_after):
                return False
        reading.complete = complete
        return False

    def _look_at_servers(
        self, reading: OneViewReading, wanted: Wanted | None, part: ListReading
    ) -> None:
        if wanted is None or wanted.path != SERVERS:
            return
        if part.answer.outcome == "not-found":
            reading.servers = "not-supported"
        elif part.whole:
            reading.servers = "present" if part.bodies else "absent"

    def _note(self, reading: OneViewReading, answer: Answer) -> None:
        if answer.outcome not in NO_ANSWER and answer.status:
            reading.answered = True
        reading.untrusted = reading.untrusted or answer.outcome == "untrusted"
        if answer.clock_offset is not None:
            reading.offset = answer.clock_offset
        if answer.retry_after is not None:
            reading.retry_after = max(reading.retry_after or 0.0, answer.retry_after)
        if answer.detail:
            reading.detail = answer.detail
