"""`watchkeeper rules show`: a rule as those on watch will see it."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from tui import rule_choice
from tui.exit_codes import FINE, UNUSABLE
from tui.rules_commands.chosen import (
    UnusableError,
    as_harmless_json,
    chosen_rule,
    chosen_rules,
    columns,
    complain,
    say_base,
    write_lines,
)
from tui.safe_text import harmless

if TYPE_CHECKING:
    from rules.rule_base import Rule, RuleBase


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which rules are shown, and in what form."""
    parser.add_argument("rules_shown", metavar="RULE", nargs="+", help="the rule's id")
    rule_choice.add_arguments(parser)
    parser.add_argument("--toml", action="store_true", help="the rule's own text instead")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form")


def run(arguments: argparse.Namespace) -> int:
    """Print the rules, one after another."""
    from tui.rules_commands.rule_text import rule_lines

    try:
        rule_base = chosen_rules(arguments)
        found = [chosen_rule(arguments, rule_base, rule_id) for rule_id in arguments.rules_shown]
    except UnusableError as error:
        complain(arguments, error)
        return UNUSABLE
    if arguments.format == "json":
        sys.stdout.write(as_harmless_json([_object(rule, rule_base) for rule in found]) + "\n")
        return FINE
    for number, rule in enumerate(found):
        if number:
            sys.stdout.write("\n")
        if arguments.toml:
            write_lines([harmless(f"# {rule.place.file}:{rule.place.line}")])
            write_lines([harmless(line) for line in rule.text.rstrip("\n").split("\n")])
        else:
            base = say_base(arguments, rule_base)
            write_lines(list(rule_lines(rule, rule_base, columns(), base)))
    return FINE


def _object(rule: Rule, rule_base: RuleBase) -> dict[str, object]:
    """Everything that a rule says, for programs; patterns in words, as the text has them."""
    from rules.authoring.patterns_in_words import pattern_lines
    from rules.values import show_duration
    from tui.rules_commands.list import rule_as_object

    until = rule.until
    return {
        **rule_as_object(rule),
        "impact": rule.impact,
        "when": list(pattern_lines(rule.when, rule_base)),
        "until": list(pattern_lines(until, rule_base)) if until is not None else None,
        "for": show_duration(rule.hold) if rule.hold is not None else None,
        "occurrence": rule.occurrence or None,
        "suppresses": list(rule.suppresses),
        "contact_support": rule.support.grade if rule.support is not None else None,
        "forbid": [
            {
                "operation": one.operation,
                "text": one.text,
                "scope": one.scope or rule.scope,
                "grade": one.source.grade,
            }
            for one in rule.forbid
        ],
        "step": [
            {
                "do": one.do,
                "grade": one.source.grade,
                "confirm": one.confirm or None,
                "done_when": list(pattern_lines(one.done_when, rule_base))
                if one.done_when is not None
                else None,
                "starts": one.starts or None,
            }
            for one in rule.steps
        ],
        "toml": rule.text,
    }
