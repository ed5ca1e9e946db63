"""`watchkeeper rules check`: whether rule files can be used, and what is wrong with them."""

from __future__ import annotations

import argparse
import sys

from tui import rule_choice
from tui.exit_codes import FINE, FOUND
from tui.phrases import say_count
from tui.safe_text import harmless


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be done with rule files, and with which."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    check = actions.add_parser("check", help="name every fault with its file and line")
    rule_choice.add_arguments(check)


def run(arguments: argparse.Namespace) -> int:
    """Load the rules, and print every fault there is."""
    from rules.faults import RuleBaseError

    try:
        rule_base, _ = rule_choice.choose(arguments)
    except RuleBaseError as error:
        for fault in error.faults:
            sys.stdout.write(harmless(str(fault)) + "\n")
        sys.stdout.write(f"{say_count(len(error.faults), 'fault')}\n")
        return FOUND
    facts = say_count(len(rule_base.facts), "fact")
    rules = say_count(len(rule_base.rules), "rule")
    sys.stdout.write(f"{harmless(rule_base.title)}: {rules} and {facts}, no fault\n")
    return FINE
