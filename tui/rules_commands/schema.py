"""`watchkeeper rules schema`: JSON Schema for editors, with the facts of a rule base in it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui import rule_choice
from tui.exit_codes import FINE, UNUSABLE
from tui.rules_commands.chosen import (
    UnusableError,
    add_paths,
    as_harmless_json,
    chosen_rules,
    complain,
    say,
    take_paths,
)
from tui.rules_commands.rule_files import shown_name
from tui.rules_commands.whole_files import write_whole
from tui.safe_text import harmless

if TYPE_CHECKING:
    from rules.rule_base import RuleBase

SCHEMA: Final = "watchkeeper.schema.json"
TEST_SCHEMA: Final = "watchkeeper-tests.schema.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which schema, and where it goes."""
    parser.add_argument("--tests", action="store_true", help="of test files instead of rule files")
    parser.add_argument(
        "--write",
        metavar="DIR",
        help=f"write {SCHEMA} and {TEST_SCHEMA} there; files name them in their first line: "
        f"#:schema ./{SCHEMA}",
    )
    add_paths(parser)
    rule_choice.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print or write the schema."""
    from rules.authoring.schema import rule_file_schema
    from rules.authoring.schema_of_tests import test_file_schema

    try:
        take_paths(arguments)
        rule_base = chosen_rules(arguments)
    except UnusableError as error:
        complain(arguments, error)
        return UNUSABLE
    if arguments.write is not None:
        for path in write_schemas(rule_base, Path(arguments.write)):
            say(f"{harmless(shown_name(path))} written\n")
        return FINE
    schema = test_file_schema(rule_base) if arguments.tests else rule_file_schema(rule_base)
    sys.stdout.write(as_harmless_json(schema) + "\n")
    return FINE


def write_schemas(rule_base: RuleBase, folder: Path) -> list[Path]:
    """Write both schemas; returns where."""
    from rules.authoring.schema import rule_file_schema
    from rules.authoring.schema_of_tests import test_file_schema

    schemas = {
        SCHEMA: rule_file_schema(rule_base),
        TEST_SCHEMA: test_file_schema(rule_base),
    }
    for name, schema in schemas.items():
        write_whole(folder / name, f"{as_harmless_json(schema)}\n".encode())
    return [folder / name for name in schemas]
