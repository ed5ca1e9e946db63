"""Engine and oracle agree: over random rule bases, journals, snapshots and patterns.

A failure names its seed and the smallest rule base and journal that still show it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.comparison import make_small, try_journal
from oracle.sizes import BLOCKS, JOURNALS, RULE_BASES, SNAPSHOTS, STEPS
from oracle.snapshots import try_snapshots

from rules.engine import Watch
from rules.evaluate import truth
from rules.loader import load_texts
from rules.pattern import Combination, Condition, Pattern
from rules.values import Value, read_value
from rules.vocabulary import FACTS_CHANGED, Event, EventData, Truth

Record = Callable[[str, object], None]


@pytest.mark.parametrize("block", range(BLOCKS))
def test_engine_and_reference_agree_on_random_journals(block: int, record_property: Record) -> None:
    for seed in range(block * JOURNALS, (block + 1) * JOURNALS):
        failure = try_journal(seed, steps=STEPS, verify=seed % 10 == 0)
        if failure is not None:
            pytest.fail(f"seed {seed}: {make_small(failure)}", pytrace=False)
    record_property("cases", JOURNALS)


def test_forgetting_what_durable_rules_has_said_changes_nothing_but_speed(
    monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    monkeypatch.setattr("rules.verdicts.LARGEST_MEMORY", 2)
    for seed in range(100_000, 100_060):
        failure = try_journal(seed, steps=STEPS)
        if failure is not None:
            pytest.fail(f"seed {seed}: {make_small(failure)}", pytrace=False)
    record_property("cases", 60)


def test_subjects_of_more_than_a_thousand_facts_are_judged_alike(record_property: Record) -> None:
    for seed in range(200_000, 200_006):
        failure = try_journal(seed, steps=12, padding=1100)
        if failure is not None:
            pytest.fail(f"seed {seed}: {failure}", pytrace=False)
    record_property("cases", 6)


@pytest.mark.parametrize("block", range(BLOCKS))
def test_engine_and_judge_agree_on_random_snapshots(block: int, record_property: Record) -> None:
    for seed in range(block * RULE_BASES, (block + 1) * RULE_BASES):
        message = try_snapshots(seed, SNAPSHOTS)
        if message:
            pytest.fail(message, pytrace=False)
    record_property("cases", RULE_BASES * SNAPSHOTS)


NOW = datetime(2026, 11, 22, 2, 14, tzinfo=UTC)
BASE = load_texts(
    {
        "base.toml": b"""
[rule_base]
id = "patterns"
title = "Patterns"
[scope.pair]
[source.oneview]
heartbeat = "1m"
[[rule]]
id = "rule"
title = "T"
severity = "notice"
source = { document = "D", grade = "inferred" }
when = { a.bool = true }
"""
        + b"".join(
            f"""
[[fact]]
name = "{letter}.{kind}"
type = "{kind}"
scope = "pair"
source = "oneview"
{'values = ["one", "two"]' if kind == "enum" else ""}
""".encode()
            for letter in "ab"
            for kind in ["bool", "int", "float", "text", "enum", "version", "instant", "duration"]
        )
    }
)
INSTANTS = st.sampled_from([-3600, -60, -59, 0, 60, 299, 300, 301]).map(
    lambda seconds: (NOW + timedelta(seconds=seconds)).isoformat()
)
VALUES: dict[str, st.SearchStrategy[Value]] = {
    "bool": st.booleans(),
    "int": st.integers(-2, 2) | st.integers(-(2**53), 2**53),
    "float": st.integers(-2, 2).map(float) | st.floats(-(2.0**53), 2.0**53),
    "text": st.sampled_from(["", "a", "b"]) | st.text(max_size=4),
    "enum": st.sampled_from(["one", "two", "unrecognised"]),
    "version": st.from_regex(r"[0-2](\.[0-2]|\.a){0,2}", fullmatch=True),
    "instant": INSTANTS,
    "duration": st.integers(0, 3).map(float) | st.floats(-1e6, 1e6),
}


@st.composite
def random_conditions(draw: st.DrawFn) -> Condition:
    letter, kind = draw(st.sampled_from("ab")), draw(st.sampled_from(list(VALUES)))
    name, other = f"{letter}.{kind}", f"{'b' if letter == 'a' else 'a'}.{kind}"
    ways: list[st.SearchStrategy[Condition]] = [
        st.builds(Condition, st.just(name), st.just("known"), st.booleans()),
        st.builds(
            Condition,
            st.just(name),
            st.sampled_from(["is", "not"]),
            st.lists(VALUES[kind], min_size=1, max_size=3).map(tuple),
        ),
        st.builds(
            Condition, st.just(name), st.sampled_from(["same_as", "differs_from"]), st.just(other)
        ),
    ]
    if kind in ("int", "float", "version", "duration"):
        bounds = st.sampled_from(["above", "below", "at_least", "at_most"])
        ways.append(st.builds(Condition, st.just(name), bounds, VALUES[kind]))
    if kind == "instant":
        ages = st.sampled_from([0, 59, 60, 3600]).map(lambda seconds: timedelta(seconds=seconds))
        older = st.sampled_from(["older_than", "newer_than"])
        later = st.sampled_from(["later_than", "earlier_than"])
        ways.append(st.builds(Condition, st.just(name), older, ages))
        ways.append(st.builds(Condition, st.just(name), later, st.just(other)))
    if kind == "text":
        expressions = st.sampled_from(["a", "^$", "[^a]", "^(a|b)$"])
        ways.append(st.builds(Condition, st.just(name), st.just("matches"), expressions))
    return draw(st.one_of(ways))


PATTERNS: st.SearchStrategy[Pattern] = st.recursive(
    random_conditions(),
    lambda inner: st.builds(
        Combination,
        st.sampled_from(["all", "any", "none"]),
        st.lists(inner, min_size=1, max_size=3).map(tuple),
    ),
    max_leaves=8,
)
SITUATIONS = st.fixed_dictionaries(
    {}, optional={f"{letter}.{kind}": VALUES[kind] for letter in "ab" for kind in VALUES}
)


@settings(max_examples=150)
@given(pattern=PATTERNS, situations=st.lists(SITUATIONS, min_size=1, max_size=4))
def test_engine_and_judge_agree_on_any_pattern(
    pattern: Pattern, situations: list[dict[str, Value]]
) -> None:
    rule = msgspec.structs.replace(BASE.rules[0], when=pattern)
    watch = Watch(msgspec.structs.replace(BASE, rules=(rule, *BASE.rules[1:])))
    try:
        for number, said in enumerate(situations):
            facts = {name: said.get(name) for name in BASE.facts if not name.startswith("engine")}
            data = EventData(facts=dict(facts))
            event = Event(f"{number}", "oneview/a", FACTS_CHANGED, NOW, "pair/p1", data)
            watch.apply(event)
            known = {
                name: read_value(BASE.facts[name].type, value)
                for name, value in facts.items()
                if value is not None
            }
            assert watch.verdict("rule", "pair/p1") == truth(pattern, known, NOW, BASE.facts)
    finally:
        watch.close()


@given(pattern=PATTERNS, situation=SITUATIONS)
@settings(max_examples=120)
def test_more_knowledge_never_turns_a_verdict_over(
    pattern: Pattern, situation: dict[str, Value]
) -> None:
    def without_known(part: Pattern) -> bool:
        if isinstance(part, Condition):
            return part.operator != "known"
        return all(without_known(each) for each in part.patterns)

    if not without_known(pattern):
        return
    whole = truth(pattern, situation, NOW, BASE.facts)
    for name in situation:
        fewer = {other: value for other, value in situation.items() if other != name}
        assert truth(pattern, fewer, NOW, BASE.facts) in (whole, Truth.UNKNOWN)
