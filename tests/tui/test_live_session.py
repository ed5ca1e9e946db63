"""Recorder and screen in one, over simulated appliances and real HTTPS."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sample_logs import RULES

from drivers.journal import Faults, JournalError, read_events
from drivers.simulator import scenario
from rules.loader import load_rule_base
from rules.rule_base import RuleBase
from tui.command_line import main
from tui.recording.demo import Demo
from tui.recording.judge import JournalJudge
from tui.recording.session import LiveSession, is_free
from tui.session import commands

PATIENCE = 30.0
SHIPPED = load_rule_base(RULES)
ROOT = Path(__file__).resolve().parents[2]


def live(demo: Demo, journal: Path, rule_base: RuleBase = SHIPPED) -> LiveSession:
    return LiveSession(
        demo.plan(journal, None),
        rule_base,
        clock=time.monotonic,
        wall=lambda: datetime.now(UTC),
        operator="anna",
        name="demo",
    )


async def work_until(session: LiveSession, found: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not found():
            session.work()
            await asyncio.sleep(0.01)


async def test_what_is_shown_is_on_disk_and_what_is_acknowledged_too(tmp_path: Path) -> None:
    journal = tmp_path / "watch.jsonl"
    with Demo(scenario.load("H7-single-appliance"), 1000.0) as demo:
        session = live(demo, journal)
        await session.open(lambda: None)
        assert is_free(journal) != ""
        await work_until(session, lambda: session.watch().findings())
        finding = session.snapshot().findings[0]
        assert session.snapshot().kind == "live"
        session.handle(commands.Acknowledge(finding.key, "seen"))
        await work_until(session, lambda: session.watch().findings()[0].acknowledged)
        await session.close()
    assert is_free(journal) == ""
    judge = JournalJudge(journal, SHIPPED)
    judge.catch_up()
    (again, *_) = judge.watch.findings()
    assert (again.rule.id, again.acknowledged is not None) == (finding.key.rule, True)


async def test_rules_that_are_read_again_are_loaded_by_an_event_for_all(tmp_path: Path) -> None:
    journal = tmp_path / "watch.jsonl"
    texts = dict(SHIPPED.texts)
    name = next(iter(texts))
    texts[name] += b"\n# changed\n"
    from rules.loader import load_texts

    changed = load_texts(texts)
    with Demo(scenario.load("calm"), 1.0) as demo:
        session = live(demo, journal)
        await session.open(lambda: None)
        session.use_rules(changed)
        await work_until(session, lambda: session.watch().rule_base.hash == changed.hash)
        await session.close()
    loaded = [
        event.data.hash
        for event, _ in read_events(journal, faults=Faults())
        if event.type == "watchkeeper.rules.loaded"
    ]
    assert loaded == [SHIPPED.hash, changed.hash]
    kept = sorted(path.name for path in (tmp_path / "watch.jsonl.rules").iterdir())
    assert kept == sorted(loaded)


async def test_that_certificates_are_not_verified_stands_in_the_header(tmp_path: Path) -> None:
    with Demo(scenario.load("calm"), 1.0) as demo:
        plan = demo.plan(tmp_path / "watch.jsonl", None)
        (deployment,) = plan.configuration.deployments
        settings = replace(deployment, verifies=False, ca_file="")
        configuration = replace(plan.configuration, deployments=(settings,))
        session = LiveSession(
            replace(plan, configuration=configuration),
            SHIPPED,
            clock=time.monotonic,
            wall=lambda: datetime.now(UTC),
        )
        assert (session.title, session.unverified) == ("harbour", ("harbour",))
        other = live(demo, tmp_path / "other.jsonl")
        assert (other.title, other.unverified) == ("demo", ())


async def test_a_second_session_is_told_who_records(tmp_path: Path) -> None:
    journal = tmp_path / "watch.jsonl"
    with Demo(scenario.load("calm"), 1.0) as demo:
        session = live(demo, journal)
        await session.open(lambda: None)
        with pytest.raises(JournalError, match=f"recorded by process {os.getpid()}"):
            await live(demo, journal).open(lambda: None)
        await session.close()


async def test_the_demonstration_runs_as_lines_until_it_is_interrupted(tmp_path: Path) -> None:
    code = "import sys; from tui.command_line import main; sys.exit(main())"
    journal = tmp_path / "demo.jsonl"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code, "watch", "--demo", "--plain", "--scenario", "calm"),
        *("--journal", str(journal)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    told = b""
    async with asyncio.timeout(PATIENCE):
        while b"logged in at HPE OneView" not in told:
            line = await process.stdout.readline()
            assert line, (await process.communicate())[1].decode()
            told += line
        process.send_signal(signal.SIGINT)
        _, errors = await process.communicate()
    assert process.returncode == 130
    assert errors == b""
    assert b"\x1b" not in told
    *_, (last, _) = read_events(journal, faults=Faults())
    assert last.type == "watchkeeper.watch.stopped"


def test_scenarios_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["watch", "--demo", "--scenario", "list"]) == 0
    assert "U6-standby-fails" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["watch", "--demo", "--scenario", "no-such"], "no scenario"),
        (["watch", "--demo", "--from", "x"], "leave out --from"),
        (["watch", "--scenario", "calm"], "belong to --demo"),
        (["watch", "--config", "/nowhere.toml"], "does not exist"),
    ],
)
def test_what_cannot_be_watched_is_explained(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code: object = main(arguments)
    except SystemExit as stopped:
        code = stopped.code
    assert code == 2
    assert said in capsys.readouterr().err


def test_without_a_configuration_the_first_steps_are_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WATCHKEEPER_CONFIG", str(tmp_path / "config.toml"))
    assert main(["watch"]) == 2
    told = capsys.readouterr().err
    assert "samples/config.toml" in told
    assert "watchkeeper watch --demo" in told


def test_without_arguments_the_watch_opens_where_there_is_a_configuration(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "config.toml"
    monkeypatch.setenv("WATCHKEEPER_CONFIG", str(file))
    assert main([]) == 0
    assert "usage" in capsys.readouterr().out
    file.write_text("[[deployment]]\n", "utf-8")
    assert main([]) == 2
    assert "watchkeeper watch: " in capsys.readouterr().err
