"""What the screen says where no finding is open, and not everything could be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from opened_screen import Open

from tui.screen.places.frame import header_line
from tui.screen.say import calm_lines

ACTIVE = Path("samples/logs/U3-active-fails.jsonl")


def without_the_failure(folder: Path) -> Path:
    """A log of which the lines that tell of the failure are torn."""
    lines = ACTIVE.read_bytes().splitlines(keepends=True)
    log = folder / "unread.jsonl"
    log.write_bytes(b"".join(b"{torn\n" if b"update." in line else line for line in lines))
    return log


@pytest.mark.parametrize("columns", [60, 80, 120])
async def test_unreadable_lines_are_no_calm(opened: Open, tmp_path: Path, columns: int) -> None:
    async with opened(without_the_failure(tmp_path), size=(columns, 24)) as screen:
        await screen.press("G")
        text = await screen.shows("that could not be", "none known open")
        assert "unreadable lines (L)" in text if columns >= 100 else "UNREADABLE (L)" in text
        assert "nothing to do" not in text
        assert "nothing open" not in text


async def test_where_no_line_could_be_read_that_is_said(opened: Open, tmp_path: Path) -> None:
    log = tmp_path / "garbage.jsonl"
    log.write_bytes(b"{torn\n" * 1155)
    async with opened(log) as screen:
        text = await screen.shows("none of 1,155 lines could be read", "no line could be read")
        assert "NO LINE READ" in text
        assert "1155 UNREADABLE (L)" in text
        assert "nothing heard yet" not in text


async def test_while_a_log_is_being_read_nothing_is_said_to_be_well(opened: Open) -> None:
    async with opened() as screen:
        snapshot = screen.app.snapshot
        assert snapshot is not None
        assert snapshot.replay is not None
        early = replace(
            snapshot, findings=(), detail=None, replay=replace(snapshot.replay, reading=0.96)
        )
        header = "".join(span.text for span in header_line(screen.app, early, 80))
        assert "still reading" in header
        assert "not all read" in header
        said = "".join(span.text for line in calm_lines(early, 80) for span in line)
        assert said.startswith("not known yet: the log is still being read")
