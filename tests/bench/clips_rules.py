"""The opponent CLIPS, through clipspy: one template a fact, one template fact a pair and field,
changed by `modify_slots`; a logical fact stands while a rule holds, and two rules tell its coming
and going. Of five ways to write this down (one template for all fields, two rules a finding, the
negation written out) this one was the quickest at 30, 100 and 1,000 rules."""

from __future__ import annotations

from typing import Any, Final

import clips
from gates import gates
from plain_python import Found
from workload import Condition, Rule, Value

from rules.vocabulary import Event

_SYMBOLS: Final = {"above": ">", "below": "<", "at_least": ">=", "at_most": "<="}
_UP: Final = """(defrule raised (holds (r ?r) (p ?p)) (not (open (r ?r) (p ?p)))
    => (assert (open (r ?r) (p ?p))) (report 1 ?r ?p))"""
_DOWN: Final = """(defrule resolved ?o <- (open (r ?r) (p ?p)) (not (holds (r ?r) (p ?p)))
    => (retract ?o) (report 0 ?r ?p))"""


class Clips:
    """Findings from events by CLIPS; without the gate every changed value is handed over."""

    def __init__(self, rules: list[Rule], *, gated: bool = True) -> None:
        self._ids = [rule.id for rule in rules]
        self._environment: Any = clips.Environment()
        self._reported: list[tuple[int, int, int]] = []
        self._environment.define_function(self._report, "report")
        self._aliases = {name: f"f{number}" for number, name in enumerate(gates(rules))}
        self._class_of = {
            name: gate.class_of if gated else _as_it_is for name, gate in gates(rules).items()
        }
        self._variables = 0
        for alias in self._aliases.values():
            self._environment.build(f"(deftemplate {alias} (slot p) (slot v))")
        for name in ("holds", "open"):
            self._environment.build(f"(deftemplate {name} (slot r) (slot p))")
        for number, rule in enumerate(rules):
            self._environment.build(self._rule_text(number, rule))
        self._environment.build(_UP)
        self._environment.build(_DOWN)
        self._environment.reset()
        self._templates = {
            name: self._environment.find_template(alias) for name, alias in self._aliases.items()
        }
        self._pairs: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
        self._subjects: list[str] = []

    def apply(self, index: int, event: Event, found: Found) -> None:
        """One event's findings, raised and resolved, appended to `found`."""
        pair = self._pairs.get(event.subject)
        if pair is None:
            self._first(event)
        else:
            by_fact, (facts, classes), changed = self._class_of, pair, False
            for name, value in event.data.facts.items():
                class_of = by_fact.get(name)
                if class_of is None:
                    continue
                new = class_of(value)
                if new == classes[name]:
                    continue
                classes[name] = new
                facts[name].modify_slots(v=value)
                changed = True
            if not changed:
                return
        self._environment.run()
        if self._reported:
            ids, subject = self._ids, event.subject
            for kind, rule, _ in self._reported:
                found.append((index, kind == 1, ids[rule], subject))
            self._reported.clear()

    def _first(self, event: Event) -> None:
        number, facts, classes = len(self._subjects), dict[str, Any](), dict[str, Any]()
        self._subjects.append(event.subject)
        for name, value in event.data.facts.items():
            if name in self._class_of:
                classes[name] = self._class_of[name](value)
                facts[name] = self._templates[name].assert_fact(p=number, v=value)
        self._pairs[event.subject] = (facts, classes)

    def _report(self, kind: int, rule: int, pair: int) -> None:
        self._reported.append((kind, rule, pair))

    def _rule_text(self, number: int, rule: Rule) -> str:
        patterns = [self._pattern(part) for part in rule.conditions]
        if rule.alternatives:
            patterns.append(f"(or {' '.join(self._pattern(part) for part in rule.alternatives)})")
        return (
            f"(defrule r{number} (declare (salience 10)) (logical {' '.join(patterns)})"
            f" => (assert (holds (r {number}) (p ?p))))"
        )

    def _pattern(self, condition: Condition) -> str:
        return f"({self._aliases[condition.fact.name]} (p ?p) (v {self._test(condition)}))"

    def _test(self, condition: Condition) -> str:
        operands = [_literal(value) for value in condition.operands]
        if condition.operator == "is":
            return "|".join(operands)
        if condition.operator == "not":
            return "&".join("~" + operand for operand in operands)
        self._variables += 1
        variable = f"?v{self._variables}"
        return f"{variable}&:({_SYMBOLS[condition.operator]} {variable} {operands[0]})"


def _as_it_is(value: Value) -> Value:
    return value


def _literal(value: Value) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return f'"{value}"' if isinstance(value, str) else repr(value)
