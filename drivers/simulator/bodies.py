"""What all bodies have in common: instants, entity tags, lists and errors."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from drivers.simulator.model import Resource


def stamp(time: datetime | None) -> str | None:
    """An instant as HPE OneView writes it, in milliseconds."""
    if time is None:
        return None
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03d}Z"


def whole_seconds(time: datetime | None) -> str | None:
    """An instant as node information has it, in seconds."""
    return None if time is None else time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def compact(time: datetime | None) -> str | None:
    """An instant in the compact form that an Image Streamer uses for bundles."""
    if time is None:
        return None
    return time.astimezone(UTC).strftime("%Y%m%dT%H%M%S.") + f"{time.microsecond // 1000:03d}Z"


def entity_tag(value: Any) -> str:
    """What changes when a body does; releases differ in its form, and clients compare it alone."""
    return hashlib.blake2b(msgspec.json.encode(value), digest_size=8).hexdigest()


def tagged(body: Resource) -> Resource:
    """The body with its entity tag."""
    return {**body, "eTag": entity_tag(body)}


def page(
    members: Sequence[Resource], *, uri: str, category: str, type_name: str, start: int, total: int
) -> Resource:
    """A page of a list. Its neighbours' addresses are left to whoever knows what was asked."""
    return {
        "type": type_name,
        "category": category,
        "uri": uri,
        "start": start,
        "count": len(members),
        "total": total,
        "prevPageUri": None,
        "nextPageUri": None,
        "created": None,
        "modified": None,
        "eTag": None,
        "members": list(members),
    }


def error_body(code: str, message: str, action: str = "", details: str = "") -> Resource:
    """An error as HPE OneView tells it; the members are real, the texts synthetic."""
    return {
        "errorCode": code,
        "message": message,
        "details": details,
        "recommendedActions": [action] if action else [],
        "nestedErrors": [],
        "errorSource": None,
        "data": {},
    }
