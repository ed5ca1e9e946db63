"""From the command line to a plan: the configuration, the passwords, the journal."""

from __future__ import annotations

import argparse
import getpass
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from drivers.configuration import (
    Configuration,
    ConfigurationError,
    DocumentPath,
    default_path,
    read_configuration,
)
from drivers.live.session import NoPasswordError, PasswordSource
from drivers.passwords import password_source
from tui.exit_codes import FOUND, UNUSABLE
from tui.recording.build import Plan, check_trust
from tui.recording.session import is_free
from tui.safe_text import harmless
from tui.screen_command import wall
from tui.settings import SettingsError, load_settings


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
    try:
        check_trust(configuration)
    except (OSError, ValueError) as error:
        raise CannotStartError([f"the authorities cannot be read (ca_file): {error}"]) from None
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


def lines_of(text: bytes, parts: set[DocumentPath]) -> dict[DocumentPath, int]:
    """The lines on which parts of a configuration stand."""
    # Imported late: a configuration without faults needs no parse tree.
    from rules.positions import locate

    return {part: spot.line for part, spot in locate(text, parts).items()}


def passwords_of(configuration: Configuration) -> list[PasswordSource]:
    """Where each deployment's password comes from; those that are nowhere are asked for now.

    Raises:
        CannotStartError: there is nobody to ask.
    """
    prompt: Callable[[str], str] | None = None
    if sys.stdin is not None and sys.stdin.isatty():
        prompt = ask
    hidden = {one.password.environment for one in configuration.deployments}
    try:
        return [
            password_source(one, prompt=prompt, hidden=hidden) for one in configuration.deployments
        ]
    except NoPasswordError as error:
        raise CannotStartError([str(error)]) from None


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
