"""A session that follows a journal which others append to."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from drivers.journal import Faults, Follower, Journal, JournalError
from drivers.journal.faults import LineFault
from rules.engine import BEGINNING, Watch
from rules.finding import Change
from rules.rule_base import RuleBase
from rules.vocabulary import WATCH_STARTED, WATCH_STOPPED, Event
from tui.phrases import say_count
from tui.session.recent_events import RecentEvents
from tui.session.rule_files import RuleFiles
from tui.session.run import KeptRules, obey_rules_loaded, write_entries
from tui.session.session import Session
from tui.session.snapshot import SessionKind, Unrecorded
from tui.session.timeline import Entry, Timeline
from tui.session.unverified import deployments_of

POLL: Final = 0.2
"""Seconds between two looks at a journal in which nothing was new."""
SLICE: Final = 0.03
_LATE: Final = timedelta(seconds=5)
"""How long the recorder may take to write down what has happened by itself."""
_LOOK_AGAIN: Final = 1.0
_BREAKS: Final = frozenset({"cut", "replaced"})
_MISSING: Final = "events are missing before a checkpoint; from here on it stands as that says"
_OF_RECORDERS: Final = frozenset({WATCH_STARTED, WATCH_STOPPED})
_PATIENCE: Final = 2.0
"""Seconds to wait for the journal's lock before an operator is told that it failed."""


Listener = Callable[[Watch, Event, Sequence[Change]], None]
"""Told of each event, with the watch behind it and what changed with it."""


class FollowSession(Session):
    """Follows a journal, and appends to it what operators do."""

    kind: SessionKind = "following"

    def __init__(
        self,
        path: str,
        rule_base: RuleBase,
        *,
        clock: Callable[[], float],
        wall: Callable[[], datetime],
        rule_files: RuleFiles | None = None,
        operator: str = "",
        kept: KeptRules | None = None,
        listener: Listener | None = None,
    ) -> None:
        super().__init__(
            rule_base, clock=clock, wall=wall, rule_files=rule_files, operator=operator
        )
        self._path = Path(path)
        self._kept = kept
        self._listener = listener
        self.faults = Faults(keep=200, listener=self._note_fault)
        self._breaks: list[str] = []
        """What has befallen the journal's file and is not told yet."""
        self._follower = Follower(path, faults=self.faults)
        self._journal = Journal(path)
        self._events = RecentEvents()
        self._timeline = Timeline(self._events)
        self._watch = Watch(rule_base, kept=kept)
        self._pending: list[tuple[bytes, Event]] = []
        self._ahead: Watch | None = None
        """A copy that shows what time alone has brought while the journal is silent."""
        self._looked_at = clock()
        self._broken = ""
        self._writable = True
        self._seen_to_at = -math.inf
        self._unrecorded: Unrecorded | None = None
        self._stopped: Event | None = None
        """The word of whoever recorded that it has stopped, until somebody starts again."""

    @property
    def title(self) -> str:
        """The deployments' names; the journal's where none is named yet."""
        names = deployments_of(self._watch.words)
        return ", ".join(names) or self._path.name.removesuffix(".jsonl")

    @property
    def unrecorded(self) -> Unrecorded | None:
        """Why nothing new can come, where that is so."""
        return self._unrecorded

    @property
    def read_only(self) -> str:
        """Why operators' events cannot be appended."""
        return self._broken or ("" if self._writable else "the journal may only be read")

    def watch(self) -> Watch:
        """The watch at the journal's time; where its recorder is silent, as it would be now."""
        return self._ahead or self._watch

    def timeline(self) -> tuple[Timeline, int]:
        """What has come so far."""
        length = self._timeline.length(len(self._events), self._watch.now)
        return self._timeline, length

    def work(self) -> float | None:
        """Take in what has been appended."""
        self.look_at_rules()
        until = self._clock() + SLICE
        while True:
            if not self._pending and not self._poll():
                break
            self._take_in(until)
            if self._clock() >= until:
                return 0.0
        if self._clock() - self._looked_at >= _LOOK_AGAIN:
            self._look_ahead()
        if self._clock() - self._seen_to_at >= _LOOK_AGAIN:
            self._look_for_recorder()
        return POLL

    def _poll(self) -> bool:
        try:
            batch = self._follower.poll(self._wall)
        except JournalError as error:
            if str(error) != self._broken:
                self._broken = str(error)
                self.say(self._broken, failed=True)
            return False
        self._broken = ""
        self._tell_breaks()
        self._pending = [(line, event) for event, line in batch]
        return bool(self._pending)

    def _note_fault(self, fault: LineFault) -> None:
        if fault.kind in _BREAKS:
            self._breaks.append(fault.message)

    def _tell_breaks(self) -> None:
        """Say that the journal does not go on where it was; what had come before still stands."""
        for text in self._breaks:
            if self._watch.now != BEGINNING:
                self._timeline.add(self._of_journal(len(self._events), self._watch.now, text))
            self.say(f"{self._path.name}: {text}", failed=True)
        self._breaks.clear()

    def _of_journal(self, after: int, time: datetime, text: str) -> Entry:
        return Entry(after, time, "watch", None, self._path.name, text)

    def _take_in(self, until: float) -> None:
        self.changed = True
        self._ahead = None
        taken = 0
        for line, event in self._pending:
            number = len(self._events)
            self._events.append(event, line)
            changes = self._watch.apply(event, line)
            if self._watch.notices:
                changes = obey_rules_loaded(self._watch, changes, self._kept)
            if event.type in _OF_RECORDERS:
                self._stopped = event if event.type == WATCH_STOPPED else None
                self._seen_to_at = -math.inf
            if self._listener is not None:
                self._listener(self._watch, event, changes)
            if changes or self._watch.notices:
                self._tell(changes, number, number + 1)
            taken += 1
            if taken % 64 == 0 and self._clock() >= until:
                break
        del self._pending[:taken]

    def _tell(self, changes: Sequence[Change], before: int, behind: int) -> None:
        said = [
            Entry(before, notice.time, "watch", None, notice.about, notice.kind)
            for notice in self._watch.notices
            if notice.kind in {"source lost", "source heard again"}
        ]
        for notice in self._watch.notices:
            if notice.kind == "events missing before a checkpoint":
                said.append(self._of_journal(before, notice.time, _MISSING))
                self.say(f"{self._path.name}: {_MISSING}", failed=True)
        self._watch.notices.clear()
        write_entries(self._timeline, changes, said, before, behind)

    def _look_ahead(self) -> None:
        """Show what time has brought by itself if the recorder has not written it down."""
        self._looked_at = self._clock()
        now = self._wall() - _LATE
        due = self.watch().next_deadline
        if due is not None and due <= now:
            # The journal's own watch stays where the journal is: it never runs ahead of it.
            self._ahead = self._watch.copy()
            self._ahead.advance(now)
            self.changed = True

    def _look_for_recorder(self) -> None:
        """Say at once that nobody records any more, or that somebody does again."""
        self._seen_to_at = self._clock()
        found = self._why_unrecorded()
        if found == self._unrecorded:
            return
        before, self._unrecorded = self._unrecorded, found
        self.changed = True
        if found is None:
            self.say("The journal is recorded again")
        elif before is None or before.word != found.word:
            self.say(found.text, failed=True)

    def _why_unrecorded(self) -> Unrecorded | None:
        name, since = str(self._path), None if self._watch.now == BEGINNING else self._watch.now
        if not self._events and not self._broken and not self._path.exists():
            text = f"{name} does not exist; it is waited for (watchkeeper record makes it)"
            return Unrecorded("NO SUCH FILE", text)
        if self._broken and not self._events:
            return Unrecorded("NOT READABLE", self._broken)
        if self._events and not self._path.exists():
            return Unrecorded("FILE IS GONE", f"{name} is there no more; it is waited for", since)
        if not self._events and self.faults.rejected:
            lines = say_count(self.faults.rejected, "line")
            return Unrecorded("NO JOURNAL", f"{name} is no journal: {lines}, and none is an event")
        if self._stopped is not None:
            said = self._stopped.data.message or "it has stopped"
            return Unrecorded("NOBODY RECORDS", f"Nobody records any more: {said}", since)
        if self._journal.is_recorded() is False:
            text = f"Nobody records to {name}: nothing new can come until somebody does"
            return Unrecorded("NOBODY RECORDS", text, since)
        return None

    def record(self, event: Event) -> None:
        """Append an operator's event under the journal's lock; it comes back as all others do."""
        try:
            self._journal.append([event], patience=_PATIENCE)
        except JournalError as error:
            self._writable = os.access(self._path, os.W_OK)
            self.say(f"Not recorded: {error}", failed=True)
            return
        self._writable = True
        self.say(f"Recorded as operator/{self._operator}")

    def use_rules(self, rule_base: RuleBase) -> None:
        """Go on under other rules; what is open stays open."""
        self._ahead = None
        self._kept = None
        changes = self._watch.reload(rule_base, self._watch.now)
        number = len(self._events)
        self._tell(changes, number, number)

    async def close(self) -> None:
        """Let go of the journal."""
        self._follower.close()
