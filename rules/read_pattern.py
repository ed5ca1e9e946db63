"""From the tables of a rule file to patterns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
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
from rules.read_constant import read_constant
from rules.rule_base import Fact
from rules.tables import Table
from rules.values import Value, comparable, read_duration
from rules.vocabulary import UNRECOGNISED

DEEPEST_PATTERN: Final = 32
MOST_CONDITIONS: Final = 1024
_OPERATORS: Final = (
    {"not", "matches", "known"} | THRESHOLD_OPERATORS | AGE_OPERATORS | RELATION_OPERATORS
)
_THRESHOLD_TYPES: Final = ("int", "float", "duration", "version")
CONFIRM: Final = "confirm."


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
            message = f"must be a table, not {name_type(content)}"
            table.fault(Code.BAD_PATTERN, f"{message}; such as {self._such_as()}", *keys)
            return None
        if not content:
            # The table itself is the pattern: nothing says its name but the way to it.
            name = "" if keys else f"{table.path[-1]}: "
            message = f"{name}a pattern must not be empty; such as {self._such_as()}"
            table.fault(Code.BAD_PATTERN, message, *keys)
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
            message = f"must be a list of patterns that is not empty, not {name_type(value)}"
            message += f"; such as {kind} = [{self._such_as()}]"
            table.fault(Code.BAD_PATTERN, message, *keys)
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
            self._unknown_confirmation(name.removeprefix(CONFIRM), table, keys)
        elif "." not in name and (family := self._family(name)):
            message = f"{name!r} is no fact alone; a fact of it is {family}"
            table.fault(Code.UNKNOWN_FACT, message, *keys, of_key=True)
        elif name in _OPERATORS:
            message = f"{name!r} is an operator: it stands in the table of a fact, not beside it"
            table.fault(Code.UNKNOWN_FACT, message, *keys, of_key=True)
        else:
            message = f"fact {name!r} is not in the catalogue{nearest(name, self._facts)}"
            table.fault(Code.UNKNOWN_FACT, message, *keys, of_key=True)
        return [None]

    def _unknown_confirmation(self, name: str, table: Table, keys: tuple[str | int, ...]) -> None:
        known = ", ".join(sorted(self._confirmations))
        message = (
            "confirmations are known only to until and done_when of a rule whose steps have confirm"
        )
        if known:
            message = f"no step of this rule confirms {name!r}; its steps confirm {known}"
            message += nearest(name, self._confirmations)
        table.fault(Code.UNKNOWN_CONFIRMATION, message, *keys, of_key=True)

    def _family(self, name: str) -> str:
        """A fact whose name begins with a word; empty where there is none."""
        return next((fact for fact in self._facts if fact.startswith(f"{name}.")), "")

    def _such_as(self) -> str:
        """A pattern of one condition on a fact that there is."""
        fact = next((one for one in self._facts.values() if one.source or one.derived), None)
        if fact is None:
            return "{ a.fact = true }"
        values = {"bool": "true", "int": "5", "float": "5", "enum": f'"{"".join(fact.values[:1])}"'}
        return f"{{ {fact.name} = {values.get(fact.type, '{ known = true }')} }}"

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
            message = "an empty table says nothing; give a value or operators"
            table.fault(Code.BAD_PATTERN, f"{message}, such as {{ known = true }}", *keys)
            return [None]
        if "known" in value and len(value) > 1:
            other = next(word for word in value if word != "known")
            message = f"known stands alone: {other} holds only of what is known anyway"
            table.fault(Code.BAD_PATTERN, message, *keys, "known", of_key=True)
            return [None]
        parts: list[Pattern | None] = []
        for operator, operand in value.items():
            if operator not in _OPERATORS:
                hint = nearest(operator, _OPERATORS)
                message = f"{operator!r} is no operator, and {fact.name} is a fact of its own{hint}"
                right = f"; there are {', '.join(self._operators_of(fact))}"
                table.fault(Code.UNKNOWN_OPERATOR, message + right, *keys, operator, of_key=True)
                parts.append(None)
                continue
            self._count += 1
            parts.append(self._operator(fact, operator, operand, table, (*keys, operator)))
        return parts

    def _operators_of(self, fact: Fact) -> list[str]:
        """The operators that a fact of its type has."""
        found = ["not", "known", "same_as", "differs_from"]
        if fact.type in _THRESHOLD_TYPES:
            found += sorted(THRESHOLD_OPERATORS)
        elif fact.type == "instant":
            found += [*sorted(AGE_OPERATORS), "later_than", "earlier_than"]
        elif fact.type == "text":
            found.append("matches")
        return found

    def _operator(
        self, fact: Fact, operator: str, operand: Any, table: Table, keys: tuple[str | int, ...]
    ) -> Condition | None:
        read: tuple[Value, ...] | Value | timedelta | None
        if operator == "not":
            read = self._values(fact, operand, table, keys)
        elif operator == "known":
            read = operand if type(operand) is bool else None
            if read is None:
                message = "must be true or false, without quotes"
                table.fault(Code.WRONG_VALUE_TYPE, f"{message}, not {name_type(operand)}", *keys)
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
        if not isinstance(value, list):
            one = read_constant(fact, value, table, *keys)
            return None if one is None else (one,)
        if not value:
            message = "an empty list can never hold; give a value, or leave the condition out"
            table.fault(Code.BAD_PATTERN, message, *keys)
            return None
        read = [
            read_constant(fact, one, table, *keys, position) for position, one in enumerate(value)
        ]
        good = tuple(one for one in read if one is not None)
        if len(good) < len(read):
            return None
        said: set[Any] = set()
        for position, one in enumerate(good):
            if (same := comparable(fact.type, one)) in said:
                message = f"{value[position]!r} stands twice in the list"
                table.fault(Code.SAID_TWICE, message, *keys, position)
            said.add(same)
        self._note_all_values(fact, good, table, keys)
        return good

    def _note_all_values(
        self, fact: Fact, values: tuple[Value, ...], table: Table, keys: tuple[str | int, ...]
    ) -> None:
        """A list of everything that a fact can be says no more than that it is known."""
        if keys[-1:] == ("not",):
            return
        # A word that no catalogue knows is a value too, but for what is concluded.
        unknown = () if fact.derived else (UNRECOGNISED,)
        every = {True, False} if fact.type == "bool" else {*fact.values, *unknown}
        if fact.type not in ("bool", "enum") or not every <= set(values):
            return
        message = f"names every value of {fact.name}: say {{ known = true }}, or leave it out"
        table.fault(Code.EVERY_VALUE, message, *keys)

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
        return read_constant(fact, value, table, *keys)

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
            message = f'must be a duration in quotes, such as "24h", not {name_type(value)}'
            table.fault(Code.BAD_DURATION, message, *keys)
            return None
        try:
            return read_duration(value)
        except ValueError as error:
            table.fault(Code.BAD_DURATION, f"{error}, not {value[:40]!r}", *keys)
            return None

    def _other_fact(
        self, fact: Fact, operator: str, name: Any, table: Table, keys: tuple[str | int, ...]
    ) -> str | None:
        other = self._facts.get(name) if isinstance(name, str) else None
        if other is None and isinstance(name, str) and self._undecided(name):
            return None
        if other is None:
            alike = [
                one.name
                for one in self._facts.values()
                if (one.type, one.unit) == (fact.type, fact.unit) and one.name != fact.name
            ]
            said = repr(name) if isinstance(name, str) else name_type(name)
            hint = nearest(name, self._facts) if isinstance(name, str) else ""
            if not hint and alike:
                hint = f'; such as {operator} = "{alike[0]}"'
            message = f"must be the name of another fact, in quotes, not {said}{hint}"
            table.fault(Code.UNKNOWN_FACT, message, *keys)
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
                raise ExpressionError(f'it must be a text, such as "^abc", not {name_type(value)}')
            finder(value)
        except ExpressionError as error:
            table.fault(Code.BAD_EXPRESSION, f"no regular expression: {error}", *keys)
            return None
        return value


def _say_type(fact: Fact) -> str:
    return f"{fact.type} in {fact.unit}" if fact.unit else fact.type
