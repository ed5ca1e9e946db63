"""Facts about the two backups, HPE OneView's own and the artifacts', and OneView's restores."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from drivers.oneview.bodies import Body, Kind
from drivers.oneview.fields import (
    Resource,
    flag,
    instant_text,
    lowered,
    moment,
    path,
    speaks_of_failure,
    word,
)
from drivers.oneview.tasks import BADLY_ENDED_IS_NEWS
from drivers.oneview.view import View

_DOWNLOADS: Final = ("lastBackUpDownload", "lastBackUpDownloadTime")
_SUCCEEDED: Final = frozenset({"succeeded", "success", "successful", "completed", "complete"})
_RUNNING: Final = frozenset({"in_progress", "in-progress", "running", "pending", "started", "new"})


def say_backups(view: View) -> None:
    """State how both backups stand, and the latest restore of HPE OneView."""
    if Kind.ONEVIEW_BACKUP in view.read:
        _say_oneview(view)
    if view.read & {Kind.ARTIFACT_BACKUP, Kind.ARTIFACT_BUNDLE}:
        _say_artifacts(view)
    if Kind.RESTORE in view.read:
        _say_restore(view)


def on_primary(view: View, kind: Kind) -> list[Resource]:
    """The resources of a kind that the primary gave, or that nobody says where they came from."""
    primary = view.primary_pair
    bodies: list[Body] = list(view.remembered.held.get(kind, {}).values())
    return [
        body.resource for body in bodies if not body.pair or primary is None or body.pair == primary
    ]


def _say_oneview(view: View) -> None:
    subject, say = view.deployment_subject, view.statement.say
    backups = view.remembered.resources(Kind.ONEVIEW_BACKUP)
    latest = _latest(backups)
    if latest is None:
        if view.is_whole(Kind.ONEVIEW_BACKUP):
            say(subject, "backup.oneview_present", False)
            say(subject, "backup.oneview_created_at", None)
            say(subject, "backup.oneview_result", None)
        return
    say(subject, "backup.oneview_present", True)
    created = moment(latest, "created")
    say(subject, "backup.oneview_created_at", instant_text(created) if created else None)
    say(subject, "backup.oneview_result", _outcome(lowered(latest, "status"), "succeeded"))


def _say_artifacts(view: View) -> None:
    subject, say = view.deployment_subject, view.statement.say
    backups = on_primary(view, Kind.ARTIFACT_BACKUP)
    if Kind.ARTIFACT_BACKUP in view.read and (
        backups or view.is_whole_on_primary(Kind.ARTIFACT_BACKUP)
    ):
        latest = _latest(backups) or {}
        created = moment(latest, "created", "modified")
        say(subject, "backup.artifact_count", len(backups))
        say(subject, "backup.artifact_name", word(latest, "name"))
        say(subject, "backup.artifact_created_at", instant_text(created) if created else None)
        say(subject, "backup.artifact_status", lowered(latest, "status"))
        said = any(name in latest for name in _DOWNLOADS)
        downloaded = word(latest, *_DOWNLOADS) is not None
        say(subject, "backup.artifact_downloaded", downloaded if said else None)
    pending = any(
        flag(bundle, "recoverBundle") and lowered(bundle, "status") == "pending"
        for kind in (Kind.ARTIFACT_BUNDLE, Kind.ARTIFACT_BACKUP)
        for bundle in on_primary(view, kind)
    )
    if pending or view.is_whole_on_primary(Kind.ARTIFACT_BUNDLE):
        say(subject, "backup.pending_recovery", pending)


def _say_restore(view: View) -> None:
    subject = view.deployment_subject
    latest = _latest(view.remembered.resources(Kind.RESTORE))
    address = None if latest is None else path(latest, "uri") or word(latest, "id")
    if latest is None or address is None:
        return
    result = _outcome(lowered(latest, "status"), "completed")
    known = view.said(subject, "restore.oneview_id")
    if result is None or (known == address and view.said(subject, _RESTORE_RESULT) == result):
        return
    if known != address and result != "running" and not _is_news(view.time, latest):
        return
    ended = result in ("completed", "failed")
    facts = {
        "restore.oneview_id": address,
        _RESTORE_RESULT: result,
        "restore.oneview_ended_at": instant_text(view.time) if ended else None,
    }
    view.statement.happen(subject, facts, f"Restore of HPE OneView: {result}")


_RESTORE_RESULT: Final = "restore.oneview_result"


def _is_news(time: datetime, restore: Resource) -> bool:
    modified = moment(restore, "modified", "created")
    return modified is not None and time - modified <= BADLY_ENDED_IS_NEWS


def _outcome(status: str | None, success: str) -> str | None:
    """The word for a backup's or restore's status; what nobody knows stays as it was said."""
    if status is None:
        return None
    if status in _SUCCEEDED:
        return success
    if status in _RUNNING:
        return "running"
    return "failed" if speaks_of_failure(status) else status


def _latest(resources: list[Resource]) -> Resource | None:
    """The one that was made last."""

    def made(resource: Resource) -> tuple[str, str]:
        at = moment(resource, "created", "modified")
        return (at.isoformat() if at else "", path(resource, "uri") or "")

    return max(resources, key=made, default=None)
