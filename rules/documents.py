"""From a file's bytes to a TOML document; of a faulty text, to all that is sound of it."""

from __future__ import annotations

import re
from bisect import bisect
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from itertools import pairwise
from typing import Any, Final, NamedTuple

import tomli

from rules.fault_codes import Code
from rules.faults import Fault, shortened
from rules.tables import Faults
from rules.toml_faults import explain
from rules.toml_version import newer_than_1_0

_HEADER: Final = re.compile(
    r"^[ \t]*(\[{1,2})[ \t]*((?:[A-Za-z0-9_-]+|\"[^\"\n]*\"|'[^'\n]*')"
    r"(?:[ \t]*\.[ \t]*(?:[A-Za-z0-9_-]+|\"[^\"\n]*\"|'[^'\n]*'))*)[ \t]*(\]{1,2})[ \t]*(?:#.*)?$",
    re.MULTILINE,
)
_NAMING: Final = re.compile(r"^[ \t]*(?:name|id)[ \t]*=[ \t]*[\"']([^\"'\n]+)", re.MULTILINE)
_ANY_HEADER: Final = re.compile(rb"^[ \t]*\[{1,2}[^\]\n]+\]", re.MULTILINE)
_ANY_BEGIN: Final = re.compile(r"^[ \t]*\[{1,2}[ \t]*[A-Za-z]", re.MULTILINE)
_MOST_READ_AGAIN: Final = 64 * 1024 * 1024
"""Characters of a faulty text that are parsed again in search of further faults."""
_MOST_ATTEMPTS: Final = 200


class Document(NamedTuple):
    """What a file says. `lost` are the kinds and names of the tables that could not be read;
    with `incomplete`, it is not known what else stood there."""

    content: dict[str, Any]
    lost: frozenset[tuple[str, str]] = frozenset()
    incomplete: bool = False


def read_document(file: str, text: bytes, faults: Faults) -> Document:
    """Parse a file; every fault of its form is noted."""
    if text.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        message = "is UTF-16; save it as UTF-8"
        faults.add_placed(Fault(file, 1, 1, message, Code.NOT_UTF8, 1))
        return Document({}, incomplete=True)
    try:
        whole = text.decode("utf-8")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        begin = text.rfind(b"\n", 0, error.start) + 1
        column = len(text[begin : error.start].decode("utf-8", "replace")) + 1
        message = f"is not UTF-8 (byte 0x{text[error.start]:02x}); save it in that encoding"
        faults.add_placed(Fault(file, line, column, message, Code.NOT_UTF8, 1))
        whole = text.decode("utf-8", "replace")
    if whole.startswith("\ufeff"):
        message = "begins with a byte order mark, which is no TOML; save it as UTF-8 without one"
        faults.add_placed(Fault(file, 1, 1, message, Code.NOT_TOML, 1))
        whole = whole[1:]
        faults.read_as(file, whole.encode())
    fault = _parse(whole)
    if isinstance(fault, dict):
        return Document(fault)
    recovery = _Recovery(file, whole, fault, faults)
    document = recovery.document()
    faults.read_as(file, recovery.sound_text().encode())
    return document


class _Fault(NamedTuple):
    code: Code
    line: int
    column: int
    length: int
    message: str
    once: bool = False


def _parse(text: str) -> dict[str, Any] | _Fault:
    try:
        document = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        line, column, length, message, once = explain(text, error)
        message = shortened(f"is not TOML: {message}")
        return _Fault(Code.NOT_TOML, line, column, length, message, once)
    except RecursionError:
        return _Fault(Code.TOO_LARGE, 1, 1, 1, "is nested too deeply: say it in fewer levels")
    except ValueError as error:
        return _Fault(Code.NOT_TOML, 1, 1, 1, shortened(f"cannot be read: {error}"))
    newer = newer_than_1_0(text)
    return document if newer is None else _Fault(Code.NOT_TOML, *newer)


class _Group(NamedTuple):
    """A table and those within it: its line from 0, its text, and what it is called."""

    line: int
    text: str
    kind: str
    name: str


class _Recovery:
    """Looks for the faults of each table of a text on its own, and reads the tables without."""

    def __init__(self, file: str, text: str, first: _Fault, faults: Faults) -> None:
        self._file = file
        self._faults = faults
        self._lost: set[tuple[str, str]] = set()
        self._noted: set[int] = set()
        self._told_once: set[str] = set()
        self._nameless = False
        self._groups = _groups(text)
        self._parts = [group.text for group in self._groups]
        self._most_attempts = min(_MOST_ATTEMPTS, 1 + _MOST_READ_AGAIN // max(1, len(text)))
        self._first = first
        if first.code != Code.TOO_LARGE:
            self._note(first)

    def document(self) -> Document:
        """The document without the faulty tables."""
        for number, group in enumerate(self._groups):
            fault = _parse(group.text)
            if isinstance(fault, _Fault):
                self._note(fault._replace(line=fault.line + group.line))
                self._drop(number)
        if not self._noted:
            self._note(self._first)
        begins = [group.line for group in self._groups]
        for _ in range(self._most_attempts):
            read = _parse("".join(self._parts))
            if isinstance(read, dict):
                return Document(read, frozenset(self._lost), self._nameless)
            self._note(read)
            number = bisect(begins, read.line - 1) - 1
            if not self._parts[number].strip():
                break
            self._drop(number)
        return Document({}, frozenset(self._lost), incomplete=True)

    def sound_text(self) -> str:
        """The text without the faulty tables; what is left keeps its lines."""
        return "".join(self._parts)

    def _note(self, fault: _Fault) -> None:
        if fault.line not in self._noted and fault.message not in self._told_once:
            self._noted.add(fault.line)
            if fault.once:
                self._told_once.add(fault.message)
            self._faults.add_placed(
                Fault(self._file, fault.line, fault.column, fault.message, fault.code, fault.length)
            )

    def _drop(self, number: int) -> None:
        """Take a table out of the text; the lines keep their numbers."""
        group = self._groups[number]
        names = [group.name] if group.name else _NAMING.findall(group.text)
        # A header that cannot be read as one hides the table of another name.
        begun, read = _ANY_BEGIN.findall(group.text), _HEADER.findall(group.text)
        self._nameless = self._nameless or len(begun) > len(read)
        self._lost.update((group.kind, name) for name in names or [""])
        self._parts[number] = "\n" * group.text.count("\n")


def _groups(text: str) -> list[_Group]:
    """The text divided at the headers of tables; inner tables belong to the one around them."""
    marks: list[tuple[int, str, str]] = [(0, "", "")]
    for match in _HEADER.finditer(text):
        words = [word.strip().strip("\"'") for word in match.group(2).split(".")]
        is_list = match.group(1) == "[["
        if not is_list and len(words) > 1 and words[0] == marks[-1][1] and not marks[-1][2]:
            continue
        if len(words) > 1 and words[0] == marks[-1][1] and words[1] == marks[-1][2]:
            continue
        if is_list and len(words) > 1 and words[0] == marks[-1][1]:
            continue
        named = words[1] if len(words) > 1 and not is_list else ""
        marks.append((match.start(), words[0], named))
    groups, line = [], 0
    for (begin, kind, name), end in zip(
        marks, [*(begin for begin, _, _ in marks[1:]), len(text)], strict=True
    ):
        part = text[begin:end]
        groups.append(_Group(line, part, kind, name))
        line += part.count("\n")
    return groups


def header_lines(text: bytes, name: bytes) -> list[tuple[int, str]]:
    """The line of each `[[NAME]]` and its text up to the next table of another."""
    starts = [match.start() for match in _ANY_HEADER.finditer(text)] + [len(text)]
    inner = re.compile(rb"[ \t]*\[{1,2}[ \t]*" + name + rb"[ \t]*\.")
    own = re.compile(rb"[ \t]*\[\[[ \t]*" + name + rb"[ \t]*\]")
    found: list[list[int]] = []
    for start, end in pairwise(starts):
        if own.match(text, start):
            found.append([start, end])
        elif inner.match(text, start) and found and found[-1][1] == start:
            found[-1][1] = end
    lines, line, before = [], 1, 0
    for start, end in found:
        line += text.count(b"\n", before, start)
        before = start
        lines.append((line, text[start:end].decode("utf-8", "replace").rstrip() + "\n"))
    return lines
