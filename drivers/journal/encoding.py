"""Events as the lines that a journal holds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from rules.vocabulary import Event

_encode: Final = msgspec.json.Encoder().encode


def encode(event: Event) -> bytes:
    """Return the canonical line of an event, without a line end.

    Members stand in one order, those that say nothing are left out, and times are UTC with
    milliseconds, or microseconds where an instant needs them. Numbers that are not finite become
    null: the fact is unknown then.

    Raises:
        ValueError: the event cannot be written: a time without an offset, text that is not
            Unicode, a value that JSON has no form for.
    """
    members: dict[str, Any] = {
        "specversion": event.specversion,
        "id": event.id,
        "source": event.source,
        "type": event.type,
    }
    if event.subject:
        members["subject"] = event.subject
    members["time"] = instant(event.time)
    try:
        data = msgspec.to_builtins(event.data)
        if event.data.observed_at is not None:
            data["observed_at"] = instant(event.data.observed_at)
        if data:
            members["data"] = data
        return _encode(members)
    except (TypeError, OverflowError, RecursionError, msgspec.MsgspecError) as error:
        raise ValueError(f"the event has no form in JSON: {error}") from None


def instant(time: datetime) -> str:
    """Return an instant as RFC 3339 text in UTC, with as many digits as it needs.

    Raises:
        ValueError: it has no offset, or lies outside the calendar once brought to UTC.
    """
    if time.utcoffset() is None:
        raise ValueError(f"the time {time.isoformat()} has no offset")
    try:
        utc = time.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        raise ValueError(f"the time {time.isoformat()} is outside the calendar") from None
    precision = "microseconds" if utc.microsecond % 1000 else "milliseconds"
    return utc.isoformat(timespec=precision) + "Z"
