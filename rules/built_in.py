"""The facts and findings that every rule base has: what the engine itself notices (laws 7, 10)."""

from __future__ import annotations

from typing import Final

from rules.pattern import Condition
from rules.read_catalogue import ENGINE
from rules.rule_base import Fact, Place, Rule, RuleBase, Source, Step
from rules.vocabulary import Severity

BUILT_IN: Final = "built-in"
"""Stands for the hash of a rule that is in no file."""

UNRECOGNISED_VALUE: Final = "unrecognised-value"
CLOCK_SKEW: Final = "clock-skew"

_NOTICED: Final[tuple[tuple[str, str, str, str, str], ...]] = (
    (
        UNRECOGNISED_VALUE,
        "A source said a word that is not in the catalogue",
        "7",
        "What the word means is not known. Rules that look at this fact cannot tell this state "
        "from a healthy one or from a failed one.",
        "Read the word in the evidence, and look up in its source's documents what it means",
    ),
    (
        CLOCK_SKEW,
        "A source names a time that lies more than five minutes ahead",
        "10",
        "Waiting times and ages that start at this instant cannot be judged until the clocks "
        "agree.",
        "Compare the clocks of those who say it and of this machine",
    ),
)


def engine_fact(kind: str, scope: str) -> str:
    """The name of the fact by which the engine says that it has noticed something."""
    return f"{ENGINE}.{scope}.{kind.replace('-', '_')}"


def built_in_facts(scope: str) -> list[Fact]:
    """The facts that the engine sets on each subject of a scope."""
    return [
        Fact(
            name=engine_fact(kind, scope),
            type="bool",
            scope=scope,
            source=ENGINE,
            meaning=title,
            default=False,
        )
        for kind, title, *_ in _NOTICED
    ]


def built_in_rules(scope: str) -> list[Rule]:
    """The rules over those facts."""
    severity: Severity = "warning"
    rules = []
    for kind, title, law, impact, do in _NOTICED:
        source = Source(
            document="Watchkeeper", section=f"The law of the watch, {law}", grade="inferred"
        )
        rules.append(
            Rule(
                id=f"{kind}-{scope}",
                title=title,
                severity=severity,
                source=source,
                scope=scope,
                when=Condition(engine_fact(kind, scope), "is", (True,)),
                place=Place("(built in)", 0),
                hash=BUILT_IN,
                text="",
                impact=impact,
                steps=(Step(do=do, source=source),),
            )
        )
    return rules


def own_rules(rule_base: RuleBase) -> list[Rule]:
    """The rules that stand in the files: what every rule base has is not among them, nor what is
    no longer judged."""
    return [rule for rule in rule_base.rules if rule.hash != BUILT_IN]


def own_facts(rule_base: RuleBase) -> list[Fact]:
    """The facts that stand in the files."""
    return [fact for fact in rule_base.facts.values() if fact.source != ENGINE]
