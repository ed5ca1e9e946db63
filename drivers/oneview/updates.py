"""Updates of pairs: what there was before, how the update ended, and what it left.

Happenings are frozen: the start tells everything before in one event, and the end everything after
in another, once two readings after the end agree. Versions are bound to serial numbers.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, TypeAlias

from drivers.oneview.alert_facts import storage_alarm_since
from drivers.oneview.alert_kinds import speaks_of_storage
from drivers.oneview.alerts import Placed
from drivers.oneview.bodies import Kind
from drivers.oneview.fields import Resource, bounded, instant_text, lowered, moment, version
from drivers.oneview.happenings import error_text, newest
from drivers.oneview.memory import Versions
from drivers.oneview.pairs import members_of
from drivers.oneview.tasks import ENDED, Task
from drivers.oneview.update_causes import WITHIN_SECONDS, Ending, target_version, why
from drivers.oneview.view import View

NOT_SEEN: Final = "not-seen"

Installed: TypeAlias = tuple[str | None, str | None]
"""Version of an appliance, and of its storage software; None where it is not known."""

_OVER: Final = ENDED | {NOT_SEEN}

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


def say_updates(view: View, tasks: list[Task], placed: list[Placed]) -> None:
    """State what began, went on, ended or settled."""
    pairs = {task.pair for task in tasks if task.purpose == "update"}
    pairs |= set(view.directory.pairs()) | set(view.remembered.composition)
    for pair in sorted(pairs):
        _Update(view, pair, placed).say([task for task in tasks if task.purpose == "update"])
    for serial, resource in view.appliances.items():
        if installed(resource) != (None, None):
            view.remembered.versions[serial] = installed(resource)


def installed(resource: Resource) -> Installed:
    """The versions that a member of the appliances' list reports: its own, its storage's."""
    return version(resource, "imageStreamerVersion"), version(resource, "vsaVersion")


class _Overtaken(NamedTuple):
    """An update of which nobody read what it had left."""

    id: str
    result: str | None
    error_text: str | None
    names_storage: bool


class _Update:
    """One pair's latest update, as it was known before and as this observation shows it."""

    def __init__(self, view: View, pair: str, placed: list[Placed]) -> None:
        self.view = view
        self.pair = pair
        self.subject = f"pair/{pair}"
        self.placed = placed
        self.id = self._said("id")
        self.result = self._said("result")

    def say(self, tasks: list[Task]) -> None:
        """State what this observation adds."""
        ours = [task for task in tasks if task.pair == self.pair]
        if Kind.TASK in self.view.read:
            latest = newest(task for task in ours if self._is_new(task, ours))
            known = next((task for task in ours if task.id == self.id), None)
            if latest is not None:
                self._begin(latest, ours)
            elif known is not None:
                self._go_on(known)
        known = next((task for task in ours if task.id == self.id), None)
        if self.id is not None:
            self._note_storage_alarm()
        if Kind.APPLIANCE in self.view.read and not self._notice_unseen():
            self._settle(known)

    def _said(self, name: str) -> str | None:
        value = self.view.said(self.subject, f"update.{name}")
        return value if isinstance(value, str) else None

    def _is_new(self, task: Task, ours: list[Task]) -> bool:
        """Whether a task is an update of its own, later than the one that is known."""
        if task.id == self.id or not task.is_news(self.view.time):
            return False
        if self.id is None:
            return True
        began, known = task.created, next((t for t in ours if t.id == self.id), None)
        if known is None:
            said = moment({"at": self._said("started_at")}, "at")
            return began is None or said is None or began > said
        # What starts while the known one runs is a part of it.
        if not known.has_ended and not self._was_taken_as_ended():
            return False
        until = moment(known.resource, "modified")
        return began is None or until is None or began > until

    def _begin(self, task: Task, ours: list[Task]) -> None:
        """Tell a start: its name and everything before, in one event."""
        facts: dict[str, Any] = {
            "update.id": task.id,
            "update.started_at": instant_text(task.created) if task.created else None,
            "update.target_version": target_version(task),
            # That the last one was interrupted says nothing of this one.
            "update.interrupted_by_oneview": False,
        }
        adopted = self._adopted(task)
        facts |= adopted or self._before(self._read_before(task))
        if self.id is not None and adopted is None:
            facts |= self._overtaken(task, ours)
        facts |= self._standing(task)
        self.id, self.result = task.id, task.result
        self.view.remembered.reading_after.pop(self.pair, None)
        state = f"ended in {task.result}" if task.has_ended else "started"
        message = f"Update of {self.pair} {state}"
        self.view.statement.happen(self.subject, facts, message, task.ended_at or task.created)
        self._progress(task)

    def _overtaken(self, task: Task, ours: list[Task]) -> dict[str, Any]:
        """What is known of an update that this one began over before it had settled.

        Where there are several, the one of which something names the storage, else the newest.
        """
        found = [
            _Overtaken(other.id, other.result, error_text(other), self._names_storage(other))
            for other in ours
            if self._failed_unseen(other, task, ours)
        ]
        if self._said("after_id") != self.id:
            found.append(self._unsettled(next((one for one in ours if one.id == self.id), None)))
        if not found:
            return {}
        chosen = next((one for one in found if one.names_storage), found[0])
        return {
            "update.overtaken_id": chosen.id,
            "update.overtaken_result": chosen.result,
            "update.overtaken_error_text": chosen.error_text,
            "update.overtaken_names_storage": chosen.names_storage,
        }

    def _failed_unseen(self, other: Task, task: Task, ours: list[Task]) -> bool:
        """Whether an update began and failed between two readings, before another one began.

        What had not ended when that one began is what it is a part of.
        """
        if other.id == task.id or other.result in (None, "completed") or not other.has_ended:
            return False
        before = other.ended_at is None or task.created is None or other.ended_at <= task.created
        return before and self._is_new(other, ours)

    def _unsettled(self, known: Task | None) -> _Overtaken:
        """The update that was known until now, as its task or else what was said of it tells."""
        text = error_text(known) if known is not None else self._said("error_text")
        result = known.result if known is not None else self._said("result")
        started = moment({"at": self._said("started_at")}, "at")
        alarm = self.view.remembered.storage_alarms.get(self.pair) == self.id or (
            started is not None and storage_alarm_since(self.view, self.placed, self.pair, started)
        )
        return _Overtaken(self.id or "", result, text, alarm or speaks_of_storage(text or ""))

    def _names_storage(self, task: Task) -> bool:
        began = task.created
        return speaks_of_storage(error_text(task) or "") or (
            began is not None and storage_alarm_since(self.view, self.placed, self.pair, began)
        )

    def _go_on(self, task: Task) -> None:
        self._progress(task)
        if task.result == self.result:
            return
        self.result = task.result
        message = f"Update of {self.pair} ended in {task.result}"
        if not task.has_ended:
            message = f"Update of {self.pair} is {task.result or 'in a state not known'}"
        facts = self._standing(task)
        if self._was_taken_as_ended():
            # What was left by a strange state that went on after all is read again at the end.
            facts["update.after_id"] = None
        self.view.statement.happen(self.subject, facts, message, task.ended_at)

    def _was_taken_as_ended(self) -> bool:
        """Whether what the update left was told although its task had not ended by its word."""
        return self._said("after_id") == self.id and self._said("result") not in _OVER

    def _standing(self, task: Task) -> dict[str, Any]:
        return {
            "update.result": task.result,
            "update.ended_at": instant_text(task.ended_at) if task.ended_at else None,
            "update.error_text": error_text(task),
            "update.state_reason": lowered(task.resource, "stateReason"),
        }

    def _progress(self, task: Task) -> None:
        running = not task.has_ended
        say = self.view.statement.say
        say(self.subject, "update.percent", task.percent if running else None)
        say(self.subject, "update.step_text", task.step if running else None)

    def _read_before(self, task: Task) -> bool:
        """Whether what is remembered was read before the task started.

        It was when the tasks had been read then, without this one; clocks need not agree for that.
        """
        read_at = self.view.before.appliances_read_at
        tasks_read_at = self.view.before.tasks_read_at
        if read_at is None:
            return False
        if tasks_read_at is not None and tasks_read_at >= read_at:
            return True
        return task.created is not None and read_at <= task.created

    def _before(self, known: bool) -> dict[str, Any]:
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

    def _adopted(self, task: Task) -> dict[str, Any] | None:
        """What stood before versions changed, where the task of that change is seen only now."""
        seen_at = self.view.before.unseen_at.get(self.pair)
        if self.result != NOT_SEEN or seen_at is None:
            return None
        if task.created is None or task.created > seen_at:
            return None
        names = ("first.serial", "second.serial", "first.before", "second.before", "storage.before")
        return {f"update.{name}": self._said(name) for name in names}

    def _notice_unseen(self) -> bool:
        """Tell an update of which only the changed versions show, and no task."""
        view = self.view
        if self.id != self._said("id"):
            return False
        if self.id is not None and self._said("after_id") != self.id:
            return False
        changed = self._changed_versions()
        if not changed:
            return False
        before = self._remembered_before()
        at = instant_text(view.time)
        facts = {"update.id": f"{NOT_SEEN}/{at}", "update.started_at": None}
        facts |= {"update.target_version": None, "update.ended_at": None}
        facts |= {"update.result": NOT_SEEN, "update.error_text": None}
        facts |= {"update.state_reason": None} | before
        message = f"Versions of {self.pair} changed without a task: {', '.join(changed)}"
        view.statement.happen(self.subject, facts, bounded(message, 200))
        view.remembered.unseen_at[self.pair] = view.time
        view.remembered.reading_after.pop(self.pair, None)
        return True

    def _changed_versions(self) -> list[str]:
        """What changed on any member, by its serial number: roles may have swapped meanwhile."""
        return [
            f"{old} to {new}"
            for serial in members_of(self.view, self.pair)
            if not self._is_repaired(serial)
            for old, new in zip(self._had(serial), self._has(serial), strict=True)
            if old is not None and new is not None and old != new
        ]

    def _had(self, serial: str | None) -> Installed:
        """The versions that a member of this pair was last read with."""
        if serial is None or self.view.before.directory.pair_of.get(serial) != self.pair:
            return None, None
        return self.view.before.versions.get(serial, (None, None))

    def _has(self, serial: str) -> Installed:
        now = self.view.appliances.get(serial)
        return (None, None) if now is None else installed(now)

    def _is_repaired(self, serial: str) -> bool:
        """Whether a standby caught up with the other member, which did not change itself."""
        others = [other for other in members_of(self.view, self.pair) if other != serial]
        if len(others) != 1 or serial == self.view.said(self.subject, "pair.active_serial"):
            return False
        had = self._had(others[0])
        return None not in had and had == self._has(others[0]) == self._has(serial)

    def _remembered_before(self) -> dict[str, Any]:
        """As `_before`, with the last known versions of a member that was not listed of late."""
        before = self._before(known=True)
        first, storage = self._had(before["update.first.serial"])
        before["update.first.before"] = first
        before["update.storage.before"] = storage
        before["update.second.before"] = self._had(before["update.second.serial"])[0]
        return before

    def _settle(self, known: Task | None) -> None:
        """Tell everything after, once it reads the same twice after the end."""
        view = self.view
        if self.id is None or self.id != self._said("id") or self._said("after_id") == self.id:
            return
        if not self._is_over(known) or self.result != self._said("result"):
            return
        ended = moment({"at": self._said("ended_at")}, "at")
        if ended is not None and view.time <= ended:
            return
        read = self._read_after(known)
        if read is None:
            view.remembered.reading_after.pop(self.pair, None)
            return
        earlier = view.before.reading_after.get(self.pair)
        if earlier is None or _values(earlier) != _values(read):
            view.remembered.reading_after[self.pair] = read
            return
        if not _is_apart(earlier.read_at, view.time, view.settle):
            return
        ending = self._ending(known, ended)
        match = read.storage == read.second_storage if read.second_storage else None
        values = (self.id, read.first, read.second, read.storage, match, *why(ending))
        message = f"Update of {self.pair}: what it left has settled"
        view.statement.happen(self.subject, dict(zip(_AFTER, values, strict=True)), message)
        view.remembered.reading_after.pop(self.pair, None)

    def _is_over(self, known: Task | None) -> bool:
        """Whether the update ended, or is in a state that is an end if it stays as it is."""
        return self.result in _OVER or (known is not None and known.is_strange)

    def _read_after(self, known: Task | None) -> Versions | None:
        first, second = (self.view.appliances.get(serial or "") for serial in self._read_members())
        if first is None or second is None or self.id is None:
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
            self.id,
            self.view.time,
            first_now,
            second_now,
            storage,
            standstill,
            version(second, "vsaVersion") or "",
        )

    def _read_members(self) -> tuple[str | None, str | None]:
        """Whose versions are read after the end: the members that were named at the start.

        Where nobody saw who was active then, it is who is active now; no before makes that count.
        """
        first, second = self._said("first.serial"), self._said("second.serial")
        if first is not None and second is not None:
            return first, second
        if first is None and second is None:
            active = self.view.said(self.subject, "pair.active_serial")
            first = active if isinstance(active, str) else None
        named = first or second
        others = [serial for serial in members_of(self.view, self.pair) if serial != named]
        if named is None or len(others) != 1:
            return None, None
        return (first, others[0]) if first is not None else (others[0], second)

    def _note_storage_alarm(self) -> None:
        """Remember that an alert spoke of the storage while the update was not settled."""
        if self.id is None or self._said("after_id") == self.id or self.result == NOT_SEEN:
            return
        started = moment({"at": self._said("started_at")}, "at")
        if started is not None and storage_alarm_since(self.view, self.placed, self.pair, started):
            self.view.remembered.storage_alarms[self.pair] = self.id

    def _ending(self, known: Task | None, ended: datetime | None) -> Ending:
        composer = self.view.said(self.view.deployment_subject, "composer.role_changed_at")
        starts = [
            moment(resource, "activeStartTime")
            for resource in self.view.remembered.resources(Kind.NODE_STATUS)
        ]
        return Ending(
            task=known,
            result=self.result,
            text=self._said("error_text") or "",
            state_reason=self._said("state_reason"),
            started_at=moment({"at": self._said("started_at")}, "at"),
            ended_at=ended,
            before=self._said("first.before"),
            target=self._said("target_version"),
            storage_alarm=self.view.remembered.storage_alarms.get(self.pair) == self.id,
            oneview_started=[at for at in starts if at is not None],
            oneview_swapped=moment({"at": composer}, "at"),
            # Where everything goes faster, as in a demonstration, that does too.
            at_once=min(WITHIN_SECONDS, self.view.settle / 2),
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
