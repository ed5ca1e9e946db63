"""`watchkeeper rules check`: everything that is wrong with rule files, at once."""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tui.exit_codes import FINE, FOUND, UNUSABLE
from tui.phrases import say_count
from tui.rules_commands import fault_reports
from tui.rules_commands.chosen import columns_of_terminal, say
from tui.rules_commands.rule_files import add_overrides, add_paths, gather, given_paths
from tui.safe_text import harmless, wants_ascii, wrap

if TYPE_CHECKING:
    from rules.authoring.checking import Checked
    from rules.faults import Fault

_MOST_SHOWN: Final = 10_000
"""Faults that are told one by one; whoever has more will mend these first."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What is checked, and how it is told."""
    add_paths(parser)
    add_overrides(parser)
    parser.add_argument(
        "--format", choices=fault_reports.FORMATS, default="text", help="form of the report"
    )
    parser.add_argument("--strict", action="store_true", help="warnings are failures too")
    parser.add_argument("--no-warnings", action="store_true", help="leave warnings out")


def run(arguments: argparse.Namespace) -> int:
    """Print every fault; return 1 where there is one, 2 where files cannot be read, of which the
    others are looked into all the same."""
    from rules.authoring.checking import check_texts
    from rules.built_in import own_facts
    from rules.rule_files import LARGEST_FILE, read_regular

    files = gather(given_paths(arguments))
    for message in (*files.missing, *files.unreadable):
        say(f"{harmless(message)}\n", sys.stderr)
    overrides: bytes | None = None
    if arguments.overrides is not None:
        try:
            overrides = read_regular(Path(arguments.overrides), LARGEST_FILE)
        except OSError as error:
            say(f"{harmless(arguments.overrides)}: {error.strerror}\n", sys.stderr)
            return UNUSABLE
    if files.missing or (files.unreadable and not files.texts):
        return UNUSABLE
    # Nothing of what is made in between is garbage: to look for some would only take time.
    gc.disable()
    try:
        checked = check_texts(
            files.texts,
            overrides,
            arguments.overrides or "",
            incomplete=bool(files.unreadable),
        )
    finally:
        gc.enable()
    faults, texts = _by_own_name(checked, arguments.overrides)
    files_only = files.only and files.only | {arguments.overrides}
    faults = [fault for fault in faults if not files_only or fault.file in files_only]
    if arguments.no_warnings:
        faults = [fault for fault in faults if not fault.is_warning]
    errors = sum(not fault.is_warning for fault in faults)
    warnings = len(faults) - errors
    left_out = max(0, len(faults) - _MOST_SHOWN)
    del faults[_MOST_SHOWN:]
    about: dict[str, Any] = {
        "rule_base": checked.rule_base.id,
        "title": checked.rule_base.title,
        "files": len(files.texts),
        "unreadable": len(files.unreadable),
        # What every rule base has is not counted: nobody finds it in the files.
        "rules": checked.sound_rules,
        "facts": len(own_facts(checked.rule_base)),
        "errors": errors,
        "warnings": warnings,
        "allowed": len(checked.allowed),
        "left_out": left_out,
    }
    write = sys.stdout.write
    match arguments.format:
        case "json":
            write(fault_reports.as_json(faults, texts, about) + "\n")
        case "github":
            write("".join(f"{line}\n" for line in fault_reports.as_github(faults)))
        case "sarif":
            write(fault_reports.as_sarif(faults) + "\n")
        case _:
            wide = columns_of_terminal()
            ascii_only = wants_ascii(sys.stdout)
            lines = fault_reports.as_text(faults, texts, wide, ascii_only=ascii_only)
            write("".join(f"{line}\n" for line in lines))
            if left_out:
                write(f"... and {left_out:,} more, which are not shown\n")
            said = _summary(about)
            for line in [said] if wide is None else wrap(said, wide, rest="  "):
                say(f"{line}\n")
    if files.unreadable:
        return UNUSABLE
    return FOUND if errors or (warnings and arguments.strict) else FINE


def _by_own_name(checked: Checked, overrides: str | None) -> tuple[list[Fault], dict[str, bytes]]:
    """The faults and texts, the site's file by the name that people and programs find it by."""
    from rules.loader import OVERRIDES

    texts = dict(checked.rule_base.texts)
    site = f"{OVERRIDES}{overrides}"
    if overrides is None or overrides in texts:
        return checked.faults, texts
    texts[overrides] = texts.pop(site)
    replace = msgspec.structs.replace
    faults = [
        replace(fault, file=overrides) if fault.file == site else fault for fault in checked.faults
    ]
    return faults, texts


def _summary(about: dict[str, Any]) -> str:
    title = harmless(about["title"] or about["rule_base"] or "rules")
    # Those in which a fault is told are not counted.
    rule = "sound rule" if about["errors"] else "rule"
    sizes = (
        f"{say_count(about['rules'], rule)} and {say_count(about['facts'], 'fact')} "
        f"in {say_count(about['files'], 'file')}"
    )
    found = [say_count(about["errors"], "fault")] if about["errors"] else ["no fault"]
    if about["warnings"]:
        found.append(say_count(about["warnings"], "warning"))
    if about["unreadable"]:
        found.append(f"{say_count(about['unreadable'], 'file')} cannot be read")
    if about["allowed"]:
        found.append(f"{about['allowed']:,} allowed")
    return f"{title}: {sizes}, {', '.join(found)}"
