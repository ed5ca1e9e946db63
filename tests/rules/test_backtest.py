"""What a change of rules makes of the same log; rules that were renamed or are no longer judged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from rule_texts import CATALOGUE, RULE, codes, rule

from rules.authoring.backtest import differences
from rules.engine import Watch
from rules.loader import load_texts
from rules.rule_base import RuleBase
from rules.vocabulary import FACTS_CHANGED, FINDING_ACKNOWLEDGED, STEP_CONFIRMED, Event, EventData

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


def base(*rules: str) -> RuleBase:
    return load_texts({"mill.toml": "".join((CATALOGUE, *rules)).encode()})


def log(*said: tuple[int, dict[str, Any]]) -> list[tuple[Event, bytes]]:
    return [
        (
            Event(
                str(number),
                "gauge/1",
                FACTS_CHANGED,
                BEGIN + timedelta(minutes=minute),
                "wheel/a",
                EventData(facts=facts),
            ),
            b"",
        )
        for number, (minute, facts) in enumerate(said)
    ]


HOT = rule("hot", "wheel.heat = { above = 90 }")
DAY = log((0, {"wheel.heat": 80.0}), (5, {"wheel.heat": 95.0}), (9, {"wheel.heat": 20.0}))


def compare(old: str, new: str) -> list[str]:
    return [str(one) for one in differences(base(old), base(new), DAY)]


def test_the_same_rules_find_the_same() -> None:
    assert compare(HOT, HOT) == []


def test_findings_appear_disappear_and_move() -> None:
    other = rule("cold", "wheel.heat = { below = 30 }")
    assert compare(HOT, other) == [
        "disappears: hot on wheel/a, raised 2026-03-01T00:05:00.000Z, "
        "resolved 2026-03-01T00:09:00.000Z",
        "appears: cold on wheel/a, raised 2026-03-01T00:09:00.000Z, open",
    ]
    lower = rule("hot", "wheel.heat = { above = 70 }")
    assert compare(HOT, lower) == [
        "moves: hot on wheel/a, raised 2026-03-01T00:05:00.000Z, "
        "resolved 2026-03-01T00:09:00.000Z; now raised 2026-03-01T00:00:00.000Z, "
        "resolved 2026-03-01T00:09:00.000Z"
    ]


def test_what_a_finding_says_is_compared_too() -> None:
    worse = HOT.replace('"warning"', '"critical"').replace(
        "[[rule.then.step]]", 'forbid = [{ operation = "grind" }]\n[[rule.then.step]]'
    )
    (said,) = compare(HOT, worse)
    assert said.endswith("severity warning, now critical; forbids none, now grind")


def test_what_a_finding_says_in_words_is_compared_too() -> None:
    other = rule(
        "hot", "wheel.heat = { above = 90 }", then='impact = "All is well"\ncontact_support = true'
    ).replace('title = "hot"', 'title = "Nothing to do"')
    (said,) = compare(HOT, other)
    assert "title hot, now Nothing to do; impact Less flour, now All is well" in said
    assert "support not contacted, now contacted" in said


def test_a_rule_that_was_renamed_is_the_same_rule() -> None:
    renamed = HOT.replace('id = "hot"', 'id = "wheel-hot"\naliases = ["hot"]')
    assert compare(HOT, renamed) == []


def test_an_old_journal_names_a_rule_by_the_id_that_it_had() -> None:
    step = 'impact = "x"\n[[rule.then.step]]\ndo = "Oil it"\nconfirm = "oiled"'
    text = rule("wheel-hot", "wheel.heat = { above = 90 }", 'aliases = ["hot"]', then=step)
    watch = Watch(base(text))
    for event, line in DAY[:2]:
        watch.apply(event, line)
    for number, (kind, data) in enumerate(
        (
            (STEP_CONFIRMED, EventData(rule="hot", confirm="oiled")),
            (FINDING_ACKNOWLEDGED, EventData(rule="hot", note="seen")),
        )
    ):
        at = BEGIN + timedelta(minutes=6)
        watch.apply(Event(f"o{number}", "operator/ann", kind, at, "wheel/a", data))
    (finding,) = watch.findings()
    assert finding.acknowledged is not None
    assert [step.status for step in watch.steps(finding)] == ["done"]
    assert not watch.counts


def test_an_open_finding_goes_on_under_the_new_id() -> None:
    watch = Watch(base(HOT))
    for event, line in DAY[:2]:
        watch.apply(event, line)
    renamed = HOT.replace('id = "hot"', 'id = "wheel-hot"\naliases = ["hot"]')
    watch.reload(base(renamed), BEGIN + timedelta(minutes=6))
    assert not watch.orphans
    assert [finding.raised_at for finding in watch.findings()] == [BEGIN + timedelta(minutes=5)]
    watch.apply(*DAY[2])
    assert watch.findings() == []


def test_an_id_that_another_rule_had_is_taken() -> None:
    renamed = HOT.replace('id = "hot"', 'id = "wheel-hot"\naliases = ["hot"]')
    assert codes(CATALOGUE, renamed, HOT.replace("above = 90", "above = 91")) == ["WK017"]


def test_a_deprecated_rule_is_kept_and_not_judged() -> None:
    old = HOT.replace('id = "hot"', 'id = "hot"\ndeprecated = "since 2.0: wheel-bad says it"')
    rule_base = base(RULE, old)
    assert [one.id for one in rule_base.deprecated] == ["hot"]
    assert differences(base(HOT), rule_base, DAY)[0].kind == "disappears"
