"""A replay as the screen sees it: any place of a log, and the same there from whichever side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import durable_rules_engine
import pytest

from drivers.journal import Faults, merge_journals
from rules.engine import Watch
from rules.loader import load_rule_base
from rules.rule_base import RuleBase
from rules.urgency import by_urgency, covered_by
from rules.vocabulary import Event
from tui.session import commands
from tui.session.recorded_log import RecordedLog
from tui.session.replay import ReplaySession
from tui.session.snapshot import FindingKey, Snapshot

LOGS = Path("samples/logs")
UPDATE = LOGS / "U6-standby-fails.jsonl"
FAILED = FindingKey("update-standby-failed", "pair/LE-rack-a")


class Clock:
    """A clock that stands until it is moved, or goes on by a step whenever it is looked at."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.step = 0.0

    def __call__(self) -> float:
        self.seconds += self.step
        return self.seconds


def noon() -> datetime:
    return datetime(2026, 11, 23, 12, tzinfo=UTC)


@cache
def shipped_rules() -> RuleBase:
    return load_rule_base("rules/image_streamer")


Make = Callable[..., ReplaySession]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def replay(clock: Clock) -> Iterator[Make]:
    opened: list[RecordedLog] = []

    def make(*paths: Path, from_start: bool = False, read: bool = True) -> ReplaySession:
        log = RecordedLog([str(path) for path in paths], faults=Faults())
        opened.append(log)
        session = ReplaySession(
            log, shipped_rules(), clock=clock, wall=noon, operator="anna", from_start=from_start
        )
        if read:
            settle(session)
        return session

    yield make
    for log in opened:
        log.close()


def settle(session: ReplaySession) -> None:
    while session.work() == 0.0:
        pass


def after(session: ReplaySession, *orders: commands.Command) -> Snapshot:
    for order in orders:
        session.handle(order)
    settle(session)
    return session.snapshot()


def essence(snapshot: Snapshot) -> tuple[object, ...]:
    """All that depends on where in the log one is."""
    return (
        snapshot.time,
        snapshot.board,
        snapshot.findings,
        snapshot.forbidden,
        snapshot.detail,
        snapshot.sources,
        snapshot.blind_spots,
        snapshot.counts,
        snapshot.timeline_length,
    )


def test_shows_the_end_of_the_log_once_it_has_been_read(replay: Make) -> None:
    snapshot = replay(UPDATE).snapshot()

    assert snapshot.replay is not None
    assert (snapshot.replay.position, snapshot.replay.reading) == (243, None)
    assert "deployment-versions-differ" in {row.key.rule for row in snapshot.findings}


def test_pairs_show_roles_versions_clusters_and_what_is_open(replay: Make) -> None:
    snapshot = after(replay(UPDATE), commands.SeekTime(datetime(2026, 11, 22, 3, 0, tzinfo=UTC)))

    broken, sound = snapshot.board
    active, standby, management, _ = broken.cells
    assert (broken.name, broken.badge.text, broken.worst) == ("LE-rack-a", "primary", "critical")
    assert (active.label, active.text.text) == ("active", "5.20.01")
    assert (standby.label, standby.text.text) == ("standby", "5.00.02")
    assert (management.label, management.together) == ("mgmt", True)
    assert (broken.note, broken.wide_note) == ("update standby-failed", "standby-failed")
    assert "update" in broken.forbidden
    assert (sound.badge.text, sound.worst, sound.forbidden) == ("secondary", None, ())
    assert [cell.sign for cell in sound.cells] == ["good", "good", "good", "good"]


def test_going_back_shows_what_going_forward_showed(replay: Make) -> None:
    session = replay(UPDATE, from_start=True)
    places = range(0, 243, 27)
    forward = [essence(after(session, commands.SeekEvent(place))) for place in places]

    backward = [essence(after(session, commands.SeekEvent(place))) for place in reversed(places)]

    assert backward == forward[::-1]


def test_a_step_back_undoes_a_step_forward(replay: Make) -> None:
    session = replay(UPDATE)
    here = essence(after(session, commands.SeekEvent(100)))

    there = essence(after(session, commands.StepEvents(1)))
    back = essence(after(session, commands.StepEvents(-1)))

    assert (back, there != here) == (here, True)


def test_jumps_from_finding_to_finding_and_back(replay: Make) -> None:
    session = replay(UPDATE, from_start=True)
    seen = []
    for _ in range(3):
        snapshot = after(session, commands.SeekFinding())
        seen.append({row.key.rule for row in snapshot.findings})

    back = after(session, commands.SeekFinding(forward=False))

    wanted = ["update-running", "update-undecided", "update-standby-failed"]
    assert [rule in rules for rule, rules in zip(wanted, seen, strict=True)] == [True] * 3
    assert "update-undecided" in {row.key.rule for row in back.findings}


def test_a_finding_that_time_alone_brings_is_stood_at_to_the_instant(replay: Make) -> None:
    session = replay(UPDATE, from_start=True)
    for _ in range(4):
        snapshot = after(session, commands.SeekFinding())

    assert snapshot.time == datetime(2026, 11, 22, 3, 50, 2, 400000, tzinfo=UTC) or (
        snapshot.time is not None and "standby-lost" in {row.key.rule for row in snapshot.findings}
    )


def test_plays_at_the_pace_of_the_clock(replay: Make, clock: Clock) -> None:
    session = replay(UPDATE, from_start=True)
    session.handle(commands.SetSpeed(60))
    session.handle(commands.Play())
    clock.seconds = 10

    session.work()
    snapshot = session.snapshot()

    assert snapshot.time == datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
    assert snapshot.replay is not None
    assert snapshot.replay.playing


def test_as_fast_as_it_goes_plays_to_the_end_and_stops_there(replay: Make) -> None:
    snapshot = after(replay(UPDATE, from_start=True), commands.SetSpeed(0), commands.Play())

    assert snapshot.replay is not None
    assert (snapshot.replay.position, snapshot.replay.playing) == (243, False)


def test_playing_at_the_end_begins_anew(replay: Make) -> None:
    session = replay(UPDATE)
    session.handle(commands.Play())
    session.work()

    state = session.snapshot().replay
    assert state is not None
    assert (state.playing, state.position < 10) == (True, True)


def test_the_bar_marks_where_findings_were_raised_and_resolved(replay: Make) -> None:
    state = replay(UPDATE).snapshot().replay

    assert state is not None
    assert {5, 3, 1} <= set(state.marks) <= {0, 1, 2, 3, 4, 5}


def test_what_operators_do_changes_what_follows_and_is_kept_in_memory(
    replay: Make, tmp_path: Path
) -> None:
    copy = tmp_path / "log.jsonl"
    copy.write_bytes(UPDATE.read_bytes())
    session = replay(copy)
    at = after(session, commands.SeekTime(datetime(2026, 11, 22, 3, 0, tzinfo=UTC)))
    assert at.detail is not None
    acknowledged = after(session, commands.Acknowledge(FAILED, "on it"))

    later = after(session, commands.StepEvents(5))
    earlier = after(session, commands.StepEvents(-20))
    again = after(session, commands.StepEvents(20))

    def note(snapshot: Snapshot) -> str:
        row = next(row for row in snapshot.findings if row.key == FAILED)
        return row.acknowledged.text if row.acknowledged else ""

    assert (note(acknowledged), note(later), note(again)) == ("on it", "on it", "on it")
    assert earlier.read_only
    assert copy.read_bytes() == UPDATE.read_bytes()


def test_closing_by_hand_takes_a_finding_from_all_that_follows(replay: Make) -> None:
    session = replay(UPDATE)
    after(session, commands.SeekTime(datetime(2026, 11, 22, 3, 0, tzinfo=UTC)))

    after(session, commands.CloseFinding(FAILED, "an exercise"))
    end = after(session, commands.SeekTime(datetime(2026, 11, 22, 4, 0, tzinfo=UTC)))

    assert FAILED not in {row.key for row in end.findings}


def test_what_if_shows_what_would_be_and_records_nothing(replay: Make) -> None:
    session = replay(UPDATE)
    real = essence(session.snapshot())

    supposed = after(session, commands.Suppose("pair/LE-rack-b", "cluster.storage", "failed"))
    refused = after(session, commands.Acknowledge(FAILED))
    ended = after(session, commands.EndWhatIf())

    assert supposed.what_if is not None
    assert supposed.what_if.raised
    assert supposed.what_if.forbidden
    assert refused.said is not None
    assert refused.said.failed
    assert (essence(ended), ended.what_if) == (real, None)


@pytest.mark.parametrize(
    ("fact", "text", "said"),
    [
        ("cluster.storage", "broken", "must be one of healthy, degraded, failed"),
        ("update.outcome", "none", "is concluded from other facts"),
        ("pair.members", "many", "must be a whole number"),
        ("no.such", "1", "there is no fact"),
    ],
)
def test_a_supposition_that_cannot_be_says_what_would_be_right(
    replay: Make, fact: str, text: str, said: str
) -> None:
    snapshot = after(replay(UPDATE), commands.Suppose("pair/LE-rack-a", fact, text))

    assert snapshot.said is not None
    assert said in snapshot.said.text


def test_time_can_be_supposed_to_pass_without_anybody_being_lost(replay: Make) -> None:
    session = replay(UPDATE)
    after(session, commands.SeekTime(datetime(2026, 11, 22, 3, 0, tzinfo=UTC)))

    snapshot = after(session, commands.SupposeLater(3600))

    assert snapshot.what_if is not None
    assert "standby-lost" in {row.key.rule for row in snapshot.what_if.raised}
    assert {row.condition for row in snapshot.sources} == {"replayed"}


def test_explains_a_rule_that_holds_and_one_that_does_not(replay: Make) -> None:
    session = replay(UPDATE)
    after(session, commands.SeekTime(datetime(2026, 11, 22, 3, 0, tzinfo=UTC)))

    holds = after(session, commands.Explain(*FAILED)).explained
    fails = after(session, commands.Explain("update-storage-failed", "pair/LE-rack-a")).explained

    assert holds is not None
    assert holds.truth == 1
    assert holds.until is not None
    assert fails is not None
    assert fails.truth == 0
    assert fails.when.smallest.requirements


def test_facts_of_a_lost_source_are_shown_as_last_known(replay: Make) -> None:
    snapshot = replay(LOGS / "W4-lost-until-the-end.jsonl").snapshot()

    row = snapshot.board[0]
    active = row.cells[0]
    assert (row.condition, active.text.standing, active.sign) == ("lost", "last known", "unknown")
    assert active.text.text


def test_evidence_leads_to_the_line_of_the_event_that_set_it(replay: Make) -> None:
    snapshot = after(replay(UPDATE), commands.SeekTime(datetime(2026, 11, 22, 3, 0, tzinfo=UTC)))
    assert snapshot.detail is not None
    assert snapshot.replay is not None
    for evidence in snapshot.detail.evidence:
        if evidence.then.event and evidence.then.time:
            line = snapshot.timeline.find_event(
                evidence.then.event, evidence.then.time, snapshot.timeline_length
            )
            assert line is not None
            shown = snapshot.timeline.line(line)
            assert shown is not None
            assert shown.event == evidence.then.event


def test_the_timeline_tells_events_and_findings_in_one_order(replay: Make) -> None:
    snapshot = replay(UPDATE).snapshot()

    lines = snapshot.timeline.lines(0, snapshot.timeline_length)

    assert [line.number for line in lines] == list(range(len(lines)))
    assert [line.time for line in lines] == sorted(line.time for line in lines)
    kinds = [line.kind for line in lines]
    assert (kinds.count("event"), kinds.count("raised") >= 7) == (31, True)


@pytest.mark.parametrize("path", sorted(LOGS.glob("*.jsonl")), ids=lambda path: path.stem)
def test_every_sample_ends_as_the_engine_alone_says(replay: Make, path: Path) -> None:
    watch = Watch(shipped_rules())
    for batch in merge_journals([path], faults=Faults()):
        for event, line in batch:
            watch.apply(event, line)

    snapshot = replay(path).snapshot()

    assert [row.key for row in snapshot.findings] == [
        (finding.rule.id, finding.subject)
        for finding in by_urgency(watch.findings(), covered_by(watch.words, watch.findings()))
    ]


def test_an_event_that_comes_twice_counts_once_also_on_the_way_back(
    replay: Make, tmp_path: Path
) -> None:
    lines = UPDATE.read_bytes().splitlines(keepends=True)
    log = tmp_path / "twice.jsonl"
    log.write_bytes(b"".join(line for one in lines for line in (one, one)))
    session = replay(log)
    end = essence(session.snapshot())

    after(session, commands.SeekEvent(40))
    again = essence(after(session, commands.SeekEvent(486)))
    there_and_back = essence(after(session, commands.StepEvents(-1), commands.StepEvents(1)))

    assert again == there_and_back == end


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"nonsense\n{}\n", UPDATE.read_bytes()[:700], b"\xff\xfe\x00" * 50]
)
def test_a_log_that_says_little_or_nothing_is_shown_for_what_it_is(
    replay: Make, tmp_path: Path, content: bytes
) -> None:
    log = tmp_path / "poor.jsonl"
    log.write_bytes(content)
    session = replay(log)

    for order in (
        commands.Play(),
        commands.StepEvents(1),
        commands.StepEvents(-1),
        commands.SeekFinding(),
        commands.SeekTime(noon()),
        commands.Acknowledge(FAILED),
    ):
        snapshot = after(session, order)

    assert snapshot.findings == ()


def test_the_first_step_back_from_the_end_need_not_judge_half_the_log_again(
    replay: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.session.keyframes._NARROWEST", 300)
    session = replay(LOGS / "long-night.jsonl")
    at_end = session.snapshot().replay
    assert at_end is not None
    again: list[int] = []
    between = RecordedLog.between

    def counted(log: RecordedLog, start: int, stop: int) -> Iterator[tuple[bytes, Event]]:
        again.append(stop - start)
        return between(log, start, stop)

    monkeypatch.setattr(RecordedLog, "between", counted)
    session.handle(commands.StepEvents(-1))

    here = session.snapshot().replay
    assert here is not None
    assert here.position == at_end.events - 1
    assert sum(again) <= 80


def test_what_the_board_remembers_is_what_it_would_say_anew(replay: Make) -> None:
    session = replay(UPDATE, from_start=True)
    for place in range(0, 243, 48):
        known = after(session, commands.SeekEvent(place)).board
        anew = after(replay(UPDATE, from_start=True), commands.SeekEvent(place)).board
        assert known == anew


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every place is far: no copies on the way, and few events at a time."""
    monkeypatch.setattr("tui.session.keyframes._NARROWEST", 100_000)
    monkeypatch.setattr("tui.session.run._CHUNK", 8)


def the_way(session: ReplaySession, *orders: commands.Command) -> list[float]:
    """The shares of the way that are told until the session stands still."""
    for order in orders:
        session.handle(order)
    told = []
    while (state := session.snapshot().replay) is not None and state.going is not None:
        told.append(state.going)
        session.work()
    return told


@pytest.mark.usefixtures("far")
def test_a_far_jump_tells_how_far_it_has_come_and_ends_where_a_near_one_does(
    replay: Make, clock: Clock
) -> None:
    wanted = commands.SeekTime(datetime(2026, 11, 22, 4, 30, tzinfo=UTC))
    near = after(replay(UPDATE), wanted)
    clock.step = 0.02
    session = replay(UPDATE)
    at_the_end = essence(session.snapshot())

    session.handle(wanted)
    assert essence(session.snapshot()) == at_the_end
    told = the_way(session)

    assert len(told) > 5
    assert told == sorted(told)
    assert 0.0 < told[-1] < 1.0
    assert essence(session.snapshot()) == essence(near)


@pytest.mark.usefixtures("far")
def test_keys_pressed_on_the_way_count_from_where_it_leads(replay: Make, clock: Clock) -> None:
    clock.step = 0.02
    session = replay(UPDATE)

    on_the_way = the_way(session, commands.SeekEvent(150), commands.StepEvents(3))
    state = session.snapshot().replay
    assert on_the_way
    assert state is not None
    assert state.position == 153

    session.handle(commands.SeekEvent(110))
    session.handle(commands.Acknowledge(FAILED))
    snapshot = session.snapshot()
    assert snapshot.replay is not None
    assert (snapshot.replay.position, snapshot.replay.going) == (110, None)
    assert next(row for row in snapshot.findings if row.key == FAILED).acknowledged is not None


@pytest.mark.usefixtures("far")
def test_what_was_shown_stays_while_changed_rules_judge_up_to_there(
    replay: Make, clock: Clock
) -> None:
    clock.step = 0.02
    session = replay(UPDATE)
    the_way(session, commands.SeekEvent(150))
    shown = essence(session.snapshot())

    session.use_rules(shipped_rules())
    assert essence(session.snapshot())[:5] == shown[:5]
    assert the_way(session)
    assert essence(session.snapshot())[:5] == shown[:5]
    assert session.snapshot().replay is not None


def test_rules_that_are_read_again_leave_no_memory_of_those_before(
    replay: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: set[int] = set()
    create = durable_rules_engine.create_ruleset
    delete = durable_rules_engine.delete_ruleset

    def noted_create(name: str, text: str) -> int:
        handle: int = create(name, text)
        held.add(handle)
        return handle

    def noted_delete(handle: int) -> None:
        held.discard(handle)
        delete(handle)

    monkeypatch.setattr(durable_rules_engine, "create_ruleset", noted_create)
    monkeypatch.setattr(durable_rules_engine, "delete_ruleset", noted_delete)
    session = replay(UPDATE)
    sizes = []
    for _ in range(3):
        session.use_rules(load_rule_base("rules/image_streamer"))
        while session.work() == 0:
            pass
        sizes.append(len(held))

    assert sizes[0] > 0
    assert len(set(sizes)) == 1
