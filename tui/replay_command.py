"""`watchkeeper replay`: what happened in recorded logs, what it required and what it forbade."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Final

from tui import rule_choice, screen_command
from tui.exit_codes import UNUSABLE
from tui.instants import given_instant
from tui.safe_text import harmless, wants_ascii

if TYPE_CHECKING:
    from tui.report import Report

_NARROWEST: Final = 24
_WIDTH_IN_PIPES: Final = 80
_WIDEST: Final = 120
"""Longer lines are hard to read, however wide the terminal is; `--width` asks for them."""
_FAULTS_SHOWN: Final = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What is replayed, by which rules, and what is shown of it."""
    parser.add_argument(
        "logs",
        metavar="LOG",
        nargs="+",
        help="recorded log, also gzip or zstd; - is standard input",
    )
    parser.add_argument(
        "--headless", action="store_true", help="print a report; the screen is not opened"
    )
    parser.add_argument(
        "--format",
        choices=("text", "json", "markdown"),
        default="text",
        help="form of the report: text; json, which is JSON Lines, an object for each change and "
        "a summary; or markdown for tickets",
    )
    parser.add_argument(
        "--at", metavar="TIME", type=given_instant, help="the situation then, such as 02:14 (UTC)"
    )
    rule_choice.add_arguments(parser)
    parser.add_argument(
        "--since", metavar="TIME", type=given_instant, help="show nothing from before then"
    )
    parser.add_argument("--until", metavar="TIME", type=given_instant, help="end the replay then")
    parser.add_argument(
        "--severity",
        metavar="SEVERITY",
        type=_severity,
        help="show findings that are at least this severe: critical, warning, notice, information",
    )
    parser.add_argument(
        "--subject",
        metavar="NAME",
        action="append",
        default=[],
        help="show this subject alone, such as LE-rack-a, pair/LE-rack-a or 'pair/*'",
    )
    parser.add_argument(
        "--verify", action="store_true", help="hold every verdict against the plain evaluator"
    )
    parser.add_argument(
        "--width",
        metavar="COLUMNS",
        type=_columns,
        help="columns of the text; without it the terminal's or COLUMNS",
    )
    parser.add_argument("--ascii", action="store_true", help="print ASCII characters alone")
    parser.add_argument(
        "--plain", action="store_true", help="the report as lines, also on a terminal"
    )
    screen_command.add_arguments(parser)


def _columns(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not _NARROWEST <= int(text[:6]) <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} must be a number from {_NARROWEST} to 1000")
    return int(text)


def _severity(text: str) -> str:
    from rules.vocabulary import SEVERITIES

    if text not in SEVERITIES:
        raise argparse.ArgumentTypeError(f"{text!r} must be one of {', '.join(SEVERITIES)}")
    return text


def run(arguments: argparse.Namespace) -> int:
    """Replay, and return 1 where something critical is still open at the end."""
    contradiction = _contradiction(arguments)
    if contradiction:
        _complain(contradiction)
        return UNUSABLE
    # The screen: on a terminal, unless a report is asked for.
    if _wants_screen(arguments) and screen_command.can_show(arguments):
        return screen_command.replay_on_screen(arguments)
    if _wants_screen(arguments) and sys.stdin.isatty() and sys.stdout.isatty():
        _complain(screen_command.why_not("replay"))
        return UNUSABLE
    ascii_only = arguments.ascii or wants_ascii(sys.stdout)
    report = _report(arguments, ascii_only)
    by_hand = bool(arguments.rules or arguments.add_rules or arguments.overrides)
    if not by_hand:
        # The first line stands on the terminal while rules and engine are still being loaded.
        report.begin(arguments.logs)
        sys.stdout.flush()

    from drivers.journal.faults import JournalError
    from rules.faults import RuleBaseError
    from rules.matcher import EngineFault
    from tui.replay import Replay, UnfitLogError

    try:
        replay = Replay(arguments, report)
        if by_hand:
            replay.load_rules()
            report.begin(arguments.logs)
        return replay.run()
    except RuleBaseError as error:
        for fault in error.faults[:_FAULTS_SHOWN]:
            _complain(str(fault))
        if len(error.faults) > _FAULTS_SHOWN:
            _complain(f"and {len(error.faults) - _FAULTS_SHOWN} more faults in the rules")
    except (JournalError, UnfitLogError) as error:
        _complain(str(error))
    except EngineFault as error:
        _complain(f"the engine is at fault: {error}")
        return 1
    return UNUSABLE


def _wants_screen(arguments: argparse.Namespace) -> bool:
    reported = (arguments.since, arguments.until, arguments.at, arguments.severity)
    asked = arguments.headless or arguments.plain or arguments.verify or arguments.subject
    return not (asked or any(reported) or arguments.format != "text")


def _contradiction(arguments: argparse.Namespace) -> str:
    """What cannot be meant together; empty where everything can."""
    at, until, since = arguments.at, arguments.until, arguments.since
    if at is not None and until is not None:
        return "--at and --until both say where the replay ends: give one of them"
    end = at or until
    if since is not None and end is not None and since.is_after(end):
        return f"--since {since.text} is later than the end, {end.text}"
    if arguments.headless or arguments.plain:
        for name in ("config", "theme", "mouse", "light", "operator"):
            if getattr(arguments, name):
                return f"--{name} is for the screen, which is not opened"
    return ""


def _complain(message: str) -> None:
    sys.stdout.flush()
    sys.stderr.write(f"watchkeeper replay: {harmless(message)}\n")


def _report(arguments: argparse.Namespace, ascii_only: bool) -> Report:
    write = sys.stdout.write
    if arguments.format == "json":
        from tui.report_json import JsonReport

        return JsonReport(write, ascii_only=ascii_only)
    if arguments.format == "markdown":
        from tui.report_markdown import MarkdownReport

        return MarkdownReport(write, ascii_only=ascii_only)
    from tui.report_text import TextReport

    return TextReport(write, arguments.width or _terminal_width(), ascii_only=ascii_only)


def _terminal_width() -> int:
    given = os.environ.get("COLUMNS", "")
    if given.isascii() and given.isdigit() and int(given[:6]) > 0:
        return min(int(given[:6]), _WIDEST)
    if sys.stdout.isatty():
        try:
            columns = os.get_terminal_size(sys.stdout.fileno()).columns
            return min(columns or _WIDTH_IN_PIPES, _WIDEST)
        except OSError:
            pass
    return _WIDTH_IN_PIPES
