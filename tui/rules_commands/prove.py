"""`watchkeeper rules prove`: every combination of some facts, its classification and its rules."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui import rule_choice
from tui.exit_codes import FINE, FOUND, UNUSABLE
from tui.phrases import say_count
from tui.rules_commands.all_cores import Progress
from tui.rules_commands.chosen import (
    UnusableError,
    as_harmless_json,
    chosen_rules,
    columns,
    complain,
    say_base,
    write_lines,
)
from tui.safe_text import cut, harmless, wrap

_MOST_PARTS: Final = 12
"""Parts of a line that are told in text."""

_LEGEND: Final = (
    "Numbers, texts and times that no condition tells apart count as one; the combinations of one "
    "`where` are in no other."
)

if TYPE_CHECKING:
    from rules.authoring.prove import Line, Proved
    from rules.authoring.rule_tests import Proof
    from rules.rule_base import RuleBase


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which facts, or else the proofs that stand beside the rules."""
    parser.add_argument(
        "facts",
        metavar="FACT",
        nargs="*",
        help="a fact, or several such as 'update.*' (default: the [[proof]] tables beside the "
        "rules)",
    )
    parser.add_argument(
        "--classification", metavar="FACT", default="", help="the derived fact that must be known"
    )
    parser.add_argument(
        "--quiet", metavar="VALUE", action="append", default=[], help="a value that needs no rule"
    )
    parser.add_argument(
        "--may-be-unknown",
        action="store_true",
        help="the classification may be unknown where a rule is raised",
    )
    parser.add_argument(
        "--may-be-blind",
        action="store_true",
        help="no rule need be raised where one that asks for the classification cannot be judged",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form")
    rule_choice.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Prove; return 1 where a combination has no answer or contradictory advice."""
    from rules.authoring.diagram import TooLargeError
    from rules.authoring.prove import prove

    progress = Progress()
    try:
        rule_base = chosen_rules(arguments)
        proofs = _proofs(arguments, rule_base)
        proved = [prove(rule_base, proof, progress.tell) for proof in proofs]
    except UnusableError as error:
        complain(arguments, error)
        return UNUSABLE
    except TooLargeError as error:
        progress.clear()
        about = f": the rule {error} alone tells too many apart" if error.args else ""
        message = f"these facts have too many combinations that differ{about}; name fewer facts"
        complain(arguments, UnusableError(message))
        return UNUSABLE
    progress.clear()
    if arguments.format == "json":
        sys.stdout.write(as_harmless_json([_object(one) for one in proved]) + "\n")
    else:
        write_lines([cut(f"Rules: {say_base(arguments, rule_base)}", columns())])
        for one in proved:
            write_lines(list(_lines(one)))
    return FOUND if any(one.faults for one in proved) else FINE


def _proofs(arguments: argparse.Namespace, rule_base: RuleBase) -> list[Proof]:
    from rules.authoring.read_rule_tests import TestTexts, read_proofs
    from tui.rules_commands.test_files import find_tests

    for name in arguments.facts:
        if Path(name).is_dir():
            raise UnusableError(f"{name} is a folder and no fact: did you mean --rules {name}?")
    if arguments.facts:
        proofs, faults = read_proofs(TestTexts({"": _as_toml(arguments)}), rule_base)
        if faults.unusable:
            raise UnusableError("\n".join(fault.message for fault in faults.all()))
        return proofs
    folder = arguments.rules or rule_choice.SHIPPED
    proofs, faults = read_proofs(
        find_tests([Path(folder), *map(Path, arguments.add_rules)]), rule_base
    )
    if faults.unusable:
        raise UnusableError("\n".join(str(fault) for fault in faults.all()))
    if not proofs:
        raise UnusableError(f"name facts to prove; no [[proof]] stands below {folder}")
    return proofs


def _as_toml(arguments: argparse.Namespace) -> bytes:
    """The proof that the command line asks for, as a test file would say it."""
    said = {
        "facts": arguments.facts,
        "classification": arguments.classification,
        "quiet": arguments.quiet,
        "may_be_unknown": arguments.may_be_unknown,
        "may_be_blind": arguments.may_be_blind,
    }
    lines = [f"{key} = {json.dumps(value)}\n" for key, value in said.items() if value]
    return f"[[proof]]\n{''.join(lines)}".encode()


def _lines(proved: Proved) -> Iterator[str]:
    wide = columns()
    yield from wrap(harmless(f"Facts: {', '.join(proved.facts)}"), wide, rest="  ")
    if proved.without_rules:
        names = ", ".join(proved.without_rules)
        yield from wrap(harmless(f"No rule looks at: {names}"), wide, rest="  ")
    yield f"{say_count(proved.combinations, 'combination')}" + (
        "" if proved.exact else " (some of which may not be possible)"
    )
    yield ""
    for line in proved.lines:
        yield from _line(line, proved, wide)
    if any(line.where.parts for line in proved.lines):
        yield from wrap(_LEGEND, wide)
    yield from wrap(verdict(proved), wide, rest="  ")


def verdict(proved: Proved) -> str:
    """What has been proved, and nothing more."""
    told = (
        f"{say_count(len(proved.lines), 'line')} {_verb(len(proved.lines))} for "
        f"{say_count(proved.combinations, 'combination')}: "
    )
    parts: list[str] = []
    if proved.asks:
        parts.append(f"{proved.answered:,} answered")
        if proved.quiet:
            parts.append(f"{proved.quiet:,} in need of no answer")
        if proved.blind:
            parts.append(f"{proved.blind:,} told by blind spots alone")
        parts.append(f"{proved.unanswered:,} without an answer")
    parts.append(f"{proved.contradictory:,} with contradictory advice")
    told += ", ".join(parts)
    if proved.asks:
        return f"{told}."
    return (
        f"{told}. None had to be answered, for no classification is named; {proved.silent:,} are "
        "not sure to raise a rule."
    )


def _verb(count: int) -> str:
    return "stands" if count == 1 else "stand"


def _line(line: Line, proved: Proved, wide: int) -> Iterator[str]:
    from rules.wording import say_value

    value = line.classification
    said = "unknown" if value is None else say_value(value, None).strip('"')
    told = said if proved.asks else ""
    yield from wrap(harmless(f"{line.count:>12,}  {told}".rstrip()), wide, rest=" " * 14)
    indent = " " * 14
    told_rules = (
        ("rules", line.always),
        ("in some of them", line.in_part),
        ("with other facts", line.maybe),
    )
    for word, rules in told_rules:
        if rules:
            yield from wrap(
                harmless(f"{word}: {', '.join(rules)}"), wide, first=indent, rest=indent + "  "
            )
    for part in line.where.parts[:_MOST_PARTS]:
        said = str(part) or "every combination"
        if len(line.where.parts) > 1:
            said = f"{said} ({part.count:,})"
        yield from wrap(harmless(said), wide, first=indent + "where ", rest=indent + "  ")
    parts_left = len(line.where.parts) - _MOST_PARTS
    shown = sum(part.count for part in line.where.parts[:_MOST_PARTS])
    if shown < line.count:
        more = f"and in {line.count - shown:,} more"
        if parts_left > 0:
            more += ": --format json has them"
        yield from wrap(more, wide, first=indent, rest=indent + "  ")
    if line.blind:
        yield from wrap(harmless(f"BLIND: {line.blind}"), wide, first=indent, rest=indent + "  ")
    for fault in line.faults:
        yield from wrap(harmless(f"FAULT: {fault}"), wide, first=indent, rest=indent + "  ")


def _object(proved: Proved) -> dict[str, object]:
    return {
        "facts": list(proved.facts),
        "facts_without_rules": list(proved.without_rules),
        "classification": proved.classification,
        "combinations": proved.combinations,
        "exact": proved.exact,
        "verdict": verdict(proved),
        # Without a classification nothing was asked, and so nothing is said.
        "answered": proved.answered if proved.asks else None,
        "in_need_of_no_answer": proved.quiet if proved.asks else None,
        "answered_by_blind_spots_alone": proved.blind if proved.asks else None,
        "unanswered": proved.unanswered if proved.asks else None,
        "contradictory": proved.contradictory,
        "faulty": proved.faults,
        "lines": [
            {
                "combinations": line.count,
                "classification": line.classification,
                "rules": list(line.always),
                "rules_in_some_of_them": list(line.in_part),
                "with_other_facts": list(line.maybe),
                "where": [
                    {
                        "combinations": part.count,
                        "facts": {one.about: list(one.values) for one in part.clauses},
                    }
                    for part in line.where.parts
                ],
                "combinations_left_out": line.where.left_out,
                "unanswered": line.unanswered,
                "contradictory": line.contradictory,
                "blind": line.blind,
                "faults": list(line.faults),
            }
            for line in proved.lines
        ],
    }
