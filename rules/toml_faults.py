"""What is wrong with a text that is no TOML: in the words of those who write rules, and at the
place where they would look."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

import tomli

_LISTS: Final = frozenset(
    {
        *("operation", "fact", "derive", "rule", "rule.then.step", "rule.then.forbid"),
        *("board.line", "board.line.signs", "board.note", "test", "test.event", "test.finding"),
        *("test.expect", "table", "table.rows", "logs", "proof", "finding"),
    }
)
"""Tables of which there are several: their headers have two brackets."""
_KEY: Final = r"(?:[A-Za-z0-9_-]+|\"[^\"\n]*\"|'[^'\n]*')"
_STATEMENT: Final = re.compile(rf"[ \t]*({_KEY}(?:[ \t]*\.[ \t]*{_KEY})*)[ \t]*=", re.MULTILINE)
_HEADER: Final = re.compile(r"^[ \t]*\[{1,2}[^\]\n]*\]{0,2}", re.MULTILINE)
_TOKEN: Final = re.compile(r"[^\s,\]}#]+")
_LONGEST_TOKEN: Final = 40
_OPERATORS: Final = {
    ">": "above",
    "<": "below",
    ">=": "at_least",
    "<=": "at_most",
    "!=": "not",
    "<>": "not",
    "=>": "at_least",
    "=<": "at_most",
    "==": "is",
}
_COMPARISON: Final = re.compile(
    r"(>=|<=|<>|>|<|!=|==|=>|=<)[ \t]*(\"[^\"\n]{0,40}\"|[\w.:+-]{0,40})"
)


class TomlFault(NamedTuple):
    """Line and column from 1, how many characters are meant, and what is wrong. What is wrong
    `once` follows from one place, however often it stops the parser."""

    line: int
    column: int
    length: int
    message: str
    once: bool = False


class _Place(NamedTuple):
    begin: int
    length: int
    message: str
    once: bool = False


def explain(text: str, error: tomli.TOMLDecodeError) -> TomlFault:
    """What a parser's error is about."""
    text = text.replace("\r\n", "\n")
    at = min(error.pos, len(text))
    for begin, tell in _TELLERS.items():
        if error.msg.startswith(begin):
            place = tell(text, at)
            break
    else:
        place = _Place(at, 1, f"{error.msg[:1].lower()}{error.msg[1:]}")
    line = text.count("\n", 0, place.begin) + 1
    column = place.begin - text.rfind("\n", 0, place.begin)
    return TomlFault(line, column, place.length, place.message, place.once)


def _line_at(text: str, at: int) -> tuple[int, int]:
    """Where the line of a place begins and ends."""
    end = text.find("\n", at)
    return text.rfind("\n", 0, at) + 1, len(text) if end < 0 else end


def _token(text: str, at: int) -> str:
    match = _TOKEN.match(text, at)
    return match.group()[:_LONGEST_TOKEN] if match else ""


def _key_before(text: str, at: int) -> re.Match[str] | None:
    """The statement that ends at a place: the last line before it that gives a key a value."""
    begin, end = _line_at(text, at)
    for _ in range(1000):
        match = _STATEMENT.match(text, begin, end)
        if match or begin == 0:
            return match
        end = begin - 1
        begin = text.rfind("\n", 0, end) + 1
        if _HEADER.match(text, begin, end):
            return None
    return None


def _overwritten(text: str, at: int) -> _Place:
    """A key or a header that stands a second time."""
    begin, end = _line_at(text, at)
    header = _HEADER.match(text, begin, end)
    if header is not None and at <= end:
        return _second_header(text, header)
    match = _key_before(text, at)
    if match is None:
        return _Place(at, 1, "a key stands here that has a value already; each key stands once")
    value = text[match.end() : at]
    if value.count("{") > value.count("}"):
        return _inline_again(text, at)
    key = match.group(1)
    headers = [one.end() for one in _HEADER.finditer(text, 0, match.start())]
    since = headers[-1] if headers else 0
    first = re.compile(rf"^[ \t]*{re.escape(key)}[ \t]*[.=]", re.MULTILINE)
    before = first.search(text, since, match.start())
    where = f" in line {text.count(chr(10), 0, before.end()) + 1}" if before else ""
    message = (
        f"{key} has a value already{where}; each key stands once in a table (or is a header "
        "missing above it?)"
    )
    return _Place(match.start(1), len(key), message)


def _second_header(text: str, header: re.Match[str]) -> _Place:
    words = header.group().strip()
    name = words.strip("[] \t")
    plain = ".".join(word.strip() for word in name.split("."))
    several = plain in _LISTS
    same = re.compile(rf"^[ \t]*\[{{1,2}}[ \t]*{re.escape(name)}[ \t]*\]", re.MULTILINE)
    before = same.search(text, 0, header.start())
    where = f" in line {text.count(chr(10), 0, before.end()) + 1}" if before else ""
    if several and before and not before.group().strip().startswith("[["):
        message = (
            f"the header{where} is [{plain}], as if there were one; where there are several, each "
            f"begins [[{plain}]]"
        )
    elif several:
        message = f"{name} stands{where} already; where there are several, each begins [[{plain}]]"
    else:
        message = f"{name} stands{where} already; each table has one header"
    begin = header.end() - len(header.group().lstrip())
    return _Place(begin, len(words), message, several)


def _inline_again(text: str, at: int) -> _Place:
    """A key that stands twice in an inline table: what stands before `at` is its second value."""
    begin, _ = _line_at(text, at)
    found = [*re.finditer(rf"({_KEY}(?:[ \t]*\.[ \t]*{_KEY})*)[ \t]*=", text[begin:at])]
    if not found:
        return _Place(at, 1, "a key stands twice in one table")
    key = found[-1].group(1)
    message = f"the key {key} stands twice in one table"
    others = [one.group(1) for one in found[:-1]]
    if key not in others:
        message = f"{key} has a value already in this table; all of it stands in one place"
    return _Place(begin + found[-1].start(1), len(key), message)


def _open_text(text: str, at: int) -> _Place:
    """A text on one line that is not closed on it."""
    begin, end = _line_at(text, at)
    quote, opened = "", end
    position = begin
    while position < min(at, end):
        sign = text[position]
        if quote:
            if sign == "\\" and quote == '"':
                position += 1
            elif sign == quote:
                quote = ""
        elif sign in "\"'":
            quote, opened = sign, position
        elif sign == "#":
            break
        position += 1
    if not quote:
        return _Place(at, 1, f"{_named(text, at)} cannot stand in a text")
    message = f"a text is not closed: it begins here, and no {quote} ends it on this line"
    return _Place(opened, end - opened, message)


def _open_lines(text: str, at: int) -> _Place:
    """A text of several lines that is not closed, or one at the very end of a file."""
    if not text[:at].count("'''") + text[:at].count('"""'):
        return _first_open_text(text, at)
    triple = max(text.rfind('"""', 0, at), text.rfind("'''", 0, at))
    begin, end = _line_at(text, at)
    if triple < 0 or (begin <= triple and text[triple:end].count(text[triple]) == 1):
        return _open_text(text, at)
    if triple >= 0 and text.count(text[triple : triple + 3], 0, at) % 2:
        quotes = text[triple : triple + 3]
        message = f"a text of several lines is not closed: it begins here, and no {quotes} ends it"
        return _Place(triple, 3, message)
    return _open_text(text, at)


def _first_open_text(text: str, at: int) -> _Place:
    """The first line on which a text begins and does not end."""
    begin = 0
    while begin < at:
        _, end = _line_at(text, begin)
        place = _open_text(text, end)
        if place.begin < end:
            return place
        begin = end + 1
    return _open_text(text, at)


def _illegal(text: str, at: int) -> _Place:
    if at >= len(text) or text[at] == "\n":
        return _open_text(text, at)
    return _Place(at, 1, f"{_named(text, at)} cannot stand here; write it as an escape")


def _named(text: str, at: int) -> str:
    return f"the character U+{ord(text[at]):04X}" if at < len(text) else "the end of the file"


def _no_value(text: str, at: int) -> _Place:
    """A value that is none."""
    sign = _COMPARISON.match(text, at - 1) if at else None
    if sign and len(sign[1]) == 2:
        begin, _ = _line_at(text, at)
        return _comparison(text, begin, at - 1, sign)
    token = _token(text, at)
    match = _key_before(text, at)
    key = match.group(1) if match else "the key"
    if not token:
        where = match.start(1) if match else at
        return _Place(where, len(key) if match else 1, f"{key} has no value behind the =")
    if token.lower() in ("true", "false"):
        right = f"true and false are written in lower case: {token.lower()}"
    elif token.lower() in ("null", "none", "nil"):
        right = f"{token} is no value here; leave the key out"
    elif re.fullmatch(r"[A-Za-z][\w./:-]*", token):
        right = f'{token} is no value; a text stands in quotes: "{token}"'
    else:
        right = f"{token} is no value: a text stands in quotes, a list in [ ], a table in {{ }}"
    return _Place(at, len(token), right)


def _more_behind(text: str, at: int) -> _Place:
    """Something behind a value, or behind a header, on the same line."""
    begin, end = _line_at(text, at)
    match = _STATEMENT.match(text, begin, end)
    value = text[match.end() : end].strip() if match else ""
    token = value.split("#")[0].strip()
    if match and re.fullmatch(r"[0-9][\w.:+-]*", token):
        where = match.end() + text[match.end() : end].index(token)
        if re.match(r"[0-9]{4}-[0-9]{2}|[0-9]{2}:[0-9]{2}", token):
            right = f"{token} is no date or time that there is; such as 2026-11-22T02:14:07Z"
        elif re.fullmatch(r"[0-9]+\.", token):
            right = f"{token} is no number; digits stand on both sides of the point: {token}0"
        else:
            right = f'{token} is no number; a text stands in quotes: "{token}"'
        return _Place(where, len(token), right)
    rest = text[at:end].rstrip()
    message = "nothing but a comment stands on the line behind this"
    if match:
        message = "nothing but a comment stands behind the value; the next key is on its own line"
    return _Place(at, max(1, len(rest)), message)


def _no_equals(text: str, at: int) -> _Place:
    begin, end = _line_at(text, at)
    line = text[begin:end]
    where = begin + len(line) - len(line.lstrip())
    if text[at : at + 1] == ":":
        return _Place(at, 1, "between a key and its value stands =, not :")
    sign = _COMPARISON.match(text, at, end)
    if sign:
        return _comparison(text, begin, at, sign)
    key = text[where:at].strip() or line.strip()
    message = f"behind the key {key[:_LONGEST_TOKEN]} stands no =, and no value"
    return _Place(where, max(1, len(line.strip())), message)


def _comparison(text: str, begin: int, at: int, sign: re.Match[str]) -> _Place:
    """A sign such as > between a fact and a value."""
    names = re.findall(rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*", text[begin:at])
    operator = _OPERATORS[sign[1]]
    value = sign[2] or "5"
    right = f"{names[-1] if names else 'a.fact'} = {{ {operator} = {value} }}"
    if operator == "is":
        right = f"{names[-1] if names else 'a.fact'} = {value}"
    return _Place(at, len(sign[1]), f"{sign[1]} is no sign here; it is written {right}")


def _no_key(text: str, at: int) -> _Place:
    message = "no key can begin here: it is of letters, digits, - and _, or stands in quotes"
    return _Place(at, max(1, len(_token(text, at))), message)


def _no_statement(text: str, at: int) -> _Place:
    _, end = _line_at(text, at)
    odd = re.match(r"([^\s=\"'\[\]{}#]+)[ \t]*=", text[at:end])
    if odd:
        message = f'a key of other letters than A to Z stands in quotes: "{odd.group(1)}"'
        return _Place(at, len(odd.group(1)), message)
    message = "no line can begin so: it is a key with = and a value, a [header], or a # comment"
    return _Place(at, max(1, len(text[at:end].rstrip())), message)


def _unclosed(closing: str) -> Callable[[str, int], _Place]:
    def tell(text: str, at: int) -> _Place:
        token = _token(text, at)
        begin, end = _line_at(text, at)
        if at >= len(text.rstrip()) or (begin == at and _HEADER.match(text, begin, end)):
            match = _key_before(text, max(0, len(text[:at].rstrip()) - 1))
            if match:
                message = f"what begins here is not closed: no {closing} ends it"
                return _Place(match.start(1), len(match.group().rstrip()), message)
        before = f" before {token}" if token else ""
        return _Place(at, max(1, len(token)), f"a comma or {closing} is missing here{before}")

    return tell


def _header_end(brackets: str) -> Callable[[str, int], _Place]:
    def tell(text: str, at: int) -> _Place:
        begin, end = _line_at(text, at)
        header = text[begin:end].strip()
        where = begin + text[begin:end].index(header) if header else begin
        message = f"the header does not end in {brackets}, as it begins"
        return _Place(where, max(1, len(header)), message)

    return tell


def _escape(text: str, at: int) -> _Place:
    message = (
        r"in double quotes a \ begins an escape such as \n; write \\ for one, or put the text in "
        "single quotes"
    )
    begin = text.rfind("\\", 0, at + 1)
    return _Place(max(0, begin), 2, message)


def _no_date(text: str, at: int) -> _Place:
    token = _token(text, at)
    message = f"{token} is no date or time that there is; such as 2026-11-22T02:14:07Z"
    return _Place(at, max(1, len(token)), message)


_TELLERS: Final[dict[str, Callable[[str, int], _Place]]] = {
    "Cannot overwrite a value": _overwritten,
    "Cannot mutate immutable namespace": _overwritten,
    "Cannot redefine namespace": _overwritten,
    "Cannot declare": _overwritten,
    "Duplicate inline table key": _inline_again,
    "Illegal character": _illegal,
    "Found invalid character": _illegal,
    "Unterminated string": _open_lines,
    'Expected \'"""\'': _open_lines,
    "Expected \"'''\"": _open_lines,
    'Expected "\'"': _open_lines,
    "Invalid value": _no_value,
    "Expected newline or end of document": _more_behind,
    "Expected '=' after a key": _no_equals,
    "Invalid initial character for a key": _no_key,
    "Invalid statement": _no_statement,
    "Unclosed array": _unclosed("]"),
    "Unclosed inline table": _unclosed("}"),
    "Expected ']' at the end": _header_end("]"),
    "Expected ']]' at the end": _header_end("]]"),
    "Unescaped": _escape,
    "Invalid hex value": _escape,
    "Escaped character is not": _escape,
    "Invalid date": _no_date,
}
"""By how the parser's message begins."""
