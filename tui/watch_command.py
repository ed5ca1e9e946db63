"""`watchkeeper watch`: recorder and screen in one, or a screen over what others record."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tui import rule_choice, screen_command, simulate_command
from tui.exit_codes import UNUSABLE
from tui.safe_text import harmless, wants_ascii

if TYPE_CHECKING:
    from rules.rule_base import RuleBase
    from tui.plain import PlainWatch
    from tui.session.follow import FollowSession
    from tui.session.session import Session
    from tui.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What is watched, by which rules, and how it is shown."""
    parser.add_argument(
        "--from",
        dest="followed",
        metavar="JOURNAL",
        help="follow this journal, which others record; several may follow the same one",
    )
    parser.add_argument(
        "--demo", action="store_true", help="watch simulated appliances, over HTTPS on loopback"
    )
    parser.add_argument(
        "--scenario", metavar="NAME", help="what befalls them in the demo; list: all there are"
    )
    parser.add_argument(
        "--speed", type=simulate_command.speed, help="how many times faster the demo's time goes"
    )
    add_recording(parser)
    parser.add_argument(
        "--plain", action="store_true", help="append lines; no screen, no escape sequences"
    )
    parser.add_argument("--ascii", action="store_true", help="show ASCII characters alone")
    rule_choice.add_arguments(parser)
    screen_command.add_arguments(parser)


def add_recording(parser: argparse.ArgumentParser) -> None:
    """Where what is read live is kept."""
    parser.add_argument(
        "--journal", metavar="FILE", type=Path, help="keep the journal here (the configuration's)"
    )
    parser.add_argument(
        "--raw",
        action="store_true",
        help="also keep the answers themselves, without what is secret in them",
    )


def run(arguments: argparse.Namespace) -> int:
    """Watch until the operator leaves."""
    arguments.command = "watch"
    journal: str | None = arguments.followed
    if arguments.scenario == "list":
        return simulate_command.list_scenarios()
    if arguments.demo or not journal:
        from tui.recording import live

        return live.run(arguments)
    problem = _problem(Path(journal))
    if problem:
        sys.stderr.write(f"watchkeeper watch: {harmless(problem)}\n")
        return UNUSABLE

    def session(
        rule_base: RuleBase, settings: Settings, plain: PlainWatch | None = None
    ) -> FollowSession:
        from tui.session.follow import FollowSession

        return FollowSession(
            journal,
            rule_base,
            clock=time.monotonic,
            wall=screen_command.wall,
            rule_files=screen_command.rule_files(arguments),
            operator=arguments.operator or settings.screen.operator,
            kept=screen_command.kept_beside(arguments, [journal]),
            listener=plain.listen if plain else None,
        )

    if arguments.plain:
        return _follow_plainly(arguments, session)

    def prepare(rule_base: RuleBase, settings: Settings) -> Callable[[], Session]:
        return lambda: session(rule_base, settings)

    return screen_command.open_screen(arguments, prepare)


def _problem(journal: Path) -> str:
    """Why a journal cannot be followed; one that is not there yet can."""
    if journal.is_dir():
        return f"{journal} is a directory; a journal is a file"
    if not journal.exists():
        return "" if journal.parent.is_dir() else f"{journal.parent} is no folder"
    return "" if os.access(journal, os.R_OK) else f"{journal} may not be read"


def _follow_plainly(arguments: argparse.Namespace, session: Callable[..., FollowSession]) -> int:
    from rules.faults import RuleBaseError
    from tui.plain import follow_plainly
    from tui.settings import SettingsError, load_settings

    try:
        settings = load_settings(arguments.config)
        rule_base, _ = rule_choice.choose(arguments)
    except (SettingsError, RuleBaseError) as error:
        sys.stderr.write(f"watchkeeper watch: {harmless(str(error))}\n")
        return UNUSABLE
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else 80
    return follow_plainly(
        lambda plain: session(rule_base, settings, plain),
        columns=columns,
        ascii_only=arguments.ascii or settings.screen.ascii or wants_ascii(sys.stdout),
    )
