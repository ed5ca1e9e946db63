"""Changes of the primary: those that a task tells, and those that show without one.

The deployment server is edited for other reasons, too. A task is a change of the primary only when
it names the pair that it chooses, or when another pair is primary while it runs or just after.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from drivers.oneview.bodies import Kind
from drivers.oneview.fields import instant_text, moment
from drivers.oneview.happenings import error_text, newest
from drivers.oneview.tasks import Task, chosen_primary
from drivers.oneview.view import View

NOT_SEEN: Final = "not-seen"

_STILL_THE_SAME: Final = timedelta(minutes=10)
"""The deployment server may have been read before its task in one round of reads."""


def say_primary_change(view: View, tasks: Iterable[Task], pair: str | None) -> None:
    """State the latest change of the primary, which is `pair` now where that can be told."""
    _Change(view, pair).say([task for task in tasks if task.purpose == "server-edit"])


class _Change:
    """The latest change as it was known before, and the primary as this observation shows it."""

    def __init__(self, view: View, pair: str | None) -> None:
        self.view = view
        self.subject = view.deployment_subject
        self.pair = pair
        self.was = self._text("primary.pair")
        self.id = self._text("primary.change_id")
        self.result = self._text("primary.change_result")

    def say(self, edits: list[Task]) -> None:
        """State what this observation adds."""
        task = newest(edit for edit in edits if edit.id == self.id or self._is_change(edit))
        if task is None or Kind.TASK not in self.view.read:
            if self.result != "running":
                self._notice_unseen()
        elif task.id != self.id:
            self._begin(task)
        elif task.result != self.result:
            self._end(task)
        elif not task.has_ended:
            self._name_goal()
        elif self.pair not in (None, self._text("primary.change_selected")):
            if self._has_just_ended(task):
                self._end(task)
            else:
                self._notice_unseen()

    def _text(self, fact: str) -> str | None:
        value = self.view.said(self.subject, fact)
        return value if isinstance(value, str) else None

    def _is_change(self, task: Task) -> bool:
        """Whether something tells that an edit that is not known yet changes the primary."""
        if not task.is_news(self.view.time):
            return False
        if self._is_told_as_unseen(task):
            return True
        chosen = self._chosen_by(task)
        if chosen is not None:
            return chosen != self.was
        if task.has_ended and not self._has_just_ended(task):
            return False
        # What the known change asked for is that one's doing.
        return (
            self.result != "running"
            and self._differs()
            and self.pair != self._text("primary.change_to")
        )

    def _differs(self) -> bool:
        """Whether another pair is primary than before this observation, or none is any more."""
        said, name = self.view.said, "primary.selected"
        if self.pair is None:
            is_none = self.view.statement.facts.get(self.subject, {}).get(name) is False
            return self.was is not None and is_none
        if self.was is None:
            return said(self.subject, name) is False
        return self.pair != self.was

    def _has_just_ended(self, task: Task) -> bool:
        ended = task.ended_at
        return ended is not None and self.view.time - ended <= _STILL_THE_SAME

    def _is_told_as_unseen(self, task: Task) -> bool:
        """Whether the change that showed before any task of it was seen is this task's."""
        told = moment({"at": self._text("primary.change_ended_at")}, "at")
        if self.result != NOT_SEEN or told is None or task.created is None:
            return False
        if abs(told - task.created) > _STILL_THE_SAME:
            return False
        return self._chosen_by(task) in (None, self._text("primary.change_to"))

    def _chosen_by(self, task: Task) -> str | None:
        """The pair that a task says it selects."""
        directory = self.view.directory
        serial = directory.serial_by_address.get(chosen_primary(task.resource) or "")
        return None if serial is None else directory.pair_of.get(serial)

    def _name_goal(self) -> None:
        """Tell where a running change leads, once the edited deployment server names it."""
        if self._text("primary.change_to") is not None:
            return
        if self.pair not in (None, self._text("primary.change_from")):
            facts = {"primary.change_to": self.pair}
            self.view.statement.happen(self.subject, facts, f"{self.pair} is to be the primary")

    def _begin(self, task: Task) -> None:
        was, chosen = self.was, self._chosen_by(task)
        if self._is_told_as_unseen(task):
            was = self._text("primary.change_from")
        goal = chosen or (self.pair if self.pair != was else None)
        if goal is None and task.result == "completed":
            goal = self.pair
        facts: dict[str, Any] = {
            "primary.change_id": task.id,
            "primary.change_started_at": instant_text(task.created) if task.created else None,
            "primary.change_from": was,
            "primary.change_to": goal,
        }
        facts |= self._standing(task)
        facts["primary.change_selected"] = self.pair if task.has_ended else None
        self._tell(task, facts, task.ended_at or task.created)

    def _end(self, task: Task) -> None:
        facts = self._standing(task)
        if task.has_ended:
            facts["primary.change_selected"] = self.pair
            if self._text("primary.change_to") is None and task.result == "completed":
                facts["primary.change_to"] = self.pair
        self._tell(task, facts, task.ended_at)

    def _tell(self, task: Task, facts: dict[str, Any], observed_at: datetime | None) -> None:
        message = f"Change of the primary: {task.result or 'state not known'}"
        self.view.statement.happen(self.subject, facts, message, observed_at)

    def _standing(self, task: Task) -> dict[str, Any]:
        return {
            "primary.change_result": task.result,
            "primary.change_ended_at": instant_text(task.ended_at) if task.ended_at else None,
            "primary.change_error_text": error_text(task),
        }

    def _notice_unseen(self) -> None:
        """Tell a change of which no task was seen."""
        was, pair = self.was, self.pair
        if was is None or pair is None or was == pair:
            return
        at = instant_text(self.view.time)
        facts = {
            "primary.change_id": f"{NOT_SEEN}/{at}",
            "primary.change_started_at": None,
            "primary.change_ended_at": at,
            "primary.change_result": NOT_SEEN,
            "primary.change_error_text": None,
            "primary.change_from": was,
            "primary.change_to": pair,
            "primary.change_selected": pair,
        }
        message = f"{pair} is the primary now, {was} was before"
        self.view.statement.happen(self.subject, facts, message)
