"""Foreign records of HPE OneView become events: files of bodies in, events and counts out.

Alerts and tasks are told at their own times, messages and kept answers at theirs, and everything
that names no time at the time of the import.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from drivers.journal.faults import printable
from drivers.oneview.alert_kinds import is_notice
from drivers.oneview.bodies import Body, Kind, Reading
from drivers.oneview.fields import Resource, lowered, moment
from drivers.oneview.memory import Remembered
from drivers.oneview.observe import Deployment, concerns, observe
from drivers.oneview.recognise import Document, read_document
from drivers.oneview.silence import LONGEST_SILENCE
from drivers.oneview.tasks import ENDED
from rules.vocabulary import Event

AHEAD: Final = timedelta(minutes=5)
"""How far ahead of the time of the import a record may be (law 9)."""

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_ENDINGS: Final = ("taskErrors", "taskStatus", "stateReason", "taskOutput", "progressUpdates")


@dataclass(frozen=True, slots=True)
class Rejected:
    """Something that was passed over, and why. The texts hold no control characters."""

    file: str
    line: int
    """Counted from one; 0 where it is the whole file."""
    reason: str

    def __str__(self) -> str:
        """`file:line: reason`, on one line."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.reason}"


@dataclass(slots=True)
class ImportResult:
    """What an import gave."""

    remembered: Remembered
    events: list[Event] = field(default_factory=list)
    """By time, then by file, then by line."""
    recognised: dict[str, int] = field(default_factory=dict)
    """Kind to the number of bodies that say something about Image Streamer."""
    silent: dict[str, int] = field(default_factory=dict)
    """Kind to the number of bodies that say nothing about it."""
    unreadable: list[Rejected] = field(default_factory=list)
    ahead: list[Rejected] = field(default_factory=list)
    """Records more than five minutes ahead of the time of the import."""


@dataclass(frozen=True, slots=True)
class _Record:
    """One document and where it stood."""

    document: Document
    file: str
    order: tuple[int, int]
    """File and line."""


@dataclass(slots=True)
class _Moment:
    """Bodies that are told together."""

    time: datetime
    order: tuple[int, int, int]
    bodies: list[Body]
    whole: set[Kind] = field(default_factory=set)
    whole_at: set[tuple[str, Kind]] = field(default_factory=set)
    file: str = ""

    def promise(self, document: Document) -> None:
        """Note what a document is the whole list of: at the address that gave it, or anywhere."""
        if document.pair:
            self.whole_at |= {(document.pair, kind) for kind in document.whole}
        else:
            self.whole |= document.whole


def import_bodies(
    files: Iterable[tuple[str, bytes]],
    *,
    source: str,
    deployment: str,
    time: datetime,
    remembered: Remembered | None = None,
) -> ImportResult:
    """Turn files of bodies into events.

    A file holds a resource, a list of them, a message of the bus, a kept answer, or one of these a
    line. `source` is who speaks (`oneview/composer-1`), `deployment` the name of what it manages,
    `time` the present. Nothing in the files raises; what cannot be read is named in the result.

    Raises:
        ValueError: `time` has no offset.
    """
    if time.utcoffset() is None:
        raise ValueError("the time of an import needs an offset")
    time = time.astimezone(UTC)
    result = ImportResult(remembered or Remembered())
    records: list[_Record] = []
    for index, (name, content) in enumerate(files):
        shown = printable(name)
        for line, value in _documents(shown, content, result.unreadable):
            records.append(_Record(read_document(value), shown, (index, line)))
    bodies = tuple(body for record in records for body in record.document.bodies)
    # Names and addresses are known from the start: they do not depend on when they were read.
    known = result.remembered.copy()
    known.directory.learn(bodies)
    for body in bodies:
        counts = result.recognised if concerns(body, known.directory) else result.silent
        counts[body.kind] = counts.get(body.kind, 0) + 1
    result.remembered = known
    speaker = Deployment.of(deployment, source)
    heard: dict[str, datetime] = {}
    for item in _timeline(records, time, known, result.ahead):
        reading = Reading(tuple(item.bodies), frozenset(item.whole), frozenset(item.whole_at))
        events, result.remembered = observe(
            reading,
            result.remembered,
            deployment=speaker,
            time=item.time,
            silent=[
                name
                for name in (speaker.oneview, speaker.image_streamer)
                if name in heard and item.time - heard[name] >= LONGEST_SILENCE
            ],
            record=True,
        )
        heard.update({event.source: event.time for event in events})
        result.events += events
    return result


def _documents(name: str, content: bytes, unreadable: list[Rejected]) -> Iterator[tuple[int, Any]]:
    """The JSON values of a file with their lines; a file that is one value has it at line 1."""
    content = content.removeprefix(_BYTE_ORDER_MARK)
    if not content.strip():
        unreadable.append(Rejected(name, 0, "the file is empty"))
        return
    value, fault = _decode(content)
    if fault is None:
        yield 1, value
        return
    lines = content.split(b"\n")
    filled = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if len(filled) < 2 or not isinstance(_decode(filled[0][1])[0], dict | list):
        unreadable.append(Rejected(name, 0, fault))
        return
    for number, line in filled:
        value, fault = _decode(line)
        if fault is None:
            yield number, value
        else:
            unreadable.append(Rejected(name, number, fault))


def _decode(content: bytes) -> tuple[Any, str | None]:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return None, f"not UTF-8 at byte {error.start + 1}"
    try:
        return msgspec.json.decode(content), None
    except RecursionError:
        return None, "nested too deeply"
    except ValueError as error:
        return None, f"not JSON: {error}"


def _timeline(
    records: list[_Record], time: datetime, known: Remembered, ahead: list[Rejected]
) -> list[_Moment]:
    """What is told when, in order; records from ahead of `time` are left out."""
    moments: list[_Moment] = []
    answers: dict[datetime, _Moment] = {}
    now = _Moment(time, (len(records), 0, 0), [])
    for record in records:
        document = record.document
        if document.read_at is not None:
            order = (*record.order, 0)
            answer = answers.setdefault(
                document.read_at, _Moment(document.read_at, order, [], file=record.file)
            )
            answer.bodies += document.bodies
            answer.promise(document)
            continue
        now.promise(document)
        for index, body in enumerate(document.bodies):
            dated = list(_dated(body))
            if any(at > time + AHEAD for at, _ in dated):
                ahead.append(_too_early(record.file, record.order[1], max(at for at, _ in dated)))
                continue
            if not dated or body.kind in document.whole:
                now.bodies.append(body)
            if concerns(body, known.directory):
                moments += [_Moment(at, (*record.order, index), [told]) for at, told in dated]
    for answer in answers.values():
        if answer.time > time + AHEAD:
            ahead.append(_too_early(answer.file, answer.order[1], answer.time))
        else:
            moments.append(answer)
    if now.bodies or now.whole or now.whole_at:
        now.order = (len(records) + 1, 0, 0)
        moments.append(now)
    return sorted(moments, key=lambda item: (item.time, item.order))


def _too_early(file: str, line: int, at: datetime) -> Rejected:
    return Rejected(file, line, f"its time {at.isoformat()} is more than five minutes ahead of now")


def _dated(body: Body) -> Iterator[tuple[datetime, Body]]:
    """The times that a body names of itself, with the body as it was then."""
    resource = body.resource
    if body.kind is Kind.ALERT:
        yield from _dated_alert(body, resource)
    elif body.kind is Kind.TASK:
        yield from _dated_task(body, resource)
    elif body.kind is Kind.EVENT:
        created = moment(resource, "created")
        if created is not None:
            yield created, body


def _dated_alert(body: Body, resource: Resource) -> Iterator[tuple[datetime, Body]]:
    """An alert that was cleared was open from its creation until then."""
    created = moment(resource, "created")
    if lowered(resource, "alertState") != "cleared":
        if created is not None:
            yield created, body
        return
    cleared = moment(resource, "clearedTime", "modified")
    began = None if is_notice(resource) else created
    if began is not None and cleared is not None and began < cleared:
        yield began, Body(body.kind, resource | {"alertState": "Active"}, body.pair)
    at = cleared or created
    if at is not None:
        yield at, body


def _dated_task(body: Body, resource: Resource) -> Iterator[tuple[datetime, Body]]:
    """A task that has ended ran from its creation until its last change."""
    created = moment(resource, "created")
    if lowered(resource, "taskState") not in ENDED:
        if created is not None:
            yield created, body
        return
    ended = moment(resource, "modified")
    if created is not None and ended is not None and created < ended:
        running = {name: value for name, value in resource.items() if name not in _ENDINGS}
        running |= {"taskState": "Running", "percentComplete": 0, "computedPercentComplete": 0}
        yield created, Body(body.kind, running, body.pair)
    at = ended or created
    if at is not None:
        yield at, body
