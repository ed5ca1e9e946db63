"""A recorder that is killed at any point loses nothing that a follower had seen."""

from __future__ import annotations

from pathlib import Path

from crash_test import crash

CRASHES = 6


def test_no_event_that_was_seen_is_lost_when_the_recorder_is_killed(tmp_path: Path) -> None:
    """`make crash-test` does the same at a hundred points."""
    assert crash(tmp_path / "watch.jsonl", seed=1, points=CRASHES) == ""
