"""A watch that goes on from a checkpoint goes on as the one that wrote it would have."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from oracle.comparison import BothWatches, show_step
from oracle.random_journals import Chronicler, Pass, Reload, Step
from oracle.random_rule_bases import RandomRuleBase, random_rule_base
from oracle.timeline import Timeline, clock, fact, load, rule

from rules.engine import Watch
from rules.loader import load_texts
from rules.rule_base import RuleBase
from rules.vocabulary import CHECKPOINT, Event, EventData, Truth

Record = Callable[[str, object], None]
JOURNALS = 12
STEPS = 45
_MICROSECOND = timedelta(microseconds=1)


def checkpoint_events(watch: Watch, after: tuple[str, str] | None = None) -> list[Event]:
    """A watch's checkpoint as it would come out of a journal."""
    at = watch.now
    events = [
        Event(
            id=f"checkpoint-{at.isoformat()}-{part['part']}",
            source="watch/here",
            type=CHECKPOINT,
            time=at,
            data=EventData(state=part),
        )
        for part in watch.checkpoint(after)
    ]
    decoder = msgspec.json.Decoder(Event)
    return [decoder.decode(msgspec.json.encode(event)) for event in events]


def restored(watch: Watch, rule_base: RuleBase, kept: dict[str, RuleBase]) -> Watch:
    """A watch that knows nothing but another's checkpoint."""
    again = Watch(rule_base, kept=kept.get, verify=True)
    for event in checkpoint_events(watch):
        assert list(again.apply(event, b"line")) == []
    assert again.counts["checkpoints that cannot be read"] == 0
    return again


class CheckpointedWatches(BothWatches):
    """The engine, replaced now and then by one that is restored from its checkpoint, beside the
    reference."""

    def __init__(self, base: RandomRuleBase, every: int) -> None:
        super().__init__(base)
        self._every = every
        self._rules = {self.engine.rule_base.hash: self.engine.rule_base}

    def take(self, step: Step) -> str:
        if isinstance(step, Reload):
            rule_base = load_texts(self._base.texts(step.pieces))
            self._rules[rule_base.hash] = rule_base
        message = super().take(step)
        if not message and self._taken % self._every == 0:
            self.engine.advance(self.engine.now + _MICROSECOND)
            self.reference.advance(self.engine.now)
            before = state_of(self.engine)
            again = restored(self.engine, self.engine.rule_base, self._rules)
            if state_of(again) != before:
                return f"restored: {state_of(again)}\nbefore:   {before}"
            self.engine.close()
            self.engine = again
        return message


def state_of(watch: Watch) -> dict[str, Any]:
    """Everything that a watch can tell of itself."""
    findings = [
        (
            finding.rule.id,
            finding.rule.hash,
            finding.subject,
            finding.raised_at,
            finding.title,
            finding.impact,
            finding.evidence(),
            finding.conclusions(),
            finding.occurrence,
            finding.recurred_at,
            finding.unconfirmed_since,
            finding.acknowledged,
            dict(finding.confirmations),
            finding.notes,
            watch.steps(finding),
        )
        for finding in watch.findings()
    ]
    facts = {
        f"{name} {one.name}": watch.words.known(subject, one)
        for name, subject in watch.words.subjects.items()
        for one in subject.scope.facts.values()
    }
    forbidden = [(one.operation, one.subject, one.text) for one in watch.forbidden()]
    return {
        "findings": findings,
        "facts": facts,
        "forbidden": forbidden,
        "blind spots": watch.blind_spots(),
        "counts": watch.counts,
        "names": watch.names,
        "contradictions": watch.words.derived.contradictions,
    }


@pytest.mark.law(14)
@pytest.mark.parametrize("block", range(2))
def test_engine_and_reference_agree_across_checkpoints(block: int, record_property: Record) -> None:
    for seed in range(block * JOURNALS, (block + 1) * JOURNALS):
        chance = random.Random(seed)
        base = random_rule_base(chance)
        both = CheckpointedWatches(base, every=chance.choice([1, 3, 10]))
        chronicler = Chronicler(base, both.reference, chance)
        taken: list[Step] = []
        try:
            for _ in range(STEPS):
                taken.append(chronicler.next())
                message = both.take(taken[-1])
                if message:
                    break
            else:
                message = both.take(Pass(both.reference.now + timedelta(days=3)))
        finally:
            both.close()
        if message:
            told = "\n".join(map(show_step, taken))
            texts = base.texts()["base.toml"].decode()
            pytest.fail(f"seed {seed}: {message}\n{texts}\n{told}", pytrace=False)
    record_property("cases", JOURNALS)


PIECES = (
    fact("state.health", "enum", values=["ok", "failed"]),
    rule("health-failed", 'state.health = "failed"'),
    rule(
        "failed-and-confirmed",
        'state.health = "failed"',
        "until = { confirm.fixed = true }",
        then='[[rule.then.step]]\ndo = "Fix it"\nconfirm = "fixed"\n',
    ),
)


def test_a_checkpoint_in_the_middle_of_a_journal_changes_nothing() -> None:
    time = Timeline(*PIECES)
    time.say("02:00", state__health="failed")
    before = state_of(time.watch)
    for event in checkpoint_events(time.watch, after=("oneview/one", "1")):
        assert list(time.watch.apply(event, b"line")) == []
    assert state_of(time.watch) == before
    lost = time.watch.advance(clock("03:00"))
    assert [(change.kind, change.event) for change in lost] == [("unconfirmed", None)]


def test_after_a_gap_a_watch_goes_on_from_the_checkpoint_and_says_that_events_are_missing() -> None:
    time, behind = Timeline(*PIECES), Timeline(*PIECES)
    behind.say("01:00", state__health="ok")
    time.say("01:00", state__health="ok")
    time.say("02:00", state__health="failed")
    for event in checkpoint_events(time.watch, after=("oneview/one", "2")):
        behind.watch.apply(event, b"line")
    assert behind.open() == ["failed-and-confirmed", "health-failed"]
    assert "events missing before a checkpoint" in [one.kind for one in behind.watch.notices]


def test_an_event_from_before_the_checkpoint_that_comes_again_is_still_a_duplicate() -> None:
    time = Timeline(*PIECES)
    time.say("02:00", state__health="failed")
    time.say("02:01", state__health="ok")
    again = restored(time.watch, load(*PIECES), {})
    data = EventData(facts={"state.health": "failed"})
    event = Event("1", "oneview/one", "watchkeeper.facts.changed", clock("02:02"), "pair/a", data)
    assert list(again.apply(event, b"another line")) == []
    assert again.verdict("health-failed", "pair/a") == Truth.FALSE
    assert again.counts["duplicates"] == 1


def test_a_finding_from_before_a_reload_keeps_the_words_of_the_rules_that_raised_it() -> None:
    time = Timeline(*PIECES)
    time.say("02:00", state__health="failed")
    old = time.watch.rule_base
    changed = [piece.replace('title = "health', 'title = "New health') for piece in PIECES]
    time.reload("02:01", *changed)
    new = time.watch.rule_base
    again = restored(time.watch, new, {old.hash: old})
    assert state_of(again) == state_of(time.watch)
    titles = [finding.title for finding in again.findings()]
    assert titles == ["failed-and-confirmed", "health-failed"]


def test_without_the_rules_that_raised_it_a_finding_goes_on_under_those_of_now_and_is_counted() -> (
    None
):
    time = Timeline(*PIECES)
    time.say("02:00", state__health="failed")
    time.reload("02:01", *[piece.replace('title = "he', 'title = "New he') for piece in PIECES])
    again = Watch(time.watch.rule_base)
    for event in checkpoint_events(time.watch):
        again.apply(event, b"line")
    assert [one.rule.id for one in again.findings()] == ["failed-and-confirmed", "health-failed"]
    assert again.counts["findings of a checkpoint whose rules are not kept"] == 2


def test_parts_of_a_large_checkpoint_count_only_once_all_are_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rules.write_checkpoint.LARGEST_PART", 40)
    time = Timeline(*PIECES)
    time.say("02:00", state__health="failed")
    parts = checkpoint_events(time.watch)
    assert len(parts) > 3
    again = Watch(time.watch.rule_base)
    for event in parts[:-1]:
        again.apply(event, b"line")
        assert again.findings() == []
    again.apply(parts[-1], b"line")
    assert state_of(again) == state_of(time.watch)


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"form": 2, "part": 1, "of": 1},
        {"form": 1, "part": 1, "of": 1},
        {"form": 1, "part": 1, "of": 1, "now": "soon", "rules": "", "records": []},
        {"form": 1, "part": 1, "of": 1, "now": "2026-11-22T02:00:00Z", "records": [["source"]]},
        {"form": 1, "part": 2, "of": 2, "now": "2026-11-22T02:00:00Z", "records": []},
        {
            "form": 1,
            "part": 1,
            "of": 1,
            "now": "2026-11-22T02:00:00Z",
            "rules": "x",
            "records": [
                ["subject", "pair/a", None],
                ["facts", "pair/a", {"state.health": ["f", 9]}],
            ],
        },
    ],
)
def test_a_damaged_checkpoint_is_passed_over_and_counted(state: dict[str, Any]) -> None:
    watch = Watch(load(*PIECES), verify=True)
    event = Event("c", "watch/here", CHECKPOINT, clock("02:00"), "", EventData(state=state))
    assert list(watch.apply(event, b"line")) == []
    data = EventData(facts={"state.health": "failed"})
    watch.apply(
        Event("1", "oneview/one", "watchkeeper.facts.changed", clock("02:01"), "pair/a", data)
    )
    assert len(watch.findings()) == 2
