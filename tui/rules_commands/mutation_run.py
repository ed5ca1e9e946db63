"""Trying changes of rules on all cores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from rules.vocabulary import Event
from tui.rules_commands.all_cores import Progress, on_all_cores
from tui.rules_commands.test_files import open_log

if TYPE_CHECKING:
    from rules.authoring.mutants import Mutant
    from rules.authoring.mutate import Mutation
    from rules.authoring.rule_tests import RuleTest
    from rules.authoring.run_tests import Outcome
    from rules.rule_base import RuleBase


_NO_ROW: Final = (
    "no row of a table would notice: write a [[test]] that says when it is raised and resolved, or "
    "what it forbids"
)


class Survivor(NamedTuple):
    """A change that no test noticed, and a test that would."""

    file: str
    line: int
    owner: str
    change: str
    head: str
    row: str
    """A row of a test table that would notice, and the table's head; empty where there is none,
    or where the row for another change would notice this one, too."""
    unshown: str = ""
    """Why there is no row."""


class _Work(NamedTuple):
    rule_base: RuleBase
    groups: list[list[Mutant]]
    mutation: Mutation
    suggest: bool


_work: list[_Work] = []
"""What the workers inherit when they are forked: rules are nothing to send through pipes."""

_logs: dict[str, list[tuple[Event, bytes]]] = {}


def survivors(
    rule_base: RuleBase,
    tests: Sequence[RuleTest],
    outcomes: Sequence[Outcome],
    processes: int | None,
    *,
    suggest: bool,
    only: Sequence[str] = (),
) -> tuple[int, list[Survivor]]:
    """How many changes were tried, and those that no test noticed; with `only`, changes of these
    rules and of what concludes these facts."""
    from rules.authoring.mutants import mutants
    from rules.authoring.mutate import Mutation

    groups = [
        group
        for group in mutants(rule_base)
        if not only or group[0].owner.partition(" = ")[0] in only
    ]
    mutation = Mutation(rule_base, tests, outcomes, _kept_log)
    for test in tests:
        if test.log:
            _kept_log(test.log)
    _work[:] = [_Work(rule_base, groups, mutation, suggest)]
    total = sum(map(len, groups))
    found: list[Survivor] = []
    tried = 0
    progress = Progress()
    for number, survived in on_all_cores(_try, range(len(groups)), processes):
        tried += len(groups[number])
        found += survived
        progress.tell(f"{tried:,} of {total:,} changes tried, {len(found):,} unnoticed")
    progress.clear()
    _work.clear()
    return total, sorted(found)


def _try(number: int) -> tuple[int, list[Survivor]]:
    from rules.authoring.suggested_tests import Suggested, suggest

    work = _work[0]
    found: list[Survivor] = []
    suggested: list[Suggested] = []
    for verdict in work.mutation.run(work.groups[number]):
        mutant = verdict.mutant
        if verdict.noticed_by:
            continue
        row, unshown = None, ""
        if work.suggest and any(one.notices(work.rule_base, mutant) for one in suggested):
            unshown = "the row for another change of it would notice this one, too"
        elif work.suggest:
            row = suggest(work.rule_base, mutant)
            unshown = _NO_ROW if row is None else ""
        if row is not None:
            suggested.append(row)
        found.append(
            Survivor(
                mutant.place.file,
                mutant.place.line,
                mutant.owner,
                mutant.change,
                row.head if row is not None else "",
                row.row if row is not None else "",
                unshown,
            )
        )
    return number, found


def _kept_log(path: str) -> list[tuple[Event, bytes]]:
    """A log's events; each log is read once."""
    if path not in _logs:
        _logs[path] = list(open_log(path))
    return _logs[path]
