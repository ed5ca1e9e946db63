"""The watch as lines that are appended: for screen readers, serial lines and logs. No escape
sequence is ever written."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from drivers.recorder.recorder import REMIND_EVERY
from rules.engine import Watch
from rules.finding import Change
from rules.situation import count_blind_spots
from rules.urgency import covered_by
from rules.vocabulary import Event
from tui.exit_codes import FINE
from tui.phrases import say_count, say_time
from tui.report_text import TextReport
from tui.safe_text import harmless, in_ascii
from tui.session.follow import FollowSession
from tui.session.timeline import describe
from tui.summary import Situation

_QUIET_TYPES = frozenset({"watchkeeper.source.heard", "watchkeeper.rules.loaded"})


class PlainWatch:
    """Writes how things stand, and from then on what comes."""

    def __init__(self, write: Callable[[str], object], columns: int, *, ascii_only: bool) -> None:
        self._write = write
        self._ascii = ascii_only
        self._report = TextReport(write, columns, ascii_only=ascii_only)
        self._telling = False
        self._newest: datetime | None = None
        self._lost: frozenset[str] = frozenset()
        self._reminded: tuple[frozenset[str], datetime] | None = None
        self._unreadable = 0

    def listen(self, watch: Watch, event: Event, changes: Sequence[Change]) -> None:
        """Write an event and what changed with it, once the past has been summed up."""
        self._newest = event.time
        if not self._telling:
            return
        if event.type not in _QUIET_TYPES:
            self._line(event.time, f"{event.subject or event.source}: {describe(event)}")
        for change in changes:
            self._report.change(change, watch, [])

    def sum_up(self, watch: Watch) -> None:
        """Write how things stand now."""
        if self._newest is None:
            self._write("nothing has been heard yet\n")
        else:
            self._report.situation(self._situation(watch), watch, in_full=True)
        self._lost = _lost(watch)
        self._telling = True

    def look_at_sources(self, watch: Watch) -> None:
        """Write which sources were lost, or heard again, by time alone or by an event."""
        lost = _lost(watch)
        for name in sorted(lost - self._lost):
            said = f"source lost: {name}; what it said counts as unknown until it is heard again"
            self._line(watch.now, said)
        for name in sorted(self._lost - lost):
            self._line(watch.now, f"source heard again: {name}")
        self._lost = lost

    def look_at_session(self, session: FollowSession, now: datetime) -> None:
        """Write which certificates nobody verifies, now and every ten minutes, and how much of the
        journal cannot be read."""
        unverified = frozenset(session.unverified)
        told, at = self._reminded or (frozenset(), now)
        if unverified != told or (unverified and not timedelta(0) <= now - at < REMIND_EVERY):
            self._reminded = (unverified, now)
            for name in sorted(unverified):
                self._line(now, f"{name}: CERTIFICATES ARE NOT VERIFIED, by its configuration")
        faults = session.faults
        if faults.rejected > self._unreadable:
            if not self._unreadable:
                count = say_count(faults.rejected, "line")
                self._line(now, f"{count} of the journal cannot be read: {faults.first[0]}")
            self._unreadable = faults.rejected

    def _line(self, at: datetime, text: str) -> None:
        line = f"{say_time(at)}   {harmless(text)}\n"
        self._write(in_ascii(line) if self._ascii else line)

    def _situation(self, watch: Watch) -> Situation:
        blind = count_blind_spots(watch.words)
        sources = sorted(watch.words.sources.items())
        findings = watch.findings()
        return Situation(
            at=watch.now,
            newest=self._newest,
            findings=findings,
            forbidden=watch.forbidden(),
            covered=covered_by(watch.words, findings),
            blind=blind,
            blind_spots=watch.blind_spots() if blind <= 1000 else [],
            lost=[(name, source.last_heard) for name, source in sources if source.lost],
        )


def _lost(watch: Watch) -> frozenset[str]:
    return frozenset(name for name, source in watch.words.sources.items() if source.lost)


def follow_plainly(
    make: Callable[[PlainWatch], FollowSession],
    *,
    columns: int,
    ascii_only: bool,
    pause: Callable[[float], None] = time.sleep,
    rounds: int | None = None,
) -> int:
    """Follow a journal and write lines until one is interrupted, or for so many rounds."""
    plain = PlainWatch(sys.stdout.write, columns, ascii_only=ascii_only)
    session = make(plain)
    said = 0
    while session.work() == 0.0:
        pass
    plain.sum_up(session.watch())
    plain.look_at_session(session, datetime.now(UTC))
    sys.stdout.flush()
    while rounds is None or rounds > 0:
        rounds = None if rounds is None else rounds - 1
        wait = session.work()
        plain.look_at_sources(session.watch())
        plain.look_at_session(session, datetime.now(UTC))
        for message in session.said_after(said):
            said = message.number
            sys.stdout.write(f"{say_time(datetime.now(UTC))}   {harmless(message.text)}\n")
        sys.stdout.flush()
        if wait:
            pause(wait)
    return FINE
