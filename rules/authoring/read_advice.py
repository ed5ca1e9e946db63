"""What a test says that a finding must tell those on watch."""

from __future__ import annotations

from typing import Any

from rules.authoring.rule_tests import ExpectedAdvice, ExpectedProhibition
from rules.fault_codes import Code
from rules.faults import name_type, nearest
from rules.read_constant import read_constant
from rules.rule_base import Rule, RuleBase
from rules.tables import Table
from rules.values import Value
from rules.vocabulary import SEVERITIES


def read_advice(table: Table, rule_base: RuleBase, rule_id: str) -> ExpectedAdvice:
    """What a `[[test.finding]]`, or a `[[table]]` of a rule, says of the rule's findings.

    Args:
        table: of the test.
        rule_base: whose rules and operations it may name.
        rule_id: whose findings it is about; a rule that there is not is told elsewhere.
    """
    rule = next((one for one in rule_base.rules if one.id == rule_id), None)

    def operations(key: str) -> tuple[str, ...] | None:
        return _names(table, key, rule_base.operations, "operation")

    return ExpectedAdvice(
        title=table.text("title") if table.has("title") else None,
        impact=table.text("impact", may_be_empty=True) if table.has("impact") else None,
        severity=table.choice("severity", SEVERITIES, required=False),
        forbids=_prohibitions(table, rule_base, rule),
        contact_support=table.flag("contact_support") if table.has("contact_support") else None,
        suppresses=_names(table, "suppresses", [one.id for one in rule_base.rules], "rule"),
        starts=operations("starts"),
        starts_once_allowed=operations("starts_once_allowed"),
        occurrence=_occurrence(table, rule_base, rule),
    )


def _names(table: Table, key: str, known: Any, what: str) -> tuple[str, ...] | None:
    if not table.has(key):
        return None
    names = table.texts(key)
    for position, name in enumerate(names):
        if name not in known:
            message = f"{name!r} is no {what}{nearest(name, known)}"
            code = Code.UNKNOWN_RULE if what == "rule" else Code.UNKNOWN_WORD
            table.fault(code, message, key, position)
    return tuple(sorted(names))


def _prohibitions(
    table: Table, rule_base: RuleBase, rule: Rule | None
) -> tuple[ExpectedProhibition, ...] | None:
    """Operations by name, and those that bind a wider scope as tables."""
    if not table.has("forbids"):
        return None
    raw = table.get("forbids")
    if not isinstance(raw, list):
        message = (
            f'must be a list of operations, not {name_type(raw)}; such as forbids = ["update"]'
        )
        table.fault(Code.WRONG_TYPE, message, "forbids")
        return None
    chain = rule_base.scope_chain(rule.scope) if rule is not None else ()
    found = []
    for position, one in enumerate(raw):
        part = one if isinstance(one, dict) else {"operation": one}
        operation, scope = part.get("operation"), part.get("scope", "")
        odd = sorted(part.keys() - {"operation", "scope"})
        if not isinstance(operation, str) or not isinstance(scope, str) or odd:
            message = (
                'must be an operation, or a table such as { operation = "update", '
                f'scope = "{chain[-1] if chain else "scope"}" }}'
            )
            table.fault(Code.WRONG_TYPE, message, "forbids", position)
            continue
        if operation not in rule_base.operations:
            hint = nearest(operation, rule_base.operations)
            message = f"{operation!r} is no operation{hint}"
            table.fault(Code.UNKNOWN_WORD, message, "forbids", position)
        if rule is not None and scope and scope not in chain:
            message = f"{scope!r} is not known; use one of {', '.join(chain)}"
            table.fault(Code.UNKNOWN_WORD, message + nearest(scope, chain), "forbids", position)
        own = rule is not None and scope == rule.scope
        found.append(ExpectedProhibition(operation, "" if own else scope))
    return tuple(sorted(found))


def _occurrence(table: Table, rule_base: RuleBase, rule: Rule | None) -> Value | None:
    if not table.has("occurrence"):
        return None
    raw = table.get("occurrence")
    fact = rule_base.facts.get(rule.occurrence) if rule is not None else None
    if rule is None or (rule.occurrence and fact is None):
        return None
    if fact is None:
        message = f"{rule.id} has no occurrence: nothing tells its happenings apart"
        table.fault(Code.BAD_TEST, message, "occurrence")
        return None
    return read_constant(fact, raw, table, "occurrence")
