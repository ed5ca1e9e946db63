"""Rules that are written while they are watched: each save is seen at once, a broken one changes
nothing, and an interrupt ends all who work."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sample_logs import ROOT
from ship import Ship
from terminal import Terminal

LOG = "samples/logs/U6-standby-fails.jsonl"
SHIPPED = Path("rules/image_streamer")


VERDICT = """
[[fact]]
name = "water.verdict"
type = "enum"
values = ["short", "enough"]
scope = "boiler"
derived = true
otherwise = "enough"
meaning = "What the level comes to"

[[derive]]
fact = "water.verdict"
value = "short"
when = { water.level = { below = 30 } }

[[rule]]
id = "level-unknown"
title = "The level is not known"
severity = "warning"
source = { document = "Boiler manual", section = "Water", page = 7, grade = "guide" }
when = { water.verdict = { known = false } }
[rule.then]
impact = "Nobody knows how full the boiler is."
[[rule.then.step]]
do = "Read the gauge"
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """The shipped rules, to be changed."""
    return shutil.copytree(SHIPPED, tmp_path / "mine")


def test_a_replay_is_judged_anew_at_each_save(rules: Path) -> None:
    file = rules / "rules" / "update.toml"
    sound = file.read_text("utf-8")
    with Terminal(["replay", LOG, "--rules", str(rules)], columns=100) as terminal:
        terminal.shows("event 243 of 243", "The standby's update failed")

        file.write_text(sound + "\n[[rule]]\nid = 7\n", "utf-8")
        number = sound.count("\n") + 2
        place = f"mine/rules/update.toml:{number}:1"
        said = f"The last good rules stay in force: {place}: title is missing"
        terminal.shows(said, "RULES BROKEN", "The standby's update failed")

        file.write_text(sound, "utf-8")
        terminal.shows("The rule files are mended")
        assert "RULES BROKEN" not in terminal.text

        file.write_text(sound.replace("The standby's update", "The poor standby's"), "utf-8")
        terminal.shows("Rules read again", "The poor standby's failed")
        assert "RULES BROKEN" not in terminal.text


def test_an_interrupt_ends_those_who_share_the_work_without_a_word(rules: Path) -> None:
    command = ["backtest", str(SHIPPED), str(rules), *["samples/logs"] * 40, "--jobs", "2"]
    with subprocess.Popen(
        [sys.executable, "-m", "tui.command_line", "rules", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            while len(_children(process.pid)) < 2:
                assert process.poll() is None
            os.killpg(process.pid, signal.SIGINT)
            out, errors = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (process.returncode, out, errors) == (130, b"", b"")


def _children(process: int) -> list[str]:
    return Path(f"/proc/{process}/task/{process}/children").read_text().split()


def test_the_hooks_for_other_repositories_do_what_they_say(ship: Ship) -> None:
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8").split("- id: ")[1:]
    ship.rules.rename(ship.folder / "rules")
    test = '[[test]]\nname = "High water"\nfacts = { water.level = 95 }\nnever = ["water-low"]\n'
    proof = '[[proof]]\nfacts = ["water.level"]\nclassification = "water.verdict"\n'
    quiet = 'quiet = ["enough"]\nmay_be_unknown = true\n'
    (ship.folder / "rules" / "boilers.test.toml").write_text(test + proof + quiet, "utf-8")
    (ship.folder / "rules" / "verdict.toml").write_text(VERDICT, "utf-8")
    assert len(hooks) == 4
    for hook in hooks:
        keys = dict(re.findall(r"^  (\w+): (.*)$", hook, re.MULTILINE))
        assert re.search(keys["files"], "rules/boilers.toml")
        assert not re.search(keys["files"], "pyproject.toml")
        program, *words = keys["entry"].split()
        assert program == "watchkeeper"
        given = keys.get("args", "[rules/boilers.test.toml]").strip("[]").split(", ")
        ended = ship.run(*words, *given)
        assert ended.code == 0, ended.out + ended.err
