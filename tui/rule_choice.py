"""Which rules judge: the shipped ones, those in folders named by hand, or those that the journal
kept."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import rules

# Everything else is imported late: the first line of a report need not wait for it.
if TYPE_CHECKING:
    from rules.faults import Fault
    from rules.rule_base import RuleBase
    from tui.summary import RuleChoice

SHIPPED: Final = Path(rules.__file__).parent / "image_streamer"
"""The folder of the rule base that travels with the program."""
_OVERRIDES: Final = "(overrides) "
"""What the names of override files begin with among a rule base's texts."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that choose rules, the same for every command that judges."""
    parser.add_argument(
        "--rules", metavar="DIR", help="judge by the rules in this folder instead of the shipped"
    )
    parser.add_argument(
        "--add-rules", metavar="DIR", action="append", default=[], help="judge by these as well"
    )
    parser.add_argument(
        "--overrides", metavar="FILE", help="a site's own severities, thresholds and switches"
    )


def by_hand(arguments: argparse.Namespace) -> bool:
    """Whether other rules than the shipped ones were asked for."""
    return bool(arguments.rules is not None or arguments.add_rules or arguments.overrides)


def choose(arguments: argparse.Namespace) -> tuple[RuleBase, RuleChoice]:
    """Load the rules that the options name.

    Raises:
        RuleBaseError: with everything that is wrong with them.
    """
    from rules.built_in import own_rules
    from rules.faults import RuleBaseError
    from rules.loader import load_rule_base
    from tui.summary import RuleChoice

    given: str | None = arguments.rules
    added: list[str] = arguments.add_rules
    overrides: str | None = arguments.overrides
    first = SHIPPED if given is None else Path(given)
    try:
        rule_base = load_rule_base(first, *added, overrides=overrides)
    except RuleBaseError as error:
        folders = [first, *map(Path, added)]
        raise RuleBaseError([_placed(fault, folders) for fault in error.faults]) from None
    choice = RuleChoice(
        title=rule_base.title or rule_base.id,
        hash=rule_base.hash,
        rules=len(own_rules(rule_base)),
        folders=tuple([given, *added] if given is not None else added),
        shipped=given is None,
        overrides=overrides or "",
        by_hand=by_hand(arguments),
    )
    return rule_base, choice


def _placed(fault: Fault, folders: Sequence[Path]) -> Fault:
    """The same fault with the path of its file."""
    from msgspec.structs import replace

    return replace(fault, file=path_of(fault.file, folders)) if fault.file else fault


def path_of(file: str, folders: Sequence[Path]) -> str:
    """The path of a rule file that is named from its folder on."""
    for folder in folders:
        if (folder / file).is_file():
            return str(folder / file)
    return file


def kept_rules(logs: Sequence[str | os.PathLike[str]], rules_hash: str) -> RuleBase | None:
    """The rules with this hash that are kept beside one of the logs; None where none are.

    Raises:
        RuleBaseError: what is kept cannot be used.
        OSError: it cannot be read.
        ValueError: it is not what the hash says.
    """
    from drivers.journal.rule_texts import kept_rule_texts, kept_texts
    from rules.loader import load_texts

    for log in logs:
        folder = None if os.fspath(log) == "-" else kept_rule_texts(log, rules_hash)
        if folder is None:
            continue
        texts = kept_texts(folder)
        names = [name for name in texts if name.startswith(_OVERRIDES)]
        overrides = texts.pop(names[0]) if names else None
        name = names[0].removeprefix(_OVERRIDES) if names else ""
        rule_base = load_texts(texts, overrides, name)
        if rule_base.hash != rules_hash:
            raise ValueError(f"the rules kept as {rules_hash} are others: {rule_base.hash}")
        return rule_base
    return None
