"""Which changes of rules no test notices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from rules.authoring.mutants import Mutant
from rules.authoring.play import OpenLog
from rules.authoring.rule_tests import RuleTest
from rules.authoring.run_tests import Outcome, Runner
from rules.rule_base import RuleBase


class Verdict(msgspec.Struct, frozen=True):
    """A change, and the test that noticed it; empty where none did."""

    mutant: Mutant
    noticed_by: str


class Mutation:
    """Runs tests against changed rules.

    Only the changed rule and those that depend on it are judged; a test notices a change when
    something else is wrong with it than without the change."""

    def __init__(
        self,
        rule_base: RuleBase,
        tests: Sequence[RuleTest],
        outcomes: Sequence[Outcome],
        open_log: OpenLog,
    ) -> None:
        """`outcomes` are the tests' with nothing changed: they say where it is best to begin."""
        self._base = rule_base
        self._tests = [test for test in tests if not test.todo]
        self._open_log = open_log
        self._raised_in: dict[str, set[str]] = {}
        for outcome in outcomes:
            for rule in outcome.raised:
                self._raised_in.setdefault(rule, set()).add(outcome.test.name)

    def run(self, group: Sequence[Mutant]) -> Iterator[Verdict]:
        """Try the changes of one owner."""
        rules = {rule.id for rule in group[0].rules}
        order = self._order(rules)
        before: dict[str, frozenset[str]] = {}
        originals = tuple(rule for rule in self._base.rules if rule.id in rules)
        needed = {derivation.fact for derivation in group[0].derivations}
        derivations = tuple(one for one in self._base.derivations if one.fact in needed)
        unchanged = self._runner(originals, derivations, rules)
        for mutant in group:
            runner = self._runner(mutant.rules, mutant.derivations, rules)
            noticed = ""
            for test in order:
                if test.name not in before:
                    before[test.name] = _failures(unchanged, test)
                if _failures(runner, test) != before[test.name]:
                    noticed = test.name
                    break
            runner.close()
            yield Verdict(mutant, noticed)
        unchanged.close()

    def _runner(
        self, rules: Iterable[object], derivations: Iterable[object], names: set[str]
    ) -> Runner:
        base = msgspec.structs.replace(
            self._base, rules=tuple(rules), derivations=tuple(derivations)
        )
        return Runner(base, self._open_log, only=frozenset(names), explain_failures=False)

    def _order(self, rules: set[str]) -> list[RuleTest]:
        """The tests that could notice: those in which the rules are raised come first, short ones
        before logs."""
        first = set().union(*(self._raised_in.get(rule, set()) for rule in rules))
        able = [test for test in self._tests if test.exact or test.states or test.rules & rules]
        return sorted(
            able, key=lambda test: (test.name not in first, bool(test.log), not test.rules & rules)
        )


def _failures(runner: Runner, test: RuleTest) -> frozenset[str]:
    return frozenset(failure.message for failure in runner.run(test).failures)
