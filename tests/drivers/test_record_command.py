"""`watchkeeper record` as a process of its own, over real HTTPS, ended by signals."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from drivers.journal import Faults, read_events
from drivers.oneview.importing import import_bodies
from drivers.simulator.build import build_site
from drivers.simulator.clock import WallClock
from drivers.simulator.server import SimulatedAppliances

PASSWORD = "Hush!-not-to-be-found-4711"
COMMAND = [sys.executable, "-c", "import sys; from tui.command_line import main; sys.exit(main())"]
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0


@asynccontextmanager
async def appliances() -> AsyncIterator[SimulatedAppliances]:
    clock = WallClock()
    site = build_site(clock.now(), password=PASSWORD)
    async with SimulatedAppliances(site, clock=clock) as served:
        yield served


def configured(folder: Path, served: SimulatedAppliances) -> Path:
    password = folder / "password"
    password.write_text(PASSWORD + "\n", "utf-8")
    password.chmod(0o600)
    file = folder / "config.toml"
    file.write_text(
        f"""
[polling]
interval = "1s"
[[deployment]]
name = "harbour"
oneview = ["{served.address}"]
user = "watch"
port = {served.port}
image_streamer_port = {served.image_streamer_port}
fingerprints = ["{served.fingerprint}"]
password_file = "password"
""",
        "utf-8",
    )
    return file


async def start(*arguments: str | Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *COMMAND,
        *map(str, arguments),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


async def until(found: object, *, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(PATIENCE):
        while not found():  # type: ignore[operator]
            assert process.returncode is None, (await process.communicate())[0].decode()
            await asyncio.sleep(0.02)


def facts_in(journal: Path) -> set[str]:
    if not journal.exists():
        return set()
    events = [event for event, _ in read_events(journal, faults=Faults())]
    return {name for event in events for name in event.data.facts}


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)], ids=["ctrl-c", "sigterm"]
)
async def test_a_recording_logs_out_when_it_is_ended_and_the_password_is_nowhere(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    async with appliances() as served:
        config = configured(tmp_path, served)
        kept = tmp_path / "kept"
        journal = kept / "watch.jsonl"
        process = await start("record", "--config", config, "--journal", journal, "--raw")
        await until(lambda: "backup.artifact_name" in facts_in(journal), process=process)
        assert served.site.sessions.open == 1
        process.send_signal(number)
        output, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
        assert process.returncode == code, output.decode()
        assert served.site.sessions.open == 0
        asked = {(method, path) for _, method, path in served.asked}
    assert f"Recording to {journal}" in output.decode()
    assert f"Stopped recording to {journal}" in output.decode()
    assert "Unclosed" not in output.decode()
    assert {method for method, _ in asked} == {"GET", "POST", "DELETE"}
    assert {path for method, path in asked if method != "GET"} == {"/rest/login-sessions"}
    events = [event.type for event, _ in read_events(journal, faults=Faults())]
    assert events[-1] == "watchkeeper.watch.stopped"
    written = [path for path in kept.rglob("*") if path.is_file()]
    assert any(path.parent.name == "watch.jsonl.raw" for path in written)
    for path in written:
        content = path.read_bytes()
        assert PASSWORD.encode() not in content, path
    assert PASSWORD.encode() not in output


async def test_what_was_kept_raw_can_be_imported(tmp_path: Path) -> None:
    async with appliances() as served:
        config = configured(tmp_path, served)
        journal = tmp_path / "watch.jsonl"
        process = await start("record", "--config", config, "--journal", journal, "--raw")
        await until(lambda: "backup.artifact_name" in facts_in(journal), process=process)
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.communicate(), PATIENCE)
    files = [(path.name, path.read_bytes()) for path in raw_files(tmp_path)]
    told = import_bodies(
        files, source="oneview/harbour", deployment="harbour", time=WallClock().now()
    )
    assert told.unreadable == []
    names = {name for event in told.events for name in event.data.facts}
    assert {"appliance.version", "backup.artifact_name", "pair.role"} <= names


def raw_files(folder: Path) -> list[Path]:
    return sorted((folder / "watch.jsonl.raw").iterdir())


async def test_two_recorders_of_one_journal_say_so(tmp_path: Path) -> None:
    async with appliances() as served:
        config = configured(tmp_path, served)
        journal = tmp_path / "watch.jsonl"
        process = await start("record", "--config", config, "--journal", journal)
        await until(journal.exists, process=process)
        second = await start("record", "--config", config, "--journal", journal)
        output, _ = await asyncio.wait_for(second.communicate(), PATIENCE)
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.communicate(), PATIENCE)
    # It may be free later, so that a service is started again.
    assert second.returncode == 1
    assert f"already being recorded by process {process.pid}" in output.decode()
    assert "watch --from" in output.decode()


async def test_a_recorder_that_cannot_write_yet_may_be_started_again(tmp_path: Path) -> None:
    async with appliances() as served:
        config = configured(tmp_path, served)
        (tmp_path / "kept").write_text("in the way of a folder", "utf-8")
        journal = tmp_path / "kept" / "watch.jsonl"
        process = await start("record", "--config", config, "--journal", journal)
        output, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    # The unit in samples/ leaves a service alone after 2, and starts it again after 1.
    assert process.returncode == 1
    assert "watch.jsonl" in output.decode()
    assert "Traceback" not in output.decode()


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("[[deployment]]\nname = 1", "name must be a text"),
        ("[[deployment]", "is not TOML"),
        ("", "no [[deployment]]"),
    ],
)
async def test_a_configuration_that_cannot_be_used_is_explained(
    tmp_path: Path, config: str, said: str
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(config, "utf-8")
    process = await start("record", "--config", file)
    output, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 2
    assert said in output.decode()
    assert "Traceback" not in output.decode()


async def test_a_refused_login_and_a_wrong_certificate_show_no_secret(tmp_path: Path) -> None:
    async with appliances() as served:
        config = configured(tmp_path, served)
        (tmp_path / "password").write_text("Wrong-" + PASSWORD, "utf-8")
        journal = tmp_path / "watch.jsonl"
        process = await start("record", "--config", config, "--journal", journal)
        await until(lambda: "watch.oneview_session" in facts_in(journal), process=process)
        process.send_signal(signal.SIGTERM)
        output, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    said = [
        event.data.facts["watch.oneview_session"]
        for event, _ in read_events(journal, faults=Faults())
        if "watch.oneview_session" in event.data.facts
    ]
    assert said == ["refused"]
    # Whoever looks after the service sees it in its log.
    assert "harbour: HPE OneView refuses the watch's login" in output.decode()
    assert PASSWORD.encode() not in output + journal.read_bytes()
