"""Rule files are TOML 1.0, as editors and formatters know it. Parsers that know TOML 1.1 accept
more: on another machine the same file would be refused."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_MAY_BE_TIME: Final = re.compile(r":(?<=[^:][0-9]{2}:)[0-9]{2}(?![0-9]*:)")
_QUOTED: Final = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'")
_TOKEN: Final = re.compile(
    r'(?P<basic>"""(?:[^\\]|\\.)*?"""(?:"{0,2})|"(?:[^"\\\n]|\\.)*")'
    r"|'''.*?'''(?:'{0,2})|'[^'\n]*'|#[^\n]*"
    r"|(?P<comma>,)(?=(?:\s|#[^\n]*\n)*\})"
    r"|(?P<time>(?<![0-9:+-])[0-9]{2}:[0-9]{2}(?![0-9:]))"
    r"|[\[\]{}\n]",
    re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|e|.)", re.DOTALL)
_NEWER: Final = "is of TOML 1.1, and rule files are TOML 1.0"


class Newer(NamedTuple):
    """What TOML 1.1 alone allows: its line and column from 1, how many characters are meant, and
    what is to be written instead."""

    line: int
    column: int
    length: int
    message: str


def newer_than_1_0(text: str) -> Newer | None:
    """The first thing of TOML 1.1 in a text that a parser accepts."""
    if not _may_be_newer(text):
        return None
    text = text.replace("\r\n", "\n")
    opened: list[tuple[str, int]] = []
    for token in _TOKEN.finditer(text):
        word, at = token.group(), token.start()
        if token["basic"]:
            for escape in _ESCAPE.finditer(word):
                code = escape[1] or ("1b" if escape.group() == r"\e" else "")
                if code:
                    message = rf"the escape {escape.group()} {_NEWER}: \u00{code} says the same"
                    return _newer(text, at + escape.start(), len(escape.group()), message)
        elif token["time"]:
            message = f"a time without seconds {_NEWER}: it is written {word}:00"
            return _newer(text, at, len(word), message)
        elif token["comma"] and opened and opened[-1][0] == "{":
            return _newer(
                text, at, 1, f"a comma at the end of an inline table {_NEWER}: take it away"
            )
        elif word in ("{", "["):
            opened.append((word, at))
        elif word in ("}", "]"):
            del opened[-1:]
        elif word == "\n" and opened and opened[-1][0] == "{":
            message = (
                f"an inline table over several lines {_NEWER}: it stands on one line, or is a "
                "table with a [header]"
            )
            return _newer(text, opened[-1][1], 1, message)
    return None


def _may_be_newer(text: str) -> bool:
    """Whether it is worth a closer look: most texts have nothing that could be meant."""
    if r"\x" in text or r"\e" in text or _MAY_BE_TIME.search(text):
        return True
    for line in text.split("\n"):
        if "}" not in line and "{" not in line:
            continue
        bare = _QUOTED.sub("", line)
        if bare.count("{") != bare.count("}") or line.count("{") != line.count("}"):
            return True
        if ",}" in bare.replace(" ", "").replace("\t", ""):
            return True
    return False


def _newer(text: str, at: int, length: int, message: str) -> Newer:
    return Newer(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at), length, message)
