"""Whatever stands where it cannot stand in a file of tests is told once, at its place."""

from __future__ import annotations

import os
from typing import Final

import pytest
from every_key import EVERY_KEY, EVERY_KEY_OF_TESTS, WRONG_FORMS

from rules.authoring.read_rule_tests import TestTexts, read_proofs, read_tests
from rules.faults import Fault
from rules.loader import load_texts
from rules.rule_base import RuleBase

LINES: Final = EVERY_KEY_OF_TESTS.splitlines()
KEYED: Final = [number for number, line in enumerate(LINES) if " = " in line]
EVERY: Final = 1 if os.environ.get("HYPOTHESIS_PROFILE") == "explore" else 8
"""Of the wrong forms, so many are left out between two that a key is tried with."""


@pytest.fixture(scope="module")
def rule_base() -> RuleBase:
    return load_texts({"every.toml": EVERY_KEY.replace('deprecated = "not now"', "").encode()})


def faults_of(text: str, rule_base: RuleBase) -> list[Fault]:
    texts = TestTexts({"t.test.toml": text.encode()}, {"e/n.expected.toml": b""}, ("logs/n.jsonl",))
    found = [read_tests(texts, rule_base)[1], read_proofs(texts, rule_base)[1]]
    return list(dict.fromkeys(fault for faults in found for fault in faults.all()))


def test_the_tests_themselves_have_no_slip(rule_base: RuleBase) -> None:
    assert faults_of(EVERY_KEY_OF_TESTS, rule_base) == []


@pytest.mark.parametrize("number", KEYED, ids=lambda number: f"{number + 1}-{LINES[number][:12]}")
def test_a_wrong_form_in_a_test_is_one_message_at_the_value(
    number: int, rule_base: RuleBase
) -> None:
    key = LINES[number].partition(" = ")[0]
    for form in WRONG_FORMS[number % EVERY :: EVERY]:
        changed = [*LINES[:number], f"{key} = {form}", *LINES[number + 1 :]]
        for fault in faults_of("\n".join(changed), rule_base):
            assert fault.line == number + 1 or form == "[]", str(fault)
            assert fault.column >= len(key) + 4 or form == "[]", str(fault)
            assert key.rpartition(".")[2] in fault.message or "{ a = 1 }" in form, str(fault)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('rules = ["other"]', 'rules = ["old-id"]', "it is called wheel-bad now"),
        ('rules = ["other"]', 'rules = ["othr"]', "did you mean other?"),
        ('never = ["wheel-bad"]', 'never = ["other"]', "other is never raised and yet expected"),
        ('subject = "wheel/a"', 'subject = "weel/a"', "did you mean wheel?"),
        ('source = "gauge/a"', 'source = "gauge"', 'source = "gauge/a"'),
        ('source = "gauge/a"', 'source = "gage/a"', "did you mean gauge?"),
        ('lost = "gauge"', 'lost = "gage"', "did you mean gauge?"),
        ('lost = "gauge"\n', "", "says nothing: give facts"),
        ('confirm = "called"', 'confirm = "caled"', "did you mean called?"),
        ('resolved = "65m"', "resolved = 65", 'with its unit: "65s"'),
        ('raised = "0s"', 'raised = "70m"', "is before it is raised"),
        ('allowed = ["grind"]', 'allowed = ["grnd"]', "did you mean grind?"),
        ('steps.other = ["done", "open"]', 'steps.othr = ["done"]', "did you mean other?"),
        ('steps.other = ["done", "open"]', 'steps.other = ["doen"]', '"done", "open", "not sure"'),
        ('facts = { mill.open = true }', 'facts = { mill.open = "true" }', "quotes: true"),
        ('facts = { mill.open = true }', 'facts = { wheel.make = "2.x" }', "between dots"),
        ('facts = { mill.open = true }', "facts = { wheel.verdict = 'bad' }", "is derived: say"),
        ('facts = { mill.open = true }', "facts = { wheel.stat = 'x' }", "mean wheel.state"),
        ("[[proof]]", "[[rule]]\n[[proof]]", "stands in rule files; this one holds tests"),
        ('quiet = ["good"]', 'quiet = ["god"]', "did you mean good"),
        ('name = "one"', 'name = "one"\nrule = "other"', "there are begin, end, event, exact"),
    ],
)  # fmt: skip
def test_a_slip_is_told_with_what_was_meant(
    old: str, new: str, said: str, rule_base: RuleBase
) -> None:
    assert old in EVERY_KEY_OF_TESTS
    (fault,) = faults_of(EVERY_KEY_OF_TESTS.replace(old, new, 1), rule_base)
    assert said in fault.message


def test_a_rule_that_is_judged_no_more_is_told_with_the_reason() -> None:
    rule_base = load_texts({"every.toml": EVERY_KEY.encode()})
    text = '[[test]]\nname = "x"\nsubject = "wheel/a"\nrules = ["other"]\n'
    (fault,) = faults_of(text, rule_base)
    assert "'other' is no rule that is judged: it is deprecated (not now)" in fault.message
