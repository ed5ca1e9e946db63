"""Reads single values of a configuration file; each says what would be right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from rules.values import read_duration

_SIZES: Final = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
_SMALLEST_PART: Final = 1 << 16


def as_duration(said: Any) -> timedelta:
    """A length of time."""
    if not isinstance(said, str):
        raise ValueError('must be a duration such as "15s"')
    return read_duration(said)


def as_pause(said: Any) -> timedelta:
    """A length of time between a second and an hour."""
    duration = as_duration(said)
    if not timedelta(seconds=1) <= duration <= timedelta(hours=1):
        raise ValueError("must be between 1s and 1h")
    return duration


def as_size(said: Any) -> int:
    """Bytes, of at least a journal's smallest part."""
    unit = said[-3:] if isinstance(said, str) else ""
    digits = said[:-3].strip() if unit in _SIZES else ""
    if not digits.isascii() or not digits.isdigit() or len(digits) > 6:
        raise ValueError('must be a size such as "64MiB"')
    size = int(digits) * _SIZES[unit]
    if size < _SMALLEST_PART:
        raise ValueError("must be at least 64KiB")
    return size


def as_port(said: Any) -> int:
    """A port of TCP."""
    if type(said) is int and 0 < said < 65_536:
        return said
    raise ValueError("must be a port from 1 to 65535")


def as_interface_version(said: Any) -> int:
    """A version of HPE OneView's interface."""
    if type(said) is int and 0 < said < 100_000:
        return said
    raise ValueError("must be an interface version such as 1600")


def as_flag(said: Any) -> bool:
    """True or false."""
    if type(said) is bool:
        return said
    raise ValueError("must be true or false")
