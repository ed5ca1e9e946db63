"""Which rules judge a log (law 13)."""

from __future__ import annotations

from pathlib import Path

import pytest
from ship import Ship

from drivers.journal import keep_rule_texts
from rules.loader import load_rule_base
from rules.rule_base import RuleBase
from rules.vocabulary import Truth

STRICTER = """
[override."water-low"]
severity = "critical"
when = { water.level = { below = 60 } }
"""


@pytest.fixture
def kept(ship: Ship) -> RuleBase:
    """The boilers' rules with overrides, as a watch would have kept them beside a log."""
    (ship.folder / "site.toml").write_text(STRICTER)
    rule_base = load_rule_base(ship.rules, overrides=ship.folder / "site.toml")
    keep_rule_texts(ship.folder / "log.jsonl", rule_base.hash, rule_base.texts)
    return rule_base


def log_under(ship: Ship, rules_hash: str) -> Path:
    return ship.log(
        ship.event("01:00:00", "rules.loaded", source="watch/x", hash=rules_hash),
        ship.facts("01:00:01", water__level=50),
    )


@pytest.mark.law(13)
def test_rules_that_were_kept_judge_from_when_they_were_loaded(ship: Ship, kept: RuleBase) -> None:
    ended = ship.run("replay", log_under(ship, kept.hash), "--headless")
    assert f"01:00:00Z   rules loaded: {kept.hash}, taken from beside the log\n" in ended.out
    assert "✖ critical RAISED boiler/port\n  The water is low\n" in ended.out
    assert "Rule: water-low, overridden by the site: severity, when\n" in ended.out
    assert "kept beside the log and taken from there" in " ".join(ended.out.split())
    assert ended.code == 1


@pytest.mark.law(13)
@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_rules_given_by_hand_judge_the_whole_log_and_every_output_says_so(
    form: str, ship: Ship, kept: RuleBase
) -> None:
    ended = ship.replay(log_under(ship, kept.hash), "--format", form)
    if form == "json":
        summary = ended.objects[-1]
        assert summary["rules"]["by_hand"] is True
        assert summary["rules_loaded"][0]["outcome"] == "by hand"
    else:
        assert "given by" in ended.out
        assert "here the rules given by hand judge" in " ".join(ended.out.split())
    assert "The water is low" not in ended.out
    assert ended.code == 0


@pytest.mark.law(13)
def test_rules_that_were_not_kept_are_said_not_to_be(ship: Ship) -> None:
    ended = ship.run("replay", log_under(ship, "0123456789abcdef"), "--headless")
    flowing = " ".join(ended.out.split())
    assert "rules loaded: 0123456789abcdef, not kept beside the log" in flowing
    assert "what follows is judged by other rules than then" in flowing


@pytest.mark.law(13)
def test_kept_rules_that_were_changed_are_not_taken(ship: Ship, kept: RuleBase) -> None:
    log = log_under(ship, kept.hash)
    text = ship.folder / "log.jsonl.rules" / kept.hash / "boilers.toml"
    text.write_text(text.read_text().replace("below = 30", "below = 99"))
    ended = ship.run("replay", log, "--headless")
    assert "kept beside the log but damaged" in " ".join(ended.out.split())
    assert "RAISED" not in ended.out


def test_rules_are_added_and_overridden_by_hand(ship: Ship) -> None:
    more = ship.folder / "more"
    more.mkdir()
    (more / "more.toml").write_text(
        '[[rule]]\nid = "half"\ntitle = "Half full"\nseverity = "information"\n'
        'source = { document = "None", grade = "inferred" }\nwhen = { water.level = 50 }\n'
        '[rule.then]\nimpact = "None"\n'
    )
    (ship.folder / "site.toml").write_text(STRICTER)
    log = ship.log(ship.facts("01:00:00", water__level=50))
    ended = ship.replay(log, "--add-rules", more, "--overrides", "site.toml")
    assert "· information RAISED" in ended.out
    assert "Source: inferred; see None" in ended.out
    assert "the rules in boilers and the rules in" in ended.out
    assert "overrides in site.toml" in " ".join(ended.out.split())
    assert ended.code == 1


def test_verification_is_said(ship: Ship, dry_boiler: Path) -> None:
    ended = ship.replay(dry_boiler.name, "--verify")
    assert "the plain evaluator came to the same at every event" in ended.out
    assert ended.code == 0


def test_a_difference_of_engine_and_evaluator_stops_the_replay(
    ship: Ship, dry_boiler: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rules.verify.truth", lambda *_: Truth.UNKNOWN)
    ended = ship.replay(dry_boiler.name, "--verify")
    assert ended.err.startswith("watchkeeper replay: the engine is at fault: ")
    assert ended.code == 1
