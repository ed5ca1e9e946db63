"""Lists of resources read whole, page by page, and cheaply where nothing in them has changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from drivers.live.answer import Answer, Known
from drivers.live.budget import Budget
from drivers.live.client import Client
from drivers.oneview.bodies import Body, Kind
from drivers.oneview.fields import Resource, lowered, moment, number, path
from drivers.oneview.tasks import ENDED

MOST_PAGES: Final = 2000
"""No list has more; one that seems to have has pages that follow one another in a ring."""
OLD_TASK: Final = timedelta(days=8)
"""A task that ended longer ago is no news to anybody, and is not read."""
_NO_LIST: Final = "no list, or one whose next page is elsewhere"
_NO_END: Final = "a list without end"
_TOO_MUCH: Final = "a list that takes too much memory or time"
_NEWEST_FIRST: Final = "?sort=modified:descending"


@dataclass(frozen=True, slots=True)
class ListReading:
    """What came of reading one list."""

    answer: Answer
    """The last page's, or the one at which reading ended."""
    bodies: tuple[Body, ...] = ()
    whole: bool = False
    """Whether the bodies are all that there is."""
    changed: bool = True
    """Whether anything may be other than when it was read last."""


class ListReader:
    """One list, or one single resource, at one host."""

    def __init__(self, where: str, kind: Kind, *, pair: str = "", single: bool = False) -> None:
        """Name a list by its path; `single` is a resource that is no list."""
        self.where = where
        self.kind = kind
        self._pair = pair
        self._single = single
        self._pages: list[tuple[str, Known]] = []
        self._last: tuple[Body, ...] | None = None

    def forget(self) -> None:
        """Read everything anew next time."""
        self._pages, self._last = [], None

    async def read(self, client: Client, budget: Budget) -> ListReading:
        """Read it whole, or as far as it goes within the budget of a reading."""
        left = budget.for_list()
        pages: list[tuple[str, Known]] = []
        where = self.where
        changed = self._last is None
        bodies: list[Body] = []
        total: int | None = None
        while True:
            before = self._pages[len(pages)] if len(pages) < len(self._pages) else None
            known = before[1] if before is not None and before[0] == where else None
            answer = await client.get(where, known)
            if not answer.is_read or answer.known is None:
                return ListReading(answer, tuple(bodies))
            left.spend(answer.known.size)
            changed = changed or answer.outcome == "ok"
            pages.append((where, answer.known))
            if self._single:
                return self._single_reading(answer, pages, changed=changed)
            members = _members(answer.body)
            if members is None or _leads_away(answer.body):
                return ListReading(Answer("broken", detail=_NO_LIST))
            bodies += [Body(self.kind, item, self._pair) for item in members]
            total = number(answer.body, "total")
            following = _next_page(answer.body)
            if following is None:
                break
            if left.is_spent:
                return ListReading(Answer("broken", detail=_TOO_MUCH))
            if len(pages) >= MOST_PAGES or following in {page for page, _ in pages}:
                return ListReading(Answer("broken", detail=_NO_END))
            where = following
        changed = changed or len(pages) != len(self._pages)
        if changed or self._last is None:
            self._pages, self._last = pages, tuple(bodies)
        said = answer.body.get("total")
        whole = said is None if total is None else 0 <= total <= len(bodies)
        return ListReading(answer, self._last, whole, changed)

    def _single_reading(
        self, answer: Answer, pages: list[tuple[str, Known]], *, changed: bool
    ) -> ListReading:
        if not isinstance(answer.body, dict):
            return ListReading(Answer("broken", detail="no object"))
        if changed or self._last is None:
            self._pages, self._last = pages, (Body(self.kind, answer.body, self._pair),)
        return ListReading(answer, self._last, True, changed)


class TaskReader:
    """The tasks of one host. There may be tens of thousands of them, so that after the first time
    only those are read that have changed since."""

    def __init__(self, pair: str = "") -> None:
        self._pair = pair
        self._known: dict[str, Body] = {}
        self._newest: datetime | None = None
        self._first_page: tuple[str, Known] | None = None
        self._sorts = True
        self._plain = ListReader("/rest/tasks", Kind.TASK, pair=pair)

    def forget(self) -> None:
        """Read everything anew next time."""
        self._known, self._newest, self._first_page = {}, None, None
        self._plain.forget()

    def keep(self, wanted: set[int]) -> None:
        """Hold on to these bodies alone, told by their identity; the others say nothing to us."""
        self._known = {key: body for key, body in self._known.items() if id(body) in wanted}

    @property
    def bodies(self) -> tuple[Body, ...]:
        """The tasks that are held."""
        return tuple(self._known.values())

    async def read(self, client: Client, now: datetime, budget: Budget) -> ListReading:
        """Read what is new among them, within the budget of a reading; the bodies are all that are
        held."""
        left = budget.for_list()
        if not self._sorts:
            return await self._plain.read(client, budget)
        where = "/rest/tasks" + _NEWEST_FIRST
        read: dict[str, Body] = {}
        first: tuple[str, Known] | None = None
        seen = {where}
        latest: datetime | None = None
        while True:
            known = self._first_page[1] if first is None and self._first_page else None
            answer = await client.get(where, known)
            if answer.status == 400 and first is None:
                self._sorts = False
                return await self._plain.read(client, budget)
            if not answer.is_read or answer.known is None:
                return ListReading(answer)
            left.spend(answer.known.size)
            if answer.outcome == "unchanged" and first is None:
                return ListReading(answer, self.bodies, True, changed=False)
            members = _members(answer.body)
            if members is None or _leads_away(answer.body):
                return ListReading(Answer("broken", detail=_NO_LIST))
            times = [moment(item, "modified", "created") for item in members]
            if not _descend([latest, *times]):
                self._sorts = False
                return await self._plain.read(client, budget)
            first = first or (where, answer.known)
            for item in members:
                address = path(item, "uri")
                if address is not None:
                    read.setdefault(address, Body(Kind.TASK, item, self._pair))
            latest = next((time for time in reversed(times) if time is not None), latest)
            following = _next_page(answer.body)
            reached = self._newest if self._newest is not None else now - OLD_TASK
            if following is None or (latest is not None and latest < reached):
                break
            if left.is_spent:
                return ListReading(Answer("broken", detail=_TOO_MUCH))
            if len(seen) >= MOST_PAGES or following in seen:
                return ListReading(Answer("broken", detail=_NO_END))
            seen.add(following)
            where = following
        self._take(read, now)
        self._first_page = first
        return ListReading(answer, self.bodies, True, changed=True)

    def _take(self, read: dict[str, Body], now: datetime) -> None:
        self._known |= read
        times = [moment(body.resource, "modified", "created") for body in read.values()]
        told = [time for time in times if time is not None]
        if told:
            newest = max(told)
            self._newest = newest if self._newest is None else max(self._newest, newest)
        for key, body in list(self._known.items()):
            resource = body.resource
            ended = moment(resource, "modified", "created")
            if lowered(resource, "taskState") in ENDED and ended and now - ended > OLD_TASK:
                del self._known[key]


def _members(body: Any) -> list[Resource] | None:
    members = body.get("members") if isinstance(body, dict) else None
    if not isinstance(members, list) or not all(isinstance(item, dict) for item in members):
        return None
    return members


def _leads_away(body: Any) -> bool:
    """Whether another page follows, at an address that is none of this host's."""
    said = body.get("nextPageUri") if isinstance(body, dict) else None
    return said not in (None, "") and _next_page(body) is None


def _next_page(body: Any) -> str | None:
    """The next page's address, where it leads to the same host."""
    said = body.get("nextPageUri") if isinstance(body, dict) else None
    if isinstance(said, str) and said.startswith("/rest/"):
        return said
    return None


def _descend(times: list[datetime | None]) -> bool:
    told = list(_told(times))
    return all(later <= earlier for earlier, later in pairwise(told))


def _told(times: list[datetime | None]) -> Iterator[datetime]:
    return (time for time in times if time is not None)
