"""The law of the watch from its ninth paragraph on; the first eight are in `test_law.py`."""

from __future__ import annotations

import pytest
from oracle.reference_watch import ReferenceWatch
from oracle.timeline import (
    BACKUP,
    CONFIRM,
    ENDED,
    FAILED,
    FORBID,
    LATCH,
    SIZE,
    STORAGE,
    UPDATE_ID,
    Timeline,
    clock,
    fact,
    load,
    rule,
)

from rules.engine import Watch
from rules.vocabulary import FACTS_CHANGED, FACTS_SNAPSHOT, Event, EventData

# 9. Time


@pytest.mark.law(9)
def test_law_09_deadlines_before_an_event_come_first_each_at_its_own_instant() -> None:
    night = Timeline(
        STORAGE,
        BACKUP,
        rule("old", 'backup.made_at = { older_than = "1h" }'),
        rule("held", 'storage.state = "failed"', 'for = "2m"'),
    )
    night.say("02:00", by="watch/here", backup__made_at="2026-11-22T01:01:00Z")
    night.say("02:00", storage__state="failed")
    changes = night.watch.apply(Event("x", "oneview/one", FACTS_CHANGED, clock("02:10"), "pair/a"))
    assert [(change.time, change.kind, change.finding.rule.id) for change in changes] == [
        (clock("02:01"), "raised", "old"),
        (clock("02:02"), "raised", "held"),
        (clock("02:03"), "unconfirmed", "held"),
    ]


@pytest.mark.law(9)
def test_law_09_time_never_goes_back() -> None:
    night = Timeline(STORAGE, FAILED)
    night.say("02:00", storage__state="healthy")
    assert night.say("01:00", storage__state="failed") == ["raised failed"]
    assert night.finding("failed").raised_at == clock("02:00")
    assert night.passes("02:02:59") == []
    assert night.passes("02:03") == ["unconfirmed failed"]


@pytest.mark.law(9)
def test_law_09_at_one_instant_sources_are_lost_before_a_for_ends() -> None:
    night = Timeline(STORAGE, rule("held", 'storage.state = "failed"', 'for = "3m"'))
    night.say("02:00", storage__state="failed")
    assert night.passes("02:10") == []
    assert night.say("02:11", storage__state="failed") == ["raised held"]


# 10. Bounds


@pytest.mark.law(10)
def test_law_10_an_age_reaches_its_bound_at_the_microsecond() -> None:
    night = Timeline(
        BACKUP,
        rule("older", 'backup.made_at.older_than = "24h"'),
        rule("newer", 'backup.made_at.newer_than = "24h"'),
    )
    made = "2026-11-21T02:10:00.000001Z"
    assert night.say("02:00", by="watch/here", backup__made_at=made) == ["raised newer"]
    assert night.passes("02:10") == []
    assert sorted(night.passes("02:10:00.000001")) == ["raised older", "resolved newer"]


@pytest.mark.law(10)
def test_law_10_thresholds_and_orders_of_instants_are_strict() -> None:
    night = Timeline(
        SIZE,
        ENDED,
        fact("update.began_at", "instant"),
        rule("above", "disk.used.above = 90"),
        rule("at-least", "disk.used.at_least = 90"),
        rule("later", 'update.ended_at.later_than = "update.began_at"'),
    )
    same = "2026-11-22T02:00:00Z"
    assert night.say("02:00", disk__used=90, update__ended_at=same, update__began_at=same) == [
        "raised at-least"
    ]
    assert night.say("02:01", disk__used=91) == ["raised above"]
    assert night.say("02:02", update__ended_at="2026-11-22T02:00:00.000001Z") == ["raised later"]


@pytest.mark.law(10)
def test_law_10_an_instant_more_than_five_minutes_ahead_is_unknown_to_all_and_a_finding() -> None:
    night = Timeline(
        BACKUP,
        rule("newer", 'backup.made_at.newer_than = "24h"'),
        rule("none", 'none = [{ backup.made_at.older_than = "24h" }]'),
    )
    ahead = "2026-11-22T02:06:00Z"
    assert night.say("02:00", by="watch/here", backup__made_at=ahead) == ["raised clock-skew-pair"]
    assert (night.verdict("newer"), night.verdict("none")) == ("unknown", "unknown")
    assert night.passes("02:00:59.999999") == []
    assert sorted(night.passes("02:01")) == [
        "raised newer",
        "raised none",
        "resolved clock-skew-pair",
    ]


@pytest.mark.law(10)
def test_law_10_what_is_planned_may_lie_ahead_and_is_unknown_to_ages_until_it_comes() -> None:
    night = Timeline(
        fact("plan.at", "instant", source="watch", planned=True),
        rule("due", 'plan.at.older_than = "0s"'),
    )
    assert night.say("02:00", by="watch/here", plan__at="2026-11-22T03:00:00Z") == []
    assert night.verdict("due") == "unknown"
    assert night.passes("03:00") == ["raised due"]


# 11. `for`


@pytest.mark.law(11)
def test_law_11_for_ends_at_the_instant_and_false_begins_it_anew() -> None:
    night = Timeline(SIZE, rule("full", "disk.used.above = 90", 'for = "2m"'))
    night.say("02:00", disk__used=95)
    night.say("02:01", disk__used=10)
    night.say("02:01:30", disk__used=95)
    assert night.passes("02:03:29.999999") == []
    assert night.passes("02:03:30") == ["raised full"]


@pytest.mark.law(11)
def test_law_11_unknown_and_repeated_values_do_not_begin_it_anew() -> None:
    night = Timeline(SIZE, rule("full", "disk.used.above = 90", 'for = "2m"'))
    night.say("02:00", disk__used=95)
    night.say("02:00:30", disk__used=96)
    night.say("02:01", disk__used=None)
    assert night.say("02:01:30", disk__used=97) == []
    assert night.passes("02:02") == ["raised full"]


@pytest.mark.law(11)
def test_law_11_it_is_raised_only_while_true() -> None:
    night = Timeline(SIZE, rule("full", "disk.used.above = 90", 'for = "2m"'))
    night.say("02:00", disk__used=95)
    night.say("02:01", disk__used=None)
    assert night.passes("02:02:30") == []
    assert night.say("02:02:40", disk__used=95) == ["raised full"]


# 12. Snapshots and duplicates


@pytest.mark.law(12)
def test_law_12_a_snapshot_is_one_difference_and_nothing_more() -> None:
    night = Timeline(STORAGE, SIZE, UPDATE_ID, FAILED, rule("full", "disk.used.above = 90"))
    night.say("02:00", storage__state="failed", disk__used=95)
    assert night.snapshot("02:01", "storage", "update", storage__state="failed") == []
    assert night.open() == ["failed", "full"]
    assert night.snapshot("02:02", "storage", "disk", storage__state="failed") == [
        "unconfirmed full"
    ]


@pytest.mark.law(12)
def test_law_12_one_id_of_one_source_is_one_event() -> None:
    night = Timeline(STORAGE, FAILED)
    night.event(
        "02:00", FACTS_CHANGED, "pair/a", "oneview/one", id="7", facts={"storage.state": "healthy"}
    )
    again = night.event(
        "02:01", FACTS_CHANGED, "pair/a", "oneview/one", id="7", facts={"storage.state": "failed"}
    )
    assert again == []
    assert night.watch.counts["conflicting duplicates"] == 1
    other = night.event(
        "02:01", FACTS_CHANGED, "pair/a", "oneview/two", id="7", facts={"storage.state": "failed"}
    )
    assert other == ["raised failed"]


@pytest.mark.law(12)
def test_law_12_an_id_is_remembered_for_65536_events() -> None:
    watch = Watch(load(STORAGE, FAILED))
    time = clock("02:00")

    def say(number: int, state: str) -> list[str]:
        data = EventData(facts={"storage.state": state})
        event = Event(f"{number}", "oneview/one", FACTS_CHANGED, time, "pair/a", data)
        return [change.kind for change in watch.apply(event)]

    for number in range(65_536):
        say(number, "healthy")
    assert say(0, "failed") == []
    say(65_536, "healthy")
    assert say(1, "failed") == []
    assert say(0, "failed") == ["raised"]


@pytest.mark.law(12)
def test_law_12_the_events_of_all_sources_count_towards_the_window(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for place in ("rules.engine", "rules.duplicates", "oracle.reference_watch"):
        monkeypatch.setattr(f"{place}.DUPLICATE_WINDOW", 3)
    watch, reference = Watch(load(STORAGE, FAILED)), ReferenceWatch(load(STORAGE, FAILED))

    def say(source: str, identity: str, state: str) -> str:
        data = EventData(facts={"storage.state": state})
        event = Event(identity, source, FACTS_CHANGED, clock("02:00"), "pair/a", data)
        watch.apply(event)
        reference.apply(event)
        known = watch.value("pair/a", "storage.state")
        assert reference.value("pair/a", "storage.state") == known
        return str(known)

    assert say("oneview/one", "1", "healthy") == "healthy"
    assert say("oneview/two", "1", "failed") == "failed"
    assert say("oneview/two", "2", "failed") == "failed"
    assert say("oneview/one", "1", "healthy") == "failed"
    assert say("oneview/two", "3", "failed") == "failed"
    assert say("oneview/one", "1", "healthy") == "healthy"


# 13. Rules on the journal


@pytest.mark.law(13)
def test_law_13_a_finding_survives_a_reload_that_removes_its_rule() -> None:
    night = Timeline(STORAGE, FAILED)
    night.say("02:00", storage__state="failed")
    assert night.reload("02:01", STORAGE) == []
    assert night.open() == ["failed"]
    assert night.permission() == "no go"
    assert night.say("02:02", storage__state="healthy") == []
    assert night.open() == ["failed"]
    assert night.acknowledge("02:03", "failed") == ["acknowledged failed"]
    assert night.close("02:04", "failed") == ["closed failed"]
    assert night.open() == []


@pytest.mark.law(13)
def test_law_13_an_unchanged_rule_keeps_its_state_and_a_changed_one_begins_its_for_anew() -> None:
    kept = rule("kept", "disk.used.above = 90", 'for = "90s"')
    night = Timeline(SIZE, kept, rule("changed", "disk.used.above = 90", 'for = "90s"'))
    night.say("02:00", disk__used=95)
    night.reload("02:01", SIZE, kept, rule("changed", "disk.used.above = 91", 'for = "90s"'))
    assert night.passes("02:01:30") == ["raised kept"]
    assert night.passes("02:02:29") == []
    assert night.passes("02:02:30") == ["raised changed"]


@pytest.mark.law(13)
def test_law_13_a_changed_rule_keeps_its_latch_under_the_new_until() -> None:
    night = Timeline(
        STORAGE, SIZE, rule("r", 'storage.state = "failed"', "until = { disk.used.below = 50 }")
    )
    night.say("02:00", storage__state="failed", disk__used=80)
    changed = rule("r", 'storage.state = "failed"', "until = { disk.used.below = 20 }")
    assert night.reload("02:01", STORAGE, SIZE, changed) == []
    assert night.say("02:02", disk__used=40) == []
    assert night.say("02:03", disk__used=10) == ["resolved r"]


# 14. Pure


@pytest.mark.law(14)
def test_law_14_the_same_journal_gives_the_same_findings_however_time_is_cut() -> None:
    def told(stops: int) -> list[tuple[str, ...]]:
        night = Timeline(
            STORAGE, UPDATE_ID, BACKUP, LATCH, rule("old", 'backup.made_at.older_than = "1h"')
        )
        found: list[str] = []
        found += night.say(
            "02:00", by="watch/here", update__id="u1", backup__made_at="2026-11-22T01:30:00Z"
        )
        found += night.say("02:01", storage__state="failed")
        for minute in range(2, 2 + stops):
            found += night.passes(f"02:{minute:02}")
        found += night.confirm("02:40", "latch", "fixed")
        found += night.say("02:41", storage__state="healthy")
        times = [f"{each.rule.id} {each.raised_at}" for each in night.watch.findings()]
        return [tuple(found), tuple(times)]

    assert told(0) == told(37)


@pytest.mark.law(14)
def test_law_14_evidence_and_texts_are_frozen_when_a_finding_is_raised() -> None:
    night = Timeline(
        SIZE, rule("full", "disk.used.above = 90", then='impact = "{disk.used} of 100 are used"')
    )
    night.say("02:00", disk__used=95)
    night.say("02:01", disk__used=99)
    finding = night.finding("full")
    assert finding.impact == "95 of 100 are used"
    assert [each.value for each in finding.evidence()] == [95]
    assert night.watch.value("pair/a", "disk.used") == 99


# 15. Scope

BOARD = fact("board.full", "bool", scope="deployment")


@pytest.mark.law(15)
def test_law_15_a_rule_about_the_deployment_alone_is_raised_once_on_the_deployment() -> None:
    night = Timeline(BOARD, STORAGE, rule("full", "board.full = true"))
    for pair in ("pair/a", "pair/b"):
        night.say("02:00", subject=pair, by="watch/here", pair__deployment="north")
    assert night.say("02:01", subject="deployment/north", board__full=True) == ["raised full"]
    assert [each.subject for each in night.watch.findings()] == ["deployment/north"]


@pytest.mark.law(15)
def test_law_15_a_pair_sees_the_deployment_that_it_is_within() -> None:
    night = Timeline(BOARD, STORAGE, rule("both", 'board.full = true, storage.state = "failed"'))
    night.say("02:00", subject="deployment/north", board__full=True)
    assert night.say("02:00", storage__state="failed") == []
    assert night.say("02:01", by="watch/here", pair__deployment="north") == ["raised both"]
    assert night.say("02:02", by="watch/here", pair__deployment="south") == ["unconfirmed both"]


@pytest.mark.law(15)
def test_law_15_a_prohibition_with_a_scope_binds_every_pair_of_it() -> None:
    everywhere = 'forbid = [{ operation = "update", scope = "deployment" }]\n'
    night = Timeline(STORAGE, rule("failed", 'storage.state = "failed"', then=everywhere))
    for pair in ("pair/a", "pair/b"):
        night.say("02:00", subject=pair, by="watch/here", pair__deployment="north")
        night.say("02:00", subject=pair, storage__state="healthy")
    assert (night.permission("pair/a"), night.permission("pair/b")) == ("go", "go")
    night.say("02:01", storage__state="failed")
    assert (night.permission("pair/a"), night.permission("pair/b")) == ("no go", "no go")


@pytest.mark.law(15)
def test_law_15_what_is_suppressed_forbids_all_the_same() -> None:
    night = Timeline(
        STORAGE, FAILED, rule("worse", 'storage.state = "failed"', 'suppresses = ["failed"]')
    )
    night.say("02:00", storage__state="failed")
    assert night.open() == ["failed", "worse"]
    assert night.permission() == "no go"


# 16. Steps


@pytest.mark.law(16)
def test_law_16_a_step_is_ticked_while_its_condition_holds_and_not_sure_while_unknown() -> None:
    step = '[[rule.then.step]]\ndo = "Free some space"\ndone_when = { disk.used.below = 50 }\n'
    night = Timeline(STORAGE, SIZE, rule("r", 'storage.state = "failed"', then=step))
    night.say("02:00", storage__state="failed", disk__used=80)
    assert night.say("02:01", disk__used=40) == ["step_ticked r 1"]
    assert night.watch.steps(night.finding("r"))[0].status == "done"
    assert night.say("02:02", disk__used=60) == ["step_unticked r 1"]
    night.say("02:03", disk__used=None)
    assert night.watch.steps(night.finding("r"))[0].status == "not sure"


@pytest.mark.law(16)
def test_law_16_a_step_that_waits_is_not_ticked_before_its_time() -> None:
    step = (
        '[[rule.then.step]]\ndo = "Wait for the cluster"\ndone_when = { disk.used.below = 50 }\n'
        'wait = { from = "update.ended_at", at_least = "45m", at_most = "60m" }\n'
    )
    night = Timeline(STORAGE, SIZE, ENDED, rule("r", 'storage.state = "failed"', then=step))
    night.say("02:00", storage__state="failed", disk__used=40)
    (waiting,) = night.watch.steps(night.finding("r"))
    assert (waiting.waits, waiting.window, waiting.status == "done") == (True, None, False)
    night.say("02:00", update__ended_at="2026-11-22T01:58:00Z")
    (waiting,) = night.watch.steps(night.finding("r"))
    assert waiting.window is not None
    assert (waiting.window.earliest, waiting.window.latest) == (clock("02:43"), clock("02:58"))
    for minute in range(1, 43, 2):
        assert night.hear(f"02:{minute:02}") == []
    assert night.watch.steps(night.finding("r"))[0].status == "open"
    assert night.passes("02:43") == ["step_ticked r 1"]
    assert night.watch.steps(night.finding("r"))[0].status == "done"


# 17. Permission


@pytest.mark.law(17)
def test_law_17_only_what_is_definitely_not_forbidden_is_a_go() -> None:
    night = Timeline(STORAGE, SIZE, FAILED, rule("harmless", "disk.used.above = 90"))
    assert night.permission() == "cannot say"
    night.say("02:00", disk__used=10)
    assert night.permission() == "cannot say"
    night.say("02:01", storage__state="healthy")
    assert night.permission() == "go"
    night.say("02:02", storage__state="failed")
    assert night.permission() == "no go"
    night.lose("02:03")
    assert night.permission() == "no go"


@pytest.mark.law(17)
def test_law_17_a_source_that_is_lost_takes_the_go_away() -> None:
    night = Timeline(STORAGE, FAILED)
    night.say("02:00", storage__state="healthy")
    assert night.permission() == "go"
    night.lose("02:01")
    answer = night.watch.permission("update", "pair/a")
    assert answer.answer == "cannot say"
    assert [(blind.rule, blind.missing) for blind in answer.blind] == [
        ("failed", ("storage.state",))
    ]


# 18. Happenings are frozen

_REMEMBERED = "".join(
    fact(f"update.{one}.{time}", "version", source="watch", memory=True)
    for one in ("first", "second")
    for time in ("before", "after")
)
_STANDBY_FAILED = (
    UPDATE_ID
    + _REMEMBERED
    + fact("role.active", "text")
    + fact("version.active", "version")
    + fact("version.standby", "version")
    + rule(
        "standby-failed",
        'update.first.after.differs_from = "update.first.before", '
        'update.second.after.same_as = "update.second.before"',
        'occurrence = "update.id"',
        "until = { confirm.fixed = true }",
        then=FORBID + CONFIRM,
    )
)


def _update(night: Timeline, time: str, **said: str) -> list[str]:
    return night.say(time, by="watch/here", **said)


@pytest.mark.law(18)
def test_law_18_roles_that_swap_during_an_update_change_no_verdict() -> None:
    def outcome(*, roles_swap: bool) -> list[str]:
        night = Timeline(_STANDBY_FAILED)
        night.say("02:00", role__active="CN1", version__active="5.0", version__standby="5.0")
        _update(
            night,
            "02:00",
            update__id="u1",
            update__first__before="5.0",
            update__second__before="5.0",
        )
        found: list[str] = []
        if roles_swap:
            found += night.say(
                "02:20", role__active="CN2", version__active="5.0", version__standby="5.2"
            )
        else:
            found += night.say(
                "02:20", role__active="CN1", version__active="5.2", version__standby="5.0"
            )
        found += _update(night, "02:40", update__first__after="5.2", update__second__after="5.0")
        found += night.say(
            "02:50", role__active="CN1", version__active="5.2", version__standby="5.0"
        )
        return found

    assert outcome(roles_swap=False) == outcome(roles_swap=True) == ["raised standby-failed"]


@pytest.mark.law(18)
def test_law_18_what_tells_a_happening_from_the_next_is_replaced_and_never_cleared() -> None:
    undecided = rule("undecided", "update.id.known = true", 'occurrence = "update.id"', then=FORBID)
    night = Timeline(STORAGE, UPDATE_ID, fact("update.step", "text", memory=True), undecided)
    assert night.say("02:00", by="watch/here", update__id="u1") == ["raised undecided"]
    night.say("02:00", update__step="storage")
    assert night.say("02:01", by="watch/here", update__id=None) == []
    assert night.say("02:02", by="watch/here", update__id=["u2"]) == []
    assert night.permission() == "no go"
    assert night.watch.counts["occurrences that nothing replaces"] == 1
    assert night.watch.counts["unreadable values"] == 1
    assert night.say("02:03", by="watch/here", update__id="u2") == ["recurred undecided"]
    # What the new happening has nothing to say of yet is no word of the one before.
    night.say("02:04", update__step=None)
    assert night.watch.value("pair/a", "update.step") is None


@pytest.mark.law(18)
def test_law_18_no_snapshot_and_no_loss_takes_a_happening_away() -> None:
    night = Timeline(_STANDBY_FAILED)
    _update(
        night, "02:00", update__id="u1", update__first__before="5.0", update__second__before="5.0"
    )
    assert _update(night, "02:40", update__first__after="5.2", update__second__after="5.0") == [
        "raised standby-failed"
    ]
    gone = night.event("02:41", FACTS_SNAPSHOT, "pair/a", "watch/here", families=["update"])
    assert gone == []
    assert night.event("02:42", "watchkeeper.watch.started", "", "watch/here") == []
    assert night.verdict("standby-failed") == "true"
