"""Updates of which only the changed versions show, and no task."""

from __future__ import annotations

from typing import Any

from drivers.oneview.fields import bounded, instant_text
from drivers.oneview.pair_update import NOT_SEEN, Installed, PairUpdate, installed
from drivers.oneview.pairs import members_of
from drivers.oneview.tasks import Task


def notice_unseen(update: PairUpdate) -> bool:
    """Tell an update of which only the changed versions show, and no task."""
    view = update.view
    if update.id != update.said("id"):
        return False
    if update.id is not None and update.said("after_id") != update.id:
        return False
    changed = _changed_versions(update)
    if not changed:
        return False
    before = _remembered_before(update)
    at = instant_text(view.time)
    facts = {"update.id": f"{NOT_SEEN}/{at}", "update.started_at": None}
    facts |= {"update.target_version": None, "update.ended_at": None}
    facts |= {"update.result": NOT_SEEN, "update.error_text": None}
    facts |= {"update.state_reason": None} | before
    message = f"Versions of {update.pair} changed without a task: {', '.join(changed)}"
    view.statement.happen(update.subject, facts, bounded(message, 200))
    view.remembered.unseen_at[update.pair] = view.time
    view.remembered.reading_after.pop(update.pair, None)
    return True


def adopted(update: PairUpdate, task: Task) -> dict[str, Any] | None:
    """What stood before versions changed, where the task of that change is seen only now."""
    seen_at = update.view.before.unseen_at.get(update.pair)
    if update.result != NOT_SEEN or seen_at is None:
        return None
    if task.created is None or task.created > seen_at:
        return None
    names = ("first.serial", "second.serial", "first.before", "second.before", "storage.before")
    return {f"update.{name}": update.said(name) for name in names}


def _changed_versions(update: PairUpdate) -> list[str]:
    """What changed on any member, by its serial number: roles may have swapped meanwhile."""
    return [
        f"{old} to {new}"
        for serial in members_of(update.view, update.pair)
        if not _is_repaired(update, serial)
        for old, new in zip(_had(update, serial), _has(update, serial), strict=True)
        if old is not None and new is not None and old != new
    ]


def _had(update: PairUpdate, serial: str | None) -> Installed:
    """The versions that a member of this pair was last read with."""
    if serial is None or update.view.before.directory.pair_of.get(serial) != update.pair:
        return None, None
    return update.view.before.versions.get(serial, (None, None))


def _has(update: PairUpdate, serial: str) -> Installed:
    now = update.view.appliances.get(serial)
    return (None, None) if now is None else installed(now)


def _is_repaired(update: PairUpdate, serial: str) -> bool:
    """Whether a standby caught up with the other member, which did not change itself."""
    others = [other for other in members_of(update.view, update.pair) if other != serial]
    if len(others) != 1 or serial == update.view.said(update.subject, "pair.active_serial"):
        return False
    had = _had(update, others[0])
    return None not in had and had == _has(update, others[0]) == _has(update, serial)


def _remembered_before(update: PairUpdate) -> dict[str, Any]:
    """What stood before, with the last known versions of a member that was not listed of late."""
    before = update.before(known=True)
    first, storage = _had(update, before["update.first.serial"])
    before["update.first.before"] = first
    before["update.storage.before"] = storage
    before["update.second.before"] = _had(update, before["update.second.serial"])[0]
    return before
