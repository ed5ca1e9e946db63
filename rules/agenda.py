"""What must be looked at again: the situations of programs move with the classes of facts, and
whatever may no longer be what it was waits here until all has settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import heappop, heappush

from rules.columns import MOST_MOVES, UNKNOWN_CLASS, Column, Moves
from rules.compiled import CompiledDerived, CompiledRule, CompiledScope
from rules.subject import Subject


class Agenda:
    """Programs, derived facts and rules, each with the subject on which it must be judged."""

    def __init__(self, scopes: Mapping[str, CompiledScope]) -> None:
        self._scopes = scopes
        self.candidates: list[tuple[Subject, int]] = []
        """Programs whose remembered verdict may no longer be theirs."""
        self.to_judge: dict[tuple[int, str], tuple[Subject, CompiledRule]] = {}
        self.derived: list[tuple[int, str, Subject, CompiledDerived]] = []
        """A heap: what others are concluded from comes first."""
        self._queued: set[tuple[int, str]] = set()

    def shift(self, subject: Subject, column: Column, old: int, new: int) -> None:
        """Add a change of class to every situation that contains the column."""
        moves = column.own.moves_of(old, new)
        self.add((subject,), subject.scope, moves)
        for scope, users in column.descendants.items():
            if touched := users.moves_of(old, new):
                self.add(subject.within(scope), self._scopes[scope], touched)
        if column.descendants:
            return
        key = old << 20 | new
        if key not in column.moves and len(column.moves) < MOST_MOVES:
            derivations = subject.scope.derivations
            if all(program >= derivations for program, _ in moves):
                column.moves[key] = moves

    def add(self, subjects: Sequence[Subject], scope: CompiledScope, moves: Moves) -> None:
        """Add to the situations of programs, on every subject of a scope that sees the change."""
        memories, derivations = scope.memories, scope.derivations
        candidates = self.candidates
        for program, delta in moves:
            known = memories[program].get
            if program >= derivations:
                for subject in subjects:
                    keys = subject.keys
                    key = keys[program] = keys[program] + delta
                    if known(key) != subject.verdicts[program]:
                        candidates.append((subject, program))
                continue
            owner = scope.programs[program].owner
            assert isinstance(owner, CompiledDerived)
            for subject in subjects:
                key = subject.keys[program] = subject.keys[program] + delta
                if known(key) != subject.verdicts[program]:
                    self.conclude(subject, owner)

    def judge(self, subject: Subject, rule: CompiledRule) -> None:
        """Have a rule judged on a subject once all facts have settled."""
        self.to_judge[rule.index, subject.name] = subject, rule

    def conclude(self, subject: Subject, derived: CompiledDerived) -> None:
        """Have a derived fact of a subject concluded anew."""
        key = derived.rank, subject.name
        if key not in self._queued:
            self._queued.add(key)
            heappush(self.derived, (*key, subject, derived))

    def next_derived(self) -> tuple[Subject, CompiledDerived]:
        """Take the derived fact that must be concluded before all others."""
        rank, name, subject, derived = heappop(self.derived)
        self._queued.discard((rank, name))
        return subject, derived

    def drop(self, subject: Subject) -> None:
        """Take what is to be judged on a subject from the agenda."""
        self.candidates = [entry for entry in self.candidates if entry[0] is not subject]
        self.to_judge = {
            key: entry for key, entry in self.to_judge.items() if entry[0] is not subject
        }


def situations(scopes: Mapping[str, CompiledScope], subject: Subject) -> list[int]:
    """Each program's situation, added up from the classes of all columns that it sees."""
    keys = [0] * len(subject.scope.programs)
    for level, scope_name in enumerate(subject.scope.chain):
        around = subject.around(level)
        for column in scopes[scope_name].columns:
            users = column.own if level == 0 else column.descendants.get(subject.scope.name)
            value_class = around.classes[column.index] if around else UNKNOWN_CLASS
            for program, part in users.parts if users else ():
                keys[program] += part[value_class]
    return keys
