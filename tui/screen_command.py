"""The options of the screen, and how commands open it."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tui import rule_choice
from tui.exit_codes import UNUSABLE
from tui.safe_text import harmless
from tui.settings import Settings, SettingsError, load_settings
from tui.themes import theme

if TYPE_CHECKING:
    from rules.rule_base import RuleBase
    from tui.session.rule_files import RuleFiles
    from tui.session.run import KeptRules
    from tui.session.session import Session

_FAULTS_SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How the screen looks and what it listens to."""
    parser.add_argument("--mouse", action="store_true", help="let the screen have the mouse")
    parser.add_argument(
        "--theme", metavar="NAME", type=theme, help="colours other than the terminal's own 16"
    )
    parser.add_argument("--light", action="store_true", help="the terminal's background is light")
    parser.add_argument("--operator", metavar="NAME", help="the name on your events")
    parser.add_argument("--config", metavar="FILE", type=Path, help="configuration to use")


def wall() -> datetime:
    """The time of day."""
    return datetime.now(UTC)


def open_screen(
    arguments: argparse.Namespace,
    prepare: Callable[[RuleBase, Settings], Callable[[], Session]],
    *,
    doubtful: bool = False,
) -> int:
    """Show what `prepare` makes a session of, under the rules that were chosen.

    The screen is opened first, and rules and logs in the session's own thread: loading them takes
    longer than opening it. Rules that were chosen by hand, and what is `doubtful`, are loaded
    before, so that nothing flashes up when all there is to show is one line about a fault. What
    `prepare` returns is called in the session's own thread always.
    """
    try:
        settings = load_settings(arguments.config)
    except SettingsError as error:
        sys.stderr.write(f"watchkeeper {arguments.command}: {harmless(str(error))}\n")
        return UNUSABLE

    def ready() -> Callable[[], Session]:
        return _prepared(arguments, prepare, settings)

    make: Callable[[], Session] = lambda: ready()()  # noqa: E731
    if doubtful or rule_choice.by_hand(arguments):
        from tui.session.worker import CannotBeginError

        try:
            make = ready()
        except CannotBeginError as error:
            sys.stderr.write(f"{error}\n")
            return UNUSABLE
    from tui.screen.start import ScreenWishes, run_screen

    wishes = ScreenWishes(
        ascii_only=arguments.ascii or settings.screen.ascii,
        mouse=arguments.mouse or settings.screen.mouse,
        theme=arguments.theme or settings.screen.theme,
        light=arguments.light or settings.screen.light,
        keys=settings.keys_of_actions(),
        command=arguments.command,
    )
    return run_screen(make, wishes)


def _prepared(
    arguments: argparse.Namespace,
    prepare: Callable[[RuleBase, Settings], Callable[[], Session]],
    settings: Settings,
) -> Callable[[], Session]:
    """Load the rules, and prepare a session.

    Raises:
        CannotBeginError: with what is wrong with rules or logs.
    """
    from drivers.journal.faults import JournalError
    from rules.faults import RuleBaseError
    from tui.session.worker import CannotBeginError

    try:
        rule_base, _ = rule_choice.choose(arguments)
        return prepare(rule_base, settings)
    except JournalError as error:
        faults = [str(error)]
    except RuleBaseError as error:
        faults = [str(fault) for fault in error.faults[:_FAULTS_SHOWN]]
    raise CannotBeginError(
        [f"watchkeeper {arguments.command}: {harmless(fault)}" for fault in faults]
    )


def refuse_without_terminal(arguments: argparse.Namespace) -> bool:
    """Say that there can be no screen here, before anything is begun for it."""
    from tui.screen.start import refusal

    reason = refusal(os.environ, (sys.stdin, sys.stdout), arguments.command)
    if reason:
        sys.stderr.write(f"watchkeeper {arguments.command}: {reason}\n")
    return bool(reason)


def can_show(arguments: argparse.Namespace) -> bool:
    """Whether the terminal is one on which there can be a screen."""
    return not why_not("replay")


def why_not(command: str) -> str:
    """Why a command can open no screen on this terminal; empty where it can."""
    from tui.screen.start import refusal

    return refusal(os.environ, (sys.stdin, sys.stdout), command)


def replay_on_screen(arguments: argparse.Namespace) -> int:
    """`watchkeeper replay` on a terminal."""

    def prepare(rule_base: RuleBase, settings: Settings) -> Callable[[], Session]:
        from drivers.journal.faults import Faults
        from tui.session.recorded_log import RecordedLog
        from tui.session.replay import ReplaySession
        from tui.slow_pipes import told_when_slow

        with told_when_slow(arguments.logs):
            log = RecordedLog(arguments.logs, faults=Faults(keep=200))

        def make() -> Session:
            return ReplaySession(
                log,
                rule_base,
                clock=time.monotonic,
                wall=wall,
                rule_files=rule_files(arguments),
                operator=arguments.operator or settings.screen.operator,
                kept=kept_beside(arguments, arguments.logs),
            )

        return make

    arguments.command = "replay"
    doubtful = not all(_seems_readable(log) for log in arguments.logs)
    return open_screen(arguments, prepare, doubtful=doubtful)


def _seems_readable(log: str) -> bool:
    if not Path(log).is_file():
        return False
    try:
        with open(log, "rb", buffering=0) as file:  # noqa: PTH123
            file.read(1)
    except OSError:
        return False
    return True


def rule_files(arguments: argparse.Namespace) -> RuleFiles:
    """The rule files that are read again as they are saved."""
    from tui.session.rule_files import RuleFiles

    folders = [arguments.rules or rule_choice.SHIPPED, *arguments.add_rules]
    return RuleFiles(folders, arguments.overrides)


def kept_beside(arguments: argparse.Namespace, logs: Sequence[str]) -> KeptRules | None:
    """Where the rules that a journal says were loaded are found; none where others judge."""
    if arguments.rules is not None or arguments.add_rules or arguments.overrides:
        return None
    from rules.faults import RuleBaseError

    found: dict[str, RuleBase | None] = {}

    def kept(rules_hash: str) -> RuleBase | None:
        if rules_hash not in found:
            try:
                found[rules_hash] = rule_choice.kept_rules(logs, rules_hash)
            except (RuleBaseError, OSError, ValueError):
                found[rules_hash] = None
        return found[rules_hash]

    return kept
