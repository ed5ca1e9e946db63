"""Facts that are given in a file of their own, as TOML or as JSON."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tui.rules_commands.chosen import UnusableError

if TYPE_CHECKING:
    from rules.rule_base import RuleBase
    from rules.values import Value

_WORDS: Final = {
    "Expecting property name": "a key in double quotes belongs here",
    "Illegal trailing comma": "no comma stands before the end",
    "Expecting ':'": "a colon belongs here, behind the key",
    "Expecting ','": "a comma or a closing bracket belongs here",
    "Expecting value": "a value belongs here",
    "Unterminated string": "the text that begins here is not closed",
    "Invalid control character": "a control character in a text is written as an escape",
    "Invalid \\": "a \\ in a text begins an escape such as \\n; \\\\ stands for one",
    "Extra data": "nothing stands behind the end of the object",
}
"""What is wrong with JSON, by how the parser's message begins."""


def read_given_facts(path: str, rule_base: RuleBase, now: datetime) -> dict[str, Value]:
    """The facts that a file says (`-`: standard input); an instant may be counted from now, such
    as `-65m`.

    Raises:
        UnusableError: it cannot be read, or says what no such fact can.
    """
    from rules.authoring.said_in_tests import read_facts
    from rules.documents import read_document
    from rules.rule_files import LARGEST_FILE, read_regular
    from rules.tables import Faults, Table
    from rules.values import read_value

    try:
        text = sys.stdin.buffer.read() if path == "-" else read_regular(Path(path), LARGEST_FILE)
    except OSError as error:
        raise UnusableError(f"{path}: {error.strerror}") from None
    faults = Faults({path: text})
    is_json = text.lstrip()[:1] == b"{"
    content = _read_json(path, text) if is_json else read_document(path, text, faults).content
    said = read_facts(Table(content, path, (), faults), "", rule_base, now)
    if faults.unusable:
        # Where the parts of JSON stand, nobody has told.
        raise UnusableError(
            "\n".join(f"{path}: {one.message}" if is_json else str(one) for one in faults.all())
        )
    return {name: read_value(rule_base.facts[name].type, value) for name, value in said.items()}


def _read_json(path: str, text: bytes) -> Any:
    try:
        return _without_null(json.loads(text.decode("utf-8")))
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        what = f"is not UTF-8 (byte 0x{text[error.start]:02x}); save it in that encoding"
        message = f"{path}:{line}: {what}"
    except json.JSONDecodeError as error:
        said = (words for begin, words in _WORDS.items() if error.msg.startswith(begin))
        what = next(said, "it cannot be read from here on")
        message = f"{path}:{error.lineno}:{error.colno}: is no JSON: {what}"
    except RecursionError:
        message = f"{path}: is nested too deeply: say it in fewer levels"
    except ValueError:
        message = f"{path}: has a number of too many digits"
    raise UnusableError(message)


def _without_null(content: Any) -> Any:
    """A fact that JSON says is null is not known."""
    if not isinstance(content, dict):
        return content
    return {key: _without_null(one) for key, one in content.items() if one is not None}
