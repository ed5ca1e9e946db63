"""Regular expressions of rules, looked for in texts that anybody may have written.

RE2 looks for them: its time grows with the text and never beyond, where an expression that goes
back on its steps can hang on a few bytes. What it cannot do (looking around, back-references) is
refused when rules are read.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

LONGEST_EXPRESSION: Final = 1000
LARGEST_EXPRESSION: Final = 2000
"""Steps of a compiled expression; a repetition of many unfolds to as many."""

_REMEDIES: Final = {
    "invalid perl operator": "looking ahead or behind is not supported; say it in two conditions",
    "invalid escape sequence": "this escape is not supported; back-references are not",
    "bad repetition operator": "a repetition cannot be repeated",
    "invalid repetition size": "at most 1000 repetitions are supported",
}
"""By how RE2 begins what it says: what a writer of rules can do about it."""


class ExpressionError(ValueError):
    """A text is no regular expression that can be looked for."""


@lru_cache(maxsize=4096)
def finder(expression: str) -> Callable[[str], bool]:
    """A function that says whether an expression is found in a text.

    Raises:
        ExpressionError: it is none, or not one that RE2 supports.
    """
    # Most rule bases use no expressions: those that do pay for the library.
    import re2

    if not 0 < len(expression) <= LONGEST_EXPRESSION:
        raise ExpressionError(f"it must be a text of at most {LONGEST_EXPRESSION} characters")
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    try:
        compiled = re2.compile(expression, options)
    except UnicodeError:
        raise ExpressionError("it holds a character that is none") from None
    except re2.error as error:
        raise ExpressionError(_explained(error)) from None
    if compiled.programsize > LARGEST_EXPRESSION:
        raise ExpressionError(
            f"its repetitions unfold to {compiled.programsize:,} steps; "
            f"at most {LARGEST_EXPRESSION:,} are supported"
        )

    def is_found(text: str) -> bool:
        try:
            return compiled.search(text) is not None
        except UnicodeError:
            return compiled.search(text.encode("utf-8", "replace").decode()) is not None

    return is_found


def _explained(error: Any) -> str:
    said = error.args[0] if error.args else ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    remedy = next((one for start, one in _REMEDIES.items() if text.startswith(start)), "")
    return f"{text} ({remedy})" if remedy else text
