"""Why an update ended as it did, as far as its task, alerts and OneView's own starts tell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from drivers.oneview.alert_kinds import speaks_of_storage
from drivers.oneview.fields import listed, lowered, prose, version, word
from drivers.oneview.tasks import Task, is_interrupted
from rules.values import version_key

WITHIN_SECONDS: Final = timedelta(seconds=30)
"""An error so soon after the start was a refusal, where nothing names the storage."""

_TARGET: Final = re.compile(r"\bto\s+(?:version\s+)?v?(\d{1,4}(?:\.\d{1,6}){1,4}(?:-\d{1,12})?)")
_CHECKING: Final = re.compile(r"valid|verif|check|prepar|upload|start", re.IGNORECASE)
_CAUSES: Final = (
    (
        "corrupt-file",
        re.compile(
            r"corrupt|checksum|signature|integrity|damaged|not a valid (?:file|image)",
            re.IGNORECASE,
        ),
    ),
    (
        "not-newer",
        re.compile(
            r"same (?:version )?(?:as|or)|already (?:at|installed|running)|downgrade|"
            r"(?:later|newer|higher) than the (?:file|image|update)|or (?:a )?later version|"
            r"older than",
            re.IGNORECASE,
        ),
    ),
    (
        "unsupported-path",
        re.compile(
            r"(?:not|n't) support|\bno\b.{0,60}\bsupported|unsupported|intermediate version|"
            r"upgrade path",
            re.IGNORECASE,
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Ending:
    """What is known of an update that has ended."""

    task: Task | None
    result: str | None
    text: str
    state_reason: str | None
    """As the task said it when it ended, in lower case."""
    started_at: datetime | None
    ended_at: datetime | None
    before: str | None
    target: str | None
    storage_alarm: bool
    oneview_started: list[datetime]
    oneview_swapped: datetime | None
    at_once: timedelta = WITHIN_SECONDS
    """How soon after the start an error is a refusal."""


def why(ending: Ending) -> tuple[bool | None, str | None, bool | None, bool | None]:
    """Validation error, its cause, whether storage is named, whether OneView went down."""
    if ending.result == "not-seen":
        return None, None, None, None
    refused = _is_refused(ending)
    return (
        refused,
        _cause(ending) if refused else None,
        _names_storage(ending),
        _is_interrupted(ending),
    )


def target_version(task: Task) -> str | None:
    """The version that an update brings, where its name, status or data say so."""
    data = task.resource.get("data")
    if isinstance(data, dict):
        named = version(data, "version") or version(data, "targetVersion")
        if named is not None:
            return named
    for text in (word(task.resource, "name"), prose(task.resource, "taskStatus")):
        match = _TARGET.search(text or "")
        if match:
            return match[1]
    return None


def _is_refused(ending: Ending) -> bool:
    if ending.result != "error":
        return False
    reason = lowered(ending.task.resource, "stateReason") if ending.task else None
    if "validationerror" in (reason, ending.state_reason):
        return True
    if _names_storage(ending):
        return False
    if ending.started_at is None or ending.ended_at is None:
        return False
    if ending.task is not None and _was_at_work(ending.task):
        return False
    return timedelta(0) <= ending.ended_at - ending.started_at <= ending.at_once


def _was_at_work(task: Task) -> bool:
    """Whether a step was begun that is none of the checks before an update."""
    steps = [prose(step, "statusUpdate") for step in listed(task.resource, "progressUpdates")]
    return any(text is not None and not _CHECKING.search(text) for text in steps)


def _names_storage(ending: Ending) -> bool:
    return ending.storage_alarm or speaks_of_storage(ending.text)


def _cause(ending: Ending) -> str:
    before, target = ending.before, ending.target
    if before is not None and target is not None and version_key(target) <= version_key(before):
        return "not-newer"
    found = [cause for cause, pattern in _CAUSES if pattern.search(ending.text)]
    return found[0] if len(found) == 1 else "unclear"


def _is_interrupted(ending: Ending) -> bool | None:
    """Whether OneView went down under the update; None where nothing tells."""
    if ending.result == "interrupted" or (ending.task and is_interrupted(ending.task.resource)):
        return True
    if ending.started_at is None or ending.ended_at is None:
        return None
    moments = [*ending.oneview_started, ending.oneview_swapped]
    if any(at and ending.started_at <= at <= ending.ended_at for at in moments):
        return True
    return False if ending.oneview_started else None
