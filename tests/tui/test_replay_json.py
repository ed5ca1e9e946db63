from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ship import Ship

HOUSE = Path(__file__).resolve().parent.parent.parent


def replayed(ship: Ship, *words: str | Path) -> list[dict[str, Any]]:
    return ship.replay("--format", "json", *words).objects


def test_each_change_and_notice_is_an_object_and_the_summary_is_the_last(
    ship: Ship, dry_boiler: Path
) -> None:
    objects = replayed(ship, dry_boiler.name)
    assert [(one["kind"], one.get("rule") or one.get("about")) for one in objects] == [
        ("raised", "water-low"),
        ("raised", "water-gone"),
        ("acknowledged", "water-gone"),
        ("source_lost", "gauge/1"),
        ("unconfirmed", "water-low"),
        ("source_heard", "gauge/1"),
        ("resolved", "water-low"),
        ("step_ticked", "water-gone"),
        ("resolved", "water-gone"),
        ("summary", None),
    ]


def test_a_raised_finding_says_everything(ship: Ship, dry_boiler: Path) -> None:
    raised = replayed(ship, dry_boiler.name)[1]
    steps, forbids = raised.pop("steps"), raised.pop("forbids")
    source = {
        "document": "Boiler manual",
        "section": "Water",
        "page": 8,
        "url": None,
        "grade": "guide",
    }
    assert raised == {
        "kind": "raised",
        "time": "2026-03-01T01:02:00.000Z",
        "rule": "water-gone",
        "subject": "boiler/port",
        "severity": "critical",
        "title": "The water is gone: the tubes burn",
        "event": "e3",
        "escalates": [
            {
                "rule": "water-low",
                "subject": "boiler/port",
                "severity": "warning",
                "title": "The water is low",
            }
        ],
        "impact": "A dry boiler that is fed bursts.",
        "occurrence": None,
        "contact_support": {**source, "grade": "inferred"},
        "evidence": [
            {
                "fact": "water.level",
                "value": 5,
                "said": None,
                "subject": "boiler/port",
                "event": "e3",
                "source": "gauge/1",
                "time": "2026-03-01T01:02:00.000Z",
                "message": "Level falls on",
            }
        ],
        "concluded": [],
        "source": source,
        "overridden": [],
    }
    assert [(one["operation"], one["source"]["grade"]) for one in forbids] == [
        ("light", "guide"),
        ("blow-down", "inferred"),
    ]
    assert steps[1]["wait"] == {
        "from": "water.low_since",
        "at_least_seconds": 2700.0,
        "at_most_seconds": 3600.0,
        "start": "2026-03-01T01:00:58.000Z",
        "earliest": "2026-03-01T01:45:58.000Z",
        "latest": "2026-03-01T02:00:58.000Z",
    }


def test_the_summary_holds_the_situation(ship: Ship, dry_boiler: Path) -> None:
    objects = replayed(ship, dry_boiler.name, "--at", "01:06")
    assert len(objects) == 1
    summary = objects[0]
    situation = summary["situation"]
    assert situation["at"] == "2026-03-01T01:06:00.000Z"
    assert [(one["rule"], one["covered_by"]) for one in situation["findings"]] == [
        ("water-gone", None),
        ("water-low", "water-gone"),
    ]
    assert situation["findings"][0]["state"] == "acknowledged"
    assert situation["findings"][1]["unconfirmed_since"] == "2026-03-01T01:05:00.000Z"
    assert situation["lost_sources"] == [
        {"source": "gauge/1", "last_heard": "2026-03-01T01:02:00.000Z"}
    ]
    assert [one["operation"] for one in situation["forbidden"]] == ["light", "blow-down"]
    assert situation["blind"] == len(situation["blind_spots"]) == 2
    assert summary["open"] == {"critical": 1, "warning": 1, "notice": 0, "information": 0}
    assert summary["rules"]["by_hand"] is True


@pytest.mark.law(14)
@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_two_replays_are_the_same_bytes_whatever_the_hash_seed(
    form: str, ship: Ship, dry_boiler: Path
) -> None:
    def bytes_of(seed: str) -> bytes:
        words = ["replay", dry_boiler.name, "--headless", "--rules", "boilers", "--format", form]
        ended = subprocess.run(
            [sys.executable, "-m", "tui.command_line", *words],
            cwd=ship.folder,
            env={"PYTHONPATH": str(HOUSE), "PYTHONHASHSEED": seed, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            check=True,
        )
        return ended.stdout

    assert bytes_of("1") == bytes_of("2")


def test_merged_logs_are_one_night(ship: Ship, dry_boiler: Path) -> None:
    lines = dry_boiler.read_bytes().splitlines(keepends=True)
    (ship.folder / "a").write_bytes(b"".join(lines[::2]))
    (ship.folder / "b").write_bytes(b"".join(lines[1::2]))
    assert replayed(ship, "a", "b")[:-1] == replayed(ship, dry_boiler.name)[:-1]
