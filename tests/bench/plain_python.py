"""The opponent in plain Python: the gates, an index from a change of class to the rules of which
a condition flips, and one compiled function a rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from gates import gates
from workload import Condition, Rule, Value

from rules.vocabulary import Event

Found = list[tuple[int, bool, str, str]]
"""Index of the event, raised or resolved, rule, subject."""

_SYMBOLS: Final = {"above": ">", "below": "<", "at_least": ">=", "at_most": "<="}


class PlainPython:
    """Findings from events, only rules with a flipped condition looked at."""

    def __init__(self, rules: list[Rule]) -> None:
        self._ids = [rule.id for rule in rules]
        self._programs = [compiled(rule) for rule in rules]
        self._gates = gates(rules)
        named_by: dict[Condition, list[int]] = {}
        for position, rule in enumerate(rules):
            for condition in rule.every_condition:
                named_by.setdefault(condition, []).append(position)
        self._named_by = {
            name: [named_by[condition] for condition in gate.conditions]
            for name, gate in self._gates.items()
        }
        self._index: dict[str, tuple[Callable[[Value], int], list[list[list[int] | None]]]] = {
            name: (gate.class_of, [[None] * gate.count for _ in range(gate.count)])
            for name, gate in self._gates.items()
        }
        self._pairs: dict[str, tuple[dict[str, Value], dict[str, int], set[int]]] = {}

    def apply(self, index: int, event: Event, found: Found) -> None:
        """One event's findings, raised and resolved, appended to `found`."""
        subject = event.subject
        pair = self._pairs.get(subject)
        if pair is None:
            self._first(index, event, found)
            return
        values, classes, open_ = pair
        by_fact = self._index
        concerned: list[int] | set[int] | None = None
        for name, value in event.data.facts.items():
            entry = by_fact.get(name)
            if entry is None:
                continue
            new = entry[0](value)
            old = classes[name]
            if new == old:
                continue
            classes[name] = new
            values[name] = value
            affected = entry[1][old][new]
            if affected is None:
                affected = self._affected(name, old, new)
            concerned = affected if concerned is None else {*concerned, *affected}
        if concerned:
            programs = self._programs
            for position in concerned:
                if programs[position](values):
                    if position not in open_:
                        open_.add(position)
                        found.append((index, True, self._ids[position], subject))
                elif position in open_:
                    open_.remove(position)
                    found.append((index, False, self._ids[position], subject))

    def _first(self, index: int, event: Event, found: Found) -> None:
        values = {name: value for name, value in event.data.facts.items() if name in self._index}
        classes = {name: self._index[name][0](value) for name, value in values.items()}
        open_ = set()
        for position, program in enumerate(self._programs):
            if program(values):
                open_.add(position)
                found.append((index, True, self._ids[position], event.subject))
        self._pairs[event.subject] = (values, classes, open_)

    def _affected(self, name: str, old: int, new: int) -> list[int]:
        named_by = self._named_by[name]
        flipped = self._gates[name].flips(old, new)
        affected = sorted({position for place in flipped for position in named_by[place]})
        self._index[name][1][old][new] = affected
        return affected


def compiled(rule: Rule) -> Callable[[dict[str, Value]], bool]:
    """A rule as one Python expression over a pair's values."""
    parts = [_expression(part) for part in rule.conditions]
    if rule.alternatives:
        parts.append("(" + " or ".join(_expression(part) for part in rule.alternatives) + ")")
    program: Callable[[dict[str, Value]], bool] = eval(f"lambda v: {' and '.join(parts)}")
    return program


def _expression(condition: Condition) -> str:
    value, operands = f"v[{condition.fact.name!r}]", condition.operands
    if condition.fact.kind == "bool":
        return value if operands[0] else f"not {value}"
    if condition.operator in ("is", "not"):
        negated = condition.operator == "not"
        if len(operands) == 1:
            return f"{value} {'!=' if negated else '=='} {operands[0]!r}"
        return f"{value} {'not in' if negated else 'in'} {operands!r}"
    return f"{value} {_SYMBOLS[condition.operator]} {operands[0]!r}"
