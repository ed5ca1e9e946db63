"""What every kind of session does: it answers what the screen asks and says how things stand."""

from __future__ import annotations

import getpass
import secrets
from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from drivers.journal import Faults
from rules.built_in import own_rules
from rules.engine import BEGINNING, Watch
from rules.rule_base import RuleBase
from rules.situation import blind_spots
from rules.urgency import by_urgency, covered_by
from rules.vocabulary import (
    FINDING_ACKNOWLEDGED,
    FINDING_CLOSED,
    NOTE_WRITTEN,
    STEP_CONFIRMED,
    Event,
    EventData,
)
from tui.phrases import say_count
from tui.session import commands
from tui.session.board import BoardMemory, board_rows
from tui.session.rows import (
    explained,
    facts_of,
    finding_detail,
    finding_rows,
    key_of,
    prohibitions,
)
from tui.session.rule_files import RuleFiles
from tui.session.snapshot import (
    Explained,
    Facts,
    FindingKey,
    ReplayState,
    Said,
    SessionKind,
    Snapshot,
    Supposition,
    Unrecorded,
    WhatIf,
)
from tui.session.sources import source_rows
from tui.session.suppose import read_supposition, supposed_watch
from tui.session.timeline import Timeline
from tui.session.unverified import unverified_in

_RULES_EVERY: Final = 1.0
"""Seconds between two looks at the rule files."""
_KEPT_SAID: Final = 64
_LONGEST_SUPPOSED: Final = 400 * 86_400.0


def login_name() -> str:
    """The name under which this operator's events are written, unless another one is set."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


class Session(ABC):
    """One watch and what is looked at on it. All methods are called by one thread.

    `clock` gives seconds since any time, `wall` the time of day: both are asked and never waited
    for, so that a test can be the clock.
    """

    kind: SessionKind

    def __init__(
        self,
        rule_base: RuleBase,
        *,
        clock: Callable[[], float],
        wall: Callable[[], datetime],
        rule_files: RuleFiles | None = None,
        operator: str = "",
    ) -> None:
        self.rule_base = rule_base
        self.faults = Faults(keep=200)
        self.changed = True
        """Whether a snapshot would say something new."""
        self._clock = clock
        self._wall = wall
        self._rule_files = rule_files
        self._rules_looked_at = clock()
        self._operator = operator or login_name()
        self._opened: FindingKey | None = None
        self._explaining: tuple[str, str] | None = None
        self._explained: tuple[tuple[object, ...], Explained | None] = ((), None)
        self._browsing = ""
        self._suppositions: tuple[Supposition, ...] = ()
        self._later = 0.0
        self._what_if = False
        self._said: deque[Said] = deque(maxlen=_KEPT_SAID)
        self._board_memory = BoardMemory()
        self._number = 0

    # What a kind of session must know

    @abstractmethod
    def work(self) -> float | None:
        """Do some work, at most some thirty milliseconds; return in how many seconds there is
        more: 0 at once, None when only a command or a wake-up can bring more."""

    @abstractmethod
    def watch(self) -> Watch:
        """The watch as it is to be shown now."""

    @abstractmethod
    def record(self, event: Event) -> None:
        """Take an operator's event in."""

    @abstractmethod
    def use_rules(self, rule_base: RuleBase) -> None:
        """Go on under other rules."""

    @property
    @abstractmethod
    def title(self) -> str:
        """What is watched, for the header."""

    @abstractmethod
    def timeline(self) -> tuple[Timeline, int]:
        """The timeline and how many lines of it there are now."""

    @property
    def read_only(self) -> str:
        """Why what operators do is not recorded; empty where it is."""
        return ""

    def replay_state(self) -> ReplayState | None:
        """Where a replay stands; None where events come as they happen."""
        return None

    async def open(self, wake: Callable[[], None]) -> None:  # noqa: B027 (most need nothing)
        """Begin, inside the worker's loop; `wake` may be called whenever there is work."""

    async def close(self) -> None:  # noqa: B027 (most have nothing to give back)
        """End, inside the worker's loop."""

    @property
    def unverified(self) -> tuple[str, ...]:
        """The deployments whose certificates nobody verifies."""
        return unverified_in(self.watch().words)

    @property
    def unrecorded(self) -> Unrecorded | None:
        """Why nothing new can come, where that is so."""
        return None

    # What the screen asks

    def handle(self, command: commands.Command) -> None:
        """Do what the screen asks."""
        self.changed = True
        match command:
            case commands.OpenFinding(key):
                self._opened = key
            case commands.Explain(rule, subject):
                self._explaining = (rule, subject) if rule else None
            case commands.BrowseFacts(subject):
                self._browsing = subject
            case commands.SetOperator(name):
                self._operator = name.strip() or login_name()
                self.say(f"Events are written as operator/{self._operator}")
            case commands.Acknowledge(key, note):
                self._write(key, FINDING_ACKNOWLEDGED, EventData(rule=key.rule, note=note))
            case commands.Confirm(key, confirm):
                self._write(key, STEP_CONFIRMED, EventData(rule=key.rule, confirm=confirm))
            case commands.WriteNote(key, note):
                self._write(key, NOTE_WRITTEN, EventData(rule=key.rule, note=note))
            case commands.CloseFinding(key, reason):
                self._write(key, FINDING_CLOSED, EventData(rule=key.rule, reason=reason))
            case commands.ReloadRules():
                self._read_rules(asked=True)
            case _ if not self._handle_what_if(command):
                self.handle_pace(command)

    def handle_pace(self, command: commands.Command) -> None:
        """Do what only a replay can do."""
        self.say("Only a replay can go to another time", failed=True)

    def _handle_what_if(self, command: commands.Command) -> bool:
        match command:
            case commands.Suppose(subject, fact, text):
                try:
                    supposed = read_supposition(self.watch(), subject, fact, text)
                except ValueError as error:
                    self.say(str(error), failed=True)
                    return True
                others = [
                    one
                    for one in self._suppositions
                    if (one.subject, one.fact) != (supposed.subject, supposed.fact)
                ]
                self._suppositions = (*others, supposed)
                self._what_if = True
            case commands.SupposeLater(seconds):
                self._later = max(0.0, min(_LONGEST_SUPPOSED, seconds))
                self._what_if = True
            case commands.TakeBack(supposed):
                self._suppositions = tuple(one for one in self._suppositions if one != supposed)
            case commands.EndWhatIf():
                self._suppositions, self._later, self._what_if = (), 0.0, False
            case _:
                return False
        return True

    def say(self, text: str, *, failed: bool = False) -> None:
        """Tell the operator what came of a command."""
        self._said.append(Said((self._said[-1].number if self._said else 0) + 1, text, failed))
        self.changed = True

    def said_after(self, number: int) -> list[Said]:
        """What has been said since the one with a number, the oldest first."""
        return [one for one in self._said if one.number > number]

    def _write(self, key: FindingKey, event_type: str, data: EventData) -> None:
        if self._what_if:
            self.say("Nothing is recorded while you only suppose; end what-if first", failed=True)
            return
        self.record(
            Event(
                id=f"operator-{secrets.token_hex(8)}",
                source=f"operator/{self._operator}",
                type=event_type,
                time=self.event_time(),
                subject=key.subject,
                data=data,
            )
        )

    def event_time(self) -> datetime:
        """The time that an operator's event gets."""
        return self._wall().astimezone(UTC)

    @property
    def said(self) -> Said | None:
        """What was told to the operator last."""
        return self._said[-1] if self._said else None

    # Rules

    def look_at_rules(self) -> None:
        """Read the rule files again if one has been saved, at most once a second."""
        if self._rule_files is None or self._clock() - self._rules_looked_at < _RULES_EVERY:
            return
        self._rules_looked_at = self._clock()
        if self._rule_files.changed():
            self._read_rules(asked=False)

    def _read_rules(self, *, asked: bool) -> None:
        if self._rule_files is None:
            self.say("These rules have no files that could be read again", failed=True)
            return
        broken = bool(self._rule_files.faults)
        rule_base = self._rule_files.read()
        self.changed = True
        if rule_base is None:
            first = self._rule_files.faults[0] if self._rule_files.faults else ""
            self.say(f"The last good rules stay in force: {first}", failed=True)
        elif rule_base.hash == self.watch().rule_base.hash:
            if broken:
                self.say("The rule files are mended: the rules in force are those of the files")
            elif asked:
                self.say("The rules are as they were")
        else:
            self.rule_base = rule_base
            self.use_rules(rule_base)
            self.say(f"Rules read again: {say_count(len(own_rules(rule_base)), 'rule')}")

    # How things stand

    def snapshot(self) -> Snapshot:
        """The watch as it stands, and what was asked for about it."""
        self._number += 1
        self.changed = False
        real = self.watch()
        watch = real
        if self._what_if:
            watch = supposed_watch(real, self._suppositions, self._later)
        covered = covered_by(watch.words, watch.findings())
        findings = by_urgency(watch.findings(), covered)
        rows = finding_rows(watch, findings, covered)
        forbidden = watch.forbidden()
        now = watch.now
        unrecorded = self.unrecorded
        sources = source_rows(
            watch.words, now, replayed=self.kind == "replay", ended=unrecorded is not None
        )
        conditions = {row.name: (row.condition, row.heard_at) for row in sources}
        by_key = {row.key: (row, finding) for row, finding in zip(rows, findings, strict=True)}
        chosen = by_key.get(self._opened) if self._opened else None
        if chosen is None and rows:
            chosen = (rows[0], findings[0])
        blind = blind_spots(watch.words)
        timeline, length = self.timeline()
        return Snapshot(
            number=self._number,
            kind=self.kind,
            title=self.title,
            time=None if now == BEGINNING else now,
            board=board_rows(watch.words, findings, forbidden, conditions, now, self._board_memory),
            findings=rows,
            forbidden=prohibitions(watch, forbidden),
            detail=finding_detail(watch, chosen[1], chosen[0]) if chosen else None,
            explained=self._explain(watch),
            facts=self._facts(watch),
            sources=sources,
            subjects=tuple(sorted(watch.words.subjects)),
            blind_spots=len(blind),
            blind_rules=tuple(sorted(Counter(one.rule for one in blind).items())),
            counts=tuple(sorted(watch.counts.items())),
            log_faults=tuple(str(fault) for fault in self.faults.first),
            log_fault_count=self.faults.total,
            lines_lost=self.faults.rejected,
            rule_faults=self._rule_files.faults if self._rule_files else (),
            rule_base=watch.rule_base,
            timeline=timeline,
            timeline_length=length,
            operator=self._operator,
            read_only=self.read_only,
            said=self.said,
            unverified=self.unverified,
            unrecorded=unrecorded,
            replay=self.replay_state(),
            what_if=self._compare(real, watch) if self._what_if else None,
        )

    def _explain(self, watch: Watch) -> Explained | None:
        if self._explaining is None:
            return None
        # A search for the smallest change may take half a second, so the answer is kept while
        # nothing but time has passed.
        facts = facts_of(watch, self._explaining[1], frozenset())
        findings = tuple(key_of(one) for one in watch.findings())
        minute = watch.now - timedelta(seconds=watch.now.second, microseconds=watch.now.microsecond)
        asked = (self._explaining, facts, findings, watch.rule_base.hash, minute)
        if self._explained[0] != asked:
            self._explained = (asked, explained(watch, *self._explaining))
        return self._explained[1]

    def _facts(self, watch: Watch) -> Facts | None:
        if not self._browsing:
            return None
        supposed = frozenset(
            one.fact for one in self._suppositions if one.subject == self._browsing
        )
        return facts_of(watch, self._browsing, supposed)

    def _compare(self, real: Watch, supposed: Watch) -> WhatIf:
        before, after = real.findings(), supposed.findings()
        open_before = {key_of(one) for one in before}
        open_after = {key_of(one) for one in after}
        now_forbidden = prohibitions(real, real.forbidden())
        then_forbidden = prohibitions(supposed, supposed.forbidden())
        bound_now = {(one.operation, one.subject) for one in now_forbidden}
        bound_then = {(one.operation, one.subject) for one in then_forbidden}
        return WhatIf(
            suppositions=self._suppositions,
            later_seconds=self._later,
            raised=tuple(
                row for row in finding_rows(supposed, after, {}) if row.key not in open_before
            ),
            resolved=tuple(
                row for row in finding_rows(real, before, {}) if row.key not in open_after
            ),
            forbidden=tuple(
                one for one in then_forbidden if (one.operation, one.subject) not in bound_now
            ),
            allowed=tuple(
                one for one in now_forbidden if (one.operation, one.subject) not in bound_then
            ),
        )
