"""What the tests of the command line share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from opened_screen import opened
from ship import Ended, Ship

from tui.command_line import main

__all__ = ["opened"]


@pytest.fixture
def ship(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Ship:
    """An invented plant with rules of its own, so that tests do not depend on the shipped ones."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(words: list[str]) -> Ended:
        capfd.readouterr()
        code = main(words)
        sys.stderr.flush()
        captured = capfd.readouterr()
        return Ended(code, captured.out, captured.err)

    return Ship(tmp_path, run)


@pytest.fixture
def dry_boiler(ship: Ship) -> Path:
    """A log in which a boiler runs dry, is lost from sight, and is set right."""
    return ship.log(
        ship.facts("01:00:00", "Gauges read", boiler__ship="Ellen", water__level=80),
        ship.facts(
            "01:01:00", "Level falls", water__level=25, water__low_since="2026-03-01T01:00:58Z"
        ),
        ship.facts("01:02:00", "Level falls on", water__level=5, water__trend="falling"),
        ship.event(
            "01:03:00",
            "finding.acknowledged",
            source="operator/ann",
            rule="water-gone",
            note="on my way",
        ),
        ship.facts("01:10:00", "Gauges read again", water__level=60),
        ship.confirm("01:11:00", "water-gone", "inspected"),
    )
