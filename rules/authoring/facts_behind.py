"""The facts that a rule depends on: those that it names, and those that conclusions stand on."""

from __future__ import annotations

from collections.abc import Iterable

from rules.pattern import facts_named
from rules.rule_base import Rule, RuleBase


def looked_at(rule: Rule, rule_base: RuleBase) -> set[str]:
    """Every fact that a rule looks at, in its patterns, its steps and its occurrence, and those
    that its derived facts are concluded from, however far behind."""
    named = set(facts_named(rule.when)) | ({rule.occurrence} - {""})
    if rule.until is not None:
        named.update(facts_named(rule.until))
    for step in rule.steps:
        if step.done_when is not None:
            named.update(facts_named(step.done_when))
        if step.wait is not None:
            named.add(step.wait.start)
    return facts_behind(named, rule_base)


def facts_behind(names: Iterable[str], rule_base: RuleBase) -> set[str]:
    """Some facts, and all that they are concluded from."""
    found: set[str] = set()
    left = set(names)
    while left:
        found |= left
        left = {
            name
            for derivation in rule_base.derivations
            if derivation.fact in left
            for name in facts_named(derivation.when)
        } - found
    return found
