"""Happenings that are one task from start to end: backups, restores, insertions, removals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from drivers.oneview.bodies import Kind
from drivers.oneview.fields import instant_text
from drivers.oneview.tasks import Purpose, Task, read_task
from drivers.oneview.view import View


@dataclass(frozen=True, slots=True)
class Names:
    """The facts that tell of one kind of happening."""

    purpose: Purpose
    title: str
    id: str
    result: str
    error: str
    started: str = ""
    ended: str = ""


_KINDS: Final = (
    Names(
        "artifact-backup",
        "Creating an artifact backup",
        "backup.attempt_id",
        "backup.attempt_result",
        "backup.attempt_error_text",
        "backup.attempt_started_at",
        "backup.attempt_ended_at",
    ),
    Names(
        "artifact-restore",
        "Restoring artifacts",
        "restore.artifact_id",
        "restore.artifact_result",
        "restore.artifact_error_text",
        ended="restore.artifact_ended_at",
    ),
    Names(
        "insertion",
        "Inserting an Image Streamer",
        "claim.insertion_id",
        "claim.insertion_result",
        "claim.insertion_error_text",
    ),
    Names(
        "removal",
        "Removing an Image Streamer",
        "removal.module_id",
        "removal.module_result",
        "removal.module_error_text",
    ),
    Names(
        "group-update",
        "Update from group",
        "removal.group_update_id",
        "removal.group_update_result",
        "removal.group_update_error_text",
    ),
)


def tasks(view: View) -> list[Task]:
    """The tasks that are held and concern Image Streamer, oldest first.

    HPE OneView and the Image Streamer may both show a task; the one that shows its end is right.
    """
    found: dict[str, Task] = {}
    for body in view.remembered.held.get(Kind.TASK, {}).values():
        task = read_task(body, view.directory)
        if task is not None and (task.id not in found or not found[task.id].has_ended):
            found[task.id] = task
    return sorted(found.values(), key=lambda task: task.newness)


def newest(found: Iterable[Task]) -> Task | None:
    """The task that started last."""
    return max(found, key=lambda task: task.newness, default=None)


def say_happenings(view: View, found: list[Task]) -> None:
    """State how the latest task of each kind stands, on each subject."""
    if Kind.TASK not in view.read:
        return
    for names in _KINDS:
        latest: dict[str, Task] = {}
        for task in found:
            if task.purpose == names.purpose:
                latest[subject_of(view, task)] = task
        for subject, task in sorted(latest.items()):
            _follow(view, subject, task, names)


def subject_of(view: View, task: Task) -> str:
    """What a task happens to."""
    if task.serial:
        return f"appliance/{task.serial}"
    return f"pair/{task.pair}" if task.pair else view.deployment_subject


def _follow(view: View, subject: str, task: Task, names: Names) -> None:
    known = view.said(subject, names.id)
    if known != task.id and not task.is_news(view.time):
        return
    if known == task.id and view.said(subject, names.result) == task.result:
        return
    facts: dict[str, Any] = {names.id: task.id, names.result: task.result}
    if names.started:
        facts[names.started] = instant_text(task.created) if task.created else None
    if names.ended:
        facts[names.ended] = instant_text(task.ended_at) if task.ended_at else None
    facts[names.error] = error_text(task)
    name = subject.partition("/")[2]
    message = f"{names.title} ({name}): {task.result or 'state not known'}"
    view.statement.happen(subject, facts, message, task.ended_at or task.created)


def error_text(task: Task) -> str | None:
    """What a task that did not end well said."""
    return task.words if task.has_ended and task.result != "completed" else None
