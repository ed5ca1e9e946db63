"""From the command line to a plan: the configuration, the passwords, the journal."""

from __future__ import annotations

import argparse
import errno
import getpass
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from drivers.configuration import (
    Configuration,
    ConfigurationError,
    PasswordFrom,
    default_path,
    read_configuration,
)
from drivers.configuration_table import DocumentPath
from drivers.journal.faults import printable
from drivers.live.session import NoPasswordError, PasswordSource
from drivers.passwords import password_source, why_no_password
from tui.exit_codes import FOUND, UNUSABLE
from tui.recording.asked_password import asked_password
from tui.recording.build import Plan, why_no_trust
from tui.recording.session import is_free
from tui.safe_text import harmless
from tui.screen_command import wall
from tui.settings import SettingsError, load_settings

_NEVER: Final = frozenset({errno.ENOENT, errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL})
"""What no waiting and no other start will change; a folder's name in a system that makes none
(`/proc`) is not found although its parents were to be made."""


class CannotStartError(Exception):
    """Why live watching cannot begin: a line for each reason."""

    def __init__(self, reasons: Sequence[str], code: int = UNUSABLE) -> None:
        """`code` is the exit code; another than `UNUSABLE` where the reasons may pass by
        themselves, so that a service that is started again can succeed."""
        super().__init__("\n".join(reasons))
        self.reasons = list(reasons)
        self.code = code


def plan_of(arguments: argparse.Namespace) -> Plan:
    """What the configuration and the options ask for.

    Raises:
        CannotStartError: with everything that stands in the way.
    """
    path: Path = arguments.config or default_path()
    if arguments.config is None and not path.exists():
        raise CannotStartError(
            [
                f"there is no configuration yet: copy samples/config.toml to {path}",
                "to see the watch at work first, on appliances that do not exist: "
                "watchkeeper watch --demo",
            ]
        )
    try:
        configuration = read_configuration(path, lines_of)
        # The screen's tables stand in the same file, and a recorder's is the people's on watch too.
        load_settings(arguments.config)
    except ConfigurationError as error:
        raise CannotStartError(error.faults) from None
    except SettingsError as error:
        raise CannotStartError([str(error)]) from None
    if arguments.journal is not None:
        journal = replace(configuration.journal, path=Path(arguments.journal).absolute())
        configuration = replace(configuration, journal=journal)
    missing = _missing(configuration, path)
    if missing:
        raise CannotStartError(missing)
    impossible = _impossible_folder(configuration.journal.path.parent)
    if impossible:
        raise CannotStartError([impossible])
    taken = is_free(configuration.journal.path)
    if taken:
        followed = f"follow it with: watchkeeper watch --from {configuration.journal.path}"
        raise CannotStartError(
            [taken, followed] if "is already being recorded" in taken else [taken], FOUND
        )
    return Plan(
        configuration,
        passwords_of(configuration),
        wall,
        host_name(),
        raw=raw_folder(configuration.journal.path) if arguments.raw else None,
    )


def _missing(configuration: Configuration, file: Path) -> list[str]:
    """What the configuration names and is not there, each with its line: whoever starts a watch is
    told before it begins blind."""
    found: list[tuple[int, str, str]] = []
    for number, settings in enumerate(configuration.deployments):
        untrusted = why_no_trust(settings)
        if untrusted:
            found.append((number, "ca_file", f"{printable(settings.ca_file)} {untrusted}"))
        absent = why_no_password(settings)
        if absent is not None:
            found.append((number, *absent))
    if not found:
        return []
    parts: set[DocumentPath] = {("deployment", number, key) for number, key, _ in found}
    try:
        lines = lines_of(file.read_bytes(), parts)
    except OSError:
        lines = {}
    told = []
    for number, key, reason in found:
        line = lines.get(("deployment", number, key))
        place = f"{printable(str(file))}:{line}" if line else printable(str(file))
        name = printable(configuration.deployments[number].name, 60)
        told.append(f"{place}: [[deployment]] {name}: {key}: {reason}")
    return told


def _impossible_folder(folder: Path) -> str:
    """Why a folder can never be made where it is to lie; empty where it is there, or may be made
    now or later."""
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        if error.errno in _NEVER:
            return f"the journal's folder {printable(str(folder))} cannot be: {error.strerror}"
    return ""


def lines_of(text: bytes, parts: set[DocumentPath]) -> dict[DocumentPath, int]:
    """The lines on which parts of a configuration stand."""
    # Imported late: a configuration without faults needs no parse tree.
    from rules.positions import locate

    return {part: spot.line for part, spot in locate(text, parts).items()}


def passwords_of(configuration: Configuration) -> list[PasswordSource]:
    """Where each deployment's password comes from; those that are nowhere are asked for now, and
    again where they are refused.

    Raises:
        CannotStartError: there is nobody to ask, or all that was given is refused.
    """
    prompt: Callable[[str], str] | None = None
    if sys.stdin is not None and sys.stdin.isatty():
        prompt = ask
    hidden = {one.password.environment for one in configuration.deployments}
    try:
        return [
            asked_password(one, prompt, _say)
            if prompt is not None and one.password == PasswordFrom()
            else password_source(one, hidden=hidden)
            for one in configuration.deployments
        ]
    except NoPasswordError as error:
        raise CannotStartError([str(error)]) from None


def _say(text: str) -> None:
    sys.stderr.write(f"{harmless(text)}\n")
    sys.stderr.flush()


def ask(question: str) -> str:
    """Ask for a password at the terminal, without showing it."""
    return getpass.getpass(harmless(question) + " ")


def raw_folder(journal: Path) -> Path:
    """Where the answers themselves are kept: beside the journal."""
    return journal.with_name(journal.name + ".raw")


def host_name() -> str:
    """This machine's name, as the watch's own source is called by it."""
    name = platform.node().partition(".")[0]
    return "".join(sign for sign in name if sign.isalnum() or sign in "-_") or "here"
