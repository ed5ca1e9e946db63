"""The Image Streamer rule base on its sample logs: each finding that the guide asks for, no more
and no less, to the millisecond."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sample_logs import EXPECTED, LOGS, ROOT, RULES, events, expected, found, log_names

from rules.engine import Watch
from rules.loader import load_rule_base
from rules.rule_base import RuleBase


@pytest.fixture(scope="module")
def rule_base() -> RuleBase:
    return load_rule_base(RULES)


@pytest.mark.parametrize("name", log_names())
def test_log_gives_the_findings_that_were_written_by_hand(rule_base: RuleBase, name: str) -> None:
    _, by_hand = expected(name)
    assert list(map(str, found(rule_base, name))) == list(map(str, by_hand))


@pytest.mark.parametrize("name", log_names())
def test_no_word_of_a_sample_is_lost_on_the_catalogue(rule_base: RuleBase, name: str) -> None:
    """A misspelt fact or value in a sample would prove nothing."""
    watch = Watch(rule_base)
    for event, line in events(name):
        watch.apply(event, line)
        for fact, value in event.data.facts.items():
            assert fact in rule_base.facts, f"{event.id}: {fact} is no fact"
            allowed = rule_base.facts[fact].values if "unrecognised" not in name else ()
            assert not allowed or value is None or value in allowed, f"{event.id}: {fact} = {value}"
    assert not watch.counts


def test_every_log_has_its_expected_findings_and_none_is_left_over() -> None:
    assert {path.stem for path in EXPECTED.glob("*.toml")} == set(log_names())
    assert LOGS.is_dir()


def test_logs_are_what_their_stories_tell() -> None:
    command = [sys.executable, str(ROOT / "samples" / "generate.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
