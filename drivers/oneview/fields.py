"""Reading members of bodies that others wrote: what is missing or of the wrong type is None."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Final

from rules.values import LARGEST_NUMBER, read_instant, version_key

Resource = dict[str, Any]
"""A JSON object as an interface gave it."""

LONGEST_NAME: Final = 256
"""Characters kept of names, words and addresses."""
LONGEST_TEXT: Final = 2048
"""Characters kept of descriptions and advice."""
EARLIEST_YEAR: Final = 1970
LATEST_YEAR: Final = 2199

_REFERENCE: Final = re.compile(
    r'\{[^{}]{0,1000}?"name"\s*:\s*"((?:[^"\\]|\\.){0,256})"[^{}]{0,1000}?\}'
)
_FAILURE: Final = re.compile(r"FAIL(?!OVER)|ERROR", re.IGNORECASE)


def word(body: Resource, *names: str) -> str | None:
    """The first of these members that is a text and says something, cut to a name's length."""
    for name in names:
        value = body.get(name)
        if type(value) is str and value.strip():
            return bounded(value.strip(), LONGEST_NAME)
    return None


def prose(body: Resource, name: str) -> str | None:
    """A member made for people, with embedded references to resources replaced by their names."""
    value = body.get(name)
    if type(value) is not str or not value.strip():
        return None
    text = bounded(value.strip(), 2 * LONGEST_TEXT)
    return bounded(_REFERENCE.sub(r"\1", text), LONGEST_TEXT)


def flag(body: Resource, name: str) -> bool | None:
    """A truth, also where an older interface spells it as a text."""
    value = body.get(name)
    if type(value) is bool:
        return value
    if type(value) is str:
        return {"true": True, "false": False}.get(value.strip().lower())
    return None


def number(body: Resource, name: str) -> int | None:
    """A whole number, also where it is spelled as a text or a float."""
    value = body.get(name)
    if type(value) is int and abs(value) <= LARGEST_NUMBER:
        return value
    if type(value) is float and value.is_integer() and abs(value) <= LARGEST_NUMBER:
        return int(value)
    if type(value) is str and value.isascii() and value.isdigit() and len(value) <= 15:
        return int(value)
    return None


def inner(body: Resource, name: str) -> Resource:
    """A member that is an object; an empty one where it is not."""
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def listed(body: Resource, name: str) -> list[Resource]:
    """The objects of a member that is a list."""
    value = body.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def moment(body: Resource, *names: str) -> datetime | None:
    """The first of these members that is an instant with an offset, in UTC."""
    for name in names:
        value = body.get(name)
        if type(value) is str and len(value) <= 64:
            try:
                instant = read_instant(value.strip())
            except ValueError:
                continue
            if EARLIEST_YEAR <= instant.year <= LATEST_YEAR:
                return instant
    return None


def version(body: Resource, name: str) -> str | None:
    """A member that can be read as a version."""
    value = word(body, name)
    if value is None:
        return None
    try:
        version_key(value)
    except ValueError:
        return None
    return value


def lowered(body: Resource, name: str) -> str | None:
    """A word of an enumeration, in lower case; words that nobody knows stay what they are."""
    value = word(body, name)
    return None if value is None else value.lower()


def path(body: Resource, *names: str) -> str | None:
    """The first of these members that is a resource's address, without query and last slash."""
    value = word(body, *names)
    if value is None or not value.startswith("/rest/"):
        return None
    return value.partition("?")[0].rstrip("/")


def bounded(text: str, limit: int) -> str:
    """The text, cut short where it is longer than `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def instant_text(instant: datetime) -> str:
    """An instant as facts hold it: RFC 3339 in UTC."""
    utc = instant.astimezone(UTC).replace(tzinfo=None)
    precision = "microseconds" if utc.microsecond % 1000 else "milliseconds"
    return utc.isoformat(timespec=precision) + "Z"


def speaks_of_failure(text: str) -> bool:
    """Whether a status word tells of a failure; a failover is none."""
    return _FAILURE.search(text) is not None
