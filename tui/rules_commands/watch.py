"""`watchkeeper rules watch`: rules are checked and tested again whenever a file is saved."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import sleep
from typing import Final

from tui.exit_codes import FINE, UNUSABLE
from tui.rules_commands import check, test
from tui.rules_commands.rule_files import add_overrides, add_paths, folders_of, given_paths
from tui.safe_text import harmless

_PAUSE: Final = 0.25
"""Seconds between two looks at the files."""

Stamp = tuple[tuple[str, int, int], ...]
"""Each file's name, the time of its last change, and its size."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which rules, and which tests besides those that stand beside them."""
    add_paths(parser)
    parser.add_argument(
        "--tests",
        metavar="PATH",
        action="append",
        default=[],
        help="more tests: a folder, or a file that ends in .test.toml",
    )
    add_overrides(parser)
    parser.add_argument("--once", action="store_true", help="do it once, and end")


def run(arguments: argparse.Namespace) -> int:
    """Check and test until the keyboard stops it."""
    named = [*given_paths(arguments), *arguments.tests]
    missing = [path for path in named if not Path(path).exists()]
    if missing:
        sys.stderr.write(f"{harmless(missing[0])}: no such file or folder\n")
        return UNUSABLE
    folders = folders_of(given_paths(arguments))
    seen: Stamp | None = None
    while True:
        now = stamp([*folders, *map(Path, arguments.tests)])
        if now != seen:
            seen = now
            code = _look(arguments)
            if arguments.once:
                return code
        sleep(_PAUSE)


def stamp(paths: Sequence[Path]) -> Stamp:
    """What changes when a rule, a test or a log is saved."""
    return tuple(sorted(_stamps(paths)))


def _stamps(paths: Sequence[Path]) -> Iterator[tuple[str, int, int]]:
    for path in paths:
        for file in path.rglob("*") if path.is_dir() else [path]:
            if file.suffix in (".toml", ".jsonl"):
                try:
                    about = file.stat()
                except OSError:
                    continue
                yield str(file), about.st_mtime_ns, about.st_size


def _look(arguments: argparse.Namespace) -> int:
    """One round: faults first; tests only where there is none. Returns an exit code."""
    sys.stdout.write(f"--- {datetime.now(UTC):%H:%M:%SZ}\n")
    checking = argparse.Namespace(
        **vars(arguments) | {"format": "text", "strict": False, "no_warnings": False}
    )
    code = check.run(checking)
    if code == FINE:
        testing = argparse.Namespace(
            **vars(arguments)
            | {
                "wanted": None,
                "format": "text",
                "junit": None,
                "coverage": False,
                "min": None,
                "mutate": False,
                "suggest": False,
                "equal": False,
                "write": None,
                "jobs": None,
                "change": [],
            }
        )
        code = test.run(testing)
    sys.stdout.flush()
    return code
