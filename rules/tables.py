"""Reading TOML tables key by key: each wrong key or value becomes a fault, and reading goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple, TypeVar

from rules.examples import example_of
from rules.fault_codes import WARNINGS, Code
from rules.faults import Fault, name_type, nearest, shortened
from rules.positions import Path, Spot, locate

T = TypeVar("T")

_OF_PATTERNS: Final = frozenset(
    {
        *(Code.NEVER_HOLDS, Code.UNTIL_NEVER_HOLDS, Code.ALTERNATIVE_NEVER_HOLDS),
        *(Code.SAME_AS_OTHER_RULE, Code.HIDDEN_RULE, Code.ENDS_AT_ONCE),
    }
)
"""Faults of a pattern as a whole."""
_LONGEST_QUOTED: Final = 40
"""Characters of an author's own text that a message gives back in another form."""


class _Noted(NamedTuple):
    """A fault whose line is looked up later."""

    file: str
    path: Path
    message: str
    code: Code
    of_key: bool
    about: str


class Faults:
    """Gathers what is wrong with the texts of a rule base; lines are looked up at the end."""

    def __init__(self, texts: dict[str, bytes]) -> None:
        self._texts = dict(texts)
        self._found: list[_Noted] = []
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

    def add(
        self,
        file: str,
        path: Path,
        code: Code,
        message: str,
        *,
        of_key: bool = False,
        about: str = "",
    ) -> None:
        """Note a fault at a part of a document: at its value, or with `of_key` at its key;
        `about` is what of it is meant, where that is to be found on its line."""
        for length in range(len(path), 0, -1) if self._elsewhere else ():
            origin = self._elsewhere.get((file, path[:length]))
            if origin is not None:
                file, path = origin[0], origin[1] + path[length:]
                break
        else:
            origin = self._changed_within(file, path) if code in _OF_PATTERNS else None
            if origin is not None:
                message = f"{message} (the rule is in {file})"
                file, path = origin
        self._found.append(_Noted(file, path, shortened(message), code, of_key, about))

    def _changed_within(self, file: str, path: Path) -> tuple[str, Path] | None:
        """Where a part of a pattern is given that stands in another document: what is wrong with
        the conditions together is the doing of the one that was changed."""
        for (other, inner), origin in self._elsewhere.items():
            if other == file and inner[: len(path)] == path:
                return origin
        return None

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
        codes = {noted.code for noted in self._found}
        codes |= {fault.code for fault in self._placed}
        return not codes <= WARNINGS

    def places(self) -> Iterator[tuple[str, Path]]:
        """The parts of documents that are faulty, warnings aside."""
        for noted in self._found:
            if noted.code not in WARNINGS:
                yield noted.file, noted.path

    def all(self) -> list[Fault]:
        """Every fault with its line, by file and line."""
        faults = list(self._placed)
        by_file: dict[str, list[_Noted]] = {}
        for noted in self._found:
            by_file.setdefault(noted.file, []).append(noted)
        for file, here in by_file.items():
            text = self._texts.get(file, b"")
            places = locate(text, {noted.path for noted in here})
            lines = text.split(b"\n") if any(noted.about for noted in here) else []
            for noted in here:
                place = places[noted.path]
                spot = place.key if noted.of_key else place.value
                if noted.about:
                    spot = _narrowed(spot, noted.about, lines)
                faults.append(Fault(file, *spot[:2], noted.message, noted.code, spot.length))
        different = dict.fromkeys(faults)
        return sorted(different, key=lambda fault: (fault.file, fault.line, fault.column))


def _narrowed(spot: Spot, about: str, lines: list[bytes]) -> Spot:
    """The part of a place that is meant; all of it where that is not on its line."""
    line = lines[spot.line - 1].decode("utf-8", "replace") if spot.line <= len(lines) else ""
    at = line.find(about, spot.column - 1)
    return spot if at < 0 else Spot(spot.line, at + 1, len(about))


class Table:
    """A TOML table on its way to becoming one of our types."""

    def __init__(self, content: Any, file: str, path: Path, faults: Faults) -> None:
        self.file = file
        self.path = path
        self.faults = faults
        self._seen: set[str] = set()
        self._legal: set[str] = set()
        self.content: dict[str, Any] = content if isinstance(content, dict) else {}
        if not isinstance(content, dict):
            self.fault(Code.WRONG_TYPE, f"must be a table, not {name_type(content)}")

    def fault(
        self, code: Code, message: str, *keys: str | int, of_key: bool = False, about: str = ""
    ) -> None:
        """Note that this table, or the part of it that `keys` lead to, is wrong: its value, with
        `of_key` the key itself, with `about` what of it is meant."""
        where = ".".join(str(part) for part in keys if isinstance(part, str))
        said = f"{where}: {message}" if where else message
        self.faults.add(self.file, self.path + keys, code, said, of_key=of_key, about=about)

    def has(self, key: str) -> bool:
        """Whether the table has the key, which may stand there."""
        self._legal.add(key)
        return key in self.content

    def get(self, key: str) -> Any:
        """The raw value of a key, which counts as known from now on."""
        self._seen.add(key)
        self._legal.add(key)
        return self.content.get(key)

    def pass_over(self, key: str) -> None:
        """Let a key stand of which it has been said that it is wrong here."""
        self._seen.add(key)

    def missing(self, key: str, why: str = "") -> None:
        """Note that a key is not there, which the table cannot do without."""
        said = f"{key} is missing{f': {why}' if why else ''}"
        if not self.misspelt(key):
            self.fault(Code.MISSING_KEY, self._with_example(said, key))

    def misspelt(self, key: str) -> bool:
        """Whether the table has a key that nobody knows and that looks like this one: that is
        told, and not that this one is missing."""
        return key not in self.content and any(
            not example_of((*self.path, other)) and nearest(other, [key]) for other in self.content
        )

    def _with_example(self, message: str, key: str, right: str = "") -> str:
        example = f"{key} = {right}" if right else example_of((*self.path, key))
        return f"{message}; such as {example}" if example else message

    def _wrong_type(self, key: str, wanted: str, *rest: str | int, right: str = "") -> None:
        value = self.content[key]
        for part in rest:
            value = value[part]
        message = f"must be {wanted}, not {name_type(value)}"
        self.fault(Code.WRONG_TYPE, self._with_example(message, key, right), key, *rest)

    def _typed(
        self, key: str, kind: type[T], *, required: bool, wanted: str = "", right: str = ""
    ) -> T | None:
        value = self.get(key)
        if value is None:
            if required and not self.misspelt(key):
                self.fault(Code.MISSING_KEY, self._with_example(f"{key} is missing", key, right))
            return None
        if type(value) is not kind:
            self._wrong_type(key, wanted or name_type(kind()), right=right)
            return None
        return value

    def text(self, key: str, *, required: bool = False, may_be_empty: bool = False) -> str:
        """A text that says something; with `may_be_empty`, an empty one says something too."""
        value = self._typed(key, str, required=required)
        if value is not None and not value.strip() and not may_be_empty:
            self._empty(key, "" if required else "; leave the key out, or say something")
            return ""
        return value or ""

    def _empty(self, key: str, remedy: str, *rest: str | int) -> None:
        message = f"must not be empty{remedy}"
        self.fault(Code.EMPTY, self._with_example(message, key), key, *rest)

    def flag(self, key: str) -> bool:
        """A truth value, false where it is left out."""
        wanted, said = "true or false, without quotes", self.content.get(key)
        right = str(said).lower() if str(said).lower() in ("true", "false") else ""
        return self._typed(key, bool, required=False, wanted=wanted, right=right) or False

    def whole(self, key: str, *, least: int) -> int | None:
        """A whole number that is not too small, or nothing."""
        said = self.content.get(key)
        wanted, right = "a whole number", ""
        if isinstance(said, str) and said.isascii() and said.isdigit():
            wanted, right = "a whole number, without quotes", said[:_LONGEST_QUOTED]
        value = self._typed(key, int, required=False, wanted=wanted, right=right)
        if value is not None and value < least:
            message = f"must be {least} or more, not {value}"
            self.fault(Code.WRONG_TYPE, self._with_example(message, key), key)
            return None
        return value

    def choice(
        self, key: str, choices: Iterable[T], *, required: bool = True, undecided: bool = False
    ) -> T | None:
        """One of some words; with `undecided`, there may be others."""
        known = list(choices)
        words = ", ".join(map(str, known))
        wanted = f"one of {words}, in quotes" if known else ""
        right = toml_text(str(known[0])) if known else ""
        value = self._typed(key, str, required=required, wanted=wanted, right=right)
        if value is None:
            return None
        if value in known:
            return next(word for word in known if word == value)
        if undecided and value.strip():
            return None
        hint = nearest(value, [str(word) for word in known])
        remedy = f"use one of {words}" if known else "none is declared"
        self.fault(Code.UNKNOWN_WORD, f"{value!r} is not known; {remedy}{hint}", key)
        return None

    def parsed(self, key: str, parse: Callable[[str], T], *, or_none: bool = False) -> T | None:
        """A duration that `parse` turns into something else, raising ValueError where it cannot;
        without `or_none`, one of no length says nothing."""
        said = self.content.get(key)
        right = f'"{said}s"' if type(said) is int and 0 < said < 10**9 else ""
        wanted = "a duration in quotes, with its unit"
        value = self._typed(key, str, required=False, wanted=wanted, right=right)
        if value is None:
            return None
        try:
            read = parse(value)
        except ValueError as error:
            message = f"{error}, not {value[:_LONGEST_QUOTED]!r}"
            self.fault(Code.BAD_DURATION, message, key)
            return None
        if not read and not or_none:
            message = "must be longer than nothing; leave the key out, or give a time"
            self.fault(Code.BAD_DURATION, self._with_example(message, key), key)
            return None
        return read

    def texts(self, key: str, *, may_repeat: bool = False) -> tuple[str, ...]:
        """A list of texts that say something, each another, empty where it is left out."""
        said = self.content.get(key)
        short = isinstance(said, str) and 0 < len(said) <= _LONGEST_QUOTED and said.isprintable()
        right = f"[{toml_text(said)}]" if short and isinstance(said, str) else ""
        values = self._typed(key, list, required=False, wanted="a list of texts", right=right)
        seen: set[str] = set()
        sound = True
        for position, value in enumerate(values or ()):
            if type(value) is not str:
                self._wrong_type(key, "a list of texts", position)
                sound = False
            elif not value.strip():
                self._empty(key, "", position)
                sound = False
            elif value in seen and not may_repeat:
                message = f"{value!r} stands twice in the list"
                self.fault(Code.SAID_TWICE, message, key, position)
            else:
                seen.add(value)
        return tuple(values or ()) if sound else ()

    def table(self, key: str) -> Table | None:
        """A table within this one, or nothing."""
        value = self.get(key)
        if value is None:
            return None
        if isinstance(value, dict):
            return Table(value, self.file, (*self.path, key), self.faults)
        if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
            header = self._header(key)
            message = f"must be one table, not a list of tables: its header is [{header}]"
            self.fault(Code.WRONG_TYPE, message, key)
        else:
            self._wrong_type(key, "a table")
        return None

    def tables(self, key: str) -> Iterator[Table]:
        """Each table of a list of tables."""
        value = self.get(key)
        if value is None:
            return
        if isinstance(value, dict):
            message = (
                f"must be a list of tables, not one table: its header is [[{self._header(key)}]]"
            )
            self.fault(Code.WRONG_TYPE, self._with_example(message, key), key)
            return
        if not isinstance(value, list):
            self._wrong_type(key, "a list of tables")
            return
        for position, one in enumerate(value):
            if isinstance(one, dict):
                yield Table(one, self.file, (*self.path, key, position), self.faults)
            else:
                self._wrong_type(key, "a list of tables", position)

    def _header(self, key: str) -> str:
        words = [part for part in (*self.path, key) if isinstance(part, str)]
        return ".".join(toml_key(word) for word in words)

    def finish(self) -> None:
        """Note every key that nobody asked for."""
        for key in self.content:
            if key not in self._seen:
                known = sorted(self._legal)
                hint = nearest(key, known)
                words = f"; there are {', '.join(known)}" if known else ""
                self.fault(Code.UNKNOWN_KEY, f"unknown key{hint}{words}", key, of_key=True)


def toml_text(text: str) -> str:
    """A text as it stands in a TOML file."""
    if "\\" in text and "'" not in text:
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def toml_key(word: str) -> str:
    """A key as it stands in a TOML file."""
    plain = word.isascii() and word.replace("-", "a").replace("_", "a").isalnum()
    return word if plain else toml_text(word)
