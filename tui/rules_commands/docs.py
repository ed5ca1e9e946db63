"""`watchkeeper rules docs`: the whole rule base as a manual, in Markdown or as one HTML page."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from tui import rule_choice
from tui.exit_codes import FINE, FOUND, UNUSABLE
from tui.rules_commands.chosen import (
    UnusableError,
    add_paths,
    chosen_rules,
    complain,
    say,
    take_paths,
)
from tui.rules_commands.rule_files import shown_name
from tui.rules_commands.whole_files import write_whole
from tui.safe_text import harmless

_PAGES: Final = (".html", ".htm")
_TEXTS: Final = (".md", ".markdown", ".txt")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """In what form, and where to."""
    parser.add_argument(
        "--format", choices=("markdown", "html"), help="form (default: by the file's ending)"
    )
    parser.add_argument("--output", metavar="FILE", help="write it there instead of printing it")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail if FILE is not current"
    )
    add_paths(parser)
    rule_choice.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print, write or check the manual."""
    from tui.rules_commands.manual import as_html, as_markdown

    try:
        take_paths(arguments)
        rule_base = chosen_rules(arguments)
        if arguments.check and arguments.output is None:
            raise UnusableError("--check wants --output: the file to check")
        _check_ending(arguments)
    except UnusableError as error:
        complain(arguments, error)
        return UNUSABLE
    given: str | None = arguments.output
    page = arguments.format == "html" or (
        arguments.format is None and given is not None and given.lower().endswith(_PAGES)
    )
    text = as_html(rule_base) if page else as_markdown(rule_base)
    if given is None:
        sys.stdout.write(text)
        return FINE
    path = Path(given)
    name = harmless(shown_name(path))
    if arguments.check:
        try:
            current = path.read_text("utf-8") == text
        except (OSError, UnicodeDecodeError):
            current = False
        say(f"{name} is {'current' if current else 'not current'}\n")
        return FINE if current else FOUND
    write_whole(path, text.encode())
    say(f"{name} written\n")
    return FINE


def _check_ending(arguments: argparse.Namespace) -> None:
    """An ending that promises another form is a slip, unless the form is named.

    Raises:
        UnusableError: the manual has no such form.
    """
    given: str | None = arguments.output
    ending = Path(given).suffix.lower() if given is not None else ""
    if arguments.format is None and ending and ending not in (*_PAGES, *_TEXTS):
        raise UnusableError(
            f"{given}: the manual is Markdown (.md) or an HTML page (.html), which a browser "
            "prints; --format says which, whatever the file is called"
        )
