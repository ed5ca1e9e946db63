"""Scenarios: small TOML files that say which command is done to the site at which time.

    title = "The standby's update fails"
    case = "U6"

    [[do]]
    at = "10m"
    command = "start_update"
    fail_at = "standby"

`at` counts from the start, as time passes at real appliances; `pairs`, `lone` and `page_size` say
what the site is like.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources
from pathlib import Path
from typing import Any, Final

import tomli

from drivers.simulator.commands import CommandError, carry_out, check
from drivers.simulator.schedule import Action
from drivers.simulator.site import Site
from rules.values import read_duration

_KEYS: Final[dict[str, type]] = {
    "title": str,
    "case": str,
    "story": str,
    "pairs": int,
    "lone": bool,
    "page_size": int,
    "do": list,
}


class ScenarioError(ValueError):
    """A scenario that is not there, or cannot be read."""


@dataclass(frozen=True)
class Step:
    """One command, and when it is done."""

    at: timedelta
    command: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Scenario:
    """What happens at a site."""

    name: str
    title: str
    case: str = ""
    story: str = ""
    pairs: int = 2
    lone: bool = False
    page_size: int = 256
    steps: tuple[Step, ...] = ()

    def plan(self, site: Site) -> None:
        """Let the site do all of it, counted from its present instant."""
        for step in self.steps:
            site.schedule.after(step.at, _doing(site, step))


def _doing(site: Site, step: Step) -> Action:
    def do() -> None:
        try:
            carry_out(site, step.command, step.arguments)
        except CommandError as error:
            site.mishaps.append(f"{step.command}: {error}")

    return do


def names() -> list[str]:
    """The names of the shipped scenarios, in order."""
    return sorted(
        entry.name.removesuffix(".toml")
        for entry in _folder().iterdir()
        if entry.name.endswith(".toml")
    )


def load(name: str) -> Scenario:
    """A shipped scenario by its name, or one from a file of one's own.

    Raises:
        ScenarioError: there is none, or it cannot be read.
    """
    if name.endswith(".toml"):
        path = Path(name)
        try:
            return read(path.read_text(encoding="utf-8"), path.stem)
        except (OSError, UnicodeDecodeError) as error:
            raise ScenarioError(f"{name} cannot be read: {error}") from None
    if name not in names():
        beginning = [one for one in names() if name and one.lower().startswith(name.lower())]
        near = beginning or difflib.get_close_matches(name, names(), n=1, cutoff=0.3)
        hint = f": {near[0]} is the nearest" if near else ""
        raise ScenarioError(f"there is no scenario {name!r}{hint}")
    return read((_folder() / f"{name}.toml").read_text(encoding="utf-8"), name)


def read(text: str, name: str) -> Scenario:
    """A scenario from its text.

    Raises:
        ScenarioError: it is no TOML, or no scenario.
    """
    try:
        table = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise ScenarioError(f"{name}: {error}") from None
    for key, value in table.items():
        if key not in _KEYS:
            near = difflib.get_close_matches(key, _KEYS, n=1)
            raise ScenarioError(f"{name}: {key!r} is unknown{_hint(near)}")
        if type(value) is not _KEYS[key]:
            raise ScenarioError(f"{name}: {key} must be of the type {_KEYS[key].__name__}")
    if not table.get("title"):
        raise ScenarioError(f"{name}: it has no title")
    steps = [
        _read_step(entry, f"{name}, step {number}")
        for number, entry in enumerate(table.pop("do", []), 1)
    ]
    return Scenario(name=name, steps=tuple(steps), **table)


def _read_step(entry: Any, where: str) -> Step:
    if not isinstance(entry, dict) or not isinstance(entry.get("command"), str):
        raise ScenarioError(f"{where}: it names no command")
    arguments = {key: value for key, value in entry.items() if key not in ("at", "command")}
    try:
        at = read_duration(str(entry.get("at", "")))
    except ValueError as error:
        raise ScenarioError(f"{where}: at {error}") from None
    try:
        check(entry["command"], arguments)
    except CommandError as error:
        raise ScenarioError(f"{where}: {error}") from None
    return Step(at, entry["command"], arguments)


def _hint(near: list[str]) -> str:
    return f": {near[0]!r} is the nearest" if near else ""


def _folder() -> Any:
    return resources.files("drivers.simulator") / "scenarios"
