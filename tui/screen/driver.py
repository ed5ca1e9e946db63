"""The terminal's writer: it never blocks the screen, and says when all has been taken."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from textual.drivers.linux_driver import LinuxDriver

_LAST_WORDS: Final = 0.5
"""Seconds to wait at the end for a terminal that takes nothing."""


class Outbox:
    """Bytes on their way to a terminal, written by a thread of their own."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waiting: deque[bytes] = deque()
        self._changed = threading.Condition()
        self._writing = False
        self._closed = False
        self._when_taken: Callable[[], None] | None = None
        self._thread = threading.Thread(target=self._run, name="terminal-writer", daemon=True)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether the terminal has not taken all that was written."""
        with self._changed:
            return self._writing or bool(self._waiting)

    def write(self, text: str) -> None:
        """Write a text as soon as the terminal takes it; returns at once."""
        with self._changed:
            if not self._closed:
                self._waiting.append(text.encode("utf-8", "replace"))
                self._changed.notify_all()

    def when_taken(self, call: Callable[[], None]) -> None:
        """Call once, from the writer's thread, as soon as the terminal has taken all."""
        with self._changed:
            if self._writing or self._waiting:
                self._when_taken = call
                return
        call()

    def close(self) -> None:
        """Write what is left, for as long as the terminal takes it soon."""
        deadline = time.monotonic() + _LAST_WORDS
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            while (self._writing or self._waiting) and time.monotonic() < deadline:
                self._changed.wait(0.05)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._writing = False
                call = None
                if not self._waiting:
                    call, self._when_taken = self._when_taken, None
                    self._changed.notify_all()
                    if call is None:
                        if self._closed:
                            return
                        self._changed.wait()
                        continue
                else:
                    data = b"".join(self._waiting)
                    self._waiting.clear()
                    self._writing = True
            if call is not None:
                call()
            elif not self._write(data):
                return

    def _write(self, data: bytes) -> bool:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:
                time.sleep(0.01)
            except OSError:
                # The terminal is gone; whoever watches over it ends the program.
                with self._changed:
                    self._writing = False
                    self._closed = True
                    self._waiting.clear()
                return False
        return True


class PatientDriver(LinuxDriver):
    """Textual's driver with a writer that cannot hold the screen up."""

    _outbox: Outbox | None = None

    @property
    def outbox(self) -> Outbox:
        """Where all bytes go."""
        if self._outbox is None:
            self._outbox = Outbox(sys.__stdout__.fileno() if sys.__stdout__ else self.fileno)
        return self._outbox

    def write(self, data: str) -> None:
        """Write as soon as the terminal takes it."""
        self.outbox.write(data)

    def flush(self) -> None:
        """Everything is on its way already."""

    def close(self) -> None:
        """Say the last words, and let go."""
        super().close()
        outbox, self._outbox = self.outbox, None
        # After a pause in the shell there is another one.
        outbox.close()
