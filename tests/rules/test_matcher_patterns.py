"""Patterns of any size and depth, and any number of rules, stay far from what is compiled into
durable_rules: every call of its C module is looked at on the way (`matcher_door`)."""

from __future__ import annotations

import json
import random
from typing import Any, Final

import pytest
from matcher_door import Door, asked
from oracle.timeline import CATALOGUE, STORAGE, Timeline, clock, fact, load, rule

from rules.engine import Watch
from rules.faults import RuleBaseError
from rules.loader import load_texts
from rules.matcher import Matcher
from rules.shape import Node
from rules.vocabulary import FACTS_CHANGED, Event, EventData, Truth

VALUES: Final = fact("value.text", "text") + fact("value.whole", "int") + fact("value.yes", "bool")


def bools(count: int) -> str:
    return "".join(fact(f"state.b{number}", "bool") for number in range(count))


def say_all(night: Timeline, time: str, values: dict[int, bool | None]) -> list[str]:
    facts: dict[str, Any] = {f"state__b{number}": value for number, value in values.items()}
    return night.say(time, **facts)


@pytest.mark.parametrize("kind", ["all", "any", "none"])
@pytest.mark.parametrize("count", [70, 300, 600])
def test_hundreds_of_conditions_side_by_side(door: Door, kind: str, count: int) -> None:
    parts = ", ".join(f"{{ state.b{number} = true }}" for number in range(count))
    night = Timeline(bools(count), rule("r", f"{kind} = [{parts}]"))
    everything: dict[int, bool | None] = dict.fromkeys(range(count), True)
    say_all(night, "02:00", everything)
    assert night.verdict("r") == ("false" if kind == "none" else "true")
    say_all(night, "02:01", {count // 2: False})
    assert night.verdict("r") == {"all": "false", "any": "true", "none": "false"}[kind]
    say_all(night, "02:02", dict.fromkeys(range(count), False))
    assert night.verdict("r") == {"all": "false", "any": "false", "none": "true"}[kind]
    say_all(night, "02:03", {count - 1: None})
    assert night.verdict("r") == {"all": "false", "any": "unknown", "none": "unknown"}[kind]
    assert 0 < door.most_fired <= 32


def test_six_hundred_values_of_one_fact_are_one_condition_each_or_all(door: Door) -> None:
    one_by_one = ", ".join(f'{{ value.text = "{number}" }}' for number in range(600))
    thresholds = ", ".join(f"{{ value.whole.at_least = {number} }}" for number in range(100))
    night = Timeline(
        VALUES,
        rule("any", f"any = [{one_by_one}]"),
        rule("list", f"value.text = {json.dumps([str(number) for number in range(600)])}"),
        rule("thresholds", f"any = [{thresholds}]"),
    )
    assert sorted(night.say("02:00", value__text="599", value__whole=99)) == [
        *("raised any", "raised list", "raised thresholds")
    ]
    assert sorted(night.say("02:01", value__text="600")) == ["resolved any", "resolved list"]
    assert night.say("02:02", value__whole=-1) == ["resolved thresholds"]
    assert 0 < door.most_fired <= 32


def test_more_conditions_than_that_are_refused(door: Door) -> None:
    parts = ", ".join(f"{{ value.whole = {number} }}" for number in range(1025))
    with pytest.raises(RuleBaseError, match="at most 1024"):
        load(VALUES, rule("r", f"any = [{parts}]"))
    assert asked(door) == 0


@pytest.mark.parametrize("shuffle", range(3))
def test_alternatives_of_alternatives_are_judged_and_raise_one_finding(
    door: Door, shuffle: int
) -> None:
    # Thirteen choices of two: as a list of alternatives it would be 8,192, all of them true.
    pairs = ", ".join(
        f"{{ any = [{{ state.b{2 * number} = true }}, {{ state.b{2 * number + 1} = true }}] }}"
        for number in range(13)
    )
    alternatives = ", ".join(
        f"{{ state.b{number} = true, state.b{number + 1} = true, state.b{number + 2}.not = false }}"
        for number in range(24)
    )
    night = Timeline(
        bools(26), rule("both", f"all = [{pairs}]"), rule("any", f"any = [{alternatives}]")
    )
    assert say_all(night, "02:00", dict.fromkeys(range(26), True)) == ["raised both", "raised any"]
    chance = random.Random(shuffle)
    for _ in range(100):
        # The engine holds each verdict against the plain evaluator.
        say_all(night, "02:00", {chance.randrange(26): chance.choice([True, False, None])})
    assert 0 < door.most_fired <= 32


@pytest.mark.parametrize("kind", ["all", "any", "none"])
def test_patterns_are_nested_to_the_deepest_level_and_no_deeper(door: Door, kind: str) -> None:
    def nested(levels: int) -> str:
        when = '"state.b0" = true'
        for level in range(levels):
            when = f'{kind} = [{{ {when} }}, {{ "state.b{level % 3 + 1}" = false }}]'
        return when

    night = Timeline(bools(4), rule("r", nested(32)))
    chance = random.Random(kind)
    for _ in range(60):
        say_all(night, "02:00", {chance.randrange(4): chance.choice([True, False, None])})
    assert asked(door) > 0
    with pytest.raises(RuleBaseError, match="32 levels deep at most"):
        load(bools(4), rule("r", nested(33)))


def test_a_rule_that_asks_only_for_what_is_not_known_is_about_nobody_unspoken_of(
    door: Door,
) -> None:
    night = Timeline(
        VALUES,
        rule("silent", "value.text.known = false"),
        rule("not-one", 'none = [{ value.text = "one" }]'),
        rule("no-true", "value.yes.not = true"),
    )
    assert night.hear("02:00") == []
    assert night.watch.findings() == []
    assert night.say("02:00", value__whole=1) == ["raised silent"]
    assert night.say("02:01", value__text="two") == ["resolved silent", "raised not-one"]
    assert night.verdict("no-true") == "unknown"
    assert asked(door) > 0


def test_three_hundred_rules_that_end_in_the_same_condition(door: Door) -> None:
    same = [rule(f"rule-{number}", 'storage.state = "failed"') for number in range(300)]
    night = Timeline(STORAGE, *same)
    assert len(night.say("02:00", storage__state="failed")) == 300
    assert asked(door) < 10


def _random_tree(chance: random.Random, depth: int = 0) -> Node:
    if depth == 3 or (depth and chance.random() < 0.4):
        return chance.randrange(6)
    parts = tuple(_random_tree(chance, depth + 1) for _ in range(chance.randint(1, 4)))
    return chance.choice(["all", "any", "none"]), parts


def _kleene(tree: Node, truths: list[Truth]) -> Truth:
    if isinstance(tree, int):
        return truths[tree]
    parts = {_kleene(part, truths) for part in tree[1]}
    decisive = Truth.FALSE if tree[0] == "all" else Truth.TRUE
    if decisive in parts:
        found = decisive
    elif Truth.UNKNOWN in parts:
        return Truth.UNKNOWN
    else:
        found = Truth.TRUE if decisive == Truth.FALSE else Truth.FALSE
    if tree[0] == "none":
        return Truth.TRUE if found == Truth.FALSE else Truth.FALSE
    return found


def test_five_thousand_shapes_fill_hundreds_of_rulesets_and_are_told_apart(door: Door) -> None:
    chance = random.Random(5)
    matcher = Matcher()
    trees: dict[Node, None] = {}
    while len(trees) < 5000:
        trees[_random_tree(chance)] = None
    for tree in trees:
        matcher.add(tree)
    for tree in trees:
        values = [Truth(chance.randrange(3)) for _ in range(6)]
        assert matcher.ask(tree, values) == _kleene(tree, values)
    assert door.calls["create_ruleset"] > 200
    matcher.close()
    assert door.open == set()


def test_five_thousand_rules_are_judged(door: Door) -> None:
    facts = "".join(fact(f"value.v{number}", "int") for number in range(100))
    rules = "\n".join(
        f'[[rule]]\nid = "rule-{number}"\ntitle = "T"\nseverity = "notice"\n'
        'source = { document = "D", grade = "guide" }\n'
        f"when = {{ value.v{number % 100}.at_least = {number // 100} }}"
        for number in range(5000)
    )
    watch = Watch(load_texts({"a.toml": (CATALOGUE + facts).encode(), "b.toml": rules.encode()}))
    for number, (said, changes) in enumerate([(-1, 0), (24, 2500), (49, 2500), (-1, 5000)]):
        data = EventData(facts={f"value.v{each}": said for each in range(100)})
        event = Event(f"{number}", "oneview/one", FACTS_CHANGED, clock("02:00"), "pair/a", data)
        assert len(watch.apply(event)) == changes
    watch.close()
    assert door.open == set()
