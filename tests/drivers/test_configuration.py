"""The configuration: what it may say, and what is told of what it may not."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from drivers.configuration import (
    ConfigurationError,
    DeploymentSettings,
    PasswordFrom,
    configuration_of,
    default_path,
    read_configuration,
)
from drivers.configuration_table import Table
from drivers.live.secret import Secret
from drivers.live.session import NoPasswordError
from drivers.passwords import password_source, telling_when_slow
from tui.recording.start import lines_of
from tui.settings import ScreenSettings

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "config.toml"
HARBOUR: dict[str, Any] = {"name": "harbour", "oneview": ["oneview.example"], "user": "watch"}


def faults(deployment: dict[str, Any] | None = None, **tables: Any) -> list[str]:
    document = {"deployment": [HARBOUR | (deployment or {})], **tables}
    with pytest.raises(ConfigurationError) as caught:
        configuration_of(document, "config.toml")
    return caught.value.faults


def test_the_sample_is_a_configuration() -> None:
    (deployment,) = read_configuration(SAMPLE).deployments
    assert deployment.name == "harbour"
    assert deployment.password.file == str(SAMPLE.parent / "harbour-password")


def test_everything_that_the_sample_shows_commented_out_is_right_and_what_holds_without_it(
    tmp_path: Path,
) -> None:
    text = SAMPLE.read_text("utf-8")
    plain = configuration_of({"deployment": [HARBOUR]}, "")
    shown: dict[str, str] = {}
    for line in text.splitlines():
        if found := re.match(r"# (\w+ = .+)", line):
            key, _, value = found[1].partition(" = ")
            shown[key] = value
    assert shown["interval"] == '"15s"'
    assert plain.polling.interval == timedelta(seconds=15)
    assert shown["part_size"] == '"64MiB"'
    assert plain.journal.part_size == 64 << 20
    uncommented = re.sub(r"^# (\w+ = |    \"|\])", r"\1", text, flags=re.MULTILINE)
    for other in ("password_command", "password_environment", "password_keyring"):
        uncommented = uncommented.replace(f"\n{other} = ", f"\n# {other} = ")
    uncommented = re.sub(r"\n(accept_any\w+) = ", r"\n# \1 = ", uncommented)
    file = tmp_path / "config.toml"
    file.write_text(uncommented, "utf-8")
    (deployment,) = read_configuration(file).deployments
    assert deployment.api_version == 1600
    assert len(deployment.fingerprints) == 1


def test_several_deployments_stand_in_one_file() -> None:
    second = HARBOUR | {"name": "canal", "port": 8443, "image_streamer_port": 8444}
    second |= {"image_streamer_networks": ["192.0.2.0/24", "2001:db8::/48", "127.0.0.2"]}
    found = configuration_of({"deployment": [HARBOUR, second]}, "")
    assert [one.name for one in found.deployments] == ["harbour", "canal"]
    assert (found.deployments[1].port, found.deployments[1].image_streamer_port) == (8443, 8444)
    networks = [str(network) for network in found.deployments[1].networks]
    assert networks == ["192.0.2.0/24", "2001:db8::/48", "127.0.0.2/32"]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"usr": "x"}, "'usr'; 'user' is the nearest"),
        ({"fingerprint": "x"}, "'fingerprint'; 'fingerprints' is the nearest"),
        ({"image_streamer_prot": 1}, "'image_streamer_prot'; 'image_streamer_port' is the nearest"),
        ({"xyzzy": 1}, "there is no key 'xyzzy'"),
        ({"port": 0}, "port must be a port from 1 to 65535"),
        ({"port": "443"}, "port must be a port"),
        ({"user": ""}, "user is missing"),
        ({"user": 5}, "user must be a text"),
        ({"oneview": []}, "oneview is missing"),
        ({"oneview": ["https://x/"]}, "must be a host name or an address"),
        ({"fingerprints": ["abc"]}, "64 hexadecimal digits"),
        ({"image_streamer_networks": ["192.0.2.1/24"]}, "'192.0.2.1/24' must be a network such as"),
        ({"image_streamer_networks": ["harbour.example"]}, "must be a network such as"),
        ({"image_streamer_networks": []}, "image_streamer_networks is missing"),
        ({"api_version": "1600"}, "api_version must be an interface version"),
        ({"name": "a/b"}, "name must be printable and hold no /"),
        ({"password_command": "pass show x"}, "password_command must be a list of words"),
        ({"password_file": "a", "password_keyring": "b"}, "exclude each other"),
        (
            {"accept_any_certificate_and_be_exposed_to_impostors": True, "ca_file": "x"},
            "makes ca_file and fingerprints useless",
        ),
    ],
)
def test_what_is_wrong_is_named_with_what_would_be_right(wrong: dict[str, Any], named: str) -> None:
    (fault,) = faults(wrong)
    assert fault.startswith("config.toml: [[deployment]] ")
    assert named in fault


def test_a_password_in_the_file_is_refused_and_not_repeated() -> None:
    (fault,) = faults({"password": "hush-hush"})
    assert "no password stands in a configuration" in fault
    assert "hush-hush" not in fault


def test_all_faults_are_told_at_once() -> None:
    found = faults({"usr": "x", "port": 0}, polling={"intervall": "15s"}, screens={})
    assert len(found) == 4


def test_each_fault_names_its_line_in_the_order_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(
        """[polling]
intervall = "15s"

[[deployment]]
name = "harbour"
oneview = ["oneview.example"]
usr = "watch"

[[deployment]]
name = "harbour"
oneview = ["oneview.example"]
user = "watch"
port = 0
[screem]
""",
        "utf-8",
    )
    with pytest.raises(ConfigurationError) as caught:
        read_configuration(file, lines_of)
    told = [fault.removeprefix(f"{file}:") for fault in caught.value.faults]
    assert [fault.partition(": ")[0] for fault in told] == ["2", "4", "7", "10", "13", "14"]
    assert "user is missing" in told[1]
    assert "'usr'; 'user' is the nearest" in told[2]
    assert "two deployments are called 'harbour'" in told[3]


def test_the_sample_explains_every_key_that_is_read_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: set[tuple[str, str]] = set()
    get = Table.get

    def noting(table: Any, key: str) -> Any:
        read.add((re.sub(r"[^a-z].*", "", table._where.strip("[")), key))
        return get(table, key)

    monkeypatch.setattr(Table, "get", noting)
    configuration_of({"deployment": [HARBOUR]}, "")
    tables = {"journal", "polling", "deployment", "screen", "keys"}
    assert {key for table, key in read if table == ""} == tables
    expected = {(table, key) for table, key in read if table}
    expected |= {("screen", name) for name in ScreenSettings.__annotations__}
    explained: set[tuple[str, str]] = set()
    explained_tables: set[str] = set()
    table = ""
    for line in SAMPLE.read_text("utf-8").splitlines():
        if found := re.match(r"\[+(\w+)\]+", line):
            table = found[1]
            explained_tables.add(table)
        elif found := re.match(r"(?:# )?(\w+) = ", line):
            explained.add((table, found[1]))
    assert explained_tables == tables
    assert explained == expected


def test_without_verification_takes_its_long_name() -> None:
    said = HARBOUR | {"accept_any_certificate_and_be_exposed_to_impostors": True}
    assert not configuration_of({"deployment": [said]}, "").deployments[0].verifies
    assert configuration_of({"deployment": [HARBOUR]}, "").deployments[0].verifies
    assert any("no key 'verify'" in fault for fault in faults({"verify": False}))


def test_the_configuration_can_be_named_by_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WATCHKEEPER_CONFIG", "/elsewhere/config.toml")
    assert default_path() == Path("/elsewhere/config.toml")


# Passwords


def settings(**chosen: Any) -> DeploymentSettings:
    return DeploymentSettings("harbour", ("x",), "watch", password=PasswordFrom(**chosen))


async def password_of(**chosen: Any) -> str:
    source = password_source(settings(**chosen), environment={"PASSWORD": "hush-hush"})
    return (await source()).reveal()


def protected(folder: Path, text: str = "hush-hush\nmore\n", mode: int = 0o600) -> str:
    file = folder / "password"
    file.write_text(text, "utf-8")
    file.chmod(mode)
    return str(file)


async def test_a_password_comes_from_where_it_is_configured(tmp_path: Path) -> None:
    assert await password_of(file=protected(tmp_path)) == "hush-hush"
    assert await password_of(environment="PASSWORD") == "hush-hush"
    command = (sys.executable, "-c", "print('hush-hush')")
    assert await password_of(command=command) == "hush-hush"
    asked = password_source(settings(), prompt=lambda question: "hush-hush")
    assert (await asked()).reveal() == "hush-hush"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
async def test_a_password_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(NoPasswordError, match="chmod 600"):
        await password_of(file=protected(tmp_path, mode=mode))


@pytest.mark.parametrize(
    "chosen",
    [
        {"file": "/nowhere/password"},
        {"environment": "NO_SUCH_VARIABLE"},
        {"keyring": "no-such-service"},
        {"command": ("/nowhere/command",)},
        {"command": (sys.executable, "-c", "import sys; print('hush-hush'); sys.exit(3)")},
        {"command": (sys.executable, "-c", "")},
    ],
)
async def test_a_password_that_cannot_be_had_is_explained_without_telling_it(
    chosen: dict[str, Any],
) -> None:
    with pytest.raises(NoPasswordError) as caught:
        await password_of(**chosen)
    assert "hush-hush" not in str(caught.value)


async def test_a_pipe_in_the_place_of_a_password_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "password", 0o600)
    with pytest.raises(NoPasswordError, match="is no file"):
        await password_of(file=str(tmp_path / "password"))


async def test_a_password_that_is_no_text_is_refused() -> None:
    source = password_source(settings(environment="PASSWORD"), environment={"PASSWORD": "\udcff"})
    with pytest.raises(NoPasswordError, match="PASSWORD gives no UTF-8 text"):
        await source()


async def test_a_password_is_never_cut_short(tmp_path: Path) -> None:
    with pytest.raises(NoPasswordError, match="more than 4096 bytes"):
        await password_of(file=protected(tmp_path, "x" * 5000))
    command = (sys.executable, "-c", "print('x' * 500_000)")
    with pytest.raises(NoPasswordError, match="more than 4096 bytes"):
        await password_of(command=command)


async def test_a_command_is_not_given_the_passwords_that_stand_in_the_environment() -> None:
    command = (sys.executable, "-c", "import os; print(os.environ.get('PASSWORD', 'without'))")
    variables = dict(os.environ) | {"PASSWORD": "hush-hush"}
    source = password_source(
        settings(command=command), environment=variables, hidden={"PASSWORD", ""}
    )
    assert (await source()).reveal() == "without"


async def test_a_command_is_ended_with_what_it_has_started_when_nobody_waits_any_more(
    tmp_path: Path,
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    child = f"import time; file = open({str(pipe)!r}, 'w'); time.sleep(600)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    source = password_source(settings(command=(sys.executable, "-c", parent)))
    asking = asyncio.ensure_future(source())
    with await asyncio.to_thread(pipe.open, "rb") as started:
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        # The end of the pipe comes once nobody holds its other side.
        assert await asyncio.to_thread(started.read) == b""


def test_without_a_terminal_a_password_must_be_configured() -> None:
    with pytest.raises(NoPasswordError, match="password_file"):
        password_source(settings(), prompt=None)


def test_the_environment_is_asked_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "WATCHKEEPER_TEST_PASSWORD", "x")
    assert password_source(settings(environment="WATCHKEEPER_TEST_PASSWORD")) is not None


async def test_a_password_that_is_long_in_coming_is_told() -> None:
    came = asyncio.Event()

    async def hanging() -> Secret:
        await came.wait()
        return Secret("hush")

    # What is told lets it come.
    told = telling_when_slow(hanging, came.set, after=0.0)
    assert (await asyncio.wait_for(told(), 10)).reveal() == "hush"
