"""Small changes of a regular expression: an alternative, an anchor or a flag that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from rules.expressions import ExpressionError, finder

_CLASS: Final = r"\[\^?\]?(?:\\.|\[:\^?[a-z]+:\]|[^\]\\])*\]"
_PART: Final = re.compile(
    rf"(?P<literal>\\Q.*?(?:\\E|$)|{_CLASS})"
    r"|(?P<anchor>\\[bBAz]|[\^$])"
    r"|(?P<escape>\\.)"
    r"|(?P<flags>\(\?[a-zA-Z]*i[a-zA-Z]*\))"
    r"|(?P<open>\((?:\?(?:P?<\w+>|[a-zA-Z-]*:|[a-zA-Z-]+(?=\))))?)"
    r"|(?P<close>\))"
    r"|(?P<bar>\|)"
    r"|(?P<other>.)",
    re.DOTALL,
)
_REPEATED: Final = re.compile(r"[*+?{]")


def expression_changes(expression: str) -> Iterator[tuple[str, str]]:
    """What is taken away, and what is left of an expression; each that can still be looked for."""
    found: list[tuple[int, str, str]] = []
    branches: list[list[int]] = [[0]]
    """Of each group around, where its alternatives begin."""

    def end_group(end: int) -> None:
        begins = [*branches.pop(), end + 1]
        if len(begins) < 3:
            return
        for number, (begin, after) in enumerate(pairwise(begins)):
            # The bar goes with it: the one behind it, or of the last one the one before it.
            first, last = (begin, after) if number < len(begins) - 2 else (begin - 1, after - 1)
            said = f"alternative {expression[begin : after - 1]!r}"
            found.append((begin, said, expression[:first] + expression[last:]))

    for part in _PART.finditer(expression):
        begin, end = part.span()
        match part.lastgroup:
            case "open":
                branches.append([end])
            case "close" if len(branches) > 1:
                end_group(begin)
            case "bar":
                branches[-1].append(end)
            case "anchor" if not _REPEATED.match(expression, end):
                found.append((begin, part[0], expression[:begin] + expression[end:]))
            case "flags":
                if branches[-1][-1] == begin:
                    # It counts for the other alternatives, too.
                    branches[-1][-1] = end
                flags = part[0].replace("i", "")
                left = "" if flags == "(?)" else flags
                found.append((begin, "(?i)", expression[:begin] + left + expression[end:]))
    end_group(len(expression))
    for _, said, left in sorted(found):
        try:
            finder(left)
        except ExpressionError:
            continue
        yield said, left
