"""Makes a rule base ready to be judged: slots for facts, columns of classes, and programs, which
are patterns over columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from rules.columns import TRUTH_CLASSES, Column, ValueClasses, contribution
from rules.compiled import (
    Age,
    CompiledDerived,
    CompiledFact,
    CompiledRule,
    CompiledScope,
    Match,
    Program,
    ProgramKind,
    Relation,
    Test,
)
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
from rules.shape import shape_of
from rules.verdicts import Verdicts
from rules.vocabulary import Truth


class Programs:
    """A whole rule base, compiled."""

    def __init__(self, rule_base: RuleBase, matcher: Matcher) -> None:
        self.rule_base = rule_base
        self.matcher = matcher
        self.verdicts = Verdicts(matcher)
        self.facts: dict[str, CompiledFact] = {}
        self.scopes: dict[str, CompiledScope] = {}
        self.rules: list[CompiledRule] = []
        """By the rule's index."""
        self.tests: list[Test] = []
        """By the test's number."""
        self.derived_names: frozenset[str] = frozenset(rule_base.derived_order)
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
        scope.memories.append(self.verdicts.memory_of(program))
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
