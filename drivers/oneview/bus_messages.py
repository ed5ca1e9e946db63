"""Messages of OneView's state-change bus: an envelope around one resource."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from drivers.oneview.fields import Resource, inner, moment, path, word


@dataclass(frozen=True, slots=True)
class Message:
    """What an envelope holds."""

    resource: Resource
    """Empty but for its address where the message says only that the resource is gone."""
    deleted: bool
    sent_at: datetime | None


def read_message(value: Resource) -> Message | None:
    """The message that this object is, or None when it is none.

    Some releases spell members of the envelope as texts (`"true"`, `"null"`); none of those
    matters here.
    """
    if "changeType" not in value or not (path(value, "resourceUri") or inner(value, "resource")):
        return None
    change = (word(value, "changeType") or "").lower()
    resource = dict(inner(value, "resource"))
    if path(resource, "uri") is None and path(value, "resourceUri") is not None:
        resource["uri"] = path(value, "resourceUri")
    return Message(resource, change == "deleted", moment(value, "timestamp"))
