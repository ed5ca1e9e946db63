"""A terminal that takes nothing holds nobody up."""

from __future__ import annotations

from inspect import signature
from pathlib import Path

import msgspec
from stalled_screen import LAST, Delays, stalled
from textual.app import App
from textual.screen import Screen

LINES = Path("samples/logs/U6-standby-fails.jsonl").read_bytes().splitlines(keepends=True)
STALL = 2.0
"""Seconds; `make bench` has the figure for ten of them."""
BOUND = 1000.0
"""Milliseconds that a busy machine may take for what takes some ten; a screen that waits for its
terminal takes as long as the stall."""


def test_a_stalled_terminal_delays_neither_recording_nor_evaluation_nor_the_loop(
    tmp_path: Path,
) -> None:
    journal, result = tmp_path / "journal.jsonl", tmp_path / "result.json"
    journal.write_bytes(b"".join(LINES[:105]))
    with stalled(journal, result, STALL) as terminal:
        terminal.shows(LAST)
    delays = msgspec.json.decode(result.read_bytes(), type=dict[str, Delays])

    assert delays["before"].pictures > 1
    assert delays["during"].pictures <= 1
    assert delays["after"].pictures > 1
    for phase in delays.values():
        assert len(phase.recording) > 1
        assert len(phase.evaluation) > 1
        assert max(phase.loop + phase.recording + phase.evaluation) < BOUND


def test_the_private_names_of_textual_that_this_needs_are_still_there() -> None:
    """All of them stand in `tui/screen/painted_app.py`."""
    app: App[None] = App()
    screen: Screen[None] = Screen()

    assert list(signature(App._display).parameters) == ["self", "screen", "renderable"]
    assert {"_driver", "_batch_count", "_running", "_closed", "_background_screens"} <= set(
        dir(app)
    )
    assert list(signature(App._set_pointer_shape).parameters) == ["self", "shape"]
    assert {"full", "screen_stack"} <= set(signature(screen._compositor.render_update).parameters)
