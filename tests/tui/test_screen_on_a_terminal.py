"""The real program on a pty: what it shows, what it writes, and how it ends."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from terminal import PATIENCE, Terminal

from drivers.journal import Journal

UPDATE = "samples/logs/U6-standby-fails.jsonl"
LINES = Path(UPDATE).read_bytes().splitlines(keepends=True)
LEFT_AS_IT_WAS = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?7h", b"\x1b[?2004l")
ALL_READ = "event 243 of 243"
COLOUR = re.compile(rb"\x1b\[(?:[0-9;]*;)?(?:3[0-7]|4[0-7]|9[0-7]|10[0-7]|38|48)(?:;[0-9;]*)?m")


def replay(*more: str, columns: int = 80, rows: int = 24, **environment: str) -> Terminal:
    arguments = ["replay", UPDATE, *more]
    return Terminal(arguments, columns=columns, rows=rows, environment=environment)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """A journal whose sources are heard for ever, as of now."""
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b"".join(LINES[:105]))
    return path


def heartbeat(number: int, text: str = "") -> bytes:
    event = {
        "specversion": "1.0",
        "id": f"more-{number}",
        "source": "watch/bridge",
        "type": "watchkeeper.source.heard",
        "time": "2026-11-22T03:16:03Z",
        "data": {"source": "oneview/composer-1", "message": text or f"line {number}"},
    }
    return json.dumps(event).encode() + b"\n"


# What it shows


def test_the_answer_stands_there_without_a_key_pressed() -> None:
    with Terminal(["replay", "samples/logs/H5-storage-degraded.jsonl"]) as terminal:
        terminal.shows("Findings", "What to do now", "LE-rack-a", "Timeline", "Replay paused")


def test_keys_go_through_a_log_and_back() -> None:
    with replay() as terminal:
        terminal.shows(ALL_READ)
        terminal.type("0")
        terminal.shows("before the first event", "nothing is known yet")
        terminal.type("nnn")
        terminal.shows("UPDATE FORBIDDEN", "1 critical", "update standby-fai", "DO NOT")
        terminal.type("N")
        terminal.shows("update undecided")


def test_the_cursor_stands_on_what_one_works_on() -> None:
    with replay() as terminal:
        terminal.shows(ALL_READ)
        assert terminal.screen.cursor.y == 2
        terminal.type("/versions")
        terminal.shows("filter findings: versions")
        assert (terminal.screen.cursor.y, terminal.screen.cursor.x) == (22, 25)


def test_another_size_is_another_picture_and_too_small_a_one_is_said() -> None:
    with replay() as terminal:
        terminal.shows(ALL_READ)
        terminal.resize(50, 10)
        terminal.shows("needs 60x16; this is 50x10")
        terminal.resize(120, 40)
        terminal.until(lambda text: ALL_READ in text and len(text.splitlines()) == 40)


# What it writes


def test_the_first_picture_takes_at_most_eight_thousand_bytes() -> None:
    with replay() as terminal:
        terminal.shows(ALL_READ)
        terminal.take(1.0)

    assert len(terminal.written) <= 8192


def test_nothing_is_written_while_nothing_changes() -> None:
    with replay() as terminal:
        terminal.shows(ALL_READ)
        terminal.take(1.0)

        assert terminal.take(2.0) == b""


def test_a_small_change_takes_few_bytes() -> None:
    with replay() as terminal:
        terminal.shows(ALL_READ)
        terminal.take(1.0)
        terminal.type("-")

        assert 0 < len(terminal.take(1.0)) <= 120


def test_the_clock_takes_at_most_sixty_bytes_a_second(journal: Path) -> None:
    # Where nobody records there is no clock.
    with Journal(journal).recording(), Terminal(["watch", "--from", str(journal)]) as terminal:
        terminal.shows("LE-rack-a", "source lost")
        terminal.take(0.9)
        ticks = [terminal.take(0.5) for _ in range(6)]

    seen = [tick for tick in ticks if tick]
    assert len(seen) >= 2
    assert max(map(len, seen)) <= 60


def test_a_burst_of_ten_thousand_events_takes_at_most_sixty_thousand_bytes(journal: Path) -> None:
    with Terminal(["watch", "--from", str(journal)]) as terminal:
        terminal.shows("LE-rack-a", "source lost")
        before = len(terminal.written)
        with journal.open("ab") as file:
            file.write(b"".join(map(heartbeat, range(10_000))))
        terminal.shows("line 9999")

        assert len(terminal.written) - before <= 60_000


def test_a_terminal_that_takes_nothing_gets_the_newest_when_it_does(journal: Path) -> None:
    with Terminal(["watch", "--from", str(journal)]) as terminal:
        terminal.shows("LE-rack-a", "source lost")
        before = len(terminal.written)
        for number in range(60):
            with journal.open("ab") as file:
                file.write(b"".join(heartbeat(number * 100 + one) for one in range(100)))
            terminal.resize(80 + number % 2, 24)
            terminal.type("G")
        terminal.resize(80, 24)
        with journal.open("ab") as file:
            file.write(heartbeat(9999, "the very last"))
        terminal.shows("the very last")
        terminal.type("q")

        assert terminal.wait() == 0
        assert len(terminal.written) - before < 300_000


# Looks


def test_without_colour_there_is_truly_none() -> None:
    with replay(NO_COLOR="1") as terminal:
        terminal.shows(ALL_READ)
        terminal.type("0nnn")
        terminal.shows("1 critical")

    assert not COLOUR.search(bytes(terminal.written))


def test_colours_are_the_terminals_own_sixteen() -> None:
    with replay(COLORTERM="truecolor") as terminal:
        terminal.shows(ALL_READ)
        terminal.type("0nnn")
        terminal.shows("1 critical")

    assert b"31m" in terminal.written
    assert not re.search(rb"[34]8;[25]", bytes(terminal.written))


IN_C = {"LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.mark.parametrize("asked", [False, True])
def test_where_there_is_no_utf_8_all_is_ascii(*, asked: bool) -> None:
    arguments = ["replay", UPDATE, *(["--ascii"] if asked else [])]
    with Terminal(arguments, environment={} if asked else IN_C) as terminal:
        terminal.shows(ALL_READ, "+ Pairs ---", "* LE-rack-a")
        terminal.type("0nnn")
        terminal.shows("X critical")

    assert terminal.written.isascii()


def test_neither_mouse_nor_kitty_keys_are_asked_for() -> None:
    with replay() as terminal:
        terminal.shows(ALL_READ)

    assert b"\x1b[?1000h" not in terminal.written
    assert b"\x1b]" not in terminal.written
    assert not re.search(rb"\x1b\[>\d*u", bytes(terminal.written))


def test_the_mouse_comes_when_asked_for() -> None:
    with replay("--mouse") as terminal:
        terminal.shows(ALL_READ)

    assert b"\x1b[?1000h" in terminal.written


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_can_show_nothing_is_told_of_plain_lines(term: str, journal: Path) -> None:
    with Terminal(["watch", "--from", str(journal)], environment={"TERM": term}) as terminal:
        assert terminal.wait() == 2

    assert b"--plain" in terminal.written
    assert b"--headless" not in terminal.written
    assert b"\x1b" not in terminal.written


def test_a_replay_on_a_terminal_that_moves_no_cursor_is_refused_with_a_hint() -> None:
    with replay(TERM="dumb") as terminal:
        assert terminal.wait() == 2

    assert b"--plain, or --headless" in terminal.written
    assert b"\x1b" not in terminal.written


def test_without_a_terminal_there_is_no_screen(journal: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tui.command_line", "watch", "--from", str(journal)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )

    assert (ended.returncode, ended.stdout) == (2, b"")
    assert b"--plain" in ended.stderr


def test_what_is_wrong_with_rules_or_log_is_said_without_a_screen(tmp_path: Path) -> None:
    broken = tmp_path / "rules"
    broken.mkdir()
    (broken / "broken.toml").write_text("[[rule]]\nid = \n")
    for arguments in (["replay", UPDATE, "--rules", str(broken)], ["replay", str(broken)]):
        with Terminal(arguments) as terminal:
            assert terminal.wait() == 2

        assert terminal.written.startswith(b"watchkeeper replay: ")
        assert b"\x1b" not in terminal.written


# How it ends


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT])
def test_a_signal_ends_it_and_the_terminal_is_as_it_was(number: signal.Signals) -> None:
    with replay() as terminal:
        terminal.shows(ALL_READ)
        os.kill(terminal.pid, number)

        assert terminal.wait() == 128 + number
    assert all(mode in terminal.written for mode in LEFT_AS_IT_WAS)


def test_a_signal_ends_it_before_the_keys_that_were_typed_ahead() -> None:
    with replay() as terminal:
        terminal.shows(ALL_READ)
        terminal.type("ftre?wbL" * 200)
        os.kill(terminal.pid, signal.SIGTERM)

        assert terminal.wait() == 128 + signal.SIGTERM
    assert all(mode in terminal.written for mode in LEFT_AS_IT_WAS)


@pytest.mark.parametrize("ignored", [False, True])
def test_a_terminal_that_vanishes_ends_it(*, ignored: bool) -> None:
    arguments = ["replay", UPDATE]
    with Terminal(arguments, ignore_hangup=ignored) as terminal:
        terminal.shows(ALL_READ)
        terminal.hang_up()

        assert terminal.wait() in {129, -signal.SIGHUP}


def test_quitting_leaves_the_terminal_as_it_was() -> None:
    with replay() as terminal:
        terminal.shows(ALL_READ)
        terminal.type("q")

        assert terminal.wait() == 0
    assert all(mode in terminal.written for mode in LEFT_AS_IT_WAS)


def test_a_signal_ends_it_also_while_the_terminal_takes_nothing(journal: Path) -> None:
    with Terminal(["watch", "--from", str(journal)]) as terminal:
        terminal.shows("LE-rack-a", "source lost")
        for number in range(200):
            terminal.resize(80 + number % 2, 24)
        os.kill(terminal.pid, signal.SIGTERM)
        pid, status = os.waitpid(terminal.pid, 0)
        terminal.code = os.waitstatus_to_exitcode(status)

    assert (pid, terminal.code) == (terminal.pid, 143)


def test_it_can_be_suspended_and_comes_back() -> None:
    with replay() as terminal:
        terminal.shows(ALL_READ)
        terminal.type("\x1a")
        _, status = os.waitpid(terminal.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        terminal.take(0.2)
        assert all(mode in terminal.written for mode in LEFT_AS_IT_WAS)
        before = len(terminal.written)
        os.kill(terminal.pid, signal.SIGCONT)
        terminal.until(lambda _: b"Findings" in terminal.written[before:])


# Hostile texts


HOSTILE = [
    "\x1b]0;owned\x07\x1b[2J\x1b[31m",
    "[bold red]markup[/] [@click=app.quit]x[/]",
    "\u202egnp.exe \u2066hidden",
    "first\nsecond\r\nthird",
    "a" * 1_000_000,
    "宽" * 200 + "e\u0301\u0301\u0301\u0301\u0301",
    "\ud83d",
    "\x9b2J \x00 \x7f",
]


def is_whole(shown: str) -> bool:
    """Whether no text has moved the frame, once a picture is painted."""
    lines = shown.splitlines()
    frame = (line.rstrip()[-1] in "┐│┘" for line in lines[1:] if line.strip())
    return lines[1].startswith("┌") and all(frame)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_shown_and_do_nothing(text: str, tmp_path: Path) -> None:
    log = tmp_path / "hostile.jsonl"
    facts = {"pair.role": "primary", "pair.cluster_address": text[:60_000]}
    event = {
        "specversion": "1.0",
        "id": text[:50],
        "source": "oneview/composer-1",
        "type": "watchkeeper.facts.changed",
        "subject": f"pair/{text[:60]}",
        "time": "2026-11-22T02:00:00Z",
        "data": {"facts": facts, "message": text},
    }
    log.write_bytes(json.dumps(event).encode("utf-8", "replace") + b"\n\xff\xfe broken\n")
    with Terminal(["replay", str(log)]) as terminal:
        terminal.until(lambda shown: "└" in shown.splitlines()[-1] and "event" in shown)
        terminal.until(lambda shown: "reading" not in shown)
        for keys in ("L", "\x1b", "f", "\x1b", "t", "\r"):
            terminal.type(keys)
            terminal.take(0.3)
        terminal.until(is_whole)
        terminal.type("q")
        assert terminal.wait() == 0

    assert b"owned\x07" not in terminal.written
    assert b"\x1b[2J\x1b[31m" not in terminal.written
    assert "\u202e".encode() not in terminal.written


# Keys as PuTTY sends them, and multiplexers


def test_the_keys_of_putty() -> None:
    home, end, f1 = "\x1b[1~", "\x1b[4~", "\x1b[11~"
    down, page_up, page_down = "\x1bOB", "\x1b[5~", "\x1b[6~"
    with Terminal(["replay", UPDATE], environment={"TERM": "putty"}) as terminal:
        terminal.shows(ALL_READ)
        terminal.type(f1)
        terminal.shows("Everywhere", "1 of")
        terminal.type(end)
        terminal.until(lambda shown: "Here" not in shown)
        terminal.type(home)
        terminal.shows("Here")
        terminal.type(page_down)
        terminal.until(lambda shown: "Here" not in shown)
        terminal.type(page_up)
        terminal.shows("Here")
        terminal.type(down)
        terminal.shows("2 of")
        terminal.type("\x1b")
        terminal.shows("Findings")
        terminal.type("/rackx\x7f\r")
        terminal.shows("/rack")
        terminal.type("q")
        assert terminal.wait() == 0


@pytest.mark.skipif(shutil.which("screen") is None, reason="GNU screen is not installed")
def test_the_same_under_gnu_screen(tmp_path: Path) -> None:
    sockets = tmp_path / "sockets"
    sockets.mkdir(mode=0o700)
    settings = tmp_path / "screenrc"
    settings.write_text("startup_message off\nvbell off\n")
    environment = {"SCREENDIR": str(sockets)}
    through = ("screen", "-U", "-c", str(settings), "-S", "watch")
    with Terminal(["replay", UPDATE], environment=environment, through=through) as terminal:
        terminal.shows(ALL_READ)
        terminal.type("0nnn")
        terminal.shows("1 critical", "DO NOT")
        terminal.type("\t?")
        terminal.shows("Everywhere")
        terminal.type("\x1b")
        terminal.shows("Findings")
        terminal.type("q")
        assert terminal.wait() == 0


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_the_same_under_tmux(tmp_path: Path) -> None:
    server = str(tmp_path / "tmux")
    program = f"{sys.executable} -m tui.command_line replay {UPDATE}"
    tmux = ["tmux", "-S", server, "-f", "/dev/null"]
    environment = {**os.environ, "LANG": "C.UTF-8", "PYTHONPATH": str(Path.cwd())}

    def run(*arguments: str) -> str:
        ended = subprocess.run(
            [*tmux, *arguments], env=environment, capture_output=True, check=True, text=True
        )
        return ended.stdout

    def shows(text: str) -> None:
        for _ in range(int(PATIENCE * 10)):
            if text in run("capture-pane", "-p", "-t", "watch"):
                return
            subprocess.run(["sleep", "0.1"], check=True)
        raise AssertionError(run("capture-pane", "-p", "-t", "watch"))

    run("new-session", "-d", "-s", "watch", "-x", "80", "-y", "24", program)
    try:
        shows(ALL_READ)
        run("send-keys", "-t", "watch", "0", "n", "n", "n")
        shows("1 critical")
        run("send-keys", "-t", "watch", "Tab", "?")
        shows("Everywhere")
    finally:
        run("kill-server")
