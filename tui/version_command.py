"""`watchkeeper version`: which version this is."""

from __future__ import annotations

import argparse
import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from tui.exit_codes import FINE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command has no options."""


def run(_arguments: argparse.Namespace) -> int:
    """Print the program's version and the interpreter's."""
    try:
        number = version("watchkeeper")
    except PackageNotFoundError:
        number = "(not installed)"
    sys.stdout.write(f"watchkeeper {number}, Python {platform.python_version()}\n")
    return FINE
