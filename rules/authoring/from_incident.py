"""A rule and its test from what facts said in a real incident; a draft for people to cut down."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from rules.engine import Watch
from rules.rule_base import Fact, RuleBase
from rules.values import Value, read_instant, show_duration

_LONGEST_TEXT = 60


def changed_facts(
    before: Watch, after: Watch, subject: str, rule_base: RuleBase
) -> dict[str, Value]:
    """What a subject sees that is otherwise than it was, by fact; derived facts left out."""
    found: dict[str, Value] = {}
    scope = subject.partition("/")[0]
    visible = rule_base.scope_chain(scope)
    for name, fact in rule_base.facts.items():
        if fact.derived or fact.scope not in visible or not fact.source:
            continue
        if any(one.member_by == name for one in rule_base.scopes.values()):
            continue
        now = after.value(subject, name)
        if now is not None and now != before.value(subject, name):
            found[name] = now
    return found


def subject_of_rule(
    subject: str, facts: Mapping[str, Value], watch: Watch, rule_base: RuleBase
) -> str:
    """Whom a rule that is drafted from these facts is about: the subject itself, or the one around
    it where the rule looks at nothing of the subject's own."""
    named = [name for name in facts if _condition(rule_base.facts[name], facts[name])]
    scopes = {rule_base.facts[name].scope for name in named or list(facts)[:1]}
    found = watch.words.subjects.get(subject)
    for one in found.lineage() if found is not None else ():
        if one.scope.name in scopes:
            return one.name
    return subject


def draft_rule(rule_id: str, facts: Mapping[str, Value], rule_base: RuleBase, where: str) -> str:
    """A rule that holds where these facts say what they say; texts and numbers are left to be
    written as patterns and thresholds."""
    conditions = []
    remarks = []
    for name, value in facts.items():
        fact = rule_base.facts[name]
        if condition := _condition(fact, value):
            conditions.append(condition)
        elif fact.type == "text":
            remarks.append(f"# {name} was {_toml(_cut(str(value)))}")
        else:
            remarks.append(f"# {name} was {value}")
    if not conditions:
        conditions = [f"{name} = {{ known = true }}" for name in list(facts)[:1]]
    lines = [
        f"# Drafted from {where}: keep the conditions that matter, and say what is to be done.",
        "[[rule]]",
        f"id = {_toml(rule_id)}",
        f'title = "{rule_id}: what has happened, in a line"',
        'severity = "warning"',
        'source = { document = "which one", section = "where in it", grade = "inferred" }',
        *remarks,
        "[rule.when]",
        *conditions,
        "[rule.then]",
        'impact = "What it means for those on watch"',
        "[[rule.then.step]]",
        'do = "What to do first"',
    ]
    return "".join(f"{line}\n" for line in lines)


def draft_test(
    rule_id: str,
    subject: str,
    facts: Mapping[str, Value],
    rule_base: RuleBase,
    at: datetime,
    where: str,
) -> str:
    """Tests of the drafted rule: the incident's facts raise it, and none of them alone do."""
    said = ", ".join(
        f"{name} = {_relative(rule_base.facts[name], value, at)}" for name, value in facts.items()
    )
    lines = [
        "[[test]]",
        f"name = {_toml(f'{rule_id}: as in {where}')}",
        f"subject = {_toml(subject)}",
        f"facts = {{ {said} }}",
        "[[test.finding]]",
        f"rule = {_toml(rule_id)}",
        'raised = "0s"',
        "",
        "[[test]]",
        f"name = {_toml(f'{rule_id}: not while nothing of it is known')}",
        f"subject = {_toml(subject)}",
        f"never = [{_toml(rule_id)}]",
    ]
    return "".join(f"{line}\n" for line in lines)


def _condition(fact: Fact, value: Value) -> str:
    """What a rule can ask of a fact; nothing of texts and instants, which are happenings' own."""
    if fact.type in ("bool", "enum", "version"):
        return f"{fact.name} = {_toml(value)}"
    if fact.type in ("int", "float", "duration"):
        return f"{fact.name} = {{ at_least = {_toml(value)} }}"
    return ""


def _relative(fact: Fact, value: Value, at: datetime) -> str:
    if fact.type != "instant":
        return _toml(value)
    span = read_instant(str(value)) - at
    sign = "-" if span < timedelta() else "+"
    length = show_duration(timedelta(seconds=int(abs(span).total_seconds())))
    return _toml(sign + length.replace(" ", ""))


def _toml(value: Any) -> str:
    """A value as TOML; its texts are written as in JSON."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "…"
