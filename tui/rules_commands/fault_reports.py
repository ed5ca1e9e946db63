"""Faults of rule files in the forms that people and machines read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from rules.fault_codes import WARNINGS, Code
from rules.faults import Fault
from tui.rules_commands.chosen import as_harmless_json
from tui.safe_text import harmless, in_ascii, width, wrap

FORMATS: Final = ("text", "json", "github", "sarif")

_MOST_COLUMNS: Final = 100
_MARGIN: Final = 10
"""Columns beside a line: its number, and the marks where it goes on."""
_LONGEST_LINE: Final = 2_000
"""Characters of a line that are given to machines."""
_MOST_LINES: Final = 1_000
"""Of so many faults the lines are given as well."""
_BEFORE: Final = 40
"""Columns that are shown before the place of a fault, where its line is long."""


def level_of(fault: Fault) -> str:
    """`error` or `warning`."""
    return "warning" if fault.is_warning else "error"


def line_of(fault: Fault, texts: Mapping[str, bytes]) -> str:
    """The line that a fault stands in; empty where there is none."""
    lines = texts.get(fault.file, b"").split(b"\n", fault.line)
    if not 0 < fault.line <= len(lines):
        return ""
    return lines[fault.line - 1].decode("utf-8", "replace").rstrip("\r")


def as_text(
    faults: Sequence[Fault],
    texts: Mapping[str, bytes],
    columns: int | None = None,
    *,
    ascii_only: bool = False,
) -> Iterator[str]:
    """Each fault with its line and a caret under its place; in lines of their own length for
    programs, or within so many columns for people."""
    show = _in_ascii if ascii_only else _shown
    most = _MOST_COLUMNS if columns is None else min(_MOST_COLUMNS, columns - _MARGIN)
    split = {name: text.split(b"\n") for name, text in texts.items()}
    for fault in faults:
        place = f"{fault.file}:{fault.line}:{fault.column}" if fault.line else fault.file
        said = f"{show(place)}: {level_of(fault)} {fault.code}: {show(fault.message)}"
        yield from [said] if columns is None else wrap(said, columns, rest="    ")
        lines = split.get(fault.file, [])
        if 0 < fault.line <= len(lines):
            line = lines[fault.line - 1].decode("utf-8", "replace").rstrip("\r")
            yield from _with_caret(line, fault, most, show)


def _with_caret(line: str, fault: Fault, most: int, show: Callable[[str], str]) -> Iterator[str]:
    column = min(max(0, fault.column - 1), len(line))
    begin = max(0, column - _BEFORE) if len(line) > most else 0
    indent = len(line) - len(line.lstrip())
    begin = indent if 0 < begin <= indent else begin
    end = min(len(line), begin + most)
    before, after = show("…" if begin else ""), show("…" if end < len(line) else "")
    number = f"{fault.line:>5}"
    yield f"{number} | {before}{show(line[begin:end])}{after}"
    carets = line[column : min(end, column + max(1, fault.length))].rstrip()
    offset = width(before + show(line[begin:column]))
    yield f"{'':>5} | {' ' * offset}{'^' * max(1, width(show(carets)))}"


def _shown(text: str) -> str:
    return harmless(text.replace("\t", " "))


def _in_ascii(text: str) -> str:
    return in_ascii(_shown(text))


def as_json(faults: Sequence[Fault], texts: Mapping[str, bytes], about: dict[str, Any]) -> str:
    """One object: what was checked, and every fault."""
    found = [
        {
            "file": fault.file,
            "line": fault.line,
            "column": fault.column,
            "length": fault.length,
            "end_column": fault.column + fault.length,
            "code": str(fault.code),
            "kind": fault.code.heading,
            "level": level_of(fault),
            "message": fault.message,
            "text": line_of(fault, texts)[:_LONGEST_LINE] if len(faults) <= _MOST_LINES else "",
        }
        for fault in faults
    ]
    return as_harmless_json({**about, "faults": found})


def as_github(faults: Sequence[Fault]) -> Iterator[str]:
    """Workflow commands that GitHub shows beside the lines."""
    for fault in faults:
        title = f"{fault.code} {fault.code.heading}"
        yield github_command(
            level_of(fault),
            fault.file,
            fault.line,
            title,
            fault.message,
            fault.column,
            fault.length,
        )


def github_command(
    level: str,
    file: str,
    line: int,
    title: str,
    message: str,
    column: int = 0,
    length: int = 0,
) -> str:
    """One workflow command; `level` is `error`, `warning` or `notice`, a line of 0 is not told."""
    place = f"file={_property(file)}"
    if line:
        place += f",line={line}"
    if line and column:
        place += f",col={column}"
        if length:
            place += f",endLine={line},endColumn={column + length}"
    return f"::{level} {place},title={_property(title)}::{_data(message)}"


def _data(text: str) -> str:
    return "%0A".join(harmless(line).replace("%", "%25") for line in text.split("\n"))


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


_ALLOWING: Final = (
    " A comment at its line or in the line before, such as `# allow WK070: a draft`, allows it for "
    "a reason."
)


def _uri(file: str) -> str:
    """A path as SARIF wants it: relative ones stay so."""
    path = quote(file, errors="surrogateescape")
    return f"file://{path}" if path.startswith("/") else path


def as_sarif(faults: Sequence[Fault]) -> str:
    """SARIF 2.1.0, as code hosts and editors read it."""
    codes = list(Code)
    rules = [
        {
            "id": str(code),
            "name": code.name.title().replace("_", ""),
            "shortDescription": {"text": code.heading},
            "fullDescription": {"text": code.meaning},
            "help": {
                "text": f"{code.meaning}{_ALLOWING if code in WARNINGS else ''}",
                "markdown": f"**{code}: {code.heading}.** {code.meaning}"
                f"{_ALLOWING if code in WARNINGS else ''}",
            },
            "defaultConfiguration": {"level": "warning" if code in WARNINGS else "error"},
        }
        for code in codes
    ]
    results = []
    for fault in faults:
        location: dict[str, Any] = {"artifactLocation": {"uri": _uri(fault.file)}}
        if fault.line:
            location["region"] = {"startLine": fault.line, "startColumn": max(1, fault.column)}
            if fault.length:
                location["region"]["endColumn"] = fault.column + fault.length
        results.append(
            {
                "ruleId": str(fault.code),
                "ruleIndex": codes.index(fault.code),
                "level": level_of(fault),
                "message": {"text": fault.message},
                "locations": [{"physicalLocation": location}],
            }
        )
    run = {
        "tool": {"driver": {"name": "watchkeeper", "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return as_harmless_json(document)
