"""Which findings stand beneath others: whatever suppresses what, something is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from random import Random

import pytest
from rule_texts import CATALOGUE, check, codes, rule

from rules.engine import Watch
from rules.urgency import Covered, by_urgency, covered_by
from rules.vocabulary import FACTS_CHANGED, SEVERITIES, Event, EventData

NIGHT = datetime(2026, 11, 22, 2, tzinfo=UTC)


def watch_of(suppresses: Mapping[str, Sequence[str]], severities: Sequence[str]) -> Watch:
    """Rules that suppress others, all open on one wheel; check refuses circles among them, but
    findings of rules that are gone may still make one."""
    text = CATALOGUE
    for (name, others), severity in zip(suppresses.items(), severities, strict=True):
        more = [f"suppresses = {list(others)}"] if others else []
        text += rule(name, "wheel.speed = 1", *more).replace('"warning"', f'"{severity}"')
    watch = Watch(check(text).rule_base)
    facts = EventData(facts={"wheel.speed": 1})
    watch.apply(
        Event(
            id="1", source="gauge/1", type=FACTS_CHANGED, time=NIGHT, subject="wheel/a", data=facts
        )
    )
    assert len(watch.findings()) == len(suppresses)
    return watch


def covered_in(watch: Watch) -> dict[str, str]:
    covered: Covered = covered_by(watch.words, watch.findings())
    return {rule_id: by for (rule_id, _), by in covered.items()}


@pytest.mark.parametrize(
    ("suppresses", "severities", "covered"),
    [
        ({"a": ["b"], "b": []}, "wc", {"b": "a"}),
        ({"a": ["a"]}, "w", {}),
        ({"a": ["b"], "b": ["a"]}, "wc", {"a": "b"}),
        ({"a": ["b"], "b": ["c"], "c": ["a"]}, "wnc", {"a": "c", "b": "a"}),
        # What stands beneath a circle is beneath it all the same, though it is worse.
        ({"a": ["b"], "b": ["a", "c"], "c": []}, "nwc", {"a": "b", "c": "b"}),
        # Of a circle that another finding suppresses, nothing must be shown.
        ({"a": ["b"], "b": ["a"], "c": ["b"]}, "ccn", {"b": "c", "a": "b"}),
        # Two circles, of which one stands beneath the other.
        (
            {"a": ["b"], "b": ["a", "c"], "c": ["d"], "d": ["c"]},
            "nwcc",
            {"a": "b", "c": "b", "d": "c"},
        ),
        # Two that have nothing in common.
        ({"a": ["b"], "b": ["a"], "c": ["d"], "d": ["c"]}, "cwwc", {"b": "a", "c": "d"}),
    ],
)
def test_the_worst_of_findings_that_suppress_one_another_stays_shown(
    suppresses: dict[str, list[str]], severities: str, covered: dict[str, str]
) -> None:
    by_letter = {severity[0]: severity for severity in SEVERITIES}
    watch = watch_of(suppresses, [by_letter[letter] for letter in severities])
    assert covered_in(watch) == covered


@pytest.mark.parametrize("seed", range(20))
def test_every_finding_stands_beneath_one_that_is_shown(seed: int) -> None:
    chance = Random(seed)
    names = [f"r{number}" for number in range(chance.randint(1, 7))]
    density = chance.random() / 2
    suppresses = {name: [one for one in names if chance.random() < density] for name in names}
    watch = watch_of(suppresses, [chance.choice(SEVERITIES) for _ in names])
    covered = covered_in(watch)
    for name, by in covered.items():
        assert name in suppresses[by]
        passed = {name}
        while by in covered:
            assert by not in passed
            passed.add(by)
            by = covered[by]
    ordered = by_urgency(watch.findings(), covered_by(watch.words, watch.findings()))
    assert ordered[0].rule.id not in covered
    # Without a circle, what nothing suppresses is shown, and nothing else.
    if "WK048" not in codes_of(suppresses):
        suppressed = {other for others in suppresses.values() for other in others}
        assert covered.keys() == suppressed


def codes_of(suppresses: Mapping[str, Sequence[str]]) -> list[str]:
    text = "".join(
        rule(name, f"wheel.speed = {number}", *([f"suppresses = {list(others)}"] if others else []))
        for number, (name, others) in enumerate(suppresses.items())
    )
    return codes(CATALOGUE, text)
