"""`watchkeeper rules list`: which rules there are, found by text, severity, grade or source."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from tui import rule_choice
from tui.exit_codes import FINE, FOUND, UNUSABLE
from tui.rules_commands.chosen import UnusableError, chosen_rules, columns, complain, write_lines
from tui.safe_text import cut, harmless

if TYPE_CHECKING:
    from rules.rule_base import Rule


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What is looked for; a rule must have all of it."""
    parser.add_argument("words", metavar="TEXT", nargs="*", help="words that the rule has in it")
    rule_choice.add_arguments(parser)
    add = parser.add_argument
    add("--severity", metavar="SEVERITY", help="critical, warning, notice or information")
    add("--grade", metavar="GRADE", help="guide, help, support or inferred")
    add("--source", metavar="TEXT", help="words of the document or the section")
    add("--case", metavar="CASE", help="a case that the rule covers")
    add("--fact", metavar="FACT", help="a fact that it looks at, or a family of facts")
    add("--forbids", metavar="OPERATION", help="an operation that it forbids")
    add("--format", choices=("text", "json"), default="text", help="form of the list")


def run(arguments: argparse.Namespace) -> int:
    """Print the rules that fit; return 1 where there is none."""
    try:
        rule_base = chosen_rules(arguments)
    except UnusableError as error:
        complain(arguments, error)
        return UNUSABLE
    found = [
        rule
        for rule in (*rule_base.rules, *rule_base.deprecated)
        if rule.text and _fits(rule, arguments)
    ]
    if arguments.format == "json":
        sys.stdout.write(json.dumps([_object(rule) for rule in found], indent=2) + "\n")
    else:
        from tui.phrases import GLYPHS, say_count

        wide = max((len(rule.id) for rule in found), default=0)
        lines = [
            cut(f"{GLYPHS[rule.severity]} {rule.id:<{wide}}  {harmless(rule.title)}", columns())
            for rule in found
        ]
        write_lines([*lines, say_count(len(found), "rule")])
    return FINE if found else FOUND


def _fits(rule: Rule, arguments: argparse.Namespace) -> bool:
    from rules.pattern import facts_named

    source = rule.source
    whole = f"{rule.id}\n{rule.text}".lower()
    document = f"{source.document} {source.section}".lower()
    named = set(facts_named(rule.when))
    if rule.until is not None:
        named |= set(facts_named(rule.until))
    wanted: str = arguments.fact or ""
    return (
        all(word.lower() in whole for word in arguments.words)
        and arguments.severity in (None, rule.severity)
        and arguments.grade in (None, source.grade)
        and (arguments.source or "").lower() in document
        and (arguments.case is None or arguments.case in rule.cases)
        and (not wanted or any(name == wanted or name.startswith(f"{wanted}.") for name in named))
        and (
            arguments.forbids is None
            or any(part.operation == arguments.forbids for part in rule.forbid)
        )
    )


def _object(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity,
        "scope": rule.scope,
        "grade": rule.source.grade,
        "document": rule.source.document,
        "section": rule.source.section,
        "page": rule.source.page,
        "cases": list(rule.cases),
        "forbids": [part.operation for part in rule.forbid],
        "steps": len(rule.steps),
        "file": rule.place.file,
        "line": rule.place.line,
        "hash": rule.hash,
        "aliases": list(rule.aliases),
        "deprecated": rule.deprecated,
    }
