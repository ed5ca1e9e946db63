"""Texts for the clipboard of the terminal that one sits at, also through tmux."""

from __future__ import annotations

from base64 import b64encode
from typing import Final

MOST_BYTES: Final = 50_000
"""More than this, terminals cut short or refuse without a word."""


def clipboard_sequence(text: str, *, in_tmux: bool) -> str | None:
    """What puts a text on the clipboard (OSC 52); None where it is too long.

    tmux takes the plain form with `set-clipboard on`, and hands the wrapped one on with
    `allow-passthrough on`: it gets both.
    """
    data = text.encode()
    if len(data) > MOST_BYTES:
        return None
    plain = f"\x1b]52;c;{b64encode(data).decode()}\x07"
    if not in_tmux:
        return plain
    escaped = plain.replace("\x1b", "\x1b\x1b")
    return f"{plain}\x1bPtmux;{escaped}\x1b\\"
