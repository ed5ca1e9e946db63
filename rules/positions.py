"""Where the parts of a TOML document stand in its text."""

from __future__ import annotations

from typing import Any, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""The keys and list positions that lead from a document's root to one of its parts."""


def locate(text: bytes, paths: set[Path]) -> dict[Path, tuple[int, int]]:
    """Line and column, from 1, of each path's key; of the nearest part around it where the path
    itself is not in the text."""
    found = _all_positions(text)
    places: dict[Path, tuple[int, int]] = {}
    for path in paths:
        part = path
        while part and part not in found:
            part = part[:-1]
        places[path] = found.get(part, (1, 1))
    return places


def _all_positions(text: bytes) -> dict[Path, tuple[int, int]]:
    import tree_sitter_toml
    from tree_sitter import Language, Parser

    tree = Parser(Language(tree_sitter_toml.language())).parse(text)
    found: dict[Path, tuple[int, int]] = {}
    lengths: dict[Path, int] = {}

    def mark(path: Path, node: Any) -> None:
        line, column = node.start_point
        found.setdefault(path, (line + 1, column + 1))

    def keys(node: Any) -> list[str]:
        if node.type == "dotted_key":
            return [name for child in node.children for name in keys(child)]
        if node.type in ("bare_key", "quoted_key"):
            word = (node.text or b"").decode("utf-8", "replace")
            return [word[1:-1] if node.type == "quoted_key" else word]
        return []

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
            if node.type == "inline_table":
                stack += [pair(path, child) for child in node.children if child.type == "pair"]
            elif node.type == "array":
                inner = [child for child in node.named_children if child.type != "comment"]
                for position, child in enumerate(inner):
                    mark((*path, position), child)
                    stack.append(((*path, position), child))

    def pair(path: Path, node: Any) -> tuple[Path, Any]:
        for name in keys(node.children[0]):
            path = (*path, name)
            mark(path, node)
        return path, node.children[-1]

    base: Path = ()
    for node in tree.root_node.children:
        if node.type in ("table", "table_array_element"):
            header = next((child for child in node.children if child.is_named), None)
            if header is None:
                continue
            base = current(keys(header), element=node.type == "table_array_element")
            for length in range(1, len(base) + 1):
                mark(base[:length], node)
            for child in node.children:
                if child.type == "pair":
                    value(*pair(base, child))
        elif node.type == "pair":
            value(*pair((), node))
    return found
