"""`watchkeeper rules fmt`: rule files in one form; comments and order stay."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tui.exit_codes import FINE, FOUND, UNUSABLE
from tui.phrases import say_count
from tui.rules_commands import fault_reports
from tui.rules_commands.all_cores import Progress
from tui.rules_commands.chosen import say
from tui.rules_commands.rule_files import shown_name
from tui.rules_commands.whole_files import write_whole
from tui.safe_text import harmless, wants_ascii

_LARGEST_FILE: Final = 2 * 1024 * 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which files, and whether they are written."""
    parser.add_argument("paths", metavar="PATH", nargs="+", help="TOML files, or folders of them")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if one differs")
    parser.add_argument("--diff", action="store_true", help="write nothing; show what differs")


def run(arguments: argparse.Namespace) -> int:
    """Put files into one form; with --check or --diff, return 1 where one is not in it."""
    from rules.authoring.formatting import NotFormattableError, format_toml
    from rules.rule_files import read_regular

    differing = faulty = 0
    files = _files(arguments.paths)
    progress = Progress()
    for number, path in enumerate(files):
        name = harmless(shown_name(path))
        progress.tell(f"{number:,} of {say_count(len(files), 'file')}")
        read = b""
        try:
            if not path.is_file():
                raise NotFormattableError(_why_no_file(path))
            read = read_regular(path, _LARGEST_FILE + 1)
            if len(read) > _LARGEST_FILE:
                read = b""
                raise NotFormattableError(f"is larger than {_LARGEST_FILE:,} bytes: divide it")
            text = read.decode("utf-8")
            formatted = format_toml(text)
            if formatted != text and not (arguments.check or arguments.diff):
                write_whole(path, formatted.encode())
        except (OSError, UnicodeDecodeError, NotFormattableError) as error:
            told = list(_faults(read, name)) if not isinstance(error, OSError) else []
            said = error.strerror if isinstance(error, OSError) else str(error)
            for line in told or [f"{name}: {harmless(str(said))}"]:
                say(f"{line}\n", sys.stderr)
            faulty += 1
            continue
        if formatted == text:
            continue
        differing += 1
        if arguments.diff:
            lines = difflib.unified_diff(
                text.splitlines(), formatted.splitlines(), name, name, lineterm=""
            )
            say("".join(f"{harmless(line)}\n" for line in lines))
        elif arguments.check:
            say(f"{name} is not in form\n")
        else:
            say(f"{name} put into form\n")
    progress.clear()
    end = f"{say_count(len(files), 'file')}, {differing:,} not in form"
    if faulty:
        end += f", {faulty:,} that could not be read or written"
    say(f"{end}\n")
    if faulty:
        return UNUSABLE
    return FOUND if differing and (arguments.check or arguments.diff) else FINE


def _why_no_file(path: Path) -> str:
    if path.is_symlink() and not path.exists():
        return f"is a link to {path.readlink()}, which is not there"
    return "is no file that could be written anew" if path.exists() else "no such file"


def _faults(text: bytes, name: str) -> Iterator[str]:
    """What keeps a file from being TOML, as check tells it."""
    from rules.documents import read_document
    from rules.tables import Faults

    faults = Faults({name: text})
    read_document(name, text, faults)
    yield from fault_reports.as_text(faults.all(), {name: text}, ascii_only=wants_ascii(sys.stderr))


def _files(paths: list[str]) -> list[Path]:
    files: dict[Path, None] = {}
    for path in map(Path, paths):
        found = sorted(path.rglob("*.toml")) if path.is_dir() else [path]
        files.update(dict.fromkeys(found))
    return list(files)
