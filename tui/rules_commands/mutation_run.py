"""Trying changes of rules on all cores."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rules.vocabulary import Event
from tui.rules_commands.test_files import open_log

if TYPE_CHECKING:
    from rules.authoring.mutants import Mutant
    from rules.authoring.mutate import Mutation
    from rules.authoring.rule_tests import RuleTest
    from rules.authoring.run_tests import Outcome
    from rules.rule_base import RuleBase


class Survivor(NamedTuple):
    """A change that no test noticed, and a test that would."""

    file: str
    line: int
    owner: str
    change: str
    suggestion: str


class _Work(NamedTuple):
    rule_base: RuleBase
    groups: list[list[Mutant]]
    mutation: Mutation


_work: list[_Work] = []
"""What the workers inherit when they are forked: rules are nothing to send through pipes."""

_logs: dict[str, list[tuple[Event, bytes]]] = {}


def survivors(
    rule_base: RuleBase,
    tests: Sequence[RuleTest],
    outcomes: Sequence[Outcome],
    processes: int | None,
) -> tuple[int, list[Survivor]]:
    """How many changes were tried, and those that no test noticed."""
    from rules.authoring.mutants import mutants
    from rules.authoring.mutate import Mutation

    groups = list(mutants(rule_base))
    mutation = Mutation(rule_base, tests, outcomes, _kept_log)
    for test in tests:
        if test.log:
            _kept_log(test.log)
    _work[:] = [_Work(rule_base, groups, mutation)]
    total = sum(map(len, groups))
    found: list[Survivor] = []
    tried = 0
    for number, survived in _results(len(groups), processes or os.cpu_count() or 1):
        tried += len(groups[number])
        found += survived
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{tried:,} of {total:,} changes tried, {len(found):,} unnoticed ")
            sys.stderr.flush()
    if sys.stderr.isatty():
        sys.stderr.write("\r" + " " * 60 + "\r")
    _work.clear()
    return total, sorted(found)


def _results(count: int, processes: int) -> Iterator[tuple[int, list[Survivor]]]:
    if processes > 1 and "fork" in multiprocessing.get_all_start_methods():
        with multiprocessing.get_context("fork").Pool(processes) as pool:
            yield from pool.imap_unordered(_try, range(count))
    else:
        yield from map(_try, range(count))


def _try(number: int) -> tuple[int, list[Survivor]]:
    from rules.authoring.suggested_tests import suggested_table

    work = _work[0]
    found = [
        Survivor(
            verdict.mutant.place.file,
            verdict.mutant.place.line,
            verdict.mutant.owner,
            verdict.mutant.change,
            suggested_table(work.rule_base, verdict.mutant),
        )
        for verdict in work.mutation.run(work.groups[number])
        if not verdict.noticed_by
    ]
    return number, found


def _kept_log(path: str) -> list[tuple[Event, bytes]]:
    """A log's events; each log is read once."""
    if path not in _logs:
        _logs[path] = list(open_log(path))
    return _logs[path]
