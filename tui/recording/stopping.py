"""Ctrl-C and SIGTERM as an end that leaves time to log out."""

from __future__ import annotations

import asyncio
import signal
from types import TracebackType
from typing import Final, Self

from tui.exit_codes import FINE, HUNG_UP, INTERRUPTED, TERMINATED

_CODES: Final = {
    signal.SIGINT: INTERRUPTED,
    signal.SIGTERM: TERMINATED,
    signal.SIGHUP: HUNG_UP,
}
_SAME: Final = 1.0
"""Seconds; `timeout`, shells and supervisors send one signal to the process and to its group."""


class Stopping:
    """Within the context, a signal sets `event`; one that comes a second later ends at once."""

    def __init__(self, *, as_service: bool = False) -> None:
        """For a service, SIGTERM and SIGHUP are how it is ended when all is well."""
        self.event = asyncio.Event()
        self.code = FINE
        self._as_service = as_service
        self._since = 0.0

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
        now = asyncio.get_running_loop().time()
        if not self.event.is_set():
            self.code = _CODES[number]
            if self._as_service and number != signal.SIGINT:
                self.code = FINE
            self._since = now
            self.event.set()
        elif now - self._since >= _SAME:
            self.release()
            signal.raise_signal(number)
