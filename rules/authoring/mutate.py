"""Which changes of rules no test notices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from msgspec.structs import replace

from rules.authoring.mutants import Mutant, Mutants, Owner
from rules.authoring.play import OpenLog
from rules.authoring.rule_tests import ExpectedState, RuleTest
from rules.authoring.run_tests import Outcome, Runner
from rules.board import Board, BoardLine
from rules.built_in import BUILT_IN
from rules.pattern import Pattern, facts_named
from rules.program import texts_of
from rules.read_catalogue import ENGINE
from rules.read_rules import PLACEHOLDER
from rules.rule_base import Rule, RuleBase


class Verdict(msgspec.Struct, frozen=True):
    """A change, and the test that noticed it; empty where none did."""

    mutant: Mutant
    noticed_by: str


class Mutation:
    """Runs tests against changed rules.

    Only the changed rule and those that depend on it are judged, by tests that say something of
    them; a test notices a change when something else is wrong with it than without the change.
    Whether an operation is allowed, which all rules together say, is asked of the whole rule base
    where nothing else has noticed."""

    def __init__(
        self,
        rule_base: RuleBase,
        tests: Sequence[RuleTest],
        outcomes: Sequence[Outcome],
        open_log: OpenLog,
    ) -> None:
        """`outcomes` are the tests' with nothing changed: they say where it is best to begin."""
        self._base = rule_base
        self._mutants = Mutants(rule_base)
        self._tests = [test for test in tests if not test.todo]
        self._open_log = open_log
        self._raised_in: dict[str, set[str]] = {}
        for outcome in outcomes:
            for rule in outcome.raised:
                self._raised_in.setdefault(rule, set()).add(outcome.test.name)

    def owners(self) -> list[Owner]:
        """Everything that can be changed, in the order of the rule base."""
        return self._mutants.owners()

    def run(self, owner: Owner) -> Iterator[Verdict]:
        """Try the changes of one owner; those that make no difference are told and not tried."""
        group = self._mutants.of(owner)
        tried = [mutant for mutant in group if not mutant.is_equal]
        for mutant in group:
            if mutant.is_equal:
                yield Verdict(mutant, "")
        if not tried:
            return
        ids = {rule.id for mutant in tried for rule in mutant.rules}
        originals = tuple(rule for rule in self._base.rules if rule.id in ids)
        facts = self._mutants.facts_of(owner)
        line = self._mutants.line_of(owner)
        order = self._order(ids, facts) if line is None else self._order_of(line)
        before: dict[str, frozenset[str]] = {}
        # The same facts whatever is changed, so that nothing but the change can be noticed.
        rules = (*originals, *(rule for mutant in tried for rule in mutant.rules))
        needed_by_line = self._mutants.facts_behind(line) if line is not None else set()
        part = self._part(rules, tried, facts | needed_by_line)
        part = replace(part, board=self._board_of(line))
        needed = {one.fact for mutant in tried for one in mutant.derivations}
        derivations = tuple(one for one in self._base.derivations if one.fact in needed)
        unchanged = self._runner(replace(part, rules=originals, derivations=derivations), ids)
        for mutant in tried:
            runner = self._runner(_changed(part, mutant), ids)
            noticed = ""
            for test in order:
                if test.name not in before:
                    before[test.name] = _failures(unchanged, test)
                if _failures(runner, test) != before[test.name]:
                    noticed = test.name
                    break
            runner.close()
            yield Verdict(mutant, noticed or self._noticed_by_all(mutant, originals))
        unchanged.close()

    def _board_of(self, line: BoardLine | None) -> Board:
        """The board without the lines that some changes have nothing to do with."""
        return Board(scope=self._base.board.scope, lines=() if line is None else (line,))

    def _part(self, rules: Sequence[Rule], tried: Sequence[Mutant], named: set[str]) -> RuleBase:
        """The rule base without the facts that none of some changes has to do with."""
        wanted = set(named)
        wanted.update(scope.member_by for scope in self._base.scopes.values())
        patterns: list[Pattern] = [one.when for mutant in tried for one in mutant.derivations]
        wanted.update(one.fact for mutant in tried for one in mutant.derivations)
        for rule in rules:
            wanted.add(rule.occurrence)
            wanted.update(step.wait.start for step in rule.steps if step.wait)
            patterns += [rule.when, *([rule.until] if rule.until is not None else [])]
            patterns += [step.done_when for step in rule.steps if step.done_when is not None]
            for text in texts_of(rule):
                wanted.update(PLACEHOLDER.findall(text))
        for pattern in patterns:
            wanted.update(facts_named(pattern))
        scopes = {rule.scope for rule in rules if rule.hash == BUILT_IN}
        facts = {
            name: fact
            for name, fact in self._base.facts.items()
            if name in wanted or fact.scope in scopes or fact.source == ENGINE
        }
        order = tuple(name for name in self._base.derived_order if name in facts)
        return replace(self._base, facts=facts, derived_order=order)

    def _runner(self, part: RuleBase, names: set[str]) -> Runner:
        return Runner(
            part, self._open_log, only=frozenset(names), whole=self._base, explain_failures=False
        )

    def _order(self, rules: set[str], facts: set[str]) -> list[RuleTest]:
        """The tests that could notice: short ones come before logs, those that are about the rules
        before others, and those in which they are raised before those in which they are not."""
        first = set().union(*(self._raised_in.get(rule, set()) for rule in rules))
        able = [test for test in self._tests if _says_something(test, rules, facts)]
        return sorted(
            able, key=lambda test: (bool(test.log), not test.rules & rules, test.name not in first)
        )

    def _order_of(self, line: BoardLine) -> list[RuleTest]:
        """The tests that expect a sign of a line: short ones come before logs."""
        able = [
            test for test in self._tests if any(line.label in state.signs for state in test.states)
        ]
        return sorted(able, key=lambda test: bool(test.log))

    def _noticed_by_all(self, mutant: Mutant, originals: Sequence[Rule]) -> str:
        """The test that finds an operation otherwise allowed than it expects, if one does."""
        operations = {one.operation for rule in (*originals, *mutant.rules) for one in rule.forbid}
        tests = [
            test
            for test in self._tests
            if any(
                operations & {*state.forbidden, *state.allowed, *state.uncertain}
                for state in test.states
            )
        ]
        if not tests:
            return ""
        changed = {rule.id: rule for rule in mutant.rules}
        needed = {one.fact for one in mutant.derivations}
        rest = (one for one in self._base.derivations if one.fact not in needed)
        whole = replace(
            _changed(self._base, mutant),
            rules=tuple(changed.get(rule.id, rule) for rule in self._base.rules),
            derivations=(*mutant.derivations, *rest),
        )
        runner = Runner(whole, self._open_log, explain_failures=False)
        noticed = next((test.name for test in tests if not runner.run(test).passed), "")
        runner.close()
        return noticed


def _changed(part: RuleBase, mutant: Mutant) -> RuleBase:
    """A rule base with a change in it; of rules and derivations, those alone that it is about."""
    facts, sources = part.facts, part.sources
    if mutant.fact is not None:
        facts = {**facts, mutant.fact.name: mutant.fact}
    if mutant.source is not None:
        sources = {**sources, mutant.source.name: mutant.source}
    changed = replace(
        part, rules=mutant.rules, derivations=mutant.derivations, facts=facts, sources=sources
    )
    if mutant.line is not None:
        changed = replace(changed, board=replace(part.board, lines=(mutant.line,)))
    return changed


def _says_something(test: RuleTest, rules: set[str], facts: set[str]) -> bool:
    """Whether a test could come out otherwise where some rules and some facts do."""
    if test.exact or test.rules & rules:
        return True
    return any(rules & set(_rules_of(state)) or facts & _facts_of(state) for state in test.states)


def _rules_of(state: ExpectedState) -> Iterable[str]:
    yield from state.open or ()
    yield from state.unconfirmed or ()
    yield from (*state.steps, *state.waits, *state.advice, *state.blind, *state.judged)


def _facts_of(state: ExpectedState) -> set[str]:
    return {*state.facts, *state.unknown}


def _failures(runner: Runner, test: RuleTest) -> frozenset[str]:
    return frozenset(failure.message for failure in runner.run(test).failures)
