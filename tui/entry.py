"""The program's first lines. Until there is somebody to catch a Ctrl-C, it ends the program in
silence, and again once everything is done."""

from __future__ import annotations

import signal

_INTERRUPTS = signal.getsignal(signal.SIGINT) is signal.default_int_handler
"""Whether Ctrl-C is ours to take: whoever ignores it for us (`nohup`) wants it ignored."""

if _INTERRUPTS:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def main() -> int:
    """Run the command that was given, and return its exit code."""
    from tui.command_line import main as run

    try:
        return run()
    finally:
        if _INTERRUPTS:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
