from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

HOUSE = Path(__file__).resolve().parent.parent
ROOMS = {"rules", "drivers", "tui"}
LEFT_BY_TOOLS = {"build", "dist", "htmlcov", "__pycache__"}
LONG_NIGHT = "samples/logs/long-night.jsonl"

# Runs the command as its console script would, then says which top-level modules were loaded.
LOADED_BY = """
import json, os, sys
from tui.command_line import main
sys.argv = ["watchkeeper", *sys.argv[1:]]
said = sys.stdout
sys.stdout = open(os.devnull, "w")
try:
    code = main()
except SystemExit as stopped:
    code = stopped.code
sys.stdout = said
print(json.dumps([code or 0, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def folders(parent: Path) -> set[str]:
    return {
        child.name
        for child in parent.iterdir()
        if child.is_dir()
        and not child.name.startswith(".")
        and not child.name.endswith(".egg-info")
        and child.name not in LEFT_BY_TOOLS
    }


def test_the_house_has_its_rooms_and_no_others() -> None:
    assert folders(HOUSE) == ROOMS | {"tests", "samples"}


def test_the_tests_mirror_the_rooms() -> None:
    assert folders(HOUSE / "tests") >= ROOMS


def test_every_folder_of_code_is_a_package_so_that_no_import_is_overlooked() -> None:
    code = {path.parent for room in ROOMS for path in (HOUSE / room).rglob("*.py")}
    assert [str(folder) for folder in code if not (folder / "__init__.py").is_file()] == []


def test_imports_go_one_way_through_the_house() -> None:
    status = lint_imports(
        config_filename=str(HOUSE / "pyproject.toml"), no_cache=True, show_timings=False
    )
    assert status == EXIT_STATUS_SUCCESS


@pytest.mark.parametrize(
    ("command", "codes"),
    [
        pytest.param(["--help"], {0}, id="help"),
        pytest.param(["replay", "--help"], {0}, id="replay-help"),
        pytest.param(["replay", LONG_NIGHT, "--headless"], {0, 1}, id="replay-text"),
        pytest.param(
            ["replay", LONG_NIGHT, "--headless", "--format", "json"], {0, 1}, id="replay-json"
        ),
        pytest.param(
            ["replay", LONG_NIGHT, "--headless", "--format", "markdown"], {0, 1}, id="replay-md"
        ),
        pytest.param(["import", "--help"], {0}, id="import-help"),
        pytest.param(["record", "--help"], {0}, id="record-help"),
        pytest.param(["watch", "--help"], {0}, id="watch-help"),
    ],
)
def test_a_headless_command_never_loads_the_screen(command: list[str], codes: set[int]) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LOADED_BY, *command],
        cwd=HOUSE,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    code, loaded = json.loads(ended.stdout)
    assert code in codes
    assert not {"textual", "rich", "aiohttp"} & set(loaded)


def test_the_board_is_imported_without_rules_engine_and_drivers() -> None:
    said = "import tui.screen_command, tui.screen.app, json, sys; print(json.dumps([*sys.modules]))"
    ended = subprocess.run(
        [sys.executable, "-c", said], cwd=HOUSE, capture_output=True, text=True, check=True
    )

    loaded = set(json.loads(ended.stdout))
    assert "textual" in loaded
    assert not {"msgspec", "tomli", "wcwidth", "durable", "drivers", "tree_sitter"} & loaded
    assert not {name for name in loaded if name.startswith(("rules.", "tui.session.session"))}
