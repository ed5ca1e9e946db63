"""Facts that are concluded from others (law 6)."""

from __future__ import annotations

from collections.abc import Callable

from rules.agenda import Agenda
from rules.compiled import CompiledDerived, CompiledFact
from rules.refused import Refused
from rules.subject import Subject
from rules.values import Value, comparable
from rules.verdicts import Verdicts
from rules.vocabulary import Truth


class DerivedFacts:
    """Concludes what stands on the agenda; `renew` brings up to a fact's value what depends on
    it."""

    def __init__(
        self,
        agenda: Agenda,
        verdicts: Verdicts,
        refused: Refused,
        renew: Callable[[Subject, CompiledFact], None],
    ) -> None:
        self._agenda = agenda
        self._verdicts = verdicts
        self._refused = refused
        self._renew = renew
        self.contradictions: dict[tuple[str, str], tuple[Value, ...]] = {}
        """Subjects and derived facts whose derivations contradict one another now."""

    def settle(self) -> None:
        """Conclude derived facts until none can change."""
        agenda = self._agenda
        while agenda.derived:
            subject, derived = agenda.next_derived()
            value = self._conclude(subject, derived)
            fact = derived.fact
            old = subject.raw[fact.slot]
            if old != value or type(old) is not type(value):
                subject.raw[fact.slot] = value
                self._renew(subject, fact)

    def _conclude(self, subject: Subject, derived: CompiledDerived) -> Value | None:
        scope = subject.scope
        concluded: list[Value] = []
        kind = derived.fact.declared.type
        unknown = False
        for program, value in zip(derived.programs, derived.values, strict=True):
            found = self._verdicts.of(scope, program, subject.keys[program])
            subject.verdicts[program] = found
            if found == Truth.TRUE:
                concluded.append(value)
            unknown = unknown or found == Truth.UNKNOWN
        place = subject.name, derived.fact.name
        if len({comparable(kind, value) for value in concluded}) > 1:
            if place not in self.contradictions:
                self._refused.count("contradicting derivations", f"{place[1]} of {place[0]}")
            self.contradictions[place] = tuple(concluded)
            return None
        self.contradictions.pop(place, None)
        if concluded:
            return concluded[0]
        return None if unknown else derived.otherwise
