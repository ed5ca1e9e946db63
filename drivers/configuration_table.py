"""Reads a table of a configuration file: every key is asked for, and every fault is collected with
the part of the file in which it stands."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from drivers.journal.faults import printable

DocumentPath: TypeAlias = tuple[str | int, ...]
"""The keys and list positions that lead to a part of the file."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and with which part of the document."""

    part: DocumentPath
    message: str


def told(faults: list[Fault], name: str, lines: Mapping[DocumentPath, int]) -> list[str]:
    """The faults as lines for people, in the order of the file where that is known."""
    found = sorted(faults, key=lambda fault: lines.get(fault.part, 0))
    return [
        f"{name}:{lines[fault.part]}: {fault.message}"
        if fault.part in lines
        else f"{name}: {fault.message}"
        for fault in found
    ]


class Table:
    """A table of the file; what is asked for is taken out, and what is left is a fault."""

    def __init__(
        self, content: Mapping[str, Any], where: str, place: DocumentPath, faults: list[Fault]
    ) -> None:
        self._content = dict(content)
        self._where = where
        self._place = place
        self._faults = faults
        self._asked: set[str] = set()

    def place(self, *keys: str | int) -> DocumentPath:
        """Where a part of the table stands in the file."""
        return (*self._place, *keys)

    def fault(self, message: str, key: str = "") -> None:
        """Note what is wrong with the table, or with what one of its keys says."""
        place = self.place(key) if key else self._place
        self._faults.append(Fault(place, f"{self._where}: {message}" if self._where else message))

    def has(self, key: str) -> bool:
        """Whether the table has a key."""
        return key in self._content

    def get(self, key: str) -> Any:
        """What a key says, whatever it is; None where it is not there."""
        self._asked.add(key)
        return self._content.get(key)

    def text(self, key: str, *, required: bool = False) -> str:
        """A text; empty where there is none."""
        said = self.get(key)
        if isinstance(said, str) and (said.strip() or not required):
            return said
        if said is not None and not isinstance(said, str):
            self.fault(f"{key} must be a text", key)
        elif required:
            self.fault(f"{key} is missing", key)
        return ""

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """One text or a list of them."""
        said = self.get(key)
        if isinstance(said, str):
            return (said,)
        if isinstance(said, list) and all(isinstance(item, str) for item in said):
            if said or not required:
                return tuple(said)
            said = None
        if said is not None or required:
            self.fault(
                f"{key} must be a list of texts" if said is not None else f"{key} is missing", key
            )
        return ()

    def read(self, key: str, reader: Callable[[Any], Any], otherwise: Any) -> Any:
        """What a reader, which raises ValueError with what would be right, makes of a key."""
        said = self.get(key)
        if said is None:
            return otherwise
        try:
            return reader(said)
        except ValueError as error:
            self.fault(f"{key} {error}", key)
            return otherwise

    def table(self, key: str) -> Table:
        """A table within; empty where there is none."""
        said = self.get(key)
        if said is not None and not isinstance(said, dict):
            self.fault(f"{key} must be a table", key)
        content = said if isinstance(said, dict) else {}
        return Table(content, f"[{key}]", self.place(key), self._faults)

    def tables(self, key: str) -> list[Table]:
        """A list of tables within."""
        said = self.get(key)
        if said is None:
            return []
        if not isinstance(said, list) or not all(isinstance(item, dict) for item in said):
            self.fault(f"{key} must be a list of tables: [[{key}]]", key)
            return []
        named = [
            f"[[{key}]] {printable(item['name'], 60)}"
            if isinstance(item.get("name"), str)
            else f"[[{key}]] {number}"
            for number, item in enumerate(said, 1)
        ]
        return [
            Table(item, name, self.place(key, number), self._faults)
            for number, (item, name) in enumerate(zip(said, named, strict=True))
        ]

    def finish(self) -> None:
        """Name the keys that nobody has asked for, each with the nearest right one."""
        for key in self._content:
            if key not in self._asked:
                near = difflib.get_close_matches(key, sorted(self._asked), n=1, cutoff=0.5)
                hint = f"; {near[0]!r} is the nearest" if near else ""
                self.fault(f"there is no key {printable(key, 60)!r}{hint}", key)
