"""The second rule base, by the same standards as the shipped one: neither is special."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sample_logs import ROOT

from rules.authoring.checking import check_texts
from rules.authoring.coverage import Coverage
from rules.authoring.formatting import format_toml
from rules.authoring.prove import prove
from rules.authoring.read_rule_tests import read_proofs, read_tests
from rules.authoring.run_tests import Runner
from rules.loader import load_rule_base
from rules.rule_base import RuleBase
from tui.rules_commands.manual import as_markdown
from tui.rules_commands.test_files import find_tests, open_log

PATRONI = ROOT / "samples" / "patroni"


@pytest.fixture(scope="module")
def rule_base() -> RuleBase:
    return load_rule_base(PATRONI)


def test_nothing_is_wrong_with_it(rule_base: RuleBase) -> None:
    assert check_texts(rule_base.texts).faults == []


def test_its_tests_pass_and_reach_everything(rule_base: RuleBase) -> None:
    tests, faults = read_tests(find_tests([PATRONI]), rule_base)
    assert not faults.unusable
    coverage = Coverage(rule_base)
    runner = Runner(rule_base, open_log, observer=coverage.look)
    outcomes = [runner.run(test) for test in tests]
    assert [(one.test.name, one.failures) for one in outcomes if not one.passed] == []
    assert coverage.report(outcomes).gaps == ()


def test_every_combination_that_must_be_answered_is(rule_base: RuleBase) -> None:
    proofs, faults = read_proofs(find_tests([PATRONI]), rule_base)
    assert len(proofs) == 3
    assert not faults.unusable
    for proof in proofs:
        found = prove(rule_base, proof)
        assert found.exact
        assert found.faults == 0


@pytest.mark.parametrize("path", sorted(PATRONI.rglob("*.toml")), ids=lambda path: path.name)
def test_its_files_are_in_form(path: Path) -> None:
    text = path.read_text("utf-8")
    assert format_toml(text) == text


def test_its_manual_is_current(rule_base: RuleBase) -> None:
    """`watchkeeper rules docs samples/patroni --output samples/patroni/MANUAL.md` brings it up to
    date."""
    assert (PATRONI / "MANUAL.md").read_text("utf-8") == as_markdown(rule_base)


def test_its_logs_are_what_their_stories_tell() -> None:
    command = [sys.executable, str(PATRONI / "stories.py"), "--check"]
    assert subprocess.run(command, capture_output=True, text=True, check=False).stdout == ""
