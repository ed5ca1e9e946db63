"""Durations read the same everywhere: with their units, and exactly."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle.timeline import Timeline, fact, rule

from rules.explain import explain
from rules.values import read_duration, show_duration, show_seconds

TOKEN = fact("token", "duration")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("900ms", "900ms"),
        ("0.5ms", "0.5ms"),
        ("1500ms", "1.5s"),
        ("3s", "3s"),
        ("60s", "1m"),
        ("90.25s", "1m 30.25s"),
        ("1h", "1h"),
        ("1h30m", "1h 30m"),
        ("2w", "14d"),
        ("0s", "0s"),
    ],
)
def test_a_duration_reads_as_people_write_it(written: str, shown: str) -> None:
    assert show_duration(read_duration(written)) == shown
    assert show_seconds(read_duration(written).total_seconds()) == shown


@given(st.timedeltas(timedelta(), timedelta(days=36_500)))
def test_what_is_shown_of_a_duration_is_read_as_the_same(duration: timedelta) -> None:
    assert read_duration(show_duration(duration).replace(" ", "")) == duration


def test_seconds_that_no_time_span_can_say_are_never_none() -> None:
    assert show_seconds(1e-9) == "1e-09s"
    assert show_seconds(-0.25) == "-250ms"
    assert show_seconds(1e12) == "1000000000000s"


@pytest.mark.parametrize(
    ("said", "shown"), [("3s", "3s"), (3600, "1h"), ("900ms", "900ms"), (1.5, "1.5s")]
)
def test_a_text_names_a_duration_with_its_unit(said: str | float, shown: str) -> None:
    night = Timeline(
        TOKEN, rule("short", "token.below = 7200", then='impact = "The token is {token}."')
    )
    night.say("02:00", token=said)
    (finding,) = night.watch.findings()
    assert finding.impact == f"The token is {shown}."


def test_an_explanation_says_parts_of_a_second() -> None:
    night = Timeline(TOKEN, rule("short", 'token.below = "1500ms"'))
    night.say("02:00", token="2500ms")
    watch = night.watch
    (when,) = [one.when for one in watch.rule_base.rules if one.id == "short"]
    told = explain(when, lambda name: watch.value("pair/a", name), watch.now, watch.rule_base)
    assert told.lines()[0] == "false   token below 1.5s (now 2.5s)"
