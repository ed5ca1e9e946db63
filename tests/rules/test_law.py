"""The law of the watch, paragraph by paragraph, on small rule bases and short nights;
from the ninth on they are in `test_law_of_time_and_rules.py`.
"""

from __future__ import annotations

import pytest
from oracle.timeline import (
    CONFIRM,
    FAILED,
    FORBID,
    LATCH,
    SIZE,
    STORAGE,
    SWITCH,
    UPDATE_ID,
    Timeline,
    clock,
    fact,
    rule,
)

from rules.engine import Watch
from rules.loader import load_texts
from rules.vocabulary import (
    FACTS_CHANGED,
    FINDING_ACKNOWLEDGED,
    FINDING_CLOSED,
    NOTE_WRITTEN,
    STEP_CONFIRMED,
    WATCH_STARTED,
    Event,
    EventData,
)

# 1. Three values


@pytest.mark.law(1)
def test_law_01_a_rule_about_an_unknown_fact_is_a_blind_spot_that_names_it() -> None:
    night = Timeline(STORAGE, SIZE, rule("both", 'storage.state = "failed", disk.used.above = 90'))
    assert night.say("02:00", storage__state="failed") == []
    assert night.verdict("both") == "unknown"
    blind = {spot.rule: spot.missing for spot in night.watch.blind_spots()}
    assert blind["both"] == ("disk.used",)


@pytest.mark.law(1)
def test_law_01_the_negation_of_unknown_is_unknown() -> None:
    night = Timeline(
        STORAGE,
        SIZE,
        rule("not", 'storage.state.not = "healthy"'),
        rule("none", 'none = [{ storage.state = "healthy" }]'),
        rule("unknown", "storage.state.known = false"),
    )
    assert night.say("02:00", disk__used=1) == ["raised unknown"]
    assert (night.verdict("not"), night.verdict("none")) == ("unknown", "unknown")


@pytest.mark.law(1)
def test_law_01_one_true_part_is_enough_for_any_and_one_false_part_decides_all() -> None:
    night = Timeline(
        STORAGE,
        SIZE,
        rule("any", 'any = [{ storage.state = "failed" }, { disk.used.above = 90 }]'),
        rule("all", 'storage.state = "healthy", disk.used.above = 90'),
    )
    assert night.say("02:00", storage__state="failed") == ["raised any"]
    assert night.verdict("all") == "false"


# 2. No resolution by blindness


@pytest.mark.law(2)
def test_law_02_what_becomes_unknown_stays_open_and_its_prohibitions_stand() -> None:
    night = Timeline(STORAGE, FAILED)
    assert night.say("02:00", storage__state="failed") == ["raised failed"]
    assert night.say("02:01", storage__state=None) == ["unconfirmed failed"]
    assert night.finding("failed").unconfirmed_since == clock("02:01")
    assert night.permission() == "no go"
    assert night.say("02:02", storage__state="failed") == ["confirmed failed"]
    assert night.say("02:03", storage__state="healthy") == ["resolved failed"]


# 3. Latches


@pytest.mark.law(3)
def test_law_03_only_until_ends_a_latch_and_only_false_arms_it_again() -> None:
    night = Timeline(STORAGE, UPDATE_ID, LATCH)
    night.say("02:00", by="watch/here", update__id="u1")
    assert night.say("02:00", storage__state="failed") == ["raised latch"]
    assert night.say("02:01", storage__state="healthy") == []
    assert night.say("02:02", storage__state="failed") == []
    assert night.confirm("02:03", "latch", "fixed") == ["step_ticked latch 1"]
    assert night.say("02:04", storage__state="healthy") == ["resolved latch"]
    assert night.say("02:05", storage__state="failed") == ["raised latch"]


@pytest.mark.law(3)
def test_law_03_a_latch_that_until_has_ended_is_spent_while_its_pattern_holds() -> None:
    night = Timeline(
        STORAGE, SIZE, rule("spent", 'storage.state = "failed"', "until = { disk.used.below = 50 }")
    )
    night.say("02:00", storage__state="failed", disk__used=80)
    assert night.say("02:01", disk__used=40) == ["resolved spent"]
    assert night.say("02:02", disk__used=80) == []
    assert night.say("02:03", storage__state=None) == []
    assert night.say("02:04", storage__state="failed") == []
    night.say("02:05", storage__state="healthy")
    assert night.say("02:06", storage__state="failed") == ["raised spent"]


@pytest.mark.law(3)
def test_law_03_a_second_failed_storage_update_after_a_confirmed_first_is_raised_again() -> None:
    night = Timeline(
        STORAGE,
        UPDATE_ID,
        fact("update.storage", "enum", source="watch", memory=True, values=["failed", "done"]),
        rule(
            "storage-update-failed",
            'update.storage = "failed"',
            'occurrence = "update.id"',
            'until = { confirm.fixed = true, storage.state = "healthy" }',
            then=FORBID + CONFIRM,
        ),
    )
    night.say("02:00", storage__state="failed")
    assert night.say("02:00", by="watch/here", update__id="u1", update__storage="failed") == [
        "raised storage-update-failed"
    ]
    assert night.confirm("02:01", "storage-update-failed", "fixed") == [
        "step_ticked storage-update-failed 1"
    ]
    assert night.say("02:02", storage__state="healthy") == ["resolved storage-update-failed"]
    assert night.permission() == "go"
    # The second update fails in the same way: the pattern has never been false in between.
    assert night.say("02:04", by="watch/here", update__id="u2", update__storage="failed") == [
        "raised storage-update-failed"
    ]
    assert night.permission() == "no go"


@pytest.mark.law(3)
def test_law_03_a_new_occurrence_joins_an_open_finding_and_voids_its_confirmations() -> None:
    night = Timeline(STORAGE, UPDATE_ID, LATCH)
    night.say("02:00", by="watch/here", update__id="u1")
    night.say("02:00", storage__state="failed")
    night.confirm("02:01", "latch", "fixed")
    night.acknowledge("02:01", "latch")
    assert night.say("02:02", by="watch/here", update__id="u2") == ["recurred latch"]
    finding = night.finding("latch")
    assert (finding.occurrence, finding.confirmations, finding.acknowledged) == ("u2", {}, None)
    assert finding.raised_at == clock("02:00")
    assert night.say("02:03", storage__state="healthy") == []


# 4. Confirmations


@pytest.mark.law(4)
def test_law_04_a_confirmation_is_seen_by_its_finding_alone_and_ends_with_it() -> None:
    night = Timeline(
        STORAGE,
        rule("one", 'storage.state = "failed"', "until = { confirm.fixed = true }", then=CONFIRM),
        rule("two", 'storage.state = "failed"', "until = { confirm.fixed = true }", then=CONFIRM),
    )
    night.say("02:00", storage__state="failed")
    assert night.confirm("02:01", "one", "fixed") == ["step_ticked one 1", "resolved one"]
    assert night.open() == ["two"]
    night.say("02:02", storage__state="healthy")
    assert night.say("02:03", storage__state="failed") == ["raised one"]
    assert night.confirm("02:04", "one", "other") == []
    assert night.open() == ["one", "two"]


@pytest.mark.law(4)
def test_law_04_lasting_switches_are_facts_that_operators_set_and_withdraw() -> None:
    night = Timeline(
        STORAGE, SWITCH, rule("r", 'storage.state = "failed", operator.silent = false')
    )
    assert night.say("02:00", storage__state="failed") == ["raised r"]
    assert night.say("02:01", by="operator/anna", operator__silent=True) == ["resolved r"]
    assert night.say("02:02", by="operator/bert", operator__silent=False) == ["raised r"]


# 5. Closing by hand


@pytest.mark.law(5)
def test_law_05_closing_needs_a_reason_and_is_always_possible() -> None:
    night = Timeline(STORAGE, UPDATE_ID, LATCH)
    night.say("02:00", storage__state="failed")
    assert night.close("02:01", "latch", reason="") == []
    assert night.close("02:02", "latch", reason="replaced by support") == ["closed latch"]
    assert night.say("02:03", storage__state=None) == []
    assert night.say("02:04", storage__state="failed") == []
    night.say("02:05", storage__state="healthy")
    assert night.say("02:06", storage__state="failed") == ["raised latch"]


# 6. Derived facts

OUTCOME = fact("outcome", "enum", derived=True, otherwise="none", values=["bad", "worse", "none"])


def derive(value: str, when: str) -> str:
    return f'[[derive]]\nfact = "outcome"\nvalue = "{value}"\nwhen = {{ {when} }}\n'


@pytest.mark.law(6)
def test_law_06_agreeing_derivations_give_the_value_and_contradicting_ones_none() -> None:
    night = Timeline(
        STORAGE,
        SIZE,
        OUTCOME,
        derive("bad", 'storage.state = "failed"'),
        derive("bad", "disk.used.above = 90"),
        derive("worse", "disk.used.above = 95"),
        rule("r", 'outcome = "bad"'),
    )
    night.say("02:00", storage__state="failed", disk__used=10)
    assert night.watch.value("pair/a", "outcome") == "bad"
    night.say("02:01", disk__used=93)
    assert night.watch.value("pair/a", "outcome") == "bad"
    assert night.say("02:02", disk__used=96) == ["unconfirmed r"]
    assert night.watch.value("pair/a", "outcome") is None


@pytest.mark.law(6)
def test_law_06_otherwise_needs_every_derivation_to_be_definitely_false() -> None:
    night = Timeline(
        STORAGE,
        SIZE,
        OUTCOME,
        derive("bad", 'storage.state = "failed"'),
        derive("worse", "disk.used.above = 95"),
        rule("r", 'outcome = "none"'),
    )
    assert night.say("02:00", storage__state="healthy") == []
    assert night.verdict("r") == "unknown"
    assert night.say("02:01", disk__used=10) == ["raised r"]


@pytest.mark.law(6)
def test_law_06_nobody_may_set_a_derived_fact_and_evidence_names_the_leaves() -> None:
    night = Timeline(
        STORAGE, OUTCOME, derive("bad", 'storage.state = "failed"'), rule("r", 'outcome = "bad"')
    )
    assert night.say("02:00", outcome="bad", storage__state="failed") == []
    assert night.verdict("r") == "unknown"
    assert night.say("02:01", storage__state="failed") == ["raised r"]
    (evidence,) = night.finding("r").evidence()
    assert (evidence.fact, evidence.value, evidence.time) == (
        "storage.state",
        "failed",
        clock("02:01"),
    )


# 7. Absence


@pytest.mark.law(7)
def test_law_07_what_a_snapshot_does_not_mention_takes_its_default_or_is_unknown() -> None:
    night = Timeline(
        fact("alert.open", "bool", default=False),
        fact("alert.kind", "text"),
        rule("quiet", "alert.open = false"),
        rule("kind", "alert.kind.known = true"),
    )
    assert night.say("02:00", alert__kind="x") == ["raised kind"]
    assert night.verdict("quiet") == "unknown"
    assert sorted(night.snapshot("02:01", "alert")) == ["raised quiet", "resolved kind"]


@pytest.mark.law(7)
def test_law_07_a_word_outside_its_values_is_known_and_a_finding_of_its_own() -> None:
    night = Timeline(STORAGE, rule("r", 'storage.state.not = ["healthy", "Unknown"]'))
    assert sorted(night.say("02:00", storage__state="melting")) == [
        "raised r",
        "raised unrecognised-value-pair",
    ]
    (evidence,) = night.finding("unrecognised-value-pair").evidence()
    assert (evidence.fact, evidence.said) == ("storage.state", "melting")
    assert night.say("02:01", storage__state="Unknown") == [
        "resolved r",
        "resolved unrecognised-value-pair",
    ]


# 8. Lost sources


@pytest.mark.law(8)
def test_law_08_three_missed_heartbeats_lose_a_source_at_that_instant() -> None:
    night = Timeline(STORAGE, FAILED)
    night.say("02:00", storage__state="failed")
    assert night.passes("02:02:59.999999") == []
    assert night.passes("02:03") == ["unconfirmed failed"]
    assert night.finding("failed").unconfirmed_since == clock("02:03")


@pytest.mark.law(8)
def test_law_08_a_lost_source_resolves_nothing_and_raises_nothing() -> None:
    night = Timeline(
        STORAGE,
        fact("storage.remembered", "bool", source="oneview", memory=True),
        FAILED,
        rule("not-healthy", 'none = [{ storage.state = "healthy" }]'),
        rule("remembered", "storage.remembered = true"),
        rule("on-loss", 'storage.state.not = "failed"'),
    )
    night.say("02:00", storage__state="failed", storage__remembered=True)
    assert night.open() == ["failed", "not-healthy", "remembered"]
    assert sorted(night.lose("02:01")) == ["unconfirmed failed", "unconfirmed not-healthy"]
    assert night.open() == ["failed", "not-healthy", "remembered"]
    assert night.verdict("on-loss") == "unknown"
    assert night.hear("02:02") == []
    said = night.say("02:03", storage__state="failed")
    assert sorted(said) == ["confirmed failed", "confirmed not-healthy"]


@pytest.mark.law(8)
def test_law_08_starting_the_watch_loses_every_source_until_it_is_heard() -> None:
    night = Timeline(STORAGE, FAILED)
    night.say("02:00", storage__state="failed")
    started = night.event("02:01", "watchkeeper.watch.started", "", "watch/here")
    assert started == ["unconfirmed failed"]
    assert night.say("02:02", by="oneview/other", subject="pair/b") == []
    assert night.say("02:02", subject="pair/b", storage__state="healthy") == []
    assert night.say("02:03", storage__state="failed") == ["confirmed failed"]


@pytest.mark.law(8)
def test_law_08_what_a_source_said_before_it_was_lost_counts_when_it_says_it_again() -> None:
    night = Timeline(STORAGE, SIZE, fact("cluster.state", "text"), UPDATE_ID, LATCH)
    night.say("02:00", storage__state="failed", disk__used=10, cluster__state="whole")
    night.say("02:01", storage__state="healthy")
    night.lose("02:02")
    night.confirm("02:03", "latch", "fixed")
    # A first word of something else: that the storage was healthy once ends nothing.
    assert night.say("02:04", disk__used=11) == []
    assert night.watch.value("pair/a", "disk.used") == 11
    assert night.watch.value("pair/a", "storage.state") is None
    assert night.snapshot("02:05", "cluster", cluster__state="whole") == []
    assert night.watch.value("pair/a", "cluster.state") == "whole"
    assert night.snapshot("02:06", "storage", storage__state="healthy") == ["resolved latch"]


@pytest.mark.law(8)
def test_law_08_a_word_said_again_keeps_the_event_that_set_it() -> None:
    night = Timeline(STORAGE, SIZE, rule("both", 'storage.state = "failed", disk.used = 10'))
    night.say("02:00", storage__state="failed")
    night.lose("02:01")
    night.say("02:02", storage__state="failed")
    assert night.say("02:03", disk__used=10) == ["raised both"]
    assert [one.time for one in night.finding("both").evidence()] == [
        clock("02:00"),
        clock("02:03"),
    ]


@pytest.mark.law(8)
def test_law_08_a_snapshot_that_is_silent_about_an_old_word_gives_its_default_or_nothing() -> None:
    night = Timeline(
        fact("alert.open", "bool", default=False),
        fact("alert.kind", "text"),
        rule("quiet", "alert.open = false"),
        rule("kind", 'alert.kind = "x"'),
    )
    night.say("02:00", alert__open=True, alert__kind="x")
    night.lose("02:01")
    assert night.hear("02:02") == []
    assert (night.verdict("quiet"), night.open()) == ("unknown", ["kind"])
    assert night.snapshot("02:03", "alert") == ["raised quiet"]
    assert night.say("02:04", alert__kind="y") == ["resolved kind"]


@pytest.mark.law(8)
def test_law_08_a_second_loss_takes_away_again_what_had_been_said_since_the_first() -> None:
    night = Timeline(STORAGE, SIZE, FAILED)
    night.say("02:00", storage__state="failed", disk__used=1)
    night.lose("02:01")
    assert night.say("02:02", storage__state="failed") == ["confirmed failed"]
    assert night.lose("02:03") == ["unconfirmed failed"]
    assert night.say("02:04", disk__used=1) == []
    assert night.say("02:05", storage__state="healthy") == ["resolved failed"]


@pytest.mark.law(8)
def test_law_08_old_words_stay_old_in_a_copy_and_across_a_reload() -> None:
    night = Timeline(STORAGE, SIZE, FAILED)
    night.say("02:00", storage__state="failed", disk__used=1)
    night.lose("02:01")
    night.say("02:02", disk__used=1)
    night.watch = night.watch.copy()
    assert night.watch.value("pair/a", "storage.state") is None
    assert night.reload("02:03", STORAGE, SIZE, FAILED) == []
    assert night.watch.value("pair/a", "storage.state") is None
    assert night.watch.value("pair/a", "disk.used") == 1
    assert night.say("02:04", storage__state="failed") == ["confirmed failed"]


@pytest.mark.law(8)
def test_law_08_a_word_that_counts_again_keeps_no_other_off_the_short_way() -> None:
    night = Timeline(STORAGE, SIZE, FAILED)
    night.say("02:00", storage__state="failed", disk__used=1)
    assert night.watch.words.unheard == 0
    night.lose("02:01")
    assert night.watch.words.unheard == 2
    night.say("02:02", disk__used=1)
    night.reload("02:03", STORAGE, SIZE, FAILED)
    assert night.watch.words.unheard == 1
    night.say("02:04", storage__state="healthy")
    assert night.watch.words.unheard == 0


@pytest.mark.law(4)
@pytest.mark.parametrize("speaker", ["oneview/one", "watch/bridge", "mara", "evil/x"])
def test_law_04_an_appliance_confirms_nothing_and_closes_nothing(speaker: str) -> None:
    night = Timeline(STORAGE, UPDATE_ID, LATCH)
    night.say("02:00", storage__state="failed")
    for number, kind in enumerate((STEP_CONFIRMED, FINDING_CLOSED, FINDING_ACKNOWLEDGED)):
        data = EventData(rule="latch", confirm="fixed", reason="done")
        event = Event(f"forged-{number}", speaker, kind, clock("02:10"), "pair/a", data)
        assert list(night.watch.apply(event, str(number).encode())) == []
    assert night.watch.findings()[0].state == "open"
    assert night.watch.counts["events that are not for their source to send"] == 3


def test_the_watch_and_the_operators_are_known_where_no_rule_base_declares_them() -> None:
    catalogue = """
[rule_base]
id = "kettle"
title = "A kettle"
[scope.kettle]
[source.gauge]
[[fact]]
name = "kettle.hot"
type = "bool"
scope = "kettle"
source = "gauge"
"""
    watch = Watch(load_texts({"kettle.toml": catalogue.encode()}), verify=True)
    for number, (source, kind) in enumerate(
        (
            ("watch/here", WATCH_STARTED),
            ("operator/anna", NOTE_WRITTEN),
            ("stove/one", FACTS_CHANGED),
            ("operator/anna", FACTS_CHANGED),
        )
    ):
        said = EventData(facts={"kettle.hot": True})
        event = Event(str(number), source, kind, clock("02:00"), "kettle/a", said)
        watch.apply(event, str(number).encode())
    assert watch.names == {
        "unknown kinds of source": {"stove": 1},
        "facts of another kind of source": {
            "kettle.hot from stove": 1,
            "kettle.hot from operator": 1,
        },
    }
    assert watch.value("kettle/a", "kettle.hot") is None
    watch.close()


def test_what_cannot_be_read_is_told_with_the_first_event_and_without_its_quotes() -> None:
    night = Timeline(SIZE, fact("disk.full", "bool"))
    night.say("02:00", disk__used="4")
    night.say("02:01", disk__used="5", disk__full=1)
    assert night.watch.names["unreadable values"] == {
        "disk.used: must be a whole number within 2^53, without quotes (first in the event 1)": 2,
        "disk.full: must be true or false (first in the event 2)": 1,
    }
