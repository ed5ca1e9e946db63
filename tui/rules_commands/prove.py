"""`watchkeeper rules prove`: every combination of some facts, its classification and its rules."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tui import rule_choice
from tui.exit_codes import FINE, FOUND, UNUSABLE
from tui.rules_commands.chosen import (
    UnusableError,
    as_harmless_json,
    chosen_rules,
    columns,
    complain,
    write_lines,
)
from tui.safe_text import harmless, wrap

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
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form")
    rule_choice.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Prove; return 1 where a combination has no answer or contradictory advice."""
    from rules.authoring.diagram import TooLargeError
    from rules.authoring.prove import prove

    try:
        rule_base = chosen_rules(arguments)
        proofs = _proofs(arguments, rule_base)
        proved = [prove(rule_base, proof) for proof in proofs]
    except UnusableError as error:
        complain(arguments, error)
        return UNUSABLE
    except TooLargeError:
        complain(arguments, UnusableError("these facts have too many combinations that differ"))
        return UNUSABLE
    if arguments.format == "json":
        sys.stdout.write(as_harmless_json([_object(one) for one in proved]) + "\n")
    else:
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
    }
    lines = [f"{key} = {json.dumps(value)}\n" for key, value in said.items()]
    return f"[[proof]]\n{''.join(lines)}".encode()


def _lines(proved: Proved) -> Iterator[str]:
    wide = columns()
    yield from wrap(harmless(f"Facts: {', '.join(proved.facts)}"), wide, rest="  ")
    yield f"{proved.combinations:,} combinations" + (
        "" if proved.exact else " (some of which may not be possible)"
    )
    yield ""
    for line in proved.lines:
        yield from _line(line, proved, wide)
    told = f"{len(proved.lines):,} lines stand for {proved.combinations:,} combinations"
    yield (
        f"{told}; {proved.faults:,} of them are not answered"
        if proved.faults
        else (f"{told}; each is answered")
    )


def _line(line: Line, proved: Proved, wide: int) -> Iterator[str]:
    value = "" if not proved.classification else f"{line.classification or 'unknown'}"
    yield from wrap(harmless(f"{line.count:>12,}  {value}"), wide, rest=" " * 14)
    indent = " " * 14
    for word, rules in (("rules", line.always), ("with other facts", line.maybe)):
        if rules:
            yield from wrap(
                harmless(f"{word}: {', '.join(rules)}"), wide, first=indent, rest=indent + "  "
            )
    yield from wrap(harmless(line.where), wide, first=indent + "where ", rest=indent + "  ")
    for fault in line.faults:
        yield from wrap(harmless(f"FAULT: {fault}"), wide, first=indent, rest=indent + "  ")


def _object(proved: Proved) -> dict[str, object]:
    return {
        "facts": list(proved.facts),
        "classification": proved.classification,
        "combinations": proved.combinations,
        "exact": proved.exact,
        "unanswered": proved.faults,
        "lines": [
            {
                "combinations": line.count,
                "classification": line.classification,
                "rules": list(line.always),
                "with_other_facts": list(line.maybe),
                "where": line.where,
                "faults": list(line.faults),
            }
            for line in proved.lines
        ],
    }
