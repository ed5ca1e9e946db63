"""Opens the screen on this terminal and leaves it as it was found, however it ends."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import select
import signal
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, TextIO

from tui.exit_codes import INTERRUPTED, UNUSABLE
from tui.safe_text import wants_ascii

if TYPE_CHECKING:
    from tui.screen.app import WatchApp
    from tui.session.session import Session

_DUMB: Final = frozenset({"", "dumb", "unknown", "emacs"})
_LAST_RESORT: Final = 0.8
"""Seconds after which a program that was told to end does so without ceremony."""
_LAST_WORDS: Final = 0.1
"""Seconds that a terminal may take, then, for what sets it back."""
_SET_BACK: Final = (
    b"\x1b[?2004l\x1b[?7h\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[<u"
    b"\x1b[?1049l\x1b[?25h\x1b[?1004l"
)
_ENDING: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT)
TEXTUAL_SETTINGS: Final[Mapping[str, str]] = {
    "TEXTUAL_ANIMATIONS": "none",
    "TEXTUAL_SMOOTH_SCROLL": "0",
    # Its modes stay set in the terminal of whoever loses the connection.
    "TEXTUAL_DISABLE_KITTY_KEY": "1",
}


class ScreenWishes(NamedTuple):
    """What was asked for on the command line and in the configuration."""

    ascii_only: bool = False
    mouse: bool = False
    theme: str = ""
    light: bool = False
    keys: Mapping[str, Sequence[str]] = {}
    command: str = "watch"
    """The command that opens the screen."""


def refusal(environment: Mapping[str, str], streams: Sequence[TextIO], command: str) -> str:
    """Why a command can open no screen here, and what it can do; empty where there can be one."""
    # Only what has an end can be reported on.
    instead = ", or --headless for a report" if command == "replay" else ""
    if not all(stream.isatty() for stream in streams):
        return f"there is no terminal here; use --plain for lines{instead}"
    if environment.get("TERM", "") in _DUMB:
        return f"this terminal cannot move its cursor, as the screen must; use --plain{instead}"
    return ""


def run_screen(make: Callable[[], Session], wishes: ScreenWishes) -> int:
    """Show a session until the operator leaves, and return the exit code."""
    reason = refusal(os.environ, (sys.stdin, sys.stdout), wishes.command)
    if reason:
        sys.stderr.write(f"watchkeeper {wishes.command}: {reason}\n")
        return UNUSABLE
    os.environ.update({k: v for k, v in TEXTUAL_SETTINGS.items() if k not in os.environ})
    # Until rules and program are loaded hardly anything becomes garbage, and afterwards they need
    # not be looked through for it any more.
    gc.disable()

    def make_with_all_loaded() -> Session:
        session = make()
        gc.freeze()
        gc.enable()
        return session

    # Textual reads its settings when it is imported.
    from tui.screen.app import WatchApp
    from tui.screen.options import ScreenOptions

    colour = not os.environ.get("NO_COLOR")
    app = WatchApp(
        make_with_all_loaded,
        ScreenOptions(
            ascii_only=wishes.ascii_only or wants_ascii(sys.stdout),
            colour=colour,
            theme=wishes.theme if colour else "",
            light=wishes.light,
            in_tmux="TMUX" in os.environ,
            keys=wishes.keys,
        ),
    )
    code = asyncio.run(_run(app, mouse=wishes.mouse))
    if app.failure:
        sys.stderr.write(app.failure)
    return code


async def _run(app: WatchApp, *, mouse: bool) -> int:
    ending = _Ending(app, asyncio.get_running_loop())
    for number in _ENDING:
        # Whoever started us with SIGHUP ignored wants us to live on without a terminal, which
        # a screen cannot; it ends by the look at the terminal below.
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda number, _: ending.leave(128 + number))

    async def watch_terminal() -> None:
        look = select.poll()
        look.register(0, select.POLLHUP | select.POLLERR)
        while True:
            if look.poll(0):
                ending.leave(128 + signal.SIGHUP)
                return
            await asyncio.sleep(0.5)

    watcher = asyncio.create_task(watch_terminal())
    try:
        code = await app.run_async(mouse=mouse)
    finally:
        watcher.cancel()
    if app.return_code:
        return app.return_code
    return code if isinstance(code, int) else INTERRUPTED


class _Ending:
    """Ends the program within a second, however busy the screen and its loop are.

    A signal writes a byte and no more; a thread that waits for it does the rest.
    """

    def __init__(self, app: WatchApp, loop: asyncio.AbstractEventLoop) -> None:
        self._app = app
        self._loop = loop
        self._before = termios.tcgetattr(0)
        self._asked, self._ask = os.pipe()
        threading.Thread(target=self._run, name="ending", daemon=True).start()

    def leave(self, code: int) -> None:
        """End with this exit code."""
        os.write(self._ask, bytes([code]))

    def _run(self) -> None:
        code = os.read(self._asked, 1)[0]
        self._loop.call_soon_threadsafe(self._app.exit, code, code)
        time.sleep(_LAST_RESORT)
        # Should the terminal hold up even this, the program ends without it.
        words = threading.Thread(target=self._set_back, daemon=True)
        words.start()
        words.join(_LAST_WORDS)
        os._exit(code)

    def _set_back(self) -> None:
        with contextlib.suppress(OSError, termios.error):
            termios.tcsetattr(0, termios.TCSANOW, self._before)
            # What was typed ahead is no command for the shell.
            termios.tcflush(0, termios.TCIFLUSH)
            os.write(1, _SET_BACK)
