"""How tests of rules are read: slips are told, rows have names and lines of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from mill_runs import base
from rule_texts import CATALOGUE, RULE, check, rule

from rules.authoring.read_rule_tests import TestTexts, read_tests
from rules.rule_base import RuleBase
from rules.rule_files import rule_files


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[[test]]\nfacts = { wheel.heat = 1.0 }\nopen = []", "WK011"),
        ('[[test]]\nname = "x"\nopen = ["hott"]\nfacts = { wheel.heat = 1.0 }', "WK046"),
        ('[[test]]\nname = "x"\nopen = ["hot"]\nfacts = { wheel.het = 1.0 }', "WK030"),
        ('[[test]]\nname = "x"\nopen = ["hot"]\nfacts = { wheel.heat = "x" }', "WK032"),
        ('[[test]]\nname = "x"\nopen = ["hot"]\nfacts = { wheel.verdict = "bad" }', "WK080"),
        ('[[test]]\nname = "x"\nfacts = { wheel.heat = 1.0 }', "WK080"),
        ('[[test]]\nname = "x"\nopen = ["hot"]\nsubject = "ship/a"', "WK080"),
        ('[[test]]\nname = "x"\nopen = ["hot"]\nsubject = "wheel/a"\ntodo = ""', "WK014"),
        ('[[test]]\nname = "x"\nopen = ["hot"]\nsubject = "wheel/a"\nend = "soon"', "WK080"),
        ('[[table]]\nrule = "hot"', "WK011"),
        ('[[table]]\nfact = "wheel.heat"\nrows = [{ facts = {} }]', "WK080"),
        ('[[logs]]\nlogs = "*.jsonl"\nexpected = "{name}.toml"', "WK080"),
        ("[[test]", "WK003"),
    ],
)
def test_a_test_that_cannot_be_run_is_told_like_a_rule(text: str, code: str) -> None:
    tests, faults = read_tests(TestTexts({"a.test.toml": text.encode()}), base())
    assert code in [str(fault.code) for fault in faults.all()]
    assert tests == []


def test_rows_are_called_by_what_they_show_and_stand_at_their_own_lines() -> None:
    head = '[[table]]\nrule = "wheel-bad"\n'
    lines = (
        '[[table.rows]]\nname = "stuck"\nfacts = { wheel.state = "stuck" }\nopen = true\n'
        '[[table.rows]]\nname = "turning"\nfacts = { wheel.state = "turning" }\nopen = false\n'
    )
    tests, faults = read_tests(TestTexts({"mill.test.toml": (head + lines).encode()}), base())
    assert not faults.unusable
    assert [(test.name, test.line) for test in tests] == [
        ("wheel-bad: stuck", 3),
        ("wheel-bad: turning", 7),
    ]
    inline = head + 'rows = [\n{ name = "a", facts = { mill.open = true }, open = false },\n]\n'
    assert [
        (test.name, test.line)
        for test in read_tests(TestTexts({"mill.test.toml": inline.encode()}), base())[0]
    ] == [("wheel-bad: a", 4)]
    same = head + lines.replace('"turning"\nfacts', '"stuck"\nfacts')
    _, twice = read_tests(TestTexts({"mill.test.toml": same.encode()}), base())
    (fault,) = twice.all()
    assert "wheel-bad: stuck" in fault.message


def faults_of(text: str, rule_base: RuleBase | None = None) -> list[str]:
    _, faults = read_tests(TestTexts({"mill.test.toml": text.encode()}), rule_base or base())
    return [fault.message for fault in faults.all()]


EVENT = '[[test]]\nname = "x"\nopen = ["hot"]\nfacts = { wheel.heat = 95.0 }\n[[test.event]]\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            EVENT + 'at = "1m"\nrule = "hot"\nconfirm = "oilt"',
            "confirm: hot has no step that is confirmed as 'oilt'; did you mean oiled?",
        ),
        (
            EVENT + 'at = "1m"\nsnapshot = ["wheell"]',
            "snapshot: 'wheell' is no family of facts; did you mean wheel?",
        ),
        (
            EVENT + 'at = "1m"\nfacts = { wheel.state = "stucc" }',
            "is never 'stucc'; it is one of turning, stuck, broken; did you mean stuck?",
        ),
        (
            '[[table]]\nrule = "hot"\nrows = [{ facts = { wheel.heat = 95.0 } }]',
            "open is missing: whether the rule is open then",
        ),
        (
            '[[table]]\nfact = "wheel.verdict"\nrows = [{ facts = {}, value = "badd" }]',
            "value: wheel.verdict is never 'badd'",
        ),
        (
            '[[test]]\nname = "x"\n[[test.finding]]\nrule = "hot"\nsubject = "wheel/test"\n'
            'raised = "2026-11-22T03:00:30Z"',
            "a time stands without quotes: raised = 2026-11-22T03:00:30Z",
        ),
        (
            EVENT + 'at = "1m"\n[[test.finding]]\nrule = "hot"\nraised = "5m"\n'
            'forbids = [{ operation = "grind", scope = "wheell" }]',
            "forbids: 'wheell' is not known; use one of wheel, mill; did you mean wheel?",
        ),
        (
            EVENT + 'at = "1m"\n[[test.finding]]\nrule = "hot"\nraised = "5m"\noccurrence = "a"',
            "occurrence: hot has no occurrence: nothing tells its happenings apart",
        ),
        (
            EVENT + 'at = "1m"\n[[test.expect]]\nat = "5m"\nwaits.hot = [{ step = 2 }]',
            "step: must be the number of a step that waits; of hot: none",
        ),
        (
            '[[test]]\nname = "x"\nlog = "night.jsonl"\n[[test.finding]]\nrule = "hot"\n'
            'raised = "1m"',
            'subject is missing: "mill/NAME" or "wheel/NAME", as the log has it',
        ),
    ],
    ids=[
        "confirm",
        "snapshot",
        "enum",
        "open",
        "value",
        "quotes",
        "scope",
        "none",
        "wait",
        "subject",
    ],
)
def test_a_slip_in_a_test_is_told(text: str, said: str) -> None:
    assert any(said in message for message in faults_of(text))


def test_a_word_that_no_catalogue_knows_can_be_said() -> None:
    text = EVENT + 'at = "1m"\nfacts = { wheel.state = "unrecognised" }'
    assert faults_of(text) == []


def test_a_rule_by_the_id_that_it_had_is_told_by_the_one_it_has() -> None:
    renamed = rule("hot", "wheel.heat = { above = 90 }", 'aliases = ["warm"]')
    text = '[[test]]\nname = "x"\nsubject = "wheel/test"\nnever = ["warm"]'
    assert faults_of(text, base(renamed)) == ["never: 'warm' is no rule; it is called hot now"]


def test_a_test_among_the_rules_is_told_where_it_belongs() -> None:
    for key, ending in (("test", ".test.toml"), ("finding", ".expected.toml")):
        checked = check(CATALOGUE, RULE, f'[[{key}]]\nrule = "stuck"\n')
        assert [ending in fault.message for fault in checked.faults if not fault.is_warning] == [
            True
        ]


def test_what_logs_must_give_is_no_part_of_the_rules(tmp_path: Path) -> None:
    for name in ("mill.toml", "mill.test.toml", "night.expected.toml"):
        (tmp_path / name).touch()
    assert [path.name for path in rule_files(tmp_path)] == ["mill.toml"]
