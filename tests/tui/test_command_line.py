from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from ship import Ship

from tui import exit_codes

HOUSE = Path(__file__).resolve().parent.parent.parent


def command(*words: str) -> list[str]:
    """The command as a process of its own."""
    return [sys.executable, "-m", "tui.command_line", *words]


def settings() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(HOUSE), "LC_ALL": "C.UTF-8"}


def test_no_arguments_say_what_to_type(ship: Ship) -> None:
    ended = ship.run()
    assert ended.code == 0
    assert "replay" in ended.out
    assert "exit codes:" in ended.out


@pytest.mark.parametrize("words", [["version"], ["--version"]])
def test_the_version_is_told(words: list[str], ship: Ship) -> None:
    ended = ship.run(*words)
    assert re.fullmatch(r"watchkeeper \S.*, Python \d+\.\d+\.\d+\S*\n", ended.out)
    assert ended.code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sail"], "invalid choice: 'sail'"),
        (["replay"], "required: LOG"),
        (["replay", "log", "--format", "xml"], "invalid choice: 'xml'"),
        (["replay", "log", "--at", "soon"], "02:14 for the first in the log"),
        (["replay", "log", "--severity", "bad"], "critical, warning, notice, information"),
        (["replay", "log", "--width", "1"], "a number from 24 to 1000"),
        (["replay", "log", "--head"], "unrecognized arguments: --head"),
        (["rules", "list", "--text"], "--text (see watchkeeper rules list --help)"),
        (["import", "oneview", "x", "--text"], "--text (see watchkeeper import oneview --help)"),
        (["watch", "."], "did you mean --rules .?"),
        (["rules", "list", "."], "did you mean --rules .?"),
        (["rules", "prove", "."], "did you mean --rules .?"),
        (["replay", "log", "--\x1b[2J\n"], "\\x1b[2J"),
        (["replay", "log", "--at", "1:00", "--until", "2:00"], "give one of them"),
        (
            ["replay", "log", "--since", "2026-03-02 01:00", "--at", "2026-03-01 01:00"],
            "--since 2026-03-02 01:00 is later than the end",
        ),
        (["replay", "log", "--headless", "--config", "file"], "--config is for the screen"),
        (["import"], "required: FORMAT"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(words: list[str], said: str, ship: Ship) -> None:
    ended = ship.run(*words)
    assert ended.code == exit_codes.UNUSABLE
    assert said in ended.err
    assert len(ended.err.splitlines()) == 1
    assert ended.err.rstrip("\n").isprintable()
    assert ended.out == ""


def test_a_log_that_is_not_there_is_one_line_and_exit_code_2(ship: Ship) -> None:
    ended = ship.replay("nowhere\n.jsonl")
    assert ended.err == "watchkeeper replay: nowhere\\n.jsonl does not exist\n"
    assert ended.code == 2


def test_standard_input_is_read_once(ship: Ship) -> None:
    ended = ship.replay("-", "-")
    assert ended.err == "watchkeeper replay: standard input can be read only once\n"
    assert ended.code == 2


def test_every_fault_of_the_rules_is_a_line(ship: Ship) -> None:
    (ship.rules / "more.toml").write_text('[[rule]]\nid = "\\u001b[2J"\nwhen = { a.b = 1 }\n')
    ended = ship.replay(ship.log())
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("watchkeeper replay: boilers/more.toml:")
    assert all(line.isprintable() for line in ended.err.splitlines())


def test_who_stops_reading_ends_the_command_quietly(ship: Ship, dry_boiler: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    ended = subprocess.run(
        command("replay", "--headless", "--rules", "boilers", dry_boiler.name),
        cwd=ship.folder,
        env=settings(),
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)
    assert ended.stderr == b""
    assert ended.returncode == exit_codes.PIPE_CLOSED


def test_an_output_without_room_is_one_line(ship: Ship, dry_boiler: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            command("replay", "--headless", "--rules", "boilers", dry_boiler.name),
            cwd=ship.folder,
            env=settings(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert ended.stderr == b"watchkeeper: the output cannot be written: No space left on device\n"
    assert ended.returncode == exit_codes.FOUND


def test_closed_outputs_change_nothing_but_what_is_seen(ship: Ship, dry_boiler: Path) -> None:
    closed = " ".join(command("replay", "--headless", "--rules", "boilers", dry_boiler.name))
    ended = subprocess.run(
        ["sh", "-c", f"{closed} --at 01:06 >&- 2>&-"], cwd=ship.folder, env=settings(), check=False
    )
    assert ended.returncode == exit_codes.FOUND


def test_an_interrupt_ends_the_command_quietly(ship: Ship) -> None:
    with subprocess.Popen(
        command("replay", "--headless", "--rules", "boilers", "-"),
        cwd=ship.folder,
        env=settings(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"Replay of standard input\n"
        assert process.stdout.readline().startswith(b"Judged by")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
    assert err == b""
    assert process.returncode == exit_codes.INTERRUPTED


def test_what_comes_through_a_pipe_is_told_as_it_comes(ship: Ship, dry_boiler: Path) -> None:
    lines = dry_boiler.read_bytes().splitlines(keepends=True)
    with subprocess.Popen(
        command("replay", "--headless", "--rules", "boilers", "-"),
        cwd=ship.folder,
        env=settings(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(lines[0] + lines[1])
        process.stdin.flush()
        told = iter(process.stdout.readline, b"")
        assert any(b"RAISED boiler/port" in line for line in told)
        process.stdin.write(lines[2])
        process.stdin.close()
        assert any(b"critical RAISED" in line for line in told)
        assert b"SUMMARY\n" in told
        process.stdout.read()
    assert process.returncode == exit_codes.FOUND


def test_a_report_on_a_terminal_is_as_wide_as_that(ship: Ship, dry_boiler: Path) -> None:
    ours, theirs = pty.openpty()
    ended = subprocess.run(
        command("replay", "--plain", "--rules", "boilers", dry_boiler.name),
        cwd=ship.folder,
        env={**settings(), "COLUMNS": "50"},
        stdout=theirs,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:
        pass
    os.close(ours)
    assert ended.returncode == 0
    assert max(len(line) for line in shown.decode().splitlines()) <= 50
    assert b"\x1b" not in shown


@pytest.mark.parametrize(
    "program",
    [
        "import tui.entry; interrupt()",
        "import sys; sys.argv[1:] = ['version']; import tui.entry; tui.entry.main(); interrupt()",
    ],
    ids=["before anything is loaded", "once everything is done"],
)
def test_ctrl_c_is_silent_before_and_after_the_command_too(program: str) -> None:
    interrupt = (
        "import os, signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "def interrupt(): os.kill(os.getpid(), signal.SIGINT)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", interrupt + program], cwd=HOUSE, capture_output=True
    )
    assert ended.returncode == -signal.SIGINT
    assert ended.stderr == b""


def test_ctrl_c_stays_ignored_for_whoever_wants_it_ignored() -> None:
    program = (
        "import os, signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "import sys; sys.argv[1:] = ['version']; import tui.entry; tui.entry.main()\n"
        "os.kill(os.getpid(), signal.SIGINT)\n"
    )
    assert (
        subprocess.run([sys.executable, "-c", program], cwd=HOUSE, capture_output=True).returncode
        == 0
    )
