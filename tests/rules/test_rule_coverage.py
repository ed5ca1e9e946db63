"""What tests of rules reach, and where what they do not reach stands."""

from __future__ import annotations

import pytest
from mill_runs import DEEP, HOT, WHOLE, base, outcomes
from rule_texts import RULE

from rules.authoring.coverage import Coverage
from rules.authoring.read_rule_tests import TestTexts, read_tests
from rules.authoring.run_tests import Runner


def test_coverage_says_exactly_what_no_test_reaches() -> None:
    rule_base = base(HOT)
    coverage = Coverage(rule_base)
    tests, _ = read_tests(TestTexts({"a.test.toml": WHOLE.encode()}), rule_base)
    runner = Runner(rule_base, lambda _: (), observer=coverage.look)
    report = coverage.report([coverage.run(runner, test) for test in tests])
    assert [gap.message for gap in report.gaps if "step" not in gap.message] == [
        'derive: wheel.state = "stuck" or "broken" was never seen false',
        'derive: wheel.state = "stuck" or "broken" was never seen true',
    ]
    assert str(report.conditions) == "66.6 % (4 of 6)"
    assert str(report.rules) == "100.0 % (2 of 2)"
    # The first step is ticked by a heat at which nothing is open: nobody sees that.
    assert [gap.message for gap in report.gaps if "step" in gap.message] == [
        "step 1 was never ticked while its finding stood or as it ended: Cool it"
    ]
    assert str(report.steps) == "75.0 % (3 of 4)"


@pytest.mark.parametrize(
    ("expectation", "reached"),
    [
        ('[[test.finding]]\nrule = "hot"\nraised = "5m"\nresolved = "10m"', 3),
        ('rules = ["wheel-bad"]', 0),
    ],
    ids=["judged", "another"],
)
def test_a_step_may_be_ticked_by_what_ends_its_finding(expectation: str, reached: int) -> None:
    rule_base = base(RULE, HOT)
    coverage = Coverage(rule_base)
    text = (
        '[[test]]\nname = "x"\nfacts = { wheel.heat = 95.0 }\n{expected}\n'
        '[[test.event]]\nat = "10m"\nfacts = { wheel.heat = 50.0 }\n{finding}'
    )
    finding = expectation.startswith("[[")
    text = text.replace("{expected}", "" if finding else expectation)
    text = text.replace("{finding}", expectation if finding else "")
    tests, faults = read_tests(TestTexts({"a.test.toml": text.encode()}), rule_base)
    assert not faults.all()
    runner = Runner(rule_base, lambda _: (), observer=coverage.look)
    outcomes = [coverage.run(runner, test) for test in tests]
    assert [one.passed for one in outcomes] == [True]
    report = coverage.report(outcomes)
    hot = [gap for gap in report.gaps if gap.owner == "hot" and "step" in gap.message]
    assert 4 - len(hot) == reached


@pytest.mark.parametrize("spoilt", ['todo = "later"', 'open = ["hot"]'])
def test_a_test_that_does_not_pass_or_is_still_to_do_covers_nothing(spoilt: str) -> None:
    rule_base = base(HOT)
    coverage = Coverage(rule_base)
    text = f'[[test]]\nname = "x"\nfacts = {{ wheel.heat = 59.9 }}\nrules = ["hot"]\n{spoilt}\n'
    tests, _ = read_tests(TestTexts({"a.test.toml": text.encode()}), rule_base)
    runner = Runner(rule_base, lambda _: (), observer=coverage.look)
    report = coverage.report([coverage.run(runner, test) for test in tests])
    assert (report.conditions.reached, report.steps.reached) == (0, 0)


def test_a_test_to_do_has_its_reason_and_reaches_nothing() -> None:
    rule_base = base()
    text = (
        '[[test]]\nname = "x"\ntodo = "nobody knows"\nopen = ["hot"]\nfacts = { wheel.heat = 99.0 }'
    )
    found = outcomes(text, rule_base)
    assert found[0].test.todo == "nobody knows"
    assert Coverage(rule_base).report(found).rules.reached == 0


def test_what_no_test_reaches_is_told_at_its_very_condition() -> None:
    rule_base = base(RULE, DEEP)
    text = rule_base.texts["mill.toml"].decode().split("\n")
    report = Coverage(rule_base).report([])
    told = {
        (gap.message.partition(" was never")[0], text[gap.line - 1][gap.column - 1 :])
        for gap in report.gaps
        if gap.owner == "deep" and " was never " in gap.message
    }
    assert told == {
        ('when: wheel.state = "stuck"', 'wheel.state = "stuck"'),
        ("when: wheel.heat above 90 celsius", "above = 90, below = 200 } },"),
        ("when: wheel.heat below 200 celsius", "below = 200 } },"),
        ("when: wheel.speed = 0 rpm", "wheel.speed = 0.0, none = [{ mill.open = false }] },"),
        ("when: mill.open = false", "mill.open = false }] },"),
        ("until: confirm.oiled = true", "confirm.oiled = true"),
        ("step 2: wheel.heat below 60 celsius", "below = 60 } }"),
        ("step 1", "[[rule.then.step]]"),
        ("step 2", "[[rule.then.step]]"),
    }
