"""Updates of a pair, in the order that they really take: the file is validated, the active
appliance is updated with its storage, then the standby. What follows where it fails is as the guide
has it.

The tasks' names and texts are synthetic: no update's task was ever recorded.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Literal

from drivers.simulator import durations
from drivers.simulator.build import NEW, NEW_STORAGE
from drivers.simulator.commands import CommandError, command, the_pair
from drivers.simulator.consequences import settle
from drivers.simulator.model import Appliance, Pair, Task, TaskState, UpdateRecord
from drivers.simulator.site import ONEVIEW, SERVER_CATEGORY, Site

FailAt = Literal["", "validation", "active", "storage", "standby"]
Cause = Literal["corrupt-file", "not-newer", "unsupported-path", "unclear"]
Broken = Literal["", "management", "storage", "both"]
SeenAt = Literal["both", "oneview", "image-streamer", "nowhere"]

_REFUSALS: Final[dict[str, str]] = {
    "corrupt-file": "The update file is corrupted: its checksum is wrong.",
    "not-newer": "The installed version is the same as or later than the file's.",
    "unsupported-path": "The file does not support an update from the installed version.",
    "unclear": "The appliance cannot be updated.",
}


@command
def start_update(
    site: Site,
    *,
    pair: str = "",
    target: str = NEW,
    target_storage: str = NEW_STORAGE,
    fail_at: FailAt = "",
    cause: Cause = "unclear",
    keeps_storage: bool = False,
    active_is_new: bool = False,
    leaves_broken: Broken = "",
    seen_at: SeenAt = "both",
    hangs: bool = False,
    ends_as: str = "",
    storage_alerts: bool = False,
) -> None:
    """Update a pair.

    `fail_at` says where it fails; `cause` why a file is refused. A failed active appliance may keep
    its new storage (`keeps_storage`), a failed storage update leave the appliance new
    (`active_is_new`), and the revert a cluster broken. `seen_at` says who shows the task. One that
    hangs stays where it is; `ends_as` is another word for how the task ends. Nobody has published
    whether a storage node that restarts for the update is alerted: here only with `storage_alerts`.
    """
    target_pair: Pair = the_pair(site, pair)
    running = site.updates.get(target_pair.name)
    if running is not None and running.result == "running":
        raise CommandError(f"an update of {target_pair.name} is running")
    first = site.active(target_pair)
    second = next((item for item in site.listed(target_pair) if item is not first), None)
    if first is None or second is None:
        raise CommandError(f"{target_pair.name} has no active and standby to be updated")
    if fail_at == "validation" and cause == "not-newer":
        target = first.version
    update = _Update(site, target_pair, first, second, target, target_storage, seen_at, ends_as)
    update.alerts = storage_alerts
    if fail_at == "validation":
        return update.then(durations.VALIDATION, lambda: update.refuse(cause))
    update.go_through_active()
    if hangs:
        return None
    if fail_at == "storage":
        update.then(durations.STORAGE_FAILS, lambda: update.fail_storage(active_is_new))
    elif fail_at == "active":
        fails = durations.ACTIVE_FAILS_LATE if keeps_storage else durations.ACTIVE_FAILS
        update.then(fails, lambda: update.fail_active(keeps_storage, leaves_broken))
    else:
        update.go_through_standby(fails=fail_at == "standby")
    return None


@command
def change_version(site: Site, *, serial: str, version: str, storage_version: str = "") -> None:
    """Let an appliance run another version, as after reimaging or an update that nobody saw."""
    appliance = site.appliances.get(serial)
    if appliance is None:
        raise CommandError(f"there is no appliance {serial!r}")
    appliance.version = version
    appliance.storage_version = storage_version or appliance.storage_version


@command
def need_upgrade(site: Site, *, serial: str, needed: bool = True) -> None:
    """Let HPE OneView say that an appliance must be updated, or not any more."""
    if serial not in site.appliances:
        raise CommandError(f"there is no appliance {serial!r}")
    site.appliances[serial].needs_upgrade = needed


@command
def repair_clusters(site: Site, *, pair: str = "") -> None:
    """Let support put a pair right: the standby gets the active's version, both clusters form."""
    mended: Pair = the_pair(site, pair)
    site.schedule.give_up(f"forming/{mended.name}")
    active = site.active(mended) or site.by_role(mended, "active")[0]
    for member in site.members(mended):
        if not member.present or not member.listed:
            continue
        member.powered = True
        member.status = "OK"
        member.serves = True
        member.active = member is active
        member.version, member.storage_version = active.version, active.storage_version
    mended.formed = mended.storage_formed = True
    mended.planned = False
    mended.silence = ""
    settle(site, mended)


class _Update:
    """One update on its way."""

    def __init__(
        self,
        site: Site,
        pair: Pair,
        first: Appliance,
        second: Appliance,
        target: str,
        target_storage: str,
        seen_at: SeenAt,
        ends_as: str,
    ) -> None:
        self.site, self.pair, self.first, self.second = site, pair, first, second
        self.target, self.target_storage, self.ends_as = target, target_storage, ends_as
        self.before = (first.version, second.version, first.storage_version)
        self.alerts = False
        places = {
            "both": {ONEVIEW, pair.name},
            "oneview": {ONEVIEW},
            "image-streamer": {pair.name},
            "nowhere": set(),
        }
        self.task: Task = site.begin_task(
            "Update Image Streamer",
            (SERVER_CATEGORY, pair.cluster_uri, pair.cluster_name),
            places[seen_at],
            f"Updating the Image Streamer appliances of {pair.name} to {target}.",
        )
        self.task.data = {"targetVersion": target}
        self.record = UpdateRecord(
            task=self.task.uri if seen_at != "nowhere" else "",
            started=site.now,
            target=target,
            first=first.serial,
            second=second.serial,
            versions_before=self.before,
        )
        site.updates[pair.name] = self.record
        site.schedule.give_up(f"forming/{pair.name}")
        site.progress(self.task, 1, "Validating the update file")

    def then(self, after: timedelta, action: object) -> None:
        """Let something happen that long after the start."""
        assert callable(action)
        self.site.schedule.after(after, action, f"update/{self.pair.name}")

    def say(self, after: timedelta, percent: int, text: str) -> None:
        self.then(after, lambda: self.site.progress(self.task, percent, text))

    # --- the way ---

    def go_through_active(self) -> None:
        self.say(durations.INSTALLATION, 12, "Installing on the active appliance")
        self.then(durations.ACTIVE_RESTARTS, self._restart_active)

    def go_through_standby(self, *, fails: bool) -> None:
        self.then(durations.ACTIVE_IS_NEW, self._active_is_new)
        self.then(durations.ROLES_SWAP_BACK, self._swap_back)
        if fails:
            self.then(durations.STANDBY_FAILS, self._fail_standby)
        else:
            self.then(durations.UPDATE_ENDS, self._succeed)

    def _restart_active(self) -> None:
        self.site.progress(self.task, 24, "Updating the storage of the active appliance")
        self.first.status = "Unknown"
        self.first.serves = False
        self.first.active, self.second.active = False, True
        self.pair.formed = self.pair.storage_formed = False
        self.pair.planned = not self.alerts
        _be_silent(self.site, self.pair)
        settle(self.site, self.pair)

    def _active_is_new(self) -> None:
        self.site.progress(self.task, 48, "Active appliance and storage updated")
        self._renew(self.first)
        self.first.status, self.first.serves = "Warning", True
        settle(self.site, self.pair)

    def _swap_back(self) -> None:
        self.site.progress(self.task, 61, "Installing on the standby appliance")
        self.first.active, self.second.active = True, False
        self.first.status = "OK"
        self.second.status, self.second.serves = "Unknown", False
        _be_silent(self.site, self.pair)
        settle(self.site, self.pair)

    def _renew(self, member: Appliance) -> None:
        member.version, member.storage_version = self.target, self.target_storage
        member.needs_upgrade = False

    # --- the ends ---

    def refuse(self, cause: Cause) -> None:
        """The file is refused; nothing has changed."""
        self.record.refused, self.record.cause = True, cause
        text = _REFUSALS[cause]
        self._end("Error", text, "Choose another update file.", reason="ValidationError")

    def fail_active(self, keeps_storage: bool, broken: Broken) -> None:
        """The active appliance is reverted; the pair becomes whole again, or does not."""
        if keeps_storage:
            self.first.storage_version = self.target_storage
        self._end("Error", "The update of the active appliance failed and is being reverted.")
        revert(self.site, self.pair, broken)

    def fail_storage(self, active_is_new: bool) -> None:
        """The storage stays as it was and is degraded until somebody repairs it."""
        self.record.storage_named = True
        if active_is_new:
            self._renew(self.first)
            self.first.storage_version = self.before[2]
        self._end("Error", "The storage update of the active appliance failed.")
        self.first.status, self.first.active, self.first.serves = "OK", True, False
        self.second.active = False
        self.pair.formed = True
        self.pair.planned = False
        self.pair.silence = ""
        settle(self.site, self.pair)

    def _fail_standby(self) -> None:
        """The standby keeps its version and cannot be used."""
        self.second.status = "Critical"
        self.pair.planned = False
        self._end("Error", "The update of the standby appliance failed.")
        settle(self.site, self.pair)

    def _succeed(self) -> None:
        self._renew(self.second)
        self.second.status, self.second.serves = "Warning", True
        self._end("Completed", f"The appliances of {self.pair.name} run {self.target}.")
        form_later(self.site, self.pair)

    def _end(
        self, state: TaskState, text: str, action: str = "", *, reason: str | None = None
    ) -> None:
        state = self.ends_as or state  # type: ignore[assignment]
        error = None
        if state != "Completed":
            error = ("I3S_UPDATE_FAILED", text, action or "Contact your support representative.")
        self.site.end_task(self.task, state, text, reason=reason, error=error)
        end_record(self.site, self.pair, str(state).lower())


def end_record(site: Site, pair: Pair, result: str) -> None:
    """Note that the pair's update has ended."""
    record = site.updates[pair.name]
    record.result, record.ended = result, site.now
    site.schedule.give_up(f"update/{pair.name}")


def revert(site: Site, pair: Pair, broken: Broken = "") -> None:
    """Bring a pair back from a failed update: its first appliance restarts, its clusters form."""
    record = site.updates[pair.name]
    first, second = site.appliances[record.first], site.appliances[record.second]
    first.status, first.serves = "Unknown", False
    pair.formed = pair.storage_formed = False
    settle(site, pair)

    def back() -> None:
        first.version = record.versions_before[0]
        first.status, first.serves = "Warning", True
        first.active, second.active = True, False
        second.status = "OK"
        _be_silent(site, pair)
        settle(site, pair)

    site.schedule.after(durations.RESTART, back, f"forming/{pair.name}")
    form_later(site, pair, broken)


def form_later(site: Site, pair: Pair, broken: Broken = "", *, why: str = "forming") -> None:
    """Let the pair's clusters form in their time, but those that are to stay broken."""

    def form() -> None:
        pair.planned = False
        pair.formed = broken not in ("management", "both")
        pair.storage_formed = broken not in ("storage", "both")
        for member in site.members(pair):
            # A standby that belongs to no cluster is not well.
            if member.status == "Warning" and (pair.formed or member.active):
                member.status = "OK"
        if not pair.formed:
            for member in site.by_role(pair, "standby"):
                member.status = "Warning"
        settle(site, pair)

    site.schedule.after(durations.FORMING, form, f"{why}/{pair.name}")


def _be_silent(site: Site, pair: Pair) -> None:
    """Roles change: the cluster's address does not answer until they have."""
    pair.silence = "refuses"

    def answer() -> None:
        pair.silence = ""

    site.schedule.after(durations.TAKEOVER, answer, f"takeover/{pair.name}")


def interrupt(site: Site) -> list[UpdateRecord]:
    """HPE OneView goes down under its updates: they go no further, and are reverted."""
    stopped = []
    for pair in site.pairs.values():
        record = site.updates.get(pair.name)
        if record is None or record.result != "running":
            continue
        site.schedule.give_up(f"update/{pair.name}")
        record.interrupted = True
        stopped.append(record)
        revert(site, pair)
    return stopped
