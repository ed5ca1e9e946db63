"""Which tests there are beside some rules, and the logs that they name."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rules.authoring.read_rule_tests import TestTexts, named_logs, wanted_logs
from rules.rule_files import read_regular
from rules.vocabulary import Event
from tui.phrases import say_count
from tui.rules_commands.rule_files import shown_name

if TYPE_CHECKING:
    from drivers.journal.faults import Faults

ENDING = ".test.toml"


def find_tests(paths: Sequence[Path]) -> TestTexts:
    """Every test file below some folders, or named itself, and all that they name in turn.

    Raises:
        OSError: a test file cannot be read.
    """
    files: dict[str, bytes] = {}
    for path in paths:
        found = sorted(path.rglob(f"*{ENDING}")) if path.is_dir() else [path]
        for file in found:
            files.setdefault(shown_name(file), read_regular(file))
    expected: dict[str, bytes] = {}
    logs: dict[str, None] = {}
    absent: set[str] = set()
    for name, text in files.items():
        folder = Path(name).parent
        for log in named_logs(text):
            if not (folder / log).exists():
                absent.add(f"{name.rpartition('/')[0]}/{log}" if "/" in name else log)
        for log_pattern, expected_pattern in wanted_logs(text):
            for log in sorted(glob.glob(log_pattern, root_dir=folder)):  # noqa: PTH207
                logs.setdefault(_joined(folder, log))
            pattern = expected_pattern.replace("{name}", "*")
            for one in sorted(glob.glob(pattern, root_dir=folder)):  # noqa: PTH207
                expected[_joined(folder, one)] = read_regular(folder / one)
    return TestTexts(files, expected, tuple(logs), frozenset(absent))


def _joined(folder: Path, name: str) -> str:
    return (folder / name).as_posix()


def open_log(path: str) -> Iterator[tuple[Event, bytes]]:
    """The events of a log.

    Raises:
        JournalError: it cannot be opened.
        ValueError: lines of it cannot be read.
    """
    from drivers.journal.faults import Faults
    from drivers.journal.reader import read_events

    faults = Faults()
    yield from read_events(path, faults=faults)
    if faults.rejected:
        raise ValueError(say_lost(faults))


def say_lost(faults: Faults) -> str:
    """How many lines of a log cannot be read, and the first of them; empty where all can."""
    from drivers.journal.faults import HARMLESS

    if not faults.rejected:
        return ""
    first = next((one for one in faults.first if one.kind not in HARMLESS), None)
    told = f", first {first}" if first is not None else ""
    return f"{say_count(faults.rejected, 'line')} cannot be read{told}"


def log_path(file: str, log: str) -> str:
    """The path of a log that a test file names."""
    return os.path.normpath(Path(file).parent / log)
