from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tui.command_line import main


def test_the_scenarios_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--scenario", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 60
    assert any(line.startswith("U6-standby-fails ") for line in lines)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (["--scenario", "U6-standby"], "U6-standby-fails is the nearest"),
        (["--bind", "0.0.0.0"], "must be a loopback address"),
        (["--bind", "example.org"], "must be a loopback address"),
        (["--speed", "0"], "must be a number up to"),
        (["--speed", "nan"], "must be a number up to"),
        (["--port", "70000"], "must be a port"),
        (["--pairs", "0"], "must be a number from 1"),
        (["--site", "south rack"], "must be a letter and up to 15 more letters or digits"),
    ],
)
def test_what_cannot_be_simulated_is_refused_in_one_line(
    given: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", *given]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert complaint in said.err


@pytest.mark.parametrize(("ends", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_it_serves_until_it_is_stopped_and_leaves_nothing_behind(
    ends: signal.Signals, code: int
) -> None:
    command = [sys.executable, "-m", "tui.command_line", "simulate", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        lines = []
        for line in running.stdout:
            lines.append(line)
            if line.startswith("These appliances do not exist"):
                break
        running.send_signal(ends)
        _, errors = running.communicate(timeout=60)
    said = dict(line.strip().split(":", 1) for line in lines[:-1])
    assert (running.returncode, errors) == (code, "")
    assert said["HPE OneView"].strip().startswith("https://127.0.0.1:")
    assert not os.path.exists(said["Authority"].strip())  # noqa: PTH110
