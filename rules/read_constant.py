"""From a value in a file to a fact's: of one that the fact can never have, what would be right."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from rules.fault_codes import Code
from rules.faults import name_type, nearest
from rules.rule_base import Fact
from rules.tables import Table, toml_text
from rules.values import LARGEST_NUMBER, Value, read_instant, read_value
from rules.vocabulary import UNRECOGNISED

_RELEASE: Final = re.compile(r"[vV]?[0-9]+(?:\.[0-9]+)*(?:[-+_].*)?\Z")
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?\Z")
_LONGEST_SHOWN: Final = 40


def read_constant(
    fact: Fact,
    raw: Any,
    table: Table,
    *keys: str | int,
    recognised_only: bool = False,
    or_relative: bool = False,
) -> Value | None:
    """The value that a file gives to a fact; None, with a fault noted, where it can never have it.

    `recognised_only` leaves no room for a word that no catalogue knows. `or_relative` tells of
    instants that they may be counted from the beginning, too.
    """
    if fact.type == "instant" and isinstance(raw, datetime):
        raw = raw.isoformat()
    try:
        if isinstance(raw, (dict, list)):
            raise ValueError("must be one value")
        read = read_value(fact.type, raw)
    except ValueError as error:
        message = f"{_what_is_right(fact, raw, str(error))} ({fact.name} is of type {fact.type})"
        if or_relative and fact.type == "instant":
            message += ', or "-65m" or "+65m", counted from the beginning'
        table.fault(Code.WRONG_VALUE_TYPE, message, *keys)
        return None
    if fact.type == "version" and not _RELEASE.match(str(read)):
        message = f"{read!r} is compared as it stands, and a version has numbers between dots"
        every = re.fullmatch(r"((?:[0-9]+\.)*)([0-9]+)\.[xX*]", str(read))
        if every:
            before, last = every[1], int(every[2])
            message += (
                f'; a rule for every {before}{last}.something says {{ at_least = "{before}{last}", '
                f'below = "{before}{last + 1}" }}'
            )
        else:
            message += ', such as "5.20.01"'
        table.fault(Code.WRONG_VALUE_TYPE, message, *keys)
        return None
    words = fact.values if recognised_only else (*fact.values, UNRECOGNISED)
    if fact.type == "enum" and read not in words:
        known = ", ".join(fact.values)
        where = ".".join(key for key in keys if isinstance(key, str))
        # What stands before the message is the name already.
        name = "" if where.removesuffix(".not") == fact.name else f"{fact.name} "
        message = f"{name}is never {_shown(str(read))}; it is one of {known}"
        hint = nearest(str(read), fact.values)
        if not recognised_only and not hint:
            hint = f'; a word that the catalogue does not know is "{UNRECOGNISED}"'
        table.fault(Code.NEVER_THIS_VALUE, message + hint, *keys)
        return None
    return read


def _what_is_right(fact: Fact, raw: Any, said: str) -> str:
    """How the value would be written; where it is plain what was meant, in so many words."""
    number = isinstance(raw, (int, float)) and not isinstance(raw, bool)
    text = raw.strip() if isinstance(raw, str) else ""
    match fact.type:
        case "bool":
            meant = text.lower() if text.lower() in ("true", "false") else ""
            right = f"must be true or false, without quotes{f': {meant}' if meant else ''}"
        case "int" | "float":
            right = _right_number(fact, raw, text)
        case "enum":
            right = f"must be one of {', '.join(fact.values)}, in quotes"
        case "text" if number:
            right = f"must be a text, in quotes: {toml_text(str(raw))}"
        case "text":
            right = 'must be a text, in quotes, such as "a"' if type(raw) is not str else said
        case "version" if number:
            right = f'must be a version, in quotes, such as "{raw}"'
        case "version":
            right = 'must be a version, in quotes, such as "5.20.01"'
        case "instant":
            right = "must be an instant such as 2026-11-22T02:14:07Z"
            if isinstance(raw, datetime) or _lacks_offset(text):
                right = f"must be an instant with its offset, such as {text or raw.isoformat()}Z"
        case "duration":
            right = (
                'must be a duration, in quotes, such as "45m" or "900ms", or a number of seconds'
            )
    if isinstance(raw, (dict, list)):
        return f"{right}, not {name_type(raw)}"
    return right


def _right_number(fact: Fact, raw: Any, text: str) -> str:
    kind = "a whole number" if fact.type == "int" else "a number"
    if fact.type == "int" and isinstance(raw, float) and raw.is_integer():
        return f"must be {kind}, without a point: {int(raw)}"
    if _NUMBER.match(text):
        return f"must be {kind}, without quotes: {text}"
    if isinstance(raw, (int, float)) and not isinstance(raw, bool) and abs(raw) > LARGEST_NUMBER:
        return f"must be {kind} of at most 2^53 ({LARGEST_NUMBER})"
    return f"must be {kind}, such as 5"


def _lacks_offset(text: str) -> bool:
    try:
        read_instant(f"{text}Z")
    except ValueError:
        return False
    return True


def _shown(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")
