"""Updates of pairs: what there was before, how the update ended, and what it left.

Happenings are frozen: the start tells everything before in one event, and the end everything after
in another, once two readings after the end agree. Versions are bound to serial numbers.
"""

from __future__ import annotations

from typing import Any

from drivers.oneview.alerts import Placed
from drivers.oneview.bodies import Kind
from drivers.oneview.fields import instant_text, lowered
from drivers.oneview.happenings import error_text, newest
from drivers.oneview.overtaken_updates import overtaken
from drivers.oneview.pair_update import PairUpdate, installed
from drivers.oneview.settled_updates import note_storage_alarm, settle
from drivers.oneview.tasks import Task
from drivers.oneview.unseen_updates import adopted, notice_unseen
from drivers.oneview.update_causes import target_version
from drivers.oneview.view import View


def say_updates(view: View, tasks: list[Task], placed: list[Placed]) -> None:
    """State what began, went on, ended or settled."""
    pairs = {task.pair for task in tasks if task.purpose == "update"}
    pairs |= set(view.directory.pairs()) | set(view.remembered.composition)
    for pair in sorted(pairs):
        _say(PairUpdate(view, pair, placed), [task for task in tasks if task.purpose == "update"])
    for serial, resource in view.appliances.items():
        if installed(resource) != (None, None):
            view.remembered.versions[serial] = installed(resource)


def _say(update: PairUpdate, tasks: list[Task]) -> None:
    """State what this observation adds."""
    ours = [task for task in tasks if task.pair == update.pair]
    if Kind.TASK in update.view.read:
        latest = newest(task for task in ours if update.is_new(task, ours))
        known = next((task for task in ours if task.id == update.id), None)
        if latest is not None:
            _begin(update, latest, ours)
        elif known is not None:
            _go_on(update, known)
    known = next((task for task in ours if task.id == update.id), None)
    if update.id is not None:
        note_storage_alarm(update)
    if Kind.APPLIANCE in update.view.read and not notice_unseen(update):
        settle(update, known)


def _begin(update: PairUpdate, task: Task, ours: list[Task]) -> None:
    """Tell a start: its name and everything before, in one event."""
    facts: dict[str, Any] = {
        "update.id": task.id,
        "update.started_at": instant_text(task.created) if task.created else None,
        "update.target_version": target_version(task),
        # That the last one was interrupted says nothing of this one.
        "update.interrupted_by_oneview": False,
    }
    before = adopted(update, task)
    facts |= before or update.before(_read_before(update, task))
    if update.id is not None and before is None:
        facts |= overtaken(update, task, ours)
    facts |= _standing(task)
    update.id, update.result = task.id, task.result
    update.view.remembered.reading_after.pop(update.pair, None)
    state = f"ended in {task.result}" if task.has_ended else "started"
    message = f"Update of {update.pair} {state}"
    update.view.statement.happen(update.subject, facts, message, task.ended_at or task.created)
    _progress(update, task)


def _go_on(update: PairUpdate, task: Task) -> None:
    _progress(update, task)
    if task.result == update.result:
        return
    update.result = task.result
    message = f"Update of {update.pair} ended in {task.result}"
    if not task.has_ended:
        message = f"Update of {update.pair} is {task.result or 'in a state not known'}"
    facts = _standing(task)
    if update.was_taken_as_ended():
        # What was left by a strange state that went on after all is read again at the end.
        facts["update.after_id"] = None
    update.view.statement.happen(update.subject, facts, message, task.ended_at)


def _standing(task: Task) -> dict[str, Any]:
    return {
        "update.result": task.result,
        "update.ended_at": instant_text(task.ended_at) if task.ended_at else None,
        "update.error_text": error_text(task),
        "update.state_reason": lowered(task.resource, "stateReason"),
    }


def _progress(update: PairUpdate, task: Task) -> None:
    running = not task.has_ended
    say = update.view.statement.say
    say(update.subject, "update.percent", task.percent if running else None)
    say(update.subject, "update.step_text", task.step if running else None)


def _read_before(update: PairUpdate, task: Task) -> bool:
    """Whether what is remembered was read before the task started.

    It was when the tasks had been read then, without this one; clocks need not agree for that.
    """
    read_at = update.view.before.appliances_read_at
    tasks_read_at = update.view.before.tasks_read_at
    if read_at is None:
        return False
    if tasks_read_at is not None and tasks_read_at >= read_at:
        return True
    return task.created is not None and read_at <= task.created
