"""Faults of rule files in the forms that people and machines read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rules.fault_codes import WARNINGS, Code
from rules.faults import Fault
from tui.safe_text import harmless, width

FORMATS: Final = ("text", "json", "github", "sarif")

_MOST_COLUMNS: Final = 100
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


def as_text(faults: Sequence[Fault], texts: Mapping[str, bytes]) -> Iterator[str]:
    """Each fault with its line and a caret under its place."""
    split = {name: text.split(b"\n") for name, text in texts.items()}
    for fault in faults:
        place = f"{fault.file}:{fault.line}:{fault.column}" if fault.line else fault.file
        yield f"{harmless(place)}: {level_of(fault)} {fault.code}: {harmless(fault.message)}"
        lines = split.get(fault.file, [])
        if 0 < fault.line <= len(lines):
            line = lines[fault.line - 1].decode("utf-8", "replace").rstrip("\r")
            yield from _with_caret(line, fault)


def _with_caret(line: str, fault: Fault) -> Iterator[str]:
    column = min(max(0, fault.column - 1), len(line))
    begin = max(0, column - _BEFORE) if len(line) > _MOST_COLUMNS else 0
    indent = len(line) - len(line.lstrip())
    begin = indent if 0 < begin <= indent else begin
    end = min(len(line), begin + _MOST_COLUMNS)
    before, after = ("…" if begin else ""), ("…" if end < len(line) else "")
    number = f"{fault.line:>5}"
    yield f"{number} | {before}{_shown(line[begin:end])}{after}"
    carets = line[column : min(end, column + max(1, fault.length))].rstrip()
    offset = width(before + _shown(line[begin:column]))
    yield f"{'':>5} | {' ' * offset}{'^' * max(1, width(_shown(carets)))}"


def _shown(text: str) -> str:
    return harmless(text.replace("\t", " "))


def as_json(faults: Sequence[Fault], texts: Mapping[str, bytes], about: dict[str, Any]) -> str:
    """One object: what was checked, and every fault."""
    found = [
        {
            "file": fault.file,
            "line": fault.line,
            "column": fault.column,
            "length": fault.length,
            "code": str(fault.code),
            "kind": fault.code.heading,
            "level": level_of(fault),
            "message": fault.message,
            "text": line_of(fault, texts) if len(faults) <= 1000 else "",
        }
        for fault in faults
    ]
    return json.dumps({**about, "faults": found}, ensure_ascii=False, indent=2)


def as_github(faults: Sequence[Fault]) -> Iterator[str]:
    """Workflow commands that GitHub shows beside the lines."""
    for fault in faults:
        place = f"file={_property(fault.file)}"
        if fault.line:
            place += f",line={fault.line},col={fault.column}"
        title = _property(f"{fault.code} {fault.code.heading}")
        yield f"::{level_of(fault)} {place},title={title}::{_data(fault.message)}"


def _data(text: str) -> str:
    return harmless(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def as_sarif(faults: Sequence[Fault]) -> str:
    """SARIF 2.1.0, as code hosts and editors read it."""
    codes = list(Code)
    rules = [
        {
            "id": str(code),
            "name": code.name.title().replace("_", ""),
            "shortDescription": {"text": code.heading},
            "fullDescription": {"text": code.meaning},
            "defaultConfiguration": {"level": "warning" if code in WARNINGS else "error"},
        }
        for code in codes
    ]
    results = []
    for fault in faults:
        location: dict[str, Any] = {
            "artifactLocation": {"uri": fault.file.replace("\\", "/").replace("%", "%25")}
        }
        if fault.line:
            location["region"] = {"startLine": fault.line, "startColumn": fault.column}
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
    return json.dumps(document, ensure_ascii=False, indent=2)
