"""What can be done to a simulated site, by name: in a scenario, in a test, or by a person.

A command is a function of the site whose further arguments are all named. Scenarios and the
control address give their values as TOML and JSON have them, a duration as a text such as `"12m"`.
"""

from __future__ import annotations

import difflib
import inspect
import types
from collections.abc import Callable, Mapping
from datetime import timedelta
from importlib import import_module
from typing import (
    Any,
    Final,
    Literal,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from drivers.simulator.naming import name_at
from drivers.simulator.site import Site
from rules.values import read_duration

Command: TypeAlias = Callable[..., None]
_Function = TypeVar("_Function", bound=Command)

_COMMANDS: Final[dict[str, Command]] = {}
_MODULES: Final = ("updates", "availability", "links", "primaries", "backups", "lives", "watching")


class CommandError(ValueError):
    """A command that is not known, or cannot be done as it was given."""


def command(function: _Function) -> _Function:
    """Make a function of the site a command, under its own name."""
    _COMMANDS[function.__name__] = function
    return function


def all_commands() -> dict[str, Command]:
    """All commands by name."""
    for module in _MODULES:
        import_module(f"drivers.simulator.{module}")
    return _COMMANDS


def check(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a command, read as its parameters want them.

    Raises:
        CommandError: there is no such command or argument, or a value cannot be one of it.
    """
    known = all_commands()
    if name not in known:
        raise CommandError(f"there is no command {name!r}{_nearest(name, known)}")
    hints = get_type_hints(known[name])
    parameters = inspect.signature(known[name]).parameters
    wanted = {key: value for key, value in parameters.items() if key != "site"}
    read: dict[str, Any] = {}
    for key, value in given.items():
        if key not in wanted:
            raise CommandError(f"{name} takes no {key!r}{_nearest(key, wanted)}")
        try:
            read[key] = _read(hints[key], value)
        except ValueError as error:
            raise CommandError(f"{name}, {key}: {error}") from None
    for key, parameter in wanted.items():
        if key not in read and parameter.default is parameter.empty:
            raise CommandError(f"{name} needs {key!r}")
    return read


def carry_out(site: Site, name: str, given: Mapping[str, Any]) -> None:
    """Do a command to the site, at its present instant. Pairs and modules may be given by the names
    that they have at the harbour.

    Raises:
        CommandError: it cannot be done as it was given.
    """
    arguments = {
        key: name_at(site.name, value) if isinstance(value, str) else value
        for key, value in check(name, given).items()
    }
    _COMMANDS[name](site, **arguments)


def _nearest(word: str, words: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(word, words, n=1)
    return f": {near[0]!r} is the nearest" if near else f"; there are {', '.join(sorted(words))}"


def _read(kind: Any, value: Any) -> Any:
    origin = get_origin(kind)
    if origin is Literal:
        if value in get_args(kind):
            return value
        raise ValueError(f"must be one of {', '.join(map(repr, get_args(kind)))}, not {value!r}")
    if origin in (Union, types.UnionType):
        wanted = next(item for item in get_args(kind) if item is not types.NoneType)
        return None if value is None else _read(wanted, value)
    if origin is list:
        if not isinstance(value, list):
            raise ValueError("must be a list")
        return [_read(get_args(kind)[0], item) for item in value]
    if kind is timedelta:
        if isinstance(value, str):
            return read_duration(value)
        raise ValueError('must be a duration such as "12m"')
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise ValueError(f"must be of the type {kind.__name__}, not {value!r}")
    return value


# --- for the commands themselves ---


def the_pair(site: Site, name: str) -> Any:
    """The pair of that name; an empty one names the primary, else the first.

    Raises:
        CommandError: there is none.
    """
    name = name or site.primary or next(iter(site.pairs), "")
    if name not in site.pairs:
        raise CommandError(f"there is no pair {name!r}{_nearest(name, site.pairs)}")
    return site.pairs[name]
