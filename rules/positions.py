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


def locate(text: bytes, paths: set[Path]) -> dict[Path, Spot]:
    """Where each path's key stands; the nearest part around it where the path itself is not in
    the text."""
    found = _positions(text, {path[:length] for path in paths for length in range(len(path) + 1)})
    lines = text.split(b"\n")
    places: dict[Path, Spot] = {}
    for path in paths:
        part = path
        while part and part not in found:
            part = part[:-1]
        places[path] = _spot(found[part], lines) if part in found else Spot(1, 1, 0)
    return places


def _spot(node: Any, lines: list[bytes]) -> Spot:
    """The characters of a node's first line; the parser counts bytes."""
    (row, begin), (last_row, end) = node.start_point, node.end_point
    line = lines[row] if row < len(lines) else b""
    if last_row > row or node.type in ("table", "table_array_element"):
        end = len(line.rstrip())
    column = len(line[:begin].decode("utf-8", "replace"))
    length = len(line[begin:end].decode("utf-8", "replace"))
    return Spot(row + 1, column + 1, max(0, length))


def _positions(text: bytes, wanted: set[Path]) -> dict[Path, Any]:
    """The nodes of the wanted paths; nothing else is looked into."""
    import tree_sitter_toml
    from tree_sitter import Language, Parser

    tree = Parser(Language(tree_sitter_toml.language())).parse(text)
    found: dict[Path, Any] = {}
    lengths: dict[Path, int] = {}

    def keys(node: Any) -> list[str]:
        names: list[str] = []
        stack = [node]
        while stack:
            part = stack.pop()
            if part.type == "dotted_key":
                stack.extend(reversed(part.children))
            elif part.type in ("bare_key", "quoted_key"):
                word = (part.text or b"").decode("utf-8", "replace")
                names.append(word[1:-1] if part.type == "quoted_key" else word)
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
                        found.setdefault(part, child)
                        stack.append((part, child))

    def pair(path: Path, node: Any) -> tuple[Path, Any]:
        children = node.children
        for name in keys(children[0]):
            path = (*path, name)
            if path not in wanted:
                break
            found.setdefault(path, node)
        # A comment may stand behind the value.
        return path, children[2] if len(children) > 2 else children[-1]

    base: Path = ()
    for node in tree.root_node.children:
        if node.type in ("table", "table_array_element"):
            children = node.children
            header = next((child for child in children if child.is_named), None)
            if header is None:
                continue
            base = current(keys(header), element=node.type == "table_array_element")
            for length in range(1, len(base) + 1):
                found.setdefault(base[:length], node)
            for child in children if base in wanted else ():
                if child.type == "pair":
                    value(*pair(base, child))
        elif node.type == "pair":
            value(*pair((), node))
    return found
