"""What a rule base consists of once it is made ready to be judged: facts with their columns, what
is looked at beside constants, derived facts, rules, and the programs of each scope."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from operator import itemgetter
from typing import Any, Literal, TypeAlias

from rules.columns import Column, Users, ValueClasses
from rules.expressions import finder
from rules.pattern import Pattern
from rules.rule_base import Fact, Rule
from rules.shape import shape_of
from rules.values import PYTHON_TYPE, Value
from rules.vocabulary import Truth

ProgramKind = Literal["derive", "when", "until", "done"]


class Relation:
    """A column that holds the truth of one fact compared with another."""

    __slots__ = ("column", "fact", "level", "number", "operator", "other", "other_level")

    def __init__(
        self, column: Column, fact: CompiledFact, operator: str, other: CompiledFact
    ) -> None:
        self.number = -1
        self.level = 0
        self.column = column
        self.fact = fact
        self.operator = operator
        self.other = other
        self.other_level = 0


class Age:
    """A column that holds whether an instant is at least so old, or not yet."""

    __slots__ = ("bound", "column", "fact", "level", "number", "operator")

    def __init__(self, column: Column, fact: CompiledFact, operator: str, bound: timedelta) -> None:
        self.number = -1
        self.level = 0
        self.column = column
        self.fact = fact
        self.operator = operator
        self.bound = bound


class Match:
    """A column that holds whether a text matches an expression."""

    __slots__ = ("column", "fact", "is_found", "level", "number")

    def __init__(self, column: Column, fact: CompiledFact, expression: str) -> None:
        self.number = -1
        self.level = 0
        self.column = column
        self.fact = fact
        self.is_found = finder(expression)


Test = Relation | Age | Match


class CompiledFact:
    """A fact's slot in its subjects, and everything that looks at it."""

    __slots__ = (
        "classify",
        "column",
        "declared",
        "default_from_start",
        "derived",
        "descendant_tests",
        "level_scope",
        "membership",
        "name",
        "occurrence_of",
        "plain",
        "python_type",
        "slot",
        "source_kind",
        "tests",
        "unrecognised",
    )

    def __init__(self, declared: Fact, slot: int, column: Column, classes: ValueClasses) -> None:
        self.declared = declared
        self.name = declared.name
        self.slot = slot
        self.column = column
        self.classify = classes.classify
        self.unrecognised = classes.unrecognised
        self.python_type = PYTHON_TYPE[declared.type]
        self.source_kind = declared.source
        self.level_scope = declared.scope
        self.tests: list[Test] = []
        """Relations, ages and expressions of the fact's own scope."""
        self.descendant_tests: dict[str, list[Test]] = {}
        self.occurrence_of: dict[str, list[int]] = {}
        """The rules, by scope, whose occurrence this fact tells."""
        self.membership = False
        self.plain = True
        """Whether nothing but its class can matter."""
        self.derived: CompiledDerived | None = None
        self.default_from_start = False


class CompiledDerived:
    """A derived fact: its programs and the values that they conclude."""

    __slots__ = ("fact", "otherwise", "programs", "rank", "values")

    def __init__(self, fact: CompiledFact, rank: int) -> None:
        self.fact = fact
        self.rank = rank
        self.otherwise: Value | None = fact.declared.otherwise
        self.programs: list[int] = []
        self.values: list[Value] = []


class CompiledRule:
    """A rule's programs, and the facts that a finding of it freezes."""

    __slots__ = (
        "confirmations",
        "done",
        "evidence",
        "index",
        "occurrence",
        "own_slots",
        "rule",
        "simple",
        "ticks",
        "until",
        "when",
    )

    def __init__(self, rule: Rule, index: int) -> None:
        self.rule = rule
        self.index = index
        self.when = -1
        self.until = -1
        self.done: list[int] = []
        """By step, the program that ticks it, or -1."""
        self.occurrence: tuple[int, CompiledFact] | None = None
        self.confirmations: dict[str, Column] = {}
        self.evidence: tuple[tuple[int, CompiledFact], ...] = ()
        """Level (0: own, 1: the subject around, ...) and fact of all that the rule looks at."""
        self.own_slots: Callable[[Any], Any] | None = None
        """Takes the evidence out of a subject's values, where all of it is the subject's own."""
        self.ticks = False
        """Whether facts tick any step."""
        self.simple = False
        """Whether a finding comes and goes with the pattern's truth alone."""

    def finish(self) -> None:
        """Look at what has been compiled."""
        slots = [fact.slot for level, fact in self.evidence if level == 0]
        if len(slots) == len(self.evidence) > 1:
            self.own_slots = itemgetter(*slots)
        self.ticks = any(number >= 0 for number in self.done)
        self.simple = (
            self.rule.hold is None
            and self.until < 0
            and self.occurrence is None
            and not self.confirmations
        )


class Program:
    """A pattern, judged in one scope; `owner` is the derived fact or the rule that it is for."""

    __slots__ = ("conditions", "kind", "owner", "pattern", "rule", "tree")

    def __init__(
        self, kind: ProgramKind, owner: CompiledDerived | CompiledRule, pattern: Pattern
    ) -> None:
        self.kind = kind
        self.owner = owner
        if isinstance(owner, CompiledRule):
            self.rule = owner
        self.pattern = pattern
        self.tree, self.conditions = shape_of(pattern)


SeenFrom: TypeAlias = "tuple[list[tuple[Column, Users]], list[tuple[list[Test], list[int]]]]"


class CompiledScope:
    """Everything that is judged on the subjects of one scope."""

    def __init__(self, name: str, chain: tuple[str, ...]) -> None:
        self.name = name
        self.chain = chain
        """This scope and those around it, narrowest first."""
        self.facts: dict[str, CompiledFact] = {}
        self.columns: list[Column] = []
        self.programs: list[Program] = []
        self.memories: list[dict[int, Truth]] = []
        """By program, the remembered situations of its shape."""
        self.rules: list[CompiledRule] = []
        self.derived: list[CompiledDerived] = []
        self.derivations = 0
        """How many of the programs are for derived facts; they come first."""
        self._seen: dict[str, SeenFrom] = {}

    def seen_from(self, narrower: str) -> SeenFrom:
        """What of this scope's facts the programs of a narrower scope look at."""
        found = self._seen.get(narrower)
        if found is None:
            columns = [
                (column, column.descendants[narrower])
                for column in self.columns
                if narrower in column.descendants
            ]
            facts = [
                (fact.descendant_tests.get(narrower, []), fact.occurrence_of.get(narrower, []))
                for fact in self.facts.values()
            ]
            found = self._seen[narrower] = columns, [each for each in facts if any(each)]
        return found

    def level(self, scope: str) -> int:
        """How many steps out a scope lies."""
        return self.chain.index(scope)
