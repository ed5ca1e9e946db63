"""Ctrl-C and SIGTERM as an end that leaves time to log out."""

from __future__ import annotations

import asyncio
import signal
from types import TracebackType
from typing import Final, Self

from tui.exit_codes import FINE, INTERRUPTED

_CODES: Final = {signal.SIGINT: INTERRUPTED, signal.SIGTERM: FINE, signal.SIGHUP: FINE}


class Stopping:
    """Within the context, the signals set `event`; once it is left, a second one ends at once."""

    def __init__(self) -> None:
        self.event = asyncio.Event()
        self.code = FINE

    def __enter__(self) -> Self:
        """Take the signals over. To be entered within the loop that waits for the event."""
        loop = asyncio.get_running_loop()
        for number in _CODES:
            loop.add_signal_handler(number, self._stop, number)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the signals back."""
        self.release()

    def release(self) -> None:
        """Give the signals back, so that the next one ends the program."""
        for number in _CODES:
            asyncio.get_running_loop().remove_signal_handler(number)

    def _stop(self, number: signal.Signals) -> None:
        if not self.event.is_set():
            self.code = _CODES[number]
            self.event.set()
