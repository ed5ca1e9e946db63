"""The shipped rules by their own standards: no fault, all is reached, every outcome is answered."""

from __future__ import annotations

import pytest
from sample_logs import ROOT, RULES

from rules.authoring.checking import check_texts
from rules.authoring.coverage import Coverage
from rules.authoring.prove import prove
from rules.authoring.read_rule_tests import read_proofs, read_tests
from rules.authoring.run_tests import Runner
from rules.loader import load_rule_base
from rules.rule_base import RuleBase
from tui.rules_commands.manual import as_markdown
from tui.rules_commands.test_files import find_tests, open_log


@pytest.fixture(scope="module")
def rule_base() -> RuleBase:
    return load_rule_base(RULES)


def test_nothing_is_wrong_with_them(rule_base: RuleBase) -> None:
    assert check_texts(rule_base.texts).faults == []


def test_their_tests_pass_and_reach_everything(rule_base: RuleBase) -> None:
    tests, faults = read_tests(find_tests([RULES, ROOT / "samples" / "logs.test.toml"]), rule_base)
    assert not faults.unusable
    coverage = Coverage(rule_base)
    runner = Runner(rule_base, open_log, observer=coverage.look)
    outcomes = [coverage.run(runner, test) for test in tests]
    assert [(one.test.name, one.failures) for one in outcomes if not one.passed] == []
    assert coverage.report(outcomes).gaps == ()


def test_every_combination_that_must_be_answered_is(rule_base: RuleBase) -> None:
    proofs, faults = read_proofs(find_tests([RULES]), rule_base)
    assert proofs
    assert not faults.unusable
    for proof in proofs:
        found = prove(rule_base, proof)
        assert found.exact
        assert (found.faults, found.blind) == (0, 0)
        assert sum(line.count for line in found.lines) == found.combinations


def test_the_manual_is_current(rule_base: RuleBase) -> None:
    """`watchkeeper rules docs --output rules/image_streamer/MANUAL.md` brings it up to date."""
    assert (RULES / "MANUAL.md").read_text("utf-8") == as_markdown(rule_base)
