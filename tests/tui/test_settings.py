"""The screen's tables of the configuration: what is wrong there is one line for every command."""

from __future__ import annotations

from pathlib import Path

import pytest
from ship import Ship

from tui.settings import load_settings
from tui.themes import THEMES

HARBOUR = '[[deployment]]\nname = "harbour"\noneview = ["oneview.example"]\nuser = "watch"\n'
COMMANDS = [
    pytest.param(["record"], id="record"),
    pytest.param(["watch"], id="watch"),
    pytest.param(["watch", "--plain"], id="plain"),
    pytest.param(["watch", "--from", "watch.jsonl", "--plain"], id="follow"),
]


def test_the_themes_are_those_that_the_screen_has() -> None:
    from textual.app import App

    assert set(THEMES) == set(App[None]().available_themes)


@pytest.mark.parametrize("words", COMMANDS)
@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            '[screen]\ntheme = "nort"',
            ":2: [screen] theme: there is no theme nort; did you mean nord?",
        ),
        ('[screen]\ntheem = "nord"', ":2: [screen] knows no theem; did you mean theme?"),
        ('[keys]\nquitt = "x"', ":2: [keys] knows no quitt; did you mean quit?"),
    ],
    ids=["theme", "screen", "keys"],
)
def test_a_wrong_word_names_its_line_and_the_nearest(
    ship: Ship, tmp_path: Path, words: list[str], table: str, said: str
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f"{table}\n{HARBOUR}")

    ended = ship.run(*words, "--config", str(config))

    assert ended.code == 2
    assert ended.err == f"watchkeeper {words[0]}: {config}{said}\n"


@pytest.mark.parametrize("words", [["watch", "--demo"], ["watch", "--from", "x"], ["replay", "x"]])
def test_a_theme_that_is_none_is_one_line(ship: Ship, words: list[str]) -> None:
    ended = ship.run(*words, "--theme", "solarised-dark")

    assert (ended.code, ended.out) == (2, "")
    assert "there is no theme solarised-dark; did you mean solarized-dark?" in ended.err
    assert ended.err.count("\n") == 1


def test_right_themes_and_keys_are_taken(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[screen]\ntheme = "nord"\n[keys]\nquit = ["x"]\n')

    assert load_settings(config).screen.theme == "nord"
    assert load_settings(config).keys_of_actions() == {"quit": ["x"]}
