"""A terminal for tests: the real program on a pty, looked at through a terminal emulator."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Final, Self

import pyte

PATIENCE: Final = 60.0
"""Seconds after which a test gives up; nothing waits for so long where all is well."""


class Terminal:
    """`watchkeeper` on a pty of so many columns and rows."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        columns: int = 80,
        rows: int = 24,
        environment: Mapping[str, str] | None = None,
        ignore_hangup: bool = False,
        program: Sequence[str] = ("-m", "tui.command_line"),
        through: Sequence[str] = (),
        patience: float = PATIENCE,
    ) -> None:
        """Start it; `program` is what the interpreter runs instead of `watchkeeper`, and
        `through` a command that starts the interpreter."""
        self._patience = patience
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.written = bytearray()
        """All that the program has written."""
        self.code: int | None = None
        settings = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "TERM": "xterm",
            "LANG": "C.UTF-8",
            "PYTHONPATH": os.getcwd(),  # noqa: PTH109 (as the tests find the program)
            "WATCHKEEPER_CONFIG": "/nonexistent/watchkeeper.toml",
            "LOGNAME": "anna",
            **(environment or {}),
        }
        ready, go = os.pipe()
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.read(ready, 1)
            if ignore_hangup:
                signal.signal(signal.SIGHUP, signal.SIG_IGN)
            command = [*through, sys.executable, *program, *arguments]
            os.execvpe(command[0], command, settings)
        self.resize(columns, rows)
        os.write(go, b"x")
        os.close(go)
        os.close(ready)

    def __enter__(self) -> Self:
        """The terminal is there for as long as the test lasts."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the program, however it stands."""
        if self.code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        self.hang_up()

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size."""
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, size)
        self.screen.resize(rows, columns)

    def type(self, text: str) -> None:
        """Type keys."""
        os.write(self.master, text.encode())

    def take(self, seconds: float) -> bytes:
        """Take what the program writes, until so many seconds of silence."""
        taken = bytearray()
        while select.select([self.master], [], [], seconds)[0]:
            try:
                piece = os.read(self.master, 65536)
            except OSError:
                break
            if not piece:
                break
            taken += piece
            self._stream.feed(piece)
        self.written += taken
        return bytes(taken)

    def until(self, holds: Callable[[str], bool]) -> str:
        """Take what is written until the screen is as it should be, and return the screen."""
        deadline = time.monotonic() + self._patience
        while not holds(self.text):
            if time.monotonic() > deadline:
                raise AssertionError(f"the screen did not come to it:\n{self.text}")
            self.take(0.05)
            if self._has_ended() and not holds(self.text):
                said = bytes(self.written[-4000:]).decode("utf-8", "replace")
                raise AssertionError(f"the program has ended with {self.code}:\n{said}")
        return self.text

    def shows(self, *texts: str) -> str:
        """Wait until all the texts are on the screen."""
        return self.until(lambda shown: all(text in shown for text in texts))

    @property
    def text(self) -> str:
        """The screen as text."""
        return "\n".join(self.screen.display)

    def wait(self) -> int:
        """Wait for the program's end; return its exit code."""
        deadline = time.monotonic() + self._patience
        while self.code is None:
            if time.monotonic() > deadline:
                raise AssertionError(f"the program goes on:\n{self.text}")
            if self.master >= 0:
                self.take(0.02)
            else:
                time.sleep(0.02)
            self._has_ended()
        if self.master >= 0:
            self.take(0.02)
        return self.code

    def _has_ended(self) -> bool:
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code is not None

    def hang_up(self) -> None:
        """Let the terminal vanish."""
        if self.master >= 0:
            os.close(self.master)
            self.master = -1
