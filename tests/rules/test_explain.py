"""Why a rule holds or does not, and the fewest facts that would have to change."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import combinations, product

import pytest

from rules.evaluate import truth
from rules.explain import explain
from rules.loader import load_texts
from rules.pattern import Combination, Condition, Operator, Pattern, facts_named
from rules.rule_base import RuleBase
from rules.smallest_change import smallest_change
from rules.values import Value
from rules.vocabulary import Truth

NOW = datetime(2026, 11, 22, 2, 14, tzinfo=UTC)

CATALOGUE = """
[rule_base]
id = "test"
title = "Test"
[scope.pair]
[source.oneview]
[[fact]]
name = "result"
type = "enum"
values = ["completed", "warning", "error"]
scope = "pair"
source = "oneview"
[[fact]]
name = "storage"
type = "enum"
values = ["healthy", "failed", "syncing"]
scope = "pair"
source = "oneview"
[[fact]]
name = "size"
type = "int"
unit = "percent"
scope = "pair"
source = "oneview"
[[fact]]
name = "ended"
type = "instant"
scope = "pair"
source = "oneview"
[[fact]]
name = "began"
type = "instant"
scope = "pair"
source = "oneview"
[[fact]]
name = "before"
type = "version"
scope = "pair"
source = "oneview"
[[fact]]
name = "after"
type = "version"
scope = "pair"
source = "oneview"
[[fact]]
name = "note"
type = "text"
scope = "pair"
source = "oneview"
[[fact]]
name = "outcome"
type = "enum"
values = ["good", "bad", "none"]
scope = "pair"
derived = true
otherwise = "none"
[[derive]]
fact = "outcome"
value = "good"
when = { result = "completed", after.differs_from = "before" }
[[derive]]
fact = "outcome"
value = "bad"
when = { result = ["warning", "error"] }
"""

RULE = """
[[rule]]
id = "r"
title = "R"
severity = "warning"
source = {{ document = "D", grade = "inferred" }}
when = {{ {when} }}
"""


def load(when: str) -> tuple[RuleBase, Pattern]:
    base = load_texts({"test.toml": (CATALOGUE + RULE.format(when=when)).encode()})
    return base, base.rules[0].when


def changes(when: str, facts: Mapping[str, Value]) -> list[str]:
    base, pattern = load(when)
    found = smallest_change(pattern, facts, NOW, base)
    assert found.found
    assert found.exact
    return [requirement.text for requirement in found.requirements]


def test_what_holds_shows_the_part_by_which_it_holds() -> None:
    base, pattern = load('any = [{ result = "error" }, { storage = "failed" }]')
    explanation = explain(pattern, {"result": "error", "storage": "healthy"}, NOW, base)
    assert explanation.lines() == [
        "true    any of",
        'true      result = "error" (now "error")',
    ]


def test_what_is_unknown_names_the_fact_that_is_missing() -> None:
    base, pattern = load('result = "error", storage = "failed"')
    explanation = explain(pattern, {"result": "error"}, NOW, base)
    assert explanation.lines() == [
        "unknown all of",
        'unknown   storage = "failed" (now not known)',
        "would hold with 1 fact changed:",
        '  storage = "failed"',
    ]


def test_a_derived_fact_is_explained_by_what_it_is_concluded_from() -> None:
    base, pattern = load('outcome = "good"')
    facts: dict[str, Value] = {"result": "error", "before": "5.0", "after": "5.2"}
    assert explain(pattern, facts, NOW, base).lines() == [
        'false   outcome = "good" (now "bad")',
        'true      outcome = "bad" when',
        'true        result = "warning" or "error" (now "error")',
        "would hold with 1 fact changed:",
        '  result = "completed"',
    ]


def test_one_change_that_serves_two_conditions_is_asked_for_once() -> None:
    assert changes(
        'result = ["error", "warning"], any = [{ result = "error" }, { size = 3 }]', {}
    ) == ['result = "error"']


def test_the_way_with_fewest_changes_is_chosen() -> None:
    when = 'any = [{ result = "error", storage = "failed" }, { size.above = 90 }]'
    assert changes(when, {"storage": "healthy", "size": 10}) == ["size above 90 percent"]
    assert changes(when, {"storage": "failed"}) in (['result = "error"'], ["size above 90 percent"])


def test_conditions_on_one_fact_must_be_met_together() -> None:
    assert changes("size = { above = 5, below = 8, not = 6 }", {"size": 3}) == [
        "size above 5 percent and below 8 percent and is not 6 percent"
    ]
    base, pattern = load("size = { above = 5, below = 6 }")
    assert not smallest_change(pattern, {}, NOW, base).found


def test_relations_need_one_side_only_where_one_will_do() -> None:
    assert changes('after = { same_as = "before" }', {"before": "5.0", "after": "5.2"}) in (
        ["after same as before"],
        ["before same as after"],
    )
    assert changes('after = { same_as = "before", not = "5.0" }', {"before": "5.0"}) == [
        'after same as before and is not "5.0"',
        "before same as after",
    ]
    assert changes('after = { differs_from = "before" }', {}) == [
        "after differs from before",
        "before is known",
    ]


def test_ages_and_orders_are_met_together() -> None:
    when = 'ended = { older_than = "45m", newer_than = "60m", later_than = "began" }'
    assert changes(when, {"began": "2026-11-22T01:20:00+00:00"}) == [
        "ended at least 45m old and less than 1h old and later than began"
    ]


def test_a_confirmation_that_nobody_gave_is_false() -> None:
    base, _ = load("size = 3")
    explanation = explain(Condition("confirm.fixed", "is", (True,)), {}, NOW, base)
    assert explanation.truth == Truth.FALSE
    assert explanation.smallest.requirements[0].text == "confirm.fixed = true"


def test_a_search_cut_short_says_so() -> None:
    base, pattern = load('none = [{ result = "error" }, { storage = "failed" }, { size = 3 }]')
    found = smallest_change(pattern, {}, NOW, base, most_work=3)
    assert not found.exact


def test_no_value_can_act_on_a_terminal() -> None:
    base, pattern = load('note = "x"')
    lines = explain(pattern, {"note": "\x1b[2Jgone\u202e\n"}, NOW, base).lines()
    assert lines[0] == 'false   note = "x" (now "\\x1b[2Jgone\\u202e\\n")'


def test_time_that_may_change_it_is_named() -> None:
    base, pattern = load('ended.older_than = "45m"')
    explanation = explain(pattern, {"ended": "2026-11-22T02:00:00Z"}, NOW, base)
    assert explanation.next_flip == datetime(2026, 11, 22, 2, 45, tzinfo=UTC)


VALUES: dict[str, list[Value | None]] = {
    "result": ["completed", "warning", "error", "unrecognised", None],
    "storage": ["healthy", "failed", "syncing", "unrecognised", None],
    "size": [*range(9), None],
    "before": ["5.0", "5.1", "5.2", "5.3", "6", None],
    "after": ["5.0", "5.1", "5.2", "5.3", "6", None],
    "ended": [*((NOW - timedelta(minutes=m)).isoformat() for m in range(-4, 70, 7)), None],
    "began": [*((NOW - timedelta(minutes=m)).isoformat() for m in range(-4, 70, 7)), None],
}


def random_condition(chance: random.Random) -> Condition:
    match chance.choice(["result", "storage", "size", "after", "ended", "outcome", "known"]):
        case "result":
            values = tuple(chance.sample(["completed", "warning", "error"], chance.randint(1, 2)))
            return Condition("result", chance.choice(["is", "not"]), values)
        case "storage":
            return Condition("storage", chance.choice(["is", "not"]), ("failed",))
        case "size":
            bounds: list[Operator] = ["above", "below", "at_least", "at_most"]
            return Condition("size", chance.choice(bounds), chance.randint(2, 6))
        case "after":
            relations: list[Operator] = ["same_as", "differs_from", "is"]
            operator = chance.choice(relations)
            return Condition("after", operator, ("5.1",) if operator == "is" else "before")
        case "ended":
            if chance.random() < 0.3:
                return Condition("ended", "later_than", "began")
            ages: list[Operator] = ["older_than", "newer_than"]
            return Condition("ended", chance.choice(ages), timedelta(minutes=20))
        case "outcome":
            value = chance.choice(["good", "bad", "none"])
            return Condition("outcome", chance.choice(["is", "not"]), (value,))
        case _:
            name = chance.choice(["result", "size", "outcome", "ended"])
            return Condition(name, "known", chance.random() < 0.5)


def random_pattern(chance: random.Random, depth: int = 0) -> Pattern:
    if depth == 2 or chance.random() < 0.3:
        return random_condition(chance)
    parts = tuple(random_pattern(chance, depth + 1) for _ in range(chance.randint(1, 3)))
    return Combination(chance.choice(["all", "any", "none"]), parts)


def base_facts(pattern: Pattern) -> list[str]:
    named = set(facts_named(pattern))
    if "outcome" in named:
        named = named - {"outcome"} | {"result", "before", "after"}
    return sorted(named)


def within_reach(
    pattern: Pattern, facts: Mapping[str, Value], base: RuleBase, size: int
) -> Iterator[dict[str, Value]]:
    """Every change of exactly `size` facts, tried one after another, that makes it hold."""
    for names in combinations(base_facts(pattern), size):
        for values in product(*(VALUES[name] for name in names)):
            changed = dict(facts) | dict(zip(names, values, strict=True))
            known = {name: value for name, value in changed.items() if value is not None}
            if explain_truth(pattern, known, base) == Truth.TRUE:
                yield known


def explain_truth(pattern: Pattern, facts: Mapping[str, Value], base: RuleBase) -> Truth:
    def look_up(name: str) -> Value | None:
        if name != "outcome":
            return facts.get(name)
        good, bad = (truth(each.when, facts, NOW, base.facts) for each in base.derivations)
        if Truth.TRUE in (good, bad):
            return None if good == bad else "good" if good == Truth.TRUE else "bad"
        return None if Truth.UNKNOWN in (good, bad) else "none"

    return truth(pattern, look_up, NOW, base.facts)


@pytest.mark.parametrize("block", range(8))
def test_no_smaller_change_would_do(block: int) -> None:
    base, _ = load("size = 3")
    for seed in range(block * 25, block * 25 + 25):
        chance = random.Random(seed)
        pattern = random_pattern(chance)
        facts = {
            name: value
            for name, values in VALUES.items()
            if (value := chance.choice(values)) is not None
        }
        found = smallest_change(pattern, facts, NOW, base)
        assert found.exact, seed
        size = len(found.requirements)
        if found.found:
            examples = {each.fact: each.example for each in found.requirements}
            known = {k: v for k, v in (facts | examples).items() if v is not None}
            assert explain_truth(pattern, known, base) == Truth.TRUE, (seed, pattern, facts, found)
        below = range(size if found.found else min(3, len(base_facts(pattern)) + 1))
        for smaller in below:
            better = next(within_reach(pattern, facts, base, smaller), None)
            assert better is None, (seed, pattern, facts, found, better)
