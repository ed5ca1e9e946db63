"""Random snapshots and deltas of one subject: the engine's verdicts against the plain judge's."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
from oracle.random_journals import BEGINNING, random_value
from oracle.random_rule_bases import RandomRuleBase, random_rule_base
from oracle.reference_facts import ReferenceFacts

from rules.engine import Watch
from rules.evaluate import truth
from rules.loader import load_texts
from rules.rule_base import RuleBase
from rules.values import Value
from rules.vocabulary import FACTS_CHANGED, FACTS_SNAPSHOT, Event, EventData, Truth

_RULES = 6


def try_snapshots(seed: int, count: int) -> str:
    """Judge `count` random situations; what differs, or nothing."""
    chance = random.Random(seed)
    base = random_rule_base(chance, rules=_RULES)
    rule_base = load_texts(base.texts())
    watch = Watch(rule_base)
    try:
        for event in _events(base, chance, count):
            watch.apply(event, msgspec.json.encode(event))
            message = differing_verdicts(watch, rule_base, event)
            if message:
                texts = base.texts()["base.toml"].decode()
                return f"seed {seed}: {message}\n{msgspec.json.encode(event).decode()}\n{texts}"
        return ""
    finally:
        watch.close()


def _events(base: RandomRuleBase, chance: random.Random, count: int) -> Iterator[Event]:
    """Each says all facts of one source on a subject that nobody has spoken of, and nobody else
    speaks of it, so that what is known of it can be read off the event alone."""
    for number in range(count):
        scope = chance.choice(base.scopes)
        source = chance.choice([*base.sources])
        told: dict[str, Any] = {
            fact.name: random_value(fact, chance, BEGINNING)
            for fact in base.facts
            if fact.scope == scope and fact.source == source and chance.random() < 0.8
        }
        for name in told:
            if name.endswith(".within"):
                told[name] = None
        kind = chance.choice([FACTS_CHANGED, FACTS_SNAPSHOT])
        yield Event(
            id=f"{number}",
            source=f"{source}/a",
            type=kind,
            time=BEGINNING + timedelta(seconds=number),
            subject=f"{scope}/s{number}",
            data=EventData(
                facts=told, families=[f"state_{scope}"] if chance.random() < 0.5 else []
            ),
        )


def differing_verdicts(watch: Watch, rule_base: RuleBase, event: Event) -> str:
    """What the engine and the plain judge say of an event's subject, where they differ."""
    facts = ReferenceFacts(rule_base)
    facts.now = event.time
    facts.hear(event.source)
    facts.take_facts(event)

    def known(name: str) -> Value | None:
        return facts.value(event.subject, name)

    for rule in rule_base.rules:
        if rule.scope == event.subject.partition("/")[0]:
            plain = truth(rule.when, known, event.time, rule_base.facts)
            found = watch.verdict(rule.id, event.subject)
            if found != plain:
                return f"{rule.id}: the engine says {Truth(found).name}, the judge {plain.name}"
    return ""
