"""Where the parts of a rule base stand in its texts, down to each condition's own value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rules.documents import header_lines, read_document
from rules.pattern import Pattern, conditions
from rules.positions import Path, Spot, locate
from rules.rule_base import Fact, Place, RuleBase
from rules.tables import Faults

_COMBINED = ("all", "any", "none")


class LeafPlaces:
    """Finds conditions and steps in the texts of a rule base; a file is read when it is needed."""

    def __init__(self, rule_base: RuleBase) -> None:
        self._base = rule_base
        self._documents: dict[str, dict[str, Any]] = {}
        self._numbers: dict[tuple[str, str], dict[int, int]] = {}
        """By file and kind of table, which of them begins at a line."""
        self._declared: dict[tuple[str, str], tuple[str, int | str]] = {}

    def ways(self, place: Place, kind: str, part: Path, pattern: Pattern) -> list[Path]:
        """The way to each condition of a pattern, in the order in which `conditions` has them;
        empty ones where they cannot be found.

        Args:
            place: of the rule or the derivation.
            kind: `rule` or `derive`.
            part: the way from its table to the pattern, such as `("when",)`.
            pattern: as it was read from there.
        """
        if way := self.way(place, kind, part):
            return self.ways_at(place, way, pattern)
        return [()] * sum(1 for _ in conditions(pattern))

    def ways_at(self, place: Place, way: Path, pattern: Pattern) -> list[Path]:
        """The same, where the way from the file's beginning to the pattern is known."""
        wanted = [condition.fact for condition in conditions(pattern)]
        found = list(_leaves(self._at(place.file, way), self._base.facts, way))
        if [name for name, _ in found] != wanted:
            return [()] * len(wanted)
        return [where for _, where in found]

    def way(self, place: Place, kind: str, part: Path) -> Path:
        """The way to a part of a rule or a derivation; an empty one where it cannot be found."""
        text = self._base.texts.get(place.file)
        if text is None:
            return ()
        numbers = self._numbers.get((place.file, kind))
        if numbers is None:
            lines = header_lines(text, kind.encode())
            numbers = {line: number for number, (line, _) in enumerate(lines)}
            self._numbers[place.file, kind] = numbers
        number = numbers.get(place.line)
        return () if number is None else (kind, number, *part)

    def table_of(self, kind: str, name: str) -> tuple[Place, Path]:
        """Where a fact or a kind of source is declared: `kind` is the table's, `fact` or
        `source`. The way is empty where it cannot be found."""
        if not self._declared:
            for file, text in self._base.texts.items():
                content = read_document(file, text, Faults({})).content
                facts = content.get("fact")
                for number, fact in enumerate(facts if isinstance(facts, list) else ()):
                    if isinstance(fact, dict):
                        self._declared.setdefault(("fact", str(fact.get("name"))), (file, number))
                sources = content.get("source")
                for source in sources if isinstance(sources, dict) else ():
                    self._declared.setdefault(("source", source), (file, source))
        found = self._declared.get((kind, name))
        return (Place("", 1), ()) if found is None else (Place(found[0], 1), (kind, found[1]))

    def board(self) -> tuple[Place, Path]:
        """Where the board is declared; the way is empty where it cannot be found."""
        for file, text in self._base.texts.items():
            if read_document(file, text, Faults({})).content.get("board"):
                return Place(file, 1), ("board",)
        return Place("", 1), ()

    def member(self, place: Place, way: Path, number: int | None) -> Path:
        """The way to one value of the list at the end of a way; that way itself, where there is
        no list."""
        if number is None or not isinstance(self._at(place.file, way), list):
            return way
        return (*way, number)

    def spots(self, ways: Iterable[tuple[Place, Path]]) -> list[Spot]:
        """Line and column of each way; where it is empty, the beginning of the place's line."""
        every = list(ways)
        by_file: dict[str, set[Path]] = {}
        for place, way in every:
            by_file.setdefault(place.file, set()).add(way)
        found = {
            file: locate(self._base.texts.get(file, b""), paths) for file, paths in by_file.items()
        }
        return [
            found[place.file][way].key if way else Spot(place.line, 1, 0) for place, way in every
        ]

    def _at(self, file: str, path: Path) -> Any:
        if file not in self._documents:
            text = self._base.texts[file]
            self._documents[file] = read_document(file, text, Faults({})).content
        content: Any = self._documents[file]
        try:
            for key in path:
                content = content[key]
        except (KeyError, IndexError, TypeError):
            return {}
        return content


def _leaves(content: Any, facts: Mapping[str, Fact], path: Path) -> Iterator[tuple[str, Path]]:
    """Each condition's fact, and the way to it."""
    for key, value in content.items() if isinstance(content, dict) else ():
        if key in _COMBINED:
            for position, inner in enumerate(value if isinstance(value, list) else ()):
                yield from _leaves(inner, facts, (*path, key, position))
        else:
            yield from _of_fact(key, value, facts, (*path, key))


def _of_fact(
    name: str, value: Any, facts: Mapping[str, Fact], path: Path
) -> Iterator[tuple[str, Path]]:
    if name in facts or name.startswith("confirm."):
        if isinstance(value, dict):
            yield from ((name, (*path, operator)) for operator in value)
        else:
            yield name, path
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _of_fact(f"{name}.{key}", inner, facts, (*path, key))
