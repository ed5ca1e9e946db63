"""A whole watch over simulated appliances: poller, recorder, journal and rules, in one process."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from live_watch import DEPLOYMENT, LiveWatch
from sample_logs import RULES
from simulated import Simulated

from drivers.journal import Faults, read_events
from drivers.live.pace import Intervals
from drivers.oneview.memory import recall
from drivers.recorder.recorder import Recorder
from drivers.recorder.rotation import Limits
from drivers.recorder.waiting import Waiting
from rules.engine import Watch
from rules.finding import Change
from rules.loader import load_rule_base
from rules.rule_base import RuleBase
from rules.values import read_duration
from rules.vocabulary import Event
from tui.recording.judge import JournalJudge, knowing, said_by

SHIPPED: RuleBase = load_rule_base(RULES)
UNHURRIED = Intervals(usual=60.0, during_update=30.0)
MARKS = {"raised": "+", "resolved": "-", "closed": "-"}
SOURCES = (DEPLOYMENT.oneview, DEPLOYMENT.image_streamer)


class WritingJudge(JournalJudge):
    """A judge that writes down what changes, as a report would."""

    def __init__(self, path: Path, rule_base: RuleBase = SHIPPED) -> None:
        super().__init__(path, rule_base)
        self.told: list[bytes] = []
        self.raised: list[str] = []
        self.changes: list[tuple[datetime, str]] = []
        """When what was raised (`+ rule subject`) and what ended (`- …`)."""
        watch, apply, advance = self.watch, self.watch.apply, self.watch.advance

        def applied(event: Event, line: bytes = b"") -> Sequence[Change]:
            return self._note(apply(event, line))

        watch.apply = applied  # type: ignore[method-assign]
        watch.advance = lambda to: self._note(advance(to))  # type: ignore[method-assign]

    def _note(self, changes: Sequence[Change]) -> Sequence[Change]:
        self.told += [change_line(change) for change in changes]
        self.changes += [
            (change.time, f"{MARKS[change.kind]} {change.finding.rule.id} {change.finding.subject}")
            for change in changes
            if change.kind in MARKS
        ]
        self.raised += [
            f"{change.finding.rule.id} {change.finding.subject}"
            for change in changes
            if change.kind == "raised"
        ]
        return changes


class RecordedWatch:
    """Runs as `watchkeeper record` does, on simulated time."""

    def __init__(self, simulated: Simulated, journal: Path, **options: Any) -> None:
        self.simulated = simulated
        self.journal = journal
        self.said: list[tuple[str, bool]] = []
        self.given: list[str] = []
        """The events that the recorder was given, by their names."""
        self._limits = options.pop("limits", Limits())
        self._waiting: Waiting | None = options.pop("waiting", None)
        self.live = LiveWatch(simulated, **{"intervals": UNHURRIED, **options})
        self.judge: WritingJudge
        self.recorder: Recorder
        self.start()

    def start(self) -> None:
        """Begin, or begin again after a crash."""
        self.judge = WritingJudge(self.journal)
        self.recorder = Recorder(
            self.journal,
            self.judge,
            host="test",
            wall=self.simulated.clock.now,
            tell=lambda text, failed: self.said.append((text, failed)),
            limits=self._limits,
            waiting=self._waiting,
        )
        self.recorder.open(SHIPPED.hash, SHIPPED.texts, "started")
        remembered = recall(said_by(self.judge.watch, SOURCES), SOURCES)
        self.live.poller = self.live.new_poller(remembered)
        self.recorder.on_loss = self.live.poller.say_everything_again

    async def run(self, duration: str | timedelta) -> None:
        """Poll and record for so long."""
        span = read_duration(duration) if isinstance(duration, str) else duration
        until = self.simulated.clock.now() + span
        while True:
            polled = await self.live.poller.poll()
            self.given += [event.id for event in polled.events]
            self.recorder.record(polled.events, polled.heard)
            self.recorder.maintain()
            if not self.recorder.trouble:
                # What time alone brings is told without waiting for the next event.
                self.judge.watch.advance(self.simulated.clock.now())
            left = until - self.simulated.clock.now()
            if left <= timedelta(0):
                return
            self.simulated.wait(min(timedelta(seconds=max(polled.wait, 0.1)), left))

    def crash(self) -> None:
        """End without any farewell."""
        self.recorder._locks.close()
        self.judge.close()

    async def stop(self) -> None:
        """End as it should."""
        await self.live.poller.close()
        self.recorder.close("stopped")


def untrue(watch: RecordedWatch) -> list[str]:
    """What the watch says at the end that is not true."""
    said = watch.live.poller.remembered.said
    return [
        f"{subject} {fact}: said {said.get(subject, {}).get(fact)!r}, and true is {true!r}"
        for subject, facts in watch.simulated.truth().items()
        for fact, true in facts.items()
        if (heard := said.get(subject, {}).get(fact)) != true and not may_be_old(watch, fact, heard)
    ]


def may_be_old(watch: RecordedWatch, fact: str, heard: object) -> bool:
    """Whether the fact cannot be known, or only as it was when it could last be read."""
    if fact == "cluster.management" and heard is None:
        return True
    site = watch.simulated.site
    blind = site.silence or site.api_minimum > 4600 or site.sessions.password != "simulated-harbour"
    if blind:
        return True
    if fact.partition(".")[0] in ("artifacts", "replication", "backup", "volumes"):
        pairs = site.pairs.values()
        return any(pair.silence or pair.busy or not pair.accepts_token for pair in pairs)
    return False


def replayed(*journals: Path, kept: bool = True) -> tuple[list[bytes], Watch]:
    """What a replay of journals tells, and the watch at its end."""
    watch = Watch(SHIPPED, kept=knowing(SHIPPED, None) if kept else None)
    faults = Faults()
    told: list[bytes] = []
    for journal in journals:
        for event, line in read_events(journal, faults=faults):
            told += [change_line(change) for change in watch.apply(event, line)]
    assert faults.total == 0, faults.first
    return told, watch


def change_line(change: Change) -> bytes:
    """All that there is to tell of a change."""
    finding = change.finding
    return msgspec.json.encode(
        [
            change.kind,
            change.time,
            finding.rule.id,
            finding.subject,
            finding.title,
            finding.impact,
            finding.evidence(),
            finding.conclusions(),
            finding.occurrence,
            finding.raised_at,
            finding.resolved_at,
            change.event.id if change.event else None,
            change.step,
        ]
    )
