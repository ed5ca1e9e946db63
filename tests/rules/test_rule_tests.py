"""Tests of rules: what they find wrong, what they reach, and which changes they notice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rule_texts import CATALOGUE, RULE, check, rule

from rules.authoring.coverage import Coverage
from rules.authoring.leaf_places import LeafPlaces
from rules.authoring.mutants import Mutants, mutants
from rules.authoring.mutate import Mutation, Verdict
from rules.authoring.read_rule_tests import TestTexts, read_tests
from rules.authoring.run_tests import Outcome, Runner
from rules.authoring.suggested_tests import suggest
from rules.loader import load_texts
from rules.rule_base import RuleBase
from rules.rule_files import rule_files
from rules.vocabulary import FACTS_CHANGED, Event, EventData

HOT = rule(
    "hot",
    "wheel.heat = { above = 90 }",
    'for = "5m"',
    then='impact = "{wheel.heat} degrees"\nforbid = [{ operation = "grind" }]\n'
    '[[rule.then.step]]\ndo = "Cool it"\ndone_when = { wheel.heat = { below = 60 } }\n'
    '[[rule.then.step]]\ndo = "Oil it"\nconfirm = "oiled"',
)


def base(*rules: str) -> RuleBase:
    return load_texts({"mill.toml": "".join((CATALOGUE, *(rules or (RULE, HOT)))).encode()})


def outcomes(text: str, rule_base: RuleBase | None = None) -> list[Outcome]:
    rule_base = rule_base or base()
    tests, faults = read_tests(TestTexts({"mill.test.toml": text.encode()}), rule_base)
    assert not faults.unusable, [str(fault) for fault in faults.all()]
    runner = Runner(rule_base, lambda _: ())
    return [runner.run(test) for test in tests]


def messages(text: str) -> list[str]:
    return [failure.message for one in outcomes(text) for failure in one.failures]


def test_facts_in_time_give_the_findings_that_are_expected() -> None:
    assert (
        messages("""
[[test]]
name = "A wheel that runs hot"
facts = { wheel.heat = 95.0 }
[[test.event]]
at = "20m"
facts = { wheel.heat = 50.0 }
[[test.finding]]
rule = "hot"
raised = "5m"
resolved = "20m"
forbids = ["grind"]
impact = "95 degrees"
[[test.expect]]
at = "10m"
open = ["hot"]
steps.hot = ["open", "open"]
forbidden = ["grind"]
""")
        == []
    )


def test_a_source_stays_heard_unless_the_test_says_otherwise() -> None:
    text = """
[[test]]
name = "A day"
facts = { wheel.heat = 95.0 }
end = "24h"
[[test.finding]]
rule = "hot"
raised = "5m"
[[test.expect]]
at = "23h"
unconfirmed = []
"""
    assert messages(text) == []
    lost = text.replace(
        "[[test.finding]]", '[[test.event]]\nat = "1h"\nlost = "gauge"\n[[test.finding]]'
    ).replace("unconfirmed = []", 'unconfirmed = ["hot"]')
    assert messages(lost) == []


def test_facts_of_a_wider_scope_are_said_about_the_subject_around() -> None:
    both = rule("idle", 'mill.open = true, wheel.state = "stuck"')
    (outcome,) = outcomes(
        '[[test]]\nname = "x"\nopen = ["idle"]\n'
        'facts = { mill.open = true, wheel.state = "stuck" }',
        base(both),
    )
    assert outcome.passed


def test_a_test_may_name_the_subject_around() -> None:
    both = rule("idle", 'mill.open = true, wheel.state = "stuck"')
    (outcome,) = outcomes(
        '[[test]]\nname = "x"\nopen = ["idle"]\n'
        'facts = { mill.open = true, wheel.mill = "upper", wheel.state = "stuck" }',
        base(both),
    )
    assert outcome.passed


def test_a_row_may_take_facts_away_that_the_table_gives() -> None:
    passed = [
        one.passed
        for one in outcomes("""
[[table]]
fact = "wheel.verdict"
given = { wheel.state = "broken" }
rows = [
    { facts = {}, value = "bad" },
    { facts = {}, unknown = ["wheel.state"] },
]
""")
    ]
    assert passed == [True, True]


def test_a_failure_says_what_was_found_and_why() -> None:
    (outcome,) = outcomes("""
[[test]]
name = "x"
facts = { wheel.heat = 80.0 }
[[test.finding]]
rule = "hot"
raised = "5m"
""")
    (failure,) = outcome.failures
    assert failure.message == "hot: expected raised at 5m on wheel/test, open; found: nothing"
    assert any("wheel.heat above 90 celsius (now 80 celsius)" in line for line in failure.why)


@pytest.mark.parametrize(
    ("expectation", "said"),
    [
        ('never = ["hot"]', "hot must not be raised"),
        ('[[test.finding]]\nrule = "hot"\nraised = "6m"', "found: raised at 5m"),
        ('[[test.finding]]\nrule = "hot"\nraised = "5m"\nresolved = "6m"', "open"),
        (
            '[[test.finding]]\nrule = "hot"\nraised = "5m"\nforbids = []',
            "expected to forbid nothing",
        ),
        ('[[test.finding]]\nrule = "hot"\nraised = "5m"\nimpact = "x"', "expected the impact 'x'"),
        (
            '[[test.finding]]\nrule = "hot"\nraised = "5m"\nseverity = "notice"',
            "hot: expected to be notice; it is warning",
        ),
        (
            '[[test.finding]]\nrule = "hot"\nraised = "5m"\ncontact_support = true',
            "hot: expected to ask to contact support; it does not",
        ),
        (
            '[[test.finding]]\nrule = "hot"\nraised = "5m"\n'
            'forbids = [{ operation = "grind", scope = "mill" }]',
            "hot: expected to forbid grind on its mill; forbids grind",
        ),
        (
            '[[test.finding]]\nrule = "hot"\nraised = "5m"\nsuppresses = ["wheel-bad"]',
            "hot: expected behind it: wheel-bad; found: nothing",
        ),
        (
            '[[test.finding]]\nrule = "hot"\nraised = "5m"\nstarts = ["grind"]',
            "hot: expected its steps to start at once: grind; found: nothing",
        ),
        ('[[test.expect]]\nat = "6m"\nopen = ["wheel-bad"]', "expected to be open: wheel-bad"),
        ('[[test.expect]]\nat = "6m"\nfacts = { wheel.verdict = "bad" }', "it is not known"),
        ('[[test.expect]]\nat = "6m"\nunknown = ["wheel.heat"]', "not to be known"),
        ('[[test.expect]]\nat = "6m"\nsteps.hot = ["done", "open"]', "steps of hot: expected done"),
        ('[[test.expect]]\nat = "6m"\nallowed = ["grind"]', "it is no go (hot)"),
        ('[[test.expect]]\nat = "6m"\nblind = ["hot"]', "it can be judged"),
        ("exact = true", "hot must not be raised"),
    ],
)
def test_what_is_otherwise_than_expected_fails(expectation: str, said: str) -> None:
    text = '[[test]]\nname = "x"\nend = "7m"\nfacts = { wheel.heat = 95.0 }\n' + expectation
    assert any(said in message for message in messages(text)), messages(text)


WAITING = rule(
    "ground",
    'wheel.state = "turning"',
    'occurrence = "wheel.mill"',
    then='impact = "Flour"\nforbid = [{ operation = "grind", scope = "mill" }]\n'
    'contact_support = true\n[[rule.then.step]]\ndo = "Grind on"\nstarts = "grind"\n'
    "once_allowed = true\n"
    'wait = { from = "wheel.oiled_at", at_least = "45m", at_most = "60m" }',
)


def test_what_a_finding_says_can_be_expected() -> None:
    said = """
severity = "warning"
forbids = [{ operation = "grind", scope = "mill" }]
contact_support = true
starts = []
starts_once_allowed = ["grind"]
occurrence = "old mill"
"""
    text = (
        """
[[test]]
name = "x"
facts = { wheel.state = "turning", wheel.mill = "old mill" }
[[test.event]]
at = "5m"
facts = { wheel.oiled_at = "-5m" }
[[test.finding]]
rule = "ground"
raised = "0s"
{said}
[[test.expect]]
at = "1m"
waits.ground = [{ step = 1 }]
[[test.expect]]
at = "6m"
waits.ground = [{ step = 1, from = "40m", to = "55m" }]
[[table]]
rule = "ground"
given = { wheel.mill = "old mill" }
{said}
rows = [{ facts = { wheel.state = "turning" }, open = true }]
"""
    ).replace("{said}", said)
    rule_base = base(WAITING)
    found = outcomes(text, rule_base)
    assert [one.failures for one in found] == [(), ()]
    for change in (
        ('"grind", scope = "mill" }]\ncontact', '"grind" }]\ncontact'),
        ("contact_support = true", "contact_support = false"),
        ('starts_once_allowed = ["grind"]', "starts_once_allowed = []"),
        ('"warning"', '"critical"'),
        ('occurrence = "old', 'occurrence = "new'),
    ):
        wrong = text.replace(*change)
        assert wrong != text
        assert [one.passed for one in outcomes(wrong, rule_base)] == [False, False], change
    late = text.replace('from = "40m", to = "55m"', 'from = "45m", to = "55m"')
    (failure,) = outcomes(late, rule_base)[0].failures
    assert failure.message == (
        "at 6m: step 1 of ground: expected to wait from 45m to 55m; found to wait from 40m to 55m"
    )


def test_rows_of_a_table_are_tests() -> None:
    found = outcomes("""
[[table]]
rule = "hot"
given = { wheel.state = "turning" }
rows = [
    { facts = { wheel.heat = 90.1 }, open = true, steps = ["open", "open"] },
    { facts = { wheel.heat = 90.1 }, confirm = ["oiled"], open = true, steps = ["open", "done"] },
    { facts = { wheel.heat = 90.0 }, open = false },
    { first = { wheel.heat = 95.0 }, unknown = ["wheel.heat"], open = true, unconfirmed = true },
]
[[table]]
fact = "wheel.verdict"
rows = [
    { facts = { wheel.state = "stuck" }, value = "bad" },
    { facts = { wheel.state = "turning" }, value = "good" },
    { facts = {} },
]
""")
    assert [(one.test.name.partition(" of ")[0], one.passed) for one in found] == [
        *((f"hot, row {n}", True) for n in (1, 2, 3, 4)),
        *((f"wheel.verdict, row {n}", True) for n in (1, 2, 3)),
    ]


def test_a_log_must_give_its_findings_and_no_others() -> None:
    rule_base = base()
    texts = TestTexts(
        {"t/logs.test.toml": b'[[logs]]\nlogs = "*.jsonl"\nexpected = "{name}.toml"\n'},
        {
            "t/night.toml": b'[[finding]]\nrule = "wheel-bad"\nsubject = "wheel/a"\n'
            b"raised = 2026-11-22T02:00:00Z\n"
        },
        ("t/night.jsonl",),
    )
    tests, faults = read_tests(texts, rule_base)
    assert not faults.unusable
    (test,) = tests
    time = test.moment(test.findings[0].raised)

    def log(state: str) -> list[tuple[Event, bytes]]:
        data = EventData(facts={"wheel.state": state, "wheel.heat": 99.0})
        later = EventData(facts={"wheel.heat": 9.0})
        return [
            (Event("1", "gauge/a", FACTS_CHANGED, time, "wheel/a", data), b""),
            (
                Event("2", "gauge/a", FACTS_CHANGED, time + timedelta(minutes=2), "wheel/a", later),
                b"",
            ),
        ]

    assert Runner(rule_base, lambda _: log("stuck")).run(test).passed
    assert not Runner(rule_base, lambda _: log("turning")).run(test).passed


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


def test_a_test_to_do_has_its_reason_and_reaches_nothing() -> None:
    rule_base = base()
    text = (
        '[[test]]\nname = "x"\ntodo = "nobody knows"\nopen = ["hot"]\nfacts = { wheel.heat = 99.0 }'
    )
    found = outcomes(text, rule_base)
    assert found[0].test.todo == "nobody knows"
    assert Coverage(rule_base).report(found).rules.reached == 0


WHOLE = """
[[table]]
rule = "hot"
rows = [
    { facts = { wheel.heat = 90.1 }, open = true, confirm = ["oiled"], steps = ["open", "done"] },
    { facts = { wheel.heat = 90.0 }, open = false },
    { facts = { wheel.heat = 59.9 }, open = false },
]
"""


def test_what_an_exact_test_does_not_name_is_raised_at_no_time() -> None:
    (said,) = messages("""
[[test]]
name = "It runs hot and cools down, and nobody looks"
facts = { wheel.heat = 95.0 }
exact = true
[[test.event]]
at = "20m"
facts = { wheel.heat = 50.0 }
[[test.expect]]
at = "1m"
open = []
[[test.expect]]
at = "30m"
open = []
""")
    assert said.startswith("hot must not be raised")


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


DEEP = """
[[rule]]
id = "deep"
title = "deep"
severity = "warning"
source = { document = "The miller's book", grade = "inferred" }
[rule.when]
wheel.state = "stuck"
any = [
    { wheel.heat = { above = 90, below = 200 } },
    { wheel.speed = 0.0, none = [{ mill.open = false }] },
]
[rule.until]
confirm.oiled = true
[rule.then]
impact = "No flour"
[[rule.then.step]]
do = "Oil it"
confirm = "oiled"
[[rule.then.step]]
do = "Wait"
done_when = { wheel.heat = { below = 60 } }
"""


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


def test_a_rule_that_must_be_judged_is_told_when_it_is_blind() -> None:
    text = (
        '[[test]]\nname = "x"\nrules = ["wheel-bad"]\nsubject = "wheel/a"\nfacts = {facts}\n'
        '[[test.expect]]\nat = "0s"\njudged = ["wheel-bad"]\n'
    )
    assert not messages(text.replace("{facts}", '{ wheel.state = "turning" }'))
    (said,) = messages(text.replace("{facts}", '{ wheel.mill = "m" }'))
    assert "can be judged; it is a blind spot for want of wheel.state" in said


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


def test_a_row_that_fails_says_why_the_rule_is_not_open() -> None:
    (outcome,) = outcomes(
        '[[table]]\nrule = "hot"\nrows = [{ facts = { wheel.heat = 80.0 }, open = true }]'
    )
    (failure,) = outcome.failures
    assert failure.why[0] == "hot, when, at 5m:"
    assert any("wheel.heat above 90 celsius (now 80 celsius)" in line for line in failure.why)


def test_a_row_that_fails_says_why_the_rule_is_open_after_all() -> None:
    (outcome,) = outcomes(
        '[[table]]\nrule = "hot"\nrows = [\n'
        "{ first = { wheel.heat = 95.0 }, facts = { wheel.heat = 96.0 }, open = false }]"
    )
    (failure,) = outcome.failures
    assert any("now 96 celsius" in line for line in failure.why)


def test_steps_that_differ_say_what_would_tick_them() -> None:
    text = (
        '[[table]]\nrule = "hot"\nrows = [{ facts = { wheel.heat = 95.0 }, open = true, {steps} }]'
    )
    (outcome,) = outcomes(text.replace("{steps}", 'steps = ["done", "open"]'))
    (failure,) = outcome.failures
    assert failure.why[0] == "step 1, at 5m:"
    assert any("wheel.heat below 60 celsius (now 95 celsius)" in line for line in failure.why)


def test_what_a_table_says_of_a_finding_is_no_matter_where_there_is_none() -> None:
    text = '[[table]]\nrule = "hot"\nseverity = "notice"\nrows = [\n{rows}]'
    (outcome,) = outcomes(
        text.replace("{rows}", "{ facts = { wheel.heat = 95.0 }, open = false },\n")
    )
    assert [failure.message for failure in outcome.failures] == [
        "hot must not be raised; found: raised at 5m on wheel/test, open"
    ]


def test_a_row_of_a_derived_fact_that_fails_says_how_both_values_are_concluded() -> None:
    (outcome,) = outcomes(
        '[[table]]\nfact = "wheel.verdict"\n'
        'rows = [{ facts = { wheel.state = "turning" }, value = "bad" }]'
    )
    (failure,) = outcome.failures
    assert failure.why[0] == 'wheel.verdict = "bad" where, at 0s:'
    assert any('(now "turning")' in line for line in failure.why)


def test_a_finding_that_came_too_soon_is_explained_at_the_time_at_which_it_came() -> None:
    (outcome,) = outcomes(
        '[[test]]\nname = "x"\nfacts = { wheel.heat = 95.0 }\n'
        '[[test.finding]]\nrule = "hot"\nraised = "6m"'
    )
    (failure,) = outcome.failures
    assert failure.why[0] == "when, at 5m:"


def test_durations_of_a_log_count_from_its_first_line() -> None:
    begun = datetime(2026, 11, 22, 2, tzinfo=UTC)
    events = [
        Event(
            id=str(minute),
            source="gauge/a",
            type=FACTS_CHANGED,
            time=begun + timedelta(minutes=minute),
            subject="wheel/a",
            data=EventData(facts={"wheel.heat": heat}),
        )
        for minute, heat in enumerate((50.0, 95.0))
    ]
    text = """
[[test]]
name = "x"
log = "night.jsonl"
[[test.finding]]
rule = "warm"
subject = "wheel/a"
raised = "1m"
"""
    rule_base = base(rule("warm", "wheel.heat = { above = 90 }"))
    tests, faults = read_tests(TestTexts({"mill.test.toml": text.encode()}), rule_base)
    assert not faults.all()
    outcome = Runner(rule_base, lambda _: [(event, b"") for event in events]).run(tests[0])
    assert outcome.failures == ()


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
