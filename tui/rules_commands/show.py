"""`watchkeeper rules show`: a rule as those on watch will see it."""

from __future__ import annotations

import argparse
import sys

from tui import rule_choice
from tui.exit_codes import FINE, UNUSABLE
from tui.rules_commands.chosen import (
    UnusableError,
    chosen_rule,
    chosen_rules,
    columns,
    complain,
    write_lines,
)
from tui.safe_text import harmless


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which rules are shown, and in what form."""
    parser.add_argument("rules_shown", metavar="RULE", nargs="+", help="the rule's id")
    rule_choice.add_arguments(parser)
    parser.add_argument("--toml", action="store_true", help="the rule's own text instead")


def run(arguments: argparse.Namespace) -> int:
    """Print the rules, one after another."""
    from tui.rules_commands.rule_text import rule_lines

    try:
        rule_base = chosen_rules(arguments)
        found = [chosen_rule(rule_base, rule_id) for rule_id in arguments.rules_shown]
    except UnusableError as error:
        complain(arguments, error)
        return UNUSABLE
    for number, rule in enumerate(found):
        if number:
            sys.stdout.write("\n")
        if arguments.toml:
            write_lines([harmless(f"# {rule.place.file}:{rule.place.line}")])
            write_lines([harmless(line) for line in rule.text.rstrip("\n").split("\n")])
        else:
            write_lines(list(rule_lines(rule, rule_base, columns())))
    return FINE
