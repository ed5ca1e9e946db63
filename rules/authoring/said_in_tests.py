"""What a test says of facts and of times."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, time
from typing import Any

from rules.authoring.rule_tests import Moment
from rules.fault_codes import Code
from rules.faults import name_type, nearest
from rules.read_constant import read_constant
from rules.rule_base import Fact, RuleBase
from rules.tables import Table
from rules.values import read_duration, read_instant, read_relative_instant


def read_facts(
    table: Table, key: str, rule_base: RuleBase, begin: datetime, *, expected: bool = False
) -> dict[str, Any]:
    """Facts with the values that a source says, under a key or, with an empty one, in the table
    itself. Instants may be counted from `begin`; what is `expected` may be concluded."""
    inner = table.table(key) if key else table
    found: dict[str, Any] = {}
    for name, (value, path) in flat(inner.content if inner else {}, rule_base.facts).items():
        assert inner is not None
        fact = rule_base.facts.get(name)
        if fact is None:
            hint = nearest(name, rule_base.facts)
            message = f"{name!r} is not in the catalogue{hint}"
            inner.fault(Code.UNKNOWN_FACT, message, *path, of_key=True)
        elif fact.derived and not expected:
            message = f"{name} is derived: say what it is concluded from"
            inner.fault(Code.BAD_TEST, message, *path, of_key=True)
        else:
            found[name] = read_said(inner, fact, value, begin, *path)
    return found


def read_said(table: Table, fact: Fact, value: Any, begin: datetime, *path: str) -> Any:
    """A fact's value as a source says it; None, with a fault noted, where it never can."""
    if isinstance(value, datetime) and fact.type == "instant":
        value = value.isoformat()
    if fact.type == "instant" and isinstance(value, str) and value[:1] in ("+", "-"):
        try:
            return read_relative_instant(value, begin).isoformat()
        except ValueError as error:
            table.fault(Code.WRONG_VALUE_TYPE, f"{error} from the beginning", *path)
            return None
    read = read_constant(fact, value, table, *path, or_relative=True)
    return None if read is None else value


def flat(
    content: Any, facts: Mapping[str, Fact], path: tuple[str, ...] = ()
) -> dict[str, tuple[Any, tuple[str, ...]]]:
    """Facts by name, from tables within tables, each with its value and its path."""
    found: dict[str, tuple[Any, tuple[str, ...]]] = {}
    for key, value in content.items() if isinstance(content, dict) else ():
        here = (*path, key)
        name = ".".join(here)
        if isinstance(value, dict) and name not in facts and len(here) < 32:
            found.update(flat(value, facts, here))
        else:
            found[name] = value, here
    return found


def read_moment(table: Table, key: str) -> Moment | None:
    """A time since the beginning of a test, or a time of its log."""
    value = table.get(key)
    return None if value is None else _moment(table, value, key)


def read_moments(table: Table, key: str) -> tuple[Moment, ...]:
    """A list of such times."""
    said = table.get(key)
    if said is None:
        return ()
    if not isinstance(said, list):
        message = f'must be a list of times, not {name_type(said)}; such as {key} = ["65m"]'
        table.fault(Code.WRONG_TYPE, message, key)
        return ()
    found = [_moment(table, one, key, position) for position, one in enumerate(said)]
    return tuple(one for one in found if one is not None)


def _moment(table: Table, value: Any, key: str, *rest: int) -> Moment | None:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value
    right = 'must be a duration such as "65m", or a time of the log'
    if type(value) is str:
        with suppress(ValueError):
            return read_duration(value)
        with suppress(ValueError):
            read_instant(value)
            right += f"; a time stands without quotes: {key} = {value}"
    elif isinstance(value, datetime):
        right += f", which needs its offset: {value.isoformat()}Z"
    elif isinstance(value, int) and not isinstance(value, bool):
        right += f', with its unit: "{value}s"'
    elif isinstance(value, (date, time)):
        right += " such as 2026-11-22T02:00:00Z"
    table.fault(Code.BAD_TEST, right, key, *rest)
    return None
