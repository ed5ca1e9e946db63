"""A session over recorded logs: any place of them can be gone to."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from drivers.journal import JournalError
from rules.engine import BEGINNING, Watch
from rules.finding import Change
from rules.rule_base import RuleBase
from rules.vocabulary import Event
from tui.session import commands
from tui.session.journey import Journey
from tui.session.keyframes import Keyframes
from tui.session.marks import Marks
from tui.session.recorded_log import RecordedLog
from tui.session.rule_files import RuleFiles
from tui.session.run import AddedEvents, KeptRules, Run, time_before, write_entries
from tui.session.session import Session
from tui.session.snapshot import ReplayState, Snapshot
from tui.session.timeline import Entry, Timeline, microseconds, moment
from tui.session.way_back import WayBack

SLICE: Final = 0.03
"""Seconds of work between two looks at what the operator wants."""
DEFAULT_SPEED: Final = 60.0
SPEEDS: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0, 0.0)
"""From real time to as fast as it goes."""
FASTEST: Final = 0.0
_PLAY_EVERY: Final = 0.125


class ReplaySession(Session):
    """Plays recorded logs. They are read and judged once, in slices, from beginning to end; what
    is shown goes along until the operator goes somewhere else."""

    kind = "replay"

    def __init__(
        self,
        log: RecordedLog,
        rule_base: RuleBase,
        *,
        clock: Callable[[], float],
        wall: Callable[[], datetime],
        rule_files: RuleFiles | None = None,
        operator: str = "",
        from_start: bool = False,
        kept: KeptRules | None = None,
    ) -> None:
        """Play a log that has been opened and not yet read."""
        super().__init__(
            rule_base, clock=clock, wall=wall, rule_files=rule_files, operator=operator
        )
        self._log = log
        self.faults = log.faults
        self._title = ", ".join(map(_name, log.paths))
        self._added = AddedEvents()
        self._repeated: set[int] = set()
        self._kept = kept
        self._judging = Run(Watch(rule_base, kept=kept), self._log, self._added, kept)
        self._keyframes = Keyframes(self._judging.copy())
        self._timeline = Timeline(self._log)
        self._reader: Run | None = self._judging.copy() if from_start else None
        """Where the operator is; None: where judging has come to."""
        self._speed = DEFAULT_SPEED
        self._anchor: tuple[float, datetime] | None = None
        """While playing: the clock and the journal's time from which the pace is counted."""
        self._marks = Marks()
        self._way_back: WayBack | None = None
        self._journey: Journey | None = None
        """The way to where the operator wants to be, as long as it takes."""
        self._until_there: Run | None = None
        """Where the operator was, where the way there begins anew."""
        self._shown: Snapshot | None = None
        """What stands on the screen until the operator is there; None where more was asked."""

    # The base's questions

    @property
    def title(self) -> str:
        """The names of the logs."""
        return self._title

    @property
    def read_only(self) -> str:
        """Recorded logs are never written."""
        return "recorded logs are not written: kept in memory until you leave"

    def watch(self) -> Watch:
        """The watch where the operator is."""
        return self._here.watch

    def timeline(self) -> tuple[Timeline, int]:
        """All that has been judged, and how much of it is past."""
        here = self._here
        return self._timeline, self._timeline.length(here.position, here.watch.now)

    @property
    def _here(self) -> Run:
        return self._until_there or self._reader or self._judging

    @property
    def _judged(self) -> bool:
        return self._log.complete and self._judging.position == len(self._log)

    def replay_state(self) -> ReplayState:
        """Where the replay stands."""
        events, here = len(self._log), self._here
        share: float | None = None
        if not self._log.complete:
            share = self._log.share_read
        elif not self._judged:
            share = self._judging.position / events
        return ReplayState(
            position=here.position,
            events=events,
            reading=share,
            start=moment(self._log.time(0)) if events else None,
            end=self._end(),
            time=here.now,
            speed=self._speed,
            playing=self._anchor is not None,
            marks=self._bar(),
            going=self._journey.share if self._journey else None,
        )

    def handle(self, command: commands.Command) -> None:
        """Do what the screen asks."""
        if not isinstance(command, commands.Pace):
            self._shown = None
        super().handle(command)

    def snapshot(self) -> Snapshot:
        """The watch as it stands; on the way to another place what was shown before, with how far
        the way has been gone: to look at all of it again and again would take as long as to go."""
        if self._journey is None or self._shown is None:
            self._shown = super().snapshot()
            return self._shown
        self._number += 1
        self.changed = False
        before = self._shown.replay or self.replay_state()
        state = replace(self.replay_state(), position=before.position, time=before.time)
        return replace(self._shown, number=self._number, replay=state, said=self.said)

    # Work

    def work(self) -> float | None:
        """Read and judge a little, and play."""
        self.look_at_rules()
        until = self._clock() + SLICE
        wanted: list[float] = []
        if self._journey is not None:
            self._travel(until)
            wanted.append(0.0)
        elif self._anchor is not None:
            wanted.append(self._play(until))
        if not self._judged:
            self._judge_more(until)
            wanted.append(0.0)
        elif self._journey is None and self._reader is None and not self._prepare_way_back(until):
            wanted.append(0.0)
        wanted.append(1.0 if self._rule_files else 60.0)
        return min(wanted)

    def _prepare_way_back(self, until: float) -> bool:
        """Prepare a little of it; return whether all is ready."""
        if self._way_back is None:
            end = len(self._log)
            before_end = time_before(self._log, end - 1) if end else None
            self._way_back = WayBack(self._keyframes, end, before_end or BEGINNING)
        self._way_back.prepare(self._repeated, lambda: self._clock() >= until)
        return self._way_back.ready

    def _judge_more(self, until: float) -> None:
        self.changed = True
        self._way_back = None

        def enough() -> bool:
            return self._clock() >= until

        while not self._judged:
            if self._judging.position == len(self._log):
                try:
                    self._log.read_more()
                except JournalError as error:
                    self._log.complete = True
                    self.say(str(error), failed=True)
                continue
            to = min(len(self._log), max(self._keyframes.next_position, self._judging.position + 1))
            self._judging.forward(
                to, repeated=self._repeated, report=self._write_entries, enough=enough
            )
            if self._judging.position >= self._keyframes.next_position and self._judging.whole:
                self._keyframes.add(self._judging)
            if enough():
                break

    def _write_entries(
        self, changes: Sequence[Change], said: Sequence[Entry], before: int, behind: int
    ) -> None:
        write_entries(self._timeline, changes, said, before, behind)

    def _play(self, until: float) -> float:
        assert self._anchor is not None
        self.changed = True
        here = self._own_place()
        if self._speed == FASTEST:
            here.forward(
                len(self._log), repeated=self._repeated, enough=lambda: self._clock() >= until
            )
            wait = 0.0
        else:
            began, time = self._anchor
            target = time + timedelta(seconds=(self._clock() - began) * self._speed)
            last = self._end()
            if last is not None:
                target = min(target, last)
            here.forward(
                self._log.position_at(target),
                repeated=self._repeated,
                enough=lambda: self._clock() >= until,
            )
            behind = here.position < self._log.position_at(target)
            if not behind:
                here.pass_time(max(target, here.watch.now))
            wait = 0.0 if behind else _PLAY_EVERY
        if self._log.complete and here.position == len(self._log):
            self._anchor = None
        return wait

    # Going somewhere

    def handle_pace(self, command: commands.Command) -> None:
        """Play, pause, step, seek."""
        match command:
            case commands.PlayOrPause():
                playing = self._anchor is not None
                self.handle_pace(commands.Pause() if playing else commands.Play())
            case commands.ChangeSpeed(by):
                place = SPEEDS.index(self._speed if self._speed in SPEEDS else DEFAULT_SPEED)
                speed = SPEEDS[max(0, min(len(SPEEDS) - 1, place + by))]
                self.handle_pace(commands.SetSpeed(speed))
            case commands.Play():
                if self._log.complete and self._place[0] == len(self._log):
                    self._go(0, BEGINNING)
                self._own_place()
                self._set_anchor()
            case commands.Pause():
                self._anchor = None
            case commands.SetSpeed(speed):
                self._speed = max(0.0, min(1e6, speed))
                if self._anchor is not None:
                    self._set_anchor()
            case commands.StepEvents(count):
                self._anchor = None
                self._step(count)
            case commands.SeekTime(time):
                if len(self._log):
                    time = min(max(time, moment(self._log.time(0))), self._end() or time)
                    self._go(self._log.position_at(time), time)
            case commands.SeekEvent(position):
                position = max(0, min(len(self._log), position))
                self._go(position, time_before(self._log, position) or BEGINNING)
            case commands.SeekFinding(forward):
                self._anchor = None
                self._seek_finding(forward=forward)

    def _set_anchor(self) -> None:
        first = moment(self._log.time(0)) if len(self._log) else None
        start = self._journey.time if self._journey else self._here.now or first
        self._anchor = (self._clock(), start) if start is not None else None

    def _own_place(self) -> Run:
        """Where the operator is, apart from where judging has come to."""
        if self._reader is None:
            self._reader = self._judging.copy()
        return self._reader

    def _step(self, count: int) -> None:
        place, now = self._place
        position = place + count
        last = time_before(self._log, place)
        if count < 0 and last is not None and now > last:
            position += 1
        position = max(0, min(len(self._log), position))
        self._go(position, time_before(self._log, position) or BEGINNING)

    def _seek_finding(self, *, forward: bool) -> None:
        here = self._place
        entries = self._timeline.entries
        raised = [entry for entry in entries if entry.kind == "raised"]
        if forward:
            found = next((one for one in raised if (one.after, one.time) > here), None)
        else:
            earlier = [one for one in raised if (one.after, one.time) < here]
            found = earlier[-1] if earlier else None
        if found is None:
            where, state = ("later" if forward else "earlier"), self.replay_state()
            reading = forward and state.reading is not None
            rest = " as far as the log has been read" if reading else ""
            self.say(f"No finding was raised {where}{rest}", failed=True)
        else:
            self._go(found.after, found.time)

    def _go(self, position: int, time: datetime) -> None:
        """Stand where so many events have been applied and it is that time."""
        self._journey = self._until_there = None
        if self._anchor is not None:
            self._anchor = (self._clock(), max(time, moment(self._log.time(0))))
        at_end = position == len(self._log) and time <= self._judging.watch.now
        if at_end and self._judging.position == position:
            self._reader = None
            return
        here, lay = self._here, None
        if here.place > (position, time) or here is self._judging:
            here, lay = self._keyframes.before(position, time), self._keyframes
        self._journey = Journey(here, position, time, repeated=self._repeated, lay=lay)
        self._travel(self._clock() + SLICE)

    @property
    def _place(self) -> tuple[int, datetime]:
        """Where the operator is, or is on the way to."""
        return self._journey.place if self._journey else self._here.place

    def _travel(self, until: float) -> None:
        """Go on to where the operator wants to be; what is shown changes on arrival."""
        assert self._journey is not None
        self.changed = True
        if self._journey.go(lambda: self._clock() >= until):
            self._reader, self._journey, self._until_there = self._journey.run, None, None
            if self._anchor is not None:
                self._anchor = (self._clock(), self._anchor[1])

    def _arrive(self) -> None:
        """Go the rest of the way at once: something is to be done where it leads."""
        if self._journey is not None:
            self._travel(math.inf)

    # Changing the course

    def event_time(self) -> datetime:
        """An operator's event happens when the replay says that it is."""
        self._arrive()
        return self._here.now or moment(self._log.time(0) if len(self._log) else 0)

    def record(self, event: Event) -> None:
        """Keep an operator's event in memory; what follows is judged anew from here."""
        self._arrive()
        here = self._here
        if here.now is None:
            self.say("Nothing has happened yet at this place of the log", failed=True)
            return
        if here is self._judging:
            here = self._reader = here.copy()
        position, time = here.place
        kept = self._timeline.entries_until(position, time)
        timeline = Timeline(self._log)
        for entry in self._timeline.entries[:kept]:
            timeline.add(entry)
        self._timeline = timeline
        self._keyframes.forget_behind(position, time)
        here.say(event, self._write_entries)
        self._judging = here.copy()
        self._marks = Marks()
        self.say("Kept in memory: a recorded log is not written")

    def use_rules(self, rule_base: RuleBase) -> None:
        """Judge the whole log by other rules, and stay where the operator is."""
        position, time = self._place
        stayed, shown = self._reader is not None or self._journey is not None, self._here
        self._repeated.clear()
        # Rules that somebody is writing judge all of the log, whatever it was recorded under.
        self._kept = None
        self._judging.watch.close()
        self._judging = Run(Watch(rule_base), self._log, self._added)
        self._keyframes = Keyframes(self._judging.copy())
        self._timeline = Timeline(self._log)
        self._reader, self._journey = None, None
        self._marks = Marks()
        if stayed:
            self._reader, self._until_there = self._keyframes.before(0, BEGINNING), shown
            self._journey = Journey(self._reader, position, time, repeated=set())
            self._travel(self._clock() + SLICE)

    # The bar

    def _end(self) -> datetime | None:
        events = len(self._log)
        if not events:
            return None
        last = moment(self._log.time(events - 1))
        return max(last, self._judging.watch.now) if self._judged else last

    def _bar(self) -> tuple[int, ...]:
        """What happened in each part of the time."""
        end = self._end()
        if end is None:
            return ()
        entries = self._timeline.entries
        return self._marks.between(self._log.time(0), microseconds(end), entries)

    async def close(self) -> None:
        """Give the lines' file back."""
        self._log.close()


def _name(path: str) -> str:
    if path == "-":
        return "standard input"
    name = Path(path).name
    for suffix in (".gz", ".zst", ".jsonl"):
        name = name.removesuffix(suffix)
    return name
