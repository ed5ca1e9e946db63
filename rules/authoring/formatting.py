"""Rule files in one form: spaces, indentation and blank lines change; words, comments and order
do not."""

from __future__ import annotations

from typing import Any, Final

import tomli

from rules.toml_version import newer_than_1_0

_INDENT: Final = "    "


class NotFormattableError(Exception):
    """A text that is no TOML, or that would not come out as the same; the text says which."""


def format_toml(text: str) -> str:
    """The same document in one form.

    Raises:
        NotFormattableError: the text is no TOML, or nested too deeply.
    """
    before = _parsed(text)
    source = text.replace("\r\n", "\n").encode()
    try:
        formatted = _Writer(source).document()
        same = repr(_parsed(formatted)) == repr(before) and _comments(formatted) == _comments(text)
    except RecursionError:
        raise NotFormattableError("is nested too deeply to be put into one form") from None
    if not same:
        raise NotFormattableError("cannot be put into one form without changing what it says")
    return formatted


def _parsed(text: str) -> dict[str, Any]:
    try:
        document = tomli.loads(text)
    except (tomli.TOMLDecodeError, RecursionError, ValueError) as error:
        raise NotFormattableError(f"is not TOML: {error}") from None
    newer = newer_than_1_0(text)
    if newer is not None:
        raise NotFormattableError(newer.message)
    return document


def _parse(source: bytes) -> Any:
    import tree_sitter_toml
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_toml.language())).parse(source).root_node


def _comments(text: str) -> list[str]:
    """Every comment, in order."""
    found = []
    stack = [_parse(text.replace("\r\n", "\n").encode())]
    while stack:
        node = stack.pop()
        if node.type == "comment":
            found.append((node.text or b"").decode().rstrip())
        stack.extend(reversed(node.children))
    return found


class _Writer:
    def __init__(self, source: bytes) -> None:
        self._source = source
        self._lines: list[str] = []
        self._last_row = -1
        """The row of the source in which the last thing that was written ended."""

    def document(self) -> str:
        for node in _parse(self._source).children:
            if node.type in ("table", "table_array_element"):
                self._table(node)
            else:
                self._entry(node)
        return "".join(f"{line}\n" for line in self._lines)

    def _table(self, node: Any) -> None:
        key = next(child for child in node.children if child.is_named)
        marks = ("[[", "]]") if node.type == "table_array_element" else ("[", "]")
        name = self._key(key)
        bracket = next(child for child in node.children if child.type == marks[1])
        self._gap(node, apart="." not in name)
        self._lines.append(f"{marks[0]}{name}{marks[1]}")
        self._last_row = bracket.end_point[0]
        for child in node.children[node.children.index(bracket) + 1 :]:
            self._entry(child)

    def _entry(self, node: Any) -> None:
        if node.type == "comment":
            text = self._text(node).rstrip()
            if node.start_point[0] == self._last_row and self._lines:
                self._lines[-1] += self._space_before(node) + text
            else:
                self._gap(node)
                self._lines.append(text)
        elif node.type == "pair":
            self._gap(node)
            key, _, value, *behind = node.children
            self._lines += f"{self._key(key)} = {self._value(value, 0)}".split("\n")
            self._last_row = value.end_point[0]
            for comment in behind:
                self._entry(comment)
        else:
            return
        self._last_row = node.end_point[0] - (node.end_point[1] == 0)

    def _gap(self, node: Any, *, apart: bool = False) -> None:
        """One empty line where the source has any; one before a table that stands for itself."""
        if not self._lines:
            return
        empty = node.start_point[0] > self._last_row + 1
        if empty or (apart and not self._lines[-1].startswith("#")):
            self._lines.append("")

    def _space_before(self, node: Any) -> str:
        """Comments behind values keep their distance."""
        begin = node.start_byte
        space = 0
        while self._source[begin - space - 1 : begin - space] in (b" ", b"\t"):
            space += 1
        return " " * max(1, space)

    def _text(self, node: Any) -> str:
        return (node.text or b"").decode()

    def _key(self, node: Any) -> str:
        parts: list[str] = []
        stack = [node]
        while stack:
            part = stack.pop()
            if part.type == "dotted_key":
                stack.extend(reversed(part.children))
            elif part.is_named:
                parts.append(self._text(part))
        return ".".join(parts)

    def _value(self, node: Any, depth: int) -> str:
        if node.type == "inline_table":
            pairs = [
                f"{self._key(child.children[0])} = {self._value(child.children[2], depth)}"
                for child in node.children
                if child.type == "pair"
            ]
            return f"{{ {', '.join(pairs)} }}" if pairs else "{}"
        if node.type == "array":
            return self._array(node, depth)
        return self._text(node)

    def _array(self, node: Any, depth: int) -> str:
        parts = [child for child in node.children if child.is_named]
        if not parts:
            return "[]"
        has_comments = any(child.type == "comment" for child in parts)
        first_row, begin_row = parts[0].start_point[0], node.start_point[0]
        if not has_comments and first_row == begin_row:
            return f"[{', '.join(self._value(part, depth) for part in parts)}]"
        lines: list[str] = []
        last_row = begin_row
        for part in parts:
            row = part.start_point[0]
            comment = part.type == "comment"
            text = self._text(part).rstrip() if comment else self._value(part, depth + 1) + ","
            behind = row == last_row and lines and not lines[-1].lstrip().startswith("#")
            if behind:
                lines[-1] += (self._space_before(part) if comment else " ") + text
            else:
                lines.append(_INDENT * (depth + 1) + text)
            last_row = part.end_point[0]
        return "[\n" + "\n".join(lines) + "\n" + _INDENT * depth + "]"
