"""Appends what drivers tell to a journal, and keeps that journal in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from drivers.journal.decoding import MAXIMUM_LINE, decode_line
from drivers.journal.faults import JournalError, printable
from drivers.journal.rule_texts import keep_rule_texts
from drivers.journal.writer import Journal
from drivers.recorder.judging import Judging
from drivers.recorder.rotation import (
    Limits,
    begin_again,
    compress,
    put_right,
    rotate,
    uncompressed,
)
from drivers.recorder.waiting import Waiting
from drivers.recorder.words import WatchWords
from rules.vocabulary import CHECKPOINT, Event

PATIENCE: Final = 2.0
"""Seconds to wait for the journal's lock; then the events wait in memory."""

REMIND_EVERY: Final = timedelta(minutes=10)
"""How often the people on watch are told again that nothing is recorded."""
STANDS_STILL: Final = timedelta(minutes=1)
"""How far the journal's time may be ahead of this machine's without being told."""

Tell = Callable[[str, bool], None]
"""Told what the people on watch must know: the text, and whether something has failed."""


class Recorder:
    """The one who records to a journal, from `open` to `close`."""

    def __init__(
        self,
        path: Path,
        judging: Judging,
        *,
        host: str,
        wall: Callable[[], datetime],
        tell: Tell,
        limits: Limits | None = None,
        waiting: Waiting | None = None,
    ) -> None:
        """Name a journal; nothing is opened or written yet."""
        self._journal = Journal(path)
        self.path = self._journal.path
        self._judging = judging
        self._words = WatchWords(host)
        self._wall = wall
        self._tell = tell
        self._limits = limits or Limits()
        self._waiting = Waiting() if waiting is None else waiting
        self._locks = ExitStack()
        self._lock = -1
        self._rules: tuple[str, Mapping[str, bytes]] = ("", {})
        self._trouble = ""
        self._trouble_told: datetime | None = None
        self._ahead_told = False
        self._unwritable_told = 0
        self._refused: set[tuple[str, str]] = set()
        self._part_begun: datetime | None = None
        self._inode: int | None = None
        self._head = 0
        self.on_loss: Callable[[], None] = lambda: None
        """Called once events that were given up leave a gap in the journal: say all of it again."""

    @property
    def source(self) -> str:
        """The watch's own name among the sources."""
        return self._words.source

    @property
    def trouble(self) -> str:
        """Why events wait in memory; empty while they are written."""
        return self._trouble

    def open(self, rules_hash: str, texts: Mapping[str, bytes], message: str) -> None:
        """Become the one who records, take in what the journal holds, and say that the watch has
        started under these rules, whose texts are kept beside the journal.

        Raises:
            JournalError: somebody else records to it, or it cannot be read or written.
        """
        try:
            self.path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        except OSError as error:
            name = printable(str(self.path.parent))
            raise JournalError(f"{name} cannot be made: {error.strerror}") from None
        self._lock = self._locks.enter_context(self._journal.recording())
        try:
            put_right(self.path)
            self._judging.catch_up()
            keep_rule_texts(self.path, rules_hash, texts)
            self._rules = (rules_hash, texts)
            now = self._wall()
            begin = [
                self._words.started(now, message),
                self._words.rules_loaded(now, rules_hash, f"{len(texts)} files of rules"),
            ]
            appended = self._journal.append(begin)
            if appended.set_aside is not None:
                name = printable(appended.set_aside.name)
                self._tell(f"An event that a crash had cut short was set aside as {name}", False)
            self._judging.catch_up()
            self._note_file()
            self._part_begun, self._head = _beginning(self.path)
        except OSError as error:
            self._locks.close()
            name = printable(str(self.path))
            raise JournalError(f"{name} cannot be put right: {error.strerror}") from None
        except BaseException:
            self._locks.close()
            raise

    def record(self, events: Iterable[Event], heard: Iterable[str] = ()) -> None:
        """Write what a driver has told, and which sources it has heard; where that is impossible
        now, hold it and say so."""
        told = list(events)
        self._say_ahead()
        self._waiting.add([*told, *self._words.heard(self._wall(), heard, told)])
        self.flush()

    def refuse(self, events: Iterable[Event]) -> None:
        """Leave out what a source told of a subject that is another deployment's, and say so once
        for each source and subject."""
        for source, subject in sorted({(event.source, event.subject) for event in events}):
            if (source, subject) not in self._refused:
                self._refused.add((source, subject))
                words = printable(f"{source} speaks of {subject}")
                self._tell(f"Not recorded: {words}, which is another deployment's", True)

    def load_rules(self, rules_hash: str, texts: Mapping[str, bytes]) -> None:
        """From now on other rules judge; their texts are kept beside the journal."""
        self._rules = (rules_hash, texts)
        self._keep_rules()
        message = f"{len(texts)} files of rules"
        self.record([self._words.rules_loaded(self._wall(), rules_hash, message)])

    def flush(self) -> bool:
        """Write whatever waits; whether all of it is on disk."""
        self._say_unwritable()
        try:
            self._look_for_lock()
            self._look_for_file()
            while self._waiting:
                if self._waiting.dropped:
                    self._own_up()
                batch = self._waiting.first()
                self._journal.append(batch, patience=PATIENCE)
                self._waiting.written(len(batch))
            self._judging.catch_up()
        except JournalError as error:
            self._waiting.trim()
            self._say_trouble(str(error))
            return False
        if self._trouble:
            self._trouble = ""
            self._tell("The journal is written again; nothing waits in memory", False)
        return True

    def maintain(self) -> None:
        """Close the part that stands, if it is large or old enough."""
        try:
            size = self.path.stat().st_size
        except OSError:
            return
        begun, now = self._part_begun, self._wall()
        too_old = begun is not None and now - begun >= self._limits.age
        # A checkpoint may be larger than a part is to be; what follows it is to be as large again.
        too_large = size >= max(self._limits.size, 2 * self._head)
        if not (too_large or too_old) or not self.flush():
            return
        try:
            closed = rotate(self.path, self._judging, self._words.checkpoint)
        except JournalError as error:
            self._tell(f"The journal goes on in one part: {error}", True)
            # It is tried again when it has grown or aged as much once more.
            self._part_begun = now
            return
        self._note_file()
        if closed is not None:
            self._tell(f"A part of the journal was closed: {printable(closed.name)}", False)

    def compress_parts(self) -> None:
        """Compress the parts that have been closed; may be called from another thread."""
        for part in uncompressed(self.path):
            try:
                compress(part)
            except OSError as error:
                self._tell(f"{printable(part.name)} stays uncompressed: {error.strerror}", True)
                return

    def close(self, message: str) -> None:
        """Say that the watch has stopped, write what waits, and let go of the journal."""
        self._waiting.add([self._words.stopped(self._wall(), message)])
        if not self.flush():
            self._tell(f"{len(self._waiting)} events could not be written: {self._trouble}", True)
        self._locks.close()

    # Trouble

    def _keep_rules(self) -> None:
        try:
            keep_rule_texts(self.path, *self._rules)
        except JournalError as error:
            self._tell(f"The texts of the rules are not kept: {error}", True)

    def _look_for_lock(self) -> None:
        """Take the recorder's lock anew where its file was taken away under us."""
        if not self._journal.still_holds(self._lock):
            self._lock = self._locks.enter_context(self._journal.recording())

    def _look_for_file(self) -> None:
        """Put the journal back where it was taken away under us: what it held is not lost."""
        try:
            status = self.path.stat()
            gone = status.st_ino != self._inode and status.st_size == 0
        except FileNotFoundError:
            gone = True
        except OSError as error:
            name = printable(str(self.path))
            raise JournalError(f"{name} cannot be looked at: {error.strerror}") from None
        if gone and self._inode is not None:
            self._tell(
                f"{printable(str(self.path))} was removed; it begins anew with a checkpoint", True
            )
            begin_again(self.path, self._judging, self._words.checkpoint)
            self._note_file()
            self._keep_rules()

    def _note_file(self) -> None:
        try:
            status = self.path.stat()
        except OSError:
            return
        if status.st_ino != self._inode:
            self._inode = status.st_ino
            self._part_begun = self._wall()
            self._head = status.st_size

    def _own_up(self) -> None:
        """Say in the journal that events are missing, so that nothing is concluded over the gap."""
        count = self._waiting.dropped
        now = self._wall()
        message = f"{count} events were given up while the journal could not be written"
        lost = [
            self._words.lost(now, one, message) for one in sorted(self._waiting.dropped_sources)
        ]
        self._journal.append(lost, patience=PATIENCE)
        self._waiting.forgive()
        self._tell(message, True)
        self.on_loss()

    def _say_trouble(self, trouble: str) -> None:
        now, told = self._wall(), self._trouble_told
        if trouble != self._trouble:
            self._tell(f"Not recorded, held in memory: {trouble}", True)
        elif told is None or abs(now - told) >= REMIND_EVERY:
            count = len(self._waiting)
            self._tell(f"Still not recorded; {count} events wait in memory: {trouble}", True)
        else:
            return
        self._trouble, self._trouble_told = trouble, now

    def _say_ahead(self) -> None:
        """Say that the journal's time stands still, where this machine's clock went back."""
        reached, now = self._judging.now, self._wall()
        ahead = reached is not None and reached - now > STANDS_STILL
        if ahead and not self._ahead_told:
            assert reached is not None
            until = f"{reached:%Y-%m-%d %H:%M:%S}Z"
            message = f"This machine's clock went back: the journal's time stands still at {until}"
            self._tell(f"{message} until that is reached again", True)
        self._ahead_told = ahead

    def _say_unwritable(self) -> None:
        if self._waiting.unwritable > self._unwritable_told:
            count = self._waiting.unwritable - self._unwritable_told
            self._unwritable_told = self._waiting.unwritable
            self._tell(f"{count} events have no form in which a journal could hold them", True)


def _beginning(path: Path) -> tuple[datetime | None, int]:
    """The time of a journal's first event, and how many bytes its checkpoint takes."""
    first: datetime | None = None
    size = 0
    with path.open("rb") as file:
        while line := file.readline(MAXIMUM_LINE):
            event = decode_line(line.rstrip(b"\n"))
            if event is None:
                break
            first = first or event.time
            if event.type != CHECKPOINT:
                break
            size += len(line)
    return first, size
