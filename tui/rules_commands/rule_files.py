"""Which rule files an action is about."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tui.rule_choice import SHIPPED

_HEADING: Final = b"[rule_base]"


class RuleFiles(NamedTuple):
    """The texts of a rule base by the names to show, and messages about files that could not be
    read and about paths that are missing.

    With `only`, faults of other files are of no interest."""

    texts: dict[str, bytes]
    unreadable: list[str]
    missing: list[str]
    only: frozenset[str]


def add_paths(parser: argparse.ArgumentParser) -> None:
    """The argument that names rule files."""
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        help="folder of rule files; several make one rule base; of a file, its rule base is read "
        "and the file's faults are shown (default: the shipped rules)",
    )
    for option, said in (("--rules", "the same as PATH"), ("--add-rules", "one PATH more")):
        parser.add_argument(
            option, metavar="DIR", dest="paths_by_option", action="append", help=said
        )


def given_paths(arguments: argparse.Namespace) -> list[str]:
    """The paths, whichever way they were given."""
    return [*arguments.paths, *(arguments.paths_by_option or ())]


def add_overrides(parser: argparse.ArgumentParser) -> None:
    """The option that names a site's overrides."""
    parser.add_argument(
        "--overrides", metavar="FILE", help="a site's own severities, thresholds and switches"
    )


def folders_of(paths: Sequence[str]) -> list[Path]:
    """The folders that are meant; of a file, the one that holds its rule base."""
    folders = [Path(path) if Path(path).is_dir() else root_of(Path(path)) for path in paths]
    return list(dict.fromkeys(folders)) or [Path(SHIPPED)]


def root_of(file: Path) -> Path:
    """The nearest folder above a file in which a file has the heading of a rule base."""
    folder = Path(os.path.abspath(file)).parent  # noqa: PTH100 -- links stay as they are named
    for candidate in (folder, *folder.parents):
        if any(_has_heading(path) for path in sorted(candidate.glob("*.toml"))):
            return Path(shown_name(candidate))
    return file.parent


def _has_heading(path: Path) -> bool:
    from rules.rule_files import read_regular

    try:
        return _HEADING in read_regular(path, 1 << 16)
    except OSError:
        return False


def gather(paths: Sequence[str]) -> RuleFiles:
    """Read the files that are meant."""
    from rules.faults import Fault
    from rules.rule_files import read_file, rule_files

    texts: dict[str, bytes] = {}
    unreadable: list[str] = []
    missing: list[str] = []
    only: set[str] = set()
    for path in map(Path, paths):
        if not path.exists():
            missing.append(f"{path}: no such file or folder")
        elif not path.is_dir():
            only.add(shown_name(path))
    for folder in folders_of([path for path in paths if Path(path).exists()]):
        faults: list[Fault] = []
        for path in rule_files(folder):
            read_file(path, shown_name(path), texts, faults)
        unreadable += map(str, faults)
    for name in sorted(only - texts.keys()):
        faults = []
        read_file(Path(name), name, texts, faults)
        unreadable += map(str, faults)
    return RuleFiles(texts, unreadable, missing, frozenset(only))


def shown_name(path: Path) -> str:
    """A path as people know it: from where they are, if it lies below."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 -- links stay as they are named
    here = Path.cwd()
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else str(path)
