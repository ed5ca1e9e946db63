"""What facts can be: reading, checking and comparing the values of each type of fact."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, TypeAlias

from rules.vocabulary import FactType

LARGEST_NUMBER: Final = 2**53
"""Beyond it a float cannot tell two integers apart."""

LONGEST_TEXT: Final = 65_536
"""Characters; a longer text makes its fact unknown."""

FUTURE_TOLERANCE: Final = timedelta(minutes=5)
"""An instant further ahead of the journal's time is unknown (law 10)."""

PYTHON_TYPE: Final[dict[FactType, type]] = {
    "bool": bool,
    "int": int,
    "float": float,
    "text": str,
    "enum": str,
    "version": str,
    "instant": str,
    "duration": float,
}
"""The type in which a fact's value is kept once it has been read."""

Value: TypeAlias = bool | int | float | str

VersionKey: TypeAlias = tuple[tuple[int, int, str], ...]

_VERSION: Final = re.compile(r"[vV]?[0-9]{1,18}(?:[.\-+_][0-9A-Za-z]{1,64}){0,15}")
_VERSION_SEPARATOR: Final = re.compile(r"[.\-+_]")
_DURATION: Final = re.compile(r"(?:[0-9]{1,9}(?:\.[0-9]{1,6})?(?:ms|s|m|h|d|w))+")
_DURATION_PART: Final = re.compile(r"([0-9.]+)(ms|s|m|h|d|w)")
_SECONDS: Final = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_LONGEST_DURATION: Final = timedelta(days=36_500)
_SECOND: Final = timedelta(seconds=1)


def read_value(kind: FactType, raw: object) -> Value:
    """Turn what an event or a rule file says into a value of the fact's type.

    Raises:
        ValueError: with what would be right, when it cannot be one.
    """
    match kind:
        case "bool":
            if type(raw) is bool:
                return raw
            raise ValueError(f"must be true or false{_unquoted(raw)}")
        case "int":
            if type(raw) is int and -LARGEST_NUMBER <= raw <= LARGEST_NUMBER:
                return raw
            raise ValueError(f"must be a whole number within 2^53{_unquoted(raw)}")
        case "float":
            return _read_number(raw)
        case "duration":
            if isinstance(raw, str):
                return read_duration(raw).total_seconds()
            return _read_number(raw)
        case _:
            if type(raw) is not str:
                raise ValueError("must be a text")
            if len(raw) > LONGEST_TEXT:
                raise ValueError(f"must be at most {LONGEST_TEXT} characters")
            if kind == "version":
                version_key(raw)
            elif kind == "instant":
                read_instant(raw)
            return raw


def _read_number(raw: object) -> float:
    if type(raw) in (int, float):
        number = raw
        assert isinstance(number, (int, float))
        if -LARGEST_NUMBER <= number <= LARGEST_NUMBER and math.isfinite(number):
            return float(number)
    raise ValueError(f"must be a finite number within 2^53{_unquoted(raw)}")


def _unquoted(raw: object) -> str:
    return ", without quotes" if isinstance(raw, str) else ""


@lru_cache(maxsize=4096)
def read_instant(text: str) -> datetime:
    """An RFC 3339 text (also ISO 8601's compact form) as a UTC time.

    Raises:
        ValueError: when it is none, or has no offset.
    """
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            raise ValueError
        return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("must be an instant such as 2026-11-22T02:14:07Z") from None


def read_relative_instant(text: str, now: datetime) -> datetime:
    """An instant counted from another: `-65m`, `+2h`.

    Raises:
        ValueError: when it is none.
    """
    sign, length = text[:1], text[1:]
    try:
        if sign not in ("+", "-"):
            raise ValueError
        span = read_duration(length)
    except ValueError:
        raise ValueError('must be an instant, or a duration such as "-65m"') from None
    return now + span if sign == "+" else now - span


@lru_cache(maxsize=4096)
def version_key(text: str) -> VersionKey:
    """What versions are ordered and compared by: numbers as numbers, trailing zeros dropped.

    Raises:
        ValueError: when the text is no version.
    """
    if not _VERSION.fullmatch(text):
        raise ValueError("must be a version such as 5.20.01-0312345")
    parts: list[tuple[int, int, str]] = []
    for part in _VERSION_SEPARATOR.split(text.lstrip("vV")):
        if part.isascii() and part.isdigit() and len(part) <= 18:
            parts.append((1, int(part), ""))
        else:
            parts.append((0, 0, part))
    while parts and parts[-1] == (1, 0, ""):
        parts.pop()
    return tuple(parts)


@lru_cache(maxsize=1024)
def read_duration(text: str) -> timedelta:
    """A duration such as `900ms`, `90s`, `45m`, `24h`, `1h30m`, `7d`.

    Raises:
        ValueError: when it is none, or longer than a hundred years.
    """
    if not _DURATION.fullmatch(text):
        raise ValueError('must be a duration such as "90s", "45m", "1h30m", "7d" or "900ms"')
    seconds = sum(float(n) * _SECONDS[unit] for n, unit in _DURATION_PART.findall(text))
    duration = timedelta(seconds=seconds)
    if duration > _LONGEST_DURATION:
        raise ValueError("must be at most a hundred years")
    return duration


def comparable(kind: FactType, value: Value) -> Any:
    """What two values of one type are compared by."""
    if kind == "version":
        return version_key(str(value))
    if kind == "instant":
        return read_instant(str(value))
    return value


def show_duration(duration: timedelta) -> str:
    """A duration as people write it, exactly: `1h 30m`, `45m`, `10s`, `1.5s`, `900ms`."""
    if duration < timedelta():
        return "-" + show_duration(-duration)
    if timedelta() < duration < _SECOND:
        return f"{_decimal(duration.microseconds, 3)}ms"
    hours, seconds = divmod(duration.seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    rest = _decimal(seconds * 1_000_000 + duration.microseconds, 6)
    parts = [(str(duration.days), "d"), (str(hours), "h"), (str(minutes), "m"), (rest, "s")]
    return " ".join(f"{n}{unit}" for n, unit in parts if n != "0") or "0s"


def show_seconds(seconds: float) -> str:
    """What a duration is kept as, as people write it; what no time span can say, in seconds."""
    if abs(seconds) <= _LONGEST_DURATION.total_seconds():
        duration = timedelta(seconds=seconds)
        if duration or not seconds:
            return show_duration(duration)
    return f"{int(seconds) if float(seconds).is_integer() else seconds!r}s"


def _decimal(number: int, places: int) -> str:
    """A whole number with its last places behind a point, without zeros at the end."""
    whole, rest = divmod(number, 10**places)
    return f"{whole}.{rest:0{places}d}".rstrip("0").rstrip(".")
