"""Updates that had not settled when the next one began: nobody read what they had left."""

from __future__ import annotations

from typing import Any, NamedTuple

from drivers.oneview.alert_kinds import speaks_of_storage
from drivers.oneview.happenings import error_text
from drivers.oneview.pair_update import PairUpdate
from drivers.oneview.tasks import Task


class _Overtaken(NamedTuple):
    """One of them."""

    id: str
    result: str | None
    error_text: str | None
    names_storage: bool


def overtaken(update: PairUpdate, task: Task, ours: list[Task]) -> dict[str, Any]:
    """What is known of an update that this one began over before it had settled.

    Where there are several, the one of which something names the storage, else the newest.
    """
    found = [
        _Overtaken(other.id, other.result, error_text(other), _names_storage(update, other))
        for other in ours
        if _failed_unseen(update, other, task, ours)
    ]
    if update.said("after_id") != update.id:
        found.append(_unsettled(update, next((one for one in ours if one.id == update.id), None)))
    if not found:
        return {}
    chosen = next((one for one in found if one.names_storage), found[0])
    return {
        "update.overtaken_id": chosen.id,
        "update.overtaken_result": chosen.result,
        "update.overtaken_error_text": chosen.error_text,
        "update.overtaken_names_storage": chosen.names_storage,
    }


def _failed_unseen(update: PairUpdate, other: Task, task: Task, ours: list[Task]) -> bool:
    """Whether an update began and failed between two readings, before another one began.

    What had not ended when that one began is what it is a part of.
    """
    if other.id == task.id or other.result in (None, "completed") or not other.has_ended:
        return False
    before = other.ended_at is None or task.created is None or other.ended_at <= task.created
    return before and update.is_new(other, ours)


def _unsettled(update: PairUpdate, known: Task | None) -> _Overtaken:
    """The update that was known until now, as its task or else what was said of it tells."""
    text = error_text(known) if known is not None else update.said("error_text")
    result = known.result if known is not None else update.said("result")
    alarm = update.has_storage_alarm or update.storage_alarm_since(update.said_at("started_at"))
    return _Overtaken(update.id or "", result, text, alarm or speaks_of_storage(text or ""))


def _names_storage(update: PairUpdate, task: Task) -> bool:
    named = speaks_of_storage(error_text(task) or "")
    return named or update.storage_alarm_since(task.created)
