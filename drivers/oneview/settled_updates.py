"""What an update left, told once two readings after its end agree. Versions are bound to serial
numbers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from drivers.oneview.bodies import Kind
from drivers.oneview.fields import moment, version
from drivers.oneview.memory import Versions
from drivers.oneview.pair_update import NOT_SEEN, OVER, PairUpdate
from drivers.oneview.pairs import members_of
from drivers.oneview.tasks import Task
from drivers.oneview.update_causes import WITHIN_SECONDS, Ending, why

_AFTER: Final = (
    "update.after_id",
    "update.first.after",
    "update.second.after",
    "update.storage.after",
    "update.storage.members_match",
    "update.validation_error",
    "update.validation_cause",
    "update.error_names_storage",
    "update.interrupted_by_oneview",
)


def settle(update: PairUpdate, known: Task | None) -> None:
    """Tell everything after, once it reads the same twice after the end."""
    view = update.view
    if update.id is None or update.id != update.said("id") or update.said("after_id") == update.id:
        return
    if not _is_over(update, known) or update.result != update.said("result"):
        return
    ended = update.said_at("ended_at")
    if ended is not None and view.time <= ended:
        return
    read = _read_after(update, known)
    if read is None:
        view.remembered.reading_after.pop(update.pair, None)
        return
    earlier = view.before.reading_after.get(update.pair)
    if earlier is None or _values(earlier) != _values(read):
        view.remembered.reading_after[update.pair] = read
        return
    if not _is_apart(earlier.read_at, view.time, view.settle):
        return
    ending = _ending(update, known, ended)
    match = read.storage == read.second_storage if read.second_storage else None
    values = (update.id, read.first, read.second, read.storage, match, *why(ending))
    message = f"Update of {update.pair}: what it left has settled"
    view.statement.happen(update.subject, dict(zip(_AFTER, values, strict=True)), message)
    view.remembered.reading_after.pop(update.pair, None)


def _is_over(update: PairUpdate, known: Task | None) -> bool:
    """Whether the update ended, or is in a state that is an end if it stays as it is."""
    return update.result in OVER or (known is not None and known.is_strange)


def _read_after(update: PairUpdate, known: Task | None) -> Versions | None:
    first, second = (update.view.appliances.get(serial or "") for serial in _read_members(update))
    if first is None or second is None or update.id is None:
        return None
    versions = (
        version(first, "imageStreamerVersion"),
        version(second, "imageStreamerVersion"),
        version(first, "vsaVersion"),
    )
    if None in versions:
        return None
    standstill = "" if known is None else known.standstill
    first_now, second_now, storage = (text or "" for text in versions)
    return Versions(
        update.id,
        update.view.time,
        first_now,
        second_now,
        storage,
        standstill,
        version(second, "vsaVersion") or "",
    )


def _read_members(update: PairUpdate) -> tuple[str | None, str | None]:
    """Whose versions are read after the end: the members that were named at the start.

    Where nobody saw who was active then, it is who is active now; no before makes that count.
    """
    first, second = update.said("first.serial"), update.said("second.serial")
    if first is not None and second is not None:
        return first, second
    if first is None and second is None:
        active = update.view.said(update.subject, "pair.active_serial")
        first = active if isinstance(active, str) else None
    named = first or second
    others = [serial for serial in members_of(update.view, update.pair) if serial != named]
    if named is None or len(others) != 1:
        return None, None
    return (first, others[0]) if first is not None else (others[0], second)


def note_storage_alarm(update: PairUpdate) -> None:
    """Remember that an alert spoke of the storage while the update was not settled."""
    if update.id is None or update.said("after_id") == update.id or update.result == NOT_SEEN:
        return
    if update.storage_alarm_since(update.said_at("started_at")):
        update.view.remembered.storage_alarms[update.pair] = update.id


def _ending(update: PairUpdate, known: Task | None, ended: datetime | None) -> Ending:
    composer = update.view.said(update.view.deployment_subject, "composer.role_changed_at")
    starts = [
        moment(resource, "activeStartTime")
        for resource in update.view.remembered.resources(Kind.NODE_STATUS)
    ]
    return Ending(
        task=known,
        result=update.result,
        text=update.said("error_text") or "",
        state_reason=update.said("state_reason"),
        started_at=update.said_at("started_at"),
        ended_at=ended,
        before=update.said("first.before"),
        target=update.said("target_version"),
        storage_alarm=update.has_storage_alarm,
        oneview_started=[at for at in starts if at is not None],
        oneview_swapped=moment({"at": composer}, "at"),
        # Where everything goes faster, as in a demonstration, that does too.
        at_once=min(WITHIN_SECONDS, update.view.settle / 2),
    )


def _values(versions: Versions) -> tuple[str, ...]:
    return (
        versions.update,
        versions.first,
        versions.second,
        versions.storage,
        versions.standstill,
        versions.second_storage,
    )


def _is_apart(earlier: datetime, later: datetime, settle: timedelta) -> bool:
    return later > earlier and later - earlier >= settle
