"""`watchkeeper rules list`: which rules there are, found by text, severity, grade or source."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, get_args

from rules.vocabulary import SEVERITIES, Grade
from tui import rule_choice
from tui.exit_codes import FINE, FOUND, UNUSABLE
from tui.rules_commands.chosen import (
    UnusableError,
    as_harmless_json,
    chosen_rules,
    columns,
    complain,
    refuse_folder,
    say_base,
    write_lines,
)
from tui.safe_text import cut, harmless

if TYPE_CHECKING:
    from rules.rule_base import Rule, RuleBase


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What is looked for; a rule must have all of it."""
    parser.add_argument("words", metavar="TEXT", nargs="*", help="words that the rule has in it")
    rule_choice.add_arguments(parser)
    add = parser.add_argument
    add("--severity", choices=SEVERITIES, help="how bad its finding is")
    add("--grade", choices=get_args(Grade), help="how it is known")
    add("--source", metavar="TEXT", help="words of the document or the section")
    add("--case", metavar="CASE", help="a case that the rule covers")
    add(
        "--fact",
        metavar="FACT",
        help="a fact, or a family of facts, that it or one of its steps looks at, or that one of "
        "its facts is concluded from",
    )
    add("--forbids", metavar="OPERATION", help="an operation that it forbids")
    add("--format", choices=("text", "json"), default="text", help="form of the list")


def run(arguments: argparse.Namespace) -> int:
    """Print the rules that fit; return 1 where there is none."""
    try:
        for word in arguments.words:
            refuse_folder(word)
        rule_base = chosen_rules(arguments)
        _check(arguments, rule_base)
    except UnusableError as error:
        complain(arguments, error)
        return UNUSABLE
    found = [
        rule
        for rule in (*rule_base.rules, *rule_base.deprecated)
        if rule.text and _fits(rule, rule_base, arguments)
    ]
    if arguments.format == "json":
        sys.stdout.write(as_harmless_json([rule_as_object(rule) for rule in found]) + "\n")
    else:
        from tui.phrases import GLYPHS, say_count

        wide = max((len(rule.id) for rule in found), default=0)
        lines = [
            cut(f"{GLYPHS[rule.severity]} {rule.id:<{wide}}  {harmless(rule.title)}", columns())
            for rule in found
        ]
        base = say_base(arguments, rule_base)
        write_lines([*lines, f"{say_count(len(found), 'rule')} of {base}"])
    return FINE if found else FOUND


def _check(arguments: argparse.Namespace, rule_base: RuleBase) -> None:
    """What nothing can fit is a slip of the one who asks.

    Raises:
        UnusableError: no fact or no operation has such a name.
    """
    from rules.faults import nearest

    fact, operation = arguments.fact, arguments.forbids
    if fact and not any(f"{name}.".startswith(f"{fact}.") for name in rule_base.facts):
        raise UnusableError(f"no fact is called {fact!r}{nearest(fact, rule_base.facts)}")
    if operation and operation not in rule_base.operations:
        hint = nearest(operation, rule_base.operations)
        raise UnusableError(f"no operation is called {operation!r}{hint}")


def _fits(rule: Rule, rule_base: RuleBase, arguments: argparse.Namespace) -> bool:
    from rules.authoring.facts_behind import looked_at

    source = rule.source
    whole = f"{rule.id}\n{rule.text}".lower()
    document = f"{source.document} {source.section}".lower()
    wanted: str = arguments.fact or ""
    named = looked_at(rule, rule_base) if wanted else ()
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


def rule_as_object(rule: Rule) -> dict[str, object]:
    """What the list tells of a rule, for programs."""
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
