"""Which pair is primary, and the changes of it. The tasks' names and texts are synthetic."""

from __future__ import annotations

from drivers.simulator import durations
from drivers.simulator.commands import CommandError, command, the_pair
from drivers.simulator.model import PrimaryChange, Task
from drivers.simulator.site import SERVER_CATEGORY, SERVER_URI, Site


@command
def change_primary(
    site: Site, *, to: str, fail: bool = False, missing: int = 0, leaves_none: bool = False
) -> None:
    """Edit the deployment server to select another pair.

    `missing` artifacts have not reached the new primary. A change that fails leaves the old one
    selected, or none (`leaves_none`).
    """
    new = the_pair(site, to)
    former = site.pairs.get(site.primary)
    if new is former:
        raise CommandError(f"{to} is the primary")
    chosen = site.active(new)
    if chosen is None:
        raise CommandError(f"no appliance of {to} is active")
    task = _edit_task(site)
    task.data = {"primaryActiveAppliance": chosen.own_uri}
    site.primary_change = PrimaryChange(task.uri, site.now, site.primary, to)
    site.progress(task, 20, "Reconfiguring the Image Streamer appliances")

    def complete() -> None:
        if former is not None:
            kept = sorted(former.artifacts.values(), key=lambda item: (item.kind, item.name))
            lost = kept[len(kept) - missing :] if missing else []
            new.artifacts = {item.uri: item for item in kept if item not in lost}
            _note(site, missing=tuple(item.name for item in lost))
        site.primary = to
        site.end_task(task, "Completed", f"{to} is the primary.")
        _note(site, result="completed")

    def give_up() -> None:
        text = f"The deployment server could not be updated: {to} did not take control."
        error = ("I3S_PRIMARY_CHANGE_FAILED", text, "Contact your support representative.")
        if leaves_none:
            site.primary = ""
        site.end_task(task, "Error", text, error=error)
        _note(site, result="error")

    site.schedule.after(durations.PRIMARY_CHANGE, give_up if fail else complete)


def _edit_task(site: Site) -> Task:
    place = (SERVER_CATEGORY, SERVER_URI, site.name)
    return site.begin_task("Update", place, status="Updating the OS deployment server.")


def _note(site: Site, *, result: str = "", missing: tuple[str, ...] = ()) -> None:
    change = site.primary_change
    if change is None:
        return
    change.missing = missing or change.missing
    if result:
        change.result, change.ended, change.selected = result, site.now, site.primary


@command
def clear_primary(site: Site) -> None:
    """Let no pair be selected as primary."""
    site.primary = ""
    site.primary_change = None


@command
def edit_primary_unseen(site: Site, *, to: str) -> None:
    """Let another pair be primary without any task that tells it."""
    the_pair(site, to)
    site.primary = to
    site.primary_change = None


@command
def stall_replication(site: Site, *, stalled: bool = True) -> None:
    """Let artifacts reach the secondaries no more, without a word of failure."""
    site.replicates = not stalled


@command
def fail_replication(site: Site, *, fails: bool = True) -> None:
    """Let each replication leave a Critical bundle behind, or succeed again."""
    site.replication_fails = fails
