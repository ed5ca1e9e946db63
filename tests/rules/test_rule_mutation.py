"""Which changes of a rule base tests notice, and which make no difference."""

from __future__ import annotations

import pytest
from mill_runs import DEEP, HOT, WAITING, WHOLE, base
from rule_texts import CATALOGUE, RULE, rule

from rules.authoring.leaf_places import LeafPlaces
from rules.authoring.mutants import Mutants, mutants
from rules.authoring.mutate import Mutation, Verdict
from rules.authoring.read_rule_tests import TestTexts, read_tests
from rules.authoring.run_tests import Runner
from rules.authoring.suggested_tests import suggest
from rules.loader import load_texts
from rules.rule_base import RuleBase


def tried(text: str, rule_base: RuleBase) -> list[Verdict]:
    tests, faults = read_tests(TestTexts({"a.test.toml": text.encode()}), rule_base)
    assert not faults.unusable, [str(fault) for fault in faults.all()]
    runner = Runner(rule_base, lambda _: ())
    found = [runner.run(test) for test in tests]
    assert [one.failures for one in found if not one.passed] == []
    mutation = Mutation(rule_base, tests, found, lambda _: ())
    return [verdict for owner in mutation.owners() for verdict in mutation.run(owner)]


def unnoticed(text: str, rule_base: RuleBase, owner: str = "hot") -> list[str]:
    return [
        verdict.mutant.change
        for verdict in tried(text, rule_base)
        if not verdict.noticed_by and not verdict.mutant.is_equal and verdict.mutant.owner == owner
    ]


def test_each_change_must_be_noticed_and_one_that_changes_nothing_is_none() -> None:
    rule_base = base(HOT)
    left = unnoticed(WHOLE, rule_base)
    assert "when: wheel.heat above 90 celsius turned to wheel.heat at least 90 celsius" not in left
    assert "for taken away" in left
    # The step is ticked by a heat at which the finding is over: that changes what nobody sees.
    assert not [change for change in left if change.startswith("step 1: wheel.heat")]


def test_a_change_that_no_test_notices_comes_with_a_test_that_would() -> None:
    rule_base = base(HOT)
    text = '[[table]]\nrule = "hot"\nrows = [{ facts = { wheel.heat = 200.0 }, open = true }]\n'
    missed = "when: wheel.heat above 90 celsius turned to wheel.heat at least 90 celsius"
    assert missed in unnoticed(text, rule_base)
    mutant = next(
        mutant for group in mutants(rule_base) for mutant in group if mutant.change == missed
    )
    suggested = suggest(rule_base, mutant)
    assert suggested is not None
    assert "wheel.heat = 90" in suggested.row
    assert missed not in unnoticed(text + suggested.table, rule_base)


GROUND = """
[[test]]
name = "A wheel that turns"
rules = ["ground"]
facts = { wheel.state = "turning", wheel.mill = "old mill", wheel.oiled_at = "-5m" }
[[test.event]]
at = "10m"
facts = { wheel.state = "stuck" }
[[test.event]]
at = "20m"
facts = { wheel.state = "broken" }
[[test.finding]]
rule = "ground"
raised = "0s"
resolved = "10m"
"""
SAID = """\
severity = "warning"
forbids = [{ operation = "grind", scope = "mill" }]
contact_support = true
starts = []
starts_once_allowed = ["grind"]
occurrence = "old mill"
[[test.expect]]
at = "6m"
waits.ground = [{ step = 1, from = "40m", to = "55m" }]
"""


def test_what_a_finding_says_is_changed_too_and_noticed_by_a_test_that_says_it() -> None:
    rule_base = base(WAITING)
    assert unnoticed(GROUND, rule_base, "ground") == [
        'severity "warning" turned to "notice"',
        'occurrence "wheel.mill" taken away',
        "contact_support taken away",
        "forbid grind taken away",
        'forbid grind: scope "mill" taken away',
        'step 1: starts "grind" taken away',
        "step 1: once_allowed taken away",
        "step 1: wait at_least taken away",
        "step 1: wait at_least 45m turned to 45m 1s",
        "step 1: wait at_least 45m turned to 44m 59s",
        "step 1: wait at_most taken away",
        "step 1: wait at_most 1h turned to 1h 1s",
        "step 1: wait at_most 1h turned to 59m 59s",
    ]
    assert unnoticed(GROUND + SAID, rule_base, "ground") == []


def test_a_prohibition_may_be_noticed_by_what_is_allowed() -> None:
    """Where another finding forbids the same, nothing is allowed after all: no test notices."""
    rule_base = base(WAITING)
    allowed = '[[test.expect]]\nat = "5m"\nforbidden = ["grind"]\n'
    missed = "forbid grind taken away"
    assert missed in unnoticed(GROUND, rule_base, "ground")
    assert missed not in unnoticed(GROUND + allowed, rule_base, "ground")
    both = base(
        WAITING, rule("idle", 'wheel.state = "turning"', then='forbid = [{ operation = "grind" }]')
    )
    assert missed in unnoticed(GROUND + allowed, both, "ground")


def test_what_the_catalogue_says_is_changed_too() -> None:
    catalogue = CATALOGUE.replace(
        'name = "mill.open"\ntype = "bool"',
        'name = "mill.open"\ntype = "bool"\ndefault = false',
    ).replace('unit = "rpm"', 'unit = "rpm"\nmemory = true')
    rule_base = load_texts({"mill.toml": (catalogue + RULE).encode()})
    text = """
[[table]]
rule = "wheel-bad"
rows = [{ facts = { wheel.state = "turning" }, open = false }]
"""
    assert unnoticed(text, rule_base, "mill.open") == [
        "default false taken away",
        "default false turned to true",
    ]
    assert unnoticed(text, rule_base, "wheel.speed") == ["memory taken away"]
    assert unnoticed(text, rule_base, "gauge") == [
        "heartbeat taken away",
        "heartbeat 1m turned to 1m 1s",
        "heartbeat 1m turned to 59s",
    ]
    said = """
[[test]]
name = "A gauge that says nothing of the mill, says it, and falls silent"
subject = "wheel/test"
facts = { wheel.speed = 3.0 }
[[test.event]]
at = "1m"
snapshot = ["mill"]
subject = "mill/test"
[[test.event]]
at = "2m"
facts = { mill.open = true }
[[test.event]]
at = "10m"
silent = "gauge"
[[test.expect]]
at = "1m"
facts = { mill.open = false }
[[test.expect]]
at = "779s"
facts = { mill.open = true }
[[test.expect]]
at = "13m"
facts = { wheel.speed = 3.0 }
unknown = ["mill.open"]
"""
    assert unnoticed(text + said, rule_base, "mill.open") == []
    assert unnoticed(text + said, rule_base, "wheel.speed") == []
    assert unnoticed(text + said, rule_base, "gauge") == []


def test_a_change_stands_at_the_very_value_that_is_changed() -> None:
    rule_base = base(DEEP)
    lines = rule_base.texts["mill.toml"].decode().split("\n")
    every = Mutants(rule_base)
    found = [mutant for owner in every.owners() for mutant in every.of(owner)]
    spots = LeafPlaces(rule_base).spots((one.place, one.way) for one in found)
    told = {
        one.change: lines[spot.line - 1][spot.column - 1 :]
        for one, spot in zip(found, spots, strict=True)
    }
    broken = 'wheel.state = "stuck" or "broken" turned to wheel.state = "stuck"'
    for change, begin in (
        ("when: wheel.heat below 200 celsius turned to wheel.heat below 201 celsius", "below = 2"),
        ('when: wheel.state = "stuck" turned to wheel.state = "broken"', 'wheel.state = "stuck"'),
        (f"when: {broken}", '"broken"]'),
        ("when: any turned to all", "any = ["),
        ('severity "warning" turned to "notice"', 'severity = "warning"'),
        ("heartbeat 1m turned to 59s", 'heartbeat = "1m"'),
    ):
        assert told[change].startswith(begin), (change, told[change])


@pytest.mark.parametrize(
    ("condition", "changes"),
    [
        ("wheel.heat = { at_least = 90.5 }", ["90.6 celsius", "90.4 celsius"]),
        ('wheel.release = { below = "5.20" }', ['"5.21"', '"5.19"']),
        ('wheel.release = { at_least = "2.0" }', ['"2.1"', '"1"']),
        ('wheel.oiled_at = { older_than = "24h" }', ["1d 1s old", "23h 59m 59s old"]),
    ],
    ids=["number", "version", "whole-version", "age"],
)
def test_a_boundary_is_moved_by_the_least_that_somebody_could_write(
    condition: str, changes: list[str]
) -> None:
    release = (
        '[[fact]]\nname = "wheel.release"\ntype = "version"\nscope = "wheel"\nsource = "gauge"\n'
    )
    texts = {"mill.toml": (CATALOGUE + release + rule("one", condition)).encode()}
    found = [
        mutant.change
        for group in mutants(load_texts(texts))
        for mutant in group
        if mutant.owner == "one" and mutant.change.startswith("when")
    ]
    assert [
        change.partition(" turned to ")[2].endswith(end)
        for change, end in zip(found[-2:], changes, strict=True)
    ] == [True, True], found


BOARD = """
[board]
scope = "wheel"
[[board.line]]
label = "heat"
text = "{wheel.heat}"
signs = [
    { sign = "critical", when = { wheel.heat = { above = 90 } } },
    { sign = "good", when = { wheel.heat = { at_most = 90 }, wheel.verdict = "good" } },
]
"""
COLD = """
[[test]]
name = "A wheel that grows hot"
subject = "wheel/a"
facts = { wheel.heat = 90, wheel.state = "turning" }
[[test.event]]
at = "1m"
facts = { wheel.heat = 91 }
[[test.event]]
at = "2m"
facts = { wheel.heat = 80, wheel.state = "stuck" }
[[test.event]]
at = "3m"
facts = { wheel.state = "turning" }
unknown = ["wheel.heat"]
[[test.expect]]
at = "0s"
signs = { heat = "good" }
[[test.expect]]
at = "1m"
signs = { heat = "critical" }
[[test.expect]]
at = "2m"
signs = { heat = "unknown" }
[[test.expect]]
at = "3m"
signs = { heat = "unknown" }
"""


def test_signs_of_the_board_are_changed_and_noticed_by_tests_that_expect_them() -> None:
    rule_base = base(HOT, BOARD)
    missed = unnoticed(WHOLE, rule_base, "board, heat")
    assert missed[:3] == [
        'sign "critical" turned to "unknown"',
        'sign "critical" turned to "good"',
        "critical: wheel.heat above 90 celsius turned to wheel.heat at most 90 celsius",
    ]
    assert 'good: wheel.verdict = "good" taken away' in missed
    assert unnoticed(WHOLE + COLD, rule_base, "board, heat") == []
    # Above 90 another sign comes first.
    equal = [
        one.mutant.change
        for one in tried(WHOLE, rule_base)
        if one.mutant.is_equal and one.mutant.owner == "board, heat"
    ]
    assert "good: wheel.heat at most 90 celsius turned to wheel.heat at most 91 celsius" in equal


def test_a_change_of_the_board_stands_at_the_very_value() -> None:
    rule_base = base(HOT, BOARD)
    lines = rule_base.texts["mill.toml"].decode().split("\n")
    every = Mutants(rule_base)
    (owner,) = [one for one in every.owners() if one.kind == "board"]
    found = every.of(owner)
    spots = LeafPlaces(rule_base).spots((one.place, one.way) for one in found)
    told = {
        one.change: lines[spot.line - 1][spot.column - 1 :]
        for one, spot in zip(found, spots, strict=True)
    }
    assert told['sign "critical" turned to "good"'].startswith('sign = "critical"')
    assert told["good taken away"].startswith('{ sign = "good"')
    last = next(one for one in told if one.startswith('good: wheel.verdict = "good" turned'))
    assert told[last].startswith('wheel.verdict = "good"')


def test_a_scope_that_is_the_rules_own_makes_no_difference() -> None:
    own = rule(
        "own",
        'wheel.state = "stuck"',
        then='forbid = [{ operation = "grind", scope = "wheel" }]',
    )
    equal = [one.mutant.change for one in tried(WHOLE, base(HOT, own)) if one.mutant.is_equal]
    assert 'forbid grind: scope "wheel" taken away' in equal
    assert "step 1: wheel.heat below 60 celsius turned to wheel.heat below 61 celsius" in equal


def test_where_there_are_too_many_situations_a_change_counts_as_one_that_makes_a_difference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    equal = [one.mutant.change for one in tried(WHOLE, base(HOT)) if one.mutant.is_equal]
    monkeypatch.setattr("rules.authoring.mutants._ROOM", 0)
    untold = [one.mutant.change for one in tried(WHOLE, base(HOT)) if one.mutant.is_equal is None]
    assert equal
    assert set(equal) <= set(untold)
