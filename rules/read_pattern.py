"""From the tables of a rule file to patterns."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, cast

from rules.expressions import ExpressionError, finder
from rules.fault_codes import Code
from rules.faults import name_type, nearest
from rules.pattern import (
    AGE_OPERATORS,
    COMBINATORS,
    RELATION_OPERATORS,
    THRESHOLD_OPERATORS,
    Combination,
    Condition,
    Operator,
    Pattern,
)
from rules.read_catalogue import MOST_WORDS
from rules.rule_base import Fact
from rules.tables import Table
from rules.values import Value, read_duration, read_value
from rules.vocabulary import UNRECOGNISED

DEEPEST_PATTERN: Final = 32
MOST_CONDITIONS: Final = 1024
_OPERATORS: Final = (
    {"not", "matches", "known"} | THRESHOLD_OPERATORS | AGE_OPERATORS | RELATION_OPERATORS
)
_THRESHOLD_TYPES: Final = ("int", "float", "duration", "version")
CONFIRM: Final = "confirm."
_RELEASE: Final = re.compile(r"[vV]?[0-9]+(?:\.[0-9]+)*(?:[-+_].*)?\Z")


class PatternReader:
    """Reads patterns against a catalogue; `confirmations` are the names that `confirm.NAME` may
    use, none where confirmations have no place. `undecided` says of a name whether it stands for
    a fact whose declaration is faulty: then it is no fault to use it."""

    def __init__(
        self,
        facts: Mapping[str, Fact],
        confirmations: Collection[str] = (),
        undecided: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._facts = facts
        self._undecided = undecided
        self._confirmations = confirmations
        self._count = 0

    def read(self, table: Table) -> Pattern | None:
        """The pattern that a table says; None, with faults noted, where it says none."""
        self._count = 0
        pattern = self._table(table.content, table, (), 0)
        if self._count > MOST_CONDITIONS:
            table.fault(
                Code.TOO_MANY_CONDITIONS,
                f"has {self._count} conditions; at most {MOST_CONDITIONS} are possible",
            )
            return None
        return pattern

    def _table(
        self, content: Any, table: Table, keys: tuple[str | int, ...], depth: int
    ) -> Pattern | None:
        if not isinstance(content, dict):
            table.fault(
                Code.BAD_PATTERN, f"a pattern must be a table, not {name_type(content)}", *keys
            )
            return None
        if not content:
            table.fault(Code.BAD_PATTERN, "a pattern must not be empty", *keys)
            return None
        if depth > DEEPEST_PATTERN:
            table.fault(
                Code.TOO_DEEP, f"patterns may be {DEEPEST_PATTERN} levels deep at most", *keys
            )
            return None
        parts: list[Pattern | None] = []
        for key, value in content.items():
            if key in COMBINATORS:
                parts.append(self._combination(key, value, table, (*keys, key), depth))
            else:
                parts += self._fact(key, value, table, (*keys, key))
        good = tuple(part for part in parts if part is not None)
        if len(good) < len(parts):
            return None
        return good[0] if len(good) == 1 else Combination("all", good)

    def _combination(
        self, kind: str, value: Any, table: Table, keys: tuple[str | int, ...], depth: int
    ) -> Pattern | None:
        if not isinstance(value, list) or not value:
            table.fault(Code.BAD_PATTERN, "must be a list of patterns that is not empty", *keys)
            return None
        parts = [
            self._table(part, table, (*keys, position), depth + 1)
            for position, part in enumerate(value)
        ]
        good = tuple(part for part in parts if part is not None)
        if len(good) < len(parts):
            return None
        return Combination(cast(Any, kind), good)

    def _fact(
        self, name: str, value: Any, table: Table, keys: tuple[str | int, ...]
    ) -> list[Pattern | None]:
        fact = self._known_fact(name)
        if fact is not None:
            return self._conditions(fact, value, table, keys)
        if self._undecided(name):
            return [None]
        if isinstance(value, dict):
            if name.count(".") >= MOST_WORDS:
                table.fault(Code.TOO_DEEP, f"a fact's name has at most {MOST_WORDS} words", *keys)
                return [None]
            words = [key for key in value if key in _OPERATORS or key in COMBINATORS]
            if value and not words:
                return [
                    part
                    for key, inner in value.items()
                    for part in self._fact(f"{name}.{key}", inner, table, (*keys, key))
                ]
        if name.startswith(CONFIRM):
            known = ", ".join(sorted(self._confirmations))
            table.fault(
                Code.UNKNOWN_CONFIRMATION,
                f"no step of this rule confirms {name.removeprefix(CONFIRM)!r}; its steps "
                f"confirm {known}"
                if known
                else "confirmations are known only to until and done_when of a rule whose steps "
                "have confirm",
                *keys,
            )
        else:
            table.fault(
                Code.UNKNOWN_FACT,
                f"fact {name!r} is not in the catalogue{nearest(name, self._facts)}",
                *keys,
            )
        return [None]

    def _known_fact(self, name: str) -> Fact | None:
        if name.startswith(CONFIRM) and name.removeprefix(CONFIRM) in self._confirmations:
            return Fact(name=name, type="bool", scope="")
        return self._facts.get(name)

    def _conditions(
        self, fact: Fact, value: Any, table: Table, keys: tuple[str | int, ...]
    ) -> list[Pattern | None]:
        if not isinstance(value, dict):
            self._count += 1
            values = self._values(fact, value, table, keys)
            return [None if values is None else Condition(fact.name, "is", values)]
        if not value:
            table.fault(
                Code.BAD_PATTERN, "an empty table says nothing; give a value or operators", *keys
            )
            return [None]
        if "known" in value and len(value) > 1:
            table.fault(Code.BAD_PATTERN, "known stands alone", *keys)
            return [None]
        parts: list[Pattern | None] = []
        for operator, operand in value.items():
            if operator not in _OPERATORS:
                table.fault(
                    Code.UNKNOWN_OPERATOR,
                    f"{operator!r} is no operator, and {fact.name} is a fact of its own"
                    f"{nearest(operator, _OPERATORS)}",
                    *keys,
                    operator,
                )
                parts.append(None)
                continue
            self._count += 1
            parts.append(self._operator(fact, operator, operand, table, (*keys, operator)))
        return parts

    def _operator(
        self, fact: Fact, operator: str, operand: Any, table: Table, keys: tuple[str | int, ...]
    ) -> Condition | None:
        read: tuple[Value, ...] | Value | timedelta | None
        if operator == "not":
            read = self._values(fact, operand, table, keys)
        elif operator == "known":
            read = operand if type(operand) is bool else None
            if read is None:
                table.fault(Code.WRONG_VALUE_TYPE, "must be true or false, without quotes", *keys)
        elif operator in AGE_OPERATORS:
            read = self._age(fact, operand, table, keys)
        elif operator in RELATION_OPERATORS:
            read = self._other_fact(fact, operator, operand, table, keys)
        elif operator == "matches":
            read = self._expression(fact, operand, table, keys)
        else:
            read = self._threshold(fact, operand, table, keys)
        if read is None:
            return None
        return Condition(fact.name, cast(Operator, operator), read)

    def _values(
        self, fact: Fact, value: Any, table: Table, keys: tuple[str | int, ...]
    ) -> tuple[Value, ...] | None:
        if value == []:
            table.fault(Code.BAD_PATTERN, "an empty list can never hold", *keys)
            return None
        many = isinstance(value, list)
        read = []
        for position, one in enumerate(value if many else [value]):
            where = (*keys, position) if many else keys
            read.append(self._constant(fact, one, table, where))
        good = tuple(one for one in read if one is not None)
        return good if len(good) == len(read) else None

    def _constant(
        self, fact: Fact, value: Any, table: Table, keys: tuple[str | int, ...]
    ) -> Value | None:
        if isinstance(value, datetime):
            value = value.isoformat()
        try:
            read = read_value(fact.type, value)
        except ValueError as error:
            table.fault(
                Code.WRONG_VALUE_TYPE, f"{error} ({fact.name} is of type {fact.type})", *keys
            )
            return None
        if fact.type == "version" and not _RELEASE.match(str(read)):
            table.fault(
                Code.WRONG_VALUE_TYPE,
                f"{read!r} is compared as it stands, and a version has numbers between dots; of "
                'every 2.something, say { at_least = "2", below = "3" }',
                *keys,
            )
            return None
        if fact.type == "enum" and read not in (*fact.values, UNRECOGNISED):
            table.fault(
                Code.NEVER_THIS_VALUE,
                f"{fact.name} is never {read!r}; it is one of "
                f"{', '.join(fact.values)}{nearest(str(read), fact.values)}",
                *keys,
            )
            return None
        return read

    def _threshold(
        self, fact: Fact, value: Any, table: Table, keys: tuple[str | int, ...]
    ) -> Value | None:
        if fact.type not in _THRESHOLD_TYPES:
            table.fault(
                Code.OPERATOR_OF_OTHER_TYPE,
                f"{fact.name} is of type {fact.type}, which has no order here",
                *keys,
            )
            return None
        return self._constant(fact, value, table, keys)

    def _age(
        self, fact: Fact, value: Any, table: Table, keys: tuple[str | int, ...]
    ) -> timedelta | None:
        if fact.type != "instant":
            table.fault(
                Code.OPERATOR_OF_OTHER_TYPE,
                f"only instants have an age; {fact.name} is of type {fact.type}",
                *keys,
            )
            return None
        if type(value) is not str:
            table.fault(Code.BAD_DURATION, 'must be a duration such as "24h"', *keys)
            return None
        try:
            return read_duration(value)
        except ValueError as error:
            table.fault(Code.BAD_DURATION, str(error), *keys)
            return None

    def _other_fact(
        self, fact: Fact, operator: str, name: Any, table: Table, keys: tuple[str | int, ...]
    ) -> str | None:
        other = self._facts.get(name) if isinstance(name, str) else None
        if other is None and isinstance(name, str) and self._undecided(name):
            return None
        if other is None:
            table.fault(
                Code.UNKNOWN_FACT,
                f"must be the name of another fact, not {name!r}{nearest(str(name), self._facts)}",
                *keys,
            )
            return None
        if operator in ("later_than", "earlier_than") and fact.type != "instant":
            table.fault(
                Code.OPERATOR_OF_OTHER_TYPE,
                f"compares instants; {fact.name} is of type {fact.type}",
                *keys,
            )
            return None
        if other.name == fact.name:
            message = f"compares {fact.name} with itself; it must name another fact"
            table.fault(Code.BAD_RELATION, message, *keys)
            return None
        if other.type != fact.type or other.unit != fact.unit:
            table.fault(
                Code.BAD_RELATION,
                f"must name another fact of the same type and unit as {fact.name} "
                f"({_say_type(fact)}); {other.name} is of type {_say_type(other)}",
                *keys,
            )
            return None
        return other.name

    def _expression(
        self, fact: Fact, value: Any, table: Table, keys: tuple[str | int, ...]
    ) -> str | None:
        if fact.type != "text":
            table.fault(
                Code.OPERATOR_OF_OTHER_TYPE,
                f"only texts can match; {fact.name} is of type {fact.type}",
                *keys,
            )
            return None
        try:
            if type(value) is not str:
                raise ExpressionError("it must be a text")
            finder(value)
        except ExpressionError as error:
            table.fault(Code.BAD_EXPRESSION, f"no regular expression: {error}", *keys)
            return None
        return value


def _say_type(fact: Fact) -> str:
    return f"{fact.type} in {fact.unit}" if fact.unit else fact.type
