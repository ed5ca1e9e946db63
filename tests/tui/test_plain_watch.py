"""`--plain`: the watch as lines that are appended, and nothing but text."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rules.loader import load_rule_base
from tui.plain import PlainWatch, follow_plainly
from tui.session.follow import FollowSession

LINES = Path("samples/logs/U6-standby-fails.jsonl").read_bytes().splitlines(keepends=True)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b"".join(LINES[:80]))
    return path


def test_tells_how_things_stand_and_then_what_comes(
    journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parts: Iterator[list[bytes]] = iter([LINES[80:90], LINES[90:]])

    def make(plain: PlainWatch) -> FollowSession:
        from datetime import UTC, datetime

        return FollowSession(
            str(journal),
            load_rule_base("rules/image_streamer"),
            clock=lambda: 0.0,
            wall=lambda: datetime(2026, 11, 22, 6, tzinfo=UTC),
            operator="anna",
            listener=plain.listen,
        )

    def append(_: float) -> None:
        with journal.open("ab") as file:
            file.write(b"".join(next(parts, [])))

    follow_plainly(make, columns=80, ascii_only=True, pause=append, rounds=6)
    shown = capsys.readouterr().out

    situation, _, news = shown.partition("What the update of LE-rack-a left has settled")
    assert "SITUATION AT 2026-11-22 02:5" in situation
    assert "The update has ended; what it came to is not known yet" in situation
    assert "critical RAISED pair/LE-rack-a" in news
    assert "DO NOT start an update" in news
    assert "RESOLVED" in news
    assert shown.isascii()
    assert "\x1b" not in shown


def test_a_folder_is_no_journal_and_is_said_in_one_line(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tui.command_line", "watch", "--from", str(tmp_path), "--plain"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    assert "is a directory" in ended.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[screen]\ntheem = 'x'\n", "did you mean theme"),
        ("[screen\n", "config.toml"),
        ("[keys]\nhelp = 7\n", "config.toml"),
    ],
)
def test_a_wrong_configuration_is_said_in_one_line(
    tmp_path: Path, journal: Path, text: str, said: str
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(text)
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "tui.command_line", "watch", "--from", str(journal)),
            *("--plain", "--config", str(config)),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert ended.returncode == 2
    assert said in ended.stderr
