"""The second rule base, by the same standards as the shipped one: neither is special."""

from __future__ import annotations

import re
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
from tui.command_line import main
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
    outcomes = [coverage.run(runner, test) for test in tests]
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


def test_the_tools_say_nothing_of_another_rule_base(
    rule_base: RuleBase, capsys: pytest.CaptureFixture[str]
) -> None:
    logs = sorted(str(log) for log in (PATRONI / "logs").glob("*.jsonl"))
    rules = ["--rules", str(PATRONI)]
    for form in ("text", "json", "markdown"):
        main(["replay", *logs[:3], "--headless", "--verify", "--format", form, *rules])
    main(["replay", logs[-1], "--plain", *rules])
    for words in (["list"], ["docs"], ["schema"], ["schema", "--tests"], ["prove"]):
        assert main(["rules", *words, *rules]) == 0
    for rule in rule_base.rules:
        assert main(["rules", "show", rule.id, *rules]) == 0
    for rule_id in ("no-candidate", "clock-skew-member"):
        assert main(["rules", "explain", rule_id, "--log", logs[0], *rules]) in (0, 1)
    assert main(["rules", "check", str(PATRONI)]) == 0
    assert main(["rules", "backtest", str(PATRONI), str(PATRONI), *logs[:2], "--jobs", "1"]) == 0
    printed = capsys.readouterr().out
    assert len(printed) > 100_000
    said = re.findall(r"(?i)image.?streamer|oneview|\bHPE\b|composer|appliance|\bpairs?\b", printed)
    assert said == []
