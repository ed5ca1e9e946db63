"""What the watch keeps about one subject."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from rules.compiled import CompiledFact, CompiledScope
from rules.finding import Finding
from rules.source_state import Hearing, Origin
from rules.values import Value

TEMPLATE: Final = -1
"""The number of a subject that only shows how its scope begins; no time passes for it."""


class RuleState:
    """What a rule and a subject remember from one judgement to the next."""

    __slots__ = ("finding", "since", "spent", "spent_occurrence")

    def __init__(self) -> None:
        self.finding: Finding | None = None
        self.since: datetime | None = None
        """Since when the pattern has been true, for a rule with `for`."""
        self.spent = False
        self.spent_occurrence: Value | None = None

    def copy(self) -> RuleState:
        """The same memory, with a finding of its own, for a copy of a watch."""
        copy = RuleState()
        copy.finding = self.finding.copy() if self.finding else None
        copy.since, copy.spent = self.since, self.spent
        copy.spent_occurrence = self.spent_occurrence
        return copy

    @property
    def idle(self) -> bool:
        """Whether there is nothing to remember."""
        return self.finding is None and self.since is None and not self.spent


class Sparse(dict[int, Any]):
    """A list that is the same as a shared one but in a few places."""

    def __init__(self, shared: list[Any]) -> None:
        super().__init__()
        self._shared = shared

    def __missing__(self, index: int) -> Any:
        return self._shared[index]

    def copy(self) -> Sparse:
        """The same list for a copy of a watch."""
        copy = Sparse(self._shared)
        copy.update(self)
        return copy


class Template:
    """What every new subject of a scope starts as."""

    def __init__(self, scope: CompiledScope) -> None:
        self.scope = scope
        self.raw: list[Value | None] = [None] * len(scope.facts)
        self.origins: list[Origin | None] = [None] * len(scope.facts)
        self.classes: list[int] = [column.initial for column in scope.columns]
        self.keys: list[int] = [0] * len(scope.programs)
        self.verdicts = bytearray(len(scope.programs))
        self.true_from_start: list[int] = []
        """The rules, by place, that hold before anything has been said."""
        self.defaults_to_look_at: list[CompiledFact] = []
        """Facts that have their default from the start and whose meaning depends on the time."""
        self.large = len(scope.facts) > 1024 or len(scope.programs) > 4096


class Subject:
    """One subject: its facts' values, who said them, their classes, and each program's
    situation and verdict."""

    __slots__ = (
        "children",
        "classes",
        "keys",
        "name",
        "number",
        "origins",
        "parent",
        "raw",
        "scope",
        "skewed",
        "speakers",
        "states",
        "unrecognised",
        "verdicts",
    )

    def __init__(self, name: str, number: int, template: Template) -> None:
        self.name = name
        self.number = number
        self.scope = template.scope
        self.parent: Subject | None = None
        self.children: dict[str, Subject] = {}
        self.raw: Any
        self.origins: Any
        self.classes: Any
        self.keys: Any
        if template.large:
            self.raw = Sparse(template.raw)
            self.origins = Sparse(template.origins)
            self.classes = Sparse(template.classes)
            self.keys = Sparse(template.keys)
        else:
            self.raw = template.raw.copy()
            self.origins = template.origins.copy()
            self.classes = template.classes.copy()
            self.keys = template.keys.copy()
        self.verdicts = bytearray(template.verdicts)
        self.speakers: set[str] = set()
        """The sources that have spoken about it."""
        self.states: dict[int, RuleState] = {}
        """By the rule's place in its scope."""
        self.unrecognised: dict[int, CompiledFact] = {}
        """By slot, the facts whose value is outside its enumeration, known or of a lost source."""
        self.skewed: dict[int, CompiledFact] = {}
        """By slot, the instants more than five minutes ahead, known or of a lost source."""

    def copy(self) -> Subject:
        """The same subject for a copy of a watch, not yet tied to those around it."""
        copy = Subject.__new__(Subject)
        copy.name, copy.number, copy.scope = self.name, self.number, self.scope
        copy.parent, copy.children = None, {}
        copy.raw, copy.origins = self.raw.copy(), self.origins.copy()
        copy.classes, copy.keys = self.classes.copy(), self.keys.copy()
        copy.verdicts = bytearray(self.verdicts)
        copy.states = {index: state.copy() for index, state in self.states.items()}
        copy.speakers = set(self.speakers)
        copy.unrecognised, copy.skewed = self.unrecognised.copy(), self.skewed.copy()
        return copy

    def around(self, level: int) -> Subject | None:
        """This subject (0), the one that it is within (1), and so on."""
        subject: Subject | None = self
        for _ in range(level):
            if subject is None:
                return None
            subject = subject.parent
        return subject

    def within(self, scope: str) -> list[Subject]:
        """Every subject of a narrower scope that is within this one."""
        found = []
        for child in self.children.values():
            if child.scope.name == scope:
                found.append(child)
            elif child.children:
                found += child.within(scope)
        return found

    def lineage(self) -> list[Subject]:
        """This subject and those around it."""
        found = [self]
        while (parent := found[-1].parent) is not None:
            found.append(parent)
        return found


def facts_said_in(subject: Subject, hearing: Hearing) -> list[CompiledFact]:
    """The facts of a subject that were last said in one hearing of a source and count no longer
    than it lasts."""
    origins = subject.origins
    return [
        fact
        for fact in subject.scope.facts.values()
        if not fact.declared.memory
        and (origin := origins[fact.slot]) is not None
        and origin.hearing is hearing
    ]
