"""The opponent durable_rules as its documentation uses it: a ruleset with actions, a `sid` a pair,
the pair's facts asserted as one fact at each event, its actions run, the fact retracted before
the next. What it is spared beyond that can be chosen."""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

from durable.engine import MessageNotHandledException, Ruleset
from gates import gates
from plain_python import Found
from workload import Condition, Rule, Value

from rules.vocabulary import Event

Spared: TypeAlias = Literal["nothing", "unnamed", "unmoved"]
"""`unnamed`: facts that no rule names, and events about them alone (the projection); `unmoved`:
also events that move no value into another class (the gates)."""

_NAMES: Final = {"above": "$gt", "below": "$lt", "at_least": "$gte", "at_most": "$lte"}


class DurableDocumented:
    """Findings from events by `durable.engine.Ruleset` and actions."""

    def __init__(self, rules: list[Rule], *, spared: Spared) -> None:
        self._true: set[str] = set()
        self._class_of = {name: gate.class_of for name, gate in gates(rules).items()}
        self._spared = spared
        definition: dict[str, Any] = {
            rule.id: {"all": [{"m": _message(rule)}], "run": self._action(rule.id)}
            for rule in rules
        }
        self._ruleset: Any = Ruleset("opponent", None, definition)
        self._pairs: dict[str, tuple[dict[str, Any], dict[str, Any], set[str]]] = {}

    def apply(self, index: int, event: Event, found: Found) -> None:
        """One event's findings, raised and resolved, appended to `found`."""
        subject = event.subject
        pair = self._pairs.get(subject)
        if pair is None:
            pair = self._pairs[subject] = ({"id": "facts", "sid": subject}, {}, set())
        values, classes, open_ = pair
        if not self._take(values, classes, event.data.facts):
            return
        true = self._true
        true.clear()
        try:
            self._ruleset.do_actions(self._ruleset.assert_fact(values), _done)
            self._ruleset.retract_fact(values)
        except MessageNotHandledException:
            pass
        if true != open_:
            found.extend((index, True, rule, subject) for rule in true - open_)
            found.extend((index, False, rule, subject) for rule in open_ - true)
            open_.clear()
            open_.update(true)

    def _take(self, values: dict[str, Any], classes: dict[str, Any], facts: dict[str, Any]) -> bool:
        """Note an event's values; whether the rules are to see them."""
        if self._spared == "nothing":
            values.update(facts)
            return True
        changed = False
        for name, value in facts.items():
            class_of = self._class_of.get(name)
            if class_of is not None:
                new = class_of(value) if self._spared == "unmoved" else value
                changed = changed or classes.get(name) != new
                classes[name] = new
                values[name] = value
        return changed

    def _action(self, rule: str) -> Any:
        def action(_: Any) -> None:
            self._true.add(rule)

        return action


def _done(error: Any, _: Any) -> None:
    if error:
        raise RuntimeError(str(error))


def _message(rule: Rule) -> dict[str, Any]:
    parts = [_comparison(part) for part in rule.conditions]
    if rule.alternatives:
        parts.append(_joined("$or", [_comparison(part) for part in rule.alternatives]))
    return _joined("$and", parts)


def _joined(word: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    return parts[0] if len(parts) == 1 else {word: parts}


def _comparison(condition: Condition) -> dict[str, Any]:
    name, operands = condition.fact.name, condition.operands

    def equal(value: Value) -> dict[str, Any]:
        return {name: value}

    if condition.operator == "is":
        return _joined("$or", [equal(value) for value in operands])
    if condition.operator == "not":
        return _joined("$and", [{"$neq": {name: value}} for value in operands])
    return {_NAMES[condition.operator]: {name: operands[0]}}
