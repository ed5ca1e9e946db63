"""`watchkeeper rules`: what helps those who write rules."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from typing import Any, Final

from tui.exit_codes import UNUSABLE
from tui.rules_commands.chosen import say
from tui.safe_text import harmless

_ACTIONS: Final = {
    "check": "name everything that is wrong, with its file and line",
    "test": "find out whether rules find what their tests expect",
    "prove": "walk every combination of some facts: what answers each",
    "new": "write a rule base to begin with, or a rule from a real incident",
    "watch": "check and test at every save, in the terminal",
    "docs": "the whole rule base as a manual, in Markdown or as one HTML page",
    "schema": "JSON Schema for editors, with the facts and their values",
    "fmt": "put rule files into one form; comments and order stay",
    "backtest": "say what a change of rules makes of recorded logs",
    "explain": "say why a rule holds or not, and what would have to change",
    "list": "find rules by text, severity, grade, source, case or fact",
    "show": "show a rule as those on watch will see it",
}
"""Each action is the module of its name in `tui.rules_commands`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The actions, each with its arguments."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    for name, summary in _ACTIONS.items():
        action = actions.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            epilog=parser.epilog,
            allow_abbrev=False,
        )
        module: Any = import_module(f"tui.rules_commands.{name}")
        module.add_arguments(action)
        action.set_defaults(act=module.run, action=name, complain=action.error)


def run(arguments: argparse.Namespace) -> int:
    """Do what the action says; a file that cannot be written or read is told in one line."""
    try:
        code: int = arguments.act(arguments)
    except OSError as error:
        if not isinstance(error.filename, str):
            raise
        said = harmless(f"{error.filename}: {error.strerror}")
        say(f"watchkeeper rules {arguments.action}: {said}\n", sys.stderr)
        return UNUSABLE
    return code
