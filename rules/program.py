"""A rule base made ready to be judged: slots for facts, columns of classes, and programs, which
are patterns over columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from operator import itemgetter
from typing import Any, Final, Literal, TypeAlias

from rules.columns import TRUTH_CLASSES, Column, Users, ValueClasses, contribution
from rules.expressions import finder
from rules.matcher import Matcher
from rules.pattern import (
    AGE_OPERATORS,
    RELATION_OPERATORS,
    Combination,
    Condition,
    Pattern,
    facts_named,
)
from rules.read_catalogue import ENGINE
from rules.read_pattern import CONFIRM
from rules.read_rules import PLACEHOLDER
from rules.rule_base import Derivation, Fact, Rule, RuleBase
from rules.shape import Node, shape_of
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


class Programs:
    """A whole rule base, compiled. The memories of situations are shared by patterns' shapes."""

    def __init__(self, rule_base: RuleBase, matcher: Matcher) -> None:
        self.rule_base = rule_base
        self.matcher = matcher
        self.facts: dict[str, CompiledFact] = {}
        self.scopes: dict[str, CompiledScope] = {}
        self.rules: list[CompiledRule] = []
        """By the rule's index."""
        self.tests: list[Test] = []
        """By the test's number."""
        self.derived_names: frozenset[str] = frozenset(rule_base.derived_order)
        self.memory_by_shape: dict[Node, dict[int, Truth]] = {}
        self._classes: dict[str, ValueClasses] = {}
        self._tests: dict[tuple[str, Condition], Test] = {}
        self._constants = self._constant_conditions()
        self._rank = {name: rank for rank, name in enumerate(rule_base.derived_order)}
        self._closures: dict[str, frozenset[str]] = {}
        for scope in rule_base.scopes:
            self.scopes[scope] = CompiledScope(scope, rule_base.scope_chain(scope))
        for fact in rule_base.facts.values():
            self._add_fact(fact)
        self._add_derivations(rule_base.derivations)
        for index, rule in enumerate(rule_base.rules):
            self._add_rule(rule, index)
        for scope_rules in self.scopes.values():
            if member_by := rule_base.scopes[scope_rules.name].member_by:
                self.facts[member_by].membership = True
        for compiled in self.facts.values():
            compiled.plain = not (
                compiled.tests
                or compiled.descendant_tests
                or compiled.occurrence_of
                or compiled.membership
                or compiled.declared.memory
                or compiled.declared.type == "instant"
                or compiled.declared.source == ENGINE
            )

    def leaves_of(self, name: str) -> frozenset[str]:
        """The facts that a fact is concluded from, itself included."""
        return self._closures.get(name, frozenset({name}))

    def _constant_conditions(self) -> Mapping[str, list[Condition]]:
        found: dict[str, list[Condition]] = defaultdict(list)
        rule_base = self.rule_base
        patterns: list[Pattern] = [derivation.when for derivation in rule_base.derivations]
        for rule in rule_base.rules:
            patterns += _patterns_of(rule)
        for pattern in patterns:
            for condition in _conditions(pattern):
                if not _needs_test(condition) and not condition.fact.startswith(CONFIRM):
                    found[condition.fact].append(condition)
        return found

    def _add_fact(self, fact: Fact) -> None:
        scope = self.scopes[fact.scope]
        classes = ValueClasses(fact, self._constants.get(fact.name, []))
        initial = 0
        source = self.rule_base.sources.get(fact.source)
        from_start = fact.default is not None and (
            fact.source == ENGINE or (source is not None and source.heartbeat is None)
        )
        if from_start:
            initial = classes.classify(fact.default)
        column = Column(len(scope.columns), initial)
        scope.columns.append(column)
        compiled = CompiledFact(fact, len(scope.facts), column, classes)
        compiled.default_from_start = from_start
        self.facts[fact.name] = scope.facts[fact.name] = compiled
        self._classes[fact.name] = classes

    def _add_derivations(self, derivations: Iterable[Derivation]) -> None:
        by_fact: dict[str, list[Derivation]] = defaultdict(list)
        for derivation in derivations:
            by_fact[derivation.fact].append(derivation)
        for name in self.rule_base.derived_order:
            fact = self.facts[name]
            scope = self.scopes[fact.level_scope]
            derived = fact.derived = CompiledDerived(fact, self._rank[name])
            scope.derived.append(derived)
            for derivation in by_fact[name]:
                program = self._add_program(scope, "derive", derived, derivation.when, {})
                scope.derivations = len(scope.programs)
                derived.programs.append(program)
                derived.values.append(derivation.value)
            closure = {name}
            for derivation in by_fact[name]:
                for other in facts_named(derivation.when):
                    closure |= self._closures.get(other, frozenset({other}))
            self._closures[name] = frozenset(closure)

    def _add_rule(self, rule: Rule, index: int) -> None:
        scope = self.scopes[rule.scope]
        compiled = CompiledRule(rule, index)
        scope.rules.append(compiled)
        self.rules.append(compiled)
        for step in rule.steps:
            if step.confirm and step.confirm not in compiled.confirmations:
                column = Column(len(scope.columns), 1)
                scope.columns.append(column)
                compiled.confirmations[step.confirm] = column
        confirmations = compiled.confirmations
        compiled.when = self._add_program(scope, "when", compiled, rule.when, confirmations)
        if rule.until is not None:
            compiled.until = self._add_program(scope, "until", compiled, rule.until, confirmations)
        for step in rule.steps:
            pattern = step_pattern(step.done_when, step.wait)
            compiled.done.append(
                self._add_program(scope, "done", compiled, pattern, confirmations)
                if pattern is not None
                else -1
            )
        if rule.occurrence:
            fact = self.facts[rule.occurrence]
            compiled.occurrence = scope.level(fact.level_scope), fact
            fact.occurrence_of.setdefault(scope.name, []).append(len(scope.rules) - 1)
        names = [name for pattern in _patterns_of(rule) for name in facts_named(pattern)]
        names += [step.wait.start for step in rule.steps if step.wait]
        for text in texts_of(rule):
            names += PLACEHOLDER.findall(text)
        closed: dict[str, None] = {}
        for name in names:
            if not name.startswith(CONFIRM):
                closed.update(dict.fromkeys(sorted(self._closures.get(name, {name}))))
        compiled.evidence = tuple(
            (scope.level(self.facts[name].level_scope), self.facts[name]) for name in closed
        )
        compiled.finish()

    def _add_program(
        self,
        scope: CompiledScope,
        kind: ProgramKind,
        owner: CompiledDerived | CompiledRule,
        pattern: Pattern,
        confirmations: Mapping[str, Column],
    ) -> int:
        program = Program(kind, owner, pattern)
        number = len(scope.programs)
        scope.programs.append(program)
        self.matcher.add(program.tree)
        scope.memories.append(self.memory_by_shape.setdefault(program.tree, {}))
        places: dict[tuple[str, int], list[tuple[int, tuple[Truth, ...]]]] = defaultdict(list)
        columns: dict[tuple[str, int], Column] = {}
        for place, condition in enumerate(program.conditions):
            column_scope, column, truths = self._column(scope, condition, confirmations)
            key = column_scope, column.index
            columns[key] = column
            places[key].append((place, truths))
        for key, parts in places.items():
            part = contribution(parts, len(parts[0][1]))
            columns[key].add_user(scope.name, key[0], number, part)
        return number

    def _column(
        self, scope: CompiledScope, condition: Condition, confirmations: Mapping[str, Column]
    ) -> tuple[str, Column, tuple[Truth, ...]]:
        """The column that a condition reads, its scope, and the condition's truth by class."""
        if condition.fact.startswith(CONFIRM):
            column = confirmations[condition.fact.removeprefix(CONFIRM)]
            assert isinstance(condition.operand, tuple)
            wanted = condition.operand
            truths = tuple(
                Truth((value in wanted) == (condition.operator == "is")) for value in (False, True)
            )
            if condition.operator == "known":
                truths = (Truth(bool(condition.operand)),) * 2
            return scope.name, column, (Truth.UNKNOWN, *truths)
        if _needs_test(condition):
            test, test_scope = self._test(scope, condition)
            return test_scope, test.column, TRUTH_CLASSES
        classes = self._classes[condition.fact]
        place = classes.conditions.index(condition)
        fact = self.facts[condition.fact]
        return fact.level_scope, fact.column, tuple(row[place] for row in classes.truths)

    def _test(self, scope: CompiledScope, condition: Condition) -> tuple[Test, str]:
        fact = self.facts[condition.fact]
        test_scope = fact.level_scope
        other = None
        if condition.operator in RELATION_OPERATORS:
            other = self.facts[str(condition.operand)]
            levels = {scope.level(name): name for name in (fact.level_scope, other.level_scope)}
            test_scope = levels[min(levels)]
        key = test_scope, condition
        if key in self._tests:
            return self._tests[key], test_scope
        home = self.scopes[test_scope]
        column = Column(len(home.columns))
        home.columns.append(column)
        test: Test
        if other is not None:
            test = Relation(column, fact, condition.operator, other)
            sides = [fact, other]
        elif condition.operator in AGE_OPERATORS:
            assert isinstance(condition.operand, timedelta)
            test = Age(column, fact, condition.operator, condition.operand)
            sides = [fact]
        else:
            test = Match(column, fact, str(condition.operand))
            sides = [fact]
        for side in sides:
            if side.level_scope == test_scope:
                side.tests.append(test)
            else:
                side.descendant_tests.setdefault(test_scope, []).append(test)
        self._tests[key] = test
        test.level = home.level(fact.level_scope)
        if isinstance(test, Relation):
            test.other_level = home.level(test.other.level_scope)
        test.number = len(self.tests)
        self.tests.append(test)
        return test, test_scope


def step_pattern(done_when: Pattern | None, wait: Any) -> Pattern | None:
    """What ticks a step: its own pattern, and not before the wait's earliest end (law 16)."""
    if done_when is None or wait is None or wait.at_least is None:
        return done_when
    return Combination("all", (done_when, Condition(wait.start, "older_than", wait.at_least)))


def texts_of(rule: Rule) -> list[str]:
    """Every text of a rule in which facts may be named."""
    texts = [rule.title, rule.impact]
    texts += [step.do for step in rule.steps]
    texts += [prohibition.text for prohibition in rule.forbid]
    return texts


def _patterns_of(rule: Rule) -> list[Pattern]:
    patterns = [rule.when]
    if rule.until is not None:
        patterns.append(rule.until)
    for step in rule.steps:
        pattern = step_pattern(step.done_when, step.wait)
        if pattern is not None:
            patterns.append(pattern)
    return patterns


def _conditions(pattern: Pattern) -> Iterable[Condition]:
    return shape_of(pattern)[1]


def _needs_test(condition: Condition) -> bool:
    return condition.operator in _TESTED


_TESTED: Final = RELATION_OPERATORS | AGE_OPERATORS | {"matches"}
