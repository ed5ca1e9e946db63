"""`watchkeeper rules backtest`: the same logs by two rule bases, and what comes out otherwise."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.exit_codes import FINE, FOUND, UNUSABLE
from tui.phrases import say_count
from tui.rule_choice import path_of
from tui.rules_commands.all_cores import Progress, add_jobs, on_all_cores
from tui.rules_commands.chosen import UnusableError, as_harmless_json, complain, write_lines
from tui.safe_text import harmless

if TYPE_CHECKING:
    from rules.authoring.backtest import Difference
    from rules.engine import Watch
    from rules.rule_base import RuleBase


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Two rule bases and some logs."""
    parser.add_argument("old", metavar="OLD", help="folder of the rules as they were")
    parser.add_argument("new", metavar="NEW", help="folder of the rules as they are to be")
    parser.add_argument("logs", metavar="LOG", nargs="+", help="recorded logs, or folders of them")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form")
    add_jobs(parser)


_bases: list[RuleBase] = []
"""The two rule bases, as the workers inherit them when they are forked."""
_watches: list[Watch] = []
"""One of each, as it begins: every worker makes its own once, for all of its logs."""


def run(arguments: argparse.Namespace) -> int:
    """Compare; return 1 where anything is seen otherwise."""
    from rules.authoring.backtest import declared_otherwise

    try:
        _bases[:] = [_load(arguments.old), _load(arguments.new)]
        logs = _logs(arguments.logs)
    except UnusableError as error:
        complain(arguments, error)
        return UNUSABLE
    declared = declared_otherwise(*_bases)
    found: dict[str, list[Difference]] = {}
    broken: dict[str, str] = {}
    progress = Progress()
    compared = on_all_cores(_compare, logs, arguments.jobs)
    for number, (log, differences, fault) in enumerate(compared, 1):
        if fault:
            broken[log] = fault
        elif differences:
            found[log] = differences
        progress.tell(f"{number:,} of {say_count(len(logs), 'log')}")
    progress.clear()
    for watch in _watches:
        watch.close()
    _watches.clear()
    for log, fault in sorted(broken.items()):
        complain(arguments, UnusableError(f"{log}: {fault}"))
    if arguments.format == "json":
        sys.stdout.write(as_harmless_json(_document(logs, declared, found, broken)) + "\n")
    else:
        compared_logs = [log for log in logs if log not in broken]
        write_lines(list(_lines(compared_logs, declared, found)))
    if broken:
        return UNUSABLE
    return FOUND if found or declared else FINE


def _load(folder: str) -> RuleBase:
    from msgspec.structs import replace

    from rules.faults import RuleBaseError
    from rules.loader import load_rule_base

    try:
        return load_rule_base(folder)
    except RuleBaseError as error:
        placed = (replace(one, file=path_of(one.file, [Path(folder)])) for one in error.faults[:20])
        shown = "\n".join(map(str, placed))
        raise UnusableError(f"{folder} cannot be used:\n{shown}") from None


def _logs(paths: Sequence[str]) -> list[str]:
    logs: list[str] = []
    for path in paths:
        if not Path(path).exists():
            raise UnusableError(f"{path}: no such file or folder")
        if Path(path).is_dir():
            found = sorted(
                str(one) for one in Path(path).rglob("*") if ".jsonl" in one.name and one.is_file()
            )
            if not found:
                raise UnusableError(f"{path}: no log (*.jsonl) lies below it")
            logs += found
        else:
            logs.append(path)
    return logs


def _compare(log: str) -> tuple[str, list[Difference], str]:
    from drivers.journal.faults import JournalError
    from rules.authoring.backtest import differences
    from rules.engine import Watch
    from tui.rules_commands.test_files import open_log

    try:
        events = list(open_log(log))
    except (JournalError, ValueError) as error:
        return log, [], str(error).removeprefix(f"{log}: ")
    if not events:
        return log, [], "holds no event"
    if not _watches:
        _watches.extend(map(Watch, _bases))
    return log, differences(_watches[0], _watches[1], events), ""


def _lines(
    logs: list[str], declared: list[str], found: dict[str, list[Difference]]
) -> Iterator[str]:
    if declared:
        yield "In every log"
        yield from (f"  {harmless(one)}" for one in declared)
    count = 0
    for log, differences in sorted(found.items()):
        yield harmless(log)
        for one in differences:
            count += 1
            yield f"  {harmless(str(one))}"
    told = f"{say_count(count, 'difference')} in {len(found):,} of {say_count(len(logs), 'log')}"
    if declared:
        told += f"; {say_count(len(declared), 'difference')} in every log"
    if not logs:
        told = "No log was compared"
    elif not count and not declared:
        told = f"{say_count(len(logs), 'log')}: the same findings, blind spots and board by both"
    yield told


def _document(
    logs: list[str],
    declared: list[str],
    found: dict[str, list[Difference]],
    broken: dict[str, str],
) -> dict[str, Any]:
    return {
        "old": _bases[0].hash,
        "new": _bases[1].hash,
        "logs": len(logs),
        "unreadable": broken,
        "in_every_log": declared,
        "differences": [
            {"log": log, **one.as_object()}
            for log, differences in sorted(found.items())
            for one in differences
        ],
    }
