"""Artifacts, their backup and its restore, and HPE OneView's own backup and restore.

The names and texts of the Image Streamer's tasks are synthetic.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from drivers.simulator import durations
from drivers.simulator.commands import CommandError, command, the_pair
from drivers.simulator.model import Artifact, Bundle, OneViewBackup, Pair, Restore, Task
from drivers.simulator.naming import artifact_at
from drivers.simulator.site import Site

_BACKUPS: Final = "/rest/artifact-bundles/backups"
_SUPPORT: Final = "Contact your support representative."
_BACKUP_ALERT: Final = ("backups", "/rest/backups", "Backup.")


def _primary(site: Site) -> Pair:
    pair: Pair = the_pair(site, site.primary)
    if not site.primary:
        raise CommandError("no pair is primary")
    return pair


def the_backup(pair: Pair) -> Bundle | None:
    """The artifact backup that a pair holds."""
    return next((bundle for bundle in pair.bundles if bundle.backup), None)


def _task(site: Site, pair: Pair, name: str, status: str) -> Task:
    place = ("artifact-bundles", _BACKUPS, "Artifact backup")
    return site.begin_task(name, place, (pair.name,), status)


@command
def make_backup(
    site: Site,
    *,
    fail: bool = False,
    hangs: bool = False,
    downloaded: bool = False,
    name: str = "",
) -> None:
    """Create an artifact backup on the primary; it replaces the one that is there.

    One that hangs leaves its task running and the Image Streamer's address busy, until it answers
    again.
    """
    pair, name = _primary(site), name or f"{site.name}-artifacts"
    task = _task(site, pair, "Create backup", "Creating a backup of all artifacts.")
    site.progress(task, 10, "Collecting artifacts")
    bare = [item.name for item in pair.artifacts.values() if _lacks_image(item.kind, item.image)]
    waiting = [bundle.name for bundle in pair.bundles if bundle.recovery]

    def end() -> None:
        if not (fail or bare or waiting):
            made = Bundle(
                name,
                site.new_id(),
                site.now,
                backup=True,
                downloaded=site.now if downloaded else None,
                contents=tuple(pair.artifacts.values()),
            )
            pair.bundles = [bundle for bundle in pair.bundles if not bundle.backup] + [made]
            return site.end_task(task, "Completed", "The backup was created.")
        why = f": {', '.join(bare or waiting)}" if bare or waiting else ""
        text = f"The backup could not be created{why}."
        return site.end_task(task, "Error", text, error=("I3S_BACKUP_FAILED", text, _SUPPORT))

    def busy() -> None:
        pair.busy = True

    if hangs:
        site.schedule.after(timedelta(minutes=2), busy)
    else:
        site.schedule.after(durations.ARTIFACT_BACKUP, end)


def _lacks_image(kind: str, image: str) -> bool:
    return kind == "deployment-plans" and not image


@command
def download_backup(site: Site) -> None:
    """Let somebody download the artifact backup."""
    backup = the_backup(_primary(site))
    if backup is None:
        raise CommandError("there is no artifact backup")
    backup.downloaded = site.now


@command
def delete_backup(site: Site) -> None:
    """Let there be no artifact backup."""
    pair = _primary(site)
    pair.bundles = [bundle for bundle in pair.bundles if not bundle.backup]


@command
def spoil_backup(site: Site) -> None:
    """Let the artifact backup be Critical."""
    backup = the_backup(_primary(site))
    if backup is None:
        raise CommandError("there is no artifact backup")
    backup.status = "Critical"


@command
def pending_bundle(site: Site, *, there: bool = True) -> None:
    """Let a bundle for recovery stay Pending, or take it away."""
    pair = _primary(site)
    pair.bundles = [bundle for bundle in pair.bundles if not bundle.recovery]
    if there:
        pair.bundles.append(
            Bundle("recovery-bundle", site.new_id(), site.now, "Pending", recovery=True)
        )


@command
def pile_up_bundles(site: Site, *, count: int = 1000) -> None:
    """Leave Critical bundles of the replication behind, as many hours of failures do."""
    pair = _primary(site)
    for hour in range(count):
        made = site.now - timedelta(hours=count - hour)
        name = f"{site.new_id()}_{site.new_id()}"
        bundle = Bundle(name, name[:36], made, "Critical", of_replication=True)
        pair.bundles.append(bundle)


@command
def change_artifact(site: Site, *, name: str = "RHEL-8.6") -> None:
    """Let somebody change an artifact now."""
    for artifact in _named(site, name):
        artifact.modified = site.now


@command
def drop_golden_image(site: Site, *, plan: str = "Deploy-RHEL-8.6") -> None:
    """Let a deployment plan name no golden image."""
    for artifact in _named(site, plan):
        artifact.image = ""


@command
def spoil_artifact(site: Site, *, name: str = "RHEL-8.6", spoiled: bool = True) -> None:
    """Let an artifact be Critical, or well again."""
    for artifact in _named(site, name):
        artifact.status = "Critical" if spoiled else "OK"


def _named(site: Site, name: str) -> list[Artifact]:
    own = artifact_at(site.name, name)
    found = [item for item in _primary(site).artifacts.values() if item.name == own]
    if not found:
        raise CommandError(f"there is no artifact {name!r}")
    return found


@command
def delete_artifacts(site: Site, *, names: list[str] | None = None) -> None:
    """Let artifacts of the primary be gone; all of them, where none is named."""
    pair = _primary(site)
    gone = [artifact_at(site.name, name) for name in names or ()]
    pair.artifacts = {
        uri: item
        for uri, item in pair.artifacts.items()
        if names is not None and item.name not in gone
    }


@command
def restore_artifacts(site: Site, *, fail: bool = False) -> None:
    """Restore the artifacts of the backup."""
    pair = _primary(site)
    backup = the_backup(pair)
    if backup is None:
        raise CommandError("there is no artifact backup")
    task = _task(site, pair, "Extract backup", "Restoring artifacts from the backup.")
    site.progress(task, 20, "Extracting artifacts")

    def end() -> None:
        if fail:
            text = "The artifacts could not be restored."
            return site.end_task(task, "Error", text, error=("I3S_RESTORE_FAILED", text, _SUPPORT))
        for item in backup.contents:
            pair.artifacts[item.uri] = item
        return site.end_task(task, "Completed", "The artifacts were restored.")

    site.schedule.after(durations.ARTIFACT_RESTORE, end)


@command
def oneview_backup(
    site: Site, *, fail: bool = False, age: timedelta | None = None, none: bool = False
) -> None:
    """Let HPE OneView back itself up; or let its backup be so old, or let there be none."""
    if none:
        site.backup = None
        return
    if age is not None:
        site.backup = OneViewBackup(site.new_id(), site.now - age)
        return
    site.backup = OneViewBackup(site.new_id(), site.now, "IN_PROGRESS")
    made = site.backup

    def end() -> None:
        made.status = "FAILED" if fail else "SUCCEEDED"
        if fail:
            return alert_backup(site)
        site.clear_alerts("Backup", "/rest/backups")
        return None

    site.schedule.after(durations.ONEVIEW_BACKUP, end)


@command
def alert_backup(site: Site, *, raised: bool = True) -> None:
    """Raise the Locked alert that says that HPE OneView has no recent backup, or clear it."""
    if not raised:
        site.clear_alerts("Backup", "/rest/backups")
        return
    site.raise_alert(
        "Backup",
        "The backup has not been made as it was scheduled.",
        _BACKUP_ALERT,
        action="Create a backup of the appliance and download it.",
        health_category="backups",
        locked=True,
    )


@command
def restore_oneview(site: Site, *, fail: bool = False) -> None:
    """Restore HPE OneView from its backup: it restarts, and everybody is logged out."""
    restore = Restore(site.new_id(), site.now, site.now)
    site.restores.append(restore)

    def away() -> None:
        site.silence = "refuses"
        site.sessions.expire_all()

    def back() -> None:
        site.silence = ""
        site.started = site.now
        restore.modified = site.now
        restore.status = "FAILED" if fail else "SUCCEEDED"

    site.schedule.after(timedelta(minutes=2), away)
    site.schedule.after(durations.ONEVIEW_RESTORE, back)
