"""Tests of rules: what they find, and what they say of what is otherwise than expected."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from mill_runs import WAITING, base, messages, outcomes
from rule_texts import rule

from rules.authoring.read_rule_tests import TestTexts, read_tests
from rules.authoring.run_tests import Runner
from rules.vocabulary import FACTS_CHANGED, Event, EventData


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


def test_a_rule_that_must_be_judged_is_told_when_it_is_blind() -> None:
    text = (
        '[[test]]\nname = "x"\nrules = ["wheel-bad"]\nsubject = "wheel/a"\nfacts = {facts}\n'
        '[[test.expect]]\nat = "0s"\njudged = ["wheel-bad"]\n'
    )
    assert not messages(text.replace("{facts}", '{ wheel.state = "turning" }'))
    (said,) = messages(text.replace("{facts}", '{ wheel.mill = "m" }'))
    assert "can be judged; it is a blind spot for want of wheel.state" in said


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


SHOWN = """
[board]
scope = "wheel"
[[board.line]]
label = "state"
text = "{wheel.state}"
signs = [{ sign = "good", when = { wheel.state = "turning" } }]
[[board.line]]
label = "heat"
text = "{wheel.heat}"
"""
EXPECTED = """
[[test]]
name = "What is shown"
subject = "wheel/a"
facts = { wheel.state = "turning" }
[[test.expect]]
at = "0s"
"""


def test_what_the_board_shows_can_be_expected() -> None:
    rule_base = base(SHOWN)
    assert messages(EXPECTED + 'signs = { state = "good" }', rule_base) == []
    assert messages(EXPECTED + 'signs = { state = "critical" }', rule_base) == [
        "at 0s: expected state to be critical; it is good"
    ]
    other = EXPECTED + 'signs = { state = "good" }\nsubject = "wheel/b"'
    assert messages(other, rule_base) == [
        "at 0s: expected state to be good; nothing is known of wheel/b"
    ]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ('signs = { stat = "good" }', "no line of the board with signs is called 'stat'"),
        ('signs = { heat = "good" }', "no line of the board with signs is called 'heat'"),
        ('signs = { state = "fine" }', "'fine' is not known; use one of good, warning"),
        ('subject = "mill/m"\nsigns = { state = "good" }', "are on the board of a wheel"),
    ],
)
def test_a_sign_that_cannot_be_expected_is_told(said: str, message: str) -> None:
    texts = TestTexts({"a.test.toml": (EXPECTED + said).encode()})
    _, faults = read_tests(texts, base(SHOWN))
    assert [message in one.message for one in faults.all()] == [True], list(map(str, faults.all()))
