"""Where the parts of a TOML document stand in its text."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""The keys and list positions that lead from a document's root to one of its parts."""


class Spot(NamedTuple):
    """Line and column, in characters from 1, and how many characters of the line are meant."""

    line: int
    column: int
    length: int


class Part(NamedTuple):
    """Where a part's key stands and where its value does; of a table with a header, and of an
    item of a list, they are the same."""

    key: Spot
    value: Spot

    @property
    def line(self) -> int:
        """The line on which the part begins."""
        return self.key.line


class _Nodes(NamedTuple):
    """From the beginning of a key to its end, and a value, in the tree that was parsed."""

    begin: Any
    end: Any
    value: Any


def locate(text: bytes, paths: set[Path]) -> dict[Path, Part]:
    """Where each path's key and value stand; the nearest part around it where the path itself is
    not in the text."""
    found = _positions(text, {path[:length] for path in paths for length in range(len(path) + 1)})
    lines = text.split(b"\n")
    places: dict[Path, Part] = {}
    for path in paths:
        part = path
        while part and part not in found:
            part = part[:-1]
        nodes = found.get(part)
        if nodes is None:
            places[path] = Part(Spot(1, 1, 0), Spot(1, 1, 0))
            continue
        key = _spot(nodes.begin, nodes.end, lines)
        places[path] = Part(key, _spot(nodes.value, nodes.value, lines))
    return places


def _spot(first: Any, last: Any, lines: list[bytes]) -> Spot:
    """The characters from one node to another, of the first line alone; the parser counts bytes."""
    if first.type in ("table", "table_array_element"):
        first, last = first.children[0], _closing_bracket(first)
    (row, begin), (last_row, end) = first.start_point, last.end_point
    line = lines[row] if row < len(lines) else b""
    if last_row > row:
        end = len(line.rstrip())
    column = len(line[:begin].decode("utf-8", "replace"))
    length = len(line[begin:end].decode("utf-8", "replace"))
    return Spot(row + 1, column + 1, max(0, length))


def _closing_bracket(header: Any) -> Any:
    """What a header ends in; a table's node has its keys in it as well."""
    brackets = [child for child in header.children if child.type in ("]", "]]")]
    return brackets[0] if brackets else header.children[0]


def _positions(text: bytes, wanted: set[Path]) -> dict[Path, _Nodes]:
    """The nodes of the wanted paths; nothing else is looked into."""
    import tree_sitter_toml
    from tree_sitter import Language, Parser

    tree = Parser(Language(tree_sitter_toml.language())).parse(text)
    found: dict[Path, _Nodes] = {}
    lengths: dict[Path, int] = {}

    def keys(node: Any) -> list[tuple[str, Any]]:
        """The words of a key, and where each stands."""
        names: list[tuple[str, Any]] = []
        stack = [node]
        while stack:
            part = stack.pop()
            if part.type == "dotted_key":
                stack.extend(reversed(part.children))
            elif part.type in ("bare_key", "quoted_key"):
                word = (part.text or b"").decode("utf-8", "replace")
                names.append((word[1:-1] if part.type == "quoted_key" else word, part))
        return names

    def current(names: list[str], *, element: bool) -> Path:
        """The path that a table header means: each list of tables along it is at its last one."""
        path: Path = ()
        for position, name in enumerate(names):
            path = (*path, name)
            if (position < len(names) - 1 or not element) and path in lengths:
                path = (*path, lengths[path] - 1)
        if element:
            lengths[path] = lengths.get(path, 0) + 1
            path = (*path, lengths[path] - 1)
        return path

    def value(path: Path, node: Any) -> None:
        stack = [(path, node)]
        while stack:
            path, node = stack.pop()
            if path not in wanted:
                continue
            if node.type == "inline_table":
                stack += [pair(path, child) for child in node.children if child.type == "pair"]
            elif node.type == "array":
                inner = [child for child in node.named_children if child.type != "comment"]
                for position, child in enumerate(inner):
                    if (part := (*path, position)) in wanted:
                        found.setdefault(part, _Nodes(child, child, child))
                        stack.append((part, child))

    def pair(path: Path, node: Any) -> tuple[Path, Any]:
        children = node.children
        # A comment may stand behind the value.
        value = children[2] if len(children) > 2 else children[-1]
        words = keys(children[0])
        for position, (name, word) in enumerate(words):
            path = (*path, name)
            if path not in wanted:
                break
            said = value if position == len(words) - 1 else word
            found.setdefault(path, _Nodes(words[0][1], word, said))
        return path, value

    base: Path = ()
    for node in tree.root_node.children:
        if node.type in ("table", "table_array_element"):
            children = node.children
            header = next((child for child in children if child.is_named), None)
            if header is None:
                continue
            words = [name for name, _ in keys(header)]
            base = current(words, element=node.type == "table_array_element")
            for length in range(1, len(base) + 1):
                found.setdefault(base[:length], _Nodes(node, node, node))
            for child in children if base in wanted else ():
                if child.type == "pair":
                    value(*pair(base, child))
        elif node.type == "pair":
            value(*pair((), node))
    return found
