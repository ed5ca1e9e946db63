"""The rule base that an action is about, and the rule in it."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

from tui import rule_choice
from tui.safe_text import harmless, harmless_json, in_ascii, wants_ascii

if TYPE_CHECKING:
    from drivers.journal.faults import Faults as LineFaults
    from rules.rule_base import Rule, RuleBase

_FAULTS_SHOWN: Final = 20
_WIDTH_IN_PIPES: Final = 80
_WIDEST: Final = 120


class UnusableError(Exception):
    """What was given cannot be used; the text says why."""


def add_paths(parser: argparse.ArgumentParser) -> None:
    """The folder by itself, for actions that are about nothing else; `--rules` says the same."""
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        help="folder of rule files; several make one rule base (default: the shipped rules)",
    )


def take_paths(arguments: argparse.Namespace) -> None:
    """Let the paths be the rules that are chosen.

    Raises:
        UnusableError: a folder is not there.
    """
    from tui.rules_commands.rule_files import folders_of

    paths = [*arguments.paths, *([arguments.rules] if arguments.rules is not None else [])]
    for path in paths:
        if not Path(path).exists():
            raise UnusableError(f"{path}: no such file or folder")
    if paths:
        first, *others = map(str, folders_of(paths))
        arguments.rules = first
        arguments.add_rules = [*others, *arguments.add_rules]


def say_base(arguments: argparse.Namespace, rule_base: RuleBase) -> str:
    """Which rules were asked."""
    folders = [arguments.rules] if arguments.rules is not None else []
    folders += arguments.add_rules
    shipped = ["the shipped rules"] if arguments.rules is None else []
    title = rule_base.title or rule_base.id
    return harmless(f"{title} ({' and '.join([*shipped, *folders])})")


def refuse_folder(word: str) -> None:
    """A folder in the place of a word is a slip.

    Raises:
        UnusableError: the word names a folder.
    """
    if Path(word).is_dir():
        raise UnusableError(f"{word} is a folder: did you mean --rules {word}?")


def chosen_rules(arguments: argparse.Namespace) -> RuleBase:
    """Load the rules that the options name.

    Raises:
        UnusableError: they are faulty.
    """
    from rules.faults import RuleBaseError

    try:
        return rule_choice.choose(arguments)[0]
    except RuleBaseError as error:
        shown = [str(fault) for fault in error.faults[:_FAULTS_SHOWN]]
        if len(error.faults) > _FAULTS_SHOWN:
            shown.append(f"and {len(error.faults) - _FAULTS_SHOWN} more; see rules check")
        raise UnusableError("\n".join(shown)) from None


def chosen_rule(arguments: argparse.Namespace, rule_base: RuleBase, rule_id: str) -> Rule:
    """A rule by its id.

    Raises:
        UnusableError: there is no such rule.
    """
    from rules.faults import nearest

    for rule in (*rule_base.rules, *rule_base.deprecated):
        if rule.is_called(rule_id):
            return rule
    refuse_folder(rule_id)
    hint = nearest(rule_id, sorted(rule.id for rule in rule_base.rules))
    raise UnusableError(f"{rule_id!r} is no rule of {say_base(arguments, rule_base)}{hint}")


def complain(arguments: argparse.Namespace, error: UnusableError) -> None:
    """Say on standard error why nothing was done."""
    name = f"watchkeeper rules {arguments.action}"
    for line in str(error).split("\n"):
        say(f"{name}: {harmless(line)}\n", sys.stderr)


def tell_lost(
    arguments: argparse.Namespace, log: str, faults: LineFaults, *, is_empty: bool
) -> None:
    """Say on standard error how much of a log cannot be read.

    Raises:
        UnusableError: nothing of it can.
    """
    from tui.rules_commands.test_files import say_lost

    lost = say_lost(faults)
    if is_empty:
        raise UnusableError(f"{log} holds no event{f': {lost}' if lost else ''}")
    if lost:
        complain(arguments, UnusableError(f"{log}: {lost}"))


def say(text: str, stream: TextIO | None = None) -> None:
    """Write a text for people, in ASCII where the terminal asks for it."""
    stream = stream or sys.stdout
    stream.write(in_ascii(text) if wants_ascii(stream) else text)


def write_lines(lines: list[str]) -> None:
    """Print lines, in ASCII where the terminal asks for it."""
    say("".join(f"{line}\n" for line in lines))


def as_harmless_json(document: Any) -> str:
    """JSON in lines that says everything to a program, and nothing to a terminal."""
    lines = json.dumps(document, ensure_ascii=False, indent=2).split("\n")
    return "\n".join(map(harmless_json, lines))


def columns() -> int:
    """How wide lines may be."""
    return columns_of_terminal() or _WIDTH_IN_PIPES


def columns_of_terminal() -> int | None:
    """How wide lines may be for the terminal that shows them; nothing where none does."""
    try:
        return max(40, min(os.get_terminal_size(sys.stdout.fileno()).columns, _WIDEST))
    except (OSError, ValueError):
        return None
