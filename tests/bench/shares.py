"""How many of a journal's events change what matters to rules: the workload's own figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from gates import gates
from plain_python import Found, PlainPython
from workload import SNAPSHOT, Rule, Value

from rules.vocabulary import Event


@dataclass
class Shares:
    """Counts over the events after the first snapshots."""

    events: int = 0
    named: int = 0
    """Events that change a fact which a rule names."""
    classes: int = 0
    """Events that move such a fact into another class of values."""
    flips: int = 0
    """Events that flip a condition of a rule."""
    verdicts: int = 0
    """Events that raise or resolve a finding."""
    rules_touched: int = 0
    """Rules with a flipped condition, over all events."""
    facts: int = 0


def shares_of(lines: Iterable[bytes], rules: list[Rule]) -> Shares:
    """Walk a journal beside the evaluator and count."""
    decode = msgspec.json.Decoder(Event).decode
    evaluator, by_fact = PlainPython(rules), gates(rules)
    touching: dict[object, list[int]] = {}
    for position, rule in enumerate(rules):
        for condition in rule.every_condition:
            touching.setdefault(condition, []).append(position)
    pairs: dict[str, dict[str, Value]] = {}
    counted = Shares()
    for index, line in enumerate(lines):
        event, found = decode(line), Found()
        evaluator.apply(index, event, found)
        values = pairs.setdefault(event.subject, {})
        if event.type != SNAPSHOT:
            counted.events += 1
            counted.facts += len(event.data.facts)
            changed = [
                (by_fact[name], values[name], value)
                for name, value in event.data.facts.items()
                if name in by_fact and values[name] != value
            ]
            counted.named += bool(changed)
            counted.classes += any(
                gate.class_of(old) != gate.class_of(new) for gate, old, new in changed
            )
            touched = {
                position
                for gate, old, new in changed
                for place in gate.flips(gate.class_of(old), gate.class_of(new))
                for position in touching[gate.conditions[place]]
            }
            counted.flips += bool(touched)
            counted.rules_touched += len(touched)
            counted.verdicts += bool(found)
        values.update(event.data.facts)
    return counted
