"""What a client asks of a list: filters, queries, order, members and pages."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from drivers.simulator.model import Resource

Test: TypeAlias = Callable[[Resource], bool]

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*')|(?P<sign><>|!=|<=|>=|==?|<|>)|(?P<bracket>[()])"
    r"|(?P<word>[^\s'()=<>!]+))"
)
_COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq,
    "==": operator.eq,
    "eq": operator.eq,
    "<>": operator.ne,
    "!=": operator.ne,
    "ne": operator.ne,
    "<": operator.lt,
    "lt": operator.lt,
    "<=": operator.le,
    "le": operator.le,
    ">": operator.gt,
    "gt": operator.gt,
    ">=": operator.ge,
    "ge": operator.ge,
}
_LIKE: Final = ("like", "matches", "regex")
_LONGEST: Final = 4000


class BadQuery(ValueError):
    """A filter, an order or a page that cannot be understood."""


def select(members: Sequence[Resource], filters: Sequence[str], order: str) -> list[Resource]:
    """The members that all filters let pass, in the order that is asked for.

    Raises:
        BadQuery: a filter or the order cannot be understood.
    """
    tests = [_parse(text) for text in filters if text]
    found = [member for member in members if all(test(member) for test in tests)]
    for part in reversed([part for part in order.split(",") if part.strip()]):
        name, _, direction = part.strip().partition(":")
        down = direction.lower() in ("desc", "descending", "d")
        if direction and not down and direction.lower() not in ("asc", "ascending", "a"):
            raise BadQuery(f"{direction!r} is no direction")
        found.sort(key=lambda member: _sortable(_value(member, name)), reverse=down)
    return found


def cut(member: Resource, fields: str) -> Resource:
    """The members of a resource that are asked for."""
    names = [name.strip() for name in fields.split(",") if name.strip()]
    return {name: member[name] for name in names if name in member} if names else member


def bounds(arguments: Mapping[str, str], total: int, largest: int) -> tuple[int, int]:
    """Where a page starts and ends. A count of -1 asks for all, and gets what a page may hold.

    Raises:
        BadQuery: start or count is no number.
    """
    try:
        start, count = int(arguments.get("start", "0")), int(arguments.get("count", "-1"))
    except ValueError:
        raise BadQuery("start and count must be whole numbers") from None
    start = max(0, start)
    length = largest if count < 0 else min(count, largest)
    return start, min(total, start + length)


def _sortable(value: Any) -> tuple[int, Any]:
    if value is None:
        return (0, "")
    if isinstance(value, (bool, int, float)):
        return (1, float(value))
    return (2, str(value).lower())


def _value(member: Resource, name: str) -> Any:
    value: Any = member
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _parse(text: str) -> Test:
    if len(text) > _LONGEST:
        raise BadQuery("the filter is too long")
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    tokens: list[tuple[str, str]] = []
    at = 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            raise BadQuery(f"the filter cannot be read at {text[at : at + 20]!r}")
        at = match.end()
        kind = str(match.lastgroup)
        tokens.append((kind, match[kind]))
    parser = _Parser(tokens)
    test = parser.either()
    if parser.tokens:
        raise BadQuery(f"the filter goes on with {parser.tokens[0][1]!r}")
    return test


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens

    def either(self) -> Test:
        tests = [self.both()]
        while self._takes("or"):
            tests.append(self.both())
        return lambda member: any(test(member) for test in tests)

    def both(self) -> Test:
        tests = [self.one()]
        while self._takes("and"):
            tests.append(self.one())
        return lambda member: all(test(member) for test in tests)

    def one(self) -> Test:
        if self._takes("not"):
            test = self.one()
            return lambda member: not test(member)
        if self._takes("("):
            test = self.either()
            if not self._takes(")"):
                raise BadQuery("a bracket is not closed")
            return test
        (_, name), (_, sign), (kind, text) = self._next(), self._next(), self._next()
        return _comparison(name.strip('"'), sign.lower(), kind, text)

    def _takes(self, word: str) -> bool:
        if self.tokens and self.tokens[0][1].lower() == word and self.tokens[0][0] != "text":
            del self.tokens[0]
            return True
        return False

    def _next(self) -> tuple[str, str]:
        if not self.tokens:
            raise BadQuery("the filter ends too soon")
        return self.tokens.pop(0)


def _comparison(name: str, sign: str, kind: str, text: str) -> Test:
    wanted = text[1:-1] if kind == "text" else text
    if sign in _LIKE:
        pattern = re.compile(".*".join(map(re.escape, wanted.split("%"))), re.IGNORECASE)
        return lambda member: pattern.fullmatch(str(_value(member, name) or "")) is not None
    if sign not in _COMPARISONS:
        raise BadQuery(f"{sign!r} compares nothing")
    compare = _COMPARISONS[sign]

    def test(member: Resource) -> bool:
        value = _value(member, name)
        if isinstance(value, bool):
            return compare(str(value).lower(), wanted.lower())
        if isinstance(value, (int, float)):
            try:
                return compare(float(value), float(wanted))
            except ValueError:
                return False
        if value is None:
            return compare("null", wanted.lower())
        return compare(str(value).lower(), wanted.lower())

    return test
