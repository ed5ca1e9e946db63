"""The thread that owns a session, with a loop of its own.

The newest snapshot replaces one that has not been shown yet, at most eight a second. The thread
blocks all signals: they are for the one that owns the terminal.
"""

from __future__ import annotations

import asyncio
import signal
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from tui.exit_codes import FOUND, UNUSABLE

if TYPE_CHECKING:
    from tui.session.commands import Command
    from tui.session.session import Session
    from tui.session.snapshot import Snapshot


MOST_A_SECOND: Final = 8
_LONGEST_WAIT: Final = 60.0
_SHARE: Final = 0.25
"""Of the time: no more of it goes into snapshots, however many subjects there are."""


class CannotBeginError(Exception):
    """There can be no session, for reasons that are the operator's to mend: a line for each."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("\n".join(reasons))


class Worker:
    """Runs a session. `announce` is called in the worker's thread when there is a snapshot to
    take, and not again before it has been taken; it must not block."""

    def __init__(self, make: Callable[[], Session], announce: Callable[[], None]) -> None:
        self._make = make
        self._announce = announce
        self._commands: deque[Command] = deque()
        self._lock = threading.Lock()
        self._newest: Snapshot | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()
        self._stopping = False
        self._not_before = -1.0
        self.failure = ""
        """What ended the worker, if anything did; ends with the line."""
        self.code = FOUND
        """The exit code that goes with it."""
        self._thread = threading.Thread(target=self._run, name="watchkeeper-session", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def send(self, command: Command) -> None:
        """Ask the session for something; returns at once."""
        self._commands.append(command)
        self._stir()

    def take(self) -> Snapshot | None:
        """The newest snapshot, once."""
        with self._lock:
            newest, self._newest = self._newest, None
        return newest

    def stop(self, patience: float = 2.0) -> bool:
        """End the work; return whether the thread has ended within so many seconds."""
        self._stopping = True
        self._stir()
        if self._thread.is_alive():
            self._thread.join(patience)
        return not self._thread.is_alive()

    def _stir(self) -> None:
        loop = self._loop
        if loop is not None:
            try:
                loop.call_soon_threadsafe(self._wake.set)
            except RuntimeError:
                return

    def _run(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.valid_signals()))
        try:
            asyncio.run(self._work())
        except CannotBeginError as error:
            self.failure, self.code = f"{error}\n", UNUSABLE
            self._announce()
        except Exception:  # noqa: BLE001 (whatever it was, the screen must say that it stands still)
            self.failure = traceback.format_exc()
            self._announce()

    async def _work(self) -> None:
        self._loop = asyncio.get_running_loop()
        session = self._make()
        await session.open(self._wake.set)
        try:
            while not self._stopping:
                self._wake.clear()
                while self._commands:
                    session.handle(self._commands.popleft())
                wait = session.work()
                due = self._publish(session)
                if wait is None:
                    wait = _LONGEST_WAIT
                if due is not None:
                    wait = min(wait, due)
                if wait > 0 and not self._commands:
                    try:
                        await asyncio.wait_for(self._wake.wait(), wait)
                    except TimeoutError:
                        continue
                else:
                    await asyncio.sleep(0)
        finally:
            await session.close()

    def _publish(self, session: Session) -> float | None:
        """Hand over a snapshot if there is something new and it is time; return in how many
        seconds it will be."""
        if not session.changed:
            return None
        now = time.monotonic()
        due = self._not_before - now
        if due > 0:
            return due
        snapshot = session.snapshot()
        took = time.monotonic() - now
        self._not_before = now + max(1 / MOST_A_SECOND, took / _SHARE)
        with self._lock:
            waiting, self._newest = self._newest, snapshot
        if waiting is None:
            self._announce()
        # A snapshot may bring something new itself.
        again: bool = session.changed
        return 1 / MOST_A_SECOND if again else None
