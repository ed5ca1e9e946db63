"""Ctrl-C ends the program, but never in the middle of an import.

A module that is half imported can swallow a KeyboardInterrupt, wrap it in another error, or leave C
code with a class that is half made, which brings the process down.
"""

from __future__ import annotations

import signal
from types import FrameType
from typing import Final

_IMPORTING: Final = "<frozen importlib._bootstrap"
"""How the file of Python's own import begins."""
_SOON: Final = 0.01
"""Seconds after which it is looked again whether an import is over."""


def obey_interrupts() -> None:
    """Let Ctrl-C raise KeyboardInterrupt from now on, after an import where there is one."""
    signal.signal(signal.SIGINT, _interrupted)


def forget_interrupts() -> None:
    """Raise none any more that waits for the end of an import."""
    signal.setitimer(signal.ITIMER_REAL, 0)


def _interrupted(_number: int, frame: FrameType | None) -> None:
    if _is_importing(frame):
        signal.signal(signal.SIGALRM, _interrupted)
        signal.setitimer(signal.ITIMER_REAL, _SOON)
        return
    raise KeyboardInterrupt


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith(_IMPORTING):
            return True
        frame = frame.f_back
    return False
