"""What a change of rules makes of the same log; rules that were renamed or are no longer judged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rule_texts import CATALOGUE, RULE, codes, rule

from rules.authoring.backtest import Difference, declared_otherwise
from rules.authoring.backtest import differences as differences_of
from rules.board_now import subject_now
from rules.engine import Watch
from rules.loader import load_rule_base, load_texts
from rules.rule_base import RuleBase
from rules.vocabulary import FACTS_CHANGED, FINDING_ACKNOWLEDGED, STEP_CONFIRMED, Event, EventData
from tui.rules_commands.test_files import open_log
from tui.session.board import BoardMemory, board_rows

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


def differences(
    old: RuleBase, new: RuleBase, events: list[tuple[Event, bytes]]
) -> list[Difference]:
    before, after = Watch(old), Watch(new)
    found = differences_of(before, after, events)
    before.close()
    after.close()
    return found


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
        "blind spot: cold on wheel/a, none, now wheel.heat at 2026-03-01T00:03:00.000Z (2 times)",
        "blind spot: hot on wheel/a, wheel.heat, now none at 2026-03-01T00:03:00.000Z (2 times)",
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


# What those on watch see while a finding is open

FULL = rule(
    "hot",
    "wheel.heat = { above = 90 }",
    then="""impact = "At {wheel.speed} it burns"
contact_support = true
forbid = [{ operation = "grind", text = "It burns" }]
[[rule.then.step]]
do = "Oil it"
confirm = "oiled"
[[rule.then.step]]
do = "Let it cool"
wait = { from = "wheel.oiled_at", at_least = "5m" }
[[rule.then.step]]
do = "Grind on"
starts = "grind"
once_allowed = true""",
) + rule("stuck", 'wheel.state = "stuck"', 'suppresses = ["hot"]')
BOARD = """
[board]
scope = "wheel"
title = "Wheels"
[[board.line]]
label = "heat"
text = "{wheel.heat}"
signs = [
    { sign = "good", when = { wheel.heat = { below = 50 } } },
    { sign = "critical", when = { wheel.heat = { at_least = 50 } } },
]
[[board.note]]
when = { wheel.state = "stuck" }
text = "stuck"
"""
NIGHT = log(
    (0, {"wheel.heat": 95.0, "wheel.oiled_at": "2026-03-01T00:00:00Z", "wheel.speed": 7.0}),
    (1, {"wheel.state": "stuck"}),
    (2, {"wheel.mill": "m"}),
    (3, {"wheel.speed": 9.0, "wheel.state": "turning"}),
    (4, {"wheel.heat": 20.0}),
)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('suppresses = ["hot"]', "", "stands beneath stuck, now none at 2026-03-01T00:01:00.000Z"),
        ('at_least = "5m"', 'at_least = "6m"', "step 2 waits at least 5m from wheel.oiled_at, now"),
        (
            'starts = "grind"\nonce_allowed = true',
            "",
            "step 3 starts grind, once it is allowed, now",
        ),
        ("once_allowed = true", "", "step 3 starts grind, once it is allowed, now grind"),
        ('"It burns" }', '"It is hot" }', "words of what is forbidden grind: It burns"),
        ('"It burns" }', '"It burns", grade = "guide" }', "inferred), now grind: It burns"),
        ('do = "Oil it"', 'do = "Oil it"\ngrade = "guide"', "source of step 1 "),
        ("= true\nforbid", '= { grade = "guide" }\nforbid', "source of support "),
        ('"oiled"', '"greased"', "step 1 confirmed as oiled, now greased"),
        (
            '"It burns" }',
            '"It burns", scope = "mill" }',
            "forbids grind, now grind on mill/m at 2026-03-01T00:02:00.000Z",
        ),
        (
            "{wheel.speed}",
            "7",
            "changed since it was raised wheel.speed 9, now none at 2026-03-01T00:03:00.000Z",
        ),
        (
            "{ above = 90 }",
            "{ above = 90 }, wheel.speed = { above = 1 }",
            "evidence wheel.heat 95, now wheel.heat 95, wheel.speed 7",
        ),
    ],
)
def test_what_is_seen_while_a_finding_is_open_is_compared(old: str, new: str, told: str) -> None:
    assert old in FULL
    found = differences(base(FULL), base(FULL.replace(old, new)), NIGHT)
    assert any(told in str(one) for one in found), found


def test_blind_spots_are_compared() -> None:
    other = FULL.replace('{ wheel.state = "stuck" }', '{ wheel.state = "stuck", mill.open = true }')
    found = list(map(str, differences(base(FULL), base(other), NIGHT)))
    assert found[-1] == (
        "blind spot: stuck on wheel/a, wheel.state, now wheel.state, mill.open "
        "at 2026-03-01T00:00:00.000Z"
    )


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            '"critical"',
            '"warning"',
            "heat, sign of wheel/a, critical, now warning at 2026-03-01T00:00",
        ),
        (
            "below = 50",
            "below = 10",
            "heat, sign of wheel/a, good, now unknown at 2026-03-01T00:04",
        ),
        ("{wheel.heat}", "{wheel.speed}", "heat, text of wheel/a, 95, now 7 at 2026-03-01T00:00"),
        (
            'text = "stuck"',
            'text = "stands"',
            "note of wheel/a, stuck, now stands at 2026-03-01T00:01",
        ),
    ],
)
def test_what_the_board_shows_is_compared(old: str, new: str, told: str) -> None:
    found = differences(base(FULL, BOARD), base(FULL, BOARD.replace(old, new)), NIGHT)
    assert str(found[0]).startswith(f"board: {told}")


def test_the_layout_of_the_board_and_titles_of_operations_are_compared_once() -> None:
    old = base(FULL, BOARD)
    new = load_texts(
        {
            "mill.toml": (
                CATALOGUE.replace("Start to grind", "Begin")
                + FULL
                + BOARD.replace('"Wheels"', '"All wheels"').replace('"heat"', '"warmth"')
            ).encode()
        }
    )
    assert declared_otherwise(old, new) == [
        "operation grind: Start to grind, now Begin",
        "board, title: Wheels, now All wheels",
        "board, lines: heat, now warmth",
    ]
    assert declared_otherwise(old, old) == []


def test_what_several_subjects_show_otherwise_is_told_once() -> None:
    night = [
        (Event(f"{name}{one.id}", one.source, one.type, one.time, f"wheel/{name}", one.data), line)
        for one, line in NIGHT
        for name in "ab"
    ]
    (found,) = differences(
        base(FULL, BOARD), base(FULL, BOARD.replace('"critical"', '"good"')), night
    )
    assert str(found).endswith(
        "critical, now good at 2026-03-01T00:00:00.000Z (2 times, 2 subjects)"
    )
    assert found.as_object()["otherwise"][0]["what"] == "heat, sign"


def test_the_board_is_read_as_the_screen_reads_it() -> None:
    for name in ("image_streamer", "patroni"):
        folder, logs = {
            "image_streamer": ("rules/image_streamer", "samples/logs/long-night.jsonl"),
            "patroni": ("samples/patroni", "samples/patroni/logs/split-timeline.jsonl"),
        }[name]
        watch, memory = Watch(load_rule_base(folder)), BoardMemory()
        for number, (event, line) in enumerate(open_log(logs)):
            watch.apply(event, line)
            if number % 7:
                continue
            for row in board_rows(watch.words, [], [], {}, watch.now, memory):
                now = subject_now(watch.words, watch.words.subjects[row.subject])
                assert [one.sign for one in now.lines] == [one.sign for one in row.cells]
                shown = [one.instead or one.text.text for one in row.cells]
                assert [one.text.rstrip("?") for one in now.lines] == [
                    one.rstrip("?") for one in shown
                ]
                assert now.note.rstrip("?") == row.note.rstrip("?")
        watch.close()
