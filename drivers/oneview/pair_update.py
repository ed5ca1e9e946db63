"""A pair's latest update, as it was known before and as an observation shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeAlias

from drivers.oneview.alert_facts import storage_alarm_since
from drivers.oneview.alerts import Placed
from drivers.oneview.fields import Resource, moment, version
from drivers.oneview.tasks import ENDED, Task
from drivers.oneview.view import View

NOT_SEEN: Final = "not-seen"
OVER: Final = ENDED | {NOT_SEEN}

Installed: TypeAlias = tuple[str | None, str | None]
"""Version of an appliance, and of its storage software; None where it is not known."""


class PairUpdate:
    """What is known of it, and what the parts that tell its start, its end and what it left ask."""

    def __init__(self, view: View, pair: str, placed: list[Placed]) -> None:
        self.view = view
        self.pair = pair
        self.subject = f"pair/{pair}"
        self.placed = placed
        self.id = self.said("id")
        self.result = self.said("result")

    def said(self, name: str) -> str | None:
        """What was last told of the update: a text of its facts, by name."""
        value = self.view.said(self.subject, f"update.{name}")
        return value if isinstance(value, str) else None

    def said_at(self, name: str) -> datetime | None:
        """An instant that was last told of it."""
        return moment({"at": self.said(name)}, "at")

    def is_new(self, task: Task, ours: list[Task]) -> bool:
        """Whether a task is an update of its own, later than the one that is known."""
        if task.id == self.id or not task.is_news(self.view.time):
            return False
        if self.id is None:
            return True
        began, known = task.created, next((t for t in ours if t.id == self.id), None)
        if known is None:
            said = self.said_at("started_at")
            return began is None or said is None or began > said
        # What starts while the known one runs is a part of it.
        if not known.has_ended and not self.was_taken_as_ended():
            return False
        until = moment(known.resource, "modified")
        return began is None or until is None or began > until

    def was_taken_as_ended(self) -> bool:
        """Whether what the update left was told although its task had not ended by its word."""
        return self.said("after_id") == self.id and self.said("result") not in OVER

    def storage_alarm_since(self, began: datetime | None) -> bool:
        """Whether an alert has spoken of the pair's storage since an instant that is known."""
        return began is not None and storage_alarm_since(self.view, self.placed, self.pair, began)

    @property
    def has_storage_alarm(self) -> bool:
        """Whether an alert is remembered to have spoken of the storage while it had not settled."""
        return self.view.remembered.storage_alarms.get(self.pair) == self.id

    def before(self, known: bool) -> dict[str, Any]:
        """Who was active and who was not, and their versions, as remembered."""
        first = self.view.said(self.subject, "pair.active_serial")
        second = self.view.said(self.subject, "pair.standby_serial")
        said = self.view.before.fact
        return {
            "update.first.serial": first,
            "update.second.serial": second,
            "update.first.before": said(f"appliance/{first}", "appliance.version")
            if known
            else None,
            "update.second.before": (
                said(f"appliance/{second}", "appliance.version") if known else None
            ),
            "update.storage.before": (
                said(f"appliance/{first}", "appliance.storage_version") if known else None
            ),
        }


def installed(resource: Resource) -> Installed:
    """The versions that a member of the appliances' list reports: its own, its storage's."""
    return version(resource, "imageStreamerVersion"), version(resource, "vsaVersion")
