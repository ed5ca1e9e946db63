"""Reading TOML tables key by key: each wrong key or value becomes a fault, and reading goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from rules.fault_codes import WARNINGS, Code
from rules.faults import Fault, name_type, nearest, shortened
from rules.positions import Path, locate

T = TypeVar("T")


class Faults:
    """Gathers what is wrong with the texts of a rule base; lines are looked up at the end."""

    def __init__(self, texts: dict[str, bytes]) -> None:
        self._texts = dict(texts)
        self._found: list[tuple[str, Path, str, Code]] = []
        self._placed: list[Fault] = []
        self._elsewhere: dict[tuple[str, Path], tuple[str, Path]] = {}

    def comes_from(self, file: str, path: Path, origin: str, origin_path: Path) -> None:
        """What counts as a part of one document stands in another, where its faults are told."""
        self._elsewhere[file, path] = origin, origin_path

    def read_as(self, file: str, text: bytes) -> None:
        """Look lines up in what was read of a file: of a faulty text, all that is sound of it,
        at the lines where it stands."""
        self._texts[file] = text

    def text_read(self, file: str) -> bytes:
        """What was read of a file."""
        return self._texts.get(file, b"")

    def add(self, file: str, path: Path, code: Code, message: str) -> None:
        """Note a fault at a part of a document."""
        for length in range(len(path), 0, -1) if self._elsewhere else ():
            origin = self._elsewhere.get((file, path[:length]))
            if origin is not None:
                file, path = origin[0], origin[1] + path[length:]
                break
        self._found.append((file, path, shortened(message), code))

    def add_placed(self, fault: Fault) -> None:
        """Note a fault whose line is already known."""
        self._placed.append(fault)

    def lines_of(self, places: set[tuple[str, Path]]) -> dict[tuple[str, Path], int]:
        """The lines at which parts of documents stand."""
        by_file: dict[str, set[Path]] = {}
        for file, path in places:
            by_file.setdefault(file, set()).add(path)
        return {
            (file, path): spot.line
            for file, paths in by_file.items()
            for path, spot in locate(self._texts.get(file, b""), paths).items()
        }

    @property
    def unusable(self) -> bool:
        """Whether there is more than warnings."""
        codes = {code for _, _, _, code in self._found}
        codes |= {fault.code for fault in self._placed}
        return not codes <= WARNINGS

    def all(self) -> list[Fault]:
        """Every fault with its line, by file and line."""
        faults = list(self._placed)
        by_file: dict[str, list[tuple[Path, str, Code]]] = {}
        for file, path, message, code in self._found:
            by_file.setdefault(file, []).append((path, message, code))
        for file, here in by_file.items():
            places = locate(self._texts.get(file, b""), {path for path, _, _ in here})
            for path, message, code in here:
                line, column, length = places[path]
                faults.append(Fault(file, line, column, message, code, length))
        different = dict.fromkeys(faults)
        return sorted(different, key=lambda fault: (fault.file, fault.line, fault.column))


class Table:
    """A TOML table on its way to becoming one of our types."""

    def __init__(self, content: Any, file: str, path: Path, faults: Faults) -> None:
        self.file = file
        self.path = path
        self.faults = faults
        self._seen: set[str] = set()
        self.content: dict[str, Any] = content if isinstance(content, dict) else {}
        if not isinstance(content, dict):
            self.fault(Code.WRONG_TYPE, f"must be a table, not {name_type(content)}")

    def fault(self, code: Code, message: str, *keys: str | int) -> None:
        """Note that this table, or the part of it that `keys` lead to, is wrong."""
        where = ".".join(str(part) for part in keys if isinstance(part, str))
        self.faults.add(
            self.file, self.path + keys, code, f"{where}: {message}" if where else message
        )

    def has(self, key: str) -> bool:
        """Whether the table has the key."""
        return key in self.content

    def get(self, key: str) -> Any:
        """The raw value of a key, which counts as known from now on."""
        self._seen.add(key)
        return self.content.get(key)

    def _typed(self, key: str, kind: type[T], *, required: bool, such_as: str = "") -> T | None:
        value = self.get(key)
        if value is None:
            if required:
                self.fault(Code.MISSING_KEY, f"{key} is missing")
            return None
        if type(value) is not kind:
            wanted = such_as or name_type(kind())
            self.fault(Code.WRONG_TYPE, f"must be {wanted}, not {name_type(value)}", key)
            return None
        return value

    def text(self, key: str, *, required: bool = False) -> str:
        """A text that may not be empty where it is required."""
        value = self._typed(key, str, required=required)
        if value == "" and required:
            self.fault(Code.EMPTY, "must not be empty", key)
        return value or ""

    def flag(self, key: str) -> bool:
        """A truth value, false where it is left out."""
        return self._typed(key, bool, required=False) or False

    def whole(self, key: str) -> int | None:
        """A whole number, or nothing."""
        return self._typed(key, int, required=False)

    def choice(self, key: str, choices: Iterable[T], *, required: bool = True) -> T | None:
        """One of some words."""
        known = list(choices)
        such_as = f"one of {', '.join(map(str, known))}, in quotes" if known else ""
        value = self._typed(key, str, required=required, such_as=such_as)
        if value == "" and required:
            self.fault(Code.EMPTY, "must not be empty", key)
        if not value:
            return None
        if value in known:
            return next(word for word in known if word == value)
        words = ", ".join(str(word) for word in known)
        hint = nearest(value, [str(word) for word in known])
        self.fault(Code.UNKNOWN_WORD, f"{value!r} is not known; use one of {words}{hint}", key)
        return None

    def parsed(self, key: str, parse: Callable[[str], T]) -> T | None:
        """A text that `parse` turns into something else, raising ValueError where it cannot."""
        such_as = 'a duration in quotes, such as "30s" or "5m"'
        value = self._typed(key, str, required=False, such_as=such_as)
        if value is None:
            return None
        try:
            return parse(value)
        except ValueError as error:
            self.fault(Code.BAD_DURATION, str(error), key)
            return None

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty where it is left out."""
        values = self._typed(key, list, required=False) or []
        if all(type(value) is str for value in values):
            return tuple(values)
        self.fault(Code.WRONG_TYPE, "must be a list of texts", key)
        return ()

    def table(self, key: str) -> Table | None:
        """A table within this one, or nothing."""
        if self.get(key) is None:
            return None
        return Table(self.content[key], self.file, (*self.path, key), self.faults)

    def tables(self, key: str) -> Iterator[Table]:
        """Each table of a list of tables."""
        for position, value in enumerate(self._typed(key, list, required=False) or []):
            yield Table(value, self.file, (*self.path, key, position), self.faults)

    def finish(self) -> None:
        """Note every key that nobody asked for."""
        for key in self.content:
            if key not in self._seen:
                known = sorted(self._seen)
                hint = nearest(key, known) or f"; there are {', '.join(known)}" if known else ""
                self.fault(Code.UNKNOWN_KEY, f"unknown key{hint}", key)
