"""How the screen is to look and behave on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple


class ScreenOptions(NamedTuple):
    """How the screen is to look and behave on this terminal."""

    ascii_only: bool = False
    colour: bool = True
    theme: str = ""
    """One of Textual's themes; empty for the terminal's own colours."""
    light: bool = False
    in_tmux: bool = False
    keys: Mapping[str, Sequence[str]] = {}
    export_to: str = "."
    """The folder that files are written to."""
    own_clock: Callable[[], datetime] | None = None
