"""Tests of the rules of a small mill, run: what came of them."""

from __future__ import annotations

from rule_texts import CATALOGUE, RULE, rule

from rules.authoring.read_rule_tests import TestTexts, read_tests
from rules.authoring.run_tests import Outcome, Runner
from rules.loader import load_texts
from rules.rule_base import RuleBase

HOT = rule(
    "hot",
    "wheel.heat = { above = 90 }",
    'for = "5m"',
    then='impact = "{wheel.heat} degrees"\nforbid = [{ operation = "grind" }]\n'
    '[[rule.then.step]]\ndo = "Cool it"\ndone_when = { wheel.heat = { below = 60 } }\n'
    '[[rule.then.step]]\ndo = "Oil it"\nconfirm = "oiled"',
)
WAITING = rule(
    "ground",
    'wheel.state = "turning"',
    'occurrence = "wheel.mill"',
    then='impact = "Flour"\nforbid = [{ operation = "grind", scope = "mill" }]\n'
    'contact_support = true\n[[rule.then.step]]\ndo = "Grind on"\nstarts = "grind"\n'
    "once_allowed = true\n"
    'wait = { from = "wheel.oiled_at", at_least = "45m", at_most = "60m" }',
)
WHOLE = """
[[table]]
rule = "hot"
rows = [
    { facts = { wheel.heat = 90.1 }, open = true, confirm = ["oiled"], steps = ["open", "done"] },
    { facts = { wheel.heat = 90.0 }, open = false },
    { facts = { wheel.heat = 59.9 }, open = false },
]
"""
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


def base(*rules: str) -> RuleBase:
    return load_texts({"mill.toml": "".join((CATALOGUE, *(rules or (RULE, HOT)))).encode()})


def outcomes(text: str, rule_base: RuleBase | None = None) -> list[Outcome]:
    rule_base = rule_base or base()
    tests, faults = read_tests(TestTexts({"mill.test.toml": text.encode()}), rule_base)
    assert not faults.unusable, [str(fault) for fault in faults.all()]
    runner = Runner(rule_base, lambda _: ())
    return [runner.run(test) for test in tests]


def messages(text: str, rule_base: RuleBase | None = None) -> list[str]:
    return [failure.message for one in outcomes(text, rule_base) for failure in one.failures]
