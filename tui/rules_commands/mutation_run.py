"""Trying changes of rules on all cores."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace

from rules.vocabulary import Event
from tui.rules_commands.all_cores import Progress, on_all_cores
from tui.rules_commands.test_files import open_log

if TYPE_CHECKING:
    from rules.authoring.mutants import Mutant, Owner
    from rules.authoring.mutate import Mutation
    from rules.authoring.rule_tests import RuleTest
    from rules.authoring.run_tests import Outcome
    from rules.rule_base import RuleBase


_NO_ROW: Final = "no row of a table would notice: write a [[test]] that says"
_RAISED: Final = "when it is raised and resolved"


class Told(NamedTuple):
    """A change, where it stands, and, where no test noticed it, a test that would."""

    file: str
    line: int
    column: int
    owner: str
    change: str
    head: str = ""
    row: str = ""
    """A row of a test table that would notice, and the table's head; empty where there is none,
    or where the row for another change would notice this one, too."""
    unshown: str = ""
    """Why there is no row."""


class MutationReport(NamedTuple):
    """What came of all changes."""

    tried: int
    """The changes that make a difference."""
    unnoticed: list[Told]
    equal: list[Told]
    """The changes after which everything is exactly as before."""
    too_large: list[str]
    """Whose changes may be such, too: there are too many situations to tell."""


class _Work(NamedTuple):
    rule_base: RuleBase
    owners: list[Owner]
    mutation: Mutation
    suggest: bool
    tell: Callable[[], None]


class _Tried(NamedTuple):
    """What came of the changes of one owner: how many were tried, those unnoticed, with rows that
    would notice, and those that make no difference."""

    tried: int
    unnoticed: list[tuple[Mutant, str, str, str]]
    equal: list[Mutant]
    too_large: set[str]


_work: list[_Work] = []
"""What the workers inherit when they are forked: rules are nothing to send through pipes."""

_count: Final = multiprocessing.Value("q", 0)
"""The changes that all workers have tried, and below it those that no test noticed."""
_left: Final = multiprocessing.Value("q", 0)

_logs: dict[str, list[tuple[Event, bytes]]] = {}


def mutate(
    rule_base: RuleBase,
    tests: Sequence[RuleTest],
    outcomes: Sequence[Outcome],
    processes: int | None,
    *,
    suggest: bool,
    only: Sequence[str] = (),
) -> MutationReport:
    """Try every change; with `only`, those of these rules, facts and sources, and of what
    concludes these facts."""
    from rules.authoring.leaf_places import LeafPlaces
    from rules.authoring.mutate import Mutation

    mutation = Mutation(rule_base, tests, outcomes, _kept_log)
    owners = [owner for owner in mutation.owners() if not only or owner.name in only]
    for test in tests:
        if test.log:
            _kept_log(test.log)
    unnoticed: list[tuple[Mutant, str, str, str]] = []
    equal: list[Mutant] = []
    too_large: set[str] = set()
    tried = done = 0
    progress = Progress()

    def tell() -> None:
        progress.tell(
            f"{done:,} of {len(owners):,} rules, derivations, facts, sources and lines changed, "
            f"{_count.value:,} changes tried, {_left.value:,} unnoticed"
        )

    _count.value = _left.value = 0
    _work[:] = [_Work(rule_base, owners, mutation, suggest, tell)]
    # What takes longest comes first, so that no core is left alone with it at the end.
    order = sorted(range(len(owners)), key=lambda number: owners[number].kind != "derive")
    for found in on_all_cores(_try, order, processes, tell):
        done += 1
        tried += found.tried
        unnoticed += found.unnoticed
        equal += found.equal
        too_large |= found.too_large
        tell()
    progress.clear()
    _work.clear()
    places = LeafPlaces(rule_base)
    spots = places.spots((one.place, one.way) for one, *_ in unnoticed)
    alike = places.spots((one.place, one.way) for one in equal)
    return MutationReport(
        tried,
        sorted(
            Told(one.place.file, spot.line, spot.column, one.owner, one.change, *rest)
            for (one, *rest), spot in zip(unnoticed, spots, strict=True)
        ),
        sorted(
            Told(one.place.file, spot.line, spot.column, one.owner, one.change)
            for one, spot in zip(equal, alike, strict=True)
        ),
        sorted(too_large),
    )


def _try(number: int) -> _Tried:
    from rules.authoring.suggested_tests import Suggested, suggest

    work = _work[0]
    found: list[tuple[Mutant, str, str, str]] = []
    equal: list[Mutant] = []
    suggested: list[Suggested] = []
    too_large: set[str] = set()
    tried = 0
    for verdict in work.mutation.run(work.owners[number]):
        mutant = verdict.mutant
        if mutant.is_equal:
            equal.append(_bare(mutant))
            continue
        tried += 1
        with _count.get_lock():
            _count.value += 1
            _left.value += not verdict.noticed_by
        if _is_alone():
            work.tell()
        if verdict.noticed_by:
            continue
        if mutant.is_equal is None:
            too_large.add(mutant.owner)
        row, unshown = None, ""
        if work.suggest and any(one.notices(work.rule_base, mutant) for one in suggested):
            unshown = "the row for another change of it would notice this one, too"
        elif work.suggest:
            row = None if mutant.told_by else suggest(work.rule_base, mutant)
            unshown = f"{_NO_ROW} {mutant.told_by or _RAISED}" if row is None else ""
            if mutant.told_by:
                unshown = f"say {mutant.told_by}"
        if row is not None:
            suggested.append(row)
        head, text = (row.head, row.row) if row is not None else ("", "")
        found.append((_bare(mutant), head, text, unshown))
    return _Tried(tried, found, equal, too_large)


def _is_alone() -> bool:
    """Whether this process tells how far the work has come, and is no worker."""
    return multiprocessing.parent_process() is None


def _bare(mutant: Mutant) -> Mutant:
    """A change without the rules that it changes, which need not go through pipes."""
    return replace(mutant, rules=(), derivations=(), fact=None, source=None, line=None)


def _kept_log(path: str) -> list[tuple[Event, bytes]]:
    """A log's events; each log is read once."""
    if path not in _logs:
        _logs[path] = list(open_log(path))
    return _logs[path]
