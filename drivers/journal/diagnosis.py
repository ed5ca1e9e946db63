"""What is wrong with a line of a journal, and what would be right, in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import msgspec

from drivers.journal.faults import FaultKind, printable
from rules.vocabulary import Event

SPECVERSION: Final = "1.0"
REQUIRED: Final = ("id", "source", "type", "time")
EARLIEST_YEAR: Final = 1970
LATEST_YEAR: Final = 2199
FLOOR: Final = datetime(EARLIEST_YEAR, 1, 1, tzinfo=UTC)
CEILING: Final = datetime(LATEST_YEAR, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
NUL: Final = "the line contains NUL bytes, as a power cut can leave them"


def diagnose(line: bytes, error: Exception) -> tuple[FaultKind, str]:
    """Say why a line cannot be decoded, and what would be right.

    `line` is UTF-8 without NUL bytes or white space around it; `error` is what decoding it raised.
    """
    try:
        value = msgspec.json.decode(line)
    except RecursionError:
        return "too-deep", "the line is nested too deeply; an event's data is flat"
    except msgspec.ValidationError:
        return "wrong-member", "a number is too large to be held; a fact's is at most 2^53"
    except ValueError as fault:
        text = printable(str(fault))
        return "not-json", f"not JSON ({text}); a line is one JSON object"
    if not isinstance(value, dict):
        return "not-an-object", "not a JSON object; a line is one CloudEvents object"
    missing = [member for member in REQUIRED if member not in value]
    if missing:
        names = ", ".join(f'"{member}"' for member in missing)
        return "missing-member", f"{names} is missing; an event needs id, source, type and time"
    text = printable(str(error))
    if "RFC3339" in text or "`$.time`" in text:
        return (
            "bad-time",
            f"{text}; right is an RFC 3339 time such as 2026-11-22T02:14:07.120Z",
        )
    return "wrong-member", f"a member is not of its type: {text}"


def fault_of(event: Event, ceiling: datetime) -> tuple[FaultKind, str] | None:
    """Say what is wrong with an event that decodes, and None if nothing is.

    `ceiling` is the latest time that an event may have.
    """
    time = event.time
    if time.tzinfo is None:
        shown = time.isoformat()
        return "naive-time", f'the time {shown} has no offset; right is "{shown}Z" if it is UTC'
    # The year first: a time at the end of the calendar cannot be brought to UTC.
    if not 1 < time.year < 9999 or not FLOOR <= time <= CEILING:
        return (
            "year",
            f"the year {time.year} cannot be right; {EARLIEST_YEAR} to {LATEST_YEAR} can",
        )
    if time > ceiling:
        return (
            "ahead",
            f"the time {time.isoformat()} is more than five minutes ahead of now",
        )
    if event.specversion != SPECVERSION:
        shown = printable(event.specversion, 40)
        return "specversion", f'the specversion "{shown}" is unknown; "{SPECVERSION}" is read'
    observed = event.data.observed_at
    if observed is not None:
        if observed.tzinfo is None:
            shown = observed.isoformat()
            return (
                "naive-time",
                f'data.observed_at {shown} has no offset; right is "{shown}Z" if it is UTC',
            )
        if not 1 < observed.year < 9999:
            return "year", f"the year {observed.year} in data.observed_at cannot be right"
    return None


def not_utf_8(line: bytes, error: UnicodeDecodeError) -> str:
    """Say where a line stops being UTF-8."""
    if line.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "the file is UTF-16; a journal is UTF-8"
    byte = line[error.start]
    return f"not UTF-8: byte 0x{byte:02x} at column {error.start + 1}; a journal is UTF-8"
