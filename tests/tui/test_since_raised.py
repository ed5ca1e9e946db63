"""Texts are frozen when a finding is raised; every output says so once their facts have changed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from ship import Ship

from rules.loader import load_rule_base
from tui.plain import PlainWatch, follow_plainly
from tui.session.follow import FollowSession

AS_IT_WAS = "As it was at 01:01:00Z:"


@pytest.fixture
def falling(ship: Ship) -> Path:
    """A boiler whose water is low, and lower by now."""
    return ship.log(
        ship.facts("01:00:00", boiler__ship="Ellen", water__level=80),
        ship.facts("01:01:00", water__level=25, water__low_since="2026-03-01T01:00:58Z"),
        ship.facts("01:01:30", water__level=20),
    )


def situation(text: str) -> str:
    return " ".join(text.partition("ituation at" if "# " in text else "SITUATION AT")[2].split())


def test_the_situation_in_text_says_what_its_texts_are_of(ship: Ship, falling: Path) -> None:
    at_the_end = situation(ship.replay(falling.name).out)
    in_full = situation(ship.replay(falling.name, "--at", "01:01:30").out)
    at_once = situation(ship.replay(falling.name, "--at", "01:01:00").out)

    assert f"{AS_IT_WAS} now water.level 20% (was 25%) 1 [?] Open the feed valve" in at_the_end
    assert f"{AS_IT_WAS} now water.level 20% (was 25%)" in in_full
    assert f"{AS_IT_WAS} At 25 percent the tubes are still covered." in in_full
    assert "As it was" not in at_once


def test_the_document_says_it_too(ship: Ship, falling: Path) -> None:
    ended = ship.replay(falling.name, "--format", "markdown", "--at", "01:01:30").out

    assert f"- {AS_IT_WAS} now water.level 20% (was 25%)\n- [ ] (not sure) 1: Open" in ended
    assert f"{AS_IT_WAS} At 25 percent the tubes are still covered." in ended


def test_programs_are_told_each_fact_that_has_changed(ship: Ship, falling: Path) -> None:
    def changed(at: str) -> object:
        summary = ship.replay(falling.name, "--format", "json", "--at", at).objects[-1]
        return summary["situation"]["findings"][0]["changed_since"]

    since = {"fact": "water.level", "subject": "boiler/port", "was": 25, "now": 20}
    assert changed("01:01:00") == []
    assert changed("01:01:30") == [{**since, "still_heard": True}]
    assert changed("01:09:00") == [{**since, "still_heard": False}]


def test_appended_lines_say_it_where_they_sum_up(
    ship: Ship, falling: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def make(plain: PlainWatch) -> FollowSession:
        return FollowSession(
            str(falling),
            load_rule_base(ship.rules),
            clock=lambda: 0.0,
            wall=lambda: datetime(2026, 3, 1, 1, 2, tzinfo=UTC),
            operator="anna",
            listener=plain.listen,
        )

    follow_plainly(make, columns=80, ascii_only=True, pause=lambda _: None, rounds=1)

    said = " ".join(capfd.readouterr().out.split())
    assert f"{AS_IT_WAS} now water.level 20% (was 25%)" in said
    assert f"{AS_IT_WAS} At 25 percent the tubes are still covered." in said
