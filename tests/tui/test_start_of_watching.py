"""What is missing is told before a watch begins, by `record` and `watch` alike: one line, and 2."""

from __future__ import annotations

from pathlib import Path

import pytest
from ship import Ship

from drivers.configuration import read_configuration
from tui.recording.build import Plan
from tui.recording.start import lines_of
from tui.screen_command import wall

HEAD = '[[deployment]]\nname = "harbour"\noneview = ["oneview.invalid"]\nuser = "watch"\n'


def configured(folder: Path, lines: str) -> Path:
    file = folder / "config.toml"
    file.write_text(HEAD + lines + f'\n[journal]\npath = "{folder}/watch.jsonl"\n', "utf-8")
    return file


@pytest.mark.parametrize("words", [["record"], ["watch", "--plain"]], ids=["record", "watch"])
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('password_file = "none"', "password_file: {0}/none cannot be read: No such file"),
        ('password_file = "open"', "password_file: {0}/open can be read by others; do: chmod 600"),
        ('password_file = "empty"', "password_file: {0}/empty gives an empty password"),
        ('password_environment = "NOT_THERE"', "the environment variable NOT_THERE is not set"),
        ('password_command = ["no-such-thing"]', "no-such-thing is no command that could be run"),
        ('password_keyring = "x"', "the library keyring is not installed"),
        ('password_file = "good"\nca_file = "none"', "ca_file: {0}/none does not exist"),
        ('password_file = "good"\nca_file = "good"', "ca_file: {0}/good holds no certificates"),
    ],
    ids=["no file", "open", "empty", "variable", "command", "keyring", "no ca", "empty ca"],
)
def test_what_is_named_and_is_not_there_is_one_line_with_its_place(
    ship: Ship,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    line: str,
    said: str,
) -> None:
    monkeypatch.setattr("drivers.passwords.find_spec", lambda _: None)
    for name, text, mode in (("open", "x\n", 0o644), ("empty", "", 0o600), ("good", "x\n", 0o600)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(mode)
    config = configured(tmp_path, line)

    ended = ship.run(*words, "--config", str(config))

    place = f"{config}:{4 + line.count(chr(10)) + 1}: [[deployment]] harbour: "
    assert (ended.code, ended.err.count("\n")) == (2, 1), ended.err
    assert ended.err.startswith(f"watchkeeper {words[0]}: {place}")
    assert said.format(tmp_path) in ended.err


def test_a_folder_that_can_never_be_is_no_reason_to_start_again(ship: Ship, tmp_path: Path) -> None:
    (tmp_path / "good").write_text("x\n")
    (tmp_path / "good").chmod(0o600)
    config = configured(tmp_path, 'password_file = "good"')

    ended = ship.run("record", "--config", str(config), "--journal", "/proc/nowhere/watch.jsonl")

    # The unit in samples/ leaves a service alone after 2, and starts it again after 1.
    assert (ended.code, ended.err.count("\n")) == (2, 1), ended.err
    assert "the journal's folder /proc/nowhere cannot be" in ended.err


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("", True),
        ('ca_file = "authority.pem"', True),
        ('image_streamer_networks = ["192.0.2.0/24"]', False),
        (f'fingerprints = ["{"0f" * 32}"]', False),
    ],
    ids=["nothing", "authority", "networks", "pinned"],
)
def test_it_is_told_where_the_session_may_go(tmp_path: Path, line: str, told: bool) -> None:
    file = configured(tmp_path, f"{line}\n")
    plan = Plan(read_configuration(file, lines_of), [], wall, "here")

    assert ["harbour" in text and "image_streamer_networks" in text for text in plan.unbounded] == [
        True
    ] * told


@pytest.mark.parametrize("command", [["watch", "--demo"], ["simulate"]], ids=["demo", "simulate"])
def test_the_nearest_scenario_is_named(ship: Ship, command: list[str]) -> None:
    ended = ship.run(*command, "--scenario", "U6")
    assert ended.code == 2
    assert ended.err.endswith("there is no scenario 'U6': U6-standby-fails is the nearest\n")


def test_a_demo_without_a_terminal_begins_nothing(
    ship: Ship, monkeypatch: pytest.MonkeyPatch
) -> None:
    def serve(*_: object) -> None:
        raise AssertionError("appliances are served for nobody")

    monkeypatch.setattr("tui.recording.demo.Demo.__enter__", serve)
    monkeypatch.setattr("tui.screen.start.refusal", lambda *_: "there is no terminal here")
    ended = ship.run("watch", "--demo")
    assert (ended.code, ended.err) == (2, "watchkeeper watch: there is no terminal here\n")
